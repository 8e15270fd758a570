"""Search: sources with their places, filters, tiers, and nobody else's passages."""

import pytest

from support import sample, shapes
from support.shapes import ABSENT


def found(api, query, **fields):
    return [result["document"]["id"] for result in api.retrieve(query, **fields)["results"]]


@pytest.fixture(scope="module")
def shelf(api):
    """Six notes on one thing, told apart by their metadata."""
    collection = api.collection("shelf")
    notes = {}
    for creator, year, words in (
        ("Ada", 1999, "copper"),
        ("Ada", 2005, "silver"),
        ("Ben", 1999, "golden"),
        ("Ben", 2005, "leaden"),
        ("Cleo", 2011, "tin"),
        (None, None, "wooden"),
    ):
        metadata = {"year": year, "slug": f"note-{words}", "topic_category": "metals"} | ({"creator": creator} if creator else {})
        text = f"# Note\n\nThe gyroscope of this note is {words}. It spins for {words} hours.\n"
        notes[words] = api.upload(collection, f"{words}.md", text, metadata=metadata)
    api.ready(*notes.values())
    return collection, {words: note["id"] for words, note in notes.items()}


def test_a_result_is_a_source(api, library):
    answer = api.retrieve(sample.QUESTION, collection_id=library["id"], top_k=3)
    shapes.has(answer, {"results", "cascade_tier", "timings"})
    assert answer["cascade_tier"] in {"collection", "lexical"}
    assert 1 <= len(answer["results"]) <= 3
    best = answer["results"][0]
    shapes.has(best, shapes.SOURCE)
    shapes.has(best["document"], shapes.SOURCE_DOCUMENT)
    assert best["document"]["filename"] == "loquat.md" and sample.FACT in best["content"]
    assert len(best["summary"]) <= 200
    text = api.document_text(best["document"]["id"])
    for result in answer["results"]:
        assert api.document_text(result["document"]["id"])[result["start"] : result["end"]] == result["content"]
    assert text[best["start"] : best["end"]] == best["content"]
    assert [result["number"] for result in answer["results"]] == list(range(1, len(answer["results"]) + 1))
    scores = [result["score"] for result in answer["results"]]
    assert scores == sorted(scores, reverse=True)


def test_words_are_found_by_their_stems(api, library):
    assert found(api, "prunes gardener", collection_id=library["id"])[0] == found(api, "pruning gardeners", collection_id=library["id"])[0]


def test_a_source_carries_its_documents_metadata(api, shelf):
    collection, notes = shelf
    best = api.retrieve("copper gyroscope", collection_id=collection["id"])["results"][0]
    assert best["document"]["id"] == notes["copper"]
    assert (best["creator_name"], best["slug"], best["topic_category"]) == ("Ada", "note-copper", "metals")


@pytest.mark.parametrize(
    "filters, expected",
    [
        ({"creator": "Ada"}, {"copper", "silver"}),
        ({"year": 1999}, {"copper", "golden"}),
        ({"creator": ["Ada", "Cleo"]}, {"copper", "silver", "tin"}),
        ({"creator": "Ben", "year": 2005}, {"leaden"}),
        ({"creator": ["Ada", "Ben"], "year": [2005, 2011]}, {"silver", "leaden"}),
        ({"creator": "Nobody"}, set()),
        ({"creator": []}, set()),
        ({"year": "1999"}, set()),
        ({"no such field": 1}, set()),
        ({}, {"copper", "silver", "golden", "leaden", "tin", "wooden"}),
    ],
)
def test_filters_match_by_equality_and_lists_by_any(api, shelf, filters, expected):
    collection, notes = shelf
    assert set(found(api, "gyroscope note", collection_id=collection["id"], filters=filters, top_k=20)) == {
        notes[words] for words in expected
    }


def test_a_filter_of_hostile_words_is_only_a_filter(api, shelf):
    collection, _ = shelf
    for value in ("' OR 1=1 --", "%", "*", '"', "Ada' --", "\0"):
        assert not found(api, "gyroscope", collection_id=collection["id"], filters={"creator": value})
        assert not found(api, "gyroscope", collection_id=collection["id"], filters={value: "Ada"})


