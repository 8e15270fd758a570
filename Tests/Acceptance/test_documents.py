"""Documents: in by upload or JSON, cut into chunks, replaced, deleted without a trace."""

import json

import pytest

from support import sample, shapes
from support.api import Api
from support.shapes import ABSENT
from support.waiting import eventually
from support.wire import Watcher


@pytest.fixture
def collection(api, unique):
    return api.collection(unique())


def listed(api, collection):
    return api.items("/api/v1/documents", collection_id=collection["id"])


def test_an_uploaded_file_becomes_ready(api, collection):
    text = sample.LOQUAT_TREE
    accepted = api.upload(collection, "loquat.md", text, metadata={"creator": "Ada", "year": 1999, "tags": ["fruit"]})
    shapes.has(accepted, shapes.DOCUMENT)
    shapes.uuid7(accepted["id"])
    assert accepted["status"] in ("queued", "processing", "ready")
    (document,) = api.ready(accepted)
    assert document["collection_id"] == collection["id"]
    assert document["filename"] == "loquat.md"
    assert document["media_type"].startswith("text/markdown")
    assert document["size"] == len(text.encode())
    assert document["metadata"] == {"creator": "Ada", "year": 1999, "tags": ["fruit"]}
    assert document["progress"] == 1 and document["error"] is None and document["chunk_count"] >= 1
    shapes.time(document["created_at"])
    shapes.time(document["updated_at"])
    assert document in listed(api, collection)
    # The text of Markdown is what a reader sees: without its marks.
    shown = text.replace("# ", "").replace("#", "").strip()
    assert api.document_text(document["id"]).split() == shown.split()


def test_a_document_sent_as_json_becomes_ready(api, collection):
    (document,) = api.ready(api.write(collection, "On tides", sample.LIBRARY["tides.md"], {"creator": "Ben"}))
    assert document["title"] == "On tides" and document["metadata"] == {"creator": "Ben"}
    assert api.document_text(document["id"]) == sample.LIBRARY["tides.md"]


def test_what_a_json_document_must_have(api, collection):
    path = "/api/v1/documents"
    shapes.invalid(api.post(path, json={"title": "no text", "collection_id": collection["id"]}), "text")
    shapes.invalid(api.post(path, json={"title": "t", "text": "words", "collection_id": collection["id"], "metadata": []}), "metadata")
    shapes.problem(api.post(path, json={"title": "t", "text": "words", "collection_id": ABSENT}), 404)


def test_metadata_of_an_upload_must_be_an_object(api, collection):
    for metadata in ("[1]", "{", "words"):
        answer = api.post(
            "/api/v1/documents",
            data={"collection_id": collection["id"], "metadata": metadata},
            files={"file": ("a.md", b"words", "text/markdown")},
        )
        shapes.problem(answer, (400, 422))


def test_chunks_index_into_the_content_by_unicode_scalars(api, collection):
    text = "# Fruit 🍊\n\n" + "".join(
        f"## Part {number} 👩‍👩‍👧‍👦\n\nSentence {number} has a combining e\u0301 and a flag 🇯🇵. "
        + "More words follow it here. " * 40
        + "\n\n"
        for number in range(12)
    )
    (document,) = api.ready(api.upload(collection, "emoji.md", text))
    content, chunks = api.document_text(document["id"]), api.chunks(document["id"])
    assert content.split() == text.replace("#", "").split()
    assert len(chunks) == document["chunk_count"] and len(chunks) > 1
    for chunk in chunks:
        assert content[chunk["start"] : chunk["end"]] == chunk["content"]
    headings = {chunk["section_heading"] for chunk in chunks}
    assert any("Part 11" in (heading or "") for heading in headings), headings
    assert any(chunk["section_anchor"] for chunk in chunks)


@pytest.mark.parametrize(
    "filename, media_type, content, shown, hidden",
    [
        ("plain.txt", "text/plain", "The WORD is made of plain text.\n", "made of plain text", None),
        ("marked.md", "text/markdown", "# WORD\n\nThe WORD is *marked* down.\n", "WORD", None),
        (
            "page.html",
            "text/html",
            "<!doctype html><title>Page</title><script>var hiddenscript</script><style>p{}</style>"
            "<h1>WORD</h1><p>The WORD is a page &amp; more.</p>",
            "is a page & more",
            "hiddenscript",
        ),
        ("table.csv", "text/csv", 'name,colour\nWORD,"deep, blue"\nother,red\n', "deep, blue", None),
        ("data.json", "application/json", json.dumps({"animal": {"called": "WORD", "colour": "violet"}}), "violet", None),
    ],
)
def test_formats(api, collection, unique, filename, media_type, content, shown, hidden):
    word = unique()
    (document,) = api.ready(api.upload(collection, filename, content.replace("WORD", word), media_type))
    assert document["media_type"].startswith(media_type)
    results = api.retrieve(word, collection_id=collection["id"])["results"]
    assert results and results[0]["document"]["id"] == document["id"]
    everything = "\n".join(chunk["content"] for chunk in api.chunks(document["id"]))
    assert shown.replace("WORD", word) in everything
    assert hidden is None or hidden not in everything
    text = api.document_text(document["id"])
    for chunk in api.chunks(document["id"]):
        assert text[chunk["start"] : chunk["end"]] == chunk["content"]


