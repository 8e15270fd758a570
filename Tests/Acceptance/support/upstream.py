"""A model provider that does exactly what a test scripts: an OpenAI-compatible endpoint on raw sockets, in a thread.

The model's name chooses the script. Every request is recorded. Waits end when the test opens a gate, from Python or by
`POST /control/gates/NAME`. By hand: `python -m support.upstream`.
"""

import asyncio
import collections
import itertools
import json
import socket
import struct
import threading
from dataclasses import dataclass

from support import script
from support.waiting import eventually

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"


@dataclass
class Exchange:
    """One request as it came, `raw` its body's bytes; `left` is true once the other side has gone before the answer's end."""

    model: str
    path: str
    headers: dict
    body: dict
    raw: bytes = b""
    left: bool = False

    @property
    def prompt(self):
        """All the words that the model was given, whatever their role."""
        return "\n".join(_words(message.get("content")) for message in self.body["messages"])

    @property
    def messages(self):
        return [(message["role"], _words(message.get("content"))) for message in self.body["messages"]]


def _words(content):
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return content or ""


class Upstream:
    def __init__(self, port=0):
        self._loop = asyncio.new_event_loop()
        self._scripts, self._exchanges, self._gates, self._arrived = {}, [], {}, set()
        self._said = collections.Counter()
        self._names = itertools.count(1)
        started = threading.Event()
        threading.Thread(target=self._run, args=(port, started), daemon=True).start()
        started.wait()
        self.url = f"http://127.0.0.1:{self.port}/v1"

    def _run(self, port, started):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connection, "127.0.0.1", port, backlog=4096, limit=2**26))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()

    # What a test says

    def model(self, *attempts, name=None):
        """The name of a model that follows these scripts, one for each request, the last one from then on."""
        name = name or f"scripted-{next(self._names)}"
        self._scripts[name] = [list(attempt) for attempt in attempts]
        return name

    def requests(self, model):
        return [exchange for exchange in self._exchanges if exchange.model == model]

    def said(self, model):
        """How many tokens it has sent so far, over all requests."""
        return self._said[model]

    def reached(self, gate):
        """Waits until a request stands before the gate."""
        eventually(lambda: gate.name in self._arrived, f"a request at {gate.name}")

    def open(self, *gates):
        for gate in gates:
            self._loop.call_soon_threadsafe(self._gate(gate.name).set)

    def _gate(self, name):
        return self._gates.setdefault(name, asyncio.Event())

    # What a client hears

    async def _connection(self, reader, writer):
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await self._body(reader, headers)
        if path.startswith("/control/"):
            return self._control(writer, path, body)
        if path.endswith("/models"):
            names = [{"id": name, "object": "model", "created": 1700000000, "owned_by": "script"} for name in self._scripts]
            return self._plain(writer, 200, {"object": "list", "data": names})
        if method != "POST" or not path.endswith("/chat/completions"):
            return self._plain(writer, 404, {"error": {"message": f"no such path: {path}"}})
        exchange = Exchange(None, path, headers, json.loads(body), body)
        exchange.model = exchange.body.get("model")
        earlier = len(self.requests(exchange.model))
        self._exchanges.append(exchange)
        attempts = self._scripts.get(exchange.model)
        if attempts is None:
            return self._plain(writer, 404, {"error": {"message": f"no such model: {exchange.model}", "code": "model_not_found"}})
        return await self._play(reader, writer, exchange, attempts[min(earlier, len(attempts) - 1)])

    async def _body(self, reader, headers):
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return await reader.readexactly(int(headers.get("content-length", 0)))
        body = b""
        while size := int((await reader.readline()).split(b";")[0], 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readuntil(b"\r\n")
        return body

    def _control(self, writer, path, body):
        name = path.rsplit("/", 1)[1]
        if path.startswith("/control/gates/"):
            self._gate(name).set()
            return self._plain(writer, 200, {"open": name})
        if path.startswith("/control/requests/"):
            return self._plain(writer, 200, [exchange.body for exchange in self.requests(name)])
        return self._plain(writer, 404, {"error": {"message": path}})

    def _plain(self, writer, code, body, headers=None):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = {"Content-Type": "application/json", "Content-Length": len(body), **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"HTTP/1.1 {code} Scripted\r\n{head}\r\n".encode() + body)
        return True

    async def _play(self, reader, writer, exchange, steps):
        for step in steps:
            if isinstance(step, script.Status):
                return self._plain(writer, step.code, step.body, step.headers)
        if not exchange.body.get("stream"):
            for step in steps:
                if isinstance(step, script.Gate):
                    await self._wait(reader, exchange, step)
            return self._plain(writer, 200, script.completion(exchange.model, steps))
        framing = next((step for step in steps if isinstance(step, script.Framing)), script.Framing())
        writer.write(_HEAD)
        for step in steps:
            match step:
                case script.Cut():
                    await writer.drain()
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    writer.transport.abort()
                    return False
                case script.Gate():
                    await writer.drain()
                    await self._wait(reader, exchange, step)
                case script.Pace():
                    await asyncio.sleep(step.seconds)
                case script.Raw():
                    await self._send(writer, step.bytes, framing)
                case _:
                    if event := self._event(exchange, step):
                        await self._send(writer, b"data: " + event + framing.line_end * 2, framing)
                    self._said[exchange.model] += isinstance(step, script.Text)
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    def _event(self, exchange, step):
        match step:
            case script.Text():
                return script.chunk(exchange.model, {"role": "assistant", "content": step.text})
            case script.Delta():
                return script.chunk(exchange.model, step.delta)
            case script.Finish():
                return script.chunk(exchange.model, reason=step.reason)
            case script.Usage():
                return script.chunk(exchange.model, usage=script.usage_of(step))
            case script.Done():
                return b"[DONE]"

    async def _send(self, writer, data, framing):
        for piece in [bytes([byte]) for byte in data] if framing.byte_by_byte else [data]:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()

    async def _wait(self, reader, exchange, gate):
        """Until the gate opens or the other side leaves."""
        self._arrived.add(gate.name)
        opened = asyncio.ensure_future(self._gate(gate.name).wait())
        gone = asyncio.ensure_future(reader.read(1))
        await asyncio.wait({opened, gone}, return_when=asyncio.FIRST_COMPLETED)
        if gone.done() and not opened.done():
            opened.cancel()
            exchange.left = True
            raise ConnectionResetError
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)


if __name__ == "__main__":
    upstream = Upstream()
    upstream.model(script.answer("Hello", " world"), name="hello")
    print(f"listening on http://127.0.0.1:{upstream.port}", flush=True)
    threading.Event().wait()
