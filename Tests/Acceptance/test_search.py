"""Search in conversations: the caller's own words in any of their forms, on the lines that are gone on with, and nobody else's."""

import string

import pytest

from support import sample, script, shapes
from support.api import Api
from support.server import upstream_settings
from support.session import Session
from support.waiting import eventually

HIT = {"type", "session_id", "turn_id", "role", "document_id", "title", "filename", "snippet", "created_at"}


def page(api, query, **params):
    return api.get("/api/v1/search", params={"q": query, **params}, expect=200).json()


def search(api, query, limit=100, **params):
    """Messages, from all pages."""
    found, cursor = [], None
    while True:
        answer = page(api, query, limit=limit, **params, **({"cursor": cursor} if cursor else {}))
        found += [hit for hit in answer["items"] if hit["type"] == "message"]
        cursor = answer["next_cursor"]
        if cursor is None:
            return found


def documents(api, query):
    return [hit for hit in page(api, query)["items"] if hit["type"] == "document"]


def finds(api, query, *turns):
    """These turns and no others, the newest first, once they are in the index."""
    wanted = [turn if isinstance(turn, str) else turn["turn_id"] for turn in turns]

    def look():
        found = [hit["turn_id"] for hit in search(api, query)]
        return found == wanted or None

    return eventually(look, f"{query} finds {len(wanted)}")


@pytest.fixture
def model(upstream):
    """A model that says nothing of note."""
    return upstream.model(script.answer("So be it."))


def test_a_message_is_found_by_what_it_says(plain, model, upstream, unique):
    word = unique()
    session = Session(plain, plain.ask(f"Where do the {word} gardens of Valencia lie?", model=model))
    answering = upstream.model(script.answer(f"Beside the {word} river, ", "they say."))
    session.say("Nobody knows?", model=answering)
    asked, _, _, answer = session.line()
    finds(plain, word, answer, asked)
    newer, older = search(plain, word)
    for hit, turn in ((newer, answer), (older, asked)):
        shapes.has(hit, HIT)
        assert hit["session_id"] == session.id and hit["role"] == turn["role"] and hit["created_at"] == turn["created_at"]
        assert hit["title"] == session.now()["title"] and word in hit["snippet"]
        assert hit["document_id"] is None and hit["filename"] is None
    # Every word must be there.
    finds(plain, f"{word} river", answer)
    finds(plain, f"{word} Valencia", asked)
    finds(plain, f"{word} volcano")


@pytest.mark.parametrize(
    "said, query",
    [
        ("The gardeners were pruning {}", "gardener prune {}"), ("a gardener prunes {}", "GARDENERS PRUNED {}"),
        ("{} cafés", "{} CAFÉ"), ("Ana\u0301 e {}", "aná {}"), ("{}'s old tree", "{} tree"), ("(**{}**), `code_{}`", "{}"),
        ("{} 🍊 x", "{}"),
    ],
    ids=lambda value: value[:20],
)
def test_words_are_found_in_any_form(plain, model, unique, said, query):
    word = unique()
    turn = plain.ask(said.replace("{}", word), model=model)
    finds(plain, query.replace("{}", word), Session(plain, turn).line()[0])


def test_the_newest_come_first_page_by_page(plain, model, unique):
    word = unique()
    turns = [Session(plain, plain.ask(f"{word} number {number}", model=model)).line()[0]["turn_id"] for number in range(7)][::-1]
    finds(plain, word, *turns)
    for limit in (1, 2, 3, 7, 8):
        assert [hit["turn_id"] for hit in search(plain, word, limit=limit)] == turns
    for offset in range(9):
        found = [hit["turn_id"] for hit in page(plain, word, offset=offset, limit=3)["items"] if hit["type"] == "message"]
        assert found == turns[offset : offset + 3]
    # What is said meanwhile does not move the pages that follow.
    first = page(plain, word, limit=3)
    plain.ask(f"{word} meanwhile", model=model)
    rest = page(plain, word, limit=100, cursor=first["next_cursor"])["items"]
    assert [hit["turn_id"] for hit in rest] == turns[3:]
    times = [hit["created_at"] for hit in search(plain, word)]
    assert times == sorted(times, reverse=True)


