"""A model that streams deltas at a fixed rate, each with the moment when it was sent."""

import json
import socket
import threading
import time

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def model(port, count, rate, size):
    """A process: an OpenAI-compatible endpoint; the model `stamped` streams, any other says one word."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    port.send(listener.getsockname()[1])
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_answer, args=(connection, count, rate, size), daemon=True).start()


def _answer(connection, count, rate, size):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, connection.makefile("rb") as requests:
        while line := requests.readline():
            length = 0
            while (field := requests.readline()) not in (b"\r\n", b""):
                name, _, value = field.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            body = json.loads(requests.read(length)) if length else {}
            if b"/models" in line:
                _plain(connection, {"object": "list", "data": [{"id": "stamped", "object": "model"}]})
            elif body.get("model") == "stamped":
                _stream(connection, count, rate, size)
            else:
                message = {"role": "assistant", "content": "Hello."}
                _plain(connection, {"object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})


def _plain(connection, value):
    data = json.dumps(value).encode()
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(data) + data)


def _stream(connection, count, rate, size):
    connection.sendall(HEAD)
    begin = time.monotonic()
    for number in range(count):
        time.sleep(max(0, begin + number / rate - time.monotonic()))
        text = f"@{time.monotonic_ns()};"
        _chunk(connection, {"delta": {"content": text + "x" * (size - len(text) - 1) + " "}, "finish_reason": None})
    _chunk(connection, {"delta": {}, "finish_reason": "stop"})
    connection.sendall(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")


def _chunk(connection, choice):
    value = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "stamped", "choices": [{"index": 0, **choice}]}
    data = b"data: " + json.dumps(value).encode() + b"\n\n"
    connection.sendall(b"%x\r\n%s\r\n" % (len(data), data))
