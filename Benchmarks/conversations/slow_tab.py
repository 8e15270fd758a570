#!/usr/bin/env python3
"""Whether watchers who do not read slow those down who do.

    LOQUAT_BINARY=.build/release/loquat python3 Benchmarks/conversations/slow_tab.py \\
        [--slow 500] [--watchers 20] [--pairs 5] [--seconds 15] [--rate 40] [--bytes 600]

A model streams deltas at a fixed rate, each with the moment when it was sent. 20 watchers of the session's stream note when each delta is there.
In every other run 500 more watch the same stream and take one byte a second, with sockets that hold next to nothing, so that the server has to
wait for them. The pairs of runs, with and without, come in alternating order; of each the p99 of the 20 watchers' delays counts, and of the
five ratios the median. Near 1 it proves that a stuck tab costs the others nothing; the second half of a turn is told for itself too, because
until their sockets are full the slow ones are written to like anybody else. The server's resident memory before and after each run tells what
a slow watcher holds.

The model and the slow watchers are processes of their own, so that their work is not taken for the server's. After 30 s the server would end
the slow ones (LOQUAT_STALL_TIMEOUT): it is told to keep them. Prints a table and a JSON object.
"""

import argparse
import json
import multiprocessing
import re
import selectors
import socket
import statistics
import threading
import time

from measuring import Connection, mebibytes, memory, note, percentile, print_table, serving
from stamped_model import model

STAMP = re.compile(rb"@(\d+);")
# What a slow watcher's socket may take in unread; the kernel doubles it and has a least size of its own.
RECEIVE_BUFFER = 1_024
# Bytes of a segment to a slow watcher: by it the kernel sizes what it takes from the server beforehand, a megabyte and more with loopback's own.
SEGMENT = 536
DEADLINE = 120


# Watchers


def opened(port, path, key, slow=False):
    """A connection that has asked for the stream; nothing of the answer is read."""
    connection = socket.socket()
    if slow:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
    connection.settimeout(DEADLINE)
    connection.connect(("127.0.0.1", port))
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\nAccept: text/event-stream\r\n\r\n"
    connection.sendall(head.encode())
    return connection


def slow_watchers(orders, port, path, key, count):
    """A process: watchers of one byte a second each, until it is told to report."""
    selector, taken, ended = selectors.DefaultSelector(), 0, 0
    selector.register(orders, selectors.EVENT_READ)
    turns = []
    for number in range(count):
        connection = opened(port, path, key, slow=True)
        # The answer has begun: from now on this one watches.
        taken += len(connection.recv(1))
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ)
        turns.append((time.monotonic() + 1 + number / count, connection))
        # Read again only when its second is over.
        selector.unregister(connection)
    orders.send("watching")
    place = 0
    while True:
        due = max(0, turns[place][0] - time.monotonic()) if turns else None
        if selector.select(due):
            orders.recv()
            break
        when, connection = turns[place]
        try:
            data = connection.recv(1)
            taken += len(data)
            if not data:
                raise ConnectionResetError
            turns[place] = (when + 1, connection)
        except BlockingIOError:
            turns[place] = (when + 1, connection)
        except ConnectionError:
            ended += 1
            connection.close()
            turns.pop(place)
            place -= 1
        place = (place + 1) % len(turns) if turns else 0
    orders.send({"bytes": taken, "ended": ended})
    orders.recv()


class Watchers:
    """Those who read all at once, in a thread: the delay of each delta for each of them."""

    def __init__(self, port, path, key, count):
        self.delays, self._ended, self._rest = [], 0, {}
        self._selector = selectors.DefaultSelector()
        for _ in range(count):
            connection = opened(port, path, key)
            head = connection.recv(1 << 16)
            assert head.startswith(b"HTTP/1.1 200"), head[:500]
            connection.setblocking(False)
            self._selector.register(connection, selectors.EVENT_READ)
            self._rest[connection] = head.split(b"\r\n\r\n", 1)[1]
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._stop = threading.Event()
        self._thread.start()

    def _watch(self):
        while not self._stop.is_set():
            for ready, _ in self._selector.select(0.2):
                data = ready.fileobj.recv(1 << 18)
                now = time.monotonic_ns()
                if not data:
                    self._selector.unregister(ready.fileobj)
                    self._ended += 1
                    continue
                self._take(ready.fileobj, data, now)

    def _take(self, connection, data, now):
        *lines, self._rest[connection] = (self._rest[connection] + data).split(b"\n")
        for line in lines:
            # The turn's whole text comes once more at its end, as HTML.
            if line.startswith(b"data:") and b'"type":"delta"' in line.replace(b" ", b""):
                self.delays += [(int(stamp), (now - int(stamp)) / 1e6) for stamp in STAMP.findall(line)]

    def heard(self, expected):
        """Waits until every one of them has heard all; returns the milliseconds of each delta's way, in the order of their sending."""
        end = time.monotonic() + DEADLINE
        while len(self.delays) < expected and time.monotonic() < end:
            time.sleep(0.05)
        self._stop.set()
        self._thread.join()
        for connection in self._rest:
            connection.close()
        assert len(self.delays) == expected, f"{len(self.delays)} deltas heard of {expected}; {self._ended} watchers were ended"
        return [delay for _, delay in sorted(self.delays)]


def waiting_for(port):
    """Bytes that the kernel holds for clients of this port that do not take them, and how many connections those are."""
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    held = [int(row[4].split(":")[0], 16) for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "01"]
    held = [count for count in held if count]
    return len(held), sum(held)


