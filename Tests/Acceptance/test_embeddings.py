"""Embeddings for others and by others: the OpenAI route, an endpoint instead of the model, another model, a reranker."""

import base64
import json
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support import sample
from support.api import Api
from support.embedder import Embedder
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
    # It has its model in memory from here on.
    embed(Api(server, server.create_key("owner")), "heron")
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
    score = staticmethod(len)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, self.headers["Authorization"], body))
        results = [{"index": index, "relevance_score": self.score(text)} for index, text in enumerate(body["documents"])]
        answer = json.dumps({"results": results[::-1]}).replace("Infinity", "1e999").encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class Boundless(Reranker):
    score = staticmethod(lambda _: float("inf"))


@pytest.fixture
def judge():
    """Starts a reranker and returns the settings that name it."""
    judges = []

    def begin(handler):
        judges.append(ThreadingHTTPServer(("127.0.0.1", 0), handler))
        threading.Thread(target=judges[-1].serve_forever, daemon=True).start()
        return {
            "LOQUAT_RERANK_URL": f"http://127.0.0.1:{judges[-1].server_port}/v1",
            "LOQUAT_RERANK_MODEL": "judge",
            "LOQUAT_RERANK_API_KEY": "sk-j",
        }

    begin.judges = judges
    yield begin
    for server in judges:
        server.shutdown()
        server.server_close()


def test_a_reranker_has_the_last_word(start, judge):
    server = start(judge(Reranker) | LOCAL)
    api = Api(server, server.create_key("owner"))
    shelf = sample.fill(api, "judged")
    found = api.retrieve(sample.QUESTION, collection_id=shelf["id"], top_k=5)["results"]
    assert [len(result["content"]) for result in found] == sorted((len(result["content"]) for result in found), reverse=True)
    path, key, body = Reranker.asked[-1]
    assert (path, key, body["model"], body["query"]) == ("/v1/rerank", "Bearer sk-j", "judge", sample.QUESTION)
    ended = judge.judges.pop()
    ended.shutdown()
    ended.server_close()
    assert names(api.retrieve(sample.QUESTION, collection_id=shelf["id"]))[0] == "loquat.md", "without it the search stands"


def test_scores_beyond_all_numbers_are_none(start, judge):
    server = start(judge(Boundless) | LOCAL)
    api = Api(server, server.create_key("owner"))
    shelf = sample.fill(api, "boundless")
    asked = len(Reranker.asked)
    assert names(api.retrieve(sample.QUESTION, collection_id=shelf["id"]))[0] == "loquat.md"
    assert len(Reranker.asked) > asked


# Endpoints that fail


@pytest.fixture
def embedders():
    """Endpoints of embeddings for one test: `embedders()`."""
    made = []

    def begin():
        made.append(Embedder())
        return made[-1]

    yield begin
    for embedder in made:
        embedder.close()


def owner(server):
    return Api(server, server.create_key("owner"))


def nearest(api, question, shelf):
    """The file that comes nearest by its meaning; nothing while there are no embeddings."""
    asked = {"query": question, "mode": "dense", "collection_id": shelf["id"]}
    answer = api.post("/api/v1/retrievals", json=asked, expect=(200, 503))
    return names(answer.json())[:1] if answer.status_code == 200 else []


def vector_files(server):
    return list((server.data_dir / "vectors").glob("*.vectors"))


def all_are_near(api, shelf):
    return all(nearest(api, text, shelf) == [f"{name}.md"] for name, text in sample.NOTES.items())


def test_an_answer_that_stalls_costs_the_meaning_alone(start, embedders):
    embedder = embedders()
    api = owner(start(embedder.settings()))
    shelf = sample.fill(api, "stalls")
    asked = len(embedder.asked)
    embedder.rule = lambda texts: "stalled"
    assert names(api.retrieve(sample.QUESTION, collection_id=shelf["id"]))[0] == "loquat.md"
    assert len(embedder.asked) > asked
    assert nearest(api, "an unasked question", shelf) == []


def test_a_silent_endpoint_holds_up_no_start(start, embedders):
    embedder = embedders()
    embedder.rule = lambda texts: "silent"
    api = owner(start(embedder.settings()))
    shelf = sample.fill(api, "silence")
    assert names(api.retrieve(sample.QUESTION, collection_id=shelf["id"]))[0] == "loquat.md"
    embedder.gate.set()
    eventually(lambda: all_are_near(api, shelf), "what came meanwhile is embedded")


