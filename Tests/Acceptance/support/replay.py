"""A server that says recorded bytes again, for clients that cannot be handed bytes."""

import socketserver
import threading
from contextlib import contextmanager


@contextmanager
def replay(stream, piece=None):
    """The address of a server that sends `stream` once to whoever asks, `piece` bytes at a time, and then closes."""
    size = piece or len(stream)

    class Handler(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self):
            while self.rfile.readline().strip():
                pass
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            for start in range(0, len(stream), size):
                self.wfile.write(stream[start : start + size])

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
