"""Conversations that leave nothing: remembered while they last, and then not even an id."""

import pytest

from support import script, shapes, usage
from support.api import Api
from support.server import upstream_settings
from support.shapes import ABSENT
from support.waiting import eventually


@pytest.fixture
def echo(upstream):
    """A model that says its requests' numbers."""
    return upstream.model(*(script.answer(f"echo {number}") for number in range(40)))


def say(api, message, session=None, **fields):
    return api.ask(message, ephemeral=True, **({"session_id": session} if session else {}), **fields)


def path(session, rest=""):
    return f"/api/v1/chat/sessions/{session}{rest}"


def unlogged(api, session):
    """No route but asking knows it."""
    routes = ["", "/messages", "/log", "/stream", "/branches", "/export"]
    for rest in routes:
        answers = [api.get(path(id, rest)) for id in (session, ABSENT)]
        shapes.same_not_found(*answers, session, ABSENT)
    shapes.problem(api.post(path(session, "/share")), 404)
    shapes.problem(api.patch(path(session), json={"title": "Mine"}), 404)
    assert session not in [found["id"] for found in api.sessions()]


def test_it_remembers_what_was_said(plain, upstream, echo):
    first = say(plain, "say 0", model=echo)
    shapes.uuid7(first["session_id"])
    shapes.uuid7(first["turn_id"])
    for number in (1, 2):
        turn = say(plain, f"say {number}", first["session_id"], model=echo)
        assert turn["session_id"] == first["session_id"] and turn["message"] == f"echo {number}"
    last = upstream.requests(echo)[-1]
    said = [(role, words) for role, words in last.messages if role != "system"]
    assert [words for _, words in said[:-1]] == ["say 0", "echo 0", "say 1", "echo 1"]
    assert [role for role, _ in said] == ["user", "assistant", "user", "assistant", "user"] and "say 2" in said[-1][1]
    unlogged(plain, first["session_id"])


def test_what_begins_so_goes_on_so(plain, echo):
    """Whoever goes on need not say it again, and cannot make it lasting."""
    session = say(plain, "say 0", model=echo)["session_id"]
    assert plain.ask("say 1", session_id=session, model=echo)["session_id"] == session
    assert plain.ask("say 2", session_id=session, ephemeral=False, model=echo)["session_id"] == session
    unlogged(plain, session)


def test_a_lasting_conversation_stays_one(plain, echo):
    turn = plain.ask("say 0", model=echo)
    body = {"message": "say 1", "session_id": turn["session_id"], "ephemeral": True, "model": echo}
    shapes.problem(plain.post("/api/v1/chat", json=body), 409, "not_ephemeral")
    assert [message["content"] for message in plain.messages(turn["session_id"])] == ["say 0", "echo 0"]


def test_it_remembers_as_many_pairs_as_is_set(start, upstream, echo):
    server = start(upstream_settings(upstream, LOQUAT_HISTORY_PAIRS=2))
    api = Api(server, server.create_key("owner"))
    session = None
    for number in range(5):
        session = say(api, f"say {number}", session, model=echo)["session_id"]
    said = [words for role, words in upstream.requests(echo)[-1].messages if role != "system"]
    assert said[:-1] == ["say 2", "echo 2", "say 3", "echo 3"]


def test_a_failed_answer_is_not_remembered(plain, upstream):
    model = upstream.model(script.answer("echo 0"), [script.Status(400)], script.answer("echo 2"))
    session = say(plain, "say 0", model=model)["session_id"]
    failed = plain.post("/api/v1/chat", json={"message": "say 1", "stream": False, "session_id": session, "model": model})
    assert failed.status_code >= 500
    assert say(plain, "say 2", session, model=model)["session_id"] == session
    said = [words for role, words in upstream.requests(model)[-1].messages if role != "system"]
    assert said[:-1] == ["say 0", "echo 0"]


def test_nothing_of_it_is_kept(start, upstream, unique):
    server = start(upstream_settings(upstream, LOQUAT_LOG_LEVEL="trace"))
    api = Api(server, server.create_key("owner"))
    asked, said, logged = unique(), unique(), unique()
    # What is kept is found by the same search.
    api.ask(f"About {logged}", model=upstream.model(script.answer("Well")))
    model = upstream.model(script.answer(f"It is {said}"), script.answer(f"It is {said} still"))
    session = say(api, f"What of {asked}?", model=model)["session_id"]
    turn = say(api, f"And {asked}?", session, model=model)["turn_id"]
    eventually(lambda: api.get("/api/v1/search", params={"q": logged}, expect=200).json()["items"], "the index is up to date")
    for word in (asked, said):
        assert api.get("/api/v1/search", params={"q": word}, expect=200).json()["items"] == []
    assert len(api.sessions()) == 1
    server.stop()
    kept = b"".join(found.read_bytes() for found in sorted(server.data_dir.rglob("*")) if found.is_file()).lower()
    assert [word for word in (asked, said) if word.encode() in kept or word in server.stderr] == []
    assert bytes.fromhex(session.replace("-", "")) not in kept and session.encode() not in kept and turn.encode() not in kept
    assert logged.encode() in kept