def test_a_conversation_is_found_by_its_title(plain, model, unique):
    session = plain.ask("What was it called?", model=model)["session_id"]
    first, second = unique(), unique()

    def named(word):
        return [hit for hit in page(plain, word)["items"] if hit["session_id"] == session]

    for title in (f"About {first}", f"About {second}"):
        plain.patch(f"/api/v1/chat/sessions/{session}", json={"title": title}, expect=200)
    (hit,) = named(second)
    assert set(hit) == HIT and hit["type"] == "session" and hit["title"] == hit["snippet"] == f"About {second}"
    assert hit["turn_id"] is hit["role"] is hit["document_id"] is None and hit["created_at"]
    assert not named(first)


def test_what_is_superseded_is_not_found(plain, upstream, unique):
    first, second, edited = unique(), unique(), unique()
    model = upstream.model(*(script.answer(f"{name} it is") for name in (first, second, edited)))
    session = Session(plain, plain.ask("Which is it?", model=model))
    one = session.line()[1]
    finds(plain, first, one)
    two = session.again(one)
    finds(plain, second, two)
    finds(plain, first)
    three = session.again(two, message=f"Which {edited} then?")
    finds(plain, edited, three, session.line()[0])
    finds(plain, second)
    # It comes back with its line.
    session.select(one)
    finds(plain, first, one)
    finds(plain, edited)


def test_what_was_rewound_is_not_found_and_comes_back(plain, model, unique):
    word = unique()
    session = Session(plain, plain.ask("Hello", model=model))
    session.say(f"About {word}", model=model)
    line = session.line()
    finds(plain, word, line[2])
    rewound = session.rewind(line[1])
    finds(plain, word)
    session.restore(rewound)
    finds(plain, word, line[2])


def test_all_branches_are_found(plain, model, unique):
    word = unique()
    session = Session(plain, plain.ask("Hello", model=model))
    fork = session.line()[1]
    session.branch(fork, "aside")
    session.say(f"{word} on the main line", model=model)
    main = session.line()[2]
    session.switch("aside")
    session.say(f"{word} aside", model=model)
    aside = session.line()[2]
    finds(plain, word, aside, main)
    session.switch("main")
    finds(plain, word, aside, main)
    # A conversation of its own has its own.
    copy = session.branch(aside, "copy", into="new")
    copied = plain.items(f"/api/v1/chat/sessions/{copy['session_id']}/messages")[2]
    eventually(lambda: {hit["turn_id"] for hit in search(plain, word)} == {copied["turn_id"], aside["turn_id"], main["turn_id"]}, "three of them")


def test_hidden_ones_are_still_found(plain, model, unique):
    """They are left out of prompts, not out of the conversation."""
    word = unique()
    session = Session(plain, plain.ask(f"About {word}", model=model))
    asked = session.line()[0]
    session.hide(asked)
    finds(plain, word, asked)


def test_nobody_finds_what_others_said(api, ada, bob, unique):
    word = unique()
    turn = ada.ask(f"My secret is {word}")
    mine = eventually(lambda: search(ada, word), "her own")
    assert {hit["session_id"] for hit in mine} == {turn["session_id"]}
    for other in (api, bob):
        assert page(other, word) == {"items": [], "next_cursor": None}
        assert page(other, word, cursor="9" * 15) == {"items": [], "next_cursor": None}
    shapes.problem(ada.get("/api/v1/search", params={"q": word}, key=None), 401)


def test_a_snippet_of_a_document_shows_what_was_found(api, unique):
    word = unique()
    text = "Of other things there is much to say here. " * 12
    api.ready(api.upload(api.collection(word), "tides.md", f"# Tides\n\n{text}The {word} tide rises sixteen metres. {text}\n"))
    hit = documents(api, f"{word} tide")[0]
    assert f"The {word} tide rises" in hit["snippet"] and len(hit["snippet"]) <= 200
    assert hit["snippet"][0] == hit["snippet"][-1] == "…"


