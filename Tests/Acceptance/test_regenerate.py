"""An answer said once more: the new one takes its place, and the old one stays readable and can be gone back to."""

import uuid

import pytest

from support import sample, script, shapes, sse, usage
from support.session import Session
from support.shapes import ABSENT
from support.wire import Watcher


@pytest.fixture
def begin(talk):
    """`begin(*answers)`: a session with its first answer; regenerating gives the next. Returns it, the answer and the model's name."""

    def begun(*answers, message=sample.QUESTION, **fields):
        model = talk.model(*(script.answer(answer) for answer in answers))
        answer = talk.api.ask(message, model=model, collection_id=talk.library["id"], **fields)
        assert answer["message"] == answers[0]
        return Session(talk.api, answer), answer, model

    return begun


@pytest.mark.parametrize("streams", [False, True], ids=["at once", "streamed"])
def test_a_new_answer_takes_the_place_of_the_old(begin, streams):
    session, first, _ = begin("The first answer", "The second answer")
    asked, before = session.line()
    if streams:
        watcher = session.again_streamed(first).opened()
        done = shapes.turn_stream(watcher.finish()).json
        opened, second = watcher.events[0].json, done["turn_id"]
        assert opened["created"] is False and opened["session_id"] == done["session_id"] == session.id
        assert watcher.text == "The second answer" and done["finish_reason"] == "stop"
    else:
        answer = session.again(first)
        shapes.has(answer, {"session_id", "turn_id", "message", "sources", "citations", "finish_reason", "cascade_tier", "usage"})
        assert (answer["session_id"], answer["message"]) == (session.id, "The second answer")
        second = answer["turn_id"]
    shapes.uuid7(second)
    assert second not in (first["turn_id"], asked["turn_id"])
    now_asked, now = session.line()
    assert now_asked == asked and now["turn_id"] == second
    assert (now["content"], now["status"], now["user_turn_id"]) == ("The second answer", "complete", asked["turn_id"])
    assert now["regenerated_from"] == first["turn_id"] and now["superseded_by"] is None
    assert now["versions"] == [first["turn_id"], second]
    assert session.turn(first) == before | {"superseded_by": second, "versions": [first["turn_id"], second]}
    assert session.everything() == [asked, session.turn(first), now]
    assert session.now()["message_count"] == 2 and session.now()["running_turn_id"] is None


def test_versions_are_in_their_order(begin):
    session, first, _ = begin("One", "Two", "Three", "Four")
    second = session.again(first)
    third = session.again(second)
    # A superseded answer can be regenerated too.
    fourth = session.again(first)
    order = [turn["turn_id"] for turn in (first, second, third, fourth)]
    for number, turn in enumerate(order):
        message = session.turn(turn)
        assert message["versions"] == order
        assert message["superseded_by"] == (None if turn == order[3] else order[3])
        assert message["regenerated_from"] == [None, order[0], order[1], order[0]][number]
    assert session.words() == [sample.QUESTION, "Four"]


def test_with_another_message_the_question_is_edited(begin, talk):
    session, first, model = begin("The first answer", "The second answer", metadata={"kept": 1})
    asked = session.line()[0]
    edited = "How tall does a loquat tree grow in Valencia?"
    answer = session.again(first, message=edited)
    now_asked, now = session.line()
    assert (now_asked["content"], now["content"]) == (edited, "The second answer")
    assert now_asked["turn_id"] != asked["turn_id"] and now["turn_id"] == answer["turn_id"]
    assert now["user_turn_id"] == now_asked["turn_id"] and now["regenerated_from"] == first["turn_id"]
    assert now_asked["metadata"] == {"kept": 1}
    assert now_asked["versions"] == [asked["turn_id"], now_asked["turn_id"]]
    old = session.turn(asked)
    assert (old["content"], old["superseded_by"]) == (sample.QUESTION, now_asked["turn_id"])
    assert session.turn(first)["superseded_by"] is not None
    assert [message["content"] for message in session.everything()] == [sample.QUESTION, "The first answer", edited, "The second answer"]
    prompt = talk.upstream.requests(model)[-1]
    assert edited in prompt.messages[-1][1] and sample.QUESTION not in prompt.prompt and "The first answer" not in prompt.prompt
    assert session.now()["title"] == edited


