"""Conversations that are brought in from a file, on the account's page."""

import json

import pytest
from playwright.sync_api import expect

from support.api import Api
from support.window import PHONE, Conversation, barriers, narrow

pytestmark = pytest.mark.browser

IMPORT = "**/api/v1/chat/sessions/import"


class Importing:
    """The part of the account's page that imports."""

    def __init__(self, page, folder):
        self.page, self.folder = page, folder
        self.region = page.get_by_role("region", name="Import conversations", exact=True)
        self.file = self.region.get_by_label("File")
        self.button = self.region.get_by_role("button", name="Import")
        self.told = self.region.locator("#imported")
        self.problem = self.region.locator(".problem")
        self.side = page.get_by_role("navigation", name="Loquat")

    def choose(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        self.file.set_input_files(path)

    def bring(self, name, content):
        self.choose(name, content)
        self.button.click()


@pytest.fixture
def taken(start, window, tmp_path):
    """`taken(**size)` is the page of a server whose one conversation was exported and deleted, the file, and its owner's API."""

    def begin(settings=None, **size):
        server = start(settings or {})
        api = Api(server, server.create_key("owner"))
        path = f"/api/v1/chat/sessions/{api.ask('What is first?')['session_id']}"
        content = api.get(f"{path}/export", expect=200).content
        api.delete(path, expect=204)
        page = window(server.url, **size).log_in(server)
        page.goto("/account")
        return Importing(page, tmp_path), content, api

    return begin


def of_another_product(*words):
    """A conversation of ChatGPT's export with this message; without one where there are no words."""
    mapping = {"root": {"id": "root", "parent": None, "message": None, "children": []}}
    for text in words:
        message = {
            "id": "q", "author": {"role": "user"}, "content": {"content_type": "text", "parts": [text]}, "create_time": 1_700_000_000,
            "status": "finished_successfully", "weight": 1, "metadata": {}, "recipient": "all",
        }
        mapping["q"] = {"id": "q", "parent": "root", "children": [], "message": message}
        mapping["root"]["children"].append("q")
    return {"title": " ".join(words) or "Nothing", "create_time": 1_700_000_000, "mapping": mapping, "current_node": "q" if words else "root"}


def test_a_conversation_comes_back(taken):
    importing, content, api = taken()
    page, held = importing.page, []
    assert not api.sessions()
    page.route(IMPORT, lambda route: held.append(route))
    importing.choose("session.jsonl", content)
    # By keyboard.
    importing.file.focus()
    page.keyboard.press("Tab")
    expect(importing.button).to_be_focused()
    page.keyboard.press("Enter")
    expect(importing.told).to_have_text("Importing session.jsonl …")
    # Once more does not import it once more.
    page.keyboard.press("Enter")
    held[0].continue_()
    expect(importing.told).to_have_text("1 conversation came in. Open it: What is first?")
    expect(importing.problem).to_be_empty()
    expect(importing.file).to_have_value("")
    expect(importing.side.get_by_role("link", name="What is first?")).to_have_count(1)
    assert len(held) == 1 and len(api.sessions()) == 1
    assert not barriers(page)
    importing.told.get_by_role("link", name="What is first?").click()
    page.wait_for_url("**/sessions/*")
    expect(Conversation(page).answers).to_have_count(1)


def test_what_came_in_and_what_was_left_out_is_told(taken):
    importing, _, api = taken()
    title = "<b>Loquats</b> & more?"
    conversations = [of_another_product(title), of_another_product(), of_another_product("And medlars?")]
    importing.bring("conversations.json", json.dumps(conversations).encode())
    expect(importing.told).to_have_text(f"2 conversations came in. 1 conversation without a message left out. Open the first: {title}")
    for name in (title, "And medlars?"):
        expect(importing.side.get_by_role("link", name=name, exact=True)).to_be_visible()
    assert len(api.sessions()) == 2


def test_a_file_that_is_broken_says_why(taken):
    importing, content, api = taken()
    lines = content.splitlines(keepends=True)
    importing.bring("cut.jsonl", b"".join(lines[:-1]))
    expect(importing.problem).to_contain_text("Line ")
    expect(importing.told).to_be_empty()
    # It stays chosen, and the next one takes its place.
    assert importing.file.input_value().endswith("cut.jsonl")
    importing.bring("notes.json", b"Dear diary")
    expect(importing.problem).to_contain_text("neither [ nor {")
    expect(importing.told).to_be_empty()
    assert not api.sessions()
    # What stands before the broken place has come in.
    importing.bring("half.jsonl", content + lines[0] + lines[1])
    expect(importing.problem).to_contain_text("The sessions before it were taken in.")
    expect(importing.side.get_by_role("link", name="What is first?")).to_have_count(1)
    importing.bring("whole.jsonl", content)
    expect(importing.told).to_contain_text("1 conversation came in.")
    expect(importing.problem).to_be_empty()
    expect(importing.side.get_by_role("link", name="What is first?")).to_have_count(2)


def test_a_file_that_is_too_large_is_not_sent(taken):
    importing, _, _ = taken({"LOQUAT_MAX_UPLOAD_BYTES": 1 << 20})
    sent = []
    importing.page.on("request", lambda request: sent.append(request.url))
    expect(importing.region).to_contain_text("up to 1 MiB")
    importing.bring("large.jsonl", b"{" * ((1 << 20) + 1))
    expect(importing.problem).to_contain_text("larger")
    assert not [url for url in sent if url.endswith("/import")]


def test_what_a_cut_took_is_sent_again_and_comes_once(taken):
    importing, content, api = taken()
    keys = []

    def route(request):
        keys.append(request.request.headers["idempotency-key"])
        if len(keys) > 1:
            return request.continue_()
        # As the browser sends it; what it sends of files is not told here.
        headers = {"Idempotency-Key": keys[0], "Content-Type": "application/jsonl"}
        api.post("/api/v1/chat/sessions/import", content=content, headers=headers, expect=201)
        request.abort()

    importing.page.route(IMPORT, route)
    importing.bring("session.jsonl", content)
    expect(importing.problem).to_contain_text("cannot be reached")
    expect(importing.told).to_be_empty()
    importing.button.click()
    expect(importing.told).to_contain_text("1 conversation came in.")
    expect(importing.problem).to_be_empty()
    assert len(keys) == 2 and len(set(keys)) == 1
    assert len(api.sessions()) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_room_for_it(taken, scheme):
    importing, _, _ = taken(**PHONE, color_scheme=scheme)
    importing.bring("a" * 200 + ".json", json.dumps([of_another_product("x" * 200)]).encode())
    expect(importing.told).to_contain_text("1 conversation came in.")
    narrow(importing.page)
    assert not barriers(importing.page)
    importing.bring("b" * 200 + ".jsonl", b"no")
    expect(importing.problem).not_to_be_empty()
    narrow(importing.page)
    assert not barriers(importing.page)
