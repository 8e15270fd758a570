"""Dense search beside faiss' exact index in one run: 100,000 vectors of 384 floats in clusters, the ten best, one thread each, rounds
taking turns. Needs .venv-bench and the release build of VectorBenchmark, whose path is the argument."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import faiss
import numpy as np

COUNT, WIDTH, QUERIES, ROUNDS = 100_000, 384, 100, 7


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


class Ours:
    def __init__(self, binary, folder):
        self.child = subprocess.Popen(
            [binary, folder / "store", folder / "queries", str(WIDTH)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line, answers=1):
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()
        return [self.child.stdout.readline().split() for _ in range(answers)]

    def search(self, kind):
        answers = self.ask(kind, QUERIES)
        return [float(answer[0]) for answer in answers], [set(map(int, answer[1:])) for answer in answers]

    def close(self):
        self.child.stdin.close()
        self.child.wait()


def main(binary):
    random = np.random.default_rng(7)
    centres = random.standard_normal((1000, WIDTH))
    vectors = unit(centres[random.integers(0, len(centres), COUNT)] + random.standard_normal((COUNT, WIDTH)))
    queries = unit(vectors[random.integers(0, COUNT, QUERIES)] + 0.05 * random.standard_normal((QUERIES, WIDTH)))
    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatIP(WIDTH)
    index.add(vectors)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        vectors.tofile(folder / "vectors")
        queries.tofile(folder / "queries")
        ours = Ours(binary, folder)
        assert int(ours.ask(f"fill {folder / 'vectors'}")[0][0]) == COUNT
        ours.close()
        ours = Ours(binary, folder)  # what is measured is what a restart finds
        times = {"faiss": [], "exact": [], "rescored": [], "half": []}
        recall = {"exact": [], "rescored": []}
        for _ in range(ROUNDS):
            theirs = []
            for query in queries:
                start = time.perf_counter()
                found = index.search(query[None], 10)[1][0]
                times["faiss"].append(1000 * (time.perf_counter() - start))
                theirs.append(set(found.tolist()))
            for kind in ("exact", "rescored", "half"):
                milliseconds, found = ours.search(kind)
                times[kind] += milliseconds
                if kind in recall:
                    recall[kind] += [len(a & b) / 10 for a, b in zip(found, theirs)]
        p50 = {kind: statistics.median(values) for kind, values in times.items()}
        result = {f"{kind}_p50_ms": round(value, 3) for kind, value in p50.items()}
        result |= {f"{kind}_by_faiss": round(p50[kind] / p50["faiss"], 3) for kind in ("exact", "rescored", "half")}
        result |= {f"{kind}_recall_at_10": round(statistics.mean(values), 4) for kind, values in recall.items()}
        result["start_s"] = round(float(ours.ask("start")[0][0]), 3)
        result["resident_by_float_bytes"] = round(int(ours.ask("memory")[0][0]) / vectors.nbytes, 3)
        ours.close()
    print(json.dumps(result))


main(sys.argv[1])