def test_another_model_answers(begin, talk):
    session, first, model = begin("The first answer")
    other = talk.model(script.answer("In other words"), script.answer("And in others"))
    second = session.again(first, model=other)
    assert second["message"] == "In other words"
    assert (session.turn(first)["model"], session.turn(second)["model"]) == (model, other)
    # The model before, if none is said.
    assert session.again(second)["message"] == "And in others"
    assert len(talk.upstream.requests(model)) == 1


def test_instructions_reach_the_model_for_this_answer_alone(begin, talk, unique):
    word = unique()
    session, first, model = begin("One", "Two", "Three", "Four")
    second = session.again(first, instructions=f"Answer like a {word}.")
    session.again(second)
    session.say("And how tall is it in Valencia?", model=model)
    holds = [f"Answer like a {word}." in request.prompt for request in talk.upstream.requests(model)]
    assert holds == [False, True, False, False]
    roles = [role for role, words in talk.upstream.requests(model)[1].messages if word in words]
    assert roles == ["system"]


def test_what_followed_is_off_the_line_and_out_of_prompts(begin, talk, unique):
    words = [unique() for _ in range(5)]
    session, first, model = begin(*(f"echo{word}" for word in words), message=f"How tall is the loquat tree {words[0]}?")
    session.say(f"How tall is the tree {words[1]}?", model=model)
    session.say(f"How tall is the tree {words[2]}?", model=model)
    assert len(session.line()) == 6
    old = session.line()
    session.again(first)
    assert session.words() == [f"How tall is the loquat tree {words[0]}?", f"echo{words[3]}"]
    new = session.line()[1]["turn_id"]
    assert [session.turn(turn)["superseded_by"] for turn in old] == [None] + [new] * 5
    assert [message["content"] for message in session.everything()] == [message["content"] for message in old] + [f"echo{words[3]}"]
    session.say("And how tall is the loquat tree now?", model=model)
    regenerated, later = talk.upstream.requests(model)[-2:]
    assert not any(f"echo{word}" in regenerated.prompt for word in words)
    assert [f"echo{word}" in later.prompt for word in words] == [False, False, False, True, False]
    assert [f"tree {word}?" in later.prompt for word in words] == [True, False, False, False, False]


def test_a_message_is_named_instead_of_its_answer(begin):
    session, first, _ = begin("One", "Two", "Three")
    asked = session.line()[0]
    second = session.again(asked)
    assert session.turn(second)["regenerated_from"] == first["turn_id"]
    session.again(asked, message="How tall is the tallest loquat tree?")
    assert session.words() == ["How tall is the tallest loquat tree?", "Three"]


def test_a_message_that_the_line_was_taken_back_to_is_answered(begin):
    session, first, _ = begin("One", "Two")
    asked = session.line()[0]
    assert session.rewind(asked)["message_count"] == 1
    second = session.again(asked)
    assert session.words() == [sample.QUESTION, "Two"]
    assert session.turn(second)["versions"] == [first["turn_id"], second["turn_id"]]


def test_an_empty_body_and_none_at_all(begin):
    session, first, _ = begin("One", "Two", "Three")
    watcher = Watcher(session.api.server, "POST", session.turn_path(first, "/regenerate"), session.api.key).opened()
    shapes.turn_stream(watcher.finish())
    assert watcher.text == "Two"
    watcher = Watcher(session.api.server, "POST", session.turn_path(first, "/regenerate"), session.api.key, {}).opened()
    shapes.turn_stream(watcher.finish())
    assert watcher.text == "Three"


