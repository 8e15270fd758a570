"""The lines of a conversation: taken back, branched, compared, and the same in every window."""

import pytest
from playwright.sync_api import expect

from support import names, sample, script
from support.api import Api
from support.hostile import OWN, harmless
from support.waiting import eventually
from support.window import PHONE, Conversation, barriers, narrow

pytestmark = pytest.mark.browser

SECOND, THIRD = "When does loquat fruit ripen?", "What family is the loquat of?"


@pytest.fixture
def talked(answering, window):
    """`talked()` is a window on a conversation with two exchanges, its server and its owner's API."""

    def begin(*more, **size):
        server, api = answering(*(script.answer(text) for text in ("To ten metres.", "In early spring.", *more)))
        first = api.ask(sample.QUESTION)
        session = first["session_id"]
        api.ask(SECOND, session_id=session)
        opened = window(server.url, **size)
        page = opened.log_in(server)
        page.goto(f"/sessions/{session}")
        conversation = Conversation(page)
        conversation.window, conversation.session, conversation.server = opened, session, server
        expect(conversation.answers).to_have_count(2)
        return conversation, api

    return begin


def contents(api, session):
    return [message["content"].strip() for message in api.messages(session)]


def test_a_line_is_taken_back_and_that_is_undone(talked):
    conversation, api = talked("Of the rose family.")
    page = conversation.page
    undo = page.get_by_role("button", name="Undo")
    expect(conversation.button("Rewind to here")).to_be_hidden()
    conversation.act("Rewind to here", conversation.answers.first)
    expect(conversation.answers).to_have_count(1)
    assert contents(api, conversation.session) == [sample.QUESTION, "To ten metres."]
    # Also by who comes back later.
    page.reload()
    expect(undo).to_be_visible()
    undo.click()
    expect(conversation.answers).to_have_count(2)
    page.reload()
    expect(conversation.answers).to_have_count(2)
    expect(undo).to_be_hidden()
    expect(undo).to_be_hidden()
    assert len(contents(api, conversation.session)) == 4
    conversation.act("Rewind to here", conversation.answers.first)
    expect(undo).to_be_visible()
    conversation.ask(THIRD)
    expect(undo).to_be_hidden()
    conversation.sees("Of the rose family.")
    conversation.complete()
    # The other question stands in the same place and can be come back to.
    expect(conversation.versions(conversation.messages.last)).to_have_text("2 of 2")
    conversation.act("Previous version", conversation.messages.last)
    conversation.sees("In early spring.")


def make_branch(conversation, name, turn, place="In this conversation"):
    conversation.act("Branch from here", turn)
    dialog = conversation.page.get_by_role("dialog", name="New branch")
    expect(dialog.get_by_label("Name")).to_be_focused()
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label(place).check()
    return dialog


def test_branches_are_made_switched_renamed_and_compared(talked):
    conversation, api = talked("Of the rose family.")
    page = conversation.page
    branches = page.locator(".branches")
    expect(branches).to_have_count(0)
    make_branch(conversation, "Other way", conversation.answers.first).get_by_role("button", name="Create").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(conversation.answers).to_have_count(1)
    conversation.ask(THIRD)
    conversation.sees("Of the rose family.")
    conversation.complete()
    page.get_by_text("Branches", exact=True).click()
    expect(branches.locator("[aria-current]").first).to_have_text("Other way")
    expect(branches.locator("li li")).to_have_count(1)
    assert not barriers(page)

    page.get_by_role("button", name="Rename Other way", exact=True).click()
    dialog = page.get_by_role("dialog", name="Branch")
    expect(dialog.get_by_label("Name")).to_have_value("Other way")
    dialog.get_by_label("Name").fill("main")
    dialog.get_by_role("button", name="Rename").click()
    expect(dialog.get_by_role("alert")).to_contain_text("name already")
    dialog.get_by_label("Name").fill("a/b ? #%")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(branches.locator("[aria-current]").first).to_have_text("a/b ? #%")

    page.get_by_role("button", name="Switch to main").click()
    conversation.sees("In early spring.")
    expect(branches.locator("[aria-current]").first).to_have_text("main")
    assert contents(api, conversation.session) == [sample.QUESTION, "To ten metres.", SECOND, "In early spring."]
    page.get_by_role("button", name="Switch to a/b ? #%").click()
    conversation.sees("Of the rose family.")

    page.get_by_role("link", name="Compare with current: main").click()
    page.wait_for_url("**/branches/main")
    expect(page.get_by_text("The first 2 messages are the same.")).to_be_visible()
    main, other = page.get_by_role("region", name="main"), page.get_by_role("region", name="a/b ? #%")
    expect(main.get_by_role("article")).to_have_count(2)
    expect(main).to_contain_text("In early spring.")
    expect(other).to_contain_text("Of the rose family.")
    assert main.bounding_box()["x"] < other.bounding_box()["x"]
    assert not barriers(page)
    main.get_by_role("button", name="Go on with this one").click()
    page.wait_for_url(f"**/sessions/{conversation.session}")
    conversation.sees("In early spring.")


