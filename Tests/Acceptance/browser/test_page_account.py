"""Somebody's own account: name, address, password and keys, as they set them on the page."""

import pytest
from playwright.sync_api import expect

from support import people
from support.api import Api

pytestmark = pytest.mark.browser


@pytest.fixture
def house(start):
    """A server with its owner, who has a password."""
    server = start()
    server.owner = people.register(server)
    return server


@pytest.fixture
def visit(house, window):
    """`visit(person)` is the account page as they see it; `page.opened` is its window."""

    def begin(person, **options):
        opened = window(house.url, **options)
        page = opened.tab("/login")
        come_in(page, person.email, person.password)
        expect(page.get_by_role("navigation")).to_be_visible()
        page.goto("/account")
        page.opened = opened
        return page

    return begin


def come_in(page, email, password):
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def region(page, name):
    return page.get_by_role("region", name=name, exact=True)


def me(person):
    return person.api.get("/api/v1/auth/me", expect=200).json()


def test_whoever_came_by_a_link_is_led_to_a_password(start, window):
    server = start()
    page = window(server.url).log_in(server)
    page.get_by_role("link", name="Set an e-mail address and a password").click()
    page.wait_for_url("**/account")
    expect(page.get_by_role("link", name="Account")).to_have_attribute("aria-current", "page")
    form = region(page, "E-mail address and password")
    expect(form.get_by_label("E-mail address")).to_have_value("owner@localhost")
    form.get_by_label("E-mail address").fill("ada@example.test")
    form.get_by_label("Password").fill("correct horse ada")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#told")).to_contain_text("Saved.")
    # From now on it is asked for, and the side names who is here.
    expect(region(page, "Password").get_by_label("Current password")).to_be_visible()
    expect(page.get_by_role("navigation")).to_contain_text("ada@example.test")
    page.goto("/")
    expect(page.get_by_role("heading", name="Ask your documents")).to_be_visible()
    expect(page.get_by_role("link", name="Set an e-mail address and a password")).to_have_count(0)
    fresh = window(server.url).tab("/login")
    come_in(fresh, "ada@example.test", "correct horse ada")
    expect(fresh.get_by_role("navigation")).to_contain_text("ada@example.test")


def test_a_name_is_changed(house, visit):
    page = visit(house.owner)
    form = region(page, "Name")
    form.get_by_label("What you are called").fill("Ada <b>Lovelace</b>")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#told")).to_have_text("Saved.")
    expect(form.get_by_label("What you are called")).to_have_value("Ada <b>Lovelace</b>")
    assert me(house.owner)["name"] == "Ada <b>Lovelace</b>"
    form.get_by_label("What you are called").fill("\u200b")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("can be seen")
    assert me(house.owner)["name"] == "Ada <b>Lovelace</b>"


def test_another_address_needs_the_password(house, visit):
    ann = people.add(house.owner, "ann")
    page = visit(ann)
    form = region(page, "E-mail address")

    def ask(email, password):
        form.get_by_label("E-mail address").fill(email)
        form.get_by_label("Current password").fill(password)
        form.get_by_role("button", name="Save").click()

    ask("eve@example.test", "not the password")
    expect(form.get_by_role("alert")).to_have_text("The current password is not right.")
    ask(house.owner.email, ann.password)
    expect(form.get_by_role("alert")).to_have_text("Another user has this e-mail address.")
    # What was typed is still there to be mended.
    expect(form.get_by_label("E-mail address")).to_have_value(house.owner.email)
    assert me(ann)["email"] == ann.email
    ask("eve@example.test", ann.password)
    expect(page.get_by_role("navigation")).to_contain_text("eve@example.test")
    assert me(ann)["email"] == "eve@example.test"


