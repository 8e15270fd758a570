"""From the login to a passage, as somebody does it who has never seen the pages."""

import pytest
from playwright.sync_api import expect

from support import sample
from support.api import Api
from support.window import PHONE, Conversation, barriers

pytestmark = pytest.mark.browser


@pytest.fixture
def own(start):
    return start()


def fill_by_hand(page, name, tmp_path, filename="loquat.md", text=sample.LOQUAT_TREE):
    """Makes a collection and uploads one file into it."""
    page.goto("/collections")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create").click()
    page.wait_for_url("**/collections/*")
    upload(page, tmp_path, filename, text)
    return page


def upload(page, tmp_path, filename, text):
    (tmp_path / filename).write_text(text, encoding="utf-8")
    page.get_by_label("Files").set_input_files(tmp_path / filename)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".document", has_text=filename).locator(".state")).to_have_text("ready")


def test_from_the_login_link_to_the_passage(own, window, tmp_path):
    page = window(own.url).log_in(own)
    fill_by_hand(page, "Trees", tmp_path)
    page.get_by_role("link", name="New conversation").click()
    conversation = Conversation(page).ask(sample.QUESTION)
    conversation.begun()
    expect(conversation.complete()).to_contain_text(sample.FACT)
    source = conversation.answers.last.get_by_role("complementary", name="Sources")
    expect(source.get_by_role("link").first).to_have_text("The loquat tree")
    marker = conversation.answer.locator("a.citation").first
    expect(marker).to_have_text("[1]")
    marker.click()
    page.wait_for_url("**/documents/*")
    passage = page.locator("mark#passage")
    expect(passage).to_contain_text(sample.FACT)
    expect(passage).to_be_in_viewport()
    assert passage.inner_text() in sample.LOQUAT_TREE
    page.go_back()
    expect(Conversation(page).answer).to_contain_text(sample.FACT)


def test_a_link_works_once_and_looking_at_it_does_not_use_it_up(own, window):
    path = own.login_path()
    for _ in range(3):
        window(own.url).tab(path)
    first, second = window(own.url).tab(path), window(own.url).tab(path)
    first.get_by_role("button", name="Log in").click()
    first.wait_for_url(own.url + "/")
    second.get_by_role("button", name="Log in").click()
    expect(second.get_by_role("alert")).to_be_visible()
    second.goto("/")
    assert second.url == own.url + "/login"


def test_logging_out_ends_it(own, window):
    opened = window(own.url)
    page = opened.log_in(own)
    cookies = opened.context.cookies()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login*")
    opened.context.add_cookies(cookies)
    page.goto("/collections")
    assert "/login?to=/collections" in page.url


def test_who_may_read_a_collection(own, window, tmp_path):
    page = fill_by_hand(window(own.url).log_in(own), "Trees", tmp_path)
    expect(page.get_by_text("Only its owner may read it")).to_be_visible()
    page.get_by_label("Everybody in the workspace").check()
    page.get_by_role("textbox", name="Name").fill("Fruit trees")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Fruit trees")).to_be_visible()
    expect(page.get_by_text("Everybody in the workspace may read it")).to_be_visible()


def test_documents_and_collections_go(own, window, tmp_path):
    opened = window(own.url)
    page = fill_by_hand(opened.log_in(own), "Trees", tmp_path)
    opened.expected_dialogs += ["Delete this document?", "Delete this collection"]
    page.get_by_role("button", name="Delete The loquat tree").click()
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    page.get_by_role("button", name="Delete the collection").click()
    page.wait_for_url("**/collections")
    expect(page.get_by_role("link", name="Trees")).to_have_count(0)


def set_password(page, email="owner@example.test", password="correct horse owner"):
    form = page.get_by_role("region", name="E-mail address and password")
    form.get_by_label("E-mail address").fill(email)
    form.get_by_label("Password").fill(password)
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#told")).to_contain_text("Saved.")