def test_documents_are_found_by_those_who_may_read_them(api, ada, unique, server):
    word = unique()
    collection = api.collection(word)
    (document,) = api.ready(api.upload(collection, "tides.md", f"# Tides\n\nThe {word} tide rises sixteen metres.\n"))
    hit = documents(api, f"{word} tide")[0]
    shapes.has(hit, HIT)
    assert (hit["document_id"], hit["filename"], hit["title"]) == (document["id"], "tides.md", document["title"])
    assert word in hit["snippet"] and hit["session_id"] is hit["turn_id"] is hit["role"] is None
    found = lambda api: document["id"] in [hit["document_id"] for hit in documents(api, f"{word} tide")]
    assert found(api) and not found(ada)
    api.patch(f"/api/v1/collections/{collection['id']}", json={"readers": [ada.user_id()]}, expect=200)
    assert found(ada)
    # A key without the scope reads no documents here either.
    narrow = Api(server, api.post("/api/v1/api-keys", json={"name": word, "scopes": ["chat"]}, expect=201).json()["key"])
    assert documents(narrow, f"{word} tide") == []
    blind = Api(server, api.post("/api/v1/api-keys", json={"name": word, "scopes": ["documents:read"]}, expect=201).json()["key"])
    shapes.problem(blind.get("/api/v1/search", params={"q": word}), 403)


def test_documents_stand_on_the_first_page_alone(api, library):
    for number in range(3):
        api.ask(f"How tall does the loquat tree grow, {number}?")
    eventually(lambda: len(search(api, "loquat tree tall")) >= 3, "they are in the index")
    first = page(api, "loquat tree tall", limit=2)
    assert [hit["type"] for hit in first["items"]][:2] == ["message", "message"] and len(first["items"]) <= 2 + 5
    second = page(api, "loquat tree tall", limit=2, cursor=first["next_cursor"])
    assert {hit["type"] for hit in second["items"]} == {"message"}


HOSTILE = [
    '"', "'", '"""', "*", "a*", "NEAR(a b)", "a AND", "OR", "NOT x", "(", "a)", "col:x", "content:x", "-x", "^x", "{a b}", "a + b", "\0", "a\0b",
    "'; DROP TABLE sessions; --", "%", "_", "\\", "\u202e", "\ud7ff\ufdd0", "🍊", "the and of", "   ", "x" * 1000, "a." * 400, "\n\r\t", "<b>x</b>",
]


@pytest.mark.parametrize("query", HOSTILE, ids=lambda query: repr(query)[1:15])
def test_hostile_queries_are_words(api, query):
    answer = api.get("/api/v1/search", params={"q": query})
    if answer.status_code != 200:
        shapes.invalid(answer, "q")
    else:
        assert set(answer.json()) == {"items", "next_cursor"}


