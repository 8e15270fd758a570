"""HTTP that is broken, endless or a trick: refused as a problem or closed, what is only odd is served, and the server lives on."""

import base64
import json
import re

import pytest

from support import shapes
from support.raw import Heard, Unharmed, say
from support.wire import connect, request

# What the server says to a request that it could not read. A path that is not there is another answer.
REFUSED = {400, 405, 408, 413, 414, 417, 431}
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(autouse=True)
def unharmed(server):
    with Unharmed(server):
        yield


def refused(heard, *statuses):
    """Answered with a problem and closed, or closed at once."""
    assert heard.closed, heard
    assert len(heard.responses) <= 1, heard
    if heard.responses:
        body = shapes.problem(heard.responses[0], statuses or tuple(REFUSED))
        assert body["code"] != "not_found", heard
        assert heard.responses[0].headers["connection"] == "close"
        assert heard.responses[0].headers["x-request-id"] == body["request_id"]
    return heard


def answered(heard, *statuses):
    assert heard.statuses == list(statuses), heard
    return heard


# The recorded requests


def recorded(shared, kind):
    lines = shared("bad-input/http_requests.jsonl", "103 requests").read_text().splitlines()
    cases = [case for case in map(json.loads, lines) if case["class"] == kind]
    assert cases
    return cases


def whole(sent):
    """The request with as many bytes of body as it announces: one was recorded in part."""
    head, _, body = sent.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\ncontent-length: *(\d+)\r", head + b"\r\n")
    return sent + b"x" * (int(length.group(1)) - len(body) if length else 0)


def test_every_invalid_request_is_refused_or_closed(server, shared):
    for case in recorded(shared, "invalid"):
        sent = base64.b64decode(case["raw_base64"])
        heard = say(server, sent, half_close=True)
        assert heard.closed, (case["name"], heard)
        assert all(400 <= status < 500 for status in heard.statuses), (case["name"], heard)
        # Some are invalid only by how large one server lets them be, some in a body that the path they ask for does not have read.
        sized = case["gunicorn_config"] or case["gunicorn_error"] == "LimitRequestHeaders"
        if not sized and b"\r\nTransfer-Encoding: chunked\r\n\r\n" not in sent:
            try:
                refused(heard)
            except AssertionError as error:
                raise AssertionError(case["name"]) from error


def test_every_valid_request_is_served(server, shared):
    for case in recorded(shared, "valid"):
        if case["gunicorn_config"]:
            continue
        sent = whole(base64.b64decode(case["raw_base64"]))
        heard = say(server, sent, half_close=True)
        assert heard.closed and len(heard.responses) == case["n_requests_expected"], (case["name"], heard)
        # The path may not be there, the method not known or a key wanted, but the request was understood.
        assert set(heard.statuses) <= {200, 204, 303, 401, 404, 405, 415}, (case["name"], heard)


# Too much


def test_a_hundred_thousand_headers(server):
    refused(say(server, GET + b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + b"\r\n"), 431)


def test_one_header_of_ten_megabytes(server):
    refused(say(server, GET + b"X: " + b"y" * 10_000_000 + b"\r\n\r\n"), 431)


def test_headers_of_many_megabytes(server):
    refused(say(server, GET + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 100_000) for n in range(90)) + b"\r\n"), 431)


def test_a_hundred_headers_are_served(server):
    many = b"".join(b"X-%d: y\r\n" % n for n in range(98))
    answered(say(server, GET + many + b"Connection: close\r\n\r\n"), 200)
    refused(say(server, GET + many + b"X-More: y\r\nConnection: close\r\n\r\n"), 431)