def test_a_branch_of_a_branch_stands_under_it(talked):
    conversation, api = talked("Of the rose family.", "Third.")
    page = conversation.page
    line = f"/api/v1/chat/sessions/{conversation.session}"
    turn = api.messages(conversation.session)[1]["turn_id"]
    api.post(f"{line}/branches", json={"turn_id": turn, "name": "one"}, expect=201)
    api.post(f"{line}/branches/one/switch", expect=200)
    turn = api.ask(THIRD, session_id=conversation.session)["turn_id"]
    api.post(f"{line}/branches", json={"turn_id": turn, "name": "two"}, expect=201)
    # The page has learnt of it by itself.
    conversation.sees("Of the rose family.")
    page.get_by_text("Branches", exact=True).click()
    expect(page.locator(".branches > li > ul > li > ul > li")).to_have_text("two Compare with current Rename")


def test_a_branch_goes_on_in_a_conversation_of_its_own(talked):
    conversation, api = talked()
    page = conversation.page
    dialog = make_branch(conversation, "On its own", conversation.answers.first, "In a new conversation")
    dialog.get_by_role("button", name="Create").click()
    page.wait_for_url(lambda url: "/sessions/" in url and conversation.session not in url)
    expect(conversation.answers).to_have_count(1)
    expect(page.get_by_role("heading", name="On its own")).to_be_visible()
    assert len(api.messages(conversation.session)) == 4


def test_two_windows_end_the_same(talked, window):
    conversation, api = talked("A second version.", "Another question's.", "The last.")
    other = Conversation(window(conversation.server.url).log_in(conversation.server))
    other.page.goto(f"/sessions/{conversation.session}")
    expect(other.answers).to_have_count(2)

    def agree():
        eventually(lambda: conversation.shown() == other.shown(), "two windows that show the same")

    conversation.act("Regenerate")
    other.sees("A second version.")
    other.complete()
    agree()
    other.act("Good answer")
    other.page.get_by_role("button", name="Not now").click()
    expect(conversation.button("Good answer")).to_have_attribute("aria-pressed", "true")
    conversation.act("Hide", conversation.messages.first)
    expect(other.page.locator(".mark")).to_have_count(2)
    agree()
    other.act("Previous version")
    conversation.sees("In early spring.")
    agree()
    conversation.act("Edit", conversation.messages.last)
    field = conversation.page.get_by_role("textbox", name="The message")
    # What is typed here stays while something happens there.
    field.fill(THIRD)
    other.act("Bad answer", other.answers.first)
    other.page.get_by_role("button", name="Not now").click()
    expect(conversation.button("Bad answer", conversation.answers.first)).to_have_attribute("aria-pressed", "true")
    expect(field).to_have_value(THIRD)
    field.press("Enter")
    other.sees("Another question's.")
    conversation.complete()
    other.complete()
    expect(other.messages).to_have_count(2)
    agree()
    make_branch(other, "aside", other.answers.first).get_by_role("button", name="Create").click()
    expect(conversation.answers).to_have_count(1)
    expect(conversation.page.locator(".branches [aria-current]").first).to_have_text("aside")
    conversation.ask(SECOND)
    other.sees("The last.")
    conversation.complete()
    other.complete()
    agree()
    other.act("Rewind to here", other.answers.first)
    expect(conversation.answers).to_have_count(1)
    conversation.page.get_by_role("button", name="Undo").click()
    expect(other.page.get_by_role("button", name="Undo")).to_be_hidden()
    expect(other.answers).to_have_count(2)
    agree()
    # And what a window shows is what another one shows that comes anew.
    shown = conversation.shown()
    conversation.page.reload()
    expect(conversation.answers).to_have_count(2)
    assert conversation.shown() == shown


def test_a_page_that_is_read_late_undoes_nothing(talked):
    conversation, api = talked("Of the rose family.")
    page, held = conversation.page, []

    def hold(route):
        if held or route.request.resource_type != "fetch":
            return route.continue_()
        held.append((route, route.fetch()))

    page.route(f"**/sessions/{conversation.session}", hold)
    turn = api.messages(conversation.session)[0]["turn_id"]
    api.patch(f"/api/v1/chat/sessions/{conversation.session}/turns/{turn}", json={"hidden": True}, expect=200)
    eventually(lambda: page.title() and held, "the page read anew")
    api.ask(THIRD, session_id=conversation.session)
    expect(conversation.answers).to_have_count(3)
    conversation.sees("Of the rose family.")
    (route, response) = held[0]
    # The page as it was before.
    route.fulfill(response=response)
    expect(page.locator(".mark")).to_have_count(2)
    expect(conversation.answers).to_have_count(3)
    expect(conversation.button("Rewind to here", conversation.answers.nth(1))).to_be_visible()