# Runs


class Bench:
    def __init__(self, server, options):
        self.server, self.options = server, options
        self.key = server.create_key("bench")
        self.api = Connection(server, self.key)
        self.context = multiprocessing.get_context("spawn")

    def complete(self, name, session=None):
        """One turn through OpenAI's door, heard to its end; returns its session. The provider is asked as the server is: to stream or not."""
        body = json.dumps({"model": name, "messages": [{"role": "user", "content": "Go on."}], "stream": name == "stamped"})
        headers = {"Content-Type": "application/json", **({"X-Loquat-Session": session} if session else {})}
        _, response, data = self.api.send("POST", "/v1/chat/completions", body, headers)
        assert response.status == 200, (response.status, data[:500])
        return response.headers["X-Loquat-Session"]

    def run(self, slow):
        """One turn of a session of its own, watched; its figures."""
        session = self.complete("short")
        path = f"/api/v1/chat/sessions/{session}/stream"
        before = memory(self.server)
        figures, process = {}, None
        if slow:
            orders, theirs = self.context.Pipe()
            arguments = (theirs, self.server.port, path, self.key, slow)
            process = self.context.Process(target=slow_watchers, args=arguments, daemon=True)
            process.start()
            assert orders.poll(DEADLINE) and orders.recv() == "watching"
        watching = memory(self.server)
        watchers = Watchers(self.server.port, path, self.key, self.options.watchers)
        self.complete("stamped", session)
        delays = watchers.heard(self.options.watchers * self.options.deltas)
        after = memory(self.server)
        if process:
            figures["stuck"], held = waiting_for(self.server.port)
            figures["kernel_holds_mib"] = mebibytes(held)
            orders.send("report")
            report = orders.recv()
            figures["slow_took_bytes"], figures["slow_ended"] = report["bytes"], report["ended"]
            figures["resident_by_slow_kib"] = round((after - before) / 1024 / slow, 1)
            figures["of_these_for_connecting_kib"] = round((watching - before) / 1024 / slow, 1)
            orders.send("go")
            process.join(DEADLINE)
        figures |= {f"p{share * 100:g}_ms": round(percentile(delays, share), 2) for share in (0.5, 0.99, 0.999)}
        # By then the slow ones are stuck; before, the server has to write to them too.
        figures["p99_ms_of_second_half"] = round(percentile(delays[len(delays) // 2 :], 0.99), 2)
        figures |= {"resident_before_mib": mebibytes(before), "resident_after_mib": mebibytes(after)}
        time.sleep(1)
        return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slow", type=int, default=500, help="watchers of one byte a second")
    parser.add_argument("--watchers", type=int, default=20, help="watchers who read all")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=15, help="of a turn")
    parser.add_argument("--rate", type=float, default=40, help="deltas a second")
    parser.add_argument("--bytes", type=int, default=600, help="of a delta; half of a turn must be more than the 110 kB that wait for a slow one")
    options = parser.parse_args()
    options.deltas = int(options.seconds * options.rate)
    port, theirs = multiprocessing.get_context("spawn").Pipe()
    upstream = multiprocessing.get_context("spawn").Process(target=model, args=(theirs, options.deltas, options.rate, options.bytes), daemon=True)
    upstream.start()
    url = f"http://127.0.0.1:{port.recv()}/v1"
    # The slow ones are to stay: without them there is nothing to measure.
    settings = {"LOQUAT_LLM_URL": url, "LOQUAT_LLM_MODEL": "*", "LOQUAT_CLASSIFIER_MODEL": "none", "LOQUAT_STALL_TIMEOUT": "3600"}
    pairs = []
    try:
        with serving(settings) as server:
            bench = Bench(server, options)
            # One run for nothing warms the server up.
            bench.run(0)
            for number in range(options.pairs):
                order = (options.slow, 0) if number % 2 else (0, options.slow)
                runs = {}
                for slow in order:
                    note(f"pair {number + 1} of {options.pairs}: {slow} slow watchers")
                    runs["with" if slow else "without"] = bench.run(slow)
                for kind in ("p99_ms", "p99_ms_of_second_half"):
                    runs[f"ratio_{kind}"] = round(runs["with"][kind] / runs["without"][kind], 3)
                pairs.append(runs)
            assert server.stop() == 0
            verified = server.run("verify").stdout.strip()
    finally:
        upstream.kill()
        upstream.join()
    figures = {
        "slow": options.slow,
        "watchers": options.watchers,
        "deltas": options.deltas,
        "ratio_p99_median": statistics.median(pair["ratio_p99_ms"] for pair in pairs),
        "ratio_p99_of_second_half_median": statistics.median(pair["ratio_p99_ms_of_second_half"] for pair in pairs),
        "resident_by_slow_kib_median": statistics.median(pair["with"]["resident_by_slow_kib"] for pair in pairs),
        "verify": verified,
        "pairs": pairs,
    }
    print_table(
        ["pair", "p99 ms without", "with", "p99 / p99", "second half without", "with", "p99 / p99", "KiB resident by slow watcher", "stuck"],
        [
            (number, pair["without"]["p99_ms"], pair["with"]["p99_ms"], pair["ratio_p99_ms"], pair["without"]["p99_ms_of_second_half"],
             pair["with"]["p99_ms_of_second_half"], pair["ratio_p99_ms_of_second_half"], pair["with"]["resident_by_slow_kib"],
             f"{pair['with']['stuck']} of {options.slow}")
            for number, pair in enumerate(pairs, 1)
        ],
    )  # fmt: skip
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
