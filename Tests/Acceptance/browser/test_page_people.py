"""Who may come in, and who may read what: as somebody sets it on the pages."""

import pytest
from playwright.sync_api import expect

from support import people, sample

pytestmark = pytest.mark.browser


@pytest.fixture
def house(start):
    """A server with its owner, and ann, a member."""
    server = start()
    server.owner = people.register(server)
    server.ann = people.add(server.owner, "ann")
    return server


@pytest.fixture
def visit(house, window):
    """`visit(person, path)` is a page as they see it, in a window of their own: `page.opened`."""

    def begin(person, path="/"):
        opened = window(house.url)
        page = opened.tab("/login")
        come_in(page, person.email, person.password)
        expect(page.get_by_role("navigation")).to_be_visible()
        page.goto(path)
        page.opened = opened
        return page

    return begin


def come_in(page, email, password):
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def row(page, person):
    return page.locator(".user", has_text=person.email)


def change(page, person):
    """Opens what may be changed of somebody."""
    page.get_by_label(f"Change {person.email}").click()
    return row(page, person)


def add(page, email, password, role="member"):
    form = page.get_by_role("region", name="Add somebody")
    form.get_by_label("E-mail address").fill(email)
    form.get_by_label("Password").fill(password)
    form.get_by_label("Role").select_option(role)
    form.get_by_role("button", name="Add").click()
    return form


def listed(house):
    return {user["email"]: user for user in house.owner.api.items("/api/v1/users")}


def test_somebody_is_added_and_comes_in(house, visit, window):
    page = visit(house.owner, "/users")
    expect(row(page, house.owner)).to_contain_text("(you)")
    add(page, "eve@example.test", "correct horse eve", "viewer")
    expect(page.locator("#told")).to_contain_text("Added")
    expect(page.locator(".user", has_text="eve@example.test").locator(".state")).to_have_text("viewer")
    assert listed(house)["eve@example.test"]["role"] == "viewer"
    fresh = window(house.url).tab("/login")
    come_in(fresh, "eve@example.test", "correct horse eve")
    expect(fresh.get_by_role("navigation")).to_contain_text("eve@example.test")


def test_what_the_server_refuses_is_said_where_it_was_asked(house, visit):
    page = visit(house.owner, "/users")
    form = add(page, house.ann.email.upper(), "correct horse ann")
    expect(form.get_by_role("alert")).to_have_text("Another user has this e-mail address.")
    # What was typed is still there to be mended.
    expect(form.get_by_label("E-mail address")).to_have_value(house.ann.email.upper())
    form.get_by_label("Name").fill("\u200b")
    add(page, "fay@example", "correct horse fay")
    expect(form.get_by_role("alert")).to_contain_text("name must have a character that can be seen")
    opened = change(page, house.ann)
    house.owner.api.delete(f"/api/v1/users/{house.ann.id}", expect=204)
    opened.get_by_label("Role").select_option("admin")
    opened.get_by_role("button", name="Save").click()
    expect(opened.get_by_role("alert")).not_to_be_empty()
    expect(form.get_by_role("alert")).to_contain_text("name")


def test_a_role_and_a_password_are_changed(house, visit, window):
    page = visit(house.owner, "/users")
    opened = change(page, house.ann)
    opened.get_by_label("Role").select_option("admin")
    opened.get_by_role("button", name="Save").click()
    expect(row(page, house.ann).locator(".state")).to_have_text("admin")
    assert listed(house)[house.ann.email]["role"] == "admin"
    # The password stayed.
    assert people.token(house, house.ann.email, house.ann.password)
    opened = change(page, house.ann)
    opened.get_by_label("New password").fill("another horse ann")
    # "Saved." stands there already, of the role.
    with page.expect_response(f"**/api/v1/users/{house.ann.id}") as answer:
        opened.get_by_role("button", name="Save").click()
    assert answer.value.status == 200
    assert people.token(house, house.ann.email, "another horse ann")
    people.token(house, house.ann.email, house.ann.password, expect=401)


def test_somebody_is_suspended_and_let_in_again(house, visit):
    theirs = visit(house.ann, "/collections")
    page = visit(house.owner, "/users")
    change(page, house.ann).get_by_role("button", name="Suspend").click()
    expect(row(page, house.ann).locator(".state")).to_have_text("member, suspended")
    theirs.goto("/collections")
    assert "/login?to=/collections" in theirs.url
    expect(theirs.get_by_role("main")).to_contain_text("no longer in force")
    come_in(theirs, house.ann.email, house.ann.password)
    expect(theirs.get_by_role("alert")).to_contain_text("suspended")
    change(page, house.ann).get_by_role("button", name="Let in again").click()
    expect(row(page, house.ann).locator(".state")).to_have_text("member")
    come_in(theirs, house.ann.email, house.ann.password)
    theirs.wait_for_url("**/collections")