def test_another_password_ends_the_other_logins(house, visit):
    page, elsewhere = visit(house.owner), visit(house.owner)
    form = region(page, "Password")
    form.get_by_label("Current password").fill("not the password")
    form.get_by_label("New password").fill("another horse")
    form.get_by_role("button", name="Change").click()
    expect(form.get_by_role("alert")).to_have_text("The current password is not right.")
    people.token(house, house.owner.email, "another horse", expect=401)
    form.get_by_label("Current password").fill(house.owner.password)
    form.get_by_role("button", name="Change").click()
    expect(page.locator("#told")).to_contain_text("Saved.")
    assert people.token(house, house.owner.email, "another horse")
    page.reload()
    expect(page.get_by_role("heading", name="Account")).to_be_visible()
    elsewhere.reload()
    assert "/login?to=/account" in elsewhere.url


# Keys


def make(page, name, expires=None, **scopes):
    """Makes a key; `scopes` are those to be ticked or not."""
    form = region(page, "New key")
    form.get_by_label("What it is for").fill(name)
    for scope, chosen in scopes.items():
        form.locator(f"input[value='{scope.replace('_', ':')}']").set_checked(chosen)
    if expires:
        form.get_by_label("It expires").select_option(expires)
    form.get_by_role("button", name="Make the key").click()
    return form


def test_a_key_is_made_copied_and_shown_once(house, visit):
    page = visit(house.owner)
    page.opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    make(page, "Nightly <i>import</i>", "after 7 days", documents_write=True, chat=False)
    shown = page.get_by_label("The key. Copy it now")
    expect(shown).to_be_focused()
    text = shown.input_value()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text
    (made,) = [key for key in house.owner.api.items("/api/v1/api-keys") if key["name"] == "Nightly <i>import</i>"]
    assert made["scopes"] == ["documents:read", "documents:write"] and text.startswith(made["prefix"])
    assert made["expires_at"][:10] > made["created_at"][:10]
    row = page.locator(".key", has_text="Nightly <i>import</i>")
    for part in ("documents:read, documents:write", "made 20", "never used", f"expires {made['expires_at'][:10]}", made["prefix"]):
        expect(row).to_contain_text(part)
    Api(house, text).get("/api/v1/collections", expect=200)
    page.reload()
    assert text not in page.content()
    expect(shown).to_be_hidden()


def test_a_key_without_an_end_or_without_scopes(house, visit):
    page = visit(house.owner)
    form = make(page, "Nothing", chat=False, documents_read=False)
    expect(form.get_by_role("alert")).to_contain_text("scopes")
    expect(form.get_by_label("What it is for")).to_have_value("Nothing")
    form = make(page, "Endless", "never", chat=True)
    expect(page.locator(".key", has_text="Endless")).to_contain_text("never expires")
    keys = {key["name"]: key for key in house.owner.api.items("/api/v1/api-keys")}
    assert keys["Endless"]["expires_at"] is None and keys["Endless"]["scopes"] == ["chat"] and "Nothing" not in keys


def test_a_key_is_revoked_once_it_was_asked(house, visit):
    text = people.key(house.owner.api, "Old job")["key"]
    page = visit(house.owner)
    page.opened.expected_dialogs += ["Revoke Old job?"]
    page.opened.answers += [False]
    with page.expect_event("dialog"):
        page.get_by_role("button", name="Revoke Old job").click()
    Api(house, text).get("/api/v1/auth/me", expect=200)
    page.get_by_role("button", name="Revoke Old job").click()
    expect(page.locator(".key", has_text="Old job")).to_have_count(0)
    expect(page.locator("#told")).to_have_text("Revoked.")
    Api(house, text).get("/api/v1/auth/me", expect=401)


def test_many_keys_come_page_by_page(house, visit):
    for number in range(51):
        people.key(house.owner.api, f"Key {number}.")
    page = visit(house.owner)
    expect(page.locator(".key")).to_have_count(50)
    page.get_by_role("link", name="More keys").click()
    expect(page.locator(".key", has_text="Key 50.")).to_be_visible()
    expect(page.get_by_role("link", name="More keys")).to_have_count(0)


def test_nobody_is_offered_scopes_beyond_their_role(house, visit):
    page = visit(people.add(house.owner, "vic", "viewer"))
    expect(region(page, "New key").get_by_role("checkbox")).to_have_count(2)
    mine = people.key(house.owner.api, "Of the owner")
    page.reload()
    assert mine["prefix"] not in page.content() and "Of the owner" not in page.content()
