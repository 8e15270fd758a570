"""Clients that are slow, silent or do not take what they asked for are ended, and hold nothing; who is only busy is not."""

import time

import pytest

from support import raw, script, shapes
from support.api import Api
from support.raw import Heard, Unharmed, say
from support.server import Server, upstream_settings
from support.waiting import DEADLINE, eventually
from support.wire import connect, request

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(scope="module")
def hasty(upstream):
    """A server that waits for nobody."""
    settings = {
        "LOQUAT_HEADER_TIMEOUT": "1",
        "LOQUAT_IDLE_TIMEOUT": "2",
        "LOQUAT_STALL_TIMEOUT": "1",
        "LOQUAT_MIN_RATE": "1000",
        "LOQUAT_ANSWER_TIMEOUT": "3",
    }
    server = Server(upstream_settings(upstream, **settings))
    yield server.start()
    server.remove()


@pytest.fixture(scope="module")
def owner(hasty):
    return Api(hasty, hasty.create_key("owner"))


@pytest.fixture(autouse=True)
def unharmed(hasty, owner):
    with Unharmed(hasty):
        yield


def trickle(server, head, rest, step=1, pause=0.1):
    """Sends `rest` in small steps until the server closes; what it said."""
    sock = connect(server)
    sock.sendall(head)
    said, closed = b"", False
    try:
        for start in range(0, len(rest), step):
            sock.sendall(rest[start : start + step])
            sock.settimeout(pause)
            try:
                data = sock.recv(65536)
                closed = not data
                said += data
            except TimeoutError:
                pass
            if closed:
                break
    except OSError:
        closed = True
    sock.close()
    return Heard(said, closed)


def timed_out(heard):
    assert heard.closed, heard
    shapes.problem(heard.responses[0], 408, "request_timeout")
    assert heard.statuses == [408] and heard.responses[0].headers["connection"] == "close"


def test_slow_headers(hasty):
    timed_out(trickle(hasty, GET, b"X-Slow: " + b"y" * 600))


def test_headers_that_never_end(hasty):
    timed_out(say(hasty, GET))


def test_a_silent_connection(hasty):
    heard = say(hasty)
    assert heard.closed and not heard.responses


def test_a_connection_that_asks_no_more(hasty):
    heard = say(hasty, GET + b"\r\n")
    assert heard.statuses == [200] and heard.closed


def test_a_connection_that_asks_again_in_time_is_kept(hasty):
    heard = say(hasty, *[GET + b"\r\n"] * 5, pause=1)
    assert heard.statuses == [200] * 5 and heard.closed


def test_a_thousand_silent_connections(hasty):
    connections = [connect(hasty) for _ in range(500)]
    slow = [connect(hasty) for _ in range(500)]
    for connection in slow:
        connection.sendall(GET)
    assert say(hasty, GET + b"Connection: close\r\n\r\n").statuses == [200]
    for connection in connections + slow:
        connection.settimeout(DEADLINE)
        while connection.recv(65536):
            pass
        connection.close()


@pytest.mark.parametrize("framing", ["Content-Length", "Transfer-Encoding"])
def test_a_slow_body(hasty, owner, framing):
    headers = {"Content-Type": "application/json", framing: "chunked" if framing == "Transfer-Encoding" else "100000"}
    rest = b"1\r\n{\r\n" * 1000 if framing == "Transfer-Encoding" else b" " * 1000
    timed_out(trickle(hasty, request(hasty, "POST", "/api/v1/chat", owner.key, headers=headers), rest))


def test_a_body_that_never_comes(hasty, owner):
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": "1000000"}
    timed_out(say(hasty, request(hasty, "POST", "/api/v1/documents", owner.key, headers=headers)))
    assert not list((hasty.data_dir / "uploads").iterdir()), "a part of a file is left"


def test_a_body_that_is_not_fast_but_steady(hasty, owner):
    text = b'{"query": "' + b"a " * 8000 + b'"}'
    headers = {"Content-Type": "application/json", "Content-Length": str(len(text)), "Connection": "close"}
    head = request(hasty, "POST", "/api/v1/retrievals", owner.key, headers=headers)
    heard = trickle(hasty, head, text, step=500)
    assert heard.statuses != [408], heard


