"""The same turn in other clients' words, and what other people's parsers read from it."""

import json

import pytest

from support import decoders, sample, script, shapes, sse
from support.script import AWKWARD_TOKENS

# A stream that tells of text line by line has no way to say CR.
SAYABLE = [token for token in AWKWARD_TOKENS if "\r" not in token]


def finished(talk, *tokens):
    watcher = talk.whole(*tokens)
    begun = watcher.events[0].json
    return watcher, begun["session_id"], begun["turn_id"]


@pytest.fixture
def awkward(talk):
    return finished(talk, *AWKWARD_TOKENS)


def test_awkward_tokens_arrive_unchanged(talk, awkward):
    watcher, session_id, turn_id = awkward
    shapes.turn_stream(watcher.events)
    assert watcher.text == "".join(AWKWARD_TOKENS)
    assert talk.api.answer(session_id, turn_id)["content"] == "".join(AWKWARD_TOKENS)


@pytest.mark.parametrize("token", AWKWARD_TOKENS, ids=lambda token: ascii(token)[1:-1])
def test_an_awkward_token_arrives_unchanged_alone(talk, token):
    whole = f"zig{token}zag"
    watcher, session_id, turn_id = finished(talk, whole)
    assert watcher.text == whole
    assert talk.api.answer(session_id, turn_id)["content"] == whole


def test_an_awkward_message_reaches_the_model_unchanged(talk):
    message = sample.QUESTION + "".join(AWKWARD_TOKENS) + "?"
    model = talk.model(script.answer("Zig zag"))
    watcher = talk.again(model, message)
    watcher.finish()
    assert message in talk.upstream.requests(model)[0].messages[-1][1]
    assert message in [said["content"] for said in talk.api.messages(watcher.events[0].json["session_id"])]


@pytest.mark.parametrize("piece", [None, 1, 7], ids=["whole", "byte by byte", "by sevens"])
@pytest.mark.parametrize("decoder", decoders.ALL.values(), ids=decoders.ALL.keys())
def test_every_parser_reads_the_same(awkward, decoder, piece):
    watcher, _, _ = awkward
    heard = decoder(watcher.body, piece)
    assert [(event["name"], event["id"], event["data"]) for event in heard] == [
        (event.name, event.id, event.data) for event in watcher.events
    ]


@pytest.mark.parametrize("decoder", decoders.ALL.values(), ids=decoders.ALL.keys())
def test_every_parser_reads_bare_text(talk, decoder):
    _, session_id, turn_id = finished(talk, *SAYABLE)
    watcher = talk.api.watch_turn(session_id, turn_id, dialect="chrysopedia").opened()
    watcher.finish()
    tokens = [event["data"] for event in decoder(watcher.body) if event["name"] == "token"]
    assert "".join(tokens) == "".join(SAYABLE)


def test_chrysopedia(talk):
    _, session_id, turn_id = finished(talk, *SAYABLE)
    watcher = talk.api.watch_turn(session_id, turn_id, dialect="chrysopedia").opened()
    events = watcher.finish()
    names = [event.name for event in events]
    assert names[0] == "sources" and names[-1] == "done" and set(names[1:-1]) == {"token"}, names
    assert "".join(event.data for event in events if event.name == "token") == "".join(SAYABLE)
    sources = events[0].json
    sources = sources["sources"] if isinstance(sources, dict) else sources
    assert (
        sources
        and {"number", "title", "slug", "creator_name", "topic_category", "summary", "section_anchor", "section_heading"}
        <= sources[0].keys()
    )
    done = events[-1].json
    assert done["cascade_tier"] in shapes.TIERS
    assert session_id in (done.get("conversation_id"), done.get("session_id"))


def test_chrysopedia_from_the_first_request_on(talk):
    watcher = talk(*script.answer("Zig ", "zag\nzog"), dialect="chrysopedia").opened()
    events = watcher.finish()
    assert "".join(event.data for event in events if event.name == "token") == "Zig zag\nzog"
    assert [event.name for event in events if event.name != "token"] == ["sources", "done"]


def test_chrysopedia_tells_of_an_error(talk):
    watcher = talk(script.Text("Zig"), script.Cut(), dialect="chrysopedia")
    events = watcher.finish()
    assert events[-1].name == "error" and events[-1].json["message"]
    assert not any(event.name == "done" for event in events)


def chunks_of(events):
    assert events[-1].data == "[DONE]"
    assert all(event.name is None for event in events)
    chunks = [json.loads(event.data) for event in events[:-1]]
    assert all(chunk["object"] == "chat.completion.chunk" for chunk in chunks)
    assert len({(chunk["id"], chunk["created"]) for chunk in chunks}) == 1
    return chunks


def content_of(chunks):
    return "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"])


def test_openai(talk, awkward):
    _, session_id, turn_id = awkward
    chunks = chunks_of(talk.api.watch_turn(session_id, turn_id, dialect="openai").opened().finish())
    assert content_of(chunks) == "".join(AWKWARD_TOKENS)
    reasons = [choice["finish_reason"] for chunk in chunks for choice in chunk["choices"] if choice.get("finish_reason")]
    assert reasons == ["stop"]


def test_openai_from_the_first_request_on(talk):
    chunks = chunks_of(talk(*script.answer("Zig ", "zag"), dialect="openai").opened().finish())
    assert content_of(chunks) == "Zig zag"


def test_each_dialect_resumes_in_its_own_words(talk, awkward):
    _, session_id, turn_id = awkward
    for dialect in ("chrysopedia", "openai"):
        events = talk.api.watch_turn(session_id, turn_id, dialect=dialect).finish()
        for number, event in enumerate(events[:-1]):
            if event.id:
                rest = talk.api.watch_turn(session_id, turn_id, event.id, dialect).finish()
                assert sse.raw(rest) == sse.raw(events[number + 1 :]), (dialect, event.id)


def test_an_unknown_dialect_is_refused(talk, awkward):
    _, session_id, turn_id = awkward
    watcher = talk.api.watch_turn(session_id, turn_id, dialect="klingon")
    watcher.finish()
    assert watcher.status in (400, 422)