def test_a_lapsed_one_begins_anew(start, upstream, echo):
    server = start(upstream_settings(upstream, LOQUAT_EPHEMERAL_TTL=1))
    api = Api(server, server.create_key("owner"))
    session = say(api, "say 0", model=echo)["session_id"]

    # Longer than a second passes while another conversation is held.
    say(api, "Elsewhere", model=upstream.model([script.Pace(1.2), *script.answer("At last")]))
    model = upstream.model(script.answer("Well"))
    new = say(api, "say 1", session, model=model)["session_id"]
    assert new != session and "say 0" not in upstream.requests(model)[-1].prompt
    assert say(api, "say 2", new, model=model)["session_id"] == new
    # The old id is a lapsed one still, also for who does not say that it was ephemeral.
    again = api.ask("say 3", session_id=session, model=model)
    assert again["session_id"] not in (session, new)
    assert api.sessions() == []
    shapes.problem(api.post("/api/v1/chat", json={"message": "say 4", "session_id": ABSENT}), 404)


def test_an_unknown_id_is_not_found(plain, echo):
    asked = {"message": "Hello", "stream": False, "model": echo}
    shapes.problem(plain.post("/api/v1/chat", json=asked | {"session_id": ABSENT}), 404)
    # Who wants no log gets a conversation, under an id that the server makes.
    turn = say(plain, "Hello", ABSENT, model=echo)
    assert turn["session_id"] != ABSENT
    unlogged(plain, turn["session_id"])


def test_anothers_id_is_an_unknown_one(plain, upstream, echo):
    other = Api(plain.server, plain.server.create_key("other", user="other@example.test"))
    session = say(plain, "My secret is xylograph", model=echo)["session_id"]
    asked = {"message": "What is my secret?", "stream": False}
    answers = [other.post("/api/v1/chat", json=asked | {"session_id": id}) for id in (session, ABSENT)]
    shapes.same_not_found(*answers, session, ABSENT)
    # Nor with the member, by which an unknown id begins anew.
    spy = upstream.model(script.answer("Well"))
    turn = say(other, "What is my secret?", session, model=spy)
    assert turn["session_id"] != session and "xylograph" not in upstream.requests(spy)[-1].prompt
    answers = [other.delete(path(id)) for id in (session, ABSENT)]
    shapes.same_not_found(*answers, session, ABSENT)
    assert say(plain, "say on", session, model=echo)["session_id"] == session


def running(api, upstream, session=None):
    """A turn that stands before a gate; returns its watcher, the gate and its session's and its own id."""
    gate = script.gate()
    model = upstream.model([script.Text("One "), gate, *script.answer("two")])
    watcher = api.stream("Hello", model=model, ephemeral=True, **({"session_id": session} if session else {}))
    opened = watcher.event("session").json
    watcher.shows("One")
    return watcher, gate, opened["session_id"], opened["turn_id"]


def test_a_running_turn_is_watched(plain, upstream):
    watcher, gate, session, turn = running(plain, upstream)
    second = plain.watch_turn(session, turn)
    second.shows("One")
    refused = plain.post("/api/v1/chat", json={"message": "Meanwhile", "session_id": session, "ephemeral": True})
    assert shapes.problem(refused, 409, "turn_in_progress")["turn_id"] == turn
    other = Api(plain.server, plain.server.create_key("watcher", user="watcher@example.test"))
    shapes.problem(other.get(path(session, f"/turns/{turn}/stream")), 404)
    shapes.problem(other.post(path(session, f"/turns/{turn}/stop")), 404)
    upstream.open(gate)
    watcher.finish()
    second.finish()
    assert second.text == watcher.text == "One two"
    assert [event.raw for event in second.events] == [event.raw for event in watcher.events]
    # Over, it is gone.
    for rest in ("", "/stream"):
        shapes.problem(plain.get(path(session, f"/turns/{turn}{rest}")), 404)