@pytest.fixture(params=["desk", "phone"])
def size(request):
    return PHONE if request.param == "phone" else {"viewport": {"width": 1280, "height": 800}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_open_to_everybody(own, window, tmp_path, size, scheme):
    opened = window(own.url, color_scheme=scheme, **size)
    path = own.login_path()
    page = opened.tab("/login")
    pages = {"login": "/login", "link": path}
    check = {}

    def look(name):
        check[name] = barriers(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"], f"{name} is {width} wide"

    for name, address in pages.items():
        page.goto(address)
        look(name)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(own.url + "/")
    look("empty")
    fill_by_hand(page, "Trees", tmp_path)
    look("collection")
    page.goto("/collections")
    look("collections")
    page.goto("/")
    conversation = Conversation(page).ask(sample.QUESTION)
    conversation.begun()
    conversation.complete()
    look("conversation")
    conversation.answer.locator("a.citation").first.click()
    page.wait_for_url("**/documents/*")
    look("document")
    menu = page.get_by_role("button", name="Menu")
    if menu.is_visible():
        menu.click()
    page.locator(".sessions button").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    look("dialog")
    body = {"email": "ann@example.test", "role": "viewer"}
    Api(own, own.create_key("owner")).post("/api/v1/users", json=body, expect=201)
    page.goto("/users")
    page.get_by_label("Change ann@example.test").click()
    look("users")
    page.goto("/audit")
    look("audit")
    page.goto("/account")
    look("first account")
    set_password(page)
    page.get_by_label("What it is for").fill("A job at night")
    page.get_by_role("button", name="Make the key").click()
    expect(page.locator(".key", has_text="A job at night")).to_be_visible()
    look("account")
    page.goto("/sessions/00000000-0000-7000-8000-000000000000")
    look("error")
    assert not any(check.values()), {name: found for name, found in check.items() if found}


def test_a_phone_has_a_menu(own, window):
    page = window(own.url, **PHONE).log_in(own)
    link = page.get_by_role("link", name="Documents", exact=True)
    expect(link).to_be_hidden()
    menu = page.get_by_role("button", name="Menu")
    expect(menu).to_have_attribute("aria-expanded", "false")
    menu.tap()
    expect(menu).to_have_attribute("aria-expanded", "true")
    link.tap()
    page.wait_for_url("**/collections")


def test_by_keyboard_alone(own, window, tmp_path):
    opened = window(own.url)
    fill_by_hand(opened.log_in(own), "Trees", tmp_path).close()
    page = opened.tab("/")
    press, focused = page.keyboard.press, page.locator(":focus")
    page.locator("body").evaluate("body => { document.activeElement.blur(); }")

    def tab_to(locator, most=40):
        for _ in range(most):
            press("Tab")
            if locator.evaluate("element => element === document.activeElement"):
                outline = focused.evaluate("element => getComputedStyle(element).outlineStyle")
                return outline
        raise AssertionError(f"{locator} is not reached")

    page.reload()
    page.evaluate("document.activeElement.blur()")
    press("Tab")
    question = Conversation(page).question
    assert tab_to(question) != "none"
    page.keyboard.type("How tall does")
    press("Shift+Enter")
    page.keyboard.type("a loquat tree grow?")
    assert question.input_value() == "How tall does\na loquat tree grow?"
    press("Enter")
    conversation = Conversation(page)
    conversation.begun()
    expect(conversation.complete()).to_contain_text(sample.FACT)
    expect(conversation.question).to_be_focused()
    page.evaluate("document.activeElement.blur()")
    marker = conversation.answer.locator("a.citation").first
    assert tab_to(marker) != "none"
    press("Enter")
    page.wait_for_url("**/documents/*")
    expect(page.locator("mark#passage")).to_be_in_viewport()


def test_the_skip_link_leads_past_the_side(own, window):
    page = window(own.url).log_in(own)
    page.goto("/collections")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the page’s content")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Name")).to_be_focused()


def test_the_api_is_described_without_leaving(own, window):
    page = window(own.url).tab("/docs")
    expect(page.locator("#swagger-ui .swagger-ui")).to_be_visible()
