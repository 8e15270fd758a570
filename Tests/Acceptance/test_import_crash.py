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