def test_somebody_is_deleted_once_it_was_asked(house, visit):
    page = visit(house.owner, "/users")
    opened = change(page, house.ann)
    # The first answer is no.
    page.opened.expected_dialogs += [f"Delete {house.ann.email}?"]
    page.opened.answers += [False]
    with page.expect_event("dialog"):
        opened.get_by_role("button", name="Delete").click()
    assert house.ann.email in listed(house)
    opened.get_by_role("button", name="Delete").click()
    expect(row(page, house.ann)).to_have_count(0)
    assert house.ann.email not in listed(house)
    # Whoever works with keys alone is not thrown back to the page's beginning.
    expect(page.locator(":focus")).to_have_attribute("id", "users")


def test_an_admin_changes_no_admin_and_makes_none(house, visit):
    adam, eve = (people.add(house.owner, name, "admin") for name in ("adam", "eve"))
    page = visit(adam, "/users")
    for person in (house.owner, adam, eve):
        expect(row(page, person)).to_be_visible()
        expect(row(page, person).locator("details")).to_have_count(0)
    expect(page.get_by_role("region", name="Add somebody").get_by_role("option")).to_have_text(["member", "viewer"])
    change(page, house.ann).get_by_label("Role").select_option("viewer")
    row(page, house.ann).get_by_role("button", name="Save").click()
    expect(row(page, house.ann).locator(".state")).to_have_text("viewer")


def test_to_all_others_there_is_no_such_page(house, visit):
    page = visit(house.owner)
    expect(page.get_by_role("link", name="People")).to_be_visible()
    for person in (house.ann, people.add(house.owner, "vic", "viewer")):
        page = visit(person)
        expect(page.get_by_role("link", name="People")).to_have_count(0)
        assert page.goto("/users").status == 404
        said = page.get_by_role("main").inner_text().split("Request")[0]
        assert page.goto("/nothing-at-all").status == 404
        assert page.get_by_role("main").inner_text().split("Request")[0] == said


# Readers


def shared(person, name="Trees"):
    made = person.api.collection(name)
    person.api.ready(person.api.write(made, "Loquat", sample.LOQUAT_TREE))
    return made


def readers(person, made):
    return person.api.get(f"/api/v1/collections/{made['id']}", expect=200).json()["readers"]


def test_whoever_manages_people_chooses_readers_from_them(house, visit):
    house.owner.api.patch(f"/api/v1/users/{house.ann.id}", json={"name": "Ann Arbor"}, expect=200)
    made = shared(house.owner)
    page = visit(house.owner, f"/collections/{made['id']}")
    page.get_by_label("Ann Arbor").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Its owner and one other may read it")).to_be_visible()
    assert readers(house.owner, made) == [house.ann.id]
    theirs = visit(house.ann, "/collections")
    expect(theirs.get_by_role("link", name="Trees")).to_be_visible()
    page.get_by_label("Ann Arbor").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Only its owner may read it")).to_be_visible()
    theirs.reload()
    expect(theirs.get_by_role("link", name="Trees")).to_have_count(0)


def test_a_member_names_readers_by_address_or_id(house, visit):
    bob, eve = (people.add(house.owner, name) for name in ("bob", "eve"))
    made = shared(house.ann)
    page = visit(house.ann, f"/collections/{made['id']}")
    # A member is not told who else there is.
    assert bob.email not in page.content() and house.owner.email not in page.content()
    page.get_by_label("Add readers").fill(f"Bob@Example.test, {eve.id}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Its owner and 2 others may read it")).to_be_visible()
    assert sorted(readers(house.ann, made)) == sorted([bob.id, eve.id])
    expect(page.get_by_label(bob.email)).to_be_checked()
    expect(page.get_by_label(eve.email)).to_be_checked()
    expect(visit(bob, "/collections").get_by_role("link", name="Trees")).to_be_visible()
    page.get_by_label(bob.email).uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Its owner and one other may read it")).to_be_visible()
    assert readers(house.ann, made) == [eve.id]


def test_a_reader_whom_nobody_knows_is_said_so(house, visit):
    made = shared(house.ann)
    page = visit(house.ann, f"/collections/{made['id']}")
    page.get_by_label("Add readers").fill("nobody@example.test")
    page.get_by_role("button", name="Save").click()
    form = page.get_by_role("region", name="Name and readers")
    expect(form.get_by_role("alert")).to_contain_text("nobody@example.test")
    expect(page.get_by_label("Add readers")).to_have_value("nobody@example.test")
    page.get_by_label("Add readers").fill("nobody")
    page.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("must be a user's id or e-mail address")
    assert readers(house.ann, made) == []
