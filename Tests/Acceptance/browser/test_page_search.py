"""Finding what was said and what was read, and going there."""

import pytest
from playwright.sync_api import expect

from support import sample
from support.api import Api
from support.hostile import OWN, harmless
from support.window import PHONE, Conversation, barriers, narrow

pytestmark = pytest.mark.browser


@pytest.fixture
def talked(start):
    server = start()
    server.api = Api(server, server.create_key("owner"))
    sample.fill(server.api, "library")
    return server


def find(page, words):
    menu = page.get_by_role("button", name="Menu")
    if menu.is_visible():
        menu.tap()
    page.get_by_label("Search", exact=True).fill(words)
    page.get_by_label("Search", exact=True).press("Enter")
    page.wait_for_url("**/search?q=*")
    return page.get_by_role("list", name="What was found")


@pytest.mark.parametrize("size", [{}, PHONE], ids=["desk", "phone"])
def test_messages_and_documents_are_found_and_gone_to(talked, window, size):
    api = talked.api
    session = api.ask("Where do wombats dig?")["session_id"]
    for number in range(30):
        api.ask(f"What is {number} and something?", session_id=session)
    page = window(talked.url, **size).log_in(talked)
    found = find(page, "wombats")
    turn = api.messages(session)[0]["turn_id"]
    link = found.locator(f'a[href="/sessions/{session}?turn={turn}#turn-{turn}"]')
    expect(link).to_be_visible()
    expect(page.get_by_label("Words to find")).to_have_value("wombats")
    narrow(page)
    assert not barriers(page)
    link.click()
    page.wait_for_url("**/sessions/*")
    first = Conversation(page).messages.first
    expect(first).to_contain_text("Where do wombats dig?")
    expect(first).to_be_in_viewport()
    expect(Conversation(page).answers).to_have_count(31)
    found = find(page, "Stromboli")
    found.locator('a[href^="/documents/"]').first.click()
    page.wait_for_url("**/documents/*")
    expect(page.get_by_role("main")).to_contain_text("Stromboli has erupted")


def test_a_conversation_is_found_by_its_name(talked, window):
    session = talked.api.ask("Where do wombats dig?")["session_id"]
    talked.api.patch(f"/api/v1/chat/sessions/{session}", json={"title": "Of marsupials"}, expect=200)
    page = window(talked.url).log_in(talked)
    found = find(page, "marsupial")
    expect(found.get_by_role("listitem")).to_have_text(["Of marsupials A conversation’s name"])
    assert not barriers(page)
    found.get_by_role("link", name="Of marsupials").click()
    expect(page.get_by_role("heading", name="Of marsupials")).to_be_visible()


def test_what_is_not_there_is_not_found(talked, window):
    page = window(talked.url).log_in(talked)
    find(page, sample.NONSENSE)
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("Nothing was found.")


def empty(page, count):
    """The first pages of what is found have nothing on them that is still there."""
    asked = []

    def answer(route):
        asked.append(route.request.url)
        if len(asked) > count:
            # From the beginning: the cursor is none of the server's.
            return route.continue_(url=route.request.url.split("&cursor=")[0])
        route.fulfill(json={"items": [], "next_cursor": str(9000 - len(asked))})

    page.route("**/api/v1/search?*", answer)
    return asked


def test_pages_with_nothing_are_passed_over(talked, window):
    session = talked.api.ask("Where do wombats dig?")["session_id"]
    page = window(talked.url).log_in(talked)
    asked = empty(page, 3)
    expect(find(page, "wombats").locator(f'a[href^="/sessions/{session}"]').first).to_be_visible()
    assert ["cursor" in address for address in asked] == [False, True, True, True]


def test_after_many_pages_with_nothing_more_is_offered(talked, window):
    session = talked.api.ask("Where do wombats dig?")["session_id"]
    page = window(talked.url).log_in(talked)
    asked = empty(page, 10)
    found = find(page, "wombats")
    more = page.get_by_role("button", name="Show more")
    expect(more).to_be_visible()
    expect(page.get_by_role("main").get_by_role("status")).to_have_text("Nothing was found yet.")
    expect(found.get_by_role("listitem")).to_have_count(0)
    more.click()
    expect(found.locator(f'a[href^="/sessions/{session}"]').first).to_be_visible()
    assert len(asked) == 11


def test_a_message_on_another_line_is_gone_to(talked, window):
    api = talked.api
    first = api.ask("Where do wombats dig?")
    session = first["session_id"]
    api.post(
        f"/api/v1/chat/sessions/{session}/turns/{first['turn_id']}/regenerate", json={"message": "Where do they sleep?", "stream": False}, expect=200
    )
    page = window(talked.url).log_in(talked)
    turn = api.items(f"/api/v1/chat/sessions/{session}/messages", superseded="true")[0]["turn_id"]
    page.goto(f"/sessions/{session}?turn={turn}#turn-{turn}")
    conversation = Conversation(page)
    expect(conversation.messages.last).to_contain_text("Where do they sleep?")
    page.get_by_role("button", name="Go there").click()
    expect(conversation.messages.last).to_contain_text("Where do wombats dig?")
    expect(page.get_by_role("button", name="Go there")).to_have_count(0)


def test_a_message_on_another_branch_is_gone_to(talked, window):
    api = talked.api
    first = api.ask("Where do wombats dig?")
    path = f"/api/v1/chat/sessions/{first['session_id']}"
    api.post(f"{path}/branches", json={"turn_id": first["turn_id"], "name": "a side"}, expect=201)
    second = api.ask("And where do they sleep?", session_id=first["session_id"])
    api.post(f"{path}/branches/a%20side/switch", expect=200)
    page = window(talked.url).log_in(talked)
    page.goto(f"/sessions/{first['session_id']}?turn={second['turn_id']}")
    page.get_by_role("button", name="Go there").click()
    expect(Conversation(page).messages.last).to_contain_text("And where do they sleep?")
    # The branch that it was looked for from stays where it ended.
    assert {branch["name"]: branch["current"] for branch in api.items(f"{path}/branches")} == {"main": True, "a side": False}
    assert len(api.items(f"{path}/messages", branch="a side")) == 2


def test_what_is_found_runs_nowhere(talked, window):
    page = window(talked.url).log_in(talked)
    for number, text in enumerate(OWN):
        talked.api.ask(f"wombat{number} {text}")
        found = find(page, f"wombat{number}")
        expect(found.get_by_role("listitem")).not_to_have_count(0)
        harmless(page)
        found = find(page, text.replace("\n", " ") + f" wombat{number}")
        harmless(page)
