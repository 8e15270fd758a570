"""Conversations at the side: given other names, and deleted."""

import json

import pytest
from playwright.sync_api import expect

from support.api import Api
from support.window import PHONE, barriers, narrow

pytestmark = pytest.mark.browser


@pytest.fixture
def talked(start):
    """A server on which two questions were asked: its owner's API, and the sessions' ids."""
    server = start()
    api = Api(server, server.create_key("owner"))
    server.api = api
    server.first, server.second = (api.ask(text)["session_id"] for text in ("What is first?", "What is second?"))
    return server


def titles(server):
    return {session["id"]: session["title"] for session in server.api.items("/api/v1/chat/sessions")}


def open_dialog(page, title):
    button = page.get_by_role("button", name=f"Rename, keep, export or delete {title}")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Conversation")
    expect(dialog).to_be_visible()
    return dialog


def test_the_conversation_that_is_looked_at_is_renamed(talked, window):
    page = window(talked.url).log_in(talked)
    page.goto(f"/sessions/{talked.first}")
    dialog = open_dialog(page, "What is first?")
    name = dialog.get_by_label("Name")
    expect(name).to_be_focused()
    expect(name).to_have_value("What is first?")
    name.fill('"Trees" & <b>fruit</b>')
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("heading", name='"Trees" & <b>fruit</b>')).to_be_visible()
    expect(page).to_have_title('"Trees" & <b>fruit</b> · Loquat')
    expect(page.get_by_role("link", name='"Trees" & <b>fruit</b>')).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("button", name='Rename, keep, export or delete "Trees"')).to_be_focused()
    assert titles(talked) == {talked.first: '"Trees" & <b>fruit</b>', talked.second: "What is second?"}


def test_another_is_renamed_and_the_page_stays(talked, window):
    page = window(talked.url).log_in(talked)
    page.goto(f"/sessions/{talked.first}")
    page.get_by_label("Your question").fill("half a question")
    dialog = open_dialog(page, "What is second?")
    dialog.get_by_label("Name").fill("Other")
    dialog.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("link", name="Other")).to_be_visible()
    expect(page.get_by_role("heading", name="What is first?")).to_be_visible()
    expect(page.get_by_label("Your question")).to_have_value("half a question")
    assert titles(talked)[talked.second] == "Other"


def test_nothing_happens_where_one_thinks_better_of_it(talked, window):
    opened = window(talked.url)
    page = opened.log_in(talked)
    for close in (lambda: page.keyboard.press("Escape"), lambda: page.get_by_role("button", name="Cancel").click()):
        dialog = open_dialog(page, "What is first?")
        dialog.get_by_label("Name").fill("Never")
        close()
        expect(dialog).to_be_hidden()
        expect(page.get_by_role("button", name="Rename, keep, export or delete What is first?")).to_be_focused()
    dialog = open_dialog(page, "What is first?")
    opened.expected_dialogs += ["Delete this conversation?"]
    opened.answers += [False]
    with page.expect_event("dialog"):
        dialog.get_by_role("button", name="Delete").click()
    expect(dialog).to_be_visible()
    assert titles(talked) == {talked.first: "What is first?", talked.second: "What is second?"}


def test_what_the_server_refuses_is_said_in_the_dialog(talked, window):
    page = window(talked.url).log_in(talked)
    dialog = open_dialog(page, "What is first?")
    talked.api.delete(f"/api/v1/chat/sessions/{talked.first}", expect=204)
    dialog.get_by_label("Name").fill("Gone")
    dialog.get_by_role("button", name="Rename").click()
    expect(dialog.get_by_role("alert")).to_have_text("There is nothing here that you may see.")


@pytest.mark.parametrize("size", [{}, PHONE], ids=["desk", "phone"])
def test_conversations_are_deleted_from_the_side(talked, window, size):
    opened = window(talked.url, **size)
    page = opened.log_in(talked)
    opened.expected_dialogs += ["Delete this conversation?"]
    page.goto(f"/sessions/{talked.first}")

    def delete(title):
        if size:
            page.get_by_role("button", name="Menu").tap()
        dialog = open_dialog(page, title)
        dialog.get_by_role("button", name="Delete").click()
        return dialog

    expect(delete("What is second?")).to_be_hidden()
    expect(page.get_by_role("link", name="What is second?")).to_have_count(0)
    assert list(titles(talked)) == [talked.first] and page.url.endswith(talked.first)
    if size:
        page.get_by_role("button", name="Menu").tap()
    delete("What is first?")
    page.wait_for_url(talked.url + "/")
    assert titles(talked) == {}


