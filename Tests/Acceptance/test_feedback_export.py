"""What people thought of answers, summed by model and prompt, and given away to learn from."""

import json

import pytest

from support import people, sample, script, shapes
from support.api import Api
from support.server import Server, upstream_settings
from support.session import Session

SUMS, EXPORT = "/api/v1/feedback", "/api/v1/feedback/export"


@pytest.fixture
def team(start, upstream):
    """An owner, an admin and a member of a workspace of their own."""
    server = start(upstream_settings(upstream))
    owner = people.register(server)
    return owner, people.add(owner, "admin", "admin"), people.add(owner, "member")


def rated(api, upstream, rating, model=None, question="Hello", words="So be it.", **fields):
    session = Session(api, api.ask(question, model=model or upstream.model(script.answer(words)), **fields))
    if rating:
        session.rate(session.line()[-1], rating)
    return session


def sums(api, **params):
    """As {model: (up, down)}, over prompt versions."""
    found = {}
    for item in api.items(SUMS, limit=1, **params):
        shapes.has(item, {"model", "prompt_version", "up", "down"})
        up, down = found.get(item["model"], (0, 0))
        found[item["model"]] = (up + item["up"], down + item["down"])
    return found


def examples(api, **params):
    answer = api.get(EXPORT, params=params, expect=200)
    assert answer.headers["content-type"] == "application/jsonl"
    assert answer.text == "" or answer.text.endswith("\n")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert all(line.keys() == {"messages"} for line in lines)
    return [[(message["role"], message["content"]) for message in line["messages"]] for line in lines]


def test_ratings_are_summed_by_model(team, upstream):
    owner = team[0].api
    assert sums(owner) == {} and examples(owner) == []
    one, other = upstream.model(script.answer("One")), upstream.model(script.answer("Other"))
    for model, ratings in ((one, ["up", "up", "down", None]), (other, ["down"])):
        for rating in ratings:
            rated(owner, upstream, rating, model)
    assert sums(owner) == {one: (2, 1), other: (0, 1)}


def test_the_last_word_counts_and_can_be_taken_back(team, upstream):
    owner = team[0].api
    model = upstream.model(script.answer("One"))
    session = rated(owner, upstream, "up", model)
    answer = session.line()[-1]
    session.rate(answer, "down")
    assert sums(owner) == {model: (0, 1)}
    session.rate(answer, None)
    assert sums(owner) == {} and examples(owner) == examples(owner, rating="down") == []
    session.rate(answer, "up")
    assert sums(owner) == {model: (1, 0)}
    # What is superseded was an answer all the same; what is deleted was none.
    session.again(answer)
    assert sums(owner) == {model: (1, 0)}
    owner.delete(session.path, expect=204)
    assert sums(owner) == {} and examples(owner) == []


def test_wordings_of_the_prompt_are_told_apart(team, upstream):
    """Instructions of one's own for one answer are no wording of the prompt; documents and none are asked by different ones."""
    owner = team[0].api
    collection = sample.fill(owner, "library")
    model = upstream.model(script.answer("Ten metres [1]."))
    rated(owner, upstream, "up", model, question=sample.QUESTION, collection_id=collection["id"])
    rated(owner, upstream, "down", model, question=sample.QUESTION, collection_id=collection["id"])
    items = owner.items(SUMS)
    (asked,) = [item for item in items if item["model"] == model]
    assert asked["prompt_version"] and (asked["up"], asked["down"]) == (1, 1)
    log = owner.log(owner.sessions()[0]["id"])
    assert asked["prompt_version"] in json.dumps(log)


def test_everybodys_sums_are_for_those_who_manage(team, upstream):
    owner, admin, member = (person.api for person in team)
    model = upstream.model(*[script.answer("One")] * 9)
    rated(owner, upstream, "up", model, question="The owner's question")
    rated(member, upstream, "down", model, question="The member's question")
    rated(member, upstream, "up", model, question="Another one of the member's")
    assert (sums(owner), sums(admin), sums(member)) == ({model: (1, 0)}, {}, {model: (1, 1)})
    for manager in (owner, admin):
        assert sums(manager, user_id="all") == {model: (2, 1)}
    shapes.problem(member.get(SUMS, params={"user_id": "all"}), 403)
    shapes.invalid(owner.get(SUMS, params={"user_id": team[2].id[:-1]}), "user_id")
    # An admin's key that does not reach as far sees their own.
    narrow = Api(owner.server, people.key(owner, scopes=["chat"])["key"])
    shapes.problem(narrow.get(SUMS, params={"user_id": "all"}), 403)
    assert sums(narrow) == {model: (1, 0)}
    blind = Api(owner.server, people.key(owner, scopes=["documents:read"])["key"])
    for path in (SUMS, EXPORT):
        shapes.problem(blind.get(path), 403)


def test_examples_are_ones_own_whoever_asks(team, upstream):
    owner, admin, member = (person.api for person in team)
    rated(owner, upstream, "up", question="The owner's question")
    rated(member, upstream, "down", question="The member's question")
    rated(member, upstream, "up", question="Another one of the member's")
    for params in ({}, {"user_id": "all"}, {"user_id": team[2].id}):
        assert [line[0][1] for line in examples(owner, **params)] == ["The owner's question"]
        assert examples(admin, **params) == examples(owner, rating="down", **params) == []
        assert [line[0][1] for line in examples(member, **params)] == ["Another one of the member's"]
    narrow = Api(owner.server, people.key(owner, scopes=["chat"])["key"])
    assert examples(narrow) == examples(owner)


