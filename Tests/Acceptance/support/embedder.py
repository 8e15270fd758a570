"""An endpoint of embeddings that does what a test says. A vector counts a text's words: texts of the same words are near each other."""

import json
import re
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        embedder = self.server.embedder
        texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input"]
        embedder.asked.append((self.headers["Authorization"], texts))
        try:
            self._answer(embedder, embedder.rule(texts), texts)
        except OSError:
            pass  # Whoever asked has left.

    def _answer(self, embedder, rule, texts):
        if rule == "silent":
            embedder.gate.wait()
        status = rule if isinstance(rule, int) else 200
        data = [{"index": index, "embedding": embedder.vector(text)} for index, text in enumerate(texts)] if status == 200 else []
        answer = json.dumps({"data": data}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if rule == "stalled":
            self.wfile.write(answer[:10])
            self.wfile.flush()
            embedder.gate.wait()
        else:
            self.wfile.write(answer)

    def log_message(self, *_):
        pass


class Embedder:
    """`rule` says of each request's texts: a status, "stalled" after the head, or "silent"; both end when the `gate` is opened."""

    def __init__(self):
        self.dimensions, self.asked, self.gate = 512, [], threading.Event()
        self.rule = lambda texts: 200
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.embedder = self
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def vector(self, text):
        vector = [0] * self.dimensions
        for word in re.findall(r"\w+", text.lower()):
            vector[zlib.crc32(word.encode()) % self.dimensions] += 1
        return vector

    def settings(self, **more):
        url = f"http://127.0.0.1:{self._server.server_port}/v1"
        return {"LOQUAT_EMBEDDINGS_URL": url, "LOQUAT_EMBEDDINGS_MODEL": "words", **more}

    def close(self):
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