def test_a_heading_of_html_is_a_section(api, collection, unique):
    word = unique()
    page = f"<h1>Top</h1><p>Before.</p><h2 id='below'>Section {word}</h2><p>The {word} lives below the heading.</p>"
    api.ready(api.upload(collection, "sections.html", page, "text/html"))
    best = api.retrieve(f"{word} lives below", collection_id=collection["id"])["results"][0]
    assert word in best["section_heading"]


def test_the_same_file_again_is_the_same_document(api, collection):
    (first,) = api.ready(api.upload(collection, "twice.md", sample.LOQUAT_TREE))
    (second,) = api.ready(api.upload(collection, "twice.md", sample.LOQUAT_TREE))
    assert second["id"] == first["id"]
    assert [document["id"] for document in listed(api, collection)] == [first["id"]]
    chunks = [result["chunk_id"] for result in api.retrieve("loquat", collection_id=collection["id"], top_k=20)["results"]]
    assert len(chunks) == len(set(chunks))


def test_a_new_version_replaces_the_old(api, collection, unique):
    old, new = unique(), unique()
    api.ready(api.upload(collection, "changing.md", f"# Note\n\nThe {old} was here first.\n"))
    (newer,) = api.ready(api.upload(collection, "changing.md", f"# Note\n\nThe {new} came later.\n"))
    eventually(lambda: [document["id"] for document in listed(api, collection)] == [newer["id"]], "one version listed")
    assert new in api.document_text(newer["id"])
    assert api.retrieve(new, collection_id=collection["id"])["results"]
    assert not api.retrieve(old, collection_id=collection["id"])["results"]


def test_the_same_name_in_another_collection_is_another_document(api, collection, unique):
    other = api.collection(unique())
    first, second = api.ready(api.upload(collection, "same.md", "First words."), api.upload(other, "same.md", "Second words."))
    assert first["id"] != second["id"]
    assert len(listed(api, collection)) == len(listed(api, other)) == 1


def test_deletion_removes_all_but_what_answers_have_frozen(api, collection, unique):
    word = unique()
    (document,) = api.ready(api.upload(collection, "gone.md", f"# {word}\n\nThe {word} weighs nine stone.\n"))
    turn = api.ask(f"What does the {word} weigh?", collection_id=collection["id"])
    assert turn["sources"][0]["document"]["id"] == document["id"]
    path = f"/api/v1/documents/{document['id']}"
    api.delete(path, expect=(200, 204))
    for gone in (path, path + "/content", path + "/chunks", path + "/events"):
        shapes.problem(api.get(gone), 404)
    shapes.problem(api.delete(path), 404)
    assert not listed(api, collection)
    assert not api.retrieve(word, collection_id=collection["id"])["results"]
    kept = api.answer(turn["session_id"], turn["turn_id"])
    assert kept["sources"] == turn["sources"] and "nine stone" in kept["sources"][0]["content"]
    later = api.ask(f"What does the {word} weigh?", collection_id=collection["id"])
    assert document["id"] not in [source["document"]["id"] for source in later["sources"]] and "nine stone" not in later["message"]


def test_a_deleted_text_is_in_no_file(start, unique):
    server = start()
    api = Api(server, server.create_key("owner"))
    collection, word = api.collection("short-lived"), unique()
    (document,) = api.ready(api.upload(collection, "secret.txt", f"The {word} must vanish.", "text/plain"))
    api.delete(f"/api/v1/documents/{document['id']}", expect=(200, 204))
    server.stop()
    for path in server.data_dir.rglob("*"):
        if path.is_file():
            assert word.encode() not in path.read_bytes().lower(), path.name


def test_progress_is_watched_until_ready(api, collection):
    document = api.upload(collection, "long.md", "".join(f"## Part {n}\n\nChapter {n} " + "words " * 300 + "\n\n" for n in range(60)))
    watcher = Watcher(api.server, "GET", f"/api/v1/documents/{document['id']}/events", api.key).opened()
    assert watcher.headers["content-type"].startswith("text/event-stream")
    events = watcher.finish()
    last = events[-1].json
    assert last["status"] == "ready", events
    progress = [event.json["progress"] for event in events if "progress" in event.json]
    assert progress == sorted(progress) and all(0 <= value <= 1 for value in progress)


def test_an_ingestion_never_blocks_a_turn(api, collection, library):
    big = "".join(f"## Part {n}\n\n" + "sand and soda and stone " * 200 + "\n\n" for n in range(15))
    documents = [api.upload(collection, f"big-{n}.md", f"# Volume {n}\n\n{big}") for n in range(3)]
    answer = api.ask(sample.QUESTION, collection_id=library["id"])
    assert sample.FACT in answer["message"]
    api.ready(*documents)
    api.delete(f"/api/v1/collections/{collection['id']}", expect=(200, 204))


