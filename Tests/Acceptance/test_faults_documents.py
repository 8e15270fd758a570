"""Documents made to do harm: each fails with a reason, and the server goes on."""

import json

import pytest

from support import shapes
from support.api import Api
from support.waiting import eventually

BOMBS = {
    "spans.html": "<span>" * 300_000 + "text",
    "divs.html": "<div>" * 100_000 + "text",
    "table.md": "|" + "a|" * 20_000 + "\n|" + "-|" * 20_000 + "\n" + "|x|\n" * 20_000,
    "header.csv": "h" * 50_000 + ",b\n" + "1,2\n" * 2_000,
    "path.json": json.dumps({"n" * 50_000: [{"v": number} for number in range(2_000)]}),
    "deep.json": "[" * 100_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_in_a_failed_or_a_small_document(api, unique, name):
    collection = api.collection(unique())
    document = api.upload(collection, name, BOMBS[name], media_type="application/octet-stream")

    def settled():
        found = api.get(f"/api/v1/documents/{document['id']}", expect=200).json()
        return found if found["status"] in ("ready", "failed") else None

    found = eventually(settled, f"{name} read or refused")
    if found["status"] == "failed":
        assert found["error"]["code"] and found["error"]["message"]
    else:
        assert len(api.document_text(document["id"])) < 4_000_000
    api.get("/healthz", expect=200)


def test_a_stranger_who_may_not_delete_a_collection_changes_nothing(ada, bob, unique):
    word = unique()
    made = ada.collection(word, visibility="workspace")
    ada.ready(ada.upload(made, "open.md", f"# {word}\n\nThe {word} is open to all of us.\n"))
    turn = ada.ask(f"Who is the {word} open to?", collection_id=made["id"])
    assert bob.delete(f"/api/v1/collections/{made['id']}").status_code in (403, 404)
    assert ada.session(turn["session_id"])["collection_id"] == made["id"]


def test_a_new_version_keeps_metadata_and_a_given_title(api, unique):
    collection = api.collection(unique())
    form = {"collection_id": collection["id"], "title": "Given", "metadata": json.dumps({"team": "blue"})}
    file = {"file": ("a.md", b"# Old\n\nOne sentence.\n", "text/markdown")}
    api.ready(api.post("/api/v1/documents", data=form, files=file, expect=201).json())
    (document,) = api.ready(api.upload(collection, "a.md", "# New\n\nTwo sentences. Here.\n"))
    assert document["title"] == "Given" and document["metadata"] == {"team": "blue"}
    (same,) = api.ready(api.upload(collection, "a.md", "# New\n\nTwo sentences. Here.\n"))
    assert same["id"] == document["id"] and same["metadata"] == {"team": "blue"}


def test_a_file_that_takes_anothers_content_is_a_new_version_of_itself(api, unique):
    collection = api.collection(unique())
    first, second = api.ready(api.upload(collection, "a.md", "Text of a."), api.upload(collection, "b.md", "Text of b."))
    (changed,) = api.ready(api.upload(collection, "b.md", "Text of a."))
    assert changed["id"] == second["id"] != first["id"]
    assert api.document_text(second["id"]).strip() == "Text of a."


def test_a_document_says_how_many_chunks_it_has(api, unique):
    collection = api.collection(unique())
    text = "".join(f"## Part {number}\n\nSomething of part {number}.\n\n" for number in range(7))
    (document,) = api.ready(api.upload(collection, "parts.md", text))
    assert document["chunk_count"] == len(api.chunks(document["id"])) == 7


def test_too_many_values_in_a_filter_are_refused(api, library):
    answer = api.post("/api/v1/retrievals", json={"query": "loquat", "filters": {"team": list(range(5_000))}})
    shapes.problem(answer, 422)


def test_a_place_beyond_the_log_is_no_place(start):
    server = start()
    api = Api(server, server.create_key("owner"))
    session = api.ask("Anything?")["session_id"]
    for after in (2**63 - 1, 2**63, -1):
        assert api.get(f"/api/v1/chat/sessions/{session}/log?after={after}&offset=1").status_code in (200, 400, 422)
    api.get("/healthz", expect=200)
