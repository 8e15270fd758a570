"""Branches of a conversation: begun, listed, gone on with, renamed, compared, and made into conversations of their own."""

import uuid

import pytest

from support import script, shapes, usage
from support.session import Session
from support.shapes import ABSENT

BRANCH = {"name", "session_id", "turn_id", "head_turn_id", "current", "created_at"}
LIMIT = 100


@pytest.fixture
def session(plain, upstream):
    """A session of three exchanges, whose `model` says its requests' numbers."""
    model = upstream.model(*(script.answer(f"echo {number}") for number in range(30)))
    session = Session(plain, plain.ask("say 0", model=model))
    session.model = model
    session.say("say 1", model=model)
    session.say("say 2", model=model)
    return session


def words(*numbers):
    return [word for number in numbers for word in (f"say {number}", f"echo {number}")]


def test_a_branch_is_begun_and_gone_on_with(session, upstream):
    line = session.line()
    made = session.branch(line[1], "another way")
    shapes.has(made, BRANCH)
    shapes.time(made["created_at"])
    turn = line[1]["turn_id"]
    assert made | {"created_at": None} == {
        "name": "another way", "session_id": session.id, "turn_id": turn, "head_turn_id": turn, "current": False, "created_at": None,
    }
    # It is not gone on with before it is switched to.
    session.say("say 3", model=session.model)
    assert session.now()["branch"] == "main" and session.words() == words(0, 1, 2, 3)
    switched = session.switch("another way")
    assert (switched["branch"], switched["turn_id"], switched["message_count"]) == ("another way", turn, 2)
    session.say("say 4", model=session.model)
    assert session.words() == words(0, 4) == session.words("another way")
    assert session.words("main") == words(0, 1, 2, 3)
    prompt = upstream.requests(session.model)[-1].messages
    assert [said for role, said in prompt if role != "system"] == words(0) + ["say 4"]
    assert session.now()["branch"] == "another way" and session.now()["message_count"] == 4
    main, other = session.branches()
    assert (main["name"], main["current"], main["turn_id"], main["head_turn_id"]) == ("main", False, None, session.line("main")[-1]["turn_id"])
    assert (other["name"], other["current"], other["head_turn_id"]) == ("another way", True, session.line()[-1]["turn_id"])
    assert session.switch("main")["message_count"] == 8 and session.words() == words(0, 1, 2, 3)
    assert session.switch("main")["event_id"] is None


def test_each_branch_is_changed_by_itself(session):
    line = session.line()
    session.branch(line[3], "other")
    session.switch("other")
    session.again(line[3])
    rewound = session.rewind(line[0])
    assert session.words() == ["say 0"] and session.words("main") == words(0, 1, 2)
    session.switch("main")
    refused = session.api.post(session.path + "/restore", json={"event_id": rewound["event_id"]})
    shapes.problem(refused, 409, "not_rewound")
    session.switch("other")
    session.restore(rewound)
    assert session.words() == words(0) + ["say 1", "echo 3"]


def test_a_branch_at_a_turn_that_is_superseded(session):
    old = session.line()[3]
    session.again(old)
    session.branch(old, "as it was")
    session.switch("as it was")
    assert session.words() == words(0, 1)


NAMES = [
    "two words", "a/b/c", "🌿 лист", "100%", "a%2Fb", "?q=1&r#s", "c++ & d", "'quoted\" \\", ".hidden", "a.b", "stream", "e\u0301", "x" * 100,
    "🍊" * 100,
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:12])
def test_a_name_may_be_anything_that_can_be_seen(session, name):
    turn = session.line()[1]
    assert session.branch(turn, name)["name"] == name
    assert session.switch(name)["branch"] == name
    assert session.now()["branch"] == name and session.words(name) == words(0)
    assert session.compare(name, **{"with": "main"})["name"] == name
    assert session.compare("main", **{"with": name})["with"] == name
    assert session.rename(name, "plain")["name"] == "plain"
    assert session.rename("plain", name)["name"] == name
    assert [branch["name"] for branch in session.branches()] == ["main", name]
    copy = session.branch(turn, name, into="new")
    assert session.api.session(copy["session_id"])["title"] == name


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a\0b", "\u200b", "x" * 101, 7, None], ids=repr)
def test_other_names_are_refused(session, name):
    turn = session.line()[1]["turn_id"]
    for into in ("session", "new"):
        shapes.invalid(session.api.post(session.path + "/branches", json={"turn_id": turn, "name": name, "into": into}), "name")
    session.branch(turn, "good")
    shapes.invalid(session.api.patch(session.branch_path("good"), json={"name": name}), "name")
    assert [branch["name"] for branch in session.branches()] == ["main", "good"]


