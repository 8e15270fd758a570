"""A network between a browser and a server, which can be cut."""

import asyncio
import threading


class Gap:
    """Passes bytes on to `target()`, a port on this machine, until it is cut."""

    def __init__(self, target):
        self._target, self._open, self._writers = target, True, set()
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        threading.Thread(target=self._run, args=(started,), daemon=True).start()
        started.wait()
        self.url = f"http://127.0.0.1:{self.port}"

    def _run(self, started):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connection, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()

    def cut(self):
        """Ends every connection, and those that are tried from now on."""
        done = threading.Event()

        def end():
            self._open = False
            for writer in self._writers:
                writer.transport.abort()
            done.set()

        self._loop.call_soon_threadsafe(end)
        done.wait()

    def mend(self):
        self._open = True

    def close(self):
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _connection(self, reader, writer):
        if not self._open:
            return writer.transport.abort()
        try:
            there_reader, there = await asyncio.open_connection("127.0.0.1", self._target())
        except OSError:
            return writer.transport.abort()
        self._writers |= {writer, there}
        await asyncio.gather(self._pass(reader, there), self._pass(there_reader, writer), return_exceptions=True)
        self._writers -= {writer, there}

    async def _pass(self, reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()