def test_a_running_turn_is_stopped(plain, upstream):
    watcher, gate, session, turn = running(plain, upstream)
    stopped = plain.stop(session, turn).json()
    assert (stopped["status"], stopped["content"], stopped["turn_id"]) == ("stopped", "One ", turn)
    watcher.finish()
    assert watcher.events[-1].name == "done"
    upstream.open(gate)
    # The conversation goes on.
    assert say(plain, "And then?", session, model=upstream.model(script.answer("Three")))["session_id"] == session
    unlogged(plain, session)


def test_a_client_that_leaves_ends_nothing(plain, upstream):
    watcher, gate, session, turn = running(plain, upstream)
    watcher.drop()
    second = plain.watch_turn(session, turn)
    second.shows("One")
    upstream.open(gate)
    second.finish()
    assert second.text == "One two"
    model = upstream.model(script.answer("Three"))
    assert say(plain, "And then?", session, model=model)["session_id"] == session
    assert "One two" in upstream.requests(model)[-1].prompt


def test_it_is_deleted(plain, upstream, echo):
    session = say(plain, "My secret is xylograph", model=echo)["session_id"]
    plain.delete(path(session), expect=204)
    shapes.problem(plain.delete(path(session)), 404)
    shapes.problem(plain.post("/api/v1/chat", json={"message": "What is it?", "session_id": session}), 404)
    model = upstream.model(script.answer("Well"))
    turn = say(plain, "What is it?", session, model=model)
    assert turn["session_id"] != session and "xylograph" not in upstream.requests(model)[-1].prompt


def test_it_is_deleted_while_it_answers(plain, upstream):
    watcher, gate, session, turn = running(plain, upstream)
    second = plain.watch_turn(session, turn)
    second.shows("One")
    plain.delete(path(session), expect=204)
    # The model waits still: its answer was ended.
    for watched in (watcher, second):
        watched.finish()
        assert watched.text == "One " and watched.events[-1].json["finish_reason"] == "stopped"
    upstream.open(gate)
    shapes.problem(plain.post("/api/v1/chat", json={"message": "What was it?", "session_id": session}), 404)
    shapes.problem(plain.delete(path(session)), 404)
    unlogged(plain, session)


def test_a_restart_forgets_it(start, upstream, echo):
    server = start(upstream_settings(upstream))
    api = Api(server, server.create_key("owner"))
    session = say(api, "My secret is xylograph", model=echo)["session_id"]
    for end in (server.stop, server.kill):
        end()
        server.start()
        shapes.problem(api.post("/api/v1/chat", json={"message": "What is it?", "session_id": session, "stream": False}), 404)
        model = upstream.model(script.answer("Well"))
        turn = say(api, "What is it?", session, model=model)
        assert turn["session_id"] != session and "xylograph" not in upstream.requests(model)[-1].prompt
        session = say(api, "My secret is xylograph", model=echo)["session_id"]
    assert api.sessions() == [] and server.run("verify").returncode == 0


def test_its_line_is_not_changed(plain, echo):
    turn = say(plain, "say 0", model=echo)
    session, id = turn["session_id"], turn["turn_id"]
    for rest, body in (
        ("/rewind", {"turn_id": id}), ("/restore", {"event_id": 1}), ("/branches", {"turn_id": id, "name": "aside"}),
        (f"/turns/{id}/regenerate", {}), (f"/turns/{id}/continue", {}), (f"/turns/{id}/select", None), (f"/turns/{id}/feedback", {"rating": "up"}),
    ):
        answer = plain.post(path(session, rest), **({} if body is None else {"json": body}))
        shapes.problem(answer, 404)


def test_the_documents_are_asked(api, library):
    turn = say(api, "How tall does a loquat tree grow?", collection_id=library["id"])
    assert "ten metres" in turn["message"] and turn["sources"] and turn["citations"]
    # Its collection is the conversation's.
    again = say(api, "When does its fruit ripen?", turn["session_id"])
    assert again["sources"] and again["session_id"] == turn["session_id"]
    unlogged(api, turn["session_id"])


def test_what_leaves_nothing_is_not_counted_either(start, upstream):
    server = start(upstream_settings(upstream))
    api = Api(server, server.create_key("owner"))
    say(api, "Hello", model=usage.model(upstream, 100, 20))
    assert usage.told(api, user_id="all") == {}


@pytest.mark.parametrize("value", ["yes", 1, {}, []])
def test_it_is_yes_or_no(plain, value):
    shapes.invalid(plain.post("/api/v1/chat", json={"message": "Hello", "ephemeral": value}), "ephemeral")