def test_a_request_line_of_a_megabyte(server):
    refused(say(server, b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"), 414)
    refused(say(server, b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"), 414)


def test_a_request_line_without_end(server):
    refused(say(server, *[b"G" * 100_000] * 20))
    refused(say(server, b"GET /" + b"a" * 10_000_000), 414)


def test_trailers_without_end(server, api):
    head = request(server, "POST", "/api/v1/retrievals", api.key, headers={"Transfer-Encoding": "chunked"})
    refused(say(server, head + b"2\r\n{}\r\n0\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + b"\r\n"))


def test_more_body_than_any_route_takes(server, api):
    head = {"Content-Length": str(10**15), "Expect": "100-continue"}
    refused(say(server, request(server, "POST", "/api/v1/documents", api.key, headers=head)), 413)


def test_a_long_body_that_no_route_reads_ends_the_connection(server):
    body = b"x" * 5_000_000
    heard = answered(say(server, request(server, "POST", "/nowhere", body=body) + GET + b"\r\n"), 404)
    assert heard.closed and heard.responses[0].headers["connection"] == "close"


def test_a_short_body_that_no_route_reads_does_not(server):
    answered(say(server, request(server, "POST", "/nowhere", body=b"x" * 1000) + GET + b"Connection: close\r\n\r\n"), 404, 200)


# Lies about length


def lie(server, api, body, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return request(server, "POST", "/api/v1/chat", api.key, headers={"Content-Type": "application/json", **named}) + body


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "+5", "5,5", "5 5", "99999999999999999999999999", "", "٥"])
def test_a_length_that_is_none(server, api, length):
    refused(say(server, lie(server, api, b"{}xxx", Content_Length=length).decode().encode(), half_close=True))


def test_a_body_that_ends_before_its_length(server, api):
    count = len(api.sessions())
    refused(say(server, lie(server, api, b'{"message": "a lie"}', Content_Length="1000"), half_close=True), 400)
    assert len(api.sessions()) == count


def test_a_body_longer_than_its_length(server, api):
    # What is left over is read as a request, and is none.
    heard = say(server, lie(server, api, b"{} and more", Content_Length="2"), half_close=True)
    assert heard.statuses == [422, 400] or heard.statuses == [422, 405], heard
    assert heard.closed


@pytest.mark.parametrize(
    "second",
    ["Content-Length: 2", "Content-Length: 30", "Transfer-Encoding: chunked", "Transfer-Encoding: xchunked", "Transfer-Encoding:\tchunked"],
)
def test_two_lengths_smuggle_nothing(server, api, second):
    hidden = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    sent = lie(server, api, hidden, Content_Length="5").replace(b"\r\n\r\n", b"\r\n" + second.encode() + b"\r\n\r\n", 1)
    refused(say(server, sent, half_close=True), 400)


@pytest.mark.parametrize("coding", ["chunked, chunked", "chunked, identity", "identity", "gzip", "chunkedx", "x, chunked;q=1, chunked"])
def test_a_coding_that_does_not_end_in_one_chunked(server, api, coding):
    refused(say(server, lie(server, api, b"2\r\n{}\r\n0\r\n\r\n", Transfer_Encoding=coding), half_close=True))


def test_chunks_in_http_1_0(server, api):
    sent = lie(server, api, b"2\r\n{}\r\n0\r\n\r\n", Transfer_Encoding="chunked").replace(b"HTTP/1.1", b"HTTP/1.0")
    refused(say(server, sent, half_close=True), 400)


@pytest.mark.parametrize(
    "chunks",
    [
        b"zz\r\n{}\r\n0\r\n\r\n",
        b"-1\r\n{}\r\n0\r\n\r\n",
        b"ffffffffffffffffff\r\n{}",
        b"5\r\n{}\r\n0\r\n\r\n",
        b"2\r\n{}",
        b"2\r\n{}0\r\n\r\n",
        b"2\n{}\n0\n\n",
        b" 2\r\n{}\r\n0\r\n\r\n",
        b"2;ext=a\rb\r\n{}\r\n0\r\n\r\n",
        b"0x2\r\n{}\r\n0\r\n\r\n",
    ],
)
def test_chunks_that_are_none(server, api, chunks):
    refused(say(server, lie(server, api, chunks, Transfer_Encoding="chunked"), half_close=True), 400)


def test_chunks_with_extensions_and_trailers(server, api):
    chunks = b'1;a="b c"\r\n{\r\n1;x\r\n}\r\n000\r\nX-After: a\r\nVary: *\r\n\r\n'
    heard = say(server, lie(server, api, chunks, Transfer_Encoding="chunked", Connection="close"))
    answered(heard, 422)


@pytest.mark.parametrize("name", ["Host", "Content-Length", "Transfer-Encoding", "Authorization"])
def test_trailers_that_come_too_late(server, api, name):
    refused(say(server, lie(server, api, b"2\r\n{}\r\n0\r\n" + name.encode() + b": 1\r\n\r\n", Transfer_Encoding="chunked")), 400)


# Requests that are none


@pytest.mark.parametrize(
    "sent",
    [
        b"\0" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x80" * 600,
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/1.1 \r\n\r\n",
        b"GET /healthz HTTP/9.9\r\n\r\n",
        b"GET /healthz HTTP/1.1\nHost: x\n\n",
        b"GET healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\r\n\r\n" + GET + b"\r\n",
        GET + b"X: a\0b\r\n\r\n",
        GET + b"X: a\nY: b\r\n\r\n",
        GET + b"X: a\rY: b\r\n\r\n",
        GET + b"X: one\r\n two\r\n\r\n",
        GET + b" X: folded\r\n\r\n",
        GET + b"X : space\r\n\r\n",
        GET + b": nameless\r\n\r\n",
        GET + b"nothing\r\n\r\n",
        GET + b"\xc3\xa9: a\r\n\r\n",
        GET + b"Host: y\r\n\r\n",
        GET + b"host:\r\n\r\n",
        GET[:20],
    ],
    ids=lambda sent: repr(sent)[2:50],
)
def test_what_is_no_request(server, sent):
    refused(say(server, sent, half_close=True))


def test_http_2_with_a_flood_of_resets(server):
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
    headers = b"\0\0\3\1\5"
    resets = b"".join(
        headers + n.to_bytes(4, "big") + b"\x82\x84\x86" + b"\0\0\4\3\0" + n.to_bytes(4, "big") + b"\0\0\0\x08" for n in range(1, 60_001, 2)
    )
    refused(say(server, preface, resets))


@pytest.mark.parametrize("path, has_error", [("/v1/models", True), ("/api/v1/collections", False)])
def test_a_refusal_reads_as_its_api_does(server, path, has_error):
    heard = say(server, f"GET {path} HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n".encode())
    body = refused(heard, 400).responses[0].json()
    assert body["code"] == "malformed_request"
    assert ("error" in body) == has_error
    if has_error:
        assert body["error"]["type"] == "invalid_request_error" and body["error"]["code"] == body["code"]


def test_a_refusal_of_what_had_no_path_is_read_by_all(server):
    body = refused(say(server, b"nonsense\r\n\r\n")).responses[0].json()
    assert body["error"]["message"] == body["detail"]


# Several requests on one connection


def test_pipelined_requests_are_answered_in_order(server):
    names = [f"number-{n}" for n in range(50)]
    sent = b"".join(GET + f"X-Request-Id: {name}\r\n\r\n".encode() for name in names)
    heard = say(server, sent, until=lambda heard: len(heard.responses) == len(names))
    assert [response.headers["x-request-id"] for response in heard.responses] == names
    assert set(heard.statuses) == {200}


def test_nonsense_behind_a_request_comes_after_its_answer(server, api):
    good = request(server, "GET", "/api/v1/collections", api.key)
    heard = say(server, good + good + b"nonsense\r\n\r\n" + good)
    assert heard.statuses[:2] == [200, 200] and heard.statuses[2] in REFUSED and len(heard.statuses) == 3, heard
    assert heard.closed


@pytest.mark.parametrize("last", [b"Connection: close", b"Connection: Close", b"Connection: foo, CLOSE"])
def test_nothing_is_served_behind_the_last_request(server, last):
    assert answered(say(server, GET + last + b"\r\n\r\n" + GET + b"\r\n"), 200).closed


def test_http_1_0_is_closed(server):
    old = GET.replace(b"1.1", b"1.0")
    assert answered(say(server, old + b"\r\n" + old + b"\r\n"), 200).closed


def test_http_1_0_is_kept_where_it_asks_for_that(server):
    old = GET.replace(b"1.1", b"1.0")
    heard = answered(say(server, old + b"Connection: keep-alive\r\n\r\n" + old + b"\r\n"), 200, 200)
    assert heard.responses[0].headers["connection"].lower() == "keep-alive"


def test_a_stream_to_http_1_0_has_no_chunks(server, api):
    body = {"message": "hello", "stream": True}
    sent = request(server, "POST", "/api/v1/chat", api.key, body).replace(b"HTTP/1.1", b"HTTP/1.0", 1)
    heard = answered(say(server, sent), 200)
    assert heard.closed and "transfer-encoding" not in heard.responses[0].headers
    assert heard.responses[0].text.startswith("event: session\n") and heard.responses[0].text.endswith("\n\n")


def test_a_client_that_has_said_all_is_still_answered(server):
    answered(say(server, GET + b"\r\n", half_close=True), 200)


# Odd but fine


def test_an_expected_continue(server, api):
    body = b'{"query": "height"}'
    head = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Expect": "100-continue", "Connection": "close"}
    sock = connect(server)
    sock.sendall(request(server, "POST", "/api/v1/retrievals", api.key, headers=head))
    assert sock.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
    sock.sendall(body)
    said = b"".join(iter(lambda: sock.recv(65536), b""))
    sock.close()
    answered(Heard(said, True), 200)


def test_a_host_is_no_must(server):
    answered(say(server, b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"), 200)


def test_an_absolute_target(server):
    answered(say(server, b"GET http://elsewhere.test/healthz?a=b HTTP/1.1\r\nHost: elsewhere.test\r\nConnection: close\r\n\r\n"), 200)


def test_one_empty_line_before_a_request(server):
    answered(say(server, b"\r\n" + GET + b"Connection: close\r\n\r\n"), 200)


@pytest.mark.parametrize("protocol", ["websocket", "h2c", "TLS/1.0"])
def test_an_upgrade_is_not_made(server, protocol):
    head = f"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\nUpgrade: {protocol}\r\n\r\n"
    assert answered(say(server, GET + head.encode() + b"\x00" * 1000), 200).closed


# Methods


def allowed(heard):
    return set(heard.responses[0].headers["allow"].split(", "))


@pytest.mark.parametrize(
    "method, path, methods",
    [
        ("PUT", "/healthz", {"GET", "HEAD", "OPTIONS"}),
        ("DELETE", "/api/v1/collections/", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("GET", "/api/v1/chat", {"OPTIONS", "POST"}),
        ("TRACE", "/v1/models", {"GET", "HEAD", "OPTIONS"}),
        ("PROPFIND", f"/api/v1/collections/{shapes.ABSENT}", {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH"}),
    ],
)
def test_a_method_that_a_path_has_not(server, method, path, methods):
    heard = say(server, f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    body = shapes.problem(answered(heard, 405).responses[0], 405, "method_not_allowed")
    assert methods <= allowed(heard)
    assert ("error" in body) == path.startswith("/v1/")


@pytest.mark.parametrize("method", ["BREW", "get", "X" * 200, "G-T"])
def test_a_method_that_nobody_has(server, method):
    heard = refused(say(server, f"{method} /healthz HTTP/1.1\r\nHost: x\r\n\r\n".encode()), 405)
    assert {"GET", "POST"} <= allowed(heard)


def test_a_path_that_is_not_there_has_no_methods(server):
    for method in ("GET", "PUT", "OPTIONS"):
        heard = say(server, f"{method} /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        shapes.problem(answered(heard, 404).responses[0], 404, "not_found")


@pytest.mark.parametrize("path, methods", [("*", {"GET", "POST"}), ("/api/v1/collections", {"GET", "HEAD", "OPTIONS", "POST"})])
def test_options(server, path, methods):
    heard = say(server, f"OPTIONS {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answered(heard, 204).responses[0].content == b""
    assert methods <= allowed(heard)


def test_connect_is_for_proxies(server):
    refused(say(server, b"CONNECT elsewhere.test:443 HTTP/1.1\r\nHost: elsewhere.test:443\r\n\r\n" + b"\x16" * 1000), 405)
