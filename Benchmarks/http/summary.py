"""Reads the lines that `run` collected and prints a table of ratios; the figures go to a JSON file.

A line is `SERVER MEASURE REST`. A load's REST is what load.c printed; `idle_kib` and `peak_kib` carry a number; `log` carries
`logged=N verified=true`. Exit code 1: a stream failed, was wrong, or is missing from Loquat's log.
"""

import argparse
import json
import re
import statistics
import sys
from collections import defaultdict

ON_TIME = 10.5  # seconds, for a held stream of 200 tokens, 50 ms apart: ideal is 9.95


def fields(line):
    """Every `name=number` of a load's line, and its streams/s; the same name again (p50 of TTFT, then of total) gets its section."""
    found, section = {}, ""
    for word in re.finditer(r"(TTFT|total|gap)\b|([\d.]+) streams/s|([\w.]+)=(-?[\d.]+)", line):
        if word[1]:
            section = word[1].lower() + "_"
        elif word[2]:
            found["streams"] = float(word[2])
        else:
            percentile = word[3].startswith("p") or word[3] == "max"
            found[(section if percentile else "") + word[3]] = float(word[4])
    return found


def read(lines):
    loads, facts = defaultdict(lambda: defaultdict(list)), defaultdict(dict)
    for line in lines:
        server, measure, rest = line.rstrip("\n").split(" ", 2)
        if measure in ("idle_kib", "peak_kib"):
            facts[server][measure] = int(rest)
        elif measure == "log":
            facts[server]["log"] = dict(item.split("=") for item in rest.split())
        else:
            loads[server][measure].append(fields(rest))
            facts[server]
    return loads, facts


def median(runs, name):
    values = [run[name] for run in runs if name in run]
    return statistics.median(values) if values else None


def figures(loads, facts, concurrency, hold):
    servers = {}
    for server, measured in facts.items():
        runs = loads[server]
        held = runs["hold"][0] if runs["hold"] else {}
        everything = [run for group in runs.values() for run in group]
        servers[server] = {
            "streams_per_second": median(runs["streams"], "streams"),
            "streams_per_second_one_write": median(runs["streams_one_write"], "streams"),
            "ttft_us": median(runs["ttft"], "ttft_p50"),
            "held_p99_seconds": held.get("total_p99"),
            "held_gap_p99_ms": held.get("gap_p99"),
            "held_on_time": "total_p99" in held and held["total_p99"] <= ON_TIME and held["ok"] == hold,
            "idle_mib": measured["idle_kib"] / 1024 if "idle_kib" in measured else None,
            "after_load_mib": measured["peak_kib"] / 1024 if "peak_kib" in measured else None,
            "finished": int(sum(run.get("ok", 0) for run in everything)),
            "failed": int(sum(run.get("err", 0) for run in everything)),
            "wrong": int(sum(run.get("badcount", 0) for run in everything)),
            "loads_that_did_not_finish": sum("ok" not in run for run in everything),
        }
        servers[server]["failed_or_wrong"] = servers[server]["failed"] + servers[server]["wrong"]
        if "log" in measured:
            servers[server]["log"] = log_check(measured["log"], servers[server]["finished"], abandoned(runs, concurrency))
    upstream = servers.get("direct", {}).get("ttft_us")
    for name, server in servers.items():
        if name != "direct" and upstream and server["ttft_us"]:
            server["added_ttft_us"] = server["ttft_us"] - upstream
    return servers


def abandoned(runs, concurrency):
    """At most this many streams were still under way when the loops ended; the server may have finished and logged them."""
    return sum(1 if measure == "ttft" else concurrency for measure, group in runs.items() if measure != "hold" for _ in group)


def log_check(log, counted, under_way):
    logged = int(log["logged"])
    return {"logged": logged, "counted": counted, "lost": max(0, counted - logged), "unexplained": max(0, logged - counted - under_way),
            "verified": log["verified"] == "true"}


def ratio(ours, theirs):
    return ours / theirs if ours is not None and theirs else None


ROWS = [
    ("streams/s, 50 tokens, {concurrency} at once", "streams_per_second", "{:,.0f}"),
    ("the same, upstream in one write", "streams_per_second_one_write", "{:,.0f}"),
    ("added time to first token, ms", "added_ttft_us", None),
    ("{hold} held, p99 s (ideal 9.95)", "held_p99_seconds", "{:.2f}"),
    ("{hold} held, gap p99 ms (ideal 50)", "held_gap_p99_ms", "{:.1f}"),
    ("resident when idle, MiB", "idle_mib", "{:.0f}"),
    ("resident after the load, MiB", "after_load_mib", "{:.0f}"),
    ("streams failed or wrong", "failed_or_wrong", "{:.0f}"),
]


def shown(value, form):
    if value is None:
        return "–"
    return f"{value / 1000:.2f}" if form is None else form.format(value)


def table(servers, ratios, **names):
    columns = [name for name in ("direct", "peer", "loquat") if name in servers]
    heads = [{"peer": "FastAPI + openai"}.get(name, name) for name in columns] + (["loquat / peer"] if ratios else [])
    lines = [["", *heads]]
    for title, field, form in ROWS:
        cells = [shown(servers[name].get(field), form) for name in columns]
        if ratios:
            cells.append("–" if ratios.get(field) is None else f"{ratios[field]:.2f} ×")
        lines.append([title.format(**names), *cells])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    rows = ["| " + " | ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                              for column, (cell, width) in enumerate(zip(line, widths))) + " |" for line in lines]
    rule = "| " + " | ".join("-" * width if column == 0 else "-" * (width - 1) + ":" for column, width in enumerate(widths)) + " |"
    return "\n".join([rows[0], rule, *rows[1:]])


def complaints(servers):
    loquat = servers.get("loquat", {})
    if loquat.get("failed_or_wrong"):
        yield f"loquat: {loquat['failed']} streams failed and {loquat['wrong']} had a wrong number of tokens"
    if loquat.get("loads_that_did_not_finish"):
        yield f"loquat: {loquat['loads_that_did_not_finish']} loads did not finish"
    log = loquat.get("log")
    if log and log["lost"]:
        yield f"log: {log['lost']} of {log['counted']} finished streams are not in it"
    if log and log["unexplained"]:
        yield f"log: {log['unexplained']} turns in it that nobody asked for"
    if log and not log["verified"]:
        yield "log: `loquat verify` failed"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--concurrency", type=int, required=True)
    parser.add_argument("--hold", type=int, required=True)
    parser.add_argument("--json", required=True)
    options = parser.parse_args()

    servers = figures(*read(sys.stdin), options.concurrency, options.hold)
    ratios = {}
    if "loquat" in servers and "peer" in servers:
        ratios = {field: ratio(servers["loquat"].get(field), servers["peer"].get(field)) for _, field, _ in ROWS}
    print(table(servers, ratios, concurrency=options.concurrency, hold=options.hold))
    if log := servers.get("loquat", {}).get("log"):
        print(f"\nlog: {log['logged']} finished turns for {log['counted']} finished streams, hash chain {'holds' if log['verified'] else 'BROKEN'}")

    problems = list(complaints(servers))
    with open(options.json, "w") as file:
        json.dump({"concurrency": options.concurrency, "hold": options.hold, "servers": servers, "loquat_to_peer": ratios, "problems": problems},
                  file, indent=2)
        file.write("\n")
    for problem in problems:
        print(f"PROBLEM: {problem}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
