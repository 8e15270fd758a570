#!/usr/bin/env python3
"""How long conversations take to leave and to come in, and whether they come in as they left.

    LOQUAT_BINARY=.build/release/loquat python3 Benchmarks/conversations/export.py [--turns 10000] [--sessions 100] [--rounds 3]

Twice 10,000 turns: in one session, taken by `loquat export SESSION`, and in 100, taken by `loquat export --all`. Each is exported, imported into
an empty data directory by `loquat import FILE`, and exported again from there: seconds and most memory of each command, and whether both exports
are the same bytes, which proves that nothing was lost on the way. Where they are not, the first line that differs is shown, and the exit code
is 1. `loquat verify` and `loquat rebuild --check` must find nothing wrong with the second directory. No server runs: the commands open the store
themselves.

The stores are written straight into `loquat.db` (store.py). Prints a table and a JSON object.
"""

import argparse
import hashlib
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import store
from measuring import BINARY, Installation, Words, clean_environment, mebibytes, note, print_table

SHOWN = 300


def run(words, data_dir, output=None):
    """(seconds, bytes in memory at the most) of a command that is to end well; its standard output goes into the file."""
    with open(output or os.devnull, "wb") as out, tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [str(BINARY), *words, "--data-dir", str(data_dir)], stdin=subprocess.DEVNULL, stdout=out, stderr=errors, env=clean_environment()
        )
        _, status, used = os.wait4(process.pid, 0)
        taken = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        assert process.returncode == 0, f"loquat {' '.join(words)}: exit code {process.returncode}\n{errors.read().decode()[-2000:]}"
    return taken, used.ru_maxrss * 1024


def exists(command):
    """Whether the program has it; help on what is not there is the help of the whole."""
    said = subprocess.run([str(BINARY), "help", command], capture_output=True, text=True, env=clean_environment())
    return said.returncode == 0 and f"loquat {command}" in said.stdout


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def difference(first, second):
    """The first line that differs, as both have it."""
    with open(first, "rb") as one, open(second, "rb") as other:
        for number, (left, right) in enumerate(itertools.zip_longest(one, other, fillvalue=b""), 1):
            if left != right:
                begin = max(0, next((place for place, (a, b) in enumerate(zip(left, right)) if a != b), min(len(left), len(right))) - 40)
                return {"line": number, "first": repr(left[begin : begin + SHOWN]), "second": repr(right[begin : begin + SHOWN])}
    return None


def round_trip(folder, source, what, number):
    """One export, import and export again."""
    first, second, target = (folder / f"{name}-{number}" for name in ("first", "second", "target"))
    steps = {"export": run(["export", *what], source, first)}
    installation = Installation(data_dir=target)
    # An owner, whose the conversations are to be.
    installation.create_key("bench")
    steps["import"] = run(["import", str(first)], target)
    steps["export again"] = run(["export", *what], target, second)
    for command in (("verify",), ("rebuild", "--check")):
        installation.run(*command, seconds=600)
    installation.remove()
    same = digest(first) == digest(second)
    return steps, {"same_bytes": same, "file_mib": mebibytes(first.stat().st_size), "difference": None if same else difference(first, second)}


def measure(folder, name, sessions, turns, rounds, by_id):
    folder = folder / name
    source = folder / "source"
    source.mkdir(parents=True)
    note(f"writing a store of {sessions * turns} turns in {sessions} sessions")
    _, ids = store.write(source, Words(seed=1), sessions, turns, "quodlibet")
    trips = [round_trip(folder, source, ids if by_id else ["--all"], number) for number in range(rounds)]
    figures = {"sessions": sessions, "turns": sessions * turns, **trips[-1][1]}
    figures["same_bytes"] = all(outcome["same_bytes"] for _, outcome in trips)
    for step in trips[0][0]:
        taken = [steps[step][0] for steps, _ in trips]
        figures[f"{step} s"] = round(statistics.median(taken), 3)
        figures[f"{step} turns/s"] = round(sessions * turns / statistics.median(taken))
        figures[f"{step} most MiB"] = mebibytes(max(steps[step][1] for steps, _ in trips))
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=10_000, help="of each store")
    parser.add_argument("--sessions", type=int, default=100, help="of the second store; the turns are a multiple of twice as many")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts")
    options = parser.parse_args()
    assert options.turns % (2 * options.sessions) == 0, "each session has as many turns, in pairs"
    missing = [command for command in ("export", "import") if not exists(command)]
    if missing:
        sys.exit(f"{BINARY} has no command {' and no '.join(missing)}: there is nothing to measure")
    with tempfile.TemporaryDirectory(prefix="loquat-") as folder:
        figures = {
            "one session": measure(Path(folder), "one", 1, options.turns, options.rounds, by_id=True),
            "all sessions": measure(Path(folder), "all", options.sessions, options.turns // options.sessions, options.rounds, by_id=False),
        }
    steps = ("export", "import", "export again")
    print_table(
        ["turns", *(f"{step}, s" for step in steps), "most MiB", "file MiB", "same bytes"],
        [
            (f"{kind}: {figure['turns']} of {figure['sessions']}", *(figure[f"{step} s"] for step in steps),
             max(figure[f"{step} most MiB"] for step in steps), figure["file_mib"], "yes" if figure["same_bytes"] else "NO")
            for kind, figure in figures.items()
        ],
    )  # fmt: skip
    print(json.dumps(figures, indent=1))
    # A round trip that loses something is a failure, whatever its time.
    sys.exit(0 if all(figure["same_bytes"] for figure in figures.values()) else 1)


if __name__ == "__main__":
    main()
