"""Who did what, as the owner and admins read it."""

import pytest
from playwright.sync_api import expect

from support import people

pytestmark = pytest.mark.browser


@pytest.fixture
def house(start):
    server = start()
    server.owner = people.register(server)
    server.ann = people.add(server.owner, "ann")
    return server


def visit(house, window, person):
    page = window(house.url).tab("/login")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("navigation")).to_be_visible()
    return page


def test_who_did_what_to_whom_and_how(house, window):
    key = house.ann.key
    house.ann.api.post("/api/v1/collections", json={"name": "Trees"}, expect=201)
    house.owner.api.patch(f"/api/v1/users/{house.ann.id}", json={"role": "viewer"}, expect=200)
    page = visit(house, window, house.owner)
    page.get_by_role("link", name="People").click()
    page.get_by_role("link", name="Who did what").click()
    page.wait_for_url("**/audit")
    entries = page.locator(".entry")
    # The newest is the visitor's own login.
    expect(entries.nth(0)).to_contain_text("logged in")
    expect(entries.nth(0)).to_contain_text(f"by {house.owner.email}")
    change = entries.nth(1)
    for part in ("role changed", house.ann.email, "from: member; to: viewer", f"by {house.owner.email}", "key ", "from 127.0.0.1", " UTC"):
        expect(change).to_contain_text(part)
    made = entries.nth(2)
    collection = house.ann.api.items("/api/v1/collections")[0]["id"]
    for part in ("collection created", f"collection {collection}", f"by {house.ann.email}"):
        expect(made).to_contain_text(part)
    expect(page.locator(".entry", has_text="key created").first).to_contain_text(f"user: {house.ann.email}; scopes: actions, chat")
    assert key not in page.content()


def test_whoever_is_gone_is_known_by_id_and_a_stranger_by_nothing(house, window):
    people.token(house, "nobody@example.test", "wrong password", expect=401)
    house.owner.api.delete(f"/api/v1/users/{house.ann.id}", expect=204)
    page = visit(house, window, house.owner)
    page.goto("/audit")
    expect(page.locator(".entry", has_text="user deleted")).to_contain_text(f"user {house.ann.id}")
    expect(page.locator(".entry", has_text="login failed").first).to_contain_text("by nobody who is known")
    assert house.ann.email not in page.get_by_role("main").inner_text()


def test_it_goes_on_page_by_page(house, window):
    for number in range(60):
        house.owner.api.patch("/api/v1/auth/me", json={"name": f"Name {number}"}, expect=200)
    told = len(house.owner.api.items("/api/v1/audit"))
    page = visit(house, window, house.owner)
    page.goto("/audit")
    expect(page.locator(".entry")).to_have_count(50)
    page.get_by_role("link", name="Earlier").click()
    page.wait_for_url("**/audit?cursor=*")
    expect(page.locator(".entry")).to_have_count(told + 1 - 50)
    expect(page.locator(".entry").last).to_contain_text("user registered")
    expect(page.get_by_role("link", name="Earlier")).to_have_count(0)


def test_to_all_others_there_is_no_such_page(house, window):
    page = visit(house, window, house.ann)
    assert page.goto("/audit").status == 404
    assert "logged in" not in page.content()
