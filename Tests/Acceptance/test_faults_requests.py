"""Bodies and requests that are broken, deep, huge or lie: refused with a reason, and the server lives on."""

import json

import pytest

from support import shapes
from support.wire import exchange, request

JSON_ROUTES = ["/api/v1/collections", "/api/v1/documents", "/api/v1/retrievals", "/api/v1/chat", "/v1/chat/completions", "/v1/embeddings"]
SESSION_ROUTES = [
    "/rewind", "/restore", "/branches", "/turns/{turn}/regenerate", "/turns/{turn}/continue", "/turns/{turn}/feedback", "PATCH /turns/{turn}",
    "PATCH /branches/main", "PATCH ",
]
# Those that work without a body too.
MAY_HAVE_NONE = ["/turns/{turn}/regenerate", "/turns/{turn}/continue"]


@pytest.fixture(autouse=True)
def alive(api):
    """Whatever a test did, the server still serves."""
    process = api.server.process.pid
    yield
    assert api.get("/healthz", key=None).status_code == 200
    assert api.get("/api/v1/collections").status_code == 200
    assert api.server.process.pid == process and api.server.running


@pytest.fixture(scope="module")
def kept(api):
    """A session that no bad request changes, and where in it a route is."""
    turn = api.ask("hello")
    before = api.log(turn["session_id"])
    yield lambda path: f"/api/v1/chat/sessions/{turn['session_id']}{path.format(turn=turn['turn_id'])}"
    assert api.log(turn["session_id"]) == before


def send(api, path, body, method="POST"):
    return api.request(method, path, content=body, headers={"Content-Type": "application/json"})


def send_to_session(api, kept, path, body):
    method, _, path = path.rpartition(" ")
    return send(api, kept(path), body, method or "POST")


MALFORMED = pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"message": "a"',
        b"{'message': 'a'}",
        b'{"message": "a",}',
        b'{"message": "\xff\xfe"}',
        b"\xef\xbb",
        b"\0",
        b'{"message": "a"} {"message": "b"}',
        b'{"message": NaN}',
        b'{"a": 01}',
        b'{"message": "\x01"}',
    ],
    ids=lambda body: repr(body)[2:22],
)


@MALFORMED
@pytest.mark.parametrize("path", JSON_ROUTES)
def test_a_malformed_body(api, path, body):
    shapes.problem(send(api, path, body), 400)


@MALFORMED
@pytest.mark.parametrize("path", SESSION_ROUTES)
def test_a_malformed_body_about_a_session(api, kept, path, body):
    if not body and path in MAY_HAVE_NONE:
        pytest.skip("a body may be left out")
    shapes.problem(send_to_session(api, kept, path, body), 400)


@pytest.mark.parametrize("path", JSON_ROUTES)
@pytest.mark.parametrize("opening, closing", [(b"[", b"]"), (b'{"a":', b"}")], ids=["arrays", "objects"])
def test_a_deep_body(api, path, opening, closing):
    for deep in (opening * 100_000 + b"1" + closing * 100_000, opening * 100_000):
        shapes.problem(send(api, path, deep), (400, 413, 422))
        wrapped = b'{"message": "hello", "query": "hello", "name": "hello", "metadata": ' + deep + b"}"
        shapes.problem(send(api, path, wrapped), (400, 413, 422))


@pytest.mark.parametrize("path", SESSION_ROUTES)
@pytest.mark.parametrize("opening, closing", [(b"[", b"]"), (b'{"a":', b"}")], ids=["arrays", "objects"])
def test_a_deep_body_about_a_session(api, kept, path, opening, closing):
    for deep in (opening * 100_000 + b"1" + closing * 100_000, opening * 100_000):
        shapes.problem(send_to_session(api, kept, path, deep), (400, 413, 422))
        shapes.problem(send_to_session(api, kept, path, b'{"message": "hello", "more": ' + deep + b"}"), (400, 413, 422))


@pytest.mark.parametrize("path", SESSION_ROUTES)
def test_a_huge_body_about_a_session(api, kept, path):
    huge = json.dumps({"message": "x" * 64_000_000, "name": "x"}).encode()
    method, _, path = path.rpartition(" ")
    answer = exchange(api.server, request(api.server, method or "POST", kept(path), api.key, huge, {"Content-Type": "application/json"}))
    assert not answer or answer.split(b" ")[1] in (b"400", b"413", b"422"), answer[:200]


@pytest.mark.parametrize("path", ["/api/v1/collections", "/api/v1/retrievals", "/api/v1/chat", "/v1/chat/completions"])
def test_a_huge_body(api, path):
    huge = json.dumps({"message": "x" * 64_000_000, "name": "x"}).encode()
    answer = exchange(api.server, request(api.server, "POST", path, api.key, huge, {"Content-Type": "application/json"}))
    assert not answer or answer.split(b" ")[1] in (b"400", b"413", b"422"), answer[:200]