def test_twice_at_once_is_once(talk, begin):
    session, first, _ = begin("One")
    gate = script.gate()
    model = talk.model([script.Text("Two "), gate, *script.answer("indeed")])
    watcher = session.again_streamed(first, model=model)
    running = watcher.event("session").json["turn_id"]
    talk.upstream.reached(gate)
    asked = session.line()[0]
    for turn, what in ((first, "/regenerate"), (asked, "/regenerate"), (running, "/regenerate"), (running, "/continue")):
        refused = session.api.post(session.turn_path(turn, what), json={"stream": False})
        assert shapes.problem(refused, 409, "turn_in_progress").get("turn_id") == running, (turn, what)
    refused = session.api.post("/api/v1/chat", json={"message": "Me too", "session_id": session.id})
    assert shapes.problem(refused, 409, "turn_in_progress")["turn_id"] == running
    assert session.now()["running_turn_id"] == running and session.line()[-1]["status"] == "generating"
    talk.upstream.open(gate)
    watcher.finish()
    assert session.words() == [sample.QUESTION, "Two indeed"] and len(session.everything()) == 3


def test_one_key_is_one_answer(begin, talk):
    session, first, model = begin("One", "Two", "Three", "Four")
    at_once, streamed = ({"Idempotency-Key": str(uuid.uuid4())} for _ in range(2))
    assert session.again(first, headers=at_once) == session.again(first, headers=at_once)
    streams = [session.again_streamed(first, headers=streamed).finish() for _ in range(2)]
    assert sse.raw(streams[0]) == sse.raw(streams[1])
    assert len(talk.upstream.requests(model)) == 3 and len(session.everything()) == 4
    for path, body in (("/regenerate", {"stream": False, "instructions": "Else."}), ("/continue", {"stream": False})):
        refused = session.api.post(session.turn_path(first, path), json=body, headers=at_once)
        shapes.problem(refused, (409, 422))
        assert refused.json()["code"] in ("idempotency_mismatch", "not_cut_off")
    assert len(talk.upstream.requests(model)) == 3


def test_other_peoples_and_unknown_turns_are_not_found(ada, bob):
    turn, own = ada.ask("A private matter"), bob.ask("My own matter")
    before = ada.messages(turn["session_id"])
    for what in ("regenerate", "continue", "select", "feedback"):
        body = {"rating": "up"} if what == "feedback" else {}
        path = "/api/v1/chat/sessions/{}/turns/{}/" + what
        hidden, absent = (bob.post(path.format(*ids), json=body) for ids in ((turn["session_id"], turn["turn_id"]), (ABSENT, ABSENT)))
        shapes.same_not_found(hidden, absent, turn["session_id"], turn["turn_id"], ABSENT)
        # A turn of one session in another, and one that nobody has.
        crossed, none = (bob.post(path.format(own["session_id"], id), json=body) for id in (turn["turn_id"], ABSENT))
        shapes.same_not_found(crossed, none, turn["turn_id"], ABSENT)
        shapes.problem(ada.post(path.format(turn["session_id"], "mine"), json=body), 404)
    shapes.problem(bob.get(f"/api/v1/chat/sessions/{turn['session_id']}/turns/{turn['turn_id']}"), 404)
    assert ada.messages(turn["session_id"]) == before


@pytest.mark.parametrize(
    "body, name",
    [
        ({"message": ""}, "message"), ({"message": " \n"}, "message"), ({"message": "x" * 16001}, "message"), ({"message": 7}, "message"),
        ({"model": ""}, "model"), ({"instructions": "x" * 10001}, "instructions"), ({"stream": "maybe"}, "stream"),
    ],
    ids=repr,
)
def test_what_is_wrong_is_pointed_at(api, body, name):
    session = Session(api, first := api.ask("Hello"))
    before = api.log(session.id)
    shapes.invalid(api.post(session.turn_path(first, "/regenerate"), json=body), name)
    assert api.log(session.id) == before


def test_an_unknown_model_changes_nothing(api):
    session = Session(api, first := api.ask("Hello"))
    before = api.log(session.id)
    shapes.problem(api.post(session.turn_path(first, "/regenerate"), json={"model": "no-such-model"}), 404, "model_not_found")
    assert api.log(session.id) == before


