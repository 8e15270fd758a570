"""What one key and one address may do, each limit at a small value: 429 says when to come again, and others are not disturbed."""

import pytest

from support import shapes
from support.api import Api
from support.raw import say
from support.waiting import eventually
from support.wire import connect, request


def limited(answer, code):
    body = shapes.problem(answer, 429, code)
    assert int(answer.headers["retry-after"]) >= 1
    assert int(answer.headers["ratelimit-limit"]) >= 1
    assert answer.headers["ratelimit-remaining"] == "0"
    assert int(answer.headers["ratelimit-reset"]) >= 1
    return body


def owner(server, name="owner"):
    return Api(server, server.create_key(name))


def test_nothing_is_said_of_limits_where_there_are_none(api):
    answer = api.get("/api/v1/collections", expect=200)
    assert not [name for name in answer.headers if name.lower().startswith("ratelimit")]


def test_requests_of_one_key(start):
    server = start({"LOQUAT_RATE_LIMIT_KEY": "3"})
    first, second = owner(server, "first"), owner(server, "second")
    left = [
        first.get(path, expect=200).headers["ratelimit-remaining"] for path in ("/api/v1/collections", "/v1/models", "/api/v1/documents")
    ]
    assert left == ["2", "1", "0"]
    body = limited(first.get("/api/v1/collections"), "rate_limited")
    assert "error" not in body
    body = limited(first.get("/v1/models"), "rate_limited")
    assert body["error"]["type"] == "rate_limit_error"
    answer = second.get("/api/v1/collections", expect=200)
    assert answer.headers["ratelimit-limit"] == "3" and answer.headers["ratelimit-remaining"] == "2"
    assert 1 <= int(answer.headers["ratelimit-reset"]) <= 60
    # The process itself is not asked with a key, and the commands come by another door.
    assert first.get("/healthz").status_code == 200
    server.create_key("third")


def test_a_refused_request_does_nothing(start):
    server = start({"LOQUAT_RATE_LIMIT_KEY": "1"})
    first, second = owner(server, "first"), owner(server, "second")
    first.get("/api/v1/collections", expect=200)
    limited(first.post("/api/v1/collections", json={"name": "never"}), "rate_limited")
    assert second.get("/api/v1/collections", expect=200).json()["items"] == []


def test_requests_of_one_address(start):
    server = start({"LOQUAT_RATE_LIMIT_ADDRESS": "4", "LOQUAT_TRUSTED_PROXIES": "127.0.0.1"})
    api = owner(server)
    here, there = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "1.1.1.1, 203.0.113.8"}
    for path in ("/healthz", "/api/v1/collections", "/nowhere", "/metrics"):
        assert api.get(path, headers=here).headers["ratelimit-limit"] == "4"
    for path in ("/healthz", "/api/v1/collections"):
        limited(api.get(path, headers=here), "rate_limited")
    assert api.get("/api/v1/collections", headers=there, expect=200).headers["ratelimit-remaining"] == "3"
    # What a client writes before its proxy does is not believed.
    limited(api.get("/healthz", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}), "rate_limited")


def test_an_address_of_a_network_is_the_network(start):
    server = start({"LOQUAT_RATE_LIMIT_ADDRESS": "2", "LOQUAT_TRUSTED_PROXIES": "127.0.0.0/8"})
    api = owner(server)
    for host in (1, 2):
        api.get("/healthz", headers={"X-Forwarded-For": f"2001:db8::{host}"}, expect=200)
    limited(api.get("/healthz", headers={"X-Forwarded-For": "[2001:db8::3]:4711"}), "rate_limited")
    api.get("/healthz", headers={"X-Forwarded-For": "2001:db8:0:1::3"}, expect=200)


def test_an_unknown_peer_may_say_what_it_likes(start):
    server = start({"LOQUAT_RATE_LIMIT_ADDRESS": "2"})
    api = owner(server)
    for number in (1, 2):
        api.get("/healthz", headers={"X-Forwarded-For": f"203.0.113.{number}"}, expect=200)
    limited(api.get("/healthz", headers={"X-Forwarded-For": "203.0.113.3"}), "rate_limited")


