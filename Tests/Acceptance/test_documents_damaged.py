"""Files that were damaged on their way, and files that take all the time or memory there is: each is read or says why not, the server goes
on, and no stream notices."""

import random

import pytest

from support import files, script
from support.api import Api
from support.server import upstream_settings
from test_documents_formats import settled

CUTS = 10
FLIPS = 15
# Reasons that say of the file what is wrong with it.
REASONS = {"broken_document", "empty_document", "encrypted_document", "no_text", "too_large_unpacked", "nested_too_deeply", "not_text"}


def flipped(content, seed):
    chance = random.Random(seed)
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def variants(content):
    """Each with what was done to it."""
    cuts = {f"cut at {place} of {CUTS + 1}": content[: len(content) * place // (CUTS + 1)] for place in range(1, CUTS + 1)}
    return cuts | {f"flipped with seed {seed}": flipped(content, seed) for seed in range(FLIPS)}


@pytest.mark.parametrize("name", ["fake-memo.pdf", "rotated-page-90.pdf", "simple.docx", "docx-tables.docx"])
def test_a_damaged_file_is_read_or_says_why(talk, scripted, scripted_server, upstream, shared, unique, name):
    content = (shared("docs/unstructured", "65 files") / name).read_bytes()
    collection, process = scripted.collection(unique()), scripted_server.process.pid
    damaged = variants(content)
    gates = [script.gate() for _ in damaged]
    steps = [step for number, gate in enumerate(gates) for step in (script.Text(f"token{number} "), gate)]
    watcher = talk(*steps, *script.answer("end"))
    documents = [
        scripted.upload(collection, f"{number} {name}", variant, "application/octet-stream") for number, variant in enumerate(damaged.values())
    ]
    # The stream is under way until the last of them is read.
    for number, (harm, document) in enumerate(zip(damaged, documents)):
        watcher.shows(f"token{number} ")
        after = settled(scripted, document)
        if after["status"] == "ready":
            assert not (name.endswith(".docx") and harm.startswith("cut")), f"{harm}: an archive without its end was read"
            text = scripted.document_text(document["id"])
            assert text.strip(), harm
            for chunk in scripted.chunks(document["id"]):
                assert text[chunk["start"] : chunk["end"]] == chunk["content"], harm
        else:
            assert after["error"]["code"] in REASONS and after["error"]["message"].endswith("."), (harm, after)
        upstream.open(gates[number])
    watcher.finish()
    assert watcher.complete
    assert watcher.text == "".join(f"token{number} " for number in range(len(damaged))) + "end"
    assert scripted_server.process.pid == process and scripted_server.running
    (whole,) = scripted.ready(scripted.upload(collection, name, content, "application/octet-stream"))
    assert scripted.chunks(whole["id"])


# By name: the setting that the file runs into, the file, how it fails and what that says. Each is small until it is read.
EXHAUSTING = {
    "memory": ({"LOQUAT_MAX_READING_MEMORY": 512 << 20}, "bomb.docx", lambda: files.docx("x" * (250 << 20)), "out_of_memory", "more memory"),
    "time": (
        {"LOQUAT_MAX_READING_SECONDS": 1},
        "bomb.pdf",
        lambda: files.pdf(b"BT /F 9 Tf ", b"1 0 0 1 9 9 Tm (x) Tj " * 100_000, b"ET", times=100),
        "reading_took_too_long",
        "took longer",
    ),
}


@pytest.mark.parametrize("what", EXHAUSTING)
def test_a_bomb_takes_its_share_and_no_more(start, upstream, unique, what):
    settings, name, make, code, complaint = EXHAUSTING[what]
    bomb = make()
    assert len(bomb) < 4 << 20
    server = start(settings | upstream_settings(upstream))
    api = Api(server, server.create_key("owner"))
    collection, process = api.collection(unique()), server.process.pid
    api.ready(api.upload(collection, "before.md", "The loquat tree grows to ten metres."))
    gate = script.gate()
    model = upstream.model([script.Text("It grows "), gate, *script.answer("to ten metres.")])
    watcher = api.stream("How tall does a loquat tree grow?", model=model, collection_id=collection["id"])
    watcher.shows("It grows")
    after = settled(api, api.upload(collection, name, bomb, "application/octet-stream"))
    assert after["status"] == "failed" and after["error"]["code"] == code, after
    # What is wrong, and what to do.
    assert complaint in after["error"]["message"] and "Divide it" in after["error"]["message"]
    upstream.open(gate)
    watcher.finish()
    assert watcher.complete and watcher.text == "It grows to ten metres."
    assert server.process.pid == process and server.running
    api.ready(api.upload(collection, "after.md", "The medlar tree grows to six metres."))