def test_another_workspace_is_not_in_it(upstream):
    server = Server(upstream_settings(upstream))
    server.start()
    try:
        owner = people.register(server)
        rated(owner.api, upstream, "up")
        server.stop()
        stranger = people.stranger(server)
        server.start()
        assert sums(stranger.api, user_id="all") == {} and examples(stranger.api) == []
        assert len(examples(owner.api)) == 1
    finally:
        server.remove()


def test_an_example_is_the_way_to_the_answer(team, upstream):
    owner = team[0].api
    model = upstream.model(*(script.answer(f"echo {number}\n🍊 \"quoted\"") for number in range(9)))
    echo = lambda number: f"echo {number}\n🍊 \"quoted\""
    session = rated(owner, upstream, None, model, question="say 0")
    session.say("say 1", model=model)
    middle = session.line()[-1]
    session.say("say 2", model=model)
    session.rate(middle, "up")
    way = [("user", "say 0"), ("assistant", echo(0)), ("user", "say 1"), ("assistant", echo(1))]
    assert examples(owner) == [way]
    # Each version has its own way, also once it is superseded.
    again = session.again(middle, message="say 1 otherwise", model=model)
    session.rate(again, "up")
    other = way[:2] + [("user", "say 1 otherwise"), ("assistant", again["message"])]
    assert examples(owner) == [way, other]
    assert examples(owner, rating="down") == []
    session.rate(again, "down")
    assert (examples(owner), examples(owner, rating="down")) == ([way], [other])


def test_what_is_left_out_of_prompts_is_left_out_of_examples(team, upstream):
    owner = team[0].api
    model = upstream.model(*(script.answer(f"echo {number}") for number in range(4)))
    session = rated(owner, upstream, None, model, question="say 0")
    for number in range(1, 4):
        session.say(f"say {number}", model=model)
    line = session.line()
    session.rate(line[5], "up")
    ways = {number: [("user", f"say {number}"), ("assistant", f"echo {number}")] for number in range(4)}
    assert examples(owner) == [ways[0] + ways[1] + ways[2]]
    session.hide(line[2])
    assert examples(owner) == [ways[0] + ways[2]]
    session.hide(line[1])
    assert examples(owner) == [ways[2]]
    # What comes after it is not in it anyway.
    session.hide(line[6])
    assert examples(owner) == [ways[2]]
    # The rated answer itself: its rating counts still.
    session.hide(line[4])
    assert examples(owner) == [] and sums(owner) == {model: (1, 0)}
    for place in (1, 2, 4):
        session.hide(line[place], False)
    assert examples(owner) == [ways[0] + ways[1] + ways[2]]


def test_a_long_way_begins_with_a_message_of_the_user(team, upstream):
    owner = team[0].api
    model = upstream.model(*(script.answer(f"echo {number}") for number in range(40)))
    session = rated(owner, upstream, None, model, question="say 0")
    for number in range(1, 15):
        session.say(f"say {number}", model=model)
    session.rate(session.line()[-1], "up")
    (way,) = examples(owner)
    assert 2 <= len(way) < 30 and way[0][0] == "user" and way[-2:] == [("user", "say 14"), ("assistant", "echo 14")]
    assert [role for role, _ in way] == ["user", "assistant"] * (len(way) // 2)


def test_many_examples_come_in_full(team, upstream):
    """More than are read at once, each once."""
    owner = team[0].api
    model = upstream.model(script.answer("Yes"))
    for number in range(120):
        rated(owner, upstream, "up" if number % 3 else "down", model, question=f"question {number}")
    found = [line[0][1] for line in examples(owner)]
    assert sorted(found) == sorted(f"question {number}" for number in range(120) if number % 3)
    assert len(examples(owner, rating="down")) == 40 and sums(owner) == {model: (80, 40)}


def test_an_answer_without_words_is_no_example(team, upstream):
    owner = team[0].api
    answer = owner.post("/api/v1/chat", json={"message": "Hello", "stream": False, "model": upstream.model([script.Status(400)])})
    session = Session(owner, answer.json()["session_id"])
    session.rate(session.line()[-1], "down")
    assert examples(owner, rating="down") == []


@pytest.mark.parametrize(
    "path, params, name",
    [
        (EXPORT, {"rating": "sideways"}, "rating"), (EXPORT, {"rating": ""}, "rating"), (SUMS, {"user_id": "everybody"}, "user_id"),
        (SUMS, {"user_id": ""}, "user_id"), (SUMS, {"limit": 0}, "limit"), (SUMS, {"cursor": "x"}, "cursor"), (SUMS, {"cursor": "-1"}, "cursor"),
    ],
)
def test_what_is_wrong_is_pointed_at(plain, path, params, name):
    shapes.invalid(plain.get(path, params=params), name)


def test_ratings_are_counted_where_they_were_given(team, upstream):
    """Neither a copy nor an import is another opinion."""
    owner = team[0].api
    model = upstream.model(script.answer("One"))
    session = rated(owner, upstream, "up", model)
    text = owner.get(session.path + "/export", expect=200).content
    made = owner.post("/api/v1/chat/sessions/import", content=text, headers={"Content-Type": "application/jsonl"}, expect=201).json()
    copy = session.branch(session.line()[-1], "copy", into="new")
    assert sums(owner) == {model: (1, 0)} and len(examples(owner)) == 1
    # What is said of them from then on is one.
    for other in (Session(owner, made["session_id"]), Session(owner, copy["session_id"])):
        other.rate(other.line()[-1], "down")
    assert sums(owner) == {model: (1, 2)} and len(examples(owner, rating="down")) == 2
