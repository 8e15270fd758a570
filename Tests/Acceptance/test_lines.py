"""The lines of a conversation: taken back, restored, branched, hidden, and what a model is told of them."""

import uuid

import pytest

from support import sample, script, shapes, usage
from support.session import Session
from support.shapes import ABSENT


@pytest.fixture
def chat(plain, upstream):
    """`chat(count)`: a session of so many exchanges, "say 0" and "echo 0" and so on; its `model` goes on like that."""

    def begun(count):
        model = upstream.model(*(script.answer(f"echo {number}") for number in range(20)))
        session = Session(plain, plain.ask("say 0", model=model))
        session.model = model
        for number in range(1, count):
            session.say(f"say {number}", model=model)
        return session

    return begun


def words(*numbers):
    return [word for number in numbers for word in (f"say {number}", f"echo {number}")]


def told(upstream, session):
    """The last prompt, without its rules."""
    return [said for role, said in upstream.requests(session.model)[-1].messages if role != "system"]


def test_a_line_is_taken_back_and_restored(chat, upstream):
    session = chat(3)
    before = session.line()
    line = session.rewind(before[1])
    shapes.has(line, {"session_id", "branch", "turn_id", "message_count", "event_id"})
    assert (line["session_id"], line["branch"], line["turn_id"], line["message_count"]) == (session.id, "main", before[1]["turn_id"], 2)
    assert session.line() == before[:2] and session.now()["message_count"] == 2
    assert [message["content"] for message in session.everything()] == words(0, 1, 2)
    # Nothing took their place yet.
    assert [session.turn(turn)["superseded_by"] for turn in before] == [None] * 6
    session.say("say 3", model=session.model)
    assert told(upstream, session) == words(0) + ["say 3"]
    instead = session.line()[2]["turn_id"]
    assert [session.turn(turn)["superseded_by"] for turn in before] == [None] * 2 + [instead] * 4
    restored = session.restore(line)
    assert (restored["turn_id"], restored["message_count"]) == (before[-1]["turn_id"], 6)
    assert session.words() == words(0, 1, 2)
    session.say("say 4", model=session.model)
    assert told(upstream, session) == words(0, 1, 2) + ["say 4"]
    assert len(session.everything()) == 10


def test_a_line_is_taken_back_to_a_message(chat, upstream):
    session = chat(2)
    asked = session.line()[2]
    assert session.rewind(asked)["message_count"] == 3
    assert session.words() == words(0) + ["say 1"]
    session.say("say 2", model=session.model)
    assert session.words() == words(0) + ["say 1"] + words(2)
    assert told(upstream, session)[-1] == "say 2" and "echo 1" not in told(upstream, session)


def test_restored_twice_and_one_after_the_other(chat):
    session = chat(3)
    line = session.line()
    far, near = session.rewind(line[3]), session.rewind(line[1])
    assert session.restore(near)["message_count"] == 4
    assert session.restore(near)["event_id"] is None and len(session.line()) == 4
    assert session.restore(far)["message_count"] == 6
    assert session.restore(near)["message_count"] == 4
    assert session.words() == words(0, 1)


def test_what_followed_comes_back_with_any_turn_of_a_line_that_was_left(chat):
    session = chat(3)
    line = session.line()
    for number in range(1, 6):
        session.rewind(line[0])
        assert session.select(line[number])["turn_id"] == line[5]["turn_id"], number
        assert session.words() == words(0, 1, 2), number


def test_a_message_of_a_line_that_was_left_is_answered_again(chat):
    session = chat(2)
    line = session.line()
    session.rewind(line[0])
    again = session.again(line[2])
    assert session.words() == words(0) + ["say 1", "echo 2"]
    assert session.turn(again)["regenerated_from"] == line[3]["turn_id"]


def test_only_a_rewinding_is_undone(chat):
    session = chat(2)
    restore = lambda event: session.api.post(session.path + "/restore", json={"event_id": event})
    line = session.line()
    session.again(line[1])
    selected = session.select(line[1])["event_id"]
    for seq in (1, 2, selected):
        shapes.problem(restore(seq), 409, "not_rewound")
    shapes.problem(restore(10_000), 404)
    for wrong in (0, -1, "x", None, 1.5):
        shapes.invalid(restore(wrong), "event_id")
    # A rewinding of one branch is none of another.
    rewound = session.rewind(session.line()[0])
    session.branch(line[1], "other")
    session.switch("other")
    shapes.problem(restore(rewound["event_id"]), 409, "not_rewound")


