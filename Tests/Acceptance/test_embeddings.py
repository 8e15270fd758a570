"""Embeddings for others and by others: the OpenAI route, an endpoint instead of the model, another model, a reranker."""

import base64
import json
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support import sample
from support.api import Api
from support.server import MODELS
from support.waiting import eventually
from test_meaning import LOCAL, WORDLESS, names


def embed(api, texts, expect=200, **fields):
    return api.post("/v1/embeddings", json={"model": "any", "input": texts, **fields}, expect=expect).json()


def cosine(left, right):
    return sum(a * b for a, b in zip(left, right))


def test_embeddings_as_openai_gives_them(api):
    texts = ["A cat sits on the mat.", "A kitten rests on a rug.", "Interest rates rose again. 🍊 今日"]
    answer = embed(api, texts)
    assert answer["object"] == "list" and answer["usage"]["prompt_tokens"] == answer["usage"]["total_tokens"] > 0
    assert [item["index"] for item in answer["data"]] == [0, 1, 2]
    first, second, third = (item["embedding"] for item in answer["data"])
    assert len(first) == 384 and abs(cosine(first, first) - 1) < 1e-4
    assert cosine(first, second) > 0.5 > cosine(first, third)
    assert embed(api, texts[0])["data"][0]["embedding"] == pytest.approx(first, abs=1e-5)


def test_base64_holds_the_same_floats(api):
    plain = embed(api, "heron")["data"][0]["embedding"]
    packed = base64.b64decode(embed(api, "heron", encoding_format="base64")["data"][0]["embedding"])
    assert struct.unpack(f"<{len(packed) // 4}f", packed) == pytest.approx(plain, abs=1e-6)


@pytest.mark.parametrize("texts", [[], "", [""], [1, 2], None, ["a"] * 2049, {"a": 1}])
def test_what_is_no_text_is_refused(api, texts):
    problem = embed(api, texts, expect=422)
    assert problem["code"] == "validation_failed" and problem["errors"]


@pytest.fixture
def maker(start):
    """A server whose embeddings another one uses."""
    server = start(LOCAL)
    return server, {
        "LOQUAT_EMBEDDINGS_URL": f"{server.url}/v1",
        "LOQUAT_EMBEDDINGS_MODEL": "all-MiniLM-L6-v2",
        "LOQUAT_EMBEDDINGS_API_KEY": server.create_key("other"),
    }


def test_an_endpoint_makes_the_embeddings(start, maker):
    _, settings = maker
    api = (lambda server: Api(server, server.create_key("owner")))(start(settings))
    shelf = sample.fill(api, "elsewhere")
    for name, question in WORDLESS.items():
        assert names(api.retrieve(question, mode="dense", collection_id=shelf["id"]))[0] == name


def test_an_endpoint_that_dies_costs_the_meaning_alone(start, maker):
    other, settings = maker
    server = start(settings)
    api = Api(server, server.create_key("owner"))
    shelf = sample.fill(api, "dies")
    other.kill()
    late = api.write(shelf, "Late", "The heron nests in the oak at the weir.")
    api.ready(late)
    answer = api.retrieve("heron nest oak", collection_id=shelf["id"])
    assert answer["results"][0]["document"]["id"] == late["id"] and answer["cascade_tier"] == "collection"
    api.post("/api/v1/retrievals", json={"query": "an unasked question", "mode": "dense"}, expect=503)


def test_another_model_takes_over_once_it_has_read_everything(start, maker):
    _, settings = maker
    server = start(LOCAL)
    api = Api(server, server.create_key("owner"))
    shelf = sample.fill(api, "changed")
    (old,) = (server.data_dir / "vectors").glob("*.vectors")
    server.settings = settings
    server.restart()
    right = lambda: all(
        names(api.retrieve(question, mode="dense", collection_id=shelf["id"]))[0] == name for name, question in WORDLESS.items()
    )
    assert right(), "the old vectors serve"
    eventually(lambda: not old.exists(), "the old vectors go")
    assert len(list((server.data_dir / "vectors").glob("*.vectors"))) == 1 and right()


class Reranker(BaseHTTPRequestHandler):
    """Prefers the longest passage."""

    asked = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, self.headers["Authorization"], body))
        results = [{"index": index, "relevance_score": len(text)} for index, text in enumerate(body["documents"])]
        answer = json.dumps({"results": results[::-1]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def test_a_reranker_has_the_last_word(start):
    judge = ThreadingHTTPServer(("127.0.0.1", 0), Reranker)
    threading.Thread(target=judge.serve_forever, daemon=True).start()
    settings = {"LOQUAT_RERANK_URL": f"http://127.0.0.1:{judge.server_port}/v1", "LOQUAT_RERANK_MODEL": "judge", "LOQUAT_RERANK_API_KEY": "sk-j"}
    server = start(settings | LOCAL)
    api = Api(server, server.create_key("owner"))
    shelf = sample.fill(api, "judged")
    found = api.retrieve(sample.QUESTION, collection_id=shelf["id"], top_k=5)["results"]
    assert [len(result["content"]) for result in found] == sorted((len(result["content"]) for result in found), reverse=True)
    path, key, body = Reranker.asked[-1]
    assert (path, key, body["model"], body["query"]) == ("/v1/rerank", "Bearer sk-j", "judge", sample.QUESTION)
    judge.shutdown()
    judge.server_close()
    assert names(api.retrieve(sample.QUESTION, collection_id=shelf["id"]))[0] == "loquat.md", "without it the search stands"
