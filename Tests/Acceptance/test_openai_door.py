"""The OpenAI door, through the client that everybody has."""

import json

import httpx

from support import sample, script, shapes
from support.api import Api
from support.door import asked, client
from support.server import upstream_settings
from support.shapes import ABSENT

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "Today's weather",
            "strict": True,
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
                "additionalProperties": False,
            },
        },
    }
]


def said(stream):
    return "".join(choice.delta.content or "" for chunk in stream for choice in chunk.choices)


def api_sessions(api):
    return [session for session in api.sessions() if session["kind"] == "api"]


def session_holding(api, word):
    """The session of kind `api` in which that word was said."""
    for session in api_sessions(api):
        if any(word in message["content"] for message in api.messages(session["id"])):
            return session
    return None


def test_models_are_listed(api, library):
    names = [model.id for model in client(api).models.list()]
    assert "loquat" in names
    for model in client(api).models.list():
        assert model.object == "model"


def test_a_configured_model_is_listed(start, upstream):
    server = start({"LOQUAT_LLM_URL": upstream.url, "LOQUAT_LLM_MODEL": "scripted-listed"})
    assert {"loquat", "scripted-listed"} <= {model.id for model in client(Api(server, server.create_key("owner"))).models.list()}


def test_documents_answer_at_once(api, library):
    answer = client(api).chat.completions.create(model="loquat/library", messages=asked())
    assert answer.object == "chat.completion" and answer.choices[0].finish_reason == "stop"
    assert answer.choices[0].message.role == "assistant" and sample.FACT in answer.choices[0].message.content
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_documents_answer_in_a_stream(api, library):
    chunks = list(client(api).chat.completions.create(model="loquat", messages=asked(), stream=True))
    assert sample.FACT in said(chunks)
    assert len({(chunk.id, chunk.created) for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason] == ["stop"]
    assert all(chunk.usage is None for chunk in chunks)


def test_usage_comes_last_when_asked_for(api, library):
    chunks = list(
        client(api).chat.completions.create(model="loquat/library", messages=asked(), stream=True, stream_options={"include_usage": True})
    )
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens > 0
    assert all(chunk.choices for chunk in chunks[:-1])
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_the_stream_is_framed_as_everyone_expects(api, library):
    body = {"model": "loquat/library", "messages": asked(), "stream": True}
    watcher_lines = []
    with httpx.stream(
        "POST", api.server.url + "/v1/chat/completions", json=body, headers={"Authorization": f"Bearer {api.key}"}, timeout=60
    ) as answer:
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/event-stream")
        watcher_lines = [line for line in answer.iter_lines() if line and not line.startswith(":")]
    assert all(line.startswith("data: ") for line in watcher_lines)
    assert watcher_lines[-1] == "data: [DONE]" and watcher_lines.count("data: [DONE]") == 1


def test_a_collection_bounds_what_is_read(api, library, unique):
    word = unique()
    collection = api.collection(word)
    api.ready(api.upload(collection, "only.md", f"# {word}\n\nThe {word} is striped green.\n"))
    inside = client(api).chat.completions.create(model=f"loquat/{word}", messages=asked(f"How is the {word} striped?"))
    assert "striped green" in inside.choices[0].message.content


def test_a_collection_that_one_may_not_see_is_a_model_that_does_not_exist(ada, bob, unique):
    hidden, absent = unique(), unique()
    ada.collection(hidden, visibility="private")
    answers = [bob.post("/v1/chat/completions", json={"model": f"loquat/{name}", "messages": asked()}) for name in (hidden, absent)]
    shapes.same_not_found(*answers, hidden, absent)
    assert f"loquat/{hidden}" not in bob.models()


def test_a_configured_model_passes_straight_through(scripted, upstream):
    model = upstream.model([script.Text("Zig "), script.Text("zag [99]\r\n\0🦊"), script.Finish(), script.Usage(11, 7), script.Done()])
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Say it"},
        {"role": "assistant", "content": "It"},
        {"role": "user", "content": [{"type": "text", "text": "Again"}]},
    ]
    chunks = list(
        client(scripted).chat.completions.create(
            model=model, messages=messages, stream=True, temperature=0.1, seed=5, stop=["END"], stream_options={"include_usage": True}
        )
    )
    assert said(chunks) == "Zig zag [99]\r\n\0🦊"
    assert (chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens) == (11, 7)
    (request,) = upstream.requests(model)
    assert request.body["messages"] == messages
    assert (request.body["temperature"], request.body["seed"], request.body["stop"]) == (0.1, 5, ["END"])
    assert request.headers["authorization"] == "Bearer sk-scripted"


def test_pass_through_at_once(scripted, upstream):
    model = upstream.model([script.Text("Zig zag"), script.Finish("length"), script.Usage(3, 2), script.Done()])
    answer = client(scripted).chat.completions.create(model=model, messages=asked("Say it"))
    assert answer.choices[0].message.content == "Zig zag" and answer.choices[0].finish_reason == "length"
    assert answer.usage.prompt_tokens == 3 and answer.usage.completion_tokens == 2


def test_tool_calls_pass_unchanged(scripted, upstream):
    pieces = [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": ""}}],
        },
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"ci'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": 'ty": "Valencia"}'}}]},
    ]
    model = upstream.model([*map(script.Delta, pieces), script.Finish("tool_calls"), script.Done()])
    chunks = list(
        client(scripted).chat.completions.create(model=model, messages=asked("What weather?"), tools=TOOLS, tool_choice="auto", stream=True)
    )
    calls = [call for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls or []]
    assert calls[0].id == "call_1" and calls[0].function.name == "weather"
    assert json.loads("".join(call.function.arguments or "" for call in calls)) == {"city": "Valencia"}
    assert [choice.finish_reason for chunk in chunks for choice in chunk.choices if choice.finish_reason] == ["tool_calls"]
    body = upstream.requests(model)[0].body
    assert body["tools"] == TOOLS and body["tool_choice"] == "auto"


