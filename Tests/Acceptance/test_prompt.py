"""What a model is given: sources, the last turns, the message once, all within a budget."""

from support import sample, script
from support.api import Api
from support.server import upstream_settings


def test_the_model_is_given_the_sources_and_the_message_once(talk, unique):
    word = unique()
    model = talk.model(script.answer("It grows tall."))
    watcher = talk.again(model, f"{sample.QUESTION} {word}")
    watcher.finish()
    sources = watcher.event("sources").json["sources"]
    (request,) = talk.upstream.requests(model)
    assert sources
    assert request.prompt.count(word) == 1
    assert [role for role, words in request.messages if word in words] == ["user"]
    for source in sources:
        assert source["content"].strip()[:60] in request.prompt
        assert str(source["number"]) in request.prompt
    assert request.body["stream"] is True and request.headers["authorization"] == "Bearer sk-scripted"
    assert request.body["temperature"] == 0.3
    assert request.body.get("max_tokens", request.body.get("max_completion_tokens")) == 2048


def test_a_request_sets_temperature_and_length(talk):
    model = talk.model(script.answer("It grows tall."))
    talk.again(model, temperature=0.9, max_tokens=77).finish()
    body = talk.upstream.requests(model)[0].body
    assert body["temperature"] == 0.9
    assert body.get("max_tokens", body.get("max_completion_tokens")) == 77


def test_the_prompt_holds_the_last_ten_pairs(talk, unique):
    words = [unique() for _ in range(13)]
    answers = [f"echo{word}" for word in words]
    model = talk.model(*(script.answer(f"The answer is {echo} indeed") for echo in answers))
    session_id = None
    for word in words:
        watcher = talk.again(model, f"How tall does the loquat tree {word} grow?", session_id=session_id)
        session_id = watcher.event("session").json["session_id"]
        watcher.finish()
    final = talk.upstream.requests(model)[-1]
    user_words = [said for role, said in final.messages if role == "user"]
    for number, (word, echo) in enumerate(zip(words, answers)):
        asked = sum(said.count(word) for said in user_words) - sum(said.count(echo) for said in user_words)
        assert asked == (1 if number >= 2 else 0), (number, final.messages)
        assert final.prompt.count(echo) == (1 if 2 <= number < 12 else 0), (number, final.messages)
    places = [final.prompt.index(f"echo{word}") for word in words[2:12]]
    assert places == sorted(places)


def test_a_shorter_history_is_a_setting(start, upstream, unique):
    server = start(upstream_settings(upstream, LOQUAT_HISTORY_PAIRS=2))
    api = Api(server, server.create_key("owner"))
    collection = sample.fill(api, "library")
    words = [unique() for _ in range(5)]
    model = upstream.model(*(script.answer(f"The answer is echo{word}") for word in words))
    session_id = None
    for word in words:
        session_id = api.ask(
            f"How tall does the loquat tree {word} grow?", session_id=session_id, model=model, collection_id=collection["id"]
        )["session_id"]
    prompt = upstream.requests(model)[-1].prompt
    assert [f"echo{word}" in prompt for word in words] == [False, False, True, True, False]


def test_after_a_failed_turn_the_conversation_goes_on(talk, unique):
    word = unique()
    model = talk.model([script.Text(f"half an {word}"), script.Cut()], script.answer("whole"))
    watcher = talk.again(model)
    session_id = watcher.event("session").json["session_id"]
    watcher.event("error")
    watcher.finish()
    talk.again(model, f"{sample.QUESTION} And now?", session_id=session_id).finish()
    messages = talk.upstream.requests(model)[-1].messages
    assert messages[-1][0] == "user" and "And now?" in messages[-1][1]
    assert [said["status"] for said in talk.api.messages(session_id) if said["role"] == "assistant" and word in said["content"]] == [
        "failed"
    ]


def test_the_prompt_never_exceeds_its_hard_budget(start, upstream):
    hard = 1200
    server = start(upstream_settings(upstream, LOQUAT_PROMPT_BUDGET_SOFT=900, LOQUAT_PROMPT_BUDGET_HARD=hard))
    api = Api(server, server.create_key("owner"))
    collection = api.collection("long")
    api.ready(
        *(
            api.upload(collection, f"long-{n}.md", f"# Loquat trees {n}\n\n" + "A loquat tree grows to ten metres at most. " * 200)
            for n in range(6)
        )
    )
    model = upstream.model(script.answer("word " * 250))
    session_id = None
    for n in range(6):
        message = f"Question number{n}: how tall does the loquat tree grow? " + "padding " * 150
        turn = api.ask(message, session_id=session_id, model=model, collection_id=collection["id"], top_k=20)
        session_id = turn["session_id"]
        request = upstream.requests(model)[-1]
        # A word is at least a token, so this holds whatever counts the tokens.
        assert len(request.prompt.split()) <= hard
        assert message.strip() in request.messages[-1][1]
    assert len(upstream.requests(model)) == 6