def test_another_name_and_the_end_are_told_in_every_window(talked, window):
    conversation, api = talked()
    path = f"/api/v1/chat/sessions/{conversation.session}"
    api.patch(path, json={"title": '<b>"Loquats"</b>'}, expect=200)
    expect(conversation.page.get_by_role("heading", name='<b>"Loquats"</b>')).to_be_visible()
    expect(conversation.page).to_have_title('<b>"Loquats"</b> · Loquat')
    expect(conversation.page.get_by_role("link", name='<b>"Loquats"</b>')).to_be_visible()
    api.delete(path, expect=204)
    conversation.page.wait_for_url(conversation.server.url + "/")
    expect(conversation.status).to_have_text("The conversation was deleted.")


def test_what_is_shown_stays_as_the_line_grows(start, window):
    server = start()
    api = Api(server, server.create_key("owner"))
    session = api.ask("What is the first?")["session_id"]
    for number in range(24):
        api.ask(f"What is {number}?", session_id=session)
    page = window(server.url).log_in(server)
    page.goto(f"/sessions/{session}")
    conversation = Conversation(page)
    expect(conversation.answers).to_have_count(10)
    conversation.ask("What is the last?")
    expect(conversation.answers).to_have_count(11)
    conversation.complete()
    expect(conversation.button("Rewind to here", conversation.answers.nth(9))).to_be_visible()
    expect(conversation.answers).to_have_count(11)
    page.get_by_role("link", name="Show earlier turns").click()
    expect(conversation.answers).to_have_count(26)
    conversation.act("Rewind to here", conversation.answers.nth(1))
    expect(conversation.answers).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(conversation.answers).to_have_count(26)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_room_for_branches(talked, scheme):
    conversation, api = talked(**PHONE, color_scheme=scheme)
    page = conversation.page
    turn = api.messages(conversation.session)[1]["turn_id"]
    for name in ("x" * 100, "two words"):
        api.post(f"/api/v1/chat/sessions/{conversation.session}/branches", json={"turn_id": turn, "name": name}, expect=201)
    page.get_by_text("Branches", exact=True).tap()
    expect(page.locator(".branches li li")).to_have_count(2)
    narrow(page)
    assert not barriers(page)
    page.get_by_role("link", name="Compare with current: two words").tap()
    page.wait_for_url("**/branches/*")
    first, second = (page.locator(".side").nth(number).bounding_box() for number in (0, 1))
    assert first["y"] + first["height"] <= second["y"]
    narrow(page)
    assert not barriers(page)


def test_names_and_messages_run_nowhere(talked):
    conversation, api = talked()
    page = conversation.page
    path = f"/api/v1/chat/sessions/{conversation.session}"
    turn = api.messages(conversation.session)[1]["turn_id"]
    hostile = dict.fromkeys(names.plain(text).strip()[:90] for text in OWN)
    for name in filter(None, hostile):
        api.post(f"{path}/branches", json={"turn_id": turn, "name": name}, expect=201)
    page.get_by_text("Branches", exact=True).click()
    expect(page.locator(".branches li li")).to_have_count(len([name for name in hostile if name]))
    harmless(page)
    for name in filter(None, list(hostile)[:4]):
        page.get_by_role("button", name=f"Switch to {name}", exact=True).click()
        expect(page.locator(".branches [aria-current]").first).to_have_text(name)
        harmless(page)
        page.get_by_role("button", name=f"Rename {name}", exact=True).click()
        expect(page.get_by_role("dialog").get_by_label("Name")).to_have_value(name)
        harmless(page)
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Compare with current: main").click()
        page.wait_for_url("**/branches/main")
        harmless(page)
        page.get_by_role("button", name="Go on with this one").click()
        page.wait_for_url(f"**/sessions/{conversation.session}")
        page.get_by_text("Branches", exact=True).click()
    text = "\n\n".join(OWN)[:8000]
    conversation.act("Edit", conversation.messages.last)
    field = page.get_by_role("textbox", name="The message")
    field.fill(text)
    harmless(page)
    field.press("Enter")
    expect(conversation.versions(conversation.messages.last)).to_have_text("2 of 2")
    conversation.complete()
    harmless(page)
