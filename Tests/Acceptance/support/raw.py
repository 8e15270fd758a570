"""Connections that say anything, heard to their end; and what a process holds while they do."""

import json
import os
import socket
import time
from types import SimpleNamespace

from support.waiting import DEADLINE, eventually
from support.wire import ResponseReader, connect


class Heard:
    """What a server said on one connection: its responses in their order, what came after them, and whether it closed."""

    def __init__(self, data, closed):
        self.closed, self.responses = closed, []
        while data:
            reader = ResponseReader()
            body = reader.feed(data)
            measured = {"content-length", "transfer-encoding"} & reader.headers.keys()
            if reader.status is None or (measured and not reader.finished):
                break
            self._add(reader, body)
            # Without a measure the body goes on until the close.
            data = data[self._size(reader, data) :] if measured or reader.finished else b""
        self.rest = data

    @staticmethod
    def _size(reader, data):
        """Bytes of the response at the beginning of `data`; the reader does not say what it left over."""
        position = data.index(b"\r\n\r\n") + 4
        if "transfer-encoding" not in reader.headers:
            return position + int(reader.headers.get("content-length", 0))
        while True:
            end = data.index(b"\r\n", position)
            length = int(data[position:end].split(b";")[0], 16)
            position = end + 2 + length + 2
            if length == 0:
                return position

    def _add(self, reader, body):
        answer = SimpleNamespace(status_code=reader.status, headers=reader.headers, text=body.decode(errors="replace"), content=body)
        answer.json = lambda: json.loads(body)
        self.responses.append(answer)

    @property
    def statuses(self):
        return [response.status_code for response in self.responses]

    def __repr__(self):
        return f"{self.statuses} closed={self.closed} rest={self.rest[:200]!r} {[r.text[:200] for r in self.responses]}"


def say(server, *pieces, half_close=False, patience=DEADLINE, pause=0, until=None):
    """Sends the pieces and hears until the server closes, `until(Heard)` holds or nothing comes for `patience` seconds."""
    sock = connect(server)
    said = b""
    sock.settimeout(patience)
    try:
        try:
            for piece in pieces:
                sock.sendall(piece)
                if pause:
                    time.sleep(pause)
            if half_close:
                sock.shutdown(socket.SHUT_WR)
        except OSError:  # it closed before all was said; what it answered may still be there
            pass
        while True:
            data = sock.recv(1 << 16)
            if not data:
                return Heard(said, True)
            said += data
            if until and until(Heard(said, False)):
                return Heard(said, False)
    except TimeoutError:
        return Heard(said, False)
    except OSError:
        return Heard(said, True)
    finally:
        sock.close()


def memory(server):
    """Bytes that the process has in memory."""
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))


def most_memory(server):
    """Bytes that the process had in memory when it had most."""
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def holds(server, sock):
    """Whether the server still has its end of a connection; what the kernel does with the rest of it is another matter."""
    here, there = (f":{port:04X}" for port in (server.port, sock.getsockname()[1]))
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table]
    return any(row[1].endswith(here) and row[2].endswith(there) and row[9] != "0" for row in rows[1:])


def descriptors(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


class Unharmed:
    """Whatever was done to a server in between: it lives, answers, and holds no more than before."""

    # A debug build keeps what it took once; a leak of what the tests send is far beyond this.
    MEMORY = 256 << 20
    DESCRIPTORS = 8

    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.pid, self.files, self.bytes = self.server.process.pid, descriptors(self.server), memory(self.server)
        return self

    def __exit__(self, kind, *_):
        if kind:
            return
        assert self.server.running and self.server.process.pid == self.pid, self.server.stderr[-4000:]
        healthy = say(self.server, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert healthy.statuses == [200], healthy
        eventually(lambda: descriptors(self.server) <= self.files + self.DESCRIPTORS, "file descriptors given back")
        assert memory(self.server) < self.bytes + self.MEMORY
