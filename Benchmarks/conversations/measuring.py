"""What the benchmarks of conversations share: the program under test, requests with their times, and figures."""

import contextlib
import http.client
import json
import math
import os
import random
import statistics
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
os.environ.setdefault("LOQUAT_BINARY", str(PROJECT / ".build/release/loquat"))
sys.path.insert(0, str(PROJECT / "Tests" / "Acceptance"))

from support.raw import memory  # noqa: E402, F401
from support.server import BINARY, Installation, Server, clean_environment  # noqa: E402, F401

DEADLINE = 600


@contextlib.contextmanager
def serving(settings=None, data_dir=None):
    """A server on a free port with a data directory of its own; ended by its process id."""
    server = Server({"LOQUAT_LOG_LEVEL": "error", **(settings or {})}, data_dir).start()
    try:
        yield server
    finally:
        server.remove()


class Connection:
    """One connection that stays open, so that a request's time is the server's and not that of connecting."""

    def __init__(self, server, key=None):
        self.server = server
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._open = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)
        self._last = time.perf_counter()

    def send(self, method, path, body=None, headers=None):
        """(milliseconds, the response, its bytes); a dict is sent as JSON."""
        lines = {**self._headers, **(headers or {})}
        if isinstance(body, dict):
            body, lines["Content-Type"] = json.dumps(body), "application/json"
        # The server ends what was idle for long: a new one is made before the time is taken.
        if time.perf_counter() - self._last > 30:
            self._open.close()
            self._open.connect()
        begin = time.perf_counter()
        self._open.request(method, path, body, lines)
        response = self._open.getresponse()
        data = response.read()
        self._last = time.perf_counter()
        return (self._last - begin) * 1000, response, data

    def timed(self, method, path, body=None):
        """(milliseconds, what the JSON of a good answer says)."""
        taken, response, data = self.send(method, path, body)
        assert 200 <= response.status < 300, f"{method} {path}: {response.status} {data[:500]!r}"
        return taken, json.loads(data)

    def get(self, path):
        return self.timed("GET", path)[1]

    def post(self, path, body=None):
        return self.timed("POST", path, body or {})[1]

    def routes(self):
        """What the server offers, by path, as its own document says."""
        return self.get("/openapi.json")["paths"]

    def log_in(self):
        """Follows a link of the owner's, as their browser would, so that pages can be asked for."""
        path = self.server.login_path()
        _, response, data = self.send("GET", path)
        token = data.decode().split('name="form_token" value="', 1)[1].split('"', 1)[0]
        cookies = _cookies(response)
        form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies, "Origin": self.server.url, "Sec-Fetch-Site": "same-origin"}
        _, response, data = self.send("POST", path, f"form_token={token}", form)
        assert response.status == 303, (response.status, data[:500])
        self._headers = {"Cookie": _cookies(response)}
        return self

    def close(self):
        self._open.close()


def _cookies(response):
    return "; ".join(line.split(";", 1)[0] for name, line in response.getheaders() if name.lower() == "set-cookie")


class Words:
    """Texts of a vocabulary in which the n-th word is about 1/n as frequent as the first, always the same for a seed."""

    def __init__(self, seed, vocabulary=50_000):
        self.random = random.Random(seed)
        self.vocabulary = [_word(rank) for rank in range(vocabulary)]
        total, self._weights = 0.0, []
        for rank in range(vocabulary):
            total += 1 / (rank + 1)
            self._weights.append(total)

    def text(self, count=40):
        return " ".join(self.random.choices(self.vocabulary, cum_weights=self._weights, k=count))


def _word(rank):
    """Syllables of a consonant and a vowel, and a K: no two ranks give the same, and no stemmer shortens them."""
    rank += 65
    letters = []
    while rank:
        rank, syllable = divmod(rank, 65)
        letters.append("bdfglmnprtvzj"[syllable // 5] + "aeiou"[syllable % 5])
    return "".join(letters) + "k"


def percentile(values, share):
    """By the nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def spread(values):
    return {"p50_ms": round(statistics.median(values), 3), "p95_ms": round(percentile(values, 0.95), 3), "count": len(values)}


def compared(times, large, small):
    """Figures of each kind of request for both, and how many times as long the larger one takes."""
    figures = {}
    for kind in times[large]:
        one, other = spread(times[large][kind]), spread(times[small][kind])
        ratios = {name: round(one[f"{name}_ms"] / other[f"{name}_ms"], 2) for name in ("p50", "p95")}
        figures[kind] = {large: one, small: other, "ratio_p50": ratios["p50"], "ratio_p95": ratios["p95"]}
    return figures


def print_table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("| --- |" + " ---: |" * (len(head) - 1))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")


def print_comparison(figures, large, small):
    rows = [
        (kind, *(f"{figure[side][name]:.2f}" for side in (large, small) for name in ("p50_ms", "p95_ms")), figure["ratio_p50"], figure["ratio_p95"])
        for kind, figure in figures.items()
    ]
    print_table(["request", f"{large} p50 ms", "p95", f"{small} p50 ms", "p95", "p50 / p50", "p95 / p95"], rows)


def mebibytes(count):
    return round(count / (1 << 20), 1)


def note(text):
    """For whoever waits; the figures alone go to standard output."""
    print(text, file=sys.stderr, flush=True)
