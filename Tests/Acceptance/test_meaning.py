"""Search by meaning: what shares no word with the question is found, whatever happens to the files behind it."""

import os
import re

import pytest

from support import sample
from support.api import Api
from support.server import MODELS
from support.waiting import eventually

# No word of the passage that holds the answer stands in these.
WORDLESS = {
    "sourdough.md": "What do bakers give their leaven to eat?",
    "volcano.md": "Which Italian mountain spews lava all the time?",
    "bees.md": "How many insects live together around midsummer?",
}
LOCAL = {"LOQUAT_MODELS_DIR": MODELS}


@pytest.fixture(scope="module")
def shelf(api):
    return sample.fill(api, "by meaning")


def names(answer):
    return [result["document"]["filename"] for result in answer["results"]]


def vectors(server):
    return {path.name: path.stat().st_mtime_ns for path in (server.data_dir / "vectors").glob("*.vectors")}


@pytest.mark.parametrize("filename, question", WORDLESS.items())
@pytest.mark.parametrize("mode", ["hybrid", "dense"])
def test_what_shares_no_word_is_found(api, shelf, mode, filename, question):
    words = lambda text: set(re.findall(r"[a-z]+", text.lower())) - {"the", "a", "in", "of", "all", "and", "is", "are"}
    assert not words(question) & words(sample.LIBRARY[filename])
    answer = api.retrieve(question, collection_id=shelf["id"], mode=mode)
    assert names(answer)[0] == filename


def test_what_is_not_there_is_told_from_what_is(start):
    server = start(LOCAL)
    api = Api(server, server.create_key("owner"))
    shelf = sample.fill(api, "alone")
    known = api.retrieve(sample.QUESTION, collection_id=shelf["id"])
    unknown = api.retrieve("Who won the football championship of 1974?", collection_id=shelf["id"])
    assert unknown["cascade_tier"] == "none" and unknown["evidence"] < 0.5 < known["evidence"]
    answer = api.ask("Who won the football championship of 1974?", collection_id=shelf["id"])
    assert answer["cascade_tier"] == "none" and answer["citations"] == []
    assert "do not hold" in answer["message"]


def test_a_turn_leans_on_the_turns_before(api, shelf):
    first = api.ask("Where does the loquat come from?", collection_id=shelf["id"])
    second = api.ask("And when is it ripe?", session_id=first["session_id"], collection_id=shelf["id"], top_k=3)
    assert second["sources"][0]["document"]["filename"] == "loquat.md"
    assert any("early spring" in source["content"] for source in second["sources"])
    assert second["cascade_tier"] == "collection"


def test_copies_are_shown_once(api, unique):
    collection = api.collection(unique())
    text = f"Weavers in {unique()} dye their wool with madder in copper pots. The cloth hangs for seventeen days before it is washed and sold."
    copies = [api.write(collection, f"Copy {number}", text) for number in range(3)]
    changed = api.write(collection, "Another year", text.replace("seventeen", "16"))
    api.ready(*copies, changed)
    found = api.retrieve("How long does the weavers' cloth hang before it is sold?", collection_id=collection["id"])["results"]
    assert len(found) == 2, "one of the copies, and the one that states another number"
    assert changed["id"] in [result["document"]["id"] for result in found]


def test_neighbouring_passages_are_one_source(api, unique):
    collection = api.collection(unique())
    paragraphs = [f"The heron of chapter {number} waits in the reeds. " + "It does not move while the water is still. " * 25 for number in range(8)]
    document = api.write(collection, "Herons", "\n\n".join(paragraphs))
    api.ready(document)
    text = api.document_text(document["id"])
    found = api.retrieve("Where does the heron wait?", collection_id=collection["id"], top_k=8)["results"]
    assert len(api.chunks(document["id"])) > 3
    assert any(len(result["content"]) > 2000 for result in found)
    for result in found:
        assert text[result["start"] : result["end"]] == result["content"]


def test_each_of_several_questions_finds_its_own(api, shelf):
    asked = "How often do gardeners feed a rye starter? Which wood is the back of a violin made of? How high do tides rise in Fundy?"
    found = names(api.retrieve(asked, collection_id=shelf["id"], top_k=3))
    assert set(found) == {"sourdough.md", "violin.md", "tides.md"}


def test_rights_and_filters_hold_for_meanings(api, ada, unique):
    mine, theirs = api.collection(unique()), ada.collection(unique())
    own = api.write(mine, "Own", sample.NOTES["volcano"], metadata={"year": 1})
    other = ada.write(theirs, "Other", sample.NOTES["volcano"])
    api.ready(own)
    ada.ready(other)
    for mode in ("dense", "hybrid"):
        found = api.retrieve(WORDLESS["volcano.md"], mode=mode, top_k=20)["results"]
        assert other["id"] not in [result["document"]["id"] for result in found]
        assert api.retrieve(WORDLESS["volcano.md"], mode=mode, collection_id=mine["id"], filters={"year": 2})["results"] == []
        assert len(api.retrieve(WORDLESS["volcano.md"], mode=mode, collection_id=mine["id"], filters={"year": 1})["results"]) == 1


