"""What a reader thinks of an answer: said, changed, taken back, and kept whatever becomes of the answer."""

import pytest

from support import script, shapes
from support.session import Session
from support.shapes import ABSENT


@pytest.fixture
def session(plain, upstream):
    model = upstream.model(script.answer("One"), script.answer("Two"), script.answer("Three"))
    return Session(plain, plain.ask("Hello", model=model))


def test_the_last_word_counts(session):
    asked, answer = session.line()
    assert answer["rating"] is None
    for rating in ("up", "down", "down", None, "up"):
        rated = session.rate(answer, rating)
        shapes.has(rated, shapes.MESSAGE | {"rating"})
        assert rated == answer | {"rating": rating} == session.turn(answer)
        assert session.line() == [asked, rated]


def test_it_is_said_why(session):
    answer = session.line()[1]
    session.rate(answer, "down", reason="wrong", text="It is not ten, it is twelve metres. 🍊\nLook again.")
    session.rate(answer, None)
    first, last = (event["payload"] for event in session.api.log(session.id) if event["kind"] == "turn.rated")
    assert (first["turn_id"], first["rating"], first["reason"]) == (answer["turn_id"], "down", "wrong")
    assert first["text"].endswith("🍊\nLook again.")
    assert last["turn_id"] == answer["turn_id"] and last.get("rating") is None


@pytest.mark.parametrize(
    "body, name",
    [
        ({"rating": "sideways"}, "rating"), ({"rating": "UP"}, "rating"), ({"rating": 1}, "rating"), ({"rating": True}, "rating"),
        ({"rating": ["up"]}, "rating"), ({"rating": "up", "reason": "x" * 201}, "reason"), ({"rating": "up", "text": "x" * 10_001}, "text"),
        ({"rating": "up", "text": 7}, "text"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_wrong_is_pointed_at(session, body, name):
    answer = session.line()[1]
    session.rate(answer, "up")
    shapes.invalid(session.api.post(session.turn_path(answer, "/feedback"), json=body), name)
    assert session.turn(answer)["rating"] == "up"


def test_who_says_nothing_takes_nothing_back(session):
    """A forgotten member is no null."""
    answer = session.line()[1]
    session.rate(answer, "up")
    for body in ({}, {"text": "Why?"}):
        shapes.invalid(session.api.post(session.turn_path(answer, "/feedback"), json=body), "rating")
    shapes.problem(session.api.post(session.turn_path(answer, "/feedback")), (400, 415))
    assert session.turn(answer)["rating"] == "up"


def test_only_answers_are_rated(session):
    other = Session(session.api, session.api.ask("Hello"))
    for turn in (session.line()[0]["turn_id"], ABSENT, other.line()[1]["turn_id"], "mine"):
        shapes.problem(session.api.post(session.turn_path(turn, "/feedback"), json={"rating": "up"}), 404)


def test_a_running_turn_is_not_rated(session, upstream):
    gate = script.gate()
    watcher = session.again_streamed(session.line()[1], model=upstream.model([script.Text("Two "), gate, *script.answer("indeed")]))
    running = watcher.event("session").json["turn_id"]
    watcher.shows("Two")
    refused = session.api.post(session.turn_path(running, "/feedback"), json={"rating": "up"})
    assert shapes.problem(refused, 409, "turn_in_progress").get("turn_id") == running
    # The one that it takes the place of is over.
    old = session.turn(running)["versions"][0]
    assert session.rate(old, "down")["rating"] == "down"
    upstream.open(gate)
    watcher.finish()
    assert session.rate(running, "up")["rating"] == "up"
    assert session.turn(old)["rating"] == "down"


def test_it_stays_whatever_becomes_of_the_answer(session):
    first = session.line()[1]
    session.rate(first, "down", text="Too short.")
    second = session.again(first)
    assert session.turn(first)["rating"] == "down" and session.turn(second)["rating"] is None
    # One that is superseded can still be rated, and one that is hidden.
    session.rate(first, "up")
    session.hide(second)
    session.rate(second, "down")
    session.rewind(session.line()[0])
    assert [session.turn(turn)["rating"] for turn in (first, second)] == ["up", "down"]
    assert [message["rating"] for message in session.everything()] == [None, "up", "down"]
    session.select(first)
    assert session.line()[1]["rating"] == "up"
    # The rating is no part of the conversation: it moves no line and no time of a message.
    before = session.now()
    session.rate(first, None)
    assert {name: value for name, value in session.now().items() if name != "updated_at"} == {
        name: value for name, value in before.items() if name != "updated_at"
    }
