"""A wrong, missing or revoked key opens no route, and every refusal looks the same."""

import pytest

from support import shapes
from support.api import Api
from support.shapes import ABSENT
from support.wire import Watcher

ROUTES = [
    ("POST", "/api/v1/collections"),
    ("GET", "/api/v1/collections"),
    ("GET", "/api/v1/collections/{collection}"),
    ("PATCH", "/api/v1/collections/{collection}"),
    ("DELETE", "/api/v1/collections/{collection}"),
    ("POST", "/api/v1/documents"),
    ("GET", "/api/v1/documents"),
    ("GET", "/api/v1/documents/{document}"),
    ("DELETE", "/api/v1/documents/{document}"),
    ("GET", "/api/v1/documents/{document}/content"),
    ("GET", "/api/v1/documents/{document}/chunks"),
    ("GET", "/api/v1/documents/{document}/events"),
    ("POST", "/api/v1/retrievals"),
    ("POST", "/api/v1/chat"),
    ("GET", "/api/v1/chat/sessions"),
    ("GET", "/api/v1/chat/sessions/{session}"),
    ("PATCH", "/api/v1/chat/sessions/{session}"),
    ("DELETE", "/api/v1/chat/sessions/{session}"),
    ("GET", "/api/v1/chat/sessions/{session}/messages"),
    ("GET", "/api/v1/chat/sessions/{session}/log"),
    ("GET", "/api/v1/chat/sessions/{session}/stream"),
    ("POST", "/api/v1/chat/sessions/{session}/rewind"),
    ("POST", "/api/v1/chat/sessions/{session}/restore"),
    ("GET", "/api/v1/chat/sessions/{session}/branches"),
    ("POST", "/api/v1/chat/sessions/{session}/branches"),
    ("GET", "/api/v1/chat/sessions/{session}/branches/main"),
    ("PATCH", "/api/v1/chat/sessions/{session}/branches/main"),
    ("POST", "/api/v1/chat/sessions/{session}/branches/main/switch"),
    ("GET", "/api/v1/chat/sessions/{session}/turns/{turn}"),
    ("PATCH", "/api/v1/chat/sessions/{session}/turns/{turn}"),
    ("POST", "/api/v1/chat/sessions/{session}/turns/{turn}/regenerate"),
    ("POST", "/api/v1/chat/sessions/{session}/turns/{turn}/continue"),
    ("POST", "/api/v1/chat/sessions/{session}/turns/{turn}/select"),
    ("POST", "/api/v1/chat/sessions/{session}/turns/{turn}/feedback"),
    ("GET", "/api/v1/chat/sessions/{session}/turns/{turn}/stream"),
    ("POST", "/api/v1/chat/sessions/{session}/turns/{turn}/stop"),
    ("POST", "/api/v1/chat/sessions/{session}/share"),
    ("DELETE", "/api/v1/chat/sessions/{session}/share"),
    ("GET", "/api/v1/chat/sessions/{session}/export"),
    ("POST", "/api/v1/chat/sessions/import"),
    ("GET", "/api/v1/search?q=xylograph"),
    ("GET", "/api/v1/feedback"),
    ("GET", "/api/v1/feedback/export"),
    ("POST", "/v1/chat/completions"),
    ("POST", "/v1/embeddings"),
    ("GET", "/v1/models"),
]

BODY = {
    "message": "hello",
    "name": "hello",
    "query": "hello",
    "title": "hello",
    "text": "hello",
    "model": "loquat",
    "messages": [{"role": "user", "content": "hello"}],
    "hidden": True,
    "rating": "down",
}


@pytest.fixture(scope="module")
def things(api):
    """One of each, so that a route that forgot to ask for the key would show or change something."""
    collection = api.collection("behind a key")
    (document,) = api.ready(api.upload(collection, "kept.md", "# Kept\n\nThe secret word is xylograph.\n"))
    turn = api.ask("What is the secret word?", collection_id=collection["id"])
    return {"collection": collection["id"], "document": document["id"], "session": turn["session_id"], "turn": turn["turn_id"]}


@pytest.fixture(scope="module")
def revoked(server):
    key = server.create_key("to-be-revoked")
    assert Api(server, key).get("/api/v1/collections").status_code == 200
    server.revoke_key("to-be-revoked")
    return key


@pytest.mark.parametrize("method, path", ROUTES, ids=lambda value: value.replace("/api/v1", ""))
def test_no_route_opens_without_a_good_key(api, things, revoked, method, path):
    body = {"json": BODY} if method in ("POST", "PATCH") else {}
    credentials = [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {revoked}"},
        {"Authorization": "Bearer"},
        {"Authorization": f"Basic {api.key}"},
        {"Authorization": api.key},
        {"Authorization": f"Bearer {api.key[:-1]}"},
        {"Authorization": f"Bearer {api.key}x"},
        {"Authorization": "Bearer ' OR '1'='1"},
        {"Authorization": "Bearer " + "a" * 4000},
    ]
    seen = set()
    for headers in credentials:
        for ids in (things, dict.fromkeys(things, ABSENT)):
            answer = api.request(method, path.format(**ids), key=None, headers=headers, **body)
            shapes.problem(answer, 401)
            assert "xylograph" not in answer.text
            kind = "none" if not headers else "bad"
            seen.add((kind, shapes.without_identity(answer, path.format(**ids), *ids.values())))
    assert len(seen) <= 2, "the refusal tells apart what exists from what does not, or one bad key from another"


def test_nothing_was_changed_by_the_refused(api, things):
    assert api.get(f"/api/v1/collections/{things['collection']}", expect=200).json()["name"] == "behind a key"
    assert "xylograph" in api.document_text(things["document"])
    assert len(api.messages(things["session"])) == 2


def test_two_keys_in_one_request_are_not_better_than_one(api, revoked):
    headers = [("Authorization", f"Bearer {revoked}"), ("Authorization", f"Bearer {api.key}")]
    assert api.get("/api/v1/collections", key=None, headers=headers).status_code in (400, 401)


def test_a_key_works_until_it_is_revoked(server):
    key = server.create_key("short-lived")
    api = Api(server, key)
    session_id = api.ask("Hello")["session_id"]
    server.revoke_key("short-lived")
    shapes.problem(api.get(f"/api/v1/chat/sessions/{session_id}"), 401)


def test_revoking_what_is_not_there_is_a_failure(server):
    result = server.run("keys", "revoke", "no-such-key", check=False)
    assert result.returncode != 0 and result.stderr.strip() and not result.stdout.strip()


def test_a_revoked_key_stays_revoked_after_a_restart(start):
    server = start()
    good, bad = server.create_key("good"), server.create_key("bad")
    server.revoke_key("bad")
    server.restart()
    assert Api(server, good).get("/api/v1/collections").status_code == 200
    shapes.problem(Api(server, bad).get("/api/v1/collections"), 401)


def test_keys_of_one_user_see_the_same(server):
    first, second = (Api(server, server.create_key(name, user="dora@example.test")) for name in ("dora-1", "dora-2"))
    session_id = first.ask("Hello from the first key")["session_id"]
    assert second.session(session_id)["id"] == session_id


def test_a_stream_asks_for_the_key_too(api, things):
    for path in (
        f"/api/v1/chat/sessions/{things['session']}/turns/{things['turn']}/stream",
        f"/api/v1/chat/sessions/{things['session']}/stream",
    ):
        watcher = Watcher(api.server, "GET", path, "wrong")
        watcher.finish()
        assert watcher.status == 401 and not watcher.events
