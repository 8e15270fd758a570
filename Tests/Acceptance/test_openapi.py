"""The API's own description: complete, true, and good enough to make clients from."""

import importlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from support import sample
from support.api import Api
from support.server import PROJECT
from support.session import Session
from support.waiting import eventually

GOLDEN = PROJECT / "Docs" / "openapi.json"
SCRIPTS = Path(sys.executable).parent
EXAMPLES = os.environ.get("EXAMPLES", "100")


@pytest.fixture(scope="module")
def document(server):
    answer = httpx.get(server.url + "/openapi.json")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
    return answer.json()


def test_it_is_openapi_3_1(document):
    OpenAPIV31SpecValidator(document).validate()


def test_it_is_the_one_that_was_read_and_kept(document):
    """What clients rely on changes with a diff that somebody reads. `UPDATE_GOLDEN=1` writes the file."""
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text)
    assert GOLDEN.read_text() == text, f"{GOLDEN.name} differs: run this test with UPDATE_GOLDEN=1 and read the diff"


def schemas(node):
    """Every schema of an object, wherever it stands."""
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            yield node
        for value in node.values():
            yield from schemas(value)
    elif isinstance(node, list):
        for value in node:
            yield from schemas(value)


def test_every_member_of_every_shape_is_explained(document):
    unsaid = [
        f"{name}.{field}"
        for name, component in document["components"]["schemas"].items()
        for shape in schemas(component)
        if "description" not in shape.get("not", {}) and shape.get("type") == "object"
        for field, schema in shape["properties"].items()
        if "description" not in schema and "not" not in schema
    ]
    assert not unsaid


def test_every_operation_tells_its_answers(document):
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["operationId"] and operation["summary"], (method, path)
            good = [status for status in operation["responses"] if status.startswith("2")]
            assert good, (method, path)
            for status in good:
                content = operation["responses"][status].get("content")
                assert status == "204" or content, (method, path, status)
                for kind, media in (content or {}).items():
                    if kind == "text/event-stream":
                        assert all(choice["description"] for choice in media["schema"]["anyOf"]), (method, path)


def known(api, library):
    """Settings of schemathesis that have it ask for turns and branches that are there: it would not guess them."""
    session = Session(api, turn := api.ask(sample.QUESTION, collection_id=library["id"]))
    session.branch(turn, "leaf")
    found = {"/turns/": {"turn": turn["turn_id"]}, "/branches/": {"name": "leaf"}, "/(rewind|restore|branches)$": {}}
    text = ""
    for path, ids in found.items():
        parameters = ", ".join(f'"path.{name}" = "{value}"' for name, value in {"id": session.id, **ids}.items())
        text += f"\n[[operations]]\ninclude-path-regex = '{path}'\nparameters = {{ {parameters} }}\n"
    return text


def test_the_server_does_what_it_says(start):
    """Requests that the document allows and forbids, made up from it, in all ways that schemathesis knows."""
    server = start({"LOQUAT_LOG_LEVEL": "error"})
    key = server.create_key("schemathesis")
    api = Api(server, key)
    library = sample.fill(api, "library")
    config = server.home / "schemathesis.toml"
    config.write_text(Path(__file__).with_name("schemathesis.toml").read_text() + known(api, library))
    words = [
        SCRIPTS / "schemathesis", "--config-file", config, "run", f"{server.url}/openapi.json", "--header",
        f"Authorization: Bearer {key}",
        "--max-examples", EXAMPLES, "--seed", "20261121", "--request-timeout", "10", "--no-color",
    ]
    run = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=1500, cwd=server.home)
    assert run.returncode == 0, run.stdout[-20_000:]
    Api(server, key).get("/healthz", expect=200)


def test_a_generated_client_uploads_asks_and_reads_an_answer(server, api, document, tmp_path):
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    words = [SCRIPTS / "openapi-python-client", "generate", "--path", "openapi.json", "--output-path", "made", "--meta", "none"]
    made = subprocess.run(
        list(map(str, words)), capture_output=True, text=True, timeout=300, cwd=tmp_path,
        env=os.environ | {"PATH": f"{SCRIPTS}:{os.environ['PATH']}"},
    )
    assert made.returncode == 0, made.stdout + made.stderr
    # It knows no JSON Lines, and makes the rest without them.
    parts = (made.stdout + made.stderr).split("WARNING ")[1:]
    assert all("application/jsonl" in part.split("\n\n")[1] for part in parts), made.stdout + made.stderr
    sys.path.insert(0, str(tmp_path))
    try:
        client = importlib.import_module("made.client").AuthenticatedClient(base_url=server.url, token=api.key)
        models = importlib.import_module("made.models")
        call = lambda tag, name: importlib.import_module(f"made.api.{tag}.{name}").sync
        library = call("collections", "create_collection")(client=client, body=models.NewCollection(name="made by a client"))
        text = "The harbour master of Brindleford is Ottoline Marsh. She keeps the tide tables."
        added = call("documents", "create_document")(
            client=client, body=models.NewDocument(text=text, collection_id=library.id, title="Harbour"))
        types = importlib.import_module("made.types")
        file = types.File(payload=io.BytesIO(b"# Ferry\n\nThe ferry leaves at six."), file_name="ferry.md", mime_type="text/markdown")
        form = models.CreateDocumentFilesBody(file=file, collection_id=library.id)
        ferry = call("documents", "create_document")(client=client, body=form)
        for document in (added, ferry):
            find = lambda: call("documents", "get_document")(document.id, client=client)
            eventually(lambda: find().status == "ready", "the document is ready")
        assert find().filename == "ferry.md"
        answer = call("chat", "chat")(
            client=client, body=models.ChatBody(message="Who is the harbour master of Brindleford?", collection_id=library.id, stream=False))
        assert "Ottoline Marsh" in answer.message and answer.sources[0].document.id == added.id
        messages = call("sessions", "list_messages")(answer.session_id, client=client)
        assert [message.role for message in messages.items] == ["user", "assistant"]
        assert messages.items[1].content == answer.message
    finally:
        sys.path.remove(str(tmp_path))
        for name in [name for name in sys.modules if name == "made" or name.startswith("made.")]:
            del sys.modules[name]