def test_what_is_deleted_or_replaced_is_not_found(api, unique):
    collection = api.collection(unique())
    document = api.upload(collection, "v.md", sample.NOTES["volcano"])
    api.ready(document)
    ask = lambda: [
        result["content"]
        for result in api.retrieve(WORDLESS["volcano.md"], mode="dense", collection_id=collection["id"], top_k=20)["results"]
        if result["document"]["id"] == document["id"]
    ]
    assert "Stromboli" in ask()[0]
    api.ready(api.upload(collection, "v.md", "Mount Etna in Italy has spewed no lava this year."))
    assert ask() == ["Mount Etna in Italy has spewed no lava this year."]
    api.delete(f"/api/v1/documents/{document['id']}", expect=(200, 204))
    assert ask() == []


# What happens to the files


def test_a_restart_embeds_nothing_anew(start):
    server = start(LOCAL)
    api = Api(server, server.create_key("owner"))
    shelf = sample.fill(api, "kept")
    before = vectors(server)
    assert len(before) == 1
    server.restart()
    assert names(api.retrieve(WORDLESS["bees.md"], mode="dense", collection_id=shelf["id"]))[0] == "bees.md"
    assert vectors(server) == before


@pytest.mark.parametrize("harm", ["gone", "cut", "garbage"])
def test_vectors_that_are_lost_are_made_anew(start, harm):
    server = start(LOCAL)
    api = Api(server, server.create_key("owner"))
    shelf = sample.fill(api, "lost")
    server.stop()
    (path,) = (server.data_dir / "vectors").glob("*.vectors")
    if harm == "gone":
        path.unlink()
    elif harm == "cut":
        os.truncate(path, path.stat().st_size // 2)
    else:
        path.write_bytes(os.urandom(path.stat().st_size))
    for name in server.data_dir.glob("words.index"):
        name.write_bytes(os.urandom(100))
    server.start()
    assert names(api.retrieve("rye flour starter", mode="lexical", collection_id=shelf["id"]))[0] == "sourdough.md"
    eventually(
        lambda: all(
            names(api.retrieve(question, mode="dense", collection_id=shelf["id"]))[:1] == [name] for name, question in WORDLESS.items()
        ),
        "the vectors are made again",
    )


@pytest.mark.parametrize("seed", range(3))
def test_killed_while_reading_in_nothing_is_missing_or_double(start, seed):
    server = start(LOCAL)
    api = Api(server, server.create_key("owner"))
    collection = api.collection("killed")
    texts = {f"n{number}.md": f"# Note {number}\n\n" + f"The lantern of note {number} burns. " * (20 + 60 * (number % 5)) for number in range(30)}
    documents = [api.upload(collection, name, text) for name, text in texts.items()]
    eventually(lambda: sum(item["status"] == "ready" for item in api.items("/api/v1/documents")) > 5 * seed, "some are read")
    server.kill()
    server.start()
    api.ready(*documents)
    for document in documents:
        kept = api.get(f"/api/v1/documents/{document['id']}", expect=200).json()
        chunks = api.chunks(document["id"])
        assert kept["progress"] == 1 and kept["chunk_count"] == len(chunks) and len({chunk["id"] for chunk in chunks}) == len(chunks)
    found = api.retrieve("lantern", mode="dense", collection_id=collection["id"], top_k=20)["results"]
    assert len({result["chunk_id"] for result in found}) == len(found) == 20


def test_without_a_model_words_are_searched(start):
    server = start({"LOQUAT_EMBEDDINGS_URL": "http://127.0.0.1:9/v1", "LOQUAT_EMBEDDINGS_MODEL": "none"})
    api = Api(server, server.create_key("owner"))
    shelf = sample.fill(api, "words")
    assert api.retrieve(sample.QUESTION)["cascade_tier"] == "lexical"
    assert names(api.retrieve(sample.QUESTION, collection_id=shelf["id"]))[0] == "loquat.md"
    refused = api.post("/api/v1/retrievals", json={"query": "q", "mode": "dense"}, expect=503).json()
    assert refused["code"] == "embeddings_unavailable"


@pytest.mark.parametrize("command", ["serve --port 0", "ingest - --collection x"])
def test_a_model_that_is_set_and_not_there_is_an_error(installation, command):
    result = installation.run(*command.split(), settings={"LOQUAT_MODELS_DIR": "/nowhere"}, stdin="words", check=False)
    assert result.returncode != 0 and "/nowhere/all-MiniLM-L6-v2" in result.stderr and "LOQUAT_MODELS_DIR names" in result.stderr
    assert "modelUnusable" not in result.stderr


def test_a_name_that_is_not_there_is_not_there(api, unique):
    """Letters that no one has seen look alike to a model."""
    collection = api.collection(unique())
    api.ready(api.write(collection, "Parts", "The valve zkrwqx is made of brass. The valve zkrwqy is made of steel."))
    for name in ("zkrwqz", "qqzxkvbn"):
        answer = api.retrieve(name, collection_id=collection["id"])
        assert answer["results"] == [] and answer["cascade_tier"] == "none"
    assert api.retrieve("zkrwqx", collection_id=collection["id"])["results"]
