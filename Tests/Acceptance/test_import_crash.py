"""Imports that are cut off: what a long file brings is there wholly or not at all."""

import json
import random
import threading

import httpx
import pytest

from support.api import Api
from support.session import Session
from support.waiting import eventually

IMPORT = "/api/v1/chat/sessions/import"
MESSAGES = 12_000
WORD = "persimmon"


def conversation():
    """A file of Open WebUI with one long line."""
    messages = {
        f"m{number}": {
            "role": "assistant" if number % 2 else "user", "parentId": f"m{number - 1}" if number else None, "childrenIds": [],
            "content": f"{WORD} {number}", "timestamp": 1_700_000_000 + number, "done": True,
        }
        for number in range(MESSAGES)
    }
    chat = {"title": "Long", "history": {"messages": messages, "currentId": f"m{MESSAGES - 1}"}, "messages": []}
    return json.dumps([{"id": "c", "title": "Long", "created_at": 1_700_000_000, "updated_at": 1_700_000_100, "chat": chat}])


def short_conversations(count):
    """A file of Open WebUI with many, one exchange each."""
    chats = []
    for number in range(count):
        words = [("user", None, f"{WORD} {number}"), ("assistant", "0", f"About {number}")]
        messages = {
            str(place): {"role": role, "parentId": parent, "childrenIds": [], "content": text, "done": True}
            for place, (role, parent, text) in enumerate(words)
        }
        chats.append({"id": f"c{number}", "title": f"Talk {number}", "chat": {"history": {"messages": messages, "currentId": "1"}, "messages": []}})
    return json.dumps(chats)


def words_found(api):
    return [hit for hit in api.get("/api/v1/search", params={"q": WORD, "limit": 5}, expect=200).json()["items"] if hit["type"] == "message"]


@pytest.mark.parametrize("seed", range(4))
def test_kill_9_in_the_middle_of_an_import(start, seed):
    server = start()
    api = Api(server, server.create_key("owner"))
    content, grown = conversation(), server.data_dir / "loquat.db-wal"
    before, ended = grown.stat().st_size, []

    def take():
        try:
            ended.append(api.post(IMPORT, content=content, headers={"Content-Type": "application/json"}).status_code)
        except httpx.HTTPError:
            ended.append(None)

    client = threading.Thread(target=take)
    client.start()
    # The moment is a size of what was written, so that it comes in the middle on machines of any speed.
    moment = before + random.Random(seed).randrange(100_000, 2_000_000)
    eventually(lambda: ended or grown.stat().st_size >= moment, "some of it is written")
    if not ended:
        # What is there by now is nobody's to read or to go on with.
        assert api.sessions() == []
    server.kill()
    client.join()
    assert ended == [None], "it was over before the process was"
    server.start()
    assert api.sessions() == [] and words_found(api) == []
    (made,) = api.post(IMPORT, content=content, headers={"Content-Type": "application/json"}, expect=201).json()["items"]
    assert made["message_count"] == MESSAGES
    (hit, *_) = eventually(lambda: words_found(api), "it is in the index")
    assert hit["session_id"] == made["id"] and len(Session(api, made["id"]).line()) == MESSAGES
    assert server.stop() == 0
    server.run("verify")
    server.run("rebuild", "--check")


def test_a_key_goes_on_where_kill_9_cut_it_off(start):
    server = start()
    api = Api(server, server.create_key("owner"))
    content = short_conversations(600)
    headers = {"Content-Type": "application/json", "Idempotency-Key": "bring them"}

    def take():
        try:
            api.post(IMPORT, content=content, headers=headers)
        except httpx.HTTPError:
            pass

    client = threading.Thread(target=take)
    client.start()
    eventually(lambda: len(api.sessions()) >= 5, "some of them are there")
    server.kill()
    client.join()
    server.start()
    early = {session["id"] for session in api.items("/api/v1/chat/sessions")}
    assert 5 <= len(early) < 600, "it was over before the process was"
    made = api.post(IMPORT, content=content, headers=headers, expect=201).json()
    assert [item["title"] for item in made["items"]] == [f"Talk {number}" for number in range(600)]
    assert early < {item["id"] for item in made["items"]}
    assert len(list(api.items("/api/v1/chat/sessions"))) == 600
    assert api.post(IMPORT, content=content, headers=headers, expect=201).json() == made
