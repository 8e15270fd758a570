"""What goes wrong at the OpenAI door, as its client tells it."""

import httpx2
import openai
import pytest

from support import script, shapes
from support.door import asked, client


def test_a_wrong_key(api):
    with pytest.raises(openai.AuthenticationError) as caught:
        openai.OpenAI(base_url=api.server.url + "/v1", api_key="wrong", max_retries=0).models.list()
    shapes.problem(caught.value.response, 401)
    assert caught.value.type == "authentication_error" and "key" in caught.value.message


def test_an_unknown_model(api):
    with pytest.raises(openai.NotFoundError) as caught:
        client(api).chat.completions.create(model="no-such-model", messages=asked())
    shapes.problem(caught.value.response, 404)


@pytest.mark.parametrize(
    "body",
    [
        {"model": "loquat"},
        {"model": "loquat", "messages": []},
        {"messages": [{"role": "user", "content": "hello"}]},
        {"model": "loquat", "messages": "hello"},
        {"model": "loquat", "messages": [{"role": "wizard", "content": "hello"}]},
        {"model": "loquat", "messages": [{"role": "user", "content": "hello"}], "stream": "yes"},
    ],
)
def test_what_is_wrong_is_a_validation_failure(api, body):
    problem = shapes.problem(api.post("/v1/chat/completions", json=body), 422)
    assert problem["errors"]


def test_a_provider_that_fails_is_an_error_at_once(scripted, upstream):
    model = upstream.model([script.Status(400, {}, b'{"error": {"message": "too many words", "code": "context_length_exceeded"}}')])
    with pytest.raises(openai.APIStatusError):
        client(scripted).chat.completions.create(model=model, messages=asked())


@pytest.mark.parametrize(
    "steps",
    [
        [script.Text("Zig"), script.Cut()],
        [script.Text("Zig"), script.End()],
        [script.Text("Zig"), script.Raw(b'data: {"error": {"message": "overloaded"}}\n\n')],
    ],
    ids=["cut", "no closing event", "error event"],
)
def test_a_broken_stream_never_looks_finished(scripted, upstream, steps):
    model = upstream.model(steps)
    heard = []
    with pytest.raises((openai.APIError, httpx2.TransportError)):
        for chunk in client(scripted).chat.completions.create(model=model, messages=asked(), stream=True):
            heard.append(chunk)
    assert not [chunk for chunk in heard if chunk.choices and chunk.choices[0].finish_reason]
