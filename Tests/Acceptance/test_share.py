"""Links: whoever has one reads the conversation as it was, and nothing else; taken back, it is a path like any other."""

import httpx
import pytest

from support import sample, script, shapes
from support.api import Api
from support.session import Session
from support.shapes import ABSENT
from test_import_limits import changed, export, take

SHARE = {"url", "path", "turn_id", "created_at"}
SHARED = {"title", "created_at", "items", "next_cursor"}
MESSAGE = {"role", "content", "status", "citations", "created_at"}


def share(session):
    return session.api.post(session.path + "/share", expect=201).json()


def unshare(session):
    session.api.delete(session.path + "/share", expect=204)


def token(link):
    return link["path"].removeprefix("/shared/")


def read(server, link, **params):
    """What somebody without an account gets."""
    return httpx.get(f"{server.url}/api/v1/shared/{link if isinstance(link, str) else token(link)}", params=params)


def words(server, link, **params):
    answer = read(server, link, **params)
    assert answer.status_code == 200, answer.text
    return [message["content"] for message in answer.json()["items"]]


@pytest.fixture
def session(plain, upstream):
    """Two exchanges with a model that says its requests' numbers."""
    model = upstream.model(*(script.answer(f"echo {number}") for number in range(30)))
    session = Session(plain, plain.ask("say 0", model=model))
    session.model = model
    session.say("say 1", model=model)
    return session


def test_a_link_shows_the_conversation_as_it_was(session):
    link = share(session)
    server, last = session.api.server, session.line()[-1]
    shapes.has(link, SHARE)
    shapes.time(link["created_at"])
    assert link["turn_id"] == last["turn_id"] and link["url"].endswith(link["path"])
    assert len(token(link)) >= 40 and token(link).replace("-", "").replace("_", "").isalnum()
    shown = read(server, link).json()
    assert shown.keys() == SHARED and shown["created_at"] == link["created_at"] and shown["title"] == session.now()["title"]
    assert shown["next_cursor"] is None
    for message, own in zip(shown["items"], session.line(), strict=True):
        assert message.keys() == MESSAGE
        assert {name: own[name] for name in MESSAGE} == message
    # What came after it was made is not in it.
    session.say("say 2", model=session.model)
    assert read(server, link).json() == shown
    # Nor does the line that it shows change with the conversation's own.
    session.rewind(session.line()[1])
    assert words(server, link) == ["say 0", "echo 0", "say 1", "echo 1"]
    session.again(session.line()[1], model=session.model)
    assert words(server, link) == ["say 0", "echo 0", "say 1", "echo 1"]
    assert all(name not in read(server, link).text for name in (session.id, session.now()["user_id"]))


