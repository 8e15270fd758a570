"""HTTP by hand: requests sent as bytes, streams watched event by event, connections dropped at will."""

import json
import re
import socket
import threading
import time

from support import sse
from support.waiting import DEADLINE


def connect(server, receive_buffer=None):
    sock = socket.socket()
    if receive_buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.settimeout(DEADLINE)
    sock.connect((server.host, server.port))
    return sock


def request(server, method, path, key=None, body=None, headers=None):
    """The bytes of one request; a dict as body is sent as JSON."""
    lines = {"Host": f"{server.host}:{server.port}", "Accept": "*/*"}
    if key:
        lines["Authorization"] = f"Bearer {key}"
    if isinstance(body, dict):
        body = json.dumps(body).encode()
        lines["Content-Type"] = "application/json"
    if body is not None:
        lines["Content-Length"] = str(len(body))
    lines.update(headers or {})
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
    return head.encode() + (body or b"")


class ResponseReader:
    """Takes the bytes of a connection apart: status and headers, then the body, whether chunked, measured or until the close."""

    def __init__(self):
        self.status, self.headers, self.finished = None, {}, False
        self._buffer, self._left, self._chunked = b"", None, False

    def feed(self, data):
        """Returns what became known of the body."""
        self._buffer += data
        if self.status is None:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return b""
            self._head(head.decode("latin-1"))
            self._buffer = rest
        if self._chunked:
            return self._chunks()
        body, self._buffer = self._buffer, b""
        if self._left is not None:
            body = body[: self._left]
            self._left -= len(body)
            self.finished = self._left == 0
        return body

    def _head(self, head):
        first, *lines = head.split("\r\n")
        self.status = int(first.split(" ")[1])
        for line in lines:
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()
        self._chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        if "content-length" in self.headers:
            self._left = int(self.headers["content-length"])
            self.finished = self._left == 0
        elif self.status < 200 or self.status in (204, 304):
            self._left, self.finished = 0, True

    def _chunks(self):
        body = b""
        while not self.finished:
            match = re.match(rb"([0-9A-Fa-f]+)[^\r\n]*\r\n", self._buffer)
            if not match:
                break
            size = int(match.group(1), 16)
            if len(self._buffer) < match.end() + size + 2:
                break
            body += self._buffer[match.end() : match.end() + size]
            self._buffer = self._buffer[match.end() + size + 2 :]
            self.finished = size == 0
        return body


class Watcher:
    """One watched stream, read by a thread of its own until it ends or `drop` cuts it."""

    def __init__(self, server, method, path, key, body=None, headers=None):
        self._reader, self._splitter = ResponseReader(), sse.Splitter()
        self._changed, self._over, self.failure = threading.Condition(), False, None
        self.body = b""
        self._socket = connect(server)
        self._socket.settimeout(None)
        self._socket.sendall(request(server, method, path, key, body, {"Accept": "text/event-stream", **(headers or {})}))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            while not self._reader.finished:
                data = self._socket.recv(65536)
                if not data:
                    break
                with self._changed:
                    self._take(self._reader.feed(data))
                    self._changed.notify_all()
        except OSError:
            pass
        except Exception as error:  # handed to the test by the next wait
            self.failure = error
        finally:
            with self._changed:
                self._over = True
                self._changed.notify_all()
            self._socket.close()

    def _take(self, body):
        self.body += body
        if self.headers.get("content-type", "").startswith("text/event-stream"):
            self._splitter.feed(body)

    @property
    def status(self):
        return self._reader.status

    @property
    def headers(self):
        return self._reader.headers

    @property
    def events(self):
        with self._changed:
            return list(self._splitter.events)

    @property
    def comments(self):
        with self._changed:
            return list(self._splitter.comments)

    @property
    def text(self):
        return sse.text(self.events)

    @property
    def complete(self):
        """Whether the response ended as HTTP says it must, not by a cut connection."""
        return self._reader.finished

    def wait(self, check, what, seconds=None):
        """Waits until `check(self)` is truthy; fails when the stream is over before, or at the deadline."""
        end = time.monotonic() + (seconds or DEADLINE)
        while True:
            answer = check(self)
            if answer:
                return answer
            with self._changed:
                if self.failure:
                    raise self.failure
                if not self._over:
                    self._changed.wait(0.05)
                    left = end - time.monotonic()
                else:
                    left = 0
            if left <= 0:
                answer = check(self)
                if answer:
                    return answer
                state = "over" if self._over else "still open"
                raise AssertionError(f"the stream never had {what} ({state}, status {self.status}): {self.events} {self.body[:500]!r}")

    def opened(self):
        """Waits for the response's head, and expects it to be good."""
        self.wait(lambda watcher: watcher.status, "a response")
        assert self.status == 200, (self.status, self.finish() and None or self.body[:1000])
        return self

    def event(self, name, number=1):
        """Waits for the event of that name, the first unless told, and returns it."""

        def found(watcher):
            named = [event for event in watcher.events if event.name == name]
            return len(named) >= number and named[number - 1]

        return self.wait(found, f"{number} × {name}")

    def shows(self, words):
        """Waits until the text so far holds `words`."""
        self.wait(lambda watcher: words in watcher.text, f"the text {words!r}")
        return self

    def finish(self, seconds=None):
        """Waits for the end of the response and returns its events."""
        self.wait(lambda watcher: watcher._over, "an end", seconds)
        if self.failure:
            raise self.failure
        return self.events

    def drop(self):
        """Closes the connection, whatever the server was about to say."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        with self._changed:
            self._changed.wait_for(lambda: self._over, DEADLINE)


def exchange(server, data, half_close=False, patience=10):
    """Sends raw bytes and reads until a whole response is there, the server closes, or it says nothing more for `patience` seconds;
    returns all it said. For requests so broken that silence is an answer too."""
    sock = connect(server)
    sock.settimeout(patience)
    heard, reader = b"", ResponseReader()
    try:
        sock.sendall(data)
        if half_close:
            sock.shutdown(socket.SHUT_WR)
        while not reader.finished:
            piece = sock.recv(65536)
            if not piece:
                break
            heard += piece
            reader.feed(piece)
    except (OSError, ValueError, IndexError):
        pass
    finally:
        sock.close()
    return heard