def test_what_is_drawn_anew_can_be_pressed_at_once(talked, window):
    page = window(talked.url).log_in(talked)
    page.evaluate(
        """() => {
            const press = () => document.querySelector('[aria-label="Rename, keep, export or delete What is first?"]').click();
            new MutationObserver((_, observer) => { observer.disconnect(); press(); }).observe(document.querySelector("#sessions"), { childList: true });
            htmx.trigger("#sessions", "refresh");
        }"""
    )
    expect(page.get_by_role("dialog", name="Conversation")).to_be_visible()


def pressed(page, title, button):
    """A button of the dialog of one conversation, and the dialog's end."""
    menu = page.get_by_role("button", name="Menu")
    if menu.is_visible() and menu.get_attribute("aria-expanded") == "false":
        menu.tap()
    dialog = open_dialog(page, title)
    dialog.get_by_role("button", name=button, exact=True).click()
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize("size", [{}, PHONE], ids=["desk", "phone"])
def test_conversations_are_kept_at_the_top(talked, window, size):
    page = window(talked.url, **size).log_in(talked)
    pinned = page.get_by_role("list", name="Pinned")
    pressed(page, "What is first?", "Pin")
    expect(pinned.get_by_role("link")).to_have_text(["What is first?"])
    expect(page.get_by_role("list", name="Conversations").get_by_role("link")).to_have_text(["What is second?"])
    assert talked.api.session(talked.first)["pinned"] is True
    narrow(page)
    assert not barriers(page)
    pressed(page, "What is first?", "Unpin")
    expect(pinned).to_have_count(0)
    expect(page.get_by_role("list", name="Conversations").get_by_role("link")).to_have_text(["What is second?", "What is first?"])


@pytest.mark.parametrize("size", [{}, PHONE], ids=["desk", "phone"])
def test_conversations_are_put_away_and_come_back(talked, window, size):
    page = window(talked.url, **size).log_in(talked)
    listed = page.get_by_role("list", name="Conversations").get_by_role("link")
    pressed(page, "What is first?", "Archive")
    expect(listed).to_have_text(["What is second?"])
    page.get_by_role("link", name="Archived").click()
    page.wait_for_url("**/sessions?archived=1")
    main = page.get_by_role("main")
    expect(main.get_by_role("link")).to_have_text(["What is first?"])
    narrow(page)
    assert not barriers(page)
    main.get_by_role("button", name="Unarchive What is first?").click()
    expect(main).to_contain_text("There are none.")
    assert talked.api.session(talked.first)["archived"] is False
    page.goto("/")
    if not size:
        expect(listed).to_have_text(["What is second?", "What is first?"])


def test_a_long_title_leaves_room_on_a_phone(talked, window):
    page = window(talked.url, **PHONE).log_in(talked)
    path = f"/api/v1/chat/sessions/{talked.first}"
    heading = page.get_by_role("main").get_by_role("heading", level=1)
    for number, title in enumerate(("loquat medlar " * 60, "x" * 900, "Short")):
        title = title.strip()
        talked.api.patch(path, json={"title": title}, expect=200)
        if not number:
            page.goto(f"/sessions/{talked.first}")
        # Later ones are told by the stream.
        expect(heading).to_have_text(title)
        expect(heading).to_have_attribute("title", title)
        lines = heading.evaluate("one => one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight)")
        assert round(lines) == (1 if title == "Short" else 3)
        narrow(page)
        assert not barriers(page)


def test_a_conversation_is_taken_along(talked, window):
    page = window(talked.url).log_in(talked)
    dialog = open_dialog(page, "What is first?")
    with page.expect_download() as download:
        dialog.get_by_role("link", name="Export").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert lines and all(json.loads(line) for line in lines)
    assert "What is first?" in lines[0] + lines[1]