def test_failed_authentications_of_one_address(start):
    server = start({"LOQUAT_RATE_LIMIT_FAILURES": "3", "LOQUAT_TRUSTED_PROXIES": "127.0.0.1"})
    api = owner(server)
    here, there = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "203.0.113.8"}
    for _ in range(3):
        shapes.problem(api.get("/api/v1/collections", key="wrong", headers=here), 401)
    limited(api.get("/api/v1/collections", key="wrong", headers=here), "too_many_failures")
    limited(api.get("/v1/models", key="wrong", headers=here), "too_many_failures")
    # Whoever has a key is not locked out by somebody behind the same address, but nobody logs in from there.
    api.get("/api/v1/collections", headers=here, expect=200)
    limited(api.post("/api/v1/auth/token", key=None, json={}, headers=here), "too_many_failures")
    shapes.problem(api.get("/api/v1/collections", key="wrong", headers=there), 401)


def test_links_that_open_nothing(start):
    server = start({"LOQUAT_RATE_LIMIT_FAILURES": "3", "LOQUAT_TRUSTED_PROXIES": "127.0.0.1"})
    api = owner(server)
    here, there = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "203.0.113.8"}
    link = api.post(f"/api/v1/chat/sessions/{api.ask('hello')['session_id']}/share", expect=201).json()["path"]
    for path in ("/shared/guess0", "/api/v1/shared/guess1", "/shared/guess2"):
        api.get(path, key=None, headers=here, expect=404)
    for path in ("/shared/guess", "/api/v1/shared/guess"):
        limited(api.get(path, key=None, headers=here), "too_many_failures")
        api.get(path, key=None, headers=there, expect=404)
    page = api.get("/shared/guess", key=None, headers=here | {"Accept": "text/html"}, expect=429)
    assert int(page.headers["retry-after"]) >= 1 and "Too many requests" in page.text
    # Anybody can have browsers behind an address fetch such links: neither logins nor links that are in force are closed by it.
    shapes.problem(api.post("/api/v1/auth/token", key=None, json={}, headers=here), (401, 422))
    shapes.problem(api.get("/api/v1/collections", key="wrong", headers=here), 401)
    for path in (link, f"/api/v1{link}"):
        api.get(path, key=None, headers=here, expect=200)


def test_failed_authentications_close_no_link(start):
    server = start({"LOQUAT_RATE_LIMIT_FAILURES": "2", "LOQUAT_TRUSTED_PROXIES": "127.0.0.1"})
    api, here = owner(server), {"X-Forwarded-For": "203.0.113.7"}
    for _ in range(2):
        shapes.problem(api.get("/api/v1/collections", key="wrong", headers=here), 401)
    limited(api.get("/api/v1/collections", key="wrong", headers=here), "too_many_failures")
    for path in ("/shared/guess", "/api/v1/shared/guess"):
        api.get(path, key=None, headers=here, expect=404)


def test_this_machine_is_not_locked_out(start):
    server = start({"LOQUAT_RATE_LIMIT_FAILURES": "2"})
    api = owner(server)
    for _ in range(5):
        shapes.problem(api.get("/api/v1/collections", key="wrong"), 401)


def test_streams_of_one_key(start):
    server = start({"LOQUAT_MAX_STREAMS_PER_KEY": "2"})
    first, second = owner(server, "first"), owner(server, "second")
    session = first.ask("hello")["session_id"]
    path = f"/api/v1/chat/sessions/{session}/stream"
    watchers = [first.watch(path), first.watch(path)]
    for watcher in watchers:
        watcher.wait(lambda watcher: watcher.status == 200, "an open stream")
    count = len(first.sessions())
    limited(first.get(path), "too_many_streams")
    limited(first.post("/api/v1/chat", json={"message": "hello", "stream": True}), "too_many_streams")
    completion = {"model": "loquat", "messages": [{"role": "user", "content": "hello"}], "stream": True}
    limited(first.post("/v1/chat/completions", json=completion), "too_many_streams")
    assert len(first.sessions()) == count, "a refused turn was stored"
    # What does not stream, and who has another key, is not held up.
    first.ask("hello")
    second.stream("hello").finish()
    watchers[0].drop()
    # The server notices at the next sign of life.
    eventually(lambda: first.post("/v1/chat/completions", json=completion).status_code == 200, "a free place")
    for _ in range(5):
        first.stream("hello").finish()
    watchers[1].drop()


