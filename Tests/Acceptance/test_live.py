"""A conversation as its watchers see it: everything that becomes of it, in one order, for all of them, from any place on."""

import re

import pytest

from support import script, shapes, sse
from support.session import Session
from support.waiting import eventually
from support.wire import ResponseReader, connect, request

TOKENS = ["Zig ", "**zag** ", "<b>zog</b> ", "end."]
HTML = ["<strong>zag</strong>", "&lt;b&gt;zog", "end."]


@pytest.fixture
def session(plain, upstream):
    model = upstream.model(script.answer(*TOKENS))
    session = Session(plain, plain.ask("Hello *there*", model=model))
    session.model = model
    return session


def saw(watcher, name, **members):
    """Waits for an event of that name whose data has these members, or some that a function says yes to, and returns its data."""

    def fits(data):
        return all(key in data and (value(data[key]) if callable(value) else data[key] == value) for key, value in members.items())

    def found(watcher):
        return next((event.json for event in watcher.events if event.name == name and fits(event.json)), None)

    return watcher.wait(found, f"{name} with {members}")


def holds_the_text(html):
    assert all(piece in html for piece in HTML), html


def live(session, upstream, see):
    """Everything that can happen to a conversation but its end; `see` waits for what it must show."""
    asked, first = session.line()
    session.say("How *are* you?", model=session.model)
    second_asked, second = session.line()[2:]
    assert "<em>are</em>" in see("turn", turn_id=second_asked["turn_id"], role="user")["html"]
    assert see("turn", turn_id=second["turn_id"], role="assistant", html="")["supersedes_id"] is None
    holds_the_text(see("turn", turn_id=second["turn_id"], role="assistant", html=bool)["html"])

    again = session.again(second)["turn_id"]
    see("turn", turn_id=again, supersedes_id=second["turn_id"], html="")
    holds_the_text(see("replace", turn_id=again, supersedes_id=second["turn_id"], role="assistant")["html"])

    edited = session.again(again, message="How *were* you?")["turn_id"]
    edited_asked = session.line()[2]["turn_id"]
    replaced = see("replace", turn_id=edited_asked, supersedes_id=second_asked["turn_id"], role="user")
    assert "<em>were</em>" in replaced["html"]
    holds_the_text(see("replace", turn_id=edited, supersedes_id=again)["html"])

    stopped(session, upstream, edited, see)
    rewound = session.rewind(first)
    see("line", reason="rewound", branch="main", turn_id=first["turn_id"])
    restored = session.restore(rewound)
    see("line", reason="restored", turn_id=restored["turn_id"])
    selected = session.select(second)
    see("line", reason="selected", turn_id=selected["turn_id"])
    session.branch(first, "leaf")
    assert see("updated", id=session.id)["branch"] == "main"
    session.switch("leaf")
    see("line", reason="switched", branch="leaf")
    session.rename("leaf", "twig")
    see("updated", branch="twig")
    session.api.patch(session.path, json={"title": "Renamed", "pinned": True}, expect=200)
    see("updated", title="Renamed", pinned=True)
    session.hide(first)
    see("hidden", turn_id=first["turn_id"], hidden=True)
    session.hide(first, False)
    see("hidden", turn_id=first["turn_id"], hidden=False)
    session.rate(first, "up", text="Well said.")
    assert "Well said" not in str(see("rated", turn_id=first["turn_id"], rating="up"))
    session.rate(first, None)
    see("rated", turn_id=first["turn_id"], rating=None)


def stopped(session, upstream, turn, see):
    """An answer is begun again, stopped in its middle, and gone on with."""
    gate = script.gate()
    model = upstream.model([script.Text("Zig "), gate, *script.answer("never said")], script.answer("zag"))
    watcher = session.again_streamed(turn, model=model)
    begun = watcher.event("session").json["turn_id"]
    watcher.shows("Zig")
    see("delta", delta="Zig ")
    session.api.stop(session.id, begun)
    see("done", turn_id=begun, finish_reason="stopped")
    assert "Zig" in see("replace", turn_id=begun, supersedes_id=turn)["html"]
    whole = session.go_on(begun)["turn_id"]
    assert "Zig" in see("replace", turn_id=whole, supersedes_id=begun)["html"]


def test_every_watcher_sees_everything(session, upstream):
    first = session.api.watch(session.path + "/stream?last_event_id=0:0").opened()
    second = session.watch().opened()
    live(session, upstream, lambda name, **members: [saw(watcher, name, **members) for watcher in (first, second)][0])
    session.api.delete(session.path, expect=204)
    for watcher in (first, second):
        assert saw(watcher, "deleted") == {"type": "deleted", "session_id": session.id}
        watcher.finish()
        assert watcher.complete and watcher.events[-1].name == "deleted"
    events = first.events
    assert sse.raw(events).endswith(sse.raw(second.events)) and len(events) > len(second.events)
    # The first watcher saw what was said before it came.
    begun = [event.json for event in events[: len(events) - len(second.events)]]
    assert "<em>there</em>" in begun[0]["html"] and begun[0]["role"] == "user"
    holds_the_text(begun[-1]["html"])
    places = []
    for event in events:
        assert re.fullmatch(r"\d+:\d+", event.id) and event.json["type"] == event.name, event
        places.append(tuple(map(int, event.id.split(":"))))
    assert places == sorted(set(places))
    shapes.problem(session.api.get(session.path + "/stream"), 404)


