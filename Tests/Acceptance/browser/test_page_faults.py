"""What goes wrong before a browser is a page with the reason and a way on."""

import pytest
from playwright.sync_api import expect

from support import sample
from support.api import Api
from support.waiting import eventually
from support.window import Conversation, barriers

pytestmark = pytest.mark.browser

ABSENT = "00000000-0000-7000-8000-000000000000"


def told(page, answer, status, title):
    """A page of ours with this status: a heading, a reason, a way on, open to everybody."""
    assert answer.status == status and answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("link", name="To the first page")).to_be_visible()
    assert not barriers(page)


def test_what_is_not_there(start, window):
    server = start()
    page = window(server.url).log_in(server)
    for path in ("/nothing", "/no/thing?at=all", f"/documents/{ABSENT}", f"/sessions/{ABSENT}", "/collections/x", "/assets/nothing.js"):
        told(page, page.goto(path), 404, "There is nothing here")
    page.get_by_role("link", name="To the first page").click()
    page.wait_for_url(server.url + "/")
    stranger = window(server.url).tab("/login")
    told(stranger, stranger.goto("/nothing"), 404, "There is nothing here")
    stranger.get_by_role("link", name="To the first page").click()
    expect(stranger.get_by_role("button", name="Log in")).to_be_visible()


def test_a_lapsed_login_leads_to_the_login_and_back(start, window):
    server = start()
    opened = window(server.url)
    page = opened.log_in(server)
    cookies = opened.context.cookies()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    expect(page.get_by_role("main")).not_to_contain_text("in force")
    opened.context.add_cookies(cookies)
    page.goto("/collections?cursor=1")
    expect(page.get_by_role("main")).to_contain_text("no longer in force")
    assert page.locator("input[name=to]").get_attribute("value") == "/collections?cursor=1"
    fresh = window(server.url).tab("/collections")
    expect(fresh.get_by_role("main")).to_contain_text("Log in to see this page.")


def test_a_login_that_lapses_under_a_page_is_said_on_it(start, window):
    server = start()
    api = Api(server, server.create_key("owner"))
    sample.fill(api, "library")
    opened = window(server.url)
    page = opened.log_in(server)
    asking = opened.tab("/")
    page.goto("/collections")
    opened.context.clear_cookies()
    page.get_by_label("Name").fill("Trees")
    page.get_by_role("button", name="Create").click()
    alert = page.get_by_role("region", name="New collection").get_by_role("alert")
    expect(alert).to_contain_text("Your login is no longer in force.")
    # What was typed is still there.
    expect(page.get_by_label("Name")).to_have_value("Trees")
    alert.get_by_role("link", name="Log in again").click()
    page.wait_for_url("**/login?to=*")
    assert page.locator("input[name=to]").get_attribute("value") == "/collections"
    Conversation(asking).ask(sample.QUESTION)
    expect(asking.locator("#problem")).to_contain_text("Your login is no longer in force.")
    expect(asking.get_by_label("Your question")).to_have_value(sample.QUESTION)


def test_too_many_requests(start, window):
    server = start({"LOQUAT_RATE_LIMIT_ADDRESS": 6})
    page = window(server.url).tab("/login")
    answer = eventually(lambda: (seen := page.goto("/login")).status != 200 and seen, "a refusal")
    told(page, answer, 429, "Too many requests")
    assert int(answer.headers["retry-after"]) > 0
    expect(page.get_by_role("main")).to_contain_text("Wait ")
    expect(page.get_by_role("link", name="Try again")).to_have_attribute("href", "/login")
    # A program is told as a program, whatever it says that it takes.
    asked = lambda: page.request.get("/api/v1/auth/me", headers={"Accept": "text/html"})  # noqa: E731
    api = eventually(lambda: (seen := asked()).status == 429 and seen, "a refusal of the API")
    assert api.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("size", [40_000, 6_000_000], ids=["for a form", "for any route"])
def test_a_form_that_is_too_large(start, window, size):
    server = start({"LOQUAT_MAX_UPLOAD_BYTES": 1 << 20, "LOQUAT_MAX_BODY_BYTES": 1 << 20})
    page = window(server.url).log_in(server)
    page.context.clear_cookies()
    page.goto("/login")
    page.get_by_label("E-mail address").fill("ann@example.test")
    page.get_by_label("Password").fill("correct horse")
    page.locator("form").evaluate(
        "(form, size) => form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'more', value: 'x'.repeat(size) }))",
        size,
    )
    with page.expect_response("**/login") as answer:
        page.get_by_role("button", name="Log in").click()
    told(page, answer.value, 413, "That is too large")
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
