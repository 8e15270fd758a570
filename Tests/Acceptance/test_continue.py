"""An answer that was cut off and is gone on with: a new version begins with exactly its text, and leans on the same sources."""

import pytest

from support import sample, script, shapes, sse
from support.api import Api
from support.server import upstream_settings
from support.session import Session
from support.wire import Watcher

BEGINNING = "A loquat tree of the hills of southern China grows to ten metres at most, which is "
REST = "less than an oak. It bears fruit in spring."


def stopped(talk, *says, model=None, beginning=BEGINNING):
    """A session whose answer was stopped after the beginning, and the answer; its model then says what is told."""
    gate = script.gate()
    words = [script.Text(word) for word in beginning.splitlines(keepends=True)]
    model = talk.model([*words, gate, *script.answer("never said")], *says)
    watcher = talk.again(model)
    begun = watcher.event("session").json
    watcher.shows(beginning.strip())
    talk.upstream.reached(gate)
    talk.api.stop(begun["session_id"], begun["turn_id"])
    assert shapes.turn_stream(watcher.finish()).json["finish_reason"] == "stopped"
    session = Session(talk.api, begun["session_id"])
    return session, session.turn(begun["turn_id"]), model


# What a model says that was asked to go on.
WAYS = {
    "just goes on": [REST],
    "goes on after a space": [" " + REST],
    "repeats the last words": ["which is ", REST],
    "repeats what it was told to": ["ten metres at most, which is ", REST],
    "repeats more": ["southern China grows to ten metres at most, which is less", REST.removeprefix("less")],
    "starts over": [BEGINNING + REST],
    "repeats less, letter by letter": list("at most, which is " + REST),
    "repeats what it was told to, letter by letter": list("grows to ten metres at most, which is " + REST),
    "starts over letter by letter": list(BEGINNING + REST),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_stopped_answer_is_gone_on_with(talk, way):
    session, old, _ = stopped(talk, script.answer(*WAYS[way]))
    assert (old["status"], old["content"].rstrip()) == ("stopped", BEGINNING.rstrip())
    watcher = session.go_on_streamed(old).opened()
    done = shapes.turn_stream(watcher.finish()).json
    assert done["finish_reason"] == "stop" and done["turn_id"] != old["turn_id"]
    assert watcher.text.startswith(old["content"])
    # Whether a space stands where the two meet is the same to a reader.
    assert watcher.text.split() == (BEGINNING + REST).split()
    now = session.turn(done["turn_id"])
    assert (now["content"], now["status"]) == (watcher.text, "complete")
    assert now["regenerated_from"] == old["turn_id"] and now["versions"] == [old["turn_id"], now["turn_id"]]
    assert session.turn(old) == old | {"superseded_by": now["turn_id"], "versions": now["versions"]}
    assert session.line()[1] == now


def test_it_is_answered_at_once_too(talk):
    session, old, model = stopped(talk, script.answer(REST))
    answer = session.go_on(old)
    assert answer["message"] == session.words()[1] and answer["message"].startswith(old["content"])
    assert answer["sources"] == old["sources"]
    first, second = talk.upstream.requests(model)
    # The model sees its own words, and is asked for the rest of them.
    assert second.messages[: len(first.messages)] == first.messages
    assert ("assistant", old["content"]) in second.messages and second.messages[-1][0] == "user"


def test_without_a_body(talk):
    session, old, _ = stopped(talk, script.answer(REST))
    watcher = Watcher(talk.api.server, "POST", session.turn_path(old, "/continue"), talk.api.key).opened()
    shapes.turn_stream(watcher.finish())
    assert watcher.text == session.words()[1] and watcher.text.split() == (BEGINNING + REST).split()


def test_the_next_prompt_holds_the_whole_answer_once(talk):
    session, old, model = stopped(talk, script.answer(REST), script.answer("Much less."))
    whole = session.go_on(old)["message"]
    session.say("And how tall is the loquat tree in Valencia?", model=model)
    prompt = talk.upstream.requests(model)[-1]
    assert [words for role, words in prompt.messages if role == "assistant"] == [whole]
    assert "cut off" not in prompt.prompt


def test_stopped_before_its_first_word(talk):
    gate = script.gate()
    model = talk.model([gate, *script.answer("never said")], script.answer("A whole answer"))
    watcher = talk.again(model)
    begun = watcher.event("session").json
    talk.upstream.reached(gate)
    talk.api.stop(begun["session_id"], begun["turn_id"])
    session = Session(talk.api, begun)
    assert session.go_on(begun)["message"] == "A whole answer"
    one, two = talk.upstream.requests(model)
    assert one.raw == two.raw


def test_an_answer_at_its_longest_goes_on(talk):
    model = talk.model(script.answer("It grows to ", "ten ", reason="length"), script.answer("metres ", reason="length"), script.answer("at most."))
    watcher = talk.again(model)
    assert shapes.turn_stream(watcher.finish()).json["finish_reason"] == "length"
    session = Session(talk.api, watcher.events[0].json)
    first = session.line()[1]
    assert (first["status"], first["truncated"]) == ("complete", True)
    second = session.go_on(first)
    assert second["finish_reason"] == "length" and session.turn(second)["truncated"]
    third = session.go_on(second)
    assert (third["message"], third["finish_reason"]) == ("It grows to ten metres at most.", "stop")
    assert not session.turn(third)["truncated"]
    refused = session.api.post(session.turn_path(third, "/continue"))
    shapes.problem(refused, 409, "not_cut_off")


def test_an_answer_that_a_provider_broke_off_goes_on(talk):
    model = talk.model([script.Text("It grows to "), script.Cut()], script.answer("ten metres."))
    watcher = talk.again(model)
    watcher.event("error")
    session = Session(talk.api, watcher.events[0].json)
    old = session.line()[1]
    assert old["status"] == "failed" and old["error"] and old["content"].startswith("It grows to")
    answer = session.go_on(old)
    assert answer["message"] == "It grows to ten metres."
    now = session.turn(answer)
    assert (now["status"], now["error"]) == ("complete", None)


def test_a_provider_that_breaks_off_again_keeps_what_was_there(talk):
    session, old, _ = stopped(talk, [script.Text("less than "), script.Cut()], [script.Status(401)], script.answer("an oak."))
    watcher = session.go_on_streamed(old)
    shapes.turn_stream(watcher.finish())
    second = session.line()[1]
    assert second["status"] == "failed" and second["content"].split() == (BEGINNING + "less than").split()
    refused = session.api.post(session.turn_path(second, "/continue"), json={"stream": False})
    assert shapes.problem(refused, 502)["session_id"] == session.id
    third = session.line()[1]
    assert third["status"] == "failed" and third["content"].split() == second["content"].split()
    assert session.go_on(third)["message"].split() == (BEGINNING + "less than an oak.").split()


def test_stopped_while_it_goes_on(talk):
    gate = script.gate()
    session, old, _ = stopped(talk, [script.Text("less "), gate, *script.answer("never said")], script.answer("less than an oak."))
    watcher = session.go_on_streamed(old)
    begun = watcher.event("session").json
    watcher.shows("less")
    refused = session.api.post(session.turn_path(begun, "/continue"), json={"stream": False})
    assert shapes.problem(refused, 409, "turn_in_progress").get("turn_id") == begun["turn_id"]
    talk.api.stop(session.id, begun["turn_id"])
    assert shapes.turn_stream(watcher.finish()).json["finish_reason"] == "stopped"
    second = session.turn(begun)
    assert second["content"] == watcher.text and second["content"].split() == (BEGINNING + "less").split()
    third = session.go_on(second)
    assert third["message"].startswith(second["content"])
    assert third["message"].split() == (BEGINNING + "less than an oak.").split()
    assert session.turn(third)["versions"] == [old["turn_id"], second["turn_id"], third["turn_id"]]


def test_stopped_while_it_repeats_nothing_is_lost(talk):
    """What is held back as a repetition is no new text, and the old text is kept whole."""
    gate = script.gate()
    session, old, _ = stopped(talk, [script.Text("grows to ten metres at most, which"), gate, *script.answer("never said")])
    watcher = session.go_on_streamed(old)
    begun = watcher.event("session").json
    talk.upstream.reached(gate)
    talk.api.stop(session.id, begun["turn_id"])
    watcher.finish()
    assert watcher.text.split() == BEGINNING.split() and session.turn(begun)["content"] == watcher.text


def test_a_complete_answer_is_not_gone_on_with(api):
    session = Session(api, first := api.ask("Hello"))
    before = api.log(session.id)
    for turn in (first, session.line()[0]):
        shapes.problem(api.post(session.turn_path(turn, "/continue")), 409, "not_cut_off")
    assert api.log(session.id) == before


def test_the_sources_stay_and_so_do_the_citations(talk, unique):
    name = unique()
    collection = talk.api.collection(name)
    talk.api.ready(talk.api.write(collection, "old", f"The {name} grows to ten metres at most. It bears fruit in early spring."))
    gate = script.gate()
    model = talk.model(
        [script.Text(f"The {name} grows to ten metres at most [1]. "), script.Text("It bears "), gate], script.answer("fruit in early spring [1].")
    )
    watcher = talk.api.stream(f"How tall does the {name} grow?", model=model, collection_id=collection["id"])
    begun = watcher.event("session").json
    watcher.shows("It bears")
    talk.api.stop(begun["session_id"], begun["turn_id"])
    watcher.finish()
    session = Session(talk.api, begun)
    old = session.turn(begun)
    assert len(old["sources"]) == 1 and old["citations"][0]["status"] == "verified"
    talk.api.ready(talk.api.write(collection, "new", f"How tall does the {name} grow? The {name} grows to twelve metres, it is said."))
    watcher = session.go_on_streamed(old)
    shapes.turn_stream(watcher.finish())
    now = session.line()[1]
    assert now["sources"] == old["sources"] == watcher.event("sources").json["sources"]
    assert "twelve" not in talk.upstream.requests(model)[-1].prompt
    assert len(now["citations"]) == 2 and now["citations"][0] == old["citations"][0]
    for citation in now["citations"]:
        shapes.citation(citation, now["content"], talk.api.document_text)
        assert citation["status"] == "verified"
    # Asked anew, the new document is found.
    assert "twelve" in str(session.again(now)["sources"])


def test_it_goes_on_where_the_documents_have_gone(start, upstream):
    server = start(upstream_settings(upstream))
    api = Api(server, server.create_key("owner"))
    library = sample.fill(api, "library")
    model = upstream.model(script.answer("It grows to ", "ten ", reason="length"), script.answer("metres."))
    first = api.ask(sample.QUESTION, model=model, collection_id=library["id"], max_tokens=9)
    session = Session(api, first)
    for document in api.items("/api/v1/documents", collection_id=library["id"]):
        api.delete(f"/api/v1/documents/{document['id']}", expect=204)
    again = session.go_on(session.line()[1])
    assert again["message"] == "It grows to ten metres." and again["sources"] == first["sources"] != []
    assert upstream.requests(model)[1].messages[: len(upstream.requests(model)[0].messages)] == upstream.requests(model)[0].messages


def test_what_cannot_be_gone_on_with_stays(start, upstream):
    """The prompt has no room for the answer: the new version still begins with it, and can be gone on with."""
    server = start(upstream_settings(upstream, LOQUAT_PROMPT_BUDGET_HARD="600", LOQUAT_PROMPT_BUDGET_SOFT="500"))
    api = Api(server, server.create_key("owner"))
    long = "It grows and grows. " * 200
    model = upstream.model(script.answer(long, reason="length"), script.answer("never asked"))
    session = Session(api, api.ask("How tall?", model=model))
    old = session.line()[1]
    api.post(session.turn_path(old, "/continue"), json={"stream": False}, expect=422)
    now = session.line()[1]
    assert (now["content"], now["status"]) == (old["content"], "failed") and now["versions"] == [old["turn_id"], now["turn_id"]]
    assert len(upstream.requests(model)) == 1


def test_the_model_of_the_answer_goes_on(talk):
    first, second, third = (talk.model(script.answer("It grows to ten ", reason="length"), script.answer(words)) for words in ("one", "two", "three"))
    session = Session(talk.api, answer := talk.api.ask(sample.QUESTION, model=first, collection_id=talk.library["id"]))
    again = session.again(answer, model=second)
    assert session.go_on(again)["message"] == "It grows to ten two"
    assert session.go_on(again, model=third)["finish_reason"] == "length"
    assert session.line()[1]["model"] == third


def test_without_any_documents_the_model_goes_on(plain, upstream):
    model = upstream.model(script.answer("Good morning ", reason="length"), script.answer("to you."))
    session = Session(plain, answer := plain.ask("Good morning", model=model))
    assert session.go_on(answer)["message"] == "Good morning to you."
    assert len(upstream.requests(model)) == 2


def test_instructions_still_hold(talk, unique):
    word = unique()
    model = talk.model(script.answer("One"), script.answer("It grows to ten ", reason="length"), script.answer("metres"))
    session = Session(talk.api, answer := talk.api.ask(sample.QUESTION, model=model, collection_id=talk.library["id"]))
    session.go_on(session.again(answer, instructions=f"Speak like a {word}."))
    assert [word in request.prompt for request in talk.upstream.requests(model)] == [False, True, True]


def test_an_answer_of_openais_door_goes_on(scripted, upstream):
    model = upstream.model(script.answer("It grows to ten ", reason="length"), script.answer("to ten metres."))
    said = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]
    answer = scripted.post("/v1/chat/completions", json={"model": model, "messages": said, "temperature": 0.1}, expect=200)
    session = Session(scripted, answer.headers["x-loquat-session"])
    assert session.go_on(session.line()[1])["message"] == "It grows to ten metres."
    body = upstream.requests(model)[1].body
    assert body["messages"][:3] == said + [{"role": "assistant", "content": "It grows to ten "}] and body["temperature"] == 0.1


