"""Embedding beside ONNX Runtime in one run: the same texts, float32, two threads each, from text to vector, rounds taking turns; and beside
OpenBLAS' bare matrix product on as many threads. Needs .venv-bench and the release build of EmbeddingBenchmark.

    compare.py BINARY MODEL [TEXTS [ROUNDS]]

TEXTS is how many of ../shared/data's passages and questions are embedded."""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

root = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "Tests/Reference"))
from minilm import MiniLM  # noqa: E402

THREADS = 2


def texts(count):
    data = root.parent / "shared/data"
    passages = []
    for corpus in ("ret-scifact", "ret-cranfield", "conv-mtrag"):
        for line in (data / corpus / "corpus.jsonl").open():
            passage = json.loads(line)
            passages.append(f"{passage.get('title') or ''} {passage.get('text') or ''}".strip())
    questions = [json.loads(line)["text"] for line in (data / "ret-scifact/queries.jsonl").open()]
    chance = random.Random(3)
    return chance.sample(passages, count * 4 // 5) + chance.sample(questions, count - count * 4 // 5)


def main(binary, model, count=200, rounds=5):
    chosen = texts(int(count))
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file, tempfile.NamedTemporaryFile() as vectors:
        json.dump(chosen, file)
        file.flush()
        child = subprocess.Popen([binary, model, file.name, str(THREADS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

        def ask(line):
            child.stdin.write(line + "\n")
            child.stdin.flush()
            return child.stdout.readline().split()

        peer = MiniLM(model, THREADS)
        peer.embed(chosen[:8])
        ask("embed")
        figures = []
        for _ in range(int(rounds)):
            before = float(ask("sgemm")[0])
            seconds, operations = map(float, ask("embed"))
            after = float(ask("sgemm")[0])
            start = time.perf_counter()
            theirs = peer.embed(chosen)
            peer_seconds = time.perf_counter() - start
            figures.append((peer_seconds / seconds, operations / seconds / ((before + after) / 2), seconds, peer_seconds))
        tokenizing, tokens = ask("tokenize")
        ask(f"write {vectors.name}")
        ours = np.fromfile(vectors.name, np.float32).reshape(theirs.shape)
        child.stdin.close()
        child.wait()
    ratio, share, seconds, peer_seconds = (statistics.median(column) for column in zip(*figures))
    print(json.dumps({
        "texts": len(chosen), "tokens": int(tokens), "loquat_s": round(seconds, 3), "onnxruntime_s": round(peer_seconds, 3),
        "by_onnxruntime": round(ratio, 3), "by_sgemm": round(share, 3), "tokenizing_share": round(float(tokenizing) / seconds, 4),
        "least_cosine": round(float((ours * theirs).sum(1).min()), 7), "ratios": [round(figure[0], 3) for figure in figures],
        "shares": [round(figure[1], 3) for figure in figures]}))


main(*sys.argv[1:])
