"""Any file is read, or says why it cannot be: every format, each file of the shared set, and files that mean harm."""

from email.message import EmailMessage
from urllib.parse import quote

import pytest

from support import files, script
from support.api import Api
from support.figures import agreement
from support.server import SHARED
from support.waiting import eventually

DOCS = SHARED / "data/docs"
NAMES = sorted(path.name for path in (DOCS / "unstructured").glob("*.*")) if DOCS.exists() else []
READ_SECONDS = 300

# What cannot be read, and how it says so.
UNREADABLE = {
    "empty.txt": "empty_document",
    "fake-text-all-whitespace.txt": "empty_document",
    "password.pdf": "encrypted_document",
}
# Files on which one of the figures is missed, with the reason and the figures that are held instead.
EXCEPTIONS = {
    "simple-table.md": ("each row says its columns' names, which the reference says once", (0.95, 0.75, 0.95)),
    "example-steelJIS-datasheet-utf-16.html": ("the reference was made by reading UTF-16 as UTF-8, so that its words are letters", (0, 0, 0.95)),
}
FIGURES = (0.95, 0.90, 0.95)


def settled(api, document):
    """The document once it is ready or failed."""

    def look():
        now = api.get(f"/api/v1/documents/{document['id']}", expect=200).json()
        return now if now["status"] in ("ready", "failed") else None

    return eventually(look, f"{document['filename']} read", READ_SECONDS)


@pytest.fixture(scope="module")
def shared_documents(api):
    """Every file of the set as it was after reading, by name."""
    if not NAMES:
        pytest.skip("docs/unstructured (65 files) is not there")
    collection = api.collection("every-format")
    found = {}
    for name in NAMES:
        content = (DOCS / "unstructured" / name).read_bytes()
        found[name] = api.upload(collection, name, content, "application/octet-stream")
    return {name: settled(api, document) for name, document in found.items()}


@pytest.mark.parametrize("name", NAMES or ["docs/unstructured (65 files)"])
def test_a_file_of_the_shared_set(api, shared_documents, name):
    document = shared_documents[name]
    if name in UNREADABLE:
        assert document["status"] == "failed" and document["error"]["code"] == UNREADABLE[name], document
        assert document["error"]["message"].endswith("."), document
        return
    assert document["status"] == "ready", document
    text = api.document_text(document["id"])
    for chunk in api.chunks(document["id"]):
        assert text[chunk["start"] : chunk["end"]] == chunk["content"]
    if name.endswith(".pdf"):
        assert document["page_count"] >= 1
        assert all(1 <= chunk["page"] <= document["page_count"] for chunk in api.chunks(document["id"]))
    reference = DOCS / "reference" / f"{name}.txt"
    if not reference.exists():
        return
    figures = agreement(reference.read_text(), text)
    asked = EXCEPTIONS.get(name, (None, FIGURES))[1]
    assert all(figure >= least for figure, least in zip(figures, asked)), f"{name}: {figures} where {asked} is asked"


def test_mail_with_its_attachments(api, unique):
    word, collection = unique(), api.collection(unique())
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Größe", "Ada <ada@example.test>", "bob@example.test"
    message.set_content(f"The {word} is in the text.\n", charset="iso-8859-15")
    message.add_alternative("<p>In HTML.</p>", subtype="html")
    message.add_attachment(files.docx(f"The {word} is attached."), maintype="application", subtype="octet-stream", filename="paper.docx")
    message.add_attachment(b"\x89PNG\r\n", maintype="image", subtype="png", filename="picture.png")
    (document,) = api.ready(api.upload(collection, "letter.eml", message.as_bytes(), "message/rfc822"))
    text = api.document_text(document["id"])
    assert document["title"] == "Größe"
    assert f"The {word} is in the text." in text and f"The {word} is attached." in text and "picture.png" in text
    assert "In HTML" not in text


def test_a_book_whose_chapters_have_names_of_other_scripts(api, unique):
    chapters = {"глава 1.xhtml": "<h1>Первая</h1><p>Начало.</p>", "章.xhtml": "<p>Конец.</p>"}
    items = "".join(f'<item id="c{number}" href="{quote(name)}"/>' for number, name in enumerate(chapters))
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(len(chapters)))
    book = files.archive(
        [
            ("mimetype", "application/epub+zip"),
            ("META-INF/container.xml", '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'),
            ("b.opf", f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest><spine>{spine}</spine></package>'),
            *chapters.items(),
        ]
    )
    (document,) = api.ready(api.upload(api.collection(unique()), "book.epub", book, "application/epub+zip"))
    assert api.document_text(document["id"]) == "Первая\n\nНачало.\n\nКонец."


def test_content_goes_before_names(api, unique):
    collection = api.collection(unique())
    document = settled(api, api.upload(collection, "paper.pdf", files.docx("Words in a document."), "application/pdf"))
    assert document["status"] == "ready" and document["media_type"].endswith("wordprocessingml.document")
    assert api.document_text(document["id"]) == "Words in a document."


def test_a_workbook_is_found_by_its_columns(api, unique):
    word, collection = unique(), api.collection(unique())

    def cell(text):
        return f'<c t="inlineStr"><is><t>{text}</t></is></c>'

    rows = f"<row>{cell('Fruit')}{cell('Price')}</row><row>{cell(word)}<c><v>2.5</v></c></row>"
    (document,) = api.ready(api.upload(collection, "prices.xlsx", files.xlsx(rows)))
    best = api.retrieve(f"{word} price", collection_id=collection["id"])["results"][0]
    assert best["document"]["id"] == document["id"] and f"Fruit: {word}; Price: 2.5" in best["content"]


def test_hostile_files_say_why_and_disturb_no_stream(talk, scripted, scripted_server, upstream, unique):
    """A stream goes on between each hostile file and the next, and the server is the one that it was."""
    collection, process = scripted.collection(unique()), scripted_server.process.pid
    hostile = files.hostile()
    gates = [script.gate() for _ in hostile]
    steps = [step for number, gate in enumerate(gates) for step in (script.Text(f"token{number} "), gate)]
    watcher = talk(*steps, *script.answer("end"))
    documents = []
    for number, (name, content, code) in enumerate(hostile):
        documents.append((scripted.upload(collection, name, content, "application/octet-stream"), code))
        watcher.shows(f"token{number}")
        upstream.open(gates[number])
    watcher.finish()
    assert watcher.complete
    for document, code in documents:
        after = settled(scripted, document)
        assert after["status"] == "failed" and after["error"]["code"] == code, after
        assert after["error"]["message"].endswith(".")
    assert scripted_server.process.pid == process and scripted_server.running
    scripted.ready(scripted.upload(collection, "after.docx", files.docx("Words that come after.")))


def test_a_file_that_takes_too_much_fails_and_the_next_is_read(start):
    server = start({"LOQUAT_MAX_UNPACKED_BYTES": 1 << 20})
    api = Api(server, server.create_key("owner"))
    collection = api.collection("tight")
    large = settled(api, api.upload(collection, "large.docx", files.docx("x", more=[("word/more.xml", b" " * (2 << 20))])))
    assert large["error"]["code"] == "too_large_unpacked" and str(1 << 20) in large["error"]["message"]
    api.ready(api.upload(collection, "small.docx", files.docx("Small.")))
