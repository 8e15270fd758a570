"""One turn: its names, its order of events, its errors."""

import re

import pytest

from support import sample, script, shapes
from support.api import Api
from support.server import upstream_settings
from support.shapes import ABSENT
from support.wire import Watcher


def test_an_answer_at_once(api, library):
    turn = api.ask(sample.QUESTION, collection_id=library["id"])
    shapes.has(turn, {"session_id", "turn_id", "message", "sources", "citations", "finish_reason", "cascade_tier", "usage"})
    shapes.uuid7(turn["session_id"])
    shapes.uuid7(turn["turn_id"])
    assert turn["finish_reason"] == "stop" and turn["cascade_tier"] in {"collection", "lexical"}
    assert sample.FACT in turn["message"]
    for source in turn["sources"]:
        shapes.has(source, shapes.SOURCE)
    assert turn["citations"]
    for citation in turn["citations"]:
        shapes.citation(citation, turn["message"], api.document_text)


def test_an_extractive_answer_carries_its_markers(api, library):
    turn = api.ask(sample.QUESTION, collection_id=library["id"])
    numbers = {int(number) for number in re.findall(r"\[(\d+)\]", turn["message"])}
    assert numbers and numbers <= {source["number"] for source in turn["sources"]}
    by_number = {source["number"]: source for source in turn["sources"]}
    quoted = [citation["quote"]["text"] for citation in turn["citations"] if citation["status"] == "verified"]
    assert any(sample.FACT in quote for quote in quoted)
    for citation in turn["citations"]:
        assert by_number[citation["number"]]["document"]["id"] == citation["quote"]["document_id"]


def test_an_answer_streamed(api, library):
    watcher = api.stream(sample.QUESTION, collection_id=library["id"]).opened()
    assert watcher.headers["content-type"].startswith("text/event-stream")
    assert watcher.headers["cache-control"] == "no-cache"
    assert watcher.headers["x-accel-buffering"] == "no"
    events = watcher.finish()
    done = shapes.turn_stream(events).json
    assert watcher.complete
    session, sources = events[0].json, events[1].json
    shapes.has(session, {"session_id", "turn_id", "created"})
    assert session["created"] is True
    assert events[1].name == "sources"
    shapes.has(sources, {"sources", "cascade_tier"})
    shapes.has(done, {"done", "session_id", "turn_id", "finish_reason", "cascade_tier", "usage", "timings"})
    assert done["done"] is True and done["finish_reason"] == "stop"
    assert (done["session_id"], done["turn_id"]) == (session["session_id"], session["turn_id"])
    assert done["cascade_tier"] == sources["cascade_tier"]
    assert any(event.name == "citation" for event in events)
    for event in events:
        if event.name == "citation":
            shapes.citation(event.json, watcher.text, api.document_text)


def test_streaming_and_not_give_the_same(api, library):
    whole = api.ask(sample.QUESTION, collection_id=library["id"])
    watcher = api.stream(sample.QUESTION, collection_id=library["id"])
    watcher.finish()
    assert watcher.text == whole["message"]


def test_streaming_is_the_default(api, library):
    watcher = Watcher(api.server, "POST", "/api/v1/chat", api.key, {"message": sample.QUESTION, "collection_id": library["id"]})
    shapes.turn_stream(watcher.opened().finish())


def test_the_other_names_of_message_and_session(api, library):
    first = api.post("/api/v1/chat", json={"query": sample.QUESTION, "stream": False, "collection_id": library["id"]}, expect=200).json()
    second = api.post(
        "/api/v1/chat", json={"query": "And its harvest?", "conversation_id": first["session_id"], "stream": False}, expect=200
    ).json()
    assert second["session_id"] == first["session_id"] and second["turn_id"] != first["turn_id"]
    said = [message["content"] for message in api.messages(first["session_id"]) if message["role"] == "user"]
    assert sorted(said) == sorted([sample.QUESTION, "And its harvest?"])


def test_a_second_turn_says_that_its_session_was_there(api, library):
    first = api.ask(sample.QUESTION, collection_id=library["id"])
    events = api.stream("And its harvest?", session_id=first["session_id"]).finish()
    assert events[0].json["created"] is False and events[0].json["session_id"] == first["session_id"]