def test_too_large_is_413(start):
    server = start({"LOQUAT_MAX_UPLOAD_BYTES": 2000})
    api = Api(server, server.create_key("owner"))
    collection = api.collection("small")
    shapes.problem(
        api.post("/api/v1/documents", data={"collection_id": collection["id"]}, files={"file": ("big.txt", b"x" * 5000, "text/plain")}), 413
    )
    shapes.problem(api.post("/api/v1/documents", json={"title": "big", "text": "x" * 5000, "collection_id": collection["id"]}), 413)
    api = Api(server, api.key)  # on a new connection, since the server may have closed the old one
    api.ready(api.upload(collection, "small.txt", "few words", "text/plain"))
    assert len(listed(api, collection)) == 1


@pytest.mark.parametrize(
    "filename, media_type, content",
    [
        ("program", "application/x-executable", b"\x7fELF\x02\x01\x01" + bytes(200)),
        ("program.exe", "application/octet-stream", b"MZ\x90\x00" + bytes(200)),
    ],
)
def test_an_unsupported_type_is_415(api, collection, filename, media_type, content):
    answer = api.post("/api/v1/documents", data={"collection_id": collection["id"]}, files={"file": (filename, content, media_type)})
    problem = shapes.problem(answer, 415)
    assert "PDF, DOCX" in problem["detail"] and "application/" not in problem["detail"] and len(problem["detail"]) < 200
    assert not listed(api, collection)


def test_an_old_office_file_is_to_be_saved_anew(api, collection):
    content = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
    answer = api.post("/api/v1/documents", data={"collection_id": collection["id"]}, files={"file": ("letter.doc", content, "application/msword")})
    assert "save it as DOCX, XLSX or PPTX" in shapes.problem(answer, 415)["detail"]


def test_an_upload_says_what_became_of_it(api, collection):
    def outcome(content):
        answer = api.post("/api/v1/documents", data={"collection_id": collection["id"]}, files={"file": ("a.md", content, "text/markdown")})
        return answer.status_code, answer.headers["x-loquat-outcome"]

    assert outcome(b"The wombat digs.") == (201, "created")
    assert outcome(b"The wombat digs.") == (200, "unchanged")
    assert outcome(b"The wombat rests.") == (200, "replaced")


def test_a_body_of_no_known_form_is_415(api):
    shapes.problem(api.post("/api/v1/documents", content=b"words", headers={"Content-Type": "application/zip"}), 415)


@pytest.mark.parametrize(
    "filename", ["../../../etc/passwd.txt", "..\\up.txt", "a/b.txt", "null\0.txt", "<img src=x>.txt", "名前.txt", "x" * 300 + ".txt"]
)
def test_a_file_name_is_only_a_name(api, collection, filename):
    answer = api.post(
        "/api/v1/documents", data={"collection_id": collection["id"]}, files={"file": (filename, b"Harmless words.", "text/plain")}
    )
    if answer.status_code >= 400:
        shapes.problem(answer, (400, 422))
        return
    (document,) = api.ready(answer.json())
    assert "Harmless" in api.document_text(document["id"])


def test_the_queue_survives_a_crash(start):
    server = start()
    api = Api(server, server.create_key("owner"))
    collection = api.collection("queue")
    accepted = [api.upload(collection, f"{n}.md", f"# Volume {n}\n\n" + f"Words of volume {n}. " * 3000) for n in range(12)]
    server.kill()
    server.start()
    documents = api.ready(*accepted)
    assert all(document["chunk_count"] > 0 for document in documents)
    assert {document["id"] for document in listed(api, collection)} == {document["id"] for document in accepted}
    found = {result["document"]["id"] for result in api.retrieve("volume words", collection_id=collection["id"], top_k=20)["results"]}
    assert found


def test_another_users_documents_do_not_exist(ada, bob, unique):
    word = unique()
    collection = ada.collection(word, visibility="private")
    (document,) = ada.ready(ada.upload(collection, "private.md", f"# {word}\n\nThe {word} is mine alone.\n"))
    hidden, absent = f"/api/v1/documents/{document['id']}", f"/api/v1/documents/{ABSENT}"
    for method, rest in (("GET", ""), ("GET", "/content"), ("GET", "/chunks"), ("GET", "/events"), ("DELETE", "")):
        shapes.same_not_found(bob.request(method, hidden + rest), bob.request(method, absent + rest), document["id"], ABSENT)
    assert document["id"] not in [item["id"] for item in bob.items("/api/v1/documents")]

    def upload(collection_id):
        return bob.post("/api/v1/documents", json={"title": "t", "text": "words", "collection_id": collection_id})

    shapes.same_not_found(upload(collection["id"]), upload(ABSENT), collection["id"], ABSENT)

    def filtered(collection_id):
        answer = bob.get("/api/v1/documents", params={"collection_id": collection_id})
        return answer.status_code, answer.json().get("items")

    assert filtered(collection["id"]) == filtered(ABSENT)
    assert ada.get(hidden, expect=200).json() == document