def test_the_question_is_asked_the_same_way(talk, unique):
    """Of the same collection, as many passages, by the same creator, through the same filters, as warm and as long."""
    name = unique()
    collection = talk.api.collection(name)
    facts = [f"The {name} number {number} grows to {number} metres." for number in range(8)]
    notes = [
        talk.api.write(collection, f"note {number}", fact, {"creator": "Ann" if number % 2 else "Ben", "shelf": "low" if number < 6 else "high"})
        for number, fact in enumerate(facts)
    ]
    talk.api.ready(*notes)
    model = talk.model(script.answer("So much"))
    asked = dict(collection_id=collection["id"], top_k=2, creator="Ann", filters={"shelf": "low"}, temperature=0.7, max_tokens=33)
    first = talk.api.ask(f"How tall does the {name} grow?", model=model, **asked)
    assert len(first["sources"]) == 2 and {source["creator_name"] for source in first["sources"]} == {"Ann"}
    session = Session(talk.api, first)
    second = session.again(first)
    assert second["sources"] == first["sources"] and second["cascade_tier"] == first["cascade_tier"]
    edited = session.again(second, message=f"How many metres high is the {name}?")
    assert len(edited["sources"]) == 2 and {source["creator_name"] for source in edited["sources"]} == {"Ann"}
    one, two, three = talk.upstream.requests(model)
    assert one.raw == two.raw
    for name in ("temperature", "max_tokens"):
        assert three.body[name] == one.body[name] == asked[name]


def test_a_version_is_selected_with_what_had_followed_it(begin, talk):
    session, first, model = begin("One", "Two", "Three", "Four", "Five")
    session.say("And how tall in Valencia?", model=model)
    long = session.line()
    second = session.again(first)
    session.say("And how tall in China?", model=model)
    other = session.line()
    line = session.select(first)
    assert (line["turn_id"], line["message_count"]) == (long[-1]["turn_id"], 4) and line["event_id"]
    assert session.words() == [message["content"] for message in long]
    assert session.select(second)["turn_id"] == other[-1]["turn_id"]
    assert session.words() == [message["content"] for message in other]
    # What stands on the line already is selected without an event.
    assert session.select(second)["event_id"] is None
    # One that stands further on brings the way to it along.
    assert session.select(long[3])["message_count"] == 4
    assert session.words() == [message["content"] for message in long]
    session.say("And how tall where it came from?", model=model)
    prompt = talk.upstream.requests(model)[-1].prompt
    assert "One" in prompt and "Two" in prompt and "Three" not in prompt and "Four" not in prompt


def test_what_was_used_stays_counted(plain, upstream):
    model = usage.model(upstream, 100, 7)
    session = Session(plain, first := plain.ask("Hello", model=model))
    session.again(first)
    session.again(first, message="Hello once more")
    told = {name: counts for (_, name), counts in usage.told(plain).items() if name == model}
    assert told == {model: (3, 300, 21)}


def test_a_turn_of_openais_door(scripted, upstream):
    model = upstream.model(*(script.answer(text) for text in ("One", "Two", "Three", "Four")))
    said = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]
    answer = scripted.post("/v1/chat/completions", json={"model": model, "messages": said, "temperature": 0.1, "seed": 5}, expect=200)
    session = Session(scripted, answer.headers["x-loquat-session"])
    first = session.line()[-1]
    assert session.again(first)["message"] == "Two"
    assert session.again(first, message="Goodbye")["message"] == "Three"
    assert session.words() == ["Goodbye", "Three"]
    assert session.again(session.line()[1], instructions="Rhyme.")["message"] == "Four"
    one, two, three, four = (request.body for request in upstream.requests(model))
    assert two["messages"] == said and (two["temperature"], two["seed"]) == (0.1, 5)
    assert three["messages"] == [said[0], {"role": "user", "content": "Goodbye"}] and three["seed"] == 5
    assert four["messages"] == [said[0], {"role": "system", "content": "Rhyme."}, {"role": "user", "content": "Goodbye"}]