def test_a_key_is_for_its_own_endpoint(start, embedders):
    first, second = embedders(), embedders()
    server = start(first.settings(LOQUAT_EMBEDDINGS_API_KEY="sk-first"))
    api = owner(server)
    shelf = sample.fill(api, "keys")
    assert {key for key, _ in first.asked} == {"Bearer sk-first"}
    first.asked.clear()
    # It is there, but embeds no document yet: the vectors of the first serve.
    second.rule = lambda texts: 200 if len(texts) == 1 and len(texts[0]) < 30 else 503
    server.settings = second.settings(LOQUAT_EMBEDDINGS_API_KEY="sk-second")
    server.restart()
    assert all_are_near(api, shelf)
    assert {key for key, _ in first.asked} == {None}
    assert {key for key, _ in second.asked} == {"Bearer sk-second"}


def refuses_some(texts):
    """However short it is made, it takes no text that begins with F."""
    return 400 if any(text.startswith("F") for text in texts) else 413 if any(len(text) > 700 for text in texts) else 200


def test_a_text_that_is_refused_costs_the_others_nothing(start, embedders):
    embedder = embedders()
    embedder.rule = refuses_some
    server = start(embedder.settings())
    api = owner(server)
    shelf = api.collection("refused")
    poison = api.write(shelf, "Frogs", "The poison of the frog is put on the tip of an arrow.")
    long = api.upload(shelf, "long.md", "Weavers dye their wool with madder. " + "The cloth hangs for a while in the wind. " * 25)
    api.ready(poison, long, *[api.upload(shelf, f"{name}.md", f"# {name.capitalize()}\n\n{text}\n") for name, text in sample.NOTES.items()])
    eventually(lambda: all_are_near(api, shelf), "the others are embedded")
    eventually(lambda: nearest(api, "Weavers dye their wool with madder, the cloth hangs in the wind", shelf) == ["long.md"], "the shortened")
    found = api.retrieve("poison frog tip", collection_id=shelf["id"])["results"]
    assert found[0]["document"]["id"] == poison["id"], "words find it"
    assert nearest(api, f"{sample.NOTES['volcano']} " * 100, shelf) == ["volcano.md"], "a long question is shortened"
    eventually(lambda: "a document cannot be embedded" in server.stderr, "it is said")

    # A change of the model is completed without it.
    other = embedders()
    other.rule = refuses_some
    (old,) = vector_files(server)
    server.settings = other.settings()
    server.restart()
    eventually(lambda: not old.exists(), "the old vectors go")
    assert all_are_near(api, shelf) and len(vector_files(server)) == 1
    assert server.stderr.count("a document cannot be embedded") == 2, "once in each process"


@pytest.mark.parametrize("name, dimensions, limit", [("words", 16_385, "16384"), ("w" * 600, 8, "512")])
def test_vectors_that_cannot_be_kept_are_refused_in_words(installation, embedders, name, dimensions, limit):
    embedder = embedders()
    embedder.dimensions = dimensions
    settings = embedder.settings(LOQUAT_EMBEDDINGS_MODEL=name)
    result = installation.run("serve", "--port", "0", settings=settings, check=False)
    assert result.returncode > 0, "it is an error, and no crash"
    assert limit in result.stderr


def test_another_model_by_the_same_name_is_started_with_anew(start, embedders):
    embedder = embedders()
    server = start(embedder.settings())
    api = owner(server)
    shelf = sample.fill(api, "same name")
    assert all_are_near(api, shelf)
    (old,) = vector_files(server)
    embedder.dimensions = 256
    server.restart()
    assert names(api.retrieve("Which hive holds bees in June?", collection_id=shelf["id"]))[0] == "bees.md", "words serve meanwhile"
    eventually(lambda: all_are_near(api, shelf), "everything is embedded anew")
    assert not old.exists() and len(vector_files(server)) == 1
    asked = len(embedder.asked)
    server.restart()
    assert all_are_near(api, shelf)
    assert all(len(texts) == 1 for _, texts in embedder.asked[asked:]), "the new ones are kept"
