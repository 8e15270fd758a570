"""A provider that fails in every way it can: what was shown is kept, and nothing counts as success that was none."""

import json

import pytest

from support import sample, script, shapes, sse
from support.api import Api
from support.server import Server, upstream_settings
from support.session import Session
from support.talk import Talk

SERVER_ERROR = script.Status(500)
ERROR_EVENT = script.Raw(b'data: {"error": {"message": "overloaded", "type": "server_error", "code": 503}}\n\n')


def ended(talk, watcher):
    """The last event of a turn and the answer that is kept of it."""
    last = shapes.turn_stream(watcher.finish())
    begun = watcher.events[0].json
    return last, talk.api.settled_answer(begun["session_id"], begun["turn_id"])


def failed(talk, watcher, shown):
    last, answer = ended(talk, watcher)
    assert last.name == "error", last
    shapes.has(last.json, {"code", "message", "retryable"})
    assert isinstance(last.json["retryable"], bool) and last.json["code"] and last.json["message"]
    assert "sk-scripted" not in last.data and talk.upstream.url not in last.data
    assert watcher.text == shown
    assert answer["status"] == "failed" and answer["content"] == shown
    # The conversation goes on, and a resumed stream tells the same story.
    begun = watcher.events[0].json
    assert sse.raw(talk.api.watch_turn(begun["session_id"], begun["turn_id"]).finish()) == sse.raw(watcher.events)
    after = talk(*script.answer("Well again"), session_id=begun["session_id"])
    assert shapes.turn_stream(after.finish()).name == "done" and after.text == "Well again"
    return last.json


def fine(talk, watcher, shown, reason="stop"):
    last, answer = ended(talk, watcher)
    assert last.name == "done" and last.json["finish_reason"] == reason, last
    assert watcher.text == shown and answer["content"] == shown and answer["status"] == "complete"
    return last.json


def test_an_ordinary_answer(talk):
    fine(talk, talk(*script.answer("Zig ", "zag")), "Zig zag")


@pytest.mark.parametrize(
    "status",
    [
        script.Status(429, {"Retry-After": "0"}),
        script.Status(429, {"Retry-After": "1"}),
        script.Status(429),
        SERVER_ERROR,
        script.Status(502, {"Content-Type": "text/html"}, b"<h1>Bad gateway</h1>"),
        script.Status(503),
    ],
    ids=lambda status: f"{status.code} {status.headers.get('Retry-After', '')}",
)
def test_a_refusal_before_the_first_token_is_tried_again(talk, status):
    model = talk.model([status], script.answer("Zig zag"))
    fine(talk, talk.again(model), "Zig zag")
    assert len(talk.upstream.requests(model)) == 2


@pytest.mark.parametrize(
    "status",
    [SERVER_ERROR, script.Status(429, {"Retry-After": "0"}), script.Status(429, {"Retry-After": "86400"})],
    ids=["500", "429", "429 for a day"],
)
def test_a_refusal_for_good_is_an_error(talk, status):
    model = talk.model([status])
    assert failed(talk, talk.again(model), "")["retryable"] is True
    assert 1 <= len(talk.upstream.requests(model)) <= 10


@pytest.mark.parametrize("code", [400, 401, 403, 404])
def test_a_refusal_that_no_retry_mends_is_not_tried_again(talk, code):
    model = talk.model([script.Status(code)])
    assert failed(talk, talk.again(model), "")["retryable"] is False
    assert len(talk.upstream.requests(model)) == 1


@pytest.mark.parametrize(
    "steps",
    [
        [script.End()],
        [script.Cut()],
        [ERROR_EVENT],
    ],
    ids=["empty stream", "reset", "error event after 200"],
)
def test_a_break_before_the_first_token_shows_nothing(talk, steps):
    failed(talk, talk(*steps), "")


@pytest.mark.parametrize(
    "steps",
    [
        [script.End()],
        [ERROR_EVENT, *script.answer()],
        [script.Raw(b"data: {not json}\n\n"), script.End()],
        [script.Raw(b'data: {"choices": [{"index": 0, "delta": {"content": "half'), script.End()],
    ],
    ids=["no closing event", "error event after 200", "no json", "cut inside an event"],
)
def test_a_break_in_the_middle_keeps_what_was_shown(talk, steps):
    model = talk.model([script.Text("Zig "), script.Text("zag"), *steps])
    failed(talk, talk.again(model), "Zig zag")
    assert len(talk.upstream.requests(model)) == 1


def test_a_reset_in_the_middle_keeps_what_was_shown(talk):
    gate = script.gate()
    model = talk.model([script.Text("Zig "), script.Text("zag"), gate, script.Cut()])
    watcher = talk.again(model)
    # A reset takes along what its receiver has not read: only what was shown is promised.
    watcher.shows("Zig zag")
    talk.upstream.open(gate)
    failed(talk, watcher, "Zig zag")
    assert len(talk.upstream.requests(model)) == 1


@pytest.mark.parametrize("steps", [[script.Finish()], [script.Done()]], ids=["a reason without [DONE]", "[DONE] without a reason"])
def test_half_a_closing_event_ends_the_turn_once(talk, steps):
    watcher = talk(script.Text("Zig zag"), *steps)
    _, answer = ended(talk, watcher)
    assert answer["content"] == watcher.text == "Zig zag"


@pytest.mark.parametrize(
    "framing",
    [script.Framing(byte_by_byte=True), script.Framing(b"\r\n"), script.Framing(b"\r\n", True), script.Framing(b"\r")],
    ids=["split at every byte", "CR LF", "CR LF split at every byte", "CR"],
)
def test_framing_makes_no_difference(talk, framing):
    tokens = ["Zig ", "é🦊👩‍👩‍👧‍👦", " line\nbreak \r\n\0", " zag"]
    fine(talk, talk(framing, *script.answer(*tokens)), "".join(tokens))