def test_a_link_is_read_in_pages(session):
    link = share(session)
    server = session.api.server
    found, cursor = [], None
    for _ in range(4):
        page = read(server, link, limit=1, **({"cursor": cursor} if cursor else {})).json()
        found += [message["content"] for message in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None and found == ["say 0", "echo 0", "say 1", "echo 1"]
    assert words(server, link, offset=2) == ["say 1", "echo 1"] and words(server, link, limit=2, offset=1) == ["echo 0", "say 1"]
    assert words(server, link, offset=1_000_000) == []
    for params in ({"limit": 0}, {"limit": 101}, {"offset": -1}, {"cursor": "x"}, {"cursor": "-5"}, {"cursor": "9" * 30}):
        shapes.problem(read(server, link, **params), 422)


def test_hidden_exchanges_are_left_out(session):
    link = share(session)
    session.hide(session.line()[0])
    assert words(session.api.server, link) == ["say 1", "echo 1"]
    session.hide(session.line()[0], False)
    assert words(session.api.server, link) == ["say 0", "echo 0", "say 1", "echo 1"]


def title(server, link):
    """What a link's readers are told that the conversation is called, in both of its forms."""
    told = read(server, link).json()["title"]
    page = httpx.get(server.url + link["path"], headers={"Accept": "text/html"})
    assert page.status_code == 200 and f"<h1><bdi>{told}</bdi></h1>" in page.text and f"<title>{told} " in page.text
    return told


def test_the_title_is_that_of_what_is_shown(session):
    """The conversation's own follows its current line."""
    link, server = share(session), session.api.server
    assert title(server, link) == session.now()["title"] == "say 0"
    answer = session.line()[1]
    session.again(session.line()[0], message="My secret is xylograph", model=session.model)
    assert session.now()["title"] == "My secret is xylograph" and title(server, link) == "say 0"
    session.hide(answer)
    assert title(server, link) == "Conversation" and "say 0" not in read(server, link).text
    session.hide(answer, False)
    assert title(server, link) == "say 0"
    # A name that a person gave is what they want it to be called.
    session.api.patch(session.path, json={"title": "About echoes"}, expect=200)
    assert title(server, link) == "About echoes"


def test_a_link_that_was_taken_back_opens_nothing(session):
    link, server = share(session), session.api.server
    for _ in range(2):
        unshare(session)
        gone = read(server, link)
        shapes.same_not_found(gone, read(server, "x" * 43), token(link), "x" * 43)


def test_a_second_link_ends_the_first(session):
    first, server = share(session), session.api.server
    session.say("say 2", model=session.model)
    second = share(session)
    assert token(first) != token(second)
    shapes.problem(read(server, first), 404)
    assert words(server, second)[-2:] == ["say 2", "echo 2"]
    # The first is no way to take back the second.
    unshare(session)
    shapes.problem(read(server, second), 404)


def test_the_link_of_a_deleted_conversation_opens_nothing(session):
    link = share(session)
    session.api.delete(session.path, expect=204)
    shapes.problem(read(session.api.server, link), 404)
    shapes.problem(session.api.post(session.path + "/share"), 404)
    shapes.problem(session.api.delete(session.path + "/share"), 404)


def test_only_its_owner_shares_a_conversation(server, ada, bob):
    mine = ada.ask("A private matter")["session_id"]
    for method in ("POST", "DELETE"):
        answers = [bob.request(method, f"/api/v1/chat/sessions/{id}/share") for id in (mine, ABSENT)]
        shapes.same_not_found(*answers, mine, ABSENT)
    link = share(Session(ada, mine))
    shapes.problem(bob.delete(f"/api/v1/chat/sessions/{mine}/share"), 404)
    assert len(words(server, link)) == 2
    # A key changes nothing about what is shown, and opens no other way.
    assert bob.get(f"/api/v1/shared/{token(link)}", expect=200).json() == read(server, link).json()
    shapes.problem(bob.get(f"/api/v1/chat/sessions/{mine}"), 404)


def test_the_link_of_somebody_suspended_opens_nothing(server, api):
    eve = Api(server, server.create_key("eve", user="eve@example.test"))
    link = share(Session(eve, eve.ask("A private matter")["session_id"]))
    (user,) = [user["id"] for user in api.get("/api/v1/users?limit=100").json()["items"] if user["email"] == "eve@example.test"]
    page = lambda: httpx.get(server.url + link["path"]).status_code
    assert (len(words(server, link)), page()) == (2, 200)
    api.patch(f"/api/v1/users/{user}", json={"suspended": True}, expect=200)
    assert (read(server, link).status_code, page()) == (404, 404)
    api.patch(f"/api/v1/users/{user}", json={"suspended": False}, expect=200)
    assert (len(words(server, link)), page()) == (2, 200)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_link_is_for_reading(session, method):
    link = share(session)
    answer = httpx.request(method, f"{session.api.server.url}/api/v1/shared/{token(link)}", json={"message": "hello"})
    shapes.problem(answer, 405)
    assert len(words(session.api.server, link)) == 4


@pytest.mark.parametrize("text", ["", " ", "%00", "..", "%2e%2e", "a" * 5000, "%ff", "' OR 1=1 --", "copy of x"], ids=lambda text: text[:12])
def test_what_is_no_link(plain, text):
    shapes.problem(read(plain.server, text), (404, 414))


def test_neither_a_digest_nor_a_part_opens_it(session):
    link, server = share(session), session.api.server
    event = next(event for event in session.api.log(session.id) if event["kind"] == "session.shared")
    assert token(link) not in str(event)
    for text in (event["payload"]["digest"], token(link)[:-1], token(link) + "x", token(link).swapcase(), session.id, link["turn_id"]):
        shapes.problem(read(server, text), 404)


def test_no_link_is_made_while_an_answer_runs(plain, upstream):
    """It would show half an answer, or one that nobody had read when it was made."""
    gate = script.gate()
    watcher = plain.stream("Hello", model=upstream.model([script.Text("One "), gate, *script.answer("two")]))
    opened = watcher.event("session").json
    session = Session(plain, opened["session_id"])
    watcher.shows("One")
    refused = plain.post(session.path + "/share")
    assert shapes.problem(refused, 409, "turn_in_progress")["turn_id"] == opened["turn_id"]
    upstream.open(gate)
    watcher.finish()
    link = share(session)
    # One that was made before shows nothing of an answer that runs.
    gate = script.gate()
    watcher = plain.stream("And then?", session_id=session.id, model=upstream.model([script.Text("Three "), gate, *script.answer("four")]))
    watcher.shows("Three")
    assert words(plain.server, link) == ["Hello", "One two"]
    upstream.open(gate)
    watcher.finish()
    assert words(plain.server, link) == ["Hello", "One two"]


def without_ids(citation):
    quote = citation["quote"] and {name: value for name, value in citation["quote"].items() if name not in ("chunk_id", "document_id")}
    return citation | {"quote": quote}


def test_citations_are_shown_and_their_documents_are_not(api, library):
    session = Session(api, api.ask(sample.QUESTION, collection_id=library["id"]))
    own = session.line()[1]
    link = share(session)
    answer = read(api.server, link).json()["items"][1]
    assert answer["citations"] and answer["citations"][0]["quote"]["text"]
    assert answer["citations"] == [without_ids(citation) for citation in own["citations"]]
    assert "sources" not in answer
    document = own["citations"][0]["quote"]["document_id"]
    for path in (f"/api/v1/documents/{document}", f"/api/v1/documents/{document}/content"):
        shapes.problem(httpx.get(api.server.url + path), 401)


def test_the_page_shows_what_is_quoted_and_no_more(api, library):
    session = Session(api, api.ask(sample.QUESTION, collection_id=library["id"]))
    own, link = session.line()[1], share(session)
    page = httpx.get(api.server.url + link["path"], headers={"Accept": "text/html"}).text
    cited = {citation["number"] for citation in own["citations"]}
    (first, *others) = own["sources"]
    # The answer saw more than it quotes, of the passage that it cites and of others.
    assert cited == {1} and others and "Its seeds are poisonous." in first["content"]
    assert first["title"] in page and all(citation["quote"]["text"] in page for citation in own["citations"])
    assert "poisonous" not in page and "Valencia" not in page
    assert not [source["title"] for source in others if source["title"] in page]
    for text in (page, read(api.server, link).text):
        assert first["chunk_id"] not in text and first["document"]["id"] not in text


def test_the_page_shows_the_first_of_many_quotes(api, library):
    session = Session(api, api.ask(sample.QUESTION, collection_id=library["id"]))

    def quoted(event):
        payload = event["payload"]
        cited, size = payload["citations"][0], len(payload["content"].encode())
        assert cited["number"] == 1
        payload["citations"] = [cited | {"quote": cited["quote"] | {"text": f"Quote {number} of many."}} for number in range(1, 3001)]
        payload["recording"] = {"steps": [size] + [0] * 3000, "chunks": []}

    (made,) = take(api, changed(export(session), "message.assistant", quoted))
    assert len(made.line()[1]["citations"]) == 3000
    link = share(made)
    page = httpx.get(api.server.url + link["path"], headers={"Accept": "text/html"}).text
    assert page.count("<blockquote") == 20 and "Quote 20 of many." in page and "Quote 21 of many." not in page
    assert "And 2980 more." in page
    assert len(read(api.server, link).json()["items"][1]["citations"]) == 3000


def test_a_link_is_kept_nowhere(start):
    server = start({"LOQUAT_LOG_LEVEL": "trace"})
    api = Api(server, server.create_key("owner"))
    session = Session(api, api.ask("Hello"))
    links = [share(session), share(session)]
    assert len(words(server, links[1])) == 2
    shapes.problem(read(server, links[0]), 404)
    told = str(api.log(session.id)) + api.get(session.path + "/export").text + str(session.now())
    page = httpx.get(server.url + links[1]["path"], headers={"Accept": "text/html"})
    assert page.status_code == 200 and "Hello" in page.text
    server.restart()
    # It outlives the process.
    assert len(words(server, links[1])) == 2
    server.stop()
    kept = b"".join(path.read_bytes() for path in sorted(server.data_dir.rglob("*")) if path.is_file())
    for link in links:
        assert token(link) not in told and token(link) not in server.stderr
        assert token(link).encode() not in kept
    assert b"Hello" in kept
