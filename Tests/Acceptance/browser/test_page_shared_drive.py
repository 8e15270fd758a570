"""A collection of the whole workspace on the page: filled by all but viewers, decided on by whoever manages it."""

import pytest
from playwright.sync_api import expect

from support import people, sample

pytestmark = pytest.mark.browser


@pytest.fixture
def house(start):
    server = start()
    server.owner = people.register(server)
    server.ann, server.vic = people.add(server.owner, "ann"), people.add(server.owner, "vic", "viewer")
    return server


def visit(house, window, person, made):
    opened = window(house.url)
    page = opened.tab("/login")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("navigation")).to_be_visible()
    page.goto(f"/collections/{made['id']}")
    page.opened = opened
    return page


def fill(person, **fields):
    made = person.api.collection("Trees", **fields)
    person.api.ready(person.api.write(made, "Loquat", sample.LOQUAT_TREE))
    return made


def test_a_member_uploads_replaces_and_deletes(house, window, tmp_path):
    made = fill(house.owner, visibility="workspace")
    page = visit(house, window, house.ann, made)
    expect(page.get_by_role("main")).to_contain_text("all but viewers add and delete its documents")
    for text in ("# One\n", "# Another\n"):
        (tmp_path / "tree.md").write_text(text)
        page.get_by_label("Files").set_input_files(tmp_path / "tree.md")
        page.get_by_role("button", name="Upload").click()
        expect(page.locator(".document", has_text=text.strip("# \n"))).to_contain_text("ready")
    page.opened.expected_dialogs += ["Delete this document?"]
    page.get_by_role("button", name="Delete Loquat").click()
    expect(page.locator(".document")).to_have_count(1)
    # What the collection is called, and whether it stays, is not theirs.
    expect(page.get_by_role("region", name="Name and readers")).to_have_count(0)
    expect(page.get_by_role("button", name="Delete the collection")).to_have_count(0)
    house.ann.api.patch(f"/api/v1/collections/{made['id']}", json={"name": "Mine"}, expect=403)
    told = [(entry["action"], entry["actor_id"]) for entry in house.owner.api.items("/api/v1/audit")]
    assert ("document_replaced", house.ann.id) in told and ("document_deleted", house.ann.id) in told


@pytest.mark.parametrize("who, fields", [("vic", {"visibility": "workspace"}), ("ann", {"readers": ["ann@example.test"]})], ids=["viewer", "reader"])
def test_whoever_only_reads_is_offered_nothing_else(house, window, who, fields):
    person = getattr(house, who)
    made = fill(house.owner, **fields)
    page = visit(house, window, person, made)
    expect(page.get_by_role("link", name="Loquat", exact=True).last).to_be_visible()
    for name in ("Upload", "Delete"):
        expect(page.get_by_role("main").get_by_role("button", name=name)).to_have_count(0)
    (document,) = person.api.items("/api/v1/documents", collection_id=made["id"])
    person.api.delete(f"/api/v1/documents/{document['id']}", expect=403)
