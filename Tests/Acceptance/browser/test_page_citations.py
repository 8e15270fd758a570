"""Markers of an answer: what was confirmed, put right and not confirmed looks and sounds apart, and each leads to its passage."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from support import script
from support.api import Api
from support.server import Server, upstream_settings
from support.window import Conversation, barriers

pytestmark = pytest.mark.browser

QUESTION = "What do you know of the loquat tree?"
FACTS = {
    "Height": "A loquat tree grows to ten metres at most.",
    "Pruning": "Gardeners from Valencia prune the loquat tree in October.",
}
NONSENSE = "Elephants play the trombone in the moonlit opera"


@dataclass
class Marker:
    status: str
    name: str
    title: str
    passage: str


@pytest.fixture(scope="module")
def start_once():
    servers = []

    def begin(settings):
        servers.append(Server(settings))
        return servers[-1].start()

    yield begin
    for server in servers:
        server.remove()


@pytest.fixture(scope="module")
def answered(upstream, start_once):
    """A server with an answer of three sentences: its source, another's, and none's; and the markers that are to be shown."""
    model = upstream.model(script.answer("Nothing yet."))
    server = start_once(upstream_settings(upstream, LOQUAT_LLM_MODEL=model))
    api = Api(server, server.create_key("owner"))
    collection = api.collection("Trees")
    api.ready(*[api.write(collection, title, f"# {title}\n\n{fact}\n") for title, fact in FACTS.items()])
    numbers = {source["document"]["title"]: source["number"] for source in api.ask(QUESTION)["sources"]}
    right, other = numbers["Height"], numbers["Pruning"]
    upstream.model(
        script.answer(f"{FACTS['Height'][:-1]} [{right}]. ", f"{FACTS['Pruning'][:-1]} [{right}]. ", f"{NONSENSE} [{other}]."), name=model
    )
    server.markers = [
        Marker("verified", f"Source {right}", "Height", FACTS["Height"]),
        Marker("repaired", f"Source {other}, put right: the answer named {right}", "Pruning", FACTS["Pruning"]),
        Marker("unverified", f"Source {other}, not confirmed", "Pruning", FACTS["Pruning"]),
    ]
    return server


@pytest.fixture
def asked(answered, window):
    """The page with the whole answer."""
    page = window(answered.url).log_in(answered)
    conversation = Conversation(page).ask(QUESTION)
    conversation.begun()
    conversation.complete()
    expect(conversation.answer.locator("a.citation")).to_have_count(3)
    return conversation


def marker(conversation, wanted):
    """The marker as somebody finds it who hears the page."""
    return conversation.answer.get_by_role("link", name=wanted.name, exact=True)


LOOK = """all => all.map((one) => {
  const own = getComputedStyle(one);
  return [own.textDecorationLine + own.textDecorationStyle, getComputedStyle(one, "::after").content];
})"""


def test_markers_look_and_sound_apart(answered, asked):
    markers = asked.answer.locator("a.citation")
    for loaded in ("as it came", "anew"):
        for place, wanted in enumerate(answered.markers):
            expect(markers.nth(place)).to_have_class(f"citation {wanted.status}")
            expect(marker(asked, wanted)).to_have_text(f"[{wanted.name.split()[1].strip(',')}]")
            expect(markers.nth(place)).to_have_accessible_name(wanted.name)
        # Not by colour, which not everybody sees.
        looks = [tuple(look) for look in markers.evaluate_all(LOOK)]
        assert len(set(looks)) == 3, (loaded, looks)
        assert barriers(asked.page) == []
        asked.page.reload()
        asked.complete()


@pytest.mark.parametrize("status", ["verified", "repaired", "unverified"])
def test_a_marker_leads_to_its_passage(answered, asked, status):
    wanted = next(found for found in answered.markers if found.status == status)
    marker(asked, wanted).click()
    page = asked.page
    page.wait_for_url("**/documents/*")
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_text(wanted.title)
    passage = page.locator("mark#passage")
    expect(passage).to_have_count(1)
    expect(passage).to_be_in_viewport()
    if status == "unverified":
        # Nothing there says so: what comes nearest is shown.
        expect(passage).not_to_contain_text("trombone")
    else:
        expect(passage).to_have_text(wanted.passage)
    page.go_back()
    expect(asked.answer.locator("a.citation")).to_have_count(3)