AGAIN = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def crowd(server, count):
    """Connections that are open, and have been served."""
    held = [connect(server) for _ in range(count)]
    for connection in held:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    return held


@pytest.mark.parametrize("name", ["LOQUAT_MAX_CONNECTIONS_PER_ADDRESS", "LOQUAT_MAX_CONNECTIONS"])
def test_connections(start, name):
    server = start({name: "5"})
    held = crowd(server, 5)
    for _ in range(20):
        one_more = say(server)
        assert one_more.closed and one_more.responses[0].headers["retry-after"]
        shapes.problem(one_more.responses[0], 503, "too_many_connections")
    # The commands have a door of their own.
    server.create_key("owner")
    for connection in held:
        connection.close()
    eventually(lambda: say(server, AGAIN).statuses == [200], "room again")


def test_connections_from_a_trusted_proxy(start):
    server = start({"LOQUAT_MAX_CONNECTIONS_PER_ADDRESS": "5", "LOQUAT_TRUSTED_PROXIES": "127.0.0.1"})
    held = crowd(server, 10)
    assert say(server, AGAIN).statuses == [200]
    for connection in held:
        connection.close()


@pytest.mark.parametrize("name, value", [("LOQUAT_MAX_BODY_BYTES", "1000"), ("LOQUAT_MAX_UPLOAD_BYTES", "1000")])
def test_bytes_of_a_body(start, name, value):
    api = owner(start({name: value}))
    collection = api.collection("small")
    if name == "LOQUAT_MAX_BODY_BYTES":
        answer = api.post("/api/v1/retrievals", json={"query": "x" * 1000})
    else:
        answer = api.post("/api/v1/documents", data={"collection_id": collection["id"]}, files={"file": ("a.md", b"x" * 1001)})
    shapes.problem(answer, 413, "too_large")


def test_bytes_of_a_head(start):
    server = start({"LOQUAT_MAX_HEADER_BYTES": "2000", "LOQUAT_MAX_HEADER_FIELDS": "10", "LOQUAT_MAX_TARGET_BYTES": "1000"})
    api = owner(server)
    assert api.get("/healthz", headers={"X": "y" * 1000}).status_code == 200
    shapes.problem(api.get("/healthz", headers={"X": "y" * 2000}), 431, "headers_too_large")
    shapes.problem(api.get("/healthz", headers={f"X-{n}": "y" for n in range(10)}), 431, "headers_too_large")
    shapes.problem(api.get("/" + "a" * 1000), 414, "uri_too_long")
    heard = say(server, request(server, "GET", "/" + "a" * 990, headers={"Connection": "close"}))
    assert heard.statuses == [404]


@pytest.mark.parametrize(
    "name, value",
    [
        ("LOQUAT_RATE_LIMIT_KEY", "-1"),
        ("LOQUAT_HEADER_TIMEOUT", "never"),
        ("LOQUAT_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("LOQUAT_TRUSTED_PROXIES", "proxy"),
    ],
)
def test_a_limit_that_is_none(installation, name, value):
    result = installation.run("config", settings={name: value}, check=False, data_dir=False)
    assert result.returncode != 0 and name in result.stderr


def test_each_limit_is_a_setting(installation):
    listed = installation.run("config", data_dir=False).stdout
    for name in (
        "MAX_BODY_BYTES MAX_UPLOAD_BYTES MAX_HEADER_BYTES MAX_HEADER_FIELDS MAX_TARGET_BYTES HEADER_TIMEOUT IDLE_TIMEOUT STALL_TIMEOUT MIN_RATE"
        " ANSWER_TIMEOUT MAX_CONNECTIONS MAX_CONNECTIONS_PER_ADDRESS RATE_LIMIT_KEY RATE_LIMIT_ADDRESS RATE_LIMIT_FAILURES MAX_STREAMS_PER_KEY"
        " TRUSTED_PROXIES"
    ).split():
        assert f"LOQUAT_{name} = " in listed