@pytest.mark.parametrize("query", ['"', "AND OR NOT", "NEAR(", "a* OR", "(((", "col:val", "-", 'gyroscope" OR "', "{}[]^~", "\0"])
def test_a_query_of_search_syntax_is_only_words(api, shelf, query):
    api.retrieve(query, collection_id=shelf[0]["id"])


def test_top_k_is_from_1_to_20(api, shelf):
    collection, _ = shelf
    for wrong in (0, 21, -1, "five", 1.5):
        shapes.invalid(api.post("/api/v1/retrievals", json={"query": "gyroscope", "top_k": wrong}), "top_k")
    assert len(found(api, "gyroscope", collection_id=collection["id"], top_k=1)) == 1


def test_a_query_is_needed(api):
    shapes.invalid(api.post("/api/v1/retrievals", json={"top_k": 3}), "query")
    for blank in ("", "   ", "\t\n\u2003"):
        shapes.invalid(api.post("/api/v1/retrievals", json={"query": blank}), "query")


def test_modes(api, library):
    assert found(api, sample.QUESTION, collection_id=library["id"], mode="lexical")
    assert found(api, sample.QUESTION, collection_id=library["id"], mode="hybrid")
    shapes.invalid(api.post("/api/v1/retrievals", json={"query": "loquat", "mode": "psychic"}), "mode")
    dense = api.post("/api/v1/retrievals", json={"query": "loquat", "mode": "dense"})
    if dense.status_code == 200:
        assert dense.json()["cascade_tier"] in shapes.TIERS
    else:
        shapes.problem(dense, (400, 422, 501, 503))


def test_nonsense_finds_nothing(api, library):
    answer = api.retrieve(sample.NONSENSE, collection_id=library["id"])
    assert answer["cascade_tier"] == "none" and answer["results"] == []


def test_an_unknown_collection_is_404(api):
    shapes.problem(api.post("/api/v1/retrievals", json={"query": "loquat", "collection_id": ABSENT}), 404)


def test_the_asked_creators_passages_come_first(api, shelf):
    collection, notes = shelf
    turn = api.ask("What is the gyroscope of this note?", collection_id=collection["id"], creator="Cleo")
    assert turn["cascade_tier"] in {"creator", "lexical"}
    assert turn["sources"][0]["document"]["id"] == notes["tin"] and turn["sources"][0]["creator_name"] == "Cleo"


def test_a_creator_without_evidence_widens_to_the_collection(api, shelf):
    collection, notes = shelf
    turn = api.ask("What is the wooden gyroscope?", collection_id=collection["id"], creator="Nobody")
    assert turn["cascade_tier"] in {"collection", "lexical"}
    assert notes["wooden"] in [source["document"]["id"] for source in turn["sources"]]


def test_a_collection_without_evidence_widens_to_all(api, shelf, library):
    turn = api.ask("How many bees does a healthy hive hold in June?", collection_id=shelf[0]["id"])
    assert turn["cascade_tier"] in {"global", "lexical"}
    assert turn["sources"][0]["document"]["filename"] == "bees.md"


def test_without_a_collection_all_are_searched(api, library):
    turn = api.ask("How many bees does a healthy hive hold in June?")
    assert turn["cascade_tier"] in {"global", "lexical"}
    assert "fifty thousand" in turn["message"]


def test_another_users_passages_are_never_found(ada, bob, api, unique):
    word = unique()
    collection = ada.collection(word, visibility="private")
    ada.ready(ada.upload(collection, "private.md", f"# {word}\n\nThe {word} is mine alone.\n", metadata={"creator": word}))
    assert found(ada, word) and found(ada, word, collection_id=collection["id"])
    assert not found(bob, word)
    assert not found(bob, word, filters={"creator": word})
    assert bob.ask(f"What is the {word}?", creator=word)["cascade_tier"] == "none"

    def search(collection_id):
        return bob.post("/api/v1/retrievals", json={"query": word, "collection_id": collection_id})

    shapes.same_not_found(search(collection["id"]), search(ABSENT), collection["id"], ABSENT)
