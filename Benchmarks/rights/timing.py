#!/usr/bin/env python3
"""Whether the time of a 404 tells "not yours" from "not there".

    LOQUAT_BINARY=.build/release/loquat .venv-bench/bin/python Benchmarks/rights/timing.py [REQUESTS]

Each operation is asked over one connection, REQUESTS times (1000) for things of others and as often for ids that nobody has, in random order.
Prints both medians and z of the Mann-Whitney test: beyond 3 either way the two can be told apart.
"""

import http.client
import json
import math
import random
import statistics
import sys
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "Tests" / "Acceptance"))

from support import people  # noqa: E402
from support.server import Server  # noqa: E402

THINGS = 20
CHANGES = {"collections": {"description": "x"}, "chat/sessions": {"title": "x"}, "users": {"name": "x"}}


def world(server):
    """Things of one person, and who asks for them: another member, and for users of another workspace the owner."""
    owner = people.register(server)
    ann, bob = people.add(owner, "ann"), people.add(owner, "bob")
    server.stop()
    strangers = [people.stranger(server, f"stranger{number}").id for number in range(THINGS)]
    server.start()
    collections = [ann.api.collection(f"c{number}") for number in range(THINGS)]
    documents = [ann.api.write(collection, "title", "Some text about turtles.")["id"] for collection in collections]
    return {
        "collections": (bob, [collection["id"] for collection in collections], ("GET", "PATCH", "DELETE")),
        "documents": (bob, documents, ("GET", "DELETE")),
        "chat/sessions": (bob, [ann.api.ask("turtles?")["session_id"] for _ in range(THINGS)], ("GET", "PATCH", "DELETE")),
        "api-keys": (bob, [people.key(ann.api, f"k{number}")["id"] for number in range(THINGS)], ("DELETE",)),
        "users": (owner, strangers, ("GET", "PATCH", "DELETE")),
    }


def nobodys(identifier):
    """An id of the same age."""
    return str(uuid.UUID(int=uuid.UUID(identifier).int & ~((1 << 62) - 1) | random.getrandbits(62)))


def times(server, person, method, kind, ids, requests):
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    headers = {"Authorization": f"Bearer {person.key}", "Content-Type": "application/json"}
    body = json.dumps(CHANGES[kind]) if method == "PATCH" else None
    taken = ([], [])
    order = [0, 1] * requests
    random.shuffle(order)
    for index, group in enumerate([0, 1] * 50 + order):
        path = f"/api/v1/{kind}/{random.choice(ids[group])}"
        start = time.perf_counter_ns()
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.read()
        # The first requests warm the server up.
        if index >= 100:
            taken[group].append((time.perf_counter_ns() - start) / 1000)
        assert response.status == 404, (method, path, response.status)
    connection.close()
    return taken


def z_score(left, right):
    ranked = sorted([(value, 0) for value in left] + [(value, 1) for value in right])
    ranks = sum(rank for rank, (_, group) in enumerate(ranked, 1) if group == 0)
    n, m = len(left), len(right)
    return (ranks - n * (n + m + 1) / 2) / math.sqrt(n * m * (n + m + 1) / 12)


def main():
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    server = Server({"LOQUAT_LOG_LEVEL": "error"}).start()
    try:
        print("| request | not yours µs | not there µs | z |\n| --- | ---: | ---: | ---: |")
        for kind, (person, ids, methods) in world(server).items():
            none = [nobodys(identifier) for identifier in ids]
            for method in methods:
                theirs, nothing = times(server, person, method, kind, (ids, none), requests)
                row = f"| {method} {kind} | {statistics.median(theirs):.0f} | {statistics.median(nothing):.0f} | {z_score(theirs, nothing):+.1f} |"
                print(row, flush=True)
    finally:
        server.remove()


if __name__ == "__main__":
    main()
