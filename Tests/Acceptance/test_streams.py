"""A turn's stream: resumed exactly, watched by many, dropped, stopped, and the session's stream of all turns."""

import re

import pytest

from support import sample, script, shapes, sse
from support.api import Api, turn_path
from support.waiting import eventually
from support.wire import ResponseReader, connect, request

TOKENS = [
    "The loquat ",
    "tree grows ",
    "to ten metres ",
    "at most [1]. ",
    "It bears ",
    "fruit in ",
    "early spring [1]. ",
    "Zig 🦊 ",
    "zag.",
]


@pytest.fixture
def recorded(talk):
    """A finished turn: its session, its id, its events as they first came."""
    watcher = talk.whole(*TOKENS)
    start = watcher.events[0].json
    return start["session_id"], start["turn_id"], watcher.events


def test_resume_after_each_event_gives_the_same_bytes(talk, recorded):
    session_id, turn_id, events = recorded
    assert len(events) > 4
    again = talk.api.watch_turn(session_id, turn_id).opened()
    assert sse.raw(again.finish()) == sse.raw(events)
    for number, event in enumerate(events[:-1]):
        rest = talk.api.watch_turn(session_id, turn_id, event.id).opened().finish()
        assert sse.raw(rest) == sse.raw(events[number + 1 :]), event.id


def test_resume_after_the_last_event_gives_nothing(talk, recorded):
    session_id, turn_id, events = recorded
    watcher = talk.api.watch_turn(session_id, turn_id, events[-1].id)
    assert watcher.finish() == []
    assert watcher.status in (200, 204)


def test_resume_of_an_extractive_answer(api, library):
    first = api.stream(sample.QUESTION, collection_id=library["id"])
    events = first.finish()
    start = events[0].json
    for number, event in enumerate(events[:-1]):
        rest = api.watch_turn(start["session_id"], start["turn_id"], event.id).finish()
        assert sse.raw(rest) == sse.raw(events[number + 1 :])


def test_resume_survives_a_restart(start):
    server = start()
    api = Api(server, server.create_key("owner"))
    library = sample.fill(api, "library")
    events = api.stream(sample.QUESTION, collection_id=library["id"]).finish()
    begun = events[0].json
    server.restart()
    assert sse.raw(api.watch_turn(begun["session_id"], begun["turn_id"]).finish()) == sse.raw(events)
    half = len(events) // 2
    rest = api.watch_turn(begun["session_id"], begun["turn_id"], events[half].id).finish()
    assert sse.raw(rest) == sse.raw(events[half + 1 :])


def test_a_last_event_id_from_elsewhere_is_no_crash(talk, recorded):
    session_id, turn_id, events = recorded
    for odd in ("nonsense", "7", f"{turn_id}:999999", f"{turn_id}:-1", f"{turn_id}:x", f"{shapes.ABSENT}:1", ":" * 1000):
        watcher = talk.api.watch_turn(session_id, turn_id, odd)
        watcher.finish()
        assert watcher.status in (200, 204, 400, 422), odd
    assert sse.raw(talk.api.watch_turn(session_id, turn_id).finish()) == sse.raw(events)


def stepped(talk):
    """A turn whose every token waits for its gate; returns its watcher and the gates."""
    gates = [script.gate() for _ in TOKENS]
    steps = [step for gate, token in zip(gates, TOKENS) for step in (gate, script.Text(token))]
    return talk(*steps, script.Finish(), script.Done()), gates


def plain(token):
    """What is sure to be shown of a token: nothing from a bracket on, and no space that may be held."""
    return token.partition("[")[0].strip()


def test_words_leave_while_the_model_still_writes(talk):
    watcher, gates = stepped(talk)
    for gate, token in list(zip(gates, TOKENS))[:3]:
        talk.upstream.open(gate)
        watcher.shows(plain(token))
    assert not any(event.name in ("done", "error") for event in watcher.events)
    talk.upstream.open(*gates)
    shapes.turn_stream(watcher.finish())


def test_text_is_held_back_only_from_a_bracket_on(talk):
    gate = script.gate()
    watcher = talk(script.Text("Zig zag zog ["), gate, *script.answer("1] and on."))
    watcher.shows("Zig zag zog")
    assert "[" not in watcher.text
    talk.upstream.open(gate)
    watcher.finish()


