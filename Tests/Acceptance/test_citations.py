"""Citations that hold: numbers that exist, quotes that are there, sources frozen into the answer."""

import re

import pytest

from support import sample, script, shapes


def numbers_in(text):
    return {int(number) for group in re.findall(r"\[([\d\s,;–-]+)\]", text) for number in re.findall(r"\d+", group)}


IMPOSSIBLE = [
    ["The loquat grows to ten metres [99]. ", "It bears fruit in spring [1]."],
    ["The loquat grows to ten metres [", "9", "9", "]. It bears fruit in spring [1]."],
    ["The loquat grows to ten metres [0]. Fruit in spring [1]."],
    ["The loquat grows to ten metres [1][77][88]. Fruit in spring."],
    ["The loquat grows to ten metres [1, 77]. Fruit in spring."],
    ["The loquat grows to ten metres [21]. ", "Also [22]. ", "Also [999999999999999999999999]."],
    ["[55]"],
    ["The loquat grows to ten metres [1-99]. Fruit in spring [55–88]."],
    ["The loquat grows to ten metres 【55】. Fruit in spring 【77†passage】."],
    ["An `open tick. The loquat grows to ten metres.\n\nFruit in spring [55]."],
]


@pytest.mark.parametrize("tokens", IMPOSSIBLE, ids=lambda tokens: "".join(tokens)[:50])
def test_an_impossible_number_never_reaches_the_client(talk, tokens):
    watcher = talk.whole(*tokens, top_k=3)
    shapes.turn_stream(watcher.events)
    sources = {source["number"] for source in watcher.event("sources").json["sources"]}
    assert numbers_in(watcher.text) <= sources, watcher.text
    assert not re.search(r"[\[【]\s*(55|77|88|99|0|2[12]|9{20,})", watcher.text), watcher.text
    for event in watcher.events:
        if event.name == "citation":
            assert event.json["number"] is None or event.json["number"] in sources
        if event.name == "delta":
            assert not re.search(r"\[\s*(55|77|88|99)\b", event.json["delta"])
    begun = watcher.events[0].json
    assert talk.api.answer(begun["session_id"], begun["turn_id"])["content"] == watcher.text


@pytest.mark.parametrize(
    "text", ["See [the manual] and array[i] and [] here", "a [link](http://example.test) there", "zig [zag", "[x] done", "[[nested]]"]
)
def test_brackets_that_cite_nothing_stay(talk, text):
    watcher = talk.whole(*text)
    assert watcher.text == text


def test_a_good_citation_is_verified(talk):
    model = talk.model(script.answer("A loquat tree grows ", "to ten metres at most [1]", "."))
    watcher = talk.again(model)
    watcher.finish()
    sources = watcher.event("sources").json["sources"]
    assert sample.FACT in sources[0]["content"]
    cited = [event.json for event in watcher.events if event.name == "citation"]
    assert len(cited) == 1
    citation = cited[0]
    shapes.citation(citation, watcher.text, talk.api.document_text)
    assert citation["status"] == "verified" and citation["number"] == citation["cited_number"] == 1
    assert sample.FACT in citation["quote"]["text"]
    assert citation["quote"]["document_id"] == sources[0]["document"]["id"]
    assert "[1]" in watcher.text


def test_a_citation_of_the_wrong_source_is_not_verified(talk):
    watcher = talk.whole("Elephants play the trombone in the moonlit opera [1].")
    for event in watcher.events:
        if event.name == "citation":
            assert event.json["status"] == "unverified"


def test_offsets_count_unicode_scalars(talk):
    watcher = talk.whole("Zig 🦊👩‍👩‍👧‍👦 e\u0301 zag. ", "Its seeds are poisonous [1].")
    cited = [event.json for event in watcher.events if event.name == "citation"]
    assert cited
    for citation in cited:
        shapes.citation(citation, watcher.text, talk.api.document_text)
    last = max(cited, key=lambda citation: citation["start"])
    assert "poisonous" in watcher.text[last["start"] : last["end"]]


def test_quotes_after_an_emoji_index_the_documents_text(api, library):
    turn = api.ask("Are the seeds poisonous?", collection_id=library["id"])
    assert "poisonous" in turn["message"]
    for citation in turn["citations"]:
        shapes.citation(citation, turn["message"], api.document_text)
    assert any("poisonous" in citation["quote"]["text"] for citation in turn["citations"] if citation["quote"])


def test_sentences_without_a_marker_are_attributed_or_unverified(talk):
    watcher = talk.whole("A loquat tree grows to ten metres at most. ", "Elephants play the trombone.")
    sources = watcher.event("sources").json["sources"]
    by_number = {source["number"]: source for source in sources}
    for event in watcher.events:
        if event.name == "citation":
            citation = event.json
            shapes.citation(citation, watcher.text, talk.api.document_text)
            assert citation["status"] in ("repaired", "unverified", "verified")
            if citation["quote"]:
                assert by_number[citation["number"]]["document"]["id"] == citation["quote"]["document_id"]


def test_citations_are_kept_with_the_answer(talk):
    watcher = talk.whole("A loquat tree grows to ten metres at most [1].")
    begun = watcher.events[0].json
    answer = talk.api.answer(begun["session_id"], begun["turn_id"])
    streamed = [
        {name: value for name, value in event.json.items() if name in shapes.CITATION}
        for event in watcher.events
        if event.name == "citation"
    ]
    kept = [{name: citation[name] for name in shapes.CITATION} for citation in answer["citations"]]
    assert kept == streamed
    assert answer["sources"] == watcher.event("sources").json["sources"]


def test_frozen_sources_outlive_their_document(scripted, upstream, unique):
    word = unique()
    collection = scripted.collection(word)
    text = f"# Frozen {word}\n\nThe {word} weighs nine stone exactly.\n"
    (document,) = scripted.ready(scripted.upload(collection, "frozen.md", text))
    model = upstream.model(script.answer(f"The {word} weighs nine stone exactly [1]."))
    turn = scripted.ask(f"What does the {word} weigh?", collection_id=collection["id"], model=model)
    assert turn["citations"]
    scripted.delete(f"/api/v1/documents/{document['id']}", expect=(200, 204))
    answer = scripted.answer(turn["session_id"], turn["turn_id"])
    assert answer["sources"] == turn["sources"] and answer["citations"] == turn["citations"]
    for citation in answer["citations"]:
        source = next(source for source in answer["sources"] if source["number"] == citation["number"])
        start, end = citation["quote"]["start"] - source["start"], citation["quote"]["end"] - source["start"]
        assert source["content"][start:end] == citation["quote"]["text"]
    frozen = [event for event in scripted.log(turn["session_id"]) if "nine stone exactly" in str(event["payload"])]
    assert frozen


def test_sources_do_not_change_with_a_new_version(api, unique):
    word = unique()
    collection = api.collection(word)
    api.ready(api.upload(collection, "v.md", f"# {word}\n\nThe {word} costs four pounds.\n"))
    turn = api.ask(f"What does the {word} cost?", collection_id=collection["id"])
    api.ready(api.upload(collection, "v.md", f"# {word}\n\nThe {word} costs five pounds.\n"))
    assert api.answer(turn["session_id"], turn["turn_id"])["sources"] == turn["sources"]
    assert "four pounds" in turn["sources"][0]["content"]
    assert "five pounds" in api.ask(f"What does the {word} cost?", collection_id=collection["id"])["message"]
