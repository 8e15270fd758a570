"""A conversation that others read by its link, and no longer."""

import pytest
from playwright.sync_api import expect

from support import names, sample
from support.api import Api
from support.hostile import OWN, harmless
from support.window import PHONE, Conversation, barriers, narrow

pytestmark = pytest.mark.browser


@pytest.fixture
def talked(start, window):
    """A window on a conversation with one answer from the library."""

    def begin(message=sample.QUESTION, **size):
        server = start()
        api = Api(server, server.create_key("owner"))
        sample.fill(api, "library")
        session = api.ask(message)["session_id"]
        page = window(server.url, **size).log_in(server)
        page.goto(f"/sessions/{session}")
        conversation = Conversation(page)
        conversation.session, conversation.server = session, server
        return conversation, api

    return begin


def share(page):
    """The link, as the dialog shows it once."""
    page.get_by_role("button", name="Share", exact=True).click()
    dialog = page.get_by_role("dialog", name="Share")
    dialog.get_by_role("button", name="Make a link").click()
    link = dialog.get_by_label("The link.")
    expect(link).to_be_focused()
    return dialog, link.input_value()


def test_a_link_shows_the_conversation_as_it_was(talked, window):
    conversation, api = talked()
    dialog, link = share(conversation.page)
    assert link.startswith(conversation.server.url + "/shared/")
    assert not barriers(conversation.page)
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    api.ask("When does loquat fruit ripen?", session_id=conversation.session)

    opened = window(conversation.server.url)
    page = opened.context.new_page()
    answer = page.goto(link)
    assert answer.status == 200 and answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert page.locator('meta[name="robots"]').get_attribute("content") == "noindex"
    expect(page.get_by_role("heading", level=1)).to_have_text(sample.QUESTION)
    expect(page.get_by_role("article", name="Question")).to_have_text(sample.QUESTION)
    expect(page.get_by_role("article", name="Answer")).to_have_count(1)
    expect(page.get_by_role("article", name="Answer")).to_contain_text(sample.FACT)
    sources = page.get_by_role("complementary", name="Sources")
    expect(sources).to_contain_text("The loquat tree")
    # Nothing leads to what a reader may not see, and nothing can be done.
    assert page.get_by_role("article").get_by_role("link").count() == 0
    assert page.get_by_role("button").count() == page.get_by_role("textbox").count() == 0
    assert conversation.session not in page.content() and opened.context.cookies() == []
    assert not barriers(page)


def test_a_link_is_taken_back(talked, window):
    conversation, _ = talked()
    dialog, first = share(conversation.page)
    stranger = window(conversation.server.url).tab(first)
    expect(stranger.get_by_role("article")).to_have_count(2)
    dialog.get_by_role("button", name="Close").click()
    # Another link takes its place; it is not shown again by itself.
    dialog, second = share(conversation.page)
    assert second != first
    assert stranger.goto(first).status == 404
    assert stranger.goto(second).status == 200
    dialog.get_by_role("button", name="Revoke").click()
    expect(dialog.get_by_role("status")).to_contain_text("Revoked")
    expect(dialog.get_by_role("button", name="Revoke")).to_be_hidden()
    gone = stranger.goto(second)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    unknown = stranger.goto("/shared/nothing-of-this-name")
    assert gone.status == unknown.status == 404
    conversation.page.reload()
    conversation.page.get_by_role("button", name="Share", exact=True).click()
    expect(dialog.get_by_role("button", name="Revoke")).to_be_hidden()
    expect(dialog.get_by_label("The link.")).to_be_hidden()


def test_what_is_left_out_is_not_shown(talked, window):
    conversation, api = talked()
    turn = api.ask("When does loquat fruit ripen?", session_id=conversation.session)["turn_id"]
    api.patch(f"/api/v1/chat/sessions/{conversation.session}/turns/{turn}", json={"hidden": True}, expect=200)
    _, link = share(conversation.page)
    page = window(conversation.server.url).tab(link)
    expect(page.get_by_role("article")).to_have_count(2)
    assert "ripen?" not in page.content()


def test_what_is_shared_runs_nowhere(talked, window):
    conversation, api = talked("\n\n".join(OWN)[:8000])
    for text in OWN:
        title = names.plain(text).strip()[:200]
        api.patch(f"/api/v1/chat/sessions/{conversation.session}", json={"title": title}, expect=200)
        conversation.page.reload()
        dialog, link = share(conversation.page)
        harmless(conversation.page)
        page = window(conversation.server.url).tab(link)
        expect(page.get_by_role("article", name="Question")).to_have_count(1)
        harmless(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_room_for_it(talked, window, scheme):
    conversation, api = talked(**PHONE, color_scheme=scheme)
    api.patch(f"/api/v1/chat/sessions/{conversation.session}", json={"title": "x" * 300}, expect=200)
    dialog, link = share(conversation.page)
    narrow(conversation.page)
    assert not barriers(conversation.page)
    page = window(conversation.server.url, **PHONE, color_scheme=scheme).tab(link)
    narrow(page)
    assert not barriers(page)