def test_a_client_that_drops_at_any_event_loses_nothing(talk):
    whole = talk.whole(*TOKENS)
    expected, count = whole.text, len(whole.events)
    for number in range(count):
        watcher, gates = stepped(talk)
        waiting = list(zip(gates, TOKENS))
        begun = watcher.event("session").json
        while waiting and len(watcher.events) < number:
            gate, token = waiting.pop(0)
            talk.upstream.open(gate)
            watcher.shows(plain(token))
        seen = watcher.events
        watcher.drop()
        talk.upstream.open(*gates)
        answer = talk.api.settled_answer(begun["session_id"], begun["turn_id"])
        assert (answer["status"], answer["content"]) == ("complete", expected)
        rest = talk.api.watch_turn(begun["session_id"], begun["turn_id"], seen[-1].id).finish() if seen else []
        everything = talk.api.watch_turn(begun["session_id"], begun["turn_id"]).finish()
        assert sse.raw(seen) + sse.raw(rest) == sse.raw(everything)


def test_a_client_that_drops_at_once_loses_nothing(talk):
    """Before any event was read: the turn may be there or not, but if it is, it is whole."""
    known = {session["id"] for session in talk.api.sessions()}
    talk(*script.answer(*TOKENS)).drop()
    for session in talk.api.sessions():
        if session["id"] not in known:
            eventually(lambda: talk.api.session(session["id"])["running_turn_id"] is None, "the turn ended")


def test_many_watchers_see_the_same(talk):
    first, gates = stepped(talk)
    begun = first.event("session").json
    watchers = []
    for gate, token in zip(gates, TOKENS):
        watchers += [talk.api.watch_turn(begun["session_id"], begun["turn_id"]).opened() for _ in range(3)]
        talk.upstream.open(gate)
        first.shows(plain(token))
    expected = sse.raw(first.finish())
    for watcher in watchers:
        assert sse.raw(watcher.finish()) == expected


def test_a_slow_reader_disturbs_nobody(talk):
    tokens = [f"Piece {number} " + "zigzag " * 40 for number in range(3000)]
    gate = script.gate()
    model = talk.model([gate, *script.answer(*tokens)])
    fast = talk.again(model)
    begun = fast.event("session").json
    path = turn_path(begun["session_id"], begun["turn_id"]) + "/stream"
    slow, reader, splitter = connect(talk.api.server, receive_buffer=2048), ResponseReader(), sse.Splitter()
    slow.sendall(request(talk.api.server, "GET", path, talk.api.key))
    for _ in range(20):
        splitter.feed(reader.feed(slow.recv(1)))
    talk.upstream.open(gate)
    events = fast.finish()
    shapes.turn_stream(events)
    assert fast.text.count("Piece") == len(tokens)
    other = talk.whole("Quite undisturbed")
    assert other.text == "Quite undisturbed"
    # Now it reads on, byte by byte at first; had the server let go of it, it comes back for the rest.
    while not reader.finished:
        piece = slow.recv(1 if len(splitter.events) < 5 else 65536)
        if not piece:
            break
        splitter.feed(reader.feed(piece))
    slow.close()
    seen = splitter.events
    if not reader.finished:
        assert seen
        seen = seen + talk.api.watch_turn(begun["session_id"], begun["turn_id"], seen[-1].id).finish()
    assert sse.raw(seen) == sse.raw(events)


def test_stop_keeps_the_text(talk):
    gate = script.gate()
    watcher = talk(script.Text("Zig zag "), script.Text("zog "), gate, *script.answer("never said"))
    begun = watcher.event("session").json
    watcher.shows("Zig zag zog")
    second = talk.api.watch_turn(begun["session_id"], begun["turn_id"]).opened()
    talk.api.stop(begun["session_id"], begun["turn_id"])
    done = shapes.turn_stream(watcher.finish())
    assert done.name == "done" and done.json["finish_reason"] == "stopped"
    assert sse.raw(second.finish()) == sse.raw(watcher.events)
    answer = talk.api.answer(begun["session_id"], begun["turn_id"])
    assert answer["status"] == "stopped" and answer["content"] == watcher.text and answer["content"].startswith("Zig zag zog")
    assert talk.api.session(begun["session_id"])["running_turn_id"] is None
    talk.upstream.open(gate)
    again = talk(*script.answer("Next words"), session_id=begun["session_id"])
    again.finish()
    assert again.text == "Next words"
    assert talk.api.answer(begun["session_id"], begun["turn_id"])["content"] == watcher.text


