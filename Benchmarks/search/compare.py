"""Lexical search beside tantivy in one run: 57,638 passages of about 90 words, queries of six words, the 10 and the 100 best, one thread
each, rounds taking turns; then 100,000 chunks of about 220 words: how long the index takes to be there again after a start, and what it
holds in memory. Needs .venv-bench and the release build of SearchBenchmark, whose path is the argument."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import tantivy

WORDS, PASSAGES, QUERIES, ROUNDS, STOP_WORDS = 60_000, 57_638, 500, 5, 40
CHUNKS, CHUNK_WORDS, STARTS = 100_000, 200_000, 5
FLOAT_BYTES = CHUNKS * 384 * 4


class Zipf:
    """Draws word ranks with probability proportional to rank^-1.05; the commonest stand in for stop words and are left out."""

    def __init__(self, vocabulary, seed):
        self.random = np.random.default_rng(seed)
        shares = 1 / np.arange(1, vocabulary + 1) ** 1.05
        self.sums = np.cumsum(shares / shares.sum())

    def draw(self, count):
        ranks = np.searchsorted(self.sums, self.random.random(count)).clip(0, len(self.sums) - 1)
        return [f"w{rank}" for rank in ranks if rank >= STOP_WORDS]

    def queries(self, count):
        drawn = (self.draw(10)[:6] for _ in range(count * 10))
        return [" ".join(words) for words in drawn if len(words) == 6][:count]


class Ours:
    def __init__(self, binary, file, queries):
        self.count = len(queries)
        Path(f"{file}.queries").write_text("\n".join(queries))
        self.child = subprocess.Popen(
            [binary, file, f"{file}.queries"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line, answers=1):
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()
        return [[float(word) for word in self.child.stdout.readline().split()] for _ in range(answers)]

    def search(self, kind, limit):
        return [answer[0] for answer in self.ask(f"{kind} {limit}", self.count)]

    def close(self):
        self.child.stdin.close()
        self.child.wait()


def beside_tantivy(binary, folder):
    zipf = Zipf(WORDS, 3)
    passages = [" ".join(zipf.draw(length)) for length in zipf.random.poisson(90, PASSAGES)]
    queries = zipf.queries(QUERIES)
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("body", stored=False)
    theirs = tantivy.Index(schema.build())
    writer = theirs.writer(200_000_000, 1)
    for passage in passages:
        writer.add_document(tantivy.Document(body=passage))
    writer.commit()
    writer.wait_merging_threads()
    theirs.reload()
    searcher = theirs.searcher()

    def ask(query, limit):
        start = time.perf_counter()
        searcher.search(theirs.parse_query(query, ["body"]), limit).hits
        return 1000 * (time.perf_counter() - start)

    (folder / "passages").write_text("\n".join(passages))
    ours = Ours(binary, folder / "small", queries)
    assert ours.ask(f"fill {folder / 'passages'}")[0][0] == PASSAGES
    ours.close()
    ours = Ours(binary, folder / "small", queries)  # what is measured is what a restart finds
    times = {}
    for _ in range(ROUNDS):
        for limit in (10, 100):
            times.setdefault(("tantivy", limit), []).extend(ask(query, limit) for query in queries)
            times.setdefault(("loquat", limit), []).extend(ours.search("search", limit))
    ours.close()
    result = {f"{name}_{limit}_p50_ms": round(statistics.median(values), 3) for (name, limit), values in times.items()}
    for limit in (10, 100):
        ratio = statistics.median(times["loquat", limit]) / statistics.median(times["tantivy", limit])
        result[f"by_tantivy_{limit}"] = round(ratio, 3)
    return result


def after_a_start(binary, folder):
    queries = Zipf(CHUNK_WORDS, 9).queries(300)
    ours = Ours(binary, folder / "large", queries)
    result = {"build_s": round(ours.ask(f"make {CHUNKS}")[0][0], 1)}
    ours.close()
    result["file_mb"] = round((folder / "large").stat().st_size / 1e6, 1)
    starts = []
    for _ in range(STARTS):
        ours = Ours(binary, folder / "large", queries)
        starts.append(ours.ask("start")[0][0])
        resident, anonymous = ours.ask("memory")[0]
        if len(starts) < STARTS:
            ours.close()
    result |= {"start_s": round(statistics.median(starts), 3), "resident_mb": round(resident / 1e6, 1)}
    result |= {"anonymous_mb": round(anonymous / 1e6, 1), "resident_by_float_bytes": round(resident / FLOAT_BYTES, 3)}
    for kind, limit in (("search", 10), ("search", 100), ("busy", 10)):
        times = sorted(ours.search(kind, limit))
        result[f"{kind}_{limit}_p50_ms"] = round(statistics.median(times), 3)
        result[f"{kind}_{limit}_p99_ms"] = round(times[len(times) * 99 // 100], 3)
    ours.close()
    return result


def main(binary):
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps({"small": beside_tantivy(binary, Path(folder)), "large": after_a_start(binary, Path(folder))}))


main(sys.argv[1])
