"""Conversations as they are kept: listed, edited, deleted, logged, and nobody else's business."""

from support import sample, shapes
from support.api import Api
from support.shapes import ABSENT


def test_a_conversation_is_kept(api, library):
    title = "A first question about the loquat tree that is a good deal longer than one hundred characters, so that it is cut at that"
    assert len(title) > 100
    turn = api.ask(title, collection_id=library["id"], metadata={"source": "test", "nested": {"list": [1, None, "🍊"]}})
    session = api.session(turn["session_id"])
    shapes.has(session, shapes.SESSION)
    assert session["kind"] == "chat" and session["collection_id"] == library["id"]
    assert session["title"] == title[:100]
    assert session["message_count"] == 2
    assert session["archived"] is False and session["pinned"] is False and session["running_turn_id"] is None
    for name in ("created_at", "updated_at", "last_message_at"):
        shapes.time(session[name])
    messages = api.messages(turn["session_id"])
    assert {message["role"] for message in messages} == {"user", "assistant"} and len(messages) == 2
    for message in messages:
        shapes.has(message, shapes.MESSAGE)
        shapes.uuid7(message["id"])
        shapes.time(message["created_at"])
        assert message["session_id"] == turn["session_id"] and message["status"] == "complete"
    said = next(message for message in messages if message["role"] == "user")
    assert said["content"] == title
    answer = api.answer(turn["session_id"], turn["turn_id"])
    assert answer["content"] == turn["message"]
    assert answer["sources"] == turn["sources"] and answer["citations"] == turn["citations"]
    carried = [session["metadata"], *(message["metadata"] for message in messages)]
    assert {"source": "test", "nested": {"list": [1, None, "🍊"]}} in carried


def test_sessions_are_listed_newest_first(api, library):
    first, second, third = (api.ask(f"Question {n} on loquat trees")["session_id"] for n in range(3))
    api.ask("Once more", session_id=first)
    mine = [session["id"] for session in api.sessions() if session["id"] in (first, second, third)]
    assert mine == [first, third, second]


def test_a_session_is_edited(api):
    session_id = api.ask("To be renamed")["session_id"]
    path = f"/api/v1/chat/sessions/{session_id}"
    tag = api.get(path, expect=200).headers["etag"]
    changed = api.patch(
        path, json={"title": "Renamed", "pinned": True, "archived": True, "metadata": {"a": 1}}, headers={"If-Match": tag}, expect=200
    ).json()
    assert (changed["title"], changed["pinned"], changed["archived"], changed["metadata"]) == ("Renamed", True, True, {"a": 1})
    assert api.session(session_id) == changed
    shapes.problem(api.patch(path, json={"title": "Late"}, headers={"If-Match": tag}), 412)
    shapes.problem(api.patch(path, json={"title": 7}), 422)
    assert api.session(session_id)["title"] == "Renamed"


def test_a_session_is_deleted_with_all_it_held(api):
    turn = api.ask("To be deleted")
    path = f"/api/v1/chat/sessions/{turn['session_id']}"
    api.delete(path, expect=(200, 204))
    for rest in ("", "/messages", "/log", "/stream", "/branches", f"/turns/{turn['turn_id']}", f"/turns/{turn['turn_id']}/stream"):
        shapes.problem(api.get(path + rest), 404)
    shapes.problem(api.delete(path), 404)
    shapes.problem(api.post("/api/v1/chat", json={"message": "hello", "session_id": turn["session_id"]}), 404)
    assert turn["session_id"] not in [session["id"] for session in api.sessions()]


def test_the_log_is_numbered_and_chained(api, library):
    first = api.ask(sample.QUESTION, collection_id=library["id"])
    api.ask("And its harvest?", session_id=first["session_id"])
    before = api.log(first["session_id"])
    api.patch(f"/api/v1/chat/sessions/{first['session_id']}", json={"title": "Renamed"}, expect=200)
    api.ask("Thank you", session_id=first["session_id"])
    log = sorted(api.log(first["session_id"]), key=lambda event: event["seq"])
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    for event in log:
        shapes.has(event, shapes.LOG_EVENT)
        assert event["kind"] and event["hash"]
        shapes.time(event["created_at"])
    assert len({event["hash"] for event in log}) == len(log)
    assert [event for event in log if event["seq"] <= len(before)] == sorted(before, key=lambda event: event["seq"])
    assert len({str(event["group"]) for event in log}) >= 3


def test_other_peoples_conversations_do_not_exist(ada, bob):
    turn = ada.ask("A private matter")
    routes = [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("GET", "/messages"),
        ("GET", "/log"),
        ("GET", "/stream"),
        ("GET", f"/turns/{turn['turn_id']}/stream"),
        ("POST", f"/turns/{turn['turn_id']}/stop"),
    ]
    for method, rest in routes:
        arguments = {"json": {"title": "mine"}} if method == "PATCH" else {}
        answers = [
            bob.request(method, f"/api/v1/chat/sessions/{session_id}{rest}", **arguments) for session_id in (turn["session_id"], ABSENT)
        ]
        shapes.same_not_found(*answers, turn["session_id"], ABSENT)
    answers = [bob.post("/api/v1/chat", json={"message": "hello", "session_id": session_id}) for session_id in (turn["session_id"], ABSENT)]
    shapes.same_not_found(*answers, turn["session_id"], ABSENT)
    own = bob.ask("My own matter")["session_id"]
    crossed = bob.get(f"/api/v1/chat/sessions/{own}/turns/{turn['turn_id']}/stream")
    shapes.same_not_found(crossed, bob.get(f"/api/v1/chat/sessions/{own}/turns/{ABSENT}/stream"), turn["turn_id"], ABSENT)
    assert turn["session_id"] not in [session["id"] for session in bob.sessions()]
    collection = ada.collection("ada's own", visibility="private")
    answers = [
        bob.post("/api/v1/chat", json={"message": "hello", "collection_id": collection_id}) for collection_id in (collection["id"], ABSENT)
    ]
    shapes.same_not_found(*answers, collection["id"], ABSENT)
    assert len(ada.messages(turn["session_id"])) == 2
