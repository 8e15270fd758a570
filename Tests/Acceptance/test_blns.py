"""The big list of naughty strings: each comes back as it went in, as a message, a title and metadata."""

import json

import pytest

from support import names, shapes

COUNT = 515


@pytest.fixture(scope="module")
def strings(shared):
    found = json.loads(shared("bad-input/blns.json", f"{COUNT} strings").read_text(encoding="utf-8"))
    assert len(found) == COUNT
    return found


def blank(string):
    """Nothing but white space: a server may call that empty."""
    return not string.strip("\u200b") or string.isspace() or not string.strip()


def test_every_string_comes_back_as_a_message(api, strings):
    session_id, sent, refused = None, [], 0
    for string in strings:
        body = {"message": string, "stream": False, "session_id": session_id}
        answer = api.post("/api/v1/chat", json=body)
        if answer.status_code != 200 and blank(string.replace("\u200b", "")):
            shapes.invalid(answer, "message")
            refused += 1
            continue
        assert answer.status_code == 200, (string, answer.text)
        session_id = answer.json()["session_id"]
        sent.append(string)
    assert refused <= 3 and len(sent) + refused == COUNT
    kept = [message["content"] for message in api.messages(session_id) if message["role"] == "user"]
    assert kept in (sent, sent[::-1])
    logged = json.dumps([event["payload"] for event in sorted(api.log(session_id), key=lambda event: event["seq"])], ensure_ascii=False)
    assert all(json.dumps(string, ensure_ascii=False)[1:-1] in logged for string in sent if string.isascii() and string.isalnum())


def test_every_string_comes_back_as_a_title(api, strings):
    session_id = api.ask("Naughty titles")["session_id"]
    path, refused = f"/api/v1/chat/sessions/{session_id}", 0
    for string in strings:
        answer = api.patch(path, json={"title": string})
        if not names.possible(string):
            shapes.invalid(answer, "title")
            refused += 1
            continue
        assert answer.status_code == 200, (string, answer.text)
        assert answer.json()["title"] == string
        assert api.session(session_id)["title"] == string
    assert 3 <= refused <= 20


def test_every_string_comes_back_as_metadata(api, strings):
    session_id = api.ask("Naughty metadata", metadata={"all": strings})["session_id"]
    path = f"/api/v1/chat/sessions/{session_id}"
    for string in strings:
        metadata = {"value": string, "nested": {"list": [string]}}
        assert api.patch(path, json={"metadata": metadata}, expect=200).json()["metadata"] == metadata
        assert api.session(session_id)["metadata"] == metadata
    api.patch(path, json={"metadata": {"all": strings}}, expect=200)
    assert api.session(session_id)["metadata"] == {"all": strings}


def test_every_string_comes_back_as_the_text_and_metadata_of_a_document(api, strings, unique):
    collection = api.collection(unique())
    text = "\n".join(strings)
    (document,) = api.ready(api.write(collection, "Naughty strings", text, {"all": strings}))
    assert document["metadata"] == {"all": strings}
    assert api.document_text(document["id"]) == text
    for chunk in api.chunks(document["id"]):
        assert text[chunk["start"] : chunk["end"]] == chunk["content"]


def test_every_string_may_be_searched_for(api, strings, library):
    for string in strings:
        answer = api.post("/api/v1/retrievals", json={"query": string, "filters": {"creator": string}})
        if answer.status_code != 200:
            assert blank(string.replace("\u200b", "")), (string, answer.text)
            shapes.invalid(answer, "query")
