"""Several files at once, each with its own progress and its own end."""

import re

import pytest
from playwright.sync_api import expect

from support.api import Api

pytestmark = pytest.mark.browser

LIMIT = 1 << 20


@pytest.fixture
def collection(start, window):
    """A collection's page with the server's API: `page`, `api`."""
    server = start({"LOQUAT_MAX_UPLOAD_BYTES": LIMIT})
    api = Api(server, server.create_key("owner"))
    made = api.collection("Trees")
    page = window(server.url).log_in(server)
    page.goto(f"/collections/{made['id']}")
    page.made = made
    return page, api


def send(page, folder, files):
    for name, content in files.items():
        (folder / name).write_bytes(content)
    page.get_by_label("Files").set_input_files([folder / name for name in files])
    page.get_by_role("button", name="Upload", exact=True).click()


def row(page, name):
    return page.locator("#uploads li", has_text=name)


def test_each_file_ends_for_itself(collection, tmp_path):
    page, api = collection
    good = {f"tree {number}.md": f"# Tree {number}\n\nIt grows.\n".encode() for number in range(5)}
    send(page, tmp_path, {**good, "picture.xyz": bytes(range(256)), "large.txt": b"x" * (LIMIT + 1)})
    expect(page.locator("#told")).to_have_text("5 of 7 uploaded.")
    for name in good:
        expect(row(page, name).locator(".state")).to_have_text("uploaded")
        expect(row(page, name).locator(".problem")).to_be_empty()
        expect(page.locator(".document", has_text=name).locator(".state")).to_have_text("ready")
    expect(row(page, "picture.xyz").locator(".state")).to_have_text("failed")
    expect(row(page, "picture.xyz").get_by_role("alert")).to_contain_text("picture.xyz")
    expect(row(page, "large.txt").get_by_role("alert")).to_contain_text("larger")
    # What cannot succeed is not offered again.
    for name in ("picture.xyz", "large.txt"):
        expect(page.get_by_role("button", name=f"Try {name} again")).to_have_count(0)
    stored = api.items("/api/v1/documents", collection_id=page.made["id"])
    assert sorted(document["filename"] for document in stored) == sorted(good)


def test_a_file_that_cannot_be_read_says_so_where_it_was_uploaded(collection, tmp_path):
    page, _ = collection
    send(page, tmp_path, {"tree.md": b"# Tree\n", "empty.md": b"", "broken.pdf": b"%PDF-1.7\nno more"})
    for name in ("empty.md", "broken.pdf"):
        expect(row(page, name).locator(".state")).to_have_text("cannot be read")
        expect(row(page, name).get_by_role("alert")).not_to_be_empty()
    expect(row(page, "tree.md").locator(".state")).to_have_text("uploaded")
    expect(page.locator("#told")).to_have_text("3 uploaded. 2 of them cannot be read.")


def test_each_file_tells_how_far_it_is(collection, tmp_path):
    page, _ = collection
    page.evaluate(
        """() => {
          window.seen = {};
          const look = ({ target }) => {
            const bar = target.closest?.("#uploads progress");
            if (bar) (window.seen[bar.getAttribute("aria-label")] ??= []).push(bar.value);
          };
          new MutationObserver((changes) => changes.forEach(look)).observe(document.querySelector("#uploads"), { attributes: true, subtree: true });
        }"""
    )
    send(page, tmp_path, {name: b"The loquat ripens in spring. " * 30_000 for name in ("one.txt", "two.txt")})
    expect(page.locator("#told")).to_have_text("2 uploaded.")
    seen = page.evaluate("window.seen")
    assert set(seen) == {"Upload of one.txt", "Upload of two.txt"}
    assert all(max(values) > 0 and values == sorted(values) for values in seen.values()), seen


def test_what_a_cut_took_is_tried_again_and_comes_once(collection, tmp_path):
    page, api = collection
    content = b"# Tree\n\nIt grows.\n"
    keys, answers = [], iter(["reached and lost", "cut"])

    def route(request):
        keys.append(request.request.headers["idempotency-key"])
        match next(answers, "let through"):
            case "reached and lost":
                # As the browser sends it; what it sends of files is not told here.
                form, files = {"collection_id": page.made["id"]}, {"file": ("tree.md", content)}
                api.post("/api/v1/documents", data=form, files=files, headers={"Idempotency-Key": keys[0]}, expect=201)
                request.abort()
            case "cut":
                request.abort()
            case _:
                request.continue_()

    page.route("**/api/v1/documents", route)
    send(page, tmp_path, {"tree.md": content})
    again = page.get_by_role("button", name="Try tree.md again")
    for _ in range(2):
        expect(row(page, "tree.md").get_by_role("alert")).to_contain_text("cannot be reached")
        expect(page.locator("#told")).to_have_text("0 of 1 uploaded.")
        again.click()
    expect(row(page, "tree.md").locator(".problem")).to_be_empty()
    expect(row(page, "tree.md").locator(".state")).to_have_text("uploaded")
    expect(page.locator("#told")).to_have_text("1 uploaded.")
    assert len(keys) == 3 and len(set(keys)) == 1
    assert len(api.items("/api/v1/documents", collection_id=page.made["id"])) == 1


def test_the_next_files_begin_a_new_list(collection, tmp_path):
    page, _ = collection
    send(page, tmp_path, {"one.md": b"# One\n"})
    expect(page.locator("#told")).to_have_text("1 uploaded.")
    expect(page.get_by_label("Files")).to_have_value("")
    send(page, tmp_path, {"two.md": b"# Two\n"})
    expect(page.locator("#told")).to_have_text("1 uploaded.")
    expect(page.locator("#uploads li")).to_have_text(re.compile("two.md"))
