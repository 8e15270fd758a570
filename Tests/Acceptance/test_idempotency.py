"""One key, one turn: however often a request is sent, and whatever happens in between."""

import threading
import uuid

from support import sample, script, shapes, sse
from support.api import Api
from support.server import upstream_settings


def key():
    return {"Idempotency-Key": str(uuid.uuid4())}


def together(count, work):
    """What `work` returns in each of so many threads, started together."""
    results, barrier = [None] * count, threading.Barrier(count)

    def run(number):
        barrier.wait()
        try:
            results[number] = work()
        except BaseException as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


def test_fifty_equal_submits_are_one_turn(talk, unique):
    gate, headers, word = script.gate(), key(), unique()
    model = talk.model([script.Text("Zig "), gate, *script.answer("zag")])
    before = len(talk.api.sessions())
    watchers = together(50, lambda: talk.again(model, f"{sample.QUESTION} {word}", headers=headers))
    talk.upstream.reached(gate)
    for watcher in watchers:
        watcher.wait(lambda watcher: watcher.status, "a response")
    talk.upstream.open(gate)
    streams = []
    for watcher in watchers:
        watcher.finish()
        if watcher.status == 409:
            assert b"in_progress" in watcher.body
        else:
            assert watcher.status == 200
            streams.append(sse.raw(watcher.events))
    assert streams and len(set(streams)) == 1
    assert len(talk.upstream.requests(model)) == 1
    assert len(talk.api.sessions()) == before + 1
    session_id = sse.split(streams[0])[0].json["session_id"]
    assert [message["role"] for message in talk.api.messages(session_id)].count("user") == 1


def test_fifty_equal_submits_answered_at_once_are_one_turn(talk, unique):
    headers, word = key(), unique()
    model = talk.model(script.answer("Zig zag"))
    body = {"message": f"{sample.QUESTION} {word}", "stream": False, "model": model, "collection_id": talk.library["id"]}
    before = len(talk.api.sessions())
    answers = together(50, lambda: talk.api.post("/api/v1/chat", json=body, headers=headers))
    good = [answer.json() for answer in answers if answer.status_code == 200]
    for answer in answers:
        if answer.status_code != 200:
            shapes.problem(answer, 409, "in_progress")
    assert good and all(answer == good[0] for answer in good)
    assert len(talk.upstream.requests(model)) == 1 and len(talk.api.sessions()) == before + 1
    assert talk.api.post("/api/v1/chat", json=body, headers=headers, expect=200).json() == good[0]


def test_a_repeated_stream_is_the_same_stream(talk):
    headers, model = key(), talk.model(script.answer("Zig ", "zag"))
    first, second = (talk.again(model, headers=headers).finish() for _ in range(2))
    assert sse.raw(first) == sse.raw(second)
    assert len(talk.upstream.requests(model)) == 1


def test_the_same_key_with_another_body_is_a_mismatch(talk):
    headers, model = key(), talk.model(script.answer("Zig zag"))
    talk.again(model, headers=headers).finish()
    body = {"message": "Something else", "stream": True, "model": model}
    shapes.problem(talk.api.post("/api/v1/chat", json=body, headers=headers), 422, "idempotency_mismatch")
    assert len(talk.upstream.requests(model)) == 1


def test_the_same_key_of_another_user_is_another_key(ada, bob):
    headers = key()
    body = {"message": "Whose turn is it?", "stream": False}
    first, second = (api.post("/api/v1/chat", json=body, headers=headers, expect=200).json() for api in (ada, bob))
    assert first["session_id"] != second["session_id"]


def test_the_same_key_survives_a_restart(start, upstream):
    server = start(upstream_settings(upstream))
    api = Api(server, server.create_key("owner"))
    library = sample.fill(api, "library")
    model = upstream.model(script.answer("Zig ", "zag"))
    at_once, streamed = key(), key()
    body = {"message": sample.QUESTION, "stream": False, "model": model, "collection_id": library["id"]}
    first = api.post("/api/v1/chat", json=body, headers=at_once, expect=200).json()
    stream = api.stream(sample.QUESTION, model=model, collection_id=library["id"], headers=streamed).finish()
    for end in (server.stop, server.kill):
        end()
        server.start()
        assert api.post("/api/v1/chat", json=body, headers=at_once, expect=200).json() == first
        assert sse.raw(api.stream(sample.QUESTION, model=model, collection_id=library["id"], headers=streamed).finish()) == sse.raw(stream)
        shapes.problem(api.post("/api/v1/chat", json=body | {"message": "else"}, headers=at_once), 422, "idempotency_mismatch")
    assert len(upstream.requests(model)) == 2 and len(api.sessions()) == 2


