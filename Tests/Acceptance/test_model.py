"""A conversation with a real language model: its words are weak, its streams are real."""

import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from support import sample, shapes, sse
from support.api import Api
from support.server import Server
from support.waiting import eventually

pytestmark = pytest.mark.model

MODEL_SERVER = Path(__file__).with_name("model_server.py")


@pytest.fixture(scope="module")
def model_url():
    if not MODEL_SERVER.exists():
        pytest.skip("a real model (SmolLM2): model_server.py is not there")
    # One slot: what another one holds beside it would change how sums are rounded, and so the answer.
    process = subprocess.Popen(
        [sys.executable, str(MODEL_SERVER), "--slots", "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    heard, address = [], []

    def listen():
        for line in process.stdout:
            heard.append(line)
            if match := re.search(r"listening on (http://127\.0\.0\.1:\d+)", line):
                address.append(match.group(1))

    threading.Thread(target=listen, daemon=True).start()
    eventually(lambda: address or process.poll() is not None, "the model listens", seconds=300)
    assert address, f"the model's server ended with {process.poll()}: {heard}"
    yield address[0] + "/v1"
    process.terminate()
    process.wait(30)


@pytest.fixture(scope="module")
def model(model_url):
    """The owner of a server that speaks to it, and the library."""
    server = Server(
        {
            "LOQUAT_LLM_URL": model_url,
            "LOQUAT_LLM_MODEL": "smollm2",
            "LOQUAT_LLM_TEMPERATURE": "0",
            "LOQUAT_LLM_MAX_TOKENS": "160",
            "LOQUAT_LLM_TIMEOUT": "300",
            "LOQUAT_PROMPT_BUDGET_HARD": "1500",
            "LOQUAT_PROMPT_BUDGET_SOFT": "1200",
        }
    )
    server.start()
    api = Api(server, server.create_key("owner"))
    yield api, sample.fill(api, "library")
    server.remove()


def check_citations(api, watcher):
    """Every citation resolves to a source that was frozen into the turn; no marker is without one."""
    sources = {source["number"]: source for source in watcher.event("sources").json["sources"]}
    begun = watcher.events[0].json
    frozen = {source["number"]: source for source in api.answer(begun["session_id"], begun["turn_id"])["sources"]}
    assert frozen == sources
    assert {int(number) for number in re.findall(r"\[(\d+)\]", watcher.text)} <= sources.keys()
    for event in watcher.events:
        if event.name == "citation":
            citation = event.json
            shapes.citation(citation, watcher.text, api.document_text)
            if citation["quote"]:
                source = frozen[citation["number"]]
                assert source["document"]["id"] == citation["quote"]["document_id"]
                assert citation["quote"]["text"] in source["content"]
            else:
                assert citation["status"] == "unverified"


def whole(api, library, message, **fields):
    watcher = api.stream(message, collection_id=library["id"], **fields)
    watcher.finish(300)
    last = shapes.turn_stream(watcher.events)
    assert last.name == "done", last
    return watcher, last.json


def test_a_conversation_streamed_stopped_and_resumed(model):
    api, library = model
    first, done = whole(api, library, sample.QUESTION)
    assert first.text.strip() and done["finish_reason"] in ("stop", "length")
    assert sum(event.name == "delta" for event in first.events) > 1
    check_citations(api, first)
    session_id, turn_id = done["session_id"], done["turn_id"]
    for number in (0, len(first.events) // 2, len(first.events) - 2):
        rest = api.watch_turn(session_id, turn_id, first.events[number].id).finish()
        assert sse.raw(rest) == sse.raw(first.events[number + 1 :])

    second = api.stream(
        "Tell me everything about the harvest of the loquat, in many sentences.", session_id=session_id, collection_id=library["id"]
    )
    begun = second.event("session").json
    second.wait(lambda watcher: len(watcher.text) > 10, "some words", 300)
    second.drop()
    api.stop(session_id, begun["turn_id"])
    answer = api.settled_answer(session_id, begun["turn_id"])
    assert answer["status"] in ("stopped", "complete") and answer["content"].startswith(second.text)
    resumed = api.watch_turn(session_id, begun["turn_id"], second.events[-1].id).finish()
    assert sse.text(second.events + resumed) == answer["content"]

    third, _ = whole(api, library, "And how many bees does a healthy hive hold?", session_id=session_id)
    assert third.text.strip()
    check_citations(api, third)
    assert [message["role"] for message in api.messages(session_id)].count("user") == 3


def test_the_same_question_at_temperature_0_is_answered_the_same(model):
    api, library = model
    first, second = (whole(api, library, sample.QUESTION)[0] for _ in range(2))
    assert first.text == second.text
    assert first.event("sources").json["sources"] == second.event("sources").json["sources"]


def test_the_length_asked_for_ends_an_answer(model):
    api, library = model
    watcher, done = whole(api, library, "Write a long story about the loquat tree.", max_tokens=5)
    assert done["finish_reason"] == "length" and watcher.text


def test_a_real_conversation_survives_a_crash(model):
    api, library = model
    watcher = api.stream("Tell me everything about the loquat tree, in many sentences.", collection_id=library["id"])
    begun = watcher.event("session").json
    watcher.wait(lambda watcher: len(watcher.text) > 10, "some words", 300)
    api.server.kill()
    watcher.finish()
    api.server.start()
    answer = api.answer(begun["session_id"], begun["turn_id"])
    assert answer["content"].startswith(watcher.text) and answer["status"] in ("interrupted", "complete")
    again, _ = whole(api, library, sample.QUESTION, session_id=begun["session_id"])
    assert again.text.strip()