def test_the_events_of_a_turn_are_its_own_streams(session):
    watcher = session.watch().opened()
    turn = session.again(session.line()[1])["turn_id"]
    saw(watcher, "replace", turn_id=turn)
    events = watcher.events
    own = session.api.watch_turn(session.id, turn).finish()
    assert [(event.name, event.data) for event in events[1:-1]] == [(event.name, event.data) for event in own]
    watcher.drop()


def test_resumed_after_any_event(session, upstream):
    watcher = session.watch("0:0").opened()
    live(session, upstream, lambda name, **members: saw(watcher, name, **members))
    events = watcher.events
    watcher.drop()
    for number, event in enumerate(events[:-1]):
        rest = len(events) - number - 1
        again = session.watch(event.id).opened()
        again.wait(lambda watcher: len(watcher.events) >= rest, f"what follows {event.id}")
        # What an event tells of the session is how it is now.
        told = [(one.id, one.name, one.data if one.name != "updated" else None) for one in again.events]
        assert told == [(one.id, one.name, one.data if one.name != "updated" else None) for one in events[number + 1 :]], event.id
        again.drop()
    last = session.watch(events[-1].id).opened()
    session.rate(session.line()[1], "down")
    assert saw(last, "rated", rating="down") and len(last.events) == 1
    last.drop()


def test_a_place_from_elsewhere_is_no_crash(session):
    for odd in ("nonsense", "7", "999999:0", "1:999999", "-1:0", "0:-1", ":", "x:y", session.line()[1]["turn_id"] + ":3"):
        watcher = session.watch(odd)
        watcher.wait(lambda watcher: watcher.status, "a response")
        assert watcher.status in (200, 400, 422), odd
        watcher.drop()
    session.api.get("/healthz", expect=200)


@pytest.mark.parametrize("odd", [f"{2**63 - 1}:0", f"{2**63 - 1}:{2**63 - 1}", f"-{2**63 - 1}:0", f"1:{2**63 - 1}"])
def test_what_follows_a_place_that_cannot_be_is_told(session, odd):
    watcher = session.watch(odd).opened()
    session.api.delete(session.path, expect=204)
    assert watcher.finish()[-1].name == "deleted"
    session.api.get("/healthz", expect=200)


def test_who_comes_while_a_turn_runs_sees_it_from_its_beginning(session, upstream):
    gate = script.gate()
    running = session.api.stream("Go on", session_id=session.id, model=upstream.model([script.Text("Zig "), gate, *script.answer("zag")]))
    turn = running.event("session").json["turn_id"]
    running.shows("Zig")
    late = session.watch().opened()
    saw(late, "turn", turn_id=turn, role="assistant")
    late.shows("Zig")
    upstream.open(gate)
    saw(late, "done", turn_id=turn)
    assert late.text == "Zig zag"
    assert saw(late, "session", turn_id=turn)["session_id"] == session.id
    late.drop()


def test_other_peoples_conversations_are_not_watched(ada, bob):
    mine, theirs = Session(ada, ada.ask("A private matter")), Session(bob, bob.ask("Mine"))
    refused = bob.get(mine.path + "/stream?last_event_id=0:0")
    shapes.same_not_found(refused, bob.get(f"/api/v1/chat/sessions/{shapes.ABSENT}/stream"), mine.id, shapes.ABSENT)
    watcher = theirs.watch("0:0").opened()
    saw(watcher, "done")
    mine.say("Another private matter")
    theirs.rate(theirs.line()[1], "up")
    saw(watcher, "rated")
    assert "private" not in watcher.body.decode()
    watcher.drop()


def test_who_does_not_read_holds_nobody_up(session, upstream):
    """One watcher reads nothing while a long answer is given; the others do not notice, and it gets the text in the end."""
    tokens = [f"Piece {number} " + "zigzag " * 40 for number in range(3000)]
    gate = script.gate()
    slow, reader, splitter = connect(session.api.server, receive_buffer=2048), ResponseReader(), sse.Splitter()
    slow.sendall(request(session.api.server, "GET", session.path + "/stream", session.api.key))
    while reader.status is None:
        splitter.feed(reader.feed(slow.recv(1)))
    other = session.watch().opened()
    turn = session.again_streamed(session.line()[1], model=upstream.model([gate, *script.answer(*tokens)])).event("session").json["turn_id"]
    upstream.open(gate)
    saw(other, "done", turn_id=turn)
    assert other.text.count("Piece") == len(tokens)
    saw(other, "replace", turn_id=turn)
    after = session.say("And on?", model=session.model)["turn_id"]
    saw(other, "done", turn_id=after)
    last = eventually(lambda: next((e for e in other.events if e.name == "turn" and e.json["turn_id"] == after and e.json["html"]), None), "the turn's end")
    # Now it reads.
    while not any(event.id == last.id for event in splitter.events):
        piece = slow.recv(65536)
        assert piece, "the server let go of it"
        splitter.feed(reader.feed(piece))
    slow.close()
    whole = next(event.json for event in splitter.events if event.name == "replace" and event.json["turn_id"] == turn)
    assert whole["html"].count("Piece") == len(tokens)
    given = [event for event in splitter.events if event.name == "delta"]
    skipped = [event for event in splitter.events if event.name == "catch_up"]
    assert len(skipped) <= 1 and (skipped or sse.text(given).count("Piece") >= len(tokens))
    other.drop()