def test_a_crashed_turn_is_not_run_again_by_its_key(start, upstream):
    server = start(upstream_settings(upstream))
    api = Api(server, server.create_key("owner"))
    library = sample.fill(api, "library")
    gate, headers = script.gate(), key()
    model = upstream.model([script.Text("Zig "), gate, *script.answer("zag")])
    watcher = api.stream(sample.QUESTION, model=model, collection_id=library["id"], headers=headers)
    watcher.shows("Zig")
    server.kill()
    server.start()
    again = api.stream(sample.QUESTION, model=model, collection_id=library["id"], headers=headers)
    events = again.finish()
    if again.status == 200:
        assert events[0].json["turn_id"] == watcher.events[0].json["turn_id"]
        assert again.text.startswith("Zig")
    else:
        assert again.status == 409
    upstream.open(gate)
    assert len(upstream.requests(model)) == 1 and len(api.sessions()) == 1


def test_other_posts_that_create(api, unique):
    headers, name = key(), unique()
    first, second = (api.post("/api/v1/collections", json={"name": name}, headers=headers) for _ in range(2))
    assert first.json() == second.json() and first.status_code == second.status_code
    shapes.problem(api.post("/api/v1/collections", json={"name": unique()}, headers=headers), 422, "idempotency_mismatch")
    assert [item["name"] for item in api.items("/api/v1/collections")].count(name) == 1
    headers = key()
    body = {"title": "Once", "text": f"Words of {name}.", "collection_id": first.json()["id"]}
    ids = {api.post("/api/v1/documents", json=body, headers=headers).json()["id"] for _ in range(3)}
    assert len(ids) == 1


def test_a_refused_request_may_be_mended_under_its_key(api):
    """What was never accepted holds no key for a day."""
    headers = key()
    shapes.problem(api.post("/api/v1/chat", json={"message": ""}, headers=headers), 422)
    answer = api.post("/api/v1/chat", json={"message": ""}, headers=headers)
    assert answer.status_code == 422 and answer.json()["code"] != "idempotency_mismatch"


def test_an_answer_is_forgotten_with_what_it_speaks_of(api, unique):
    collection = api.post("/api/v1/collections", json={"name": unique()}, expect=201).json()["id"]
    document = ("/api/v1/documents", {"title": "Once", "text": f"Words of {unique()}.", "collection_id": collection})
    begun = api.post("/api/v1/chat", json={"message": unique(), "stream": False}, expect=200).json()
    branch = (f"/api/v1/chat/sessions/{begun['session_id']}/branches", {"turn_id": begun["turn_id"], "name": "once", "into": "new"})
    kept = ("/api/v1/collections", {"name": unique()})
    headers = [key() for _ in range(3)]

    def send():
        return [api.post(path, json=body, headers=one).json() for (path, body), one in zip((document, branch, kept), headers)]

    first = send()
    assert send() == first
    api.delete(f"/api/v1/documents/{first[0]['id']}", expect=204)
    api.delete(f"/api/v1/chat/sessions/{first[1]['session_id']}", expect=204)
    again = send()
    assert again[0]["id"] != first[0]["id"] and again[1]["session_id"] != first[1]["session_id"] and again[2] == first[2]


def test_equal_keys_at_the_openai_door(scripted, upstream, unique):
    headers, word = key(), unique()
    model = upstream.model(script.answer("Zig zag"))
    body = {"model": model, "messages": [{"role": "user", "content": f"Say {word}"}]}
    first, second = (scripted.post("/v1/chat/completions", json=body, headers=headers, expect=200).json() for _ in range(2))
    assert first == second and len(upstream.requests(model)) == 1