def test_no_two_have_one_name(session):
    turn = session.line()[1]
    session.branch(turn, "one")
    session.branch(turn, "two")
    post = lambda name: session.api.post(session.path + "/branches", json={"turn_id": turn["turn_id"], "name": name})
    for name in ("one", "main"):
        shapes.problem(post(name), 409, "name_taken")
        shapes.problem(session.api.patch(session.branch_path("two"), json={"name": name}), 409, "name_taken")
    shapes.problem(session.api.patch(session.branch_path("main"), json={"name": "trunk"}), 409, "main_branch")
    assert session.rename("two", "two")["name"] == "two"
    assert session.rename("one", "three")["name"] == "three"
    assert post("one").status_code == 201
    assert [branch["name"] for branch in session.branches()] == ["main", "three", "two", "one"]


def test_the_current_branch_is_renamed(session):
    session.branch(session.line()[1], "old name")
    session.switch("old name")
    assert session.rename("old name", "new name")["current"] is True
    assert session.now()["branch"] == "new name"
    session.say("say 3", model=session.model)
    assert session.words("new name") == words(0, 3)
    for path, ask in (("", session.api.get), ("/switch", session.api.post)):
        shapes.problem(ask(session.branch_path("old name", path)), 404)


def test_a_rewinding_is_undone_under_the_branchs_new_name(session):
    session.branch(session.line()[1], "first")
    session.switch("first")
    session.say("say 3", model=session.model)
    line = session.words()
    rewound = session.rewind(session.line()[1])
    session.rename("first", "second")
    session.restore(rewound)
    assert session.words() == line
    # Who has the old name now is another.
    again = session.rewind(session.line()[1])
    session.rename("second", "third")
    session.branch(session.line()[0], "second")
    session.switch("second")
    shapes.problem(session.api.post(session.path + "/restore", json={"event_id": again["event_id"]}), 409, "not_rewound")


def test_there_is_a_limit(session):
    turn = session.line()[1]
    for number in range(LIMIT - 1):
        session.branch(turn, f"branch {number}")
    refused = session.api.post(session.path + "/branches", json={"turn_id": turn["turn_id"], "name": "one too many"})
    shapes.problem(refused, 409, "too_many_branches")
    names = [branch["name"] for branch in session.branches()]
    assert names == ["main"] + [f"branch {number}" for number in range(LIMIT - 1)]
    assert [branch["name"] for branch in session.api.items(session.path + "/branches", limit=7)] == names
    assert session.branch(turn, "one too many", into="new")["session_id"] != session.id
    assert session.switch("branch 98")["message_count"] == 2


def test_what_is_not_there(session):
    for method, path, body in (
        ("GET", session.branch_path("none"), None),
        ("PATCH", session.branch_path("none"), {"name": "x"}),
        ("POST", session.branch_path("none", "/switch"), None),
        ("GET", session.branch_path("main") + "?with=none", None),
        ("GET", session.path + "/messages?branch=none", None),
        ("GET", f"/api/v1/chat/sessions/{ABSENT}/branches", None),
        ("POST", f"/api/v1/chat/sessions/{ABSENT}/branches", {"turn_id": session.line()[0]["turn_id"], "name": "x"}),
        ("POST", session.path + "/branches", {"turn_id": ABSENT, "name": "x", "into": "new"}),
    ):
        shapes.problem(session.api.request(method, path, **({"json": body} if body else {})), 404)
    turn = session.line()[0]["turn_id"]
    shapes.invalid(session.api.post(session.path + "/branches", json={"turn_id": turn, "name": "x", "into": "elsewhere"}), "into")
    shapes.invalid(session.api.post(session.path + "/branches", json={"turn_id": turn}), "name")


