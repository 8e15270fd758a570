"""The process killed at any moment, and told to end: what a client saw is what a restart finds."""

import os
import random
import signal

import httpx
import pytest

from support import sample, script, shapes, sse
from support.api import Api
from support.server import upstream_settings
from support.waiting import eventually

SEEDS = int(os.environ.get("SEEDS", "20"))
STREAMS = 100
TOKENS = [f"word{number} " for number in range(30)]


@pytest.fixture
def conversation(start, upstream):
    """A server of its own with the library, and its owner."""
    server = start(upstream_settings(upstream))
    api = Api(server, server.create_key("owner"))
    return server, api, sample.fill(api, "library")


def paced_model(upstream):
    """A model that says its words one by one once the gate is open; returns both."""
    gate = script.gate()
    words = [step for token in TOKENS for step in (script.Text(token), script.Pace(0.01))]
    return upstream.model([gate, *words, script.Finish(), script.Done()]), gate


def check_kept(api, watcher, message):
    """One client's turn after the restart: at least what it had seen, told the same way."""
    begun = next((event.json for event in watcher.events if event.name == "session"), None)
    if begun is None:
        return
    session_id, turn_id = begun["session_id"], begun["turn_id"]
    kept = api.messages(session_id)
    assert [said["content"] for said in kept if said["role"] == "user"] == [message]
    answer = api.answer(session_id, turn_id)
    if answer is None:
        assert not watcher.text
        return
    assert answer["content"].startswith(watcher.text), (answer["content"], watcher.text)
    assert "".join(TOKENS).startswith(answer["content"])
    if any(event.name == "done" for event in watcher.events):
        assert answer["status"] == "complete" and answer["content"] == "".join(TOKENS)
    else:
        assert answer["status"] in ("interrupted", "complete"), answer
        assert answer["status"] == "interrupted" or answer["content"] == "".join(TOKENS)
    assert api.session(session_id)["running_turn_id"] is None


def check_resumed(api, watcher):
    """The stream goes on where it broke off, and ends."""
    begun = watcher.events[0].json
    rest = api.watch_turn(begun["session_id"], begun["turn_id"], watcher.events[-1].id).opened().finish()
    answer = api.answer(begun["session_id"], begun["turn_id"])
    assert sse.text(watcher.events + rest) == (answer["content"] if answer else "")
    last = shapes.turn_stream(watcher.events + rest, begun["turn_id"])
    assert last.name == "done" and last.json["finish_reason"] in ("interrupted", "stop")


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(SEEDS))
def test_kill_9_in_the_middle_of_a_hundred_streams(conversation, upstream, seed):
    server, api, library = conversation
    chance, (model, gate) = random.Random(seed), paced_model(upstream)
    messages = [f"{sample.QUESTION} asked by client {number}" for number in range(STREAMS)]
    watchers = [api.stream(message, model=model, collection_id=library["id"]) for message in messages]
    # The moment is a count of words said, so that a seed means the same on machines of any speed.
    moment = chance.randrange(STREAMS * len(TOKENS))
    upstream.open(gate)
    eventually(lambda: upstream.said(model) >= moment, "the moment to kill")
    server.kill()
    for watcher in watchers:
        watcher.finish()
    server.start()
    for watcher, message in zip(watchers, messages):
        check_kept(api, watcher, message)
    cut = [watcher for watcher in watchers if watcher.events and not any(event.name == "done" for event in watcher.events)]
    for watcher in chance.sample(cut, min(5, len(cut))):
        check_resumed(api, watcher)
    assert server.stop() == 0
    server.run("verify")
    server.run("rebuild", "--check")


def test_an_interrupted_session_goes_on(conversation, upstream):
    server, api, library = conversation
    gate = script.gate()
    model = upstream.model([script.Text("Zig "), gate, *script.answer("zag")], script.answer("Well again"))
    watcher = api.stream(sample.QUESTION, model=model, collection_id=library["id"])
    watcher.shows("Zig")
    server.kill()
    upstream.open(gate)
    server.start()
    begun = watcher.events[0].json
    answer = api.answer(begun["session_id"], begun["turn_id"])
    assert answer["status"] == "interrupted" and answer["content"].startswith("Zig")
    turn = api.ask(sample.QUESTION, session_id=begun["session_id"], model=model, collection_id=library["id"])
    assert turn["message"] == "Well again"
    check_resumed(api, watcher)
    log = api.log(begun["session_id"])
    assert sorted(event["seq"] for event in log) == list(range(1, len(log) + 1))


