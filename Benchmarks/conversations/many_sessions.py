#!/usr/bin/env python3
"""Whether a store grows slow as conversations come together in it.

    LOQUAT_BINARY=.build/release/loquat python3 Benchmarks/conversations/many_sessions.py \\
        [--small 100] [--large 10000] [--turns 100] [--rounds 100] [--check-large]

Two servers side by side, on a store of 10,000 turns in 100 sessions and one of 1,000,000 turns in 10,000 sessions, all of one user. In rounds,
now the one and now the other first, it times: the first page of the list of sessions and a middle one by its cursor, opening a session picked
by chance (itself and its last messages), and, where there is `GET /api/v1/search`, a search for a word that is in one of some 10,000 messages,
in one of a hundred, and in nearly all. It proves that what a person does takes no longer among many conversations where the ratios of large to
small stay near 1.

The stores are written straight into `loquat.db` (store.py); `loquat verify` and `loquat rebuild --check` must find nothing wrong with the small
one, and with --check-large with the large one too. Texts are of 40 words of a vocabulary of 50,000, the n-th about 1/n as frequent as the first,
with a seed. A large store takes some three minutes and 2 GB in the folder for temporary files. Prints a table and a JSON object.
"""

import argparse
import json
import random
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import store
from measuring import Connection, Installation, Words, compared, mebibytes, memory, note, print_comparison, serving

SESSIONS = "/api/v1/chat/sessions"
SEARCH = "/api/v1/search"
PAGE = 20
# By how frequent they are, counted from 0.
SEARCHED = {"search: a rare word": 30_000, "search: a middling word": 300, "search: a common word": 0}
# In the last message of a store: once it is found, the index has read all before it.
LAST_WORD = "quodlibet"
INDEXED_WITHIN = 3_600


class Side:
    """A server on one of the stores."""

    def __init__(self, server, key, ids):
        self.server, self.ids, self.api = server, ids, Connection(server, key)
        self.middle = self._middle()

    def _middle(self):
        """The cursor of the page in the middle of the list."""
        cursor, seen = None, 0
        while seen < len(self.ids) // 2:
            limit = min(100, len(self.ids) // 2 - seen)
            page = self.api.get(f"{SESSIONS}?limit={limit}" + (f"&cursor={quote(cursor)}" if cursor else ""))
            cursor, seen = page["next_cursor"], seen + len(page["items"])
            assert cursor, f"the list ends after {seen} of {len(self.ids)} sessions"
        return cursor

    def searched(self, word):
        return self.api.timed("GET", f"{SEARCH}?q={quote(word)}&limit={PAGE}")

    def index(self):
        """Seconds until the index has read the whole store."""
        begin = time.perf_counter()
        # Whatever the lists of an answer are called: conversations may stand beside documents.
        while not any(isinstance(value, list) and value for value in self.searched(LAST_WORD)[1].values()):
            assert time.perf_counter() - begin < INDEXED_WITHIN, "the index does not find the last message"
            time.sleep(0.5)
        return round(time.perf_counter() - begin, 2)

    def steps(self, chance, words):
        """One round: each kind of request with its milliseconds."""
        taken, page = self.api.timed("GET", f"{SESSIONS}?limit={PAGE}")
        yield "list: first page", taken
        assert len(page["items"]) == min(PAGE, len(self.ids))
        taken, page = self.api.timed("GET", f"{SESSIONS}?limit={PAGE}&cursor={quote(self.middle)}")
        yield "list: a middle page", taken
        assert page["items"]
        path = f"{SESSIONS}/{chance.choice(self.ids)}"
        opened, session = self.api.timed("GET", path)
        read, page = self.api.timed("GET", f"{path}/messages?limit={PAGE}&offset={max(0, session['message_count'] - PAGE)}")
        yield "open: session and last messages", opened + read
        assert page["items"] and page["next_cursor"] is None
        if words:
            for kind, rank in SEARCHED.items():
                # A word of its own each time, so that no answer is one that was kept.
                taken, _ = self.searched(words.vocabulary[rank + (chance.randrange(10) if rank else 0)])
                yield kind, taken


def made(folder, name, sessions, turns, checks):
    data_dir = folder / name
    data_dir.mkdir()
    note(f"writing a store of {sessions * turns} turns in {sessions} sessions")
    begin = time.perf_counter()
    key, ids = store.write(data_dir, Words(seed=1), sessions, turns, LAST_WORD)
    figures = {"sessions": sessions, "turns": sessions * turns, "made_s": round(time.perf_counter() - begin, 1)}
    figures["log_mib"] = mebibytes((data_dir / "loquat.db").stat().st_size)
    if checks:
        installation = Installation(data_dir=data_dir)
        for command in (("verify",), ("rebuild", "--check")):
            begin = time.perf_counter()
            # A store that the server finds fault with proves nothing: this ends the program.
            figures[" ".join(command)] = installation.run(*command, seconds=INDEXED_WITHIN).stdout.strip()
            figures[f"{command[0]}_s"] = round(time.perf_counter() - begin, 1)
        installation.remove()
    return data_dir, key, ids, figures


def measure(sides, words, rounds):
    chance = random.Random(4)
    times = {name: {} for name in sides}
    for number in range(-5, rounds):
        for name in list(sides) if number % 2 else list(sides)[::-1]:
            for kind, taken in sides[name].steps(chance, words):
                # The first rounds warm the servers up.
                if number >= 0:
                    times[name].setdefault(kind, []).append(taken)
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=100, help="sessions of the small store")
    parser.add_argument("--large", type=int, default=10_000, help="sessions of the large store")
    parser.add_argument("--turns", type=int, default=100, help="of each session; an even number")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--check-large", action="store_true", help="verify and fold the large store too")
    options = parser.parse_args()
    assert options.turns % 2 == 0 and options.turns >= 4 and min(options.small, options.large) >= 2 * PAGE, "too small, or turns without answers"
    with tempfile.TemporaryDirectory(prefix="loquat-") as folder:
        stores = {
            "large": made(Path(folder), "large", options.large, options.turns, options.check_large),
            "small": made(Path(folder), "small", options.small, options.turns, True),
        }
        figures = {name: parts[3] for name, parts in stores.items()}
        begin = time.perf_counter()
        with serving(data_dir=stores["large"][0]) as large:
            figures["large"]["start_s"] = round(time.perf_counter() - begin, 2)
            with serving(data_dir=stores["small"][0]) as small:
                sides = {name: Side(server, *stores[name][1:3]) for name, server in (("large", large), ("small", small))}
                words = Words(seed=1) if SEARCH in sides["small"].api.routes() else None
                if words:
                    for name, side in sides.items():
                        figures[name]["indexed_after_s"] = side.index()
                        figures[name]["index_mib"] = mebibytes(sum(path.stat().st_size for path in stores[name][0].glob("search.db*")))
                else:
                    note(f"there is no {SEARCH}: searching is left out")
                for name, side in sides.items():
                    figures[name]["resident_before_mib"] = mebibytes(memory(side.server))
                note(f"{options.rounds} rounds")
                times = measure(sides, words, options.rounds)
                for name, side in sides.items():
                    figures[name]["resident_after_mib"] = mebibytes(memory(side.server))
    figures["searches"] = words is not None
    figures["requests"] = compared(times, "large", "small")
    print_comparison(figures["requests"], "large", "small")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