def test_comments_and_other_fields_make_no_difference(talk):
    noise = script.Raw(b": ping\n\nevent: ping\ndata: {}\n\nretry: 10\n\nid: 7\n\n\n\n")
    watcher = talk(noise, script.Text("Zig "), noise, script.Text("zag"), script.Finish(), script.Done())
    fine(talk, watcher, "Zig zag")


def test_bad_utf8_inside_a_token(talk):
    bad = script.Raw(b'data: {"choices": [{"index": 0, "delta": {"content": "b\xff\xc3\x28d"}, "finish_reason": null}]}\n\n')
    watcher = talk(script.Text("Zig "), bad, *script.answer(" zag"))
    last, answer = ended(talk, watcher)
    assert answer["content"] == watcher.text and watcher.text.startswith("Zig ")
    if last.name == "done":
        assert "\ufffd" in watcher.text and watcher.text.endswith(" zag")
    else:
        assert answer["status"] == "failed"


def test_a_character_split_between_tokens(talk):
    halves = [
        script.Raw(b'data: {"choices": [{"index": 0, "delta": {"content": "\\ud83e"}}]}\n\n'),
        script.Raw(b'data: {"choices": [{"index": 0, "delta": {"content": "\\udd8a"}}]}\n\n'),
    ]
    watcher = talk(script.Text("Zig "), *halves, *script.answer(" zag"))
    _, answer = ended(talk, watcher)
    assert answer["content"] == watcher.text and watcher.text.startswith("Zig ")


def test_a_reason_of_length(talk):
    fine(talk, talk(*script.answer("Zig zag", reason="length")), "Zig zag", "length")


def test_usage_is_told(talk):
    watcher = talk(script.Text("Zig zag"), script.Finish(), script.Usage(1234, 567), script.Done())
    done = fine(talk, watcher, "Zig zag")
    assert {1234, 567} <= set(numbers(done["usage"]))
    begun = watcher.events[0].json
    assert talk.api.answer(begun["session_id"], begun["turn_id"])["usage"] == done["usage"]


def numbers(value):
    if isinstance(value, dict):
        return [number for part in value.values() for number in numbers(part)]
    return [value]


def test_odd_but_lawful_chunks(talk):
    odd = [
        {"choices": []},
        {"choices": [{"index": 0, "delta": {}}]},
        {"choices": [{"index": 0, "delta": {"content": None}}]},
        {"choices": [{"index": 0, "delta": {"content": ""}}], "usage": None, "unknown": {"deep": [1]}},
    ]
    steps = [script.Raw(b"data: " + json.dumps(chunk).encode() + b"\n\n") for chunk in odd]
    fine(talk, talk(script.Delta({"role": "assistant"}), *steps, *script.answer("Zig zag")), "Zig zag")


@pytest.fixture(scope="module")
def impatient(upstream):
    """A server that waits two seconds for its model."""
    server = Server(upstream_settings(upstream, LOQUAT_LLM_TIMEOUT=2))
    server.start()
    api = Api(server, server.create_key("owner"))
    yield api, sample.fill(api, "library")
    server.remove()


@pytest.mark.parametrize("tokens", [[], ["Zig ", "zag"]], ids=["before the first token", "midway"])
def test_a_stall_is_an_error(impatient, upstream, tokens):
    api, library = impatient
    talk = Talk(api, library, upstream)
    gate = script.gate()
    watcher = talk(*map(script.Text, tokens), gate, *script.answer("never said"))
    assert failed(talk, watcher, "".join(tokens))["retryable"] is True
    upstream.open(gate)


def test_a_provider_that_is_not_there(start):
    server = start({"LOQUAT_LLM_URL": "http://127.0.0.1:9/v1", "LOQUAT_LLM_MODEL": "nobody"})
    api = Api(server, server.create_key("owner"))
    library = sample.fill(api, "library")
    watcher = api.stream(sample.QUESTION, collection_id=library["id"])
    last = shapes.turn_stream(watcher.finish())
    assert last.name == "error" and last.json["retryable"] is True
    begun = watcher.events[0].json
    assert [message["content"] for message in api.messages(begun["session_id"]) if message["role"] == "user"] == [sample.QUESTION]


def test_a_failure_at_once_is_an_error_status(talk):
    answer = talk.api.post(
        "/api/v1/chat",
        json={"message": sample.QUESTION, "stream": False, "model": talk.model([script.Status(400)]), "collection_id": talk.library["id"]},
    )
    shapes.problem(answer, (500, 502, 503, 504))


@pytest.mark.parametrize("steps", [[script.Status(400)], [script.Cut()], [script.Text("Zig "), script.Cut()]], ids=["refused", "reset", "midway"])
def test_a_new_answer_that_fails_leaves_the_old_one_to_go_back_to(talk, steps):
    model = talk.model(script.answer("Zig zag"), steps)
    first = talk.api.ask(sample.QUESTION, model=model, collection_id=talk.library["id"])
    session = Session(talk.api, first)
    before = session.line()
    problem = shapes.problem(talk.api.post(session.turn_path(first, "/regenerate"), json={"stream": False}), (500, 502, 503, 504))
    assert problem["session_id"] == session.id
    failed = session.line()[1]
    assert (failed["turn_id"], failed["status"]) == (problem["turn_id"], "failed") and failed["error"]["code"] == problem["code"]
    assert session.turn(first)["superseded_by"] == failed["turn_id"] and session.now()["running_turn_id"] is None
    session.select(first)
    versions = [first["turn_id"], failed["turn_id"]]
    assert session.line() == [before[0], before[1] | {"versions": versions}]