@pytest.mark.parametrize(
    "params, name",
    [
        ({}, "q"), ({"q": ""}, "q"), ({"q": "x" * 1001}, "q"), ({"q": " ".join(f"w{number}ord" for number in range(65))}, "q"),
        ({"q": "x", "limit": 0}, "limit"), ({"q": "x", "limit": 101}, "limit"), ({"q": "x", "offset": -1}, "offset"),
        ({"q": "x", "cursor": "y"}, "cursor"), ({"q": "x", "cursor": "9" * 40}, "cursor"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_wrong_is_pointed_at(api, params, name):
    shapes.invalid(api.get("/api/v1/search", params=params), name)


def test_a_snippet_is_text_and_short(plain, model, unique):
    word = unique()
    text = "<script>alert(1)</script> " * 200 + f"the {word} stands here " + "and more words follow " * 300
    turn = plain.ask(text, model=model)
    finds(plain, word, Session(plain, turn).line()[0])
    (hit,) = search(plain, word)
    assert word in hit["snippet"] and len(hit["snippet"]) < 600
    assert all(letter in string.printable or letter == "…" for letter in hit["snippet"])


@pytest.mark.parametrize("around", ["and more words follow ", "“qué más” "])
def test_a_snippet_of_a_long_message_shows_what_was_found(plain, upstream, unique, around):
    words = [unique(), unique()]
    said = f"{around * 10_000}then the {words[0]} {words[1]} stands here {around * 10_000}"
    parts = [said[start : start + 10_000] for start in range(0, len(said), 10_000)]
    turn = plain.ask("Tell me", model=upstream.model(script.answer(*parts)))
    for query in (words[0], " ".join(words)):
        finds(plain, query, turn)
        (hit,) = search(plain, query)
        assert f"then the {words[0]} {words[1]} stands here" in hit["snippet"] and len(hit["snippet"]) <= 200
        assert hit["snippet"][0] == hit["snippet"][-1] == "…"


def test_a_running_answer_is_found_once_it_is_over(plain, upstream, unique):
    word, gate = unique(), script.gate()
    watcher = plain.stream("Hello", model=upstream.model([script.Text(f"{word} "), gate, *script.answer("it is")]))
    turn = watcher.event("session").json["turn_id"]
    watcher.shows(word)
    assert search(plain, word) == []
    upstream.open(gate)
    watcher.finish()
    finds(plain, word, turn)


def kept(server):
    """What stands on the stopped server's disk."""
    assert not server.running
    return b"".join(path.read_bytes() for path in sorted(server.data_dir.rglob("*")) if path.is_file()).lower()


def test_words_of_a_deleted_conversation_are_nowhere(start, upstream, unique):
    server = start(upstream_settings(upstream))
    api = Api(server, server.create_key("owner"))
    asked, said, title, stays = unique(), unique(), unique(), unique()
    model = upstream.model(script.answer(f"The answer is {said} indeed"))
    session = Session(api, api.ask(f"What is {asked}?", model=model))
    api.patch(session.path, json={"title": f"About {title}"}, expect=200)
    other = Session(api, api.ask(f"What is {stays}?", model=upstream.model(script.answer("Well"))))
    finds(api, asked, session.line()[0])
    finds(api, said, session.line()[1])
    api.delete(session.path, expect=204)
    for word in (asked, said, title):
        finds(api, word)
    finds(api, stays, other.line()[0])
    server.stop()
    found = [word for word in (asked, said, title) if word.encode() in kept(server)]
    assert found == [] and stays.encode() in kept(server)
    # Nor do they come back with a start, on which the index may be made anew.
    server.start()
    finds(api, stays, other.line()[0])
    for word in (asked, said, title):
        finds(api, word)
    server.stop()
    assert [word for word in (asked, said, title) if word.encode() in kept(server)] == []


def test_a_lost_index_is_made_anew(start, upstream, unique):
    server = start(upstream_settings(upstream))
    api = Api(server, server.create_key("owner"))
    word = unique()
    session = Session(api, api.ask(f"What is {word}?", model=upstream.model(script.answer("Well"))))
    finds(api, word, session.line()[0])
    server.kill()
    (path,) = server.data_dir.glob("search.db")
    for file in server.data_dir.glob("search.db*"):
        file.unlink()
    server.start()
    finds(api, word, session.line()[0])
    # Nor does a damaged one keep the server from starting.
    server.stop()
    path.write_bytes(b"\xff" * path.stat().st_size)
    server.start()
    finds(api, word, session.line()[0])


def test_sample_questions_do_not_find_each_other(plain, model, unique):
    """A word that stands in one of two conversations finds that one alone."""
    one, other = unique(), unique()
    first = plain.ask(f"{one} {sample.NONSENSE}", model=model)
    second = plain.ask(f"{other} {sample.NONSENSE}", model=model)
    finds(plain, one, Session(plain, first).line()[0])
    finds(plain, other, Session(plain, second).line()[0])