def test_an_answer_that_kill_9_interrupted_goes_on(start, upstream):
    server = start(upstream_settings(upstream))
    api = Api(server, server.create_key("owner"))
    library = sample.fill(api, "library")
    gates = [script.gate(), script.gate()]
    model = upstream.model([script.Text("It grows "), gates[0]], [script.Text("to ten "), gates[1]], script.answer("metres."))
    watcher = api.stream(sample.QUESTION, model=model, collection_id=library["id"])
    begun = watcher.event("session").json
    watcher.shows("It grows")
    server.kill()
    server.start()
    session = Session(api, begun)
    first = session.turn(begun)
    assert first["status"] == "interrupted" and first["content"].startswith(watcher.text)
    watcher = session.go_on_streamed(first)
    second = watcher.event("session").json
    watcher.shows("to ten")
    server.kill()
    server.start()
    second = session.turn(second)
    assert second["status"] == "interrupted" and second["content"].startswith(watcher.text)
    assert second["content"].split() == ["It", "grows", "to", "ten"] and second["regenerated_from"] == first["turn_id"]
    third = session.go_on(second)
    assert third["message"] == "It grows to ten metres."
    versions = [first["turn_id"], second["turn_id"], third["turn_id"]]
    assert session.line()[1]["versions"] == versions and session.turn(first)["superseded_by"] == third["turn_id"]
    streamed = sse.text(api.watch_turn(session.id, third["turn_id"]).finish())
    assert streamed == third["message"]
    assert server.stop() == 0
    server.run("verify")
    server.run("rebuild", "--check")