def test_kill_9_again_and_again(conversation, upstream):
    """A restart that is itself killed changes nothing of what earlier ones found."""
    server, api, library = conversation
    gate = script.gate()
    model = upstream.model([script.Text("Zig "), gate])
    watcher = api.stream(sample.QUESTION, model=model, collection_id=library["id"])
    watcher.shows("Zig")
    begun, found = watcher.events[0].json, []
    for _ in range(5):
        server.kill()
        server.start()
        found.append((sorted(map(str, api.log(begun["session_id"]))), api.messages(begun["session_id"])))
    assert all(state == found[0] for state in found)
    assert found[0][1] and server.stop() == 0
    server.run("verify")


def test_a_session_titled_and_edited_before_a_crash_keeps_it(conversation):
    server, api, _ = conversation
    session_id = api.ask("Hello")["session_id"]
    collection = api.collection("made just before")
    api.patch(f"/api/v1/chat/sessions/{session_id}", json={"title": "Renamed", "metadata": {"a": [1]}}, expect=200)
    server.kill()
    server.start()
    assert (api.session(session_id)["title"], api.session(session_id)["metadata"]) == ("Renamed", {"a": [1]})
    assert api.get(f"/api/v1/collections/{collection['id']}", expect=200).json() == collection


def readiness(server):
    try:
        return httpx.get(server.url + "/readyz", timeout=5).status_code
    except httpx.TransportError:
        return None


def test_sigterm_drains_and_leaves_a_running_turn_resumable(conversation, upstream):
    server, api, library = conversation
    gate = script.gate()
    model = upstream.model([script.Text("Zig "), script.Text("zag "), gate, *script.answer("never said")])
    watcher = api.stream(sample.QUESTION, model=model, collection_id=library["id"])
    watcher.shows("Zig zag")
    assert readiness(server) == 200
    server.terminate()
    eventually(lambda: readiness(server) == 503, "not ready any more, and still there")
    assert server.ended() == 0
    upstream.open(gate)
    watcher.finish()
    server.start()
    begun = watcher.events[0].json
    answer = api.answer(begun["session_id"], begun["turn_id"])
    assert answer["status"] == "interrupted" and answer["content"].startswith("Zig zag")
    if not any(event.name == "done" for event in watcher.events):
        check_resumed(api, watcher)
    else:
        assert watcher.events[-1].json["finish_reason"] == "interrupted"
    server.stop()
    server.run("verify")


def test_sigterm_lets_a_turn_end_within_its_grace(conversation, upstream):
    server, api, library = conversation
    gate = script.gate()
    model = upstream.model([script.Text("Zig "), gate, *script.answer("zag")])
    watcher = api.stream(sample.QUESTION, model=model, collection_id=library["id"])
    watcher.shows("Zig")
    server.terminate()
    eventually(lambda: readiness(server) == 503, "not ready any more, and still there")
    upstream.open(gate)
    assert shapes.turn_stream(watcher.finish()).json["finish_reason"] == "stop"
    assert watcher.text == "Zig zag" and server.ended() == 0
    server.start()
    begun = watcher.events[0].json
    assert api.answer(begun["session_id"], begun["turn_id"])["status"] == "complete"


def test_sigterm_with_idle_watchers_does_not_hang(conversation, upstream):
    server, api, library = conversation
    session_id = api.ask(sample.QUESTION, model=upstream.model(script.answer("Zig")), collection_id=library["id"])["session_id"]
    watchers = [api.watch(f"/api/v1/chat/sessions/{session_id}/stream").opened() for _ in range(10)]
    assert server.stop() == 0
    for watcher in watchers:
        watcher.finish()


def test_sigint_ends_in_good_order_too(conversation):
    server, _, _ = conversation
    server.process.send_signal(signal.SIGINT)
    assert server.ended() == 0
