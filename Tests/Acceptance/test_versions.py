"""Versions of answers by other doors, in other people's hands, through crashes and under limits."""

import datetime
from types import SimpleNamespace

import pytest

from support import people, sample, script, shapes, sse
from support.api import Api
from support.server import upstream_settings
from support.session import Session
from support.usage import LIMITS, model as using


@pytest.fixture
def cut(talk):
    """A session whose answer was cut off by its length, and the answer; its model says the rest."""
    model = talk.model(script.answer("It grows to ", reason="length"), script.answer("ten ", "metres."))
    answer = talk.api.ask(sample.QUESTION, model=model, collection_id=talk.library["id"])
    return Session(talk.api, answer), answer


@pytest.mark.parametrize("what, text", [("regenerate", "ten metres."), ("continue", "It grows to ten metres.")])
def test_a_new_version_is_watched_again_and_from_anywhere(cut, what, text):
    session, first = cut
    watcher = session.again_streamed(first) if what == "regenerate" else session.go_on_streamed(first)
    events = watcher.finish()
    turn = shapes.turn_stream(events).json["turn_id"]
    assert watcher.text == text
    for number, event in enumerate(events):
        rest = session.api.watch_turn(session.id, turn, event.id).finish()
        assert sse.raw(rest) == sse.raw(events[number + 1 :]), event.id
    assert sse.raw(session.api.watch_turn(session.id, turn).finish()) == sse.raw(events)
    # The old version's stream is what it was.
    assert sse.text(session.api.watch_turn(session.id, first["turn_id"]).finish()) == "It grows to "


@pytest.mark.parametrize("dialect", ["native", "chrysopedia", "openai"])
@pytest.mark.parametrize("what", ["regenerate", "continue"])
def test_a_new_version_in_other_clients_words(cut, dialect, what):
    session, first = cut
    path = session.turn_path(first, f"/{what}?dialect={dialect}")
    heard = session.api.post(path, expect=200)
    assert heard.headers["content-type"].startswith("text/event-stream")
    turn = session.line()[1]["turn_id"]
    again = session.api.watch_turn(session.id, turn, dialect=dialect).opened()
    again.finish()
    assert heard.content == again.body and turn != first["turn_id"]
    shapes.problem(session.api.post(session.turn_path(first, "/regenerate?dialect=klingon")), (400, 422))


def test_stopped_while_it_is_said_again(talk):
    gate = script.gate()
    model = talk.model(script.answer("One"), [script.Text("Two "), gate, *script.answer("never said")])
    session = Session(talk.api, first := talk.api.ask(sample.QUESTION, model=model, collection_id=talk.library["id"]))
    watcher = session.again_streamed(first)
    begun = watcher.event("session").json
    watcher.shows("Two")
    talk.api.stop(session.id, begun["turn_id"])
    assert shapes.turn_stream(watcher.finish()).json["finish_reason"] == "stopped"
    now = session.line()[1]
    assert (now["turn_id"], now["status"], now["content"]) == (begun["turn_id"], "stopped", watcher.text)
    session.select(first)
    assert session.words()[1] == "One" and session.line()[1]["versions"] == [first["turn_id"], begun["turn_id"]]


def test_killed_while_it_is_said_again(start, upstream):
    """Before its first word and after it: the old version is there, the new one is marked, and either can be gone on from."""
    server = start(upstream_settings(upstream))
    api = Api(server, server.create_key("owner"))
    gates = [script.gate() for _ in range(3)]
    cuts = [[gates[0]], [script.Text("Two "), gates[1]], [script.Text("Three "), gates[2]]]
    model = upstream.model(script.answer("One"), *cuts, script.answer("Four"))
    session = Session(api, first := api.ask("Hello", model=model))
    for number, words in enumerate(["", "Two", "Three"]):
        edited = {"message": f"Hello {number}"} if number == 2 else {}
        watcher = session.again_streamed(first, **edited)
        begun = watcher.event("session").json["turn_id"]
        upstream.reached(gates[number])
        watcher.shows(words)
        server.kill()
        server.start()
        now = session.line()
        assert [now[0]["content"], now[1]["turn_id"], now[1]["status"]] == [edited.get("message", "Hello"), begun, "interrupted"]
        assert now[1]["content"].startswith(watcher.text) and now[1]["content"].strip() == words
        assert session.now()["running_turn_id"] is None and session.turn(first)["content"] == "One"
        session.select(first)
        assert session.words() == ["Hello", "One"]
    assert session.again(first)["message"] == "Four"
    assert len(session.line()[1]["versions"]) == 4
    assert server.stop() == 0
    server.run("verify")
    server.run("rebuild", "--check")