def test_stop_before_the_first_word(talk):
    gate = script.gate()
    watcher = talk(gate, *script.answer("never said"))
    begun = watcher.event("session").json
    talk.upstream.reached(gate)
    talk.api.stop(begun["session_id"], begun["turn_id"])
    done = shapes.turn_stream(watcher.finish())
    assert done.name == "done" and done.json["finish_reason"] == "stopped" and watcher.text == ""


def test_stop_of_a_finished_turn_changes_nothing(talk, recorded):
    session_id, turn_id, events = recorded
    answer = talk.api.post(turn_path(session_id, turn_id) + "/stop")
    assert answer.status_code in (200, 202, 204, 409)
    assert talk.api.answer(session_id, turn_id)["status"] == "complete"
    assert sse.raw(talk.api.watch_turn(session_id, turn_id).finish()) == sse.raw(events)


def test_stop_by_many_at_once(talk):
    gate = script.gate()
    watcher = talk(script.Text("Zig zag"), gate, *script.answer("never said"))
    begun = watcher.event("session").json
    watcher.shows("Zig zag")
    for _ in range(5):
        assert talk.api.post(turn_path(begun["session_id"], begun["turn_id"]) + "/stop").status_code in (200, 202, 204, 409)
    assert shapes.turn_stream(watcher.finish()).json["finish_reason"] == "stopped"


def test_a_comment_keeps_an_idle_stream_open(talk):
    gate = script.gate()
    watcher = talk(gate, *script.answer("At last"))
    watcher.event("session")
    watcher.wait(lambda watcher: watcher.comments, "a comment")
    talk.upstream.open(gate)
    shapes.turn_stream(watcher.finish())
    assert watcher.text == "At last"


# The session's stream


def test_a_sessions_stream_shows_its_turns_as_they_run(talk):
    first = talk.whole("First answer")
    session_id = first.events[0].json["session_id"]
    stream = talk.api.watch(f"/api/v1/chat/sessions/{session_id}/stream").opened()
    second = talk(*script.answer(*TOKENS), session_id=session_id)
    turn_id = second.event("session").json["turn_id"]
    second.finish()
    last = stream.wait(
        lambda watcher: next((event for event in watcher.events if event.name == "done" and event.json["turn_id"] == turn_id), None),
        "the end of the second turn",
    )
    events = stream.events
    events = events[: events.index(last) + 1]
    ended = [number for number, event in enumerate(events[:-1]) if event.name in ("done", "error")]
    assert sse.text(events[ended[-1] + 1 if ended else 0 :]) == second.text
    for event in events:
        assert re.fullmatch(r"\d+:\d+", event.id), event
        assert event.json["type"] == event.name
    places = [tuple(map(int, event.id.split(":"))) for event in events]
    assert places == sorted(set(places))
    assert any(event.name == "turn" for event in events)
    stream.drop()
    for number in (0, len(events) // 2, len(events) - 2):
        again = talk.api.watch(f"/api/v1/chat/sessions/{session_id}/stream", events[number].id).opened()
        again.wait(lambda watcher: len(watcher.events) >= len(events) - number - 1, "what it missed")
        assert sse.raw(again.events[: len(events) - number - 1]) == sse.raw(events[number + 1 :])
        again.drop()


def test_two_tabs_see_the_same_session(talk):
    session_id = talk.whole("First answer").events[0].json["session_id"]
    tabs = [talk.api.watch(f"/api/v1/chat/sessions/{session_id}/stream").opened() for _ in range(2)]
    turn_id = talk.whole(*TOKENS, session_id=session_id).events[0].json["turn_id"]
    for tab in tabs:
        tab.wait(
            lambda watcher: any(event.name == "turn" and event.json["turn_id"] == turn_id and event.json["html"] for event in watcher.events),
            "the whole turn",
        )
    assert sse.raw(tabs[0].events) == sse.raw(tabs[1].events)
    for tab in tabs:
        tab.drop()
