"""Many writers on one session, and a disk that is full."""

import os
import subprocess
import tempfile
import threading
from pathlib import Path

import httpx
import pytest

from support import sample, script, shapes
from support.api import Api
from support.server import upstream_settings
from support.waiting import DEADLINE, eventually


def test_eight_writers_on_one_session_lose_nothing(api, library):
    session_id = api.ask("The first word")["session_id"]
    failures = []

    def write(writer):
        own = Api(api.server, api.key)
        for number in range(5):
            body = {"message": f"writer {writer} says {number}", "session_id": session_id, "stream": False}

            def said():
                answer = own.post("/api/v1/chat", json=body)
                if answer.status_code != 200:
                    shapes.problem(answer, 409, "turn_in_progress")
                return answer.status_code == 200

            try:
                eventually(said, f"{body['message']} was let in", 2 * DEADLINE)
            except BaseException as error:
                failures.append(error)
                return

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not failures, failures[0]
    messages = api.messages(session_id)
    if messages[0]["content"] != "The first word":
        messages.reverse()
    said = [message["content"] for message in messages if message["role"] == "user"]
    assert sorted(said) == sorted(["The first word"] + [f"writer {writer} says {number}" for writer in range(8) for number in range(5)])
    for writer in range(8):
        own = [words for words in said if words.startswith(f"writer {writer} ")]
        assert own == [f"writer {writer} says {number}" for number in range(5)]
    assert [message["role"] for message in messages] == ["user", "assistant"] * 41
    assert all(message["status"] == "complete" for message in messages)
    assert api.session(session_id)["message_count"] == 82
    log = sorted(event["seq"] for event in api.log(session_id))
    assert log == list(range(1, len(log) + 1))


@pytest.fixture
def small_disk():
    """A mount of 24 MB for a data directory; `grow` gives it more."""
    if os.geteuid() != 0:
        pytest.skip("a full disk (3 tests): only root can mount a small one")
    point = Path(tempfile.mkdtemp(prefix="loquat-disk-"))
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "loquat-test", str(point)], capture_output=True).returncode:
        point.rmdir()
        pytest.skip("a full disk (3 tests): mounting a small one is not allowed here")
    yield point
    subprocess.run(["umount", "-l", str(point)], check=True)
    point.rmdir()


def fill_up(point):
    filler = point / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\xa5" * 65536)
        except OSError:
            pass
    return filler


def test_a_full_disk_loses_no_acknowledged_message(start, small_disk, unique):
    server = start(data_dir=small_disk / "data")
    api, word = Api(server, server.create_key("owner")), unique()
    filler, acknowledged, refused = fill_up(small_disk), [], None
    for number in range(2000):
        message = f"{word} {number} " + os.urandom(6000).hex()
        try:
            answer = api.post("/api/v1/chat", json={"message": message, "stream": False})
        except httpx.TransportError:
            refused = "closed"
            break
        if answer.status_code != 200:
            refused = answer
            break
        acknowledged.append((answer.json(), message))
    assert refused is not None, "no message was refused on a full disk"
    if refused != "closed":
        shapes.problem(refused, (500, 503, 507))
    filler.unlink()
    if server.running:  # it may also have given up, as long as nothing is lost
        assert api.get("/healthz", key=None).status_code == 200
        server.kill()
    server.start()
    for turn, message in acknowledged:
        kept = api.messages(turn["session_id"])
        assert message in [said["content"] for said in kept]
        assert api.answer(turn["session_id"], turn["turn_id"])["content"] == turn["message"]
    assert api.ask("Is there room again?")["finish_reason"] == "stop"
    assert server.stop() == 0
    server.run("verify")


def test_an_answer_that_a_full_disk_cut_off_is_kept_once_there_is_room(start, small_disk, upstream):
    gate = script.gate()
    steps = [script.Text("What was said. "), gate, *[script.Text("x" * 20_000) for _ in range(100)], script.Finish(), script.Done()]
    model = upstream.model(steps, script.answer("Here I am."))
    server = start(upstream_settings(upstream, LOQUAT_LLM_MODEL=model), data_dir=small_disk / "data")
    api = Api(server, server.create_key("owner"))
    collection = sample.fill(api, "library")
    watcher = api.stream(sample.QUESTION, collection_id=collection["id"])
    upstream.reached(gate)
    filler = fill_up(small_disk)
    upstream.open(gate)
    events = watcher.finish()
    session = events[0].json["session_id"]
    assert events[-1].name == "error", events[-1]
    turn = api.messages(session)[-1]
    assert turn["status"] in ("generating", "failed")
    filler.unlink()

    def kept():
        return api.messages(session)[-1]["status"] == "failed" and api.session(session)["running_turn_id"] is None

    eventually(kept, "the answer is kept without a new start")
    assert api.messages(session)[-1]["content"].startswith("What was said. ")
    assert server.stop() == 0
    server.run("verify")
    assert server.run("rebuild", "--check").returncode == 0


def test_a_full_disk_fails_an_upload_and_says_so(start, small_disk):
    server = start(data_dir=small_disk / "data")
    api = Api(server, server.create_key("owner"))
    collection = api.collection("full")
    filler = fill_up(small_disk)
    words = " ".join(os.urandom(3).hex() for _ in range(400_000))
    answer = api.post("/api/v1/documents", json={"title": "big", "text": words, "collection_id": collection["id"]})
    if answer.status_code < 300:
        document_id = answer.json()["id"]

        def failed():
            return api.get(f"/api/v1/documents/{document_id}").json()["status"] == "failed"

        eventually(failed, "a document that did not fit failed")
    else:
        shapes.problem(answer, (500, 503, 507))
    assert api.get("/healthz", key=None).status_code == 200
    filler.unlink()
    api.ready(api.upload(collection, "small.md", "Few words fit."))
    assert server.stop() == 0
    server.run("verify")