def test_turns_that_are_not_on_the_line(chat):
    session, other = chat(2), chat(1)
    line = session.line()
    session.rewind(line[1])
    rewind = lambda turn: session.api.post(session.path + "/rewind", json={"turn_id": turn})
    shapes.problem(rewind(line[3]["turn_id"]), 409, "not_on_line")
    for unknown in (ABSENT, other.line()[0]["turn_id"]):
        shapes.problem(rewind(unknown), 404)
        branched = session.api.post(session.path + "/branches", json={"turn_id": unknown, "name": "x"})
        shapes.problem(branched, 404)
    shapes.invalid(rewind("mine"), "turn_id")
    for body in ({}, {"turn_id": None}):
        shapes.invalid(session.api.post(session.path + "/rewind", json=body), "turn_id")
    shapes.problem(session.api.post(session.path + "/rewind"), (400, 415))
    shapes.problem(session.api.post(f"/api/v1/chat/sessions/{ABSENT}/rewind", json={"turn_id": line[0]["turn_id"]}), 404)
    assert session.words() == words(0)


def test_nothing_moves_the_line_of_a_running_turn(chat, upstream):
    session = chat(2)
    line = session.line()
    rewound = session.rewind(line[1])
    session.restore(rewound)
    session.branch(line[1], "other")
    gate = script.gate()
    watcher = session.api.stream("say 2", session_id=session.id, model=upstream.model([script.Text("echo "), gate, *script.answer("2")]))
    running = watcher.event("session").json["turn_id"]
    upstream.reached(gate)
    for path, body in (
        ("/rewind", {"turn_id": line[0]["turn_id"]}),
        ("/restore", {"event_id": rewound["event_id"]}),
        ("/branches/other/switch", None),
        (f"/turns/{line[1]['turn_id']}/select", None),
        (f"/turns/{line[1]['turn_id']}/regenerate", {"stream": False}),
    ):
        refused = session.api.post(session.path + path, json=body)
        assert shapes.problem(refused, 409, "turn_in_progress").get("turn_id") == running, path
    upstream.open(gate)
    watcher.finish()
    assert session.words() == words(0, 1, 2)


def test_count_and_title_follow_the_line(chat):
    session = chat(2)
    line = session.line()
    assert (session.now()["title"], session.now()["message_count"]) == ("say 0", 4)
    session.again(line[1], message="Something else entirely")
    assert (session.now()["title"], session.now()["message_count"]) == ("Something else entirely", 2)
    session.select(line[3])
    assert (session.now()["title"], session.now()["message_count"]) == ("say 0", 4)
    session.api.patch(session.path, json={"title": "Given"}, expect=200)
    session.again(line[1], message="Whatever is said")
    assert session.now()["title"] == "Given"
    mine = next(listed for listed in session.api.sessions() if listed["id"] == session.id)
    assert mine["message_count"] == 2


# Hidden exchanges


def test_hidden_exchanges_are_left_out_of_prompts(chat, upstream):
    session = chat(3)
    line = session.line()
    # By its answer, and by its message.
    assert session.hide(line[1])["hidden"] is True
    assert session.hide(line[4])["hidden"] is True
    assert [message["hidden"] for message in session.line()] == [True, True, False, False, True, True]
    assert session.words() == words(0, 1, 2) and session.now()["message_count"] == 6
    session.say("say 3", model=session.model)
    assert told(upstream, session) == words(1) + ["say 3"]
    session.hide(line[0], False)
    session.say("say 4", model=session.model)
    assert told(upstream, session) == words(0, 1, 3) + ["say 4"]
    assert [message["hidden"] for message in session.line()][:6] == [False] * 4 + [True] * 2
    # Twice is once.
    log = session.api.log(session.id)
    session.hide(line[0], False)
    assert session.api.log(session.id) == log
    for wrong in ({}, {"hidden": None}, {"hidden": "yes"}):
        shapes.invalid(session.api.patch(session.turn_path(line[0]), json=wrong), "hidden")
    shapes.problem(session.api.patch(session.turn_path(ABSENT), json={"hidden": True}), 404)


def test_what_is_hidden_stays_so_when_it_is_answered_again(chat, upstream):
    session = chat(2)
    session.hide(session.line()[2])
    session.again(session.line()[3])
    assert [message["hidden"] for message in session.line()] == [False, False, True, True]
    session.say("say 3", model=session.model)
    assert told(upstream, session) == words(0) + ["say 3"]


# As if it had not happened


PLAY = [sample.QUESTION, "And how tall is it in Valencia?", "When does the fruit of the loquat ripen?", "And where does the loquat come from?"]