def test_a_collection_that_was_taken_away_is_not_asked_again(start, unique):
    server = start()
    owner, word = people.register(server), unique()
    ann = people.add(owner, "ann")
    collection = owner.api.collection("secrets", readers=[ann.id])
    owner.api.ready(owner.api.write(collection, "note", f"The word of the {word} is xylographic."))
    question = f"What is the word of the {word}?"
    session = Session(ann.api, first := ann.api.ask(question, collection_id=collection["id"]))
    assert "xylographic" in first["message"]
    owner.api.patch(f"/api/v1/collections/{collection['id']}", json={"readers": []}, expect=200)
    for answer in (session.again(first), session.again(first, message=question + " Again?")):
        assert "xylographic" not in str(answer) and answer["sources"] == []
    # What was said stays said.
    assert "xylographic" in session.turn(first)["content"]
    owner.api.delete(f"/api/v1/collections/{collection['id']}", expect=204)
    assert session.again(first)["sources"] == [] and session.now()["collection_id"] is None


def test_the_days_tokens_hold_for_every_version(start, upstream):
    owner = people.register(start(upstream_settings(upstream)))
    ann = SimpleNamespace(api=people.add(owner, "ann").api)
    cut = upstream.model([script.Text("It grows "), script.Finish("length"), script.Usage(20, 10), script.Done()])
    sessions = [Session(ann.api, ann.api.ask("Hello", model=model)) for model in (using(upstream, 20, 10), cut)]
    owner.api.put(LIMITS, json={"tokens_per_day": 60}, expect=200)
    for session in sessions:
        answer, log = session.line()[1], ann.api.log(session.id)
        for what, body in (("regenerate", {}), ("regenerate", {"message": "Hello again"}), ("continue", {})):
            refused = ann.api.post(session.turn_path(answer, "/" + what), json={"stream": False, **body})
            if what == "continue" and not answer["truncated"]:
                shapes.problem(refused, 409, "not_cut_off")
                continue
            shapes.problem(refused, 429)
            assert int(refused.headers["retry-after"]) <= datetime.timedelta(days=1).total_seconds()
        assert ann.api.log(session.id) == log


def test_a_long_line_is_read_page_by_page(plain, upstream):
    """Of the line, of a branch of it, and of all that was ever said; backwards it is as good as forwards."""
    model = upstream.model(*(script.answer(f"echo {number}") for number in range(80)))
    session = Session(plain, plain.ask("say 0", model=model))
    for number in range(1, 60):
        session.say(f"say {number}", model=model)
    line = session.line()
    session.branch(line[99], "branch")
    session.rewind(line[41])
    session.say("say instead", model=model)
    session.switch("branch")
    session.say("say besides", model=model)
    main = [message["turn_id"] for message in line[:42]]
    pages = lambda limit, **params: plain.items(session.path + "/messages", limit=limit, **params)
    for limit in (1, 7, 100):
        assert [message["turn_id"] for message in pages(limit, branch="main")][:42] == main
        assert [message["content"] for message in pages(limit, branch="main")][42:] == ["say instead", "echo 60"]
        assert [message["turn_id"] for message in pages(limit)][:100] == [message["turn_id"] for message in line[:100]]
        assert [message["content"] for message in pages(limit)][100:] == ["say besides", "echo 61"]
        everything = pages(limit, superseded="true")
        assert [message["turn_id"] for message in everything][:120] == [message["turn_id"] for message in line] and len(everything) == 124
    page = plain.get(session.path + "/messages", params={"offset": 98, "limit": 3}, expect=200).json()
    assert [message["content"] for message in page["items"]] == ["say 49", "echo 49", "say besides"] and page["next_cursor"]
    found = session.compare("main")
    assert (found["shared"], len(found["messages"]), len(found["other_messages"])) == (42, 2, 60)
    prompt = [said for role, said in upstream.requests(model)[-1].messages if role != "system"]
    assert prompt == [message["content"] for message in line[80:100]] + ["say besides"]
