#!/usr/bin/env python3
"""A library of 100,000 chunks: how long a search takes over HTTP, how soon after a start, and in how much memory.

    .venv-bench/bin/python Benchmarks/retrieval/scale.py .build/release/loquat [chunks]

Vectors come from an endpoint here that makes them from the words' hashes, since embedding so many texts takes an hour: what is measured is the
program, not the model. Prints JSON.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import numpy as np

BINARY = Path(sys.argv[1]).resolve()
CHUNKS = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
DOCUMENT = 2_500
DIMENSIONS = 384
QUERIES = 60
random = np.random.default_rng(7)
cumulative = np.cumsum(1 / np.arange(1, 60_001) ** 1.05)
WORDS = random.standard_normal((4096, DIMENSIONS)).astype(np.float32)


def words(count):
    return ["w" + np.base_repr(int(number), 36).lower() for number in np.searchsorted(cumulative, random.random(count) * cumulative[-1])]


def vector(text):
    total = sum(WORDS[hash(word) % 4096] for word in text.split()[:120]) if text.strip() else WORDS[0]
    return total / np.linalg.norm(total)


class Embeddings(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        data = [{"index": place, "embedding": [round(float(x), 5) for x in vector(text)]} for place, text in enumerate(body["input"])]
        answer = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.wfile.write(b"".join(self._headers_buffer) + b"\r\n" + answer)
        self._headers_buffer = []

    def log_message(self, *_):
        pass


def document(number):
    paragraphs = [" ".join(words(300)) + "." for _ in range(DOCUMENT)]
    return f"{number}.txt", "\n\n".join(paragraphs).encode()


def start(folder, settings):
    process = subprocess.Popen(
        [BINARY, "serve", "--port", "0", "--data-dir", folder], stdout=subprocess.PIPE, text=True, env=os.environ | settings
    )
    return process, process.stdout.readline().split()[-1]


def resident(process):
    """Anonymous and file-backed memory, in bytes."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return {line.split()[0][:-1]: int(line.split()[1]) * 1024 for line in lines if line.startswith(("RssAnon", "RssFile"))}


def measure(client, mode, top_k):
    times, inside = [], []
    for _ in range(QUERIES):
        query = " ".join(words(8))
        begin = time.perf_counter()
        answer = client.post("/api/v1/retrievals", json={"query": query, "mode": mode, "top_k": top_k}).raise_for_status().json()
        times.append((time.perf_counter() - begin) * 1000)
        inside.append(answer["timings"]["search_ms"])
    return {"p50_ms": round(float(np.median(times)), 2), "inside_p50_ms": round(float(np.median(inside)), 2)}


def asked(url):
    """Milliseconds of one text's vector from the endpoint alone, which is a part of each search by meaning."""
    times = []
    with httpx.Client() as client:
        for _ in range(QUERIES):
            begin = time.perf_counter()
            client.post(f"{url}/embeddings", json={"input": [" ".join(words(8))]}).raise_for_status()
            times.append((time.perf_counter() - begin) * 1000)
    return round(float(np.median(times)), 2)


def main():
    endpoint = ThreadingHTTPServer(("127.0.0.1", 0), Embeddings)
    threading.Thread(target=endpoint.serve_forever, daemon=True).start()
    settings = {"LOQUAT_EMBEDDINGS_URL": f"http://127.0.0.1:{endpoint.server_port}/v1", "LOQUAT_EMBEDDINGS_MODEL": "hashes"}
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        process, url = start(folder, settings)
        key = subprocess.run([BINARY, "keys", "create", "--name", "bench", "--data-dir", folder], capture_output=True, text=True).stdout.strip()
        client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=600)
        collection = client.post("/api/v1/collections", json={"name": "scale"}).json()["id"]
        begin = time.perf_counter()
        for number in range(CHUNKS // DOCUMENT):
            name, content = document(number)
            client.post("/api/v1/documents", files={"file": (name, content)}, data={"collection_id": collection}).raise_for_status()
        while True:
            items = client.get("/api/v1/documents", params={"limit": 100}).json()["items"]
            if all(item["status"] in ("ready", "failed") for item in items):
                break
            time.sleep(1)
        figures["ingest_s"] = round(time.perf_counter() - begin, 1)
        figures["chunks"] = sum(item["chunk_count"] for item in items)
        process.terminate()
        process.wait()
        begin = time.perf_counter()
        process, url = start(folder, settings)
        client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=600)
        client.post("/api/v1/retrievals", json={"query": "w1 w2 w3"}).raise_for_status()
        figures["start_to_first_search_s"] = round(time.perf_counter() - begin, 2)
        for mode in ("lexical", "dense", "hybrid"):
            for top_k in (5, 10):
                figures[f"{mode}_{top_k}"] = measure(client, mode, top_k)
        figures["endpoint_p50_ms"] = asked(settings["LOQUAT_EMBEDDINGS_URL"])
        figures |= resident(process)
        figures["resident_of_float_vectors"] = round((figures["RssAnon"] + figures["RssFile"]) / (figures["chunks"] * DIMENSIONS * 4), 2)
        process.terminate()
        process.wait()
    endpoint.shutdown()
    print(json.dumps(figures, indent=1))


main()