def test_an_answer_that_does_not_come(hasty, owner, upstream):
    gate = script.gate()
    model = upstream.model([gate, *script.answer("late")])
    heard = say(hasty, request(hasty, "POST", "/api/v1/chat", owner.key, {"message": "hello", "model": model, "stream": False}))
    assert heard.closed
    shapes.problem(heard.responses[0], 503, "timed_out")
    # The turn belongs to the server: it goes on.
    upstream.open(gate)
    session = owner.sessions()[0]["id"]
    eventually(lambda: any(message["content"] == "late" for message in owner.messages(session)), "the answer is stored")


def test_a_stream_may_be_quiet_for_long(hasty, owner, upstream):
    gate = script.gate()
    model = upstream.model([script.Text("first"), gate, *script.answer("last")])
    watcher = owner.stream("hello", model=model)
    watcher.wait(lambda watcher: "first" in watcher.text, "the first word")
    time.sleep(5)
    upstream.open(gate)
    watcher.finish()
    assert watcher.text == "firstlast"


# Clients that do not read. What the kernel has taken of an answer may still be read after the server has let go.


@pytest.fixture(scope="module")
def long_text(owner):
    """A document whose text is longer than what the kernel takes at once."""
    text = "".join(f"Line {n} of many.\n\n" for n in range(20_000))
    (document,) = owner.ready(owner.upload(owner.collection("long"), "long.txt", text, "text/plain"))
    return f"/api/v1/documents/{document['id']}/content"


def ended(server, sent, read=lambda sock: None):
    """Asks on a connection with little room and reads as `read` does, until the server has ended it."""
    sock = connect(server, receive_buffer=4096)
    eventually(lambda: raw.holds(server, sock), "a connection")
    # The client says no more once the server takes no more.
    sock.setblocking(False)
    end = time.monotonic() + DEADLINE
    while raw.holds(server, sock):
        assert time.monotonic() < end, "it is still there"
        try:
            sent = sent[sock.send(sent) :] if sent else sent
        except (BlockingIOError, ConnectionError):
            pass
        read(sock)
        time.sleep(0.1)
    sock.close()


def slowly(sock):
    try:
        sock.recv(20)
    except (BlockingIOError, ConnectionError):
        pass


@pytest.mark.parametrize("read", [lambda sock: None, slowly], ids=["never", "slowly"])
def test_a_client_that_asks_and_asks_and_does_not_read(hasty, owner, long_text, read):
    ended(hasty, request(hasty, "GET", long_text, owner.key) * 100, read)


@pytest.mark.parametrize("read", [lambda sock: None, slowly], ids=["never", "slowly"])
def test_a_client_that_does_not_read_its_stream(hasty, owner, upstream, read):
    gate = script.gate()
    model = upstream.model([*[script.Text("word " * 5_000)] * 150, gate, *script.answer("end")])
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "much"}]}
    ended(hasty, request(hasty, "POST", "/v1/chat/completions", owner.key, body), read)
    # The turn goes on without it.
    upstream.open(gate)
    session = owner.sessions()[0]["id"]
    answer = eventually(lambda: [m for m in owner.messages(session) if m["role"] == "assistant" and m["status"] != "generating"], "an end")
    assert answer[0]["status"] == "complete" and answer[0]["content"].endswith("end"), answer[0]["status"]


def test_whoever_is_slow_does_not_hold_up_the_end(start):
    server = start()
    sayings = [b"", GET, b"nonsense\r\n\r\n", GET + b"\r\n", GET + b"Connection: close\r\n\r\n"]
    held = [connect(server) for _ in sayings]
    for connection, saying in zip(held, sayings):
        connection.sendall(saying)
    for connection in held[2:]:
        assert connection.recv(1)
    assert server.stop() == 0
    for connection in held:
        connection.close()