def test_tool_calls_at_once_and_their_results(scripted, upstream):
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Valencia"}'}}
    model = upstream.model(
        [script.Delta({"tool_calls": [{"index": 0, **call}]}), script.Finish("tool_calls"), script.Done()], script.answer("Sunny")
    )
    first = client(scripted).chat.completions.create(model=model, messages=asked("What weather?"), tools=TOOLS)
    assert first.choices[0].finish_reason == "tool_calls"
    assert first.choices[0].message.tool_calls[0].to_dict() == call
    history = [
        *asked("What weather?"),
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "sun"},
    ]
    second = client(scripted).chat.completions.create(model=model, messages=history, tools=TOOLS)
    assert second.choices[0].message.content == "Sunny"
    assert upstream.requests(model)[1].body["messages"] == history


def test_a_response_format_passes(scripted, upstream):
    model = upstream.model(script.answer('{"a": 1}'))
    form = {
        "type": "json_schema",
        "json_schema": {"name": "a", "strict": True, "schema": {"type": "object", "properties": {"a": {"type": "integer"}}}},
    }
    answer = client(scripted).chat.completions.create(model=model, messages=asked("As JSON"), response_format=form)
    assert json.loads(answer.choices[0].message.content) == {"a": 1}
    assert upstream.requests(model)[0].body["response_format"] == form


def test_a_call_is_one_logged_turn(scripted, upstream, unique):
    word = unique()
    model = upstream.model(script.answer("Zig zag"))
    client(scripted).chat.completions.create(model=model, messages=asked(f"Say {word}"))
    session = session_holding(scripted, word)
    assert session and session["message_count"] == 2
    assert {(message["role"], message["status"]) for message in scripted.messages(session["id"])} == {
        ("user", "complete"),
        ("assistant", "complete"),
    }
    assert any(message["content"] == "Zig zag" for message in scripted.messages(session["id"]))


def test_a_session_may_be_named(scripted, upstream, unique):
    word, second = unique(), unique()
    model = upstream.model(script.answer("Zig"), script.answer("zag"))
    client(scripted).chat.completions.create(model=model, messages=asked(f"Say {word}"))
    session = session_holding(scripted, word)
    messages = [*asked(f"Say {word}"), {"role": "assistant", "content": "Zig"}, *asked(f"Say {second}")]
    client(scripted).chat.completions.create(model=model, messages=messages, extra_headers={"X-Loquat-Session": session["id"]})
    kept = [message["content"] for message in scripted.messages(session["id"])]
    assert sorted(kept) == sorted([f"Say {word}", "Zig", f"Say {second}", "zag"])
    assert session_holding(scripted, second)["id"] == session["id"]


def test_a_session_of_another_user_does_not_exist(ada, bob, unique):
    session_id = ada.ask("A private matter")["session_id"]
    answers = [
        bob.post("/v1/chat/completions", json={"model": "loquat", "messages": asked()}, headers={"X-Loquat-Session": asked_id})
        for asked_id in (session_id, ABSENT)
    ]
    shapes.same_not_found(*answers, session_id, ABSENT)


def test_a_call_that_is_not_stored_leaves_nothing(start, upstream, unique):
    server = start({"LOQUAT_LLM_URL": upstream.url, "LOQUAT_LLM_MODEL": "*"})
    api, word = Api(server, server.create_key("owner")), unique()
    model = upstream.model(script.answer(f"I say {word}"))
    for stream in (True, False):
        answer = client(api).chat.completions.create(model=model, messages=asked(f"Say {word}"), store=False, stream=stream)
        assert word in (said(answer) if stream else answer.choices[0].message.content)
    assert api.sessions() == []
    server.stop()
    for path in server.data_dir.rglob("*"):
        if path.is_file():
            assert word.encode() not in path.read_bytes().lower(), path.name
    assert word not in server.stderr


def test_storing_is_a_setting(start, upstream, unique):
    server = start({"LOQUAT_LLM_URL": upstream.url, "LOQUAT_LLM_MODEL": "*", "LOQUAT_STORE_COMPLETIONS": "false"})
    api, word = Api(server, server.create_key("owner")), unique()
    model = upstream.model(script.answer("Zig zag"))
    client(api).chat.completions.create(model=model, messages=asked("Say nothing"))
    assert api.sessions() == []
    client(api).chat.completions.create(model=model, messages=asked(f"Say {word}"), store=True)
    assert session_holding(api, word)


def test_the_conversation_that_a_client_sends_along_reaches_the_model(start, upstream):
    model = upstream.model(script.answer("Ten metres."))
    server = start(upstream_settings(upstream, LOQUAT_LLM_MODEL=model))
    api = Api(server, server.create_key("owner"))
    sample.fill(api, "library")
    messages = [
        {"role": "user", "content": "What came before?"},
        {"role": "assistant", "content": "An earlier answer."},
        {"role": "user", "content": sample.QUESTION},
    ]
    client(api).chat.completions.create(model="loquat/library", messages=messages)
    sent = [(role, content) for role, content in upstream.requests(model)[0].messages if role != "system"]
    assert sent == [(message["role"], message["content"]) for message in messages]