def test_a_body_said_to_be_huge(api):
    head = request(api.server, "POST", "/api/v1/chat", api.key, b"", {"Content-Type": "application/json", "Content-Length": str(10**15)})
    answer = exchange(api.server, head + b'{"message": "a"}', half_close=True)
    assert not answer or answer.split(b" ")[1] in (b"400", b"413"), answer[:200]


@pytest.mark.parametrize("length", ["1000", "-1", "1e3", "0x10", "99999999999999999999999999", " 5 5"])
def test_a_body_shorter_than_it_says(api, length):
    count = len(api.sessions())
    lie = request(
        api.server, "POST", "/api/v1/chat", api.key, b'{"message": "a lie"}', {"Content-Type": "application/json", "Content-Length": length}
    )
    answer = exchange(api.server, lie, half_close=True)
    assert not answer or answer.split(b" ")[1][:1] == b"4", answer[:200]
    assert len(api.sessions()) == count


def test_a_body_longer_than_it_says(api):
    lie = request(
        api.server, "POST", "/api/v1/chat", api.key, b'{"message": "a lie"}', {"Content-Type": "application/json", "Content-Length": "5"}
    )
    answer = exchange(api.server, lie)
    assert not answer or answer.split(b" ")[1] == b"400", answer[:200]


def test_two_lengths(api):
    body = b'{"message": "a lie"}'
    lie = request(api.server, "POST", "/api/v1/chat", api.key, body, {"Content-Type": "application/json"})
    for second in (b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: xchunked\r\n"):
        smuggled = lie.replace(b"\r\n\r\n", b"\r\n" + second + b"\r\n", 1)
        answer = exchange(api.server, smuggled, half_close=True)
        assert not answer or answer.split(b" ")[1][:1] in (b"4", b"5"), answer[:200]


@pytest.mark.parametrize(
    "chunks", [b"zz\r\n{}\r\n0\r\n\r\n", b"-1\r\n{}\r\n0\r\n\r\n", b"ffffffffffffffffff\r\n{}", b"5\r\n{}\r\n0\r\n\r\n", b"2\r\n{}"]
)
def test_broken_chunks(api, chunks):
    head = request(api.server, "POST", "/api/v1/chat", api.key, None, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
    answer = exchange(api.server, head + chunks, half_close=True)
    assert not answer or answer.split(b" ")[1][:1] == b"4", answer[:200]


def test_headers_without_end(api):
    flood = b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(5000))
    answer = exchange(api.server, flood, half_close=True)
    assert not answer or answer.split(b" ")[1][:1] in (b"4", b"5"), answer[:200]


@pytest.mark.parametrize(
    "body",
    [
        b'{"message": "\\ud800 lone"}',
        b'{"message": "\\udc00\\ud800"}',
        b'{"message": "a", "top_k": 1e400}',
        b'{"message": "a", "top_k": 99999999999999999999}',
        b'{"message": "a", "temperature": "hot"}',
        b'{"message": "a", "max_tokens": -5}',
        b'{"message": {"a": 1}}',
        b'{"message": ["a"]}',
    ],
    ids=lambda body: repr(body)[2:40],
)
def test_values_beyond_reason(api, body):
    answer = send(api, "/api/v1/chat", body.replace(b"{", b'{"stream": false, ', 1))
    if answer.status_code != 200:
        shapes.problem(answer, (400, 422))
    else:
        assert b"lone" in body or b"udc00" in body, "only a lone surrogate may be mended"


def test_multipart_without_end(api):
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    for body in (
        b"",
        b"--b",
        b"--b\r\n",
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\nwords',
        b"--b\r\n" * 10000,
        b"--b\r\nX: " + b"y" * 100_000 + b"\r\n\r\n--b--",
        b"--b\r\nContent-Disposition: form-data\r\n\r\nwords\r\n--b--",
    ):
        shapes.problem(api.post("/api/v1/documents", content=body, headers=kind), (400, 413, 422))
    for kind in ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "b" * 5000):
        shapes.problem(api.post("/api/v1/documents", content=b"--b--", headers={"Content-Type": kind}), (400, 415, 422))


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/collections/%00",
        "/api/v1/collections/%ff%fe",
        "/api/v1/collections/..%2f..%2fetc",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/documents/" + "a" * 10000,
        "/api/v1/chat/sessions/%",
        "/api/v1/chat/sessions/{session}/branches/%00",
        "/api/v1/chat/sessions/{session}/branches/%ff%fe",
        "/api/v1/chat/sessions/{session}/branches/%",
        "/api/v1/chat/sessions/{session}/branches/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/api/v1/chat/sessions/{session}/branches/" + "a" * 10000,
        "/api/v1/chat/sessions/{session}/turns/%00",
        "//",
        "/api//v1",
    ],
)
def test_hostile_paths(api, kept, path):
    path = path.replace("/api/v1/chat/sessions/{session}", kept(""))
    answer = exchange(api.server, request(api.server, "GET", path, api.key, headers={"Connection": "close"}))
    assert not answer or answer.split(b" ")[1][:1] in (b"3", b"4"), answer[:200]
    assert b"root:" not in answer