def test_two_branches_beside_each_other(session):
    line = session.line()
    session.branch(line[1], "other")
    session.switch("other")
    session.say("say 3", model=session.model)
    found = session.compare("main")
    shapes.has(found, {"name", "with", "turn_id", "shared", "messages", "other_messages"})
    assert (found["name"], found["with"], found["turn_id"], found["shared"]) == ("main", "other", line[1]["turn_id"], 2)
    assert [message["content"] for message in found["messages"]] == words(1, 2)
    assert [message["content"] for message in found["other_messages"]] == words(3)
    for message in found["messages"] + found["other_messages"]:
        shapes.has(message, shapes.MESSAGE)
    turned = session.compare("other", **{"with": "main"})
    assert (turned["messages"], turned["other_messages"]) == (found["other_messages"], found["messages"])
    same = session.compare("other")
    assert same["shared"] == 4 and same["messages"] == same["other_messages"] == []
    # One that is the beginning of the other, and two that differ from their first words on.
    session.branch(line[3], "shorter")
    found = session.compare("shorter", **{"with": "main"})
    assert (found["shared"], found["messages"], len(found["other_messages"])) == (4, [], 2)
    session.again(line[1], message="say else")
    found = session.compare("other", **{"with": "main"})
    assert (found["shared"], found["turn_id"]) == (0, None)
    assert [message["content"] for message in found["messages"]] == ["say else", "echo 4"] and len(found["other_messages"]) == 6


def test_a_branch_becomes_a_session_of_its_own(session, upstream):
    session.hide(session.line()[0])
    session.rate(session.line()[1], "up")
    before, log = session.line(), session.api.log(session.id)
    made = session.branch(before[3], "Its own", into="new")
    assert (made["name"], made["current"]) == ("main", True)
    copy = Session(session.api, made)
    assert copy.id != session.id and session.branches()[1:] == []
    assert session.line() == before and session.api.log(session.id) == log
    now = copy.now()
    assert (now["title"], now["message_count"], now["kind"], now["branch"]) == ("Its own", 4, "chat", "main")
    assert copy.words() == words(0, 1)
    ids = {message[name] for message in before for name in ("id", "turn_id", "session_id")}
    for message, old in zip(copy.line(), before):
        shapes.has(message, shapes.MESSAGE)
        shapes.uuid7(message["id"])
        assert not ids & {message["id"], message["turn_id"], message["session_id"], message["user_turn_id"]}
        for name in ("role", "content", "status", "sources", "citations", "metadata", "model", "created_at"):
            assert message[name] == old[name], name
        assert message["versions"] == [message["id"]]
    asked, answered = copy.line()[:2]
    assert answered["user_turn_id"] == asked["turn_id"]
    # What is left out of prompts there is left out here.
    assert [message["hidden"] for message in copy.line()] == [True, True, False, False]
    copy.say("say 3", model=session.model)
    assert [said for role, said in upstream.requests(session.model)[-1].messages if role != "system"] == words(1) + ["say 3"]
    assert copy.again(copy.line()[1])["message"] == "echo 4"
    assert copy.words() == ["say 0", "echo 4"] and session.line() == before
    assert sorted(event["seq"] for event in copy.api.log(copy.id)) == list(range(1, len(copy.api.log(copy.id)) + 1))
    session.api.delete(session.path, expect=204)
    assert copy.words() == ["say 0", "echo 4"]


def test_one_key_makes_one_branch(session):
    turn = session.line()[1]["turn_id"]
    for into in ("session", "new"):
        headers, body = {"Idempotency-Key": str(uuid.uuid4())}, {"turn_id": turn, "name": "once", "into": into}
        first, second = (session.api.post(session.path + "/branches", json=body, headers=headers, expect=201).json() for _ in range(2))
        assert first == second
        other = session.api.post(session.path + "/branches", json=body | {"name": "twice"}, headers=headers)
        shapes.problem(other, 422, "idempotency_mismatch")


def test_a_copy_counts_no_usage_again(plain, upstream):
    model = usage.model(upstream, 50, 5)
    session = Session(plain, plain.ask("Hello", model=model))
    copy = Session(plain, session.branch(session.line()[1], "Copied", into="new"))
    count = lambda: {name: counts for (_, name), counts in usage.told(plain).items() if name == model}
    assert count() == {model: (1, 50, 5)}
    copy.say("Hello again", model=model)
    assert count() == {model: (2, 100, 10)}


def test_a_running_turn_is_not_copied(session, upstream):
    gate = script.gate()
    watcher = session.api.stream("say 3", session_id=session.id, model=upstream.model([script.Text("echo "), gate, *script.answer("3")]))
    running = watcher.event("session").json["turn_id"]
    upstream.reached(gate)
    refused = session.api.post(session.path + "/branches", json={"turn_id": running, "name": "early", "into": "new"})
    assert shapes.problem(refused, 409, "turn_in_progress").get("turn_id") == running
    # What was said before it is there to be copied.
    assert session.branch(session.line()[1], "before", into="new")["session_id"] != session.id
    upstream.open(gate)
    watcher.finish()