def exchange(message):
    """What a message of a line is, apart from its ids, times and versions."""
    gone = {"id", "turn_id", "session_id", "user_turn_id", "regenerated_from", "superseded_by", "versions", "created_at"}
    return {name: value for name, value in message.items() if name not in gone}


@pytest.mark.parametrize("seed", range(3))
def test_what_is_played_again_is_as_if_played_once(talk, seed):
    """Two sessions of the same words, one with detours: the same messages, and to the byte the same next prompt."""
    numbers = range(len(PLAY))
    models = [talk.model([script.Text(f"Answer {n} [1]."), script.Finish(), script.Usage(100 + n, 10 + n), script.Done()]) for n in numbers]
    detour = talk.model(script.answer("Something about sourdough and volcanoes"))
    last = talk.model(script.answer("The end"))

    def play(number, session=None):
        fields = {"session_id": session.id} if session else {}
        return talk.api.ask(PLAY[number], model=models[number], collection_id=talk.library["id"], metadata={"number": number}, **fields)

    straight = Session(talk.api, play(0))
    for number in numbers[1:]:
        play(number, straight)

    session = Session(talk.api, play(0))
    for number in numbers[1:]:
        before = session.line()[-1]
        match (seed + number) % 4:
            case 0:  # another way was gone, and left
                session.say("How often is a sourdough starter fed?", model=detour, collection_id=talk.library["id"])
                session.say("What does the volcano Stromboli do?", model=detour)
                session.rewind(before)
            case 1:  # the answer was given again, and the first one chosen
                session.again(before, model=detour, instructions="Speak of volcanoes.")
                session.say("Do bees mind the smoke?", model=detour)
                session.select(before)
            case 2:  # the message was edited, and edited back
                model = models[number - 1]
                other = session.again(before, message="What is the violin's top carved from?", model=detour)
                session.again(other, message=PLAY[number - 1], model=model)
            case 3:  # another branch was tried, and an exchange hidden and shown
                session.branch(before, "elsewhere")
                session.switch("elsewhere")
                session.say("How tall is the tide of Fundy?", model=detour)
                session.switch("main")
                session.hide(before)
                session.hide(before, False)
        play(number, session)

    assert [exchange(message) for message in session.line()] == [exchange(message) for message in straight.line()]
    for name in ("title", "message_count", "branch", "collection_id", "running_turn_id", "kind"):
        assert session.now()[name] == straight.now()[name], name
    for each in (straight, session):
        each.say("And is it an evergreen loquat tree?", model=last)
    one, two = talk.upstream.requests(last)
    assert one.raw == two.raw
    assert [role for role, _ in one.messages] == ["system"] + ["user", "assistant"] * len(PLAY) + ["user"]
    assert [exchange(message) for message in session.line()] == [exchange(message) for message in straight.line()]


def test_what_is_hidden_is_as_if_not_said_to_the_next_answer(talk):
    """Neither a prompt nor a search leans on it."""
    models = [talk.model(script.answer(f"Answer {number}")) for number in range(3)]
    last = talk.model(script.answer("The end"))
    sessions = []
    for hidden in (None, 0, 1, 2):
        session = None
        for number in range(3):
            asked = "What does the volcano Stromboli do?" if number == hidden else PLAY[number + (hidden is not None and number < hidden)]
            fields = {"session_id": session.id} if session else {}
            answer = talk.api.ask(asked, model=models[number], collection_id=talk.library["id"], **fields)
            session = session or Session(talk.api, answer)
            if number == hidden:
                session.hide(answer)
        sessions.append(session)
        session.say("And how tall is it there?", model=last)
    for number, request in enumerate(talk.upstream.requests(last)[1:]):
        assert "Stromboli" not in str(request.messages[1:]) and f"Answer {number}" not in request.prompt
        assert [role for role, _ in request.messages] == ["system"] + ["user", "assistant"] * 2 + ["user"]
        assert "Sailors call the volcano" not in request.prompt, number


def test_what_was_used_on_a_way_that_was_left_stays_counted(plain, upstream):
    model = usage.model(upstream, 50, 5)
    session = Session(plain, plain.ask("Hello", model=model))
    session.say("Hello again", model=model)
    session.rewind(session.line()[0])
    session.api.post(session.path + "/branches", json={"turn_id": session.line()[0]["turn_id"], "name": str(uuid.uuid4())}, expect=201)
    assert {name: counts for (_, name), counts in usage.told(plain).items() if name == model} == {model: (2, 100, 10)}