def test_without_evidence_the_answer_says_so(api, library):
    watcher = api.stream(sample.NONSENSE, collection_id=library["id"])
    done = shapes.turn_stream(watcher.finish()).json
    assert done["cascade_tier"] == "none"
    assert not any(event.name == "citation" for event in watcher.events)
    assert not re.search(r"\[\d+\]", watcher.text)
    assert re.search(r"\b(not|no|nothing|none|cannot|unable)\b|n't", watcher.text, re.IGNORECASE), watcher.text


@pytest.mark.parametrize(
    "body, names",
    [
        ({}, ["message"]),
        ({"message": ""}, ["message"]),
        ({"message": None}, ["message"]),
        ({"message": 7}, ["message"]),
        ({"message": "x" * 16001}, ["message"]),
        ({"message": "hello", "top_k": 0}, ["top_k"]),
        ({"message": "hello", "top_k": 21}, ["top_k"]),
        ({"message": "hello", "stream": "maybe"}, ["stream"]),
        ({"message": "hello", "metadata": []}, ["metadata"]),
        ({"message": "hello", "filters": "none"}, ["filters"]),
        ({"message": "", "top_k": 99}, ["message", "top_k"]),
    ],
)
def test_what_is_wrong_is_pointed_at(api, body, names):
    count = len(api.sessions())
    shapes.invalid(api.post("/api/v1/chat", json=body), *names)
    assert len(api.sessions()) == count


def test_a_message_of_the_longest_length_passes(api):
    message = "loquat 🍊 " * 1777 + "1234567"
    assert len(message) == 16000
    turn = api.ask(message)
    assert message in [said["content"] for said in api.messages(turn["session_id"])]


def test_a_body_that_is_no_object_is_refused(api):
    for body in ([], "words", 7, None):
        shapes.problem(api.post("/api/v1/chat", json=body), (400, 422))


def test_an_unknown_session_is_404(api):
    shapes.problem(api.post("/api/v1/chat", json={"message": "hello", "session_id": ABSENT}), 404)
    shapes.problem(api.post("/api/v1/chat", json={"message": "hello", "session_id": "mine"}), (404, 422))
    assert ABSENT not in [session["id"] for session in api.sessions()]


def test_an_unknown_collection_is_404(api):
    shapes.problem(api.post("/api/v1/chat", json={"message": "hello", "collection_id": ABSENT}), 404)


def test_a_session_that_generates_is_busy(talk):
    gate = script.gate()
    watcher = talk(script.Text("First words. "), gate, *script.answer("Last words."))
    started = watcher.event("session").json
    talk.upstream.reached(gate)
    busy = talk.api.post("/api/v1/chat", json={"message": "Me too", "session_id": started["session_id"]})
    assert started["turn_id"] in str(shapes.problem(busy, 409, "turn_in_progress"))
    assert talk.api.session(started["session_id"])["running_turn_id"] == started["turn_id"]
    talk.upstream.open(gate)
    watcher.finish()
    assert talk.api.session(started["session_id"])["running_turn_id"] is None
    assert [said["content"] for said in talk.api.messages(started["session_id"]) if said["role"] == "user"] == [sample.QUESTION]


def test_the_length_of_a_message_is_a_setting(start):
    server = start({"LOQUAT_MAX_MESSAGE_CHARS": 10})
    api = Api(server, server.create_key("owner"))
    shapes.invalid(api.post("/api/v1/chat", json={"message": "x" * 11}), "message")
    assert api.ask("🍊" * 10)["turn_id"]


def test_where_documents_do_not_hold_the_answer_no_model_makes_one_up(talk):
    model = talk.model(script.answer("It was invented."))
    turn = talk.api.ask(sample.NONSENSE, model=model)
    assert turn["cascade_tier"] == "none" and "invented" not in turn["message"]
    assert not talk.upstream.requests(model)


def test_who_has_no_documents_talks_to_the_model(start, upstream):
    server = start(upstream_settings(upstream))
    api = Api(server, server.create_key("owner"))
    turn = api.ask("Good morning", model=upstream.model(script.answer("Good morning to you.")))
    assert turn["cascade_tier"] == "none" and turn["message"] == "Good morning to you."
