"""Exports and imports: taken along and brought back, nothing of a conversation is lost, and a file that is not whole is refused."""

import hashlib
import json
import random
import uuid
import zipfile
from io import BytesIO

import pytest

from support import people, sample, script, shapes, usage
from support.api import Api
from support.server import upstream_settings
from support.session import Session
from support.shapes import ABSENT
from support.waiting import eventually

IMPORT = "/api/v1/chat/sessions/import"
LINES = {"Content-Type": "application/jsonl"}


def export(session):
    answer = session.api.get(session.path + "/export", expect=200)
    assert answer.headers["content-type"] == "application/jsonl"
    assert f'filename="session-{session.id}.jsonl"' in answer.headers["content-disposition"]
    return answer.content


def take(api, content, **arguments):
    """Imports, and returns the sessions that were made."""
    if not isinstance(content, (bytes, str)):
        content = json.dumps(content)
    made = api.post(IMPORT, content=content, headers=LINES, expect=201, **arguments).json()
    assert made["session_id"] == (made["items"][0]["id"] if made["items"] else None)
    return [Session(api, item["id"]) for item in made["items"]]


def refuse(api, content, code=None, said=""):
    before = [session["id"] for session in api.sessions()]
    problem = shapes.problem(api.post(IMPORT, content=content, headers=LINES), 422, code)
    assert said in problem["detail"], problem
    assert [session["id"] for session in api.sessions()] == before
    return problem


def sealed(lines):
    """An export's bytes with its digest made anew, as somebody would who means it."""
    text = b"".join(line + b"\n" for line in lines)
    seal = {"end": True, "events": len(lines) - 1, "sha256": hashlib.sha256(text).hexdigest()}
    return text + json.dumps(seal, separators=(",", ":")).encode() + b"\n"


def opened(content):
    """An export's lines without its last."""
    return content.splitlines()[:-1]


def anonymous(value):
    """With ids by the order in which they come."""
    known = {}

    def name(found):
        if isinstance(found, dict):
            return {key: name(member) for key, member in found.items() if key not in ("sha256", "digest")}
        if isinstance(found, list):
            return [name(member) for member in found]
        if isinstance(found, str):
            try:
                return known.setdefault(str(uuid.UUID(found)), f"id {len(known)}")
            except ValueError:
                return found
        return found

    return name(value)


def story(session):
    """What becomes of a conversation in a week: versions, branches, a rewinding, a name, ratings, a link, what is hidden and cut off."""
    model = session.model
    session.say("say 1 🍊 \u2028 \"quoted\"", model=model, metadata={"nested": {"list": [1, None, 1.5, "🍊"]}})
    line = session.line()
    second = session.again(line[3], instructions="Be brief.")
    session.again(line[2], message="say 1 otherwise")
    session.select(second)
    session.rate(second, "down", reason="wrong", text="No.\nReally.")
    session.branch(line[1], "aside 🍊")
    session.switch("aside 🍊")
    session.say("say 2", model=model)
    session.rename("aside 🍊", "another way")
    session.switch("main")
    session.restore(session.rewind(line[1]))
    session.hide(line[0])
    session.api.patch(session.path, json={"title": "A week", "pinned": True, "metadata": {"of": "mine"}}, expect=200)
    session.api.post(session.path + "/share", expect=201)
    return session


def shown(session):
    """All that anybody sees of a conversation."""
    branches = session.branches()
    everything = [session.now(), branches, session.everything(), *(session.line(branch["name"]) for branch in branches)]
    return json.dumps(everything)


@pytest.fixture
def session(plain, upstream):
    model = upstream.model(*(script.answer(f"echo {number}") for number in range(30)))
    session = Session(plain, plain.ask("say 0", model=model))
    session.model = model
    return session


def test_an_export_is_the_log(session):
    story(session)
    head, *events, end = map(json.loads, export(session).splitlines())
    assert (head["format"], head["version"], head["session_id"]) == ("loquat", 1, session.id)
    log = session.api.log(session.id)
    assert [event["seq"] for event in events] == list(range(1, len(log) + 1))
    for event, logged in zip(events, log, strict=True):
        assert (event["kind"], event["created_at"], event.get("group")) == (logged["kind"], logged["created_at"], logged["group"])
        payload = logged["payload"]
        if event["seq"] == 1:
            payload = {name: value for name, value in payload.items() if name not in ("user_id", "workspace_id", "copied_events")}
        assert event["payload"] == payload
    assert end["end"] is True and end["events"] == len(log)
    assert end["sha256"] == hashlib.sha256(b"".join(line + b"\n" for line in opened(export(session)))).hexdigest()


def test_nothing_is_lost_on_the_way_to_another_server(start, upstream):
    settings = upstream_settings(upstream)
    home, away = (start(settings) for _ in range(2))
    one, other = (Api(server, server.create_key("owner")) for server in (home, away))
    library = sample.fill(one, "library")
    model = upstream.model(*(script.answer(f"Ten metres at most [1]. echo {number}") for number in range(30)))
    session = Session(one, one.ask(sample.QUESTION, model=model, collection_id=library["id"]))
    session.model = model
    text = export(story(session))
    (moved,) = take(other, text)
    assert moved.id == session.id and export(moved) == text
    # The same is seen, but for whose it is.
    users = [api.user_id() for api in (one, other)]
    assert shown(moved).replace(users[1], users[0]) == shown(session)
    assert [event["payload"] for event in other.log(moved.id)][1:] == [event["payload"] for event in one.log(session.id)][1:]
    for command in (["verify"], ["rebuild", "--check"]):
        assert away.run(*command).returncode == 0
    # It can be gone on with.
    moved.say("And then?", model=model)
    assert "Ten metres" in upstream.requests(model)[-1].prompt
    # There it is once; a second time it is a copy.
    (copy,) = take(other, text)
    assert copy.id != moved.id
    away.restart()
    assert export(copy) != text and len(copy.everything()) == len(session.everything())


def test_an_import_here_is_a_copy(session):
    text = export(story(session))
    before = shown(session)
    (copy,) = take(session.api, text)
    assert copy.id != session.id and shown(session) == before
    events = [list(map(json.loads, opened(export(one)))) for one in (session, copy)]
    assert anonymous(events[1][1:]) == anonymous(events[0][1:])
    kept = [event["created_at"] for event in events[0][1:]]
    assert [event["created_at"] for event in events[1][1:]] == kept
    for name in ("created_at", "last_message_at", "title", "pinned", "metadata", "message_count", "branch"):
        assert copy.now()[name] == session.now()[name], name
    turns = lambda one: {turn["turn_id"] for turn in one.everything()}
    assert not turns(copy) & turns(session)
    anonymised = [anonymous([one.everything(), one.branches()]) for one in (session, copy)]
    assert anonymised[0] == anonymised[1]
    # Its link is not the first one's.
    assert session.api.server.run("verify").returncode == 0
    session.api.delete(session.path, expect=204)
    assert len(copy.words()) == 4


def test_the_link_stays_with_the_one_it_was_made_of(session):
    link = session.api.post(session.path + "/share", expect=201).json()
    (copy,) = take(session.api, export(session))
    path = link["path"].replace("/shared/", "/api/v1/shared/")
    session.api.delete(copy.path + "/share", expect=204)
    session.api.get(path, key=None, expect=200)
    session.api.delete(session.path, expect=204)
    shapes.problem(session.api.get(path, key=None), 404)


def test_several_sessions_stand_in_one_file(plain, upstream):
    model = upstream.model(script.answer("Yes"))
    sessions = [Session(plain, plain.ask(f"question {number}", model=model)) for number in range(3)]
    made = take(plain, b"".join(export(session) for session in sessions))
    assert [session.words() for session in made] == [[f"question {number}", "Yes"] for number in range(3)]
    # A broken one costs those behind it, not those before it.
    first, second, third = (export(session) for session in sessions)
    answer = plain.post(IMPORT, content=first + second[:-100] + b"\n" + third, headers=LINES)
    problem = shapes.problem(answer, 422, "broken_export")
    assert "before it were taken in" in problem["detail"]
    assert plain.sessions()[0]["title"] == "question 0" or "question 0" in [found["title"] for found in plain.sessions()]


def test_members_always_get_new_ids(start, upstream):
    server = start(upstream_settings(upstream))
    other = start(upstream_settings(upstream))
    owner, away = people.register(server), Api(other, other.create_key("owner"))
    member, admin = people.add(owner, "member"), people.add(owner, "admin", "admin")
    text = export(Session(away, away.ask("Hello", model=upstream.model(script.answer("Yes")))))
    # Nobody here has the id: an admin keeps it, and a member learns nothing of that.
    for person, keeps in ((member, False), (admin, True), (member, False), (admin, False)):
        (made,) = take(person.api, text)
        assert (made.id.encode() in text) == keeps
        assert made.now()["user_id"] == person.id and made.words() == ["Hello", "Yes"]
        shapes.problem(owner.api.get(made.path), 404)
    narrow = Api(server, people.key(owner.api, scopes=["chat"])["key"])
    assert take(narrow, text)[0].id.encode() not in text
    # Whoever it says it is of: it is the importer's.
    lines = opened(text)
    first = json.loads(lines[1])
    first["payload"] |= {"user_id": owner.id, "workspace_id": ABSENT}
    (made,) = take(member.api, sealed([lines[0], json.dumps(first).encode(), *lines[2:]]))
    assert made.now()["user_id"] == member.id


def test_an_id_that_was_deleted_is_not_taken_again(start, upstream):
    server = start(upstream_settings(upstream))
    api = Api(server, server.create_key("owner"))
    session = Session(api, api.ask("Hello", model=upstream.model(script.answer("Yes"))))
    text = export(session)
    api.delete(session.path, expect=204)
    (made,) = take(api, text)
    assert made.id != session.id and made.words() == ["Hello", "Yes"]
    shapes.problem(api.get(session.path), 404)
    assert server.run("verify").returncode == 0


def test_an_import_is_no_usage(start, upstream):
    server = start(upstream_settings(upstream))
    api = Api(server, server.create_key("owner"))
    model = usage.model(upstream, 100, 20)
    session = Session(api, api.ask("Hello", model=model))
    counted = usage.told(api)
    assert counted
    (copy,) = take(api, export(session))
    assert usage.told(api) == counted
    # What is said in it from then on is.
    copy.say("And then?", model=model)
    (sums,), (before,) = usage.told(api).values(), counted.values()
    assert tuple(sums) == tuple(2 * count for count in before)


def test_a_turn_that_runs_is_exported_as_far_as_it_is(plain, upstream):
    gate = script.gate()
    watcher = plain.stream("Hello", model=upstream.model([script.Text("One "), gate, *script.answer("two")]))
    session = Session(plain, watcher.event("session").json["session_id"])
    watcher.shows("One")
    text = export(session)
    upstream.open(gate)
    watcher.finish()
    (copy,) = take(plain, text)
    asked, answer = copy.line()
    assert asked["content"] == "Hello" and answer["status"] == "interrupted"
    assert copy.now()["running_turn_id"] is None
    assert copy.say("And then?", model=upstream.model(script.answer("Three")))["message"] == "Three"
    assert session.words() == ["Hello", "One two"]


def test_a_form_is_taken_too(plain, upstream):
    session = Session(plain, plain.ask("Hello", model=upstream.model(script.answer("Yes"))))
    text = export(session)
    made = plain.post(IMPORT, files={"file": ("session.jsonl", text, "application/octet-stream")}, expect=201).json()
    assert Session(plain, made).words() == ["Hello", "Yes"]
    shapes.invalid(plain.post(IMPORT, data={"other": "x"}, files={"a": (None, "x")}), "file")
    kind = {"Content-Type": "multipart/form-data"}
    shapes.problem(plain.post(IMPORT, content=text, headers=kind), 400, "invalid_multipart")
    shapes.problem(plain.post(IMPORT, content=b"--b", headers={"Content-Type": "multipart/form-data; boundary=b"}), 400, "invalid_multipart")


# What is refused


def test_a_file_that_was_cut_off_is_refused_wherever(session):
    text = export(story(session))
    refuse(session.api, text[:-1][: text[:-1].rindex(b"\n") + 1], "broken_export", "breaks off")
    for place in random.Random(7).sample(range(40, len(text) - 2), 40):
        refuse(session.api, text[:place], "broken_export")


def test_a_line_that_was_changed_is_refused(session):
    text = export(session)
    lines = text.splitlines()
    for index, line in enumerate(lines):
        if b"say 0" in line:
            refuse(session.api, b"\n".join([*lines[:index], line.replace(b"say 0", b"say 9"), *lines[index + 1 :]]), "broken_export", "changed")
    for index in range(1, len(lines) - 1):
        # One is missing, one stands twice, two have changed places.
        for other in (
            lines[:index] + lines[index + 1 :], lines[: index + 1] + lines[index:],
            lines[:index] + [lines[index + 1], lines[index]] + lines[index + 2 :],
        ):
            refuse(session.api, b"\n".join(other) + b"\n", "broken_export")


def changed(lines, kind, change):
    """The lines with one event's payload changed, and sealed anew."""
    found = []
    for line in lines:
        event = json.loads(line)
        if event.get("kind") == kind:
            change(event)
        found.append(json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode())
    return sealed(found)


@pytest.mark.parametrize(
    "kind, change",
    [
        ("message.user", lambda event: event.update(payload=[])),
        ("message.user", lambda event: event["payload"].pop("content")),
        ("message.user", lambda event: event["payload"].update(content=7)),
        ("message.user", lambda event: event["payload"].update(turn_id="mine")),
        ("message.user", lambda event: event.update(kind="message.nobody")),
        ("message.user", lambda event: event.update(kind="audit")),
        ("message.user", lambda event: event.update(created_at="yesterday")),
        ("message.user", lambda event: event.update(group="mine")),
        ("message.user", lambda event: event.update(seq=7)),
        ("session.created", lambda event: event.update(kind="message.user")),
        ("session.created", lambda event: event["payload"].update(kind="party")),
        ("session.created", lambda event: event["payload"].update(metadata=[])),
        ("message.assistant", lambda event: event["payload"].update(turn_id=ABSENT)),
        ("message.assistant", lambda event: event["payload"].update(status="fine")),
        ("turn.opened", lambda event: event["payload"].update(user_turn_id=ABSENT)),
    ],
    ids=range(15),
)
def test_what_makes_no_session_is_refused_even_when_it_is_sealed(session, kind, change):
    refuse(session.api, changed(opened(export(session)), kind, change), "broken_export")
    assert session.words() == ["say 0", "echo 0"] and session.api.server.run("verify").returncode == 0


def test_a_sealed_file_of_two_sessions_in_one_is_refused(session):
    lines = opened(export(session))
    twice = [json.loads(line) for line in [*lines, *lines[1:]]]
    for seq, event in enumerate(twice[1:], 1):
        event["seq"] = seq
    refuse(session.api, sealed([json.dumps(event).encode() for event in twice]), "broken_export")


def zipped(content):
    output = BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("conversations.json", content)
    return output.getvalue()


NOTHING = {
    "empty": (b"", "empty_export"), "blank": (b" \n\r\t\n", "empty_export"), "byte order mark": (b"\xef\xbb\xbf", "empty_export"),
    "no conversations": (b"[]", "empty_export"), "a zip": (zipped("[]"), "export_is_archive"),
    "gzip": (b"\x1f\x8b\x08\0\0\0\0\0", "export_is_archive"), "a web page": (b"<!DOCTYPE html><p>Hello</p>", "export_is_web_page"),
    "words": (b"Hello", "export_not_json"), "a number": (b"7", "export_not_json"), "UTF-16": ("[]".encode("utf-16"), "export_not_utf8"),
    "an object": (b"{}", "export_unknown"), "numbers": (b"[1, 2, 3]", "export_unknown"), "cut JSON": (b'{"a": [1, 2', "export_not_json"),
    "another product": (b'{"format": "chatterbox", "version": 1}\n{"seq": 1}\n', None),
    "garbage": (random.Random(7).randbytes(1 << 20), None), "nulls": (bytes(1 << 20), "export_not_utf8"),
    "brackets": (b"[" * (1 << 20), None), "braces": (b'{"a":' * (1 << 18), None), "a long line": (b"[" + b'"' + b"x" * (1 << 20), None),
    "commas": (b"[" + b"," * (1 << 20), None), "a deep event": (b'{"format":"loquat","version":1,"session_id":' + b"[" * 10_000, None),
    "a head alone": (f'{{"format":"loquat","version":1,"session_id":"{ABSENT}"}}\n'.encode(), "broken_export"),
    "a newer version": (f'{{"format":"loquat","version":2,"session_id":"{ABSENT}"}}\n'.encode(), "broken_export"),
    "no version": (f'{{"format":"loquat","session_id":"{ABSENT}"}}\n'.encode(), "broken_export"),
    "no id": (b'{"format":"loquat","version":1}\n', "broken_export"),
    "no events": (sealed([f'{{"format":"loquat","version":1,"session_id":"{ABSENT}"}}'.encode()]), "broken_export"),
}


@pytest.mark.parametrize("name", NOTHING)
def test_what_is_no_export_is_refused(plain, name):
    content, code = NOTHING[name]
    problem = refuse(plain, content, code)
    assert problem["code"] in (
        "empty_export", "export_not_json", "export_unknown", "export_is_archive", "export_is_web_page", "export_not_utf8", "broken_export")


def test_a_newer_version_says_so(session):
    lines = opened(export(session))
    lines[0] = lines[0].replace(b'"version":1', b'"version":99')
    refuse(session.api, sealed(lines), "broken_export", "newer")


def test_a_file_that_is_too_large_is_refused(plain):
    answer = plain.post(IMPORT, content=b" " * ((100 << 20) + 1), headers=LINES)
    shapes.problem(answer, 413, "too_large")


def test_others_conversations_are_not_exported(ada, bob):
    mine = ada.ask("A private matter")["session_id"]
    answers = [bob.get(f"/api/v1/chat/sessions/{session}/export") for session in (mine, ABSENT)]
    shapes.same_not_found(*answers, mine, ABSENT)
    shapes.problem(bob.get("/api/v1/chat/sessions/mine/export"), 404)


# Other products


def chatgpt(*nodes, current=None, **more):
    """A conversation of ChatGPT of (id, parent, role, text)."""
    mapping = {"root": {"id": "root", "parent": None, "message": None, "children": []}}
    for number, (name, parent, role, text) in enumerate(nodes):
        message = {
            "id": name, "author": {"role": role}, "content": {"content_type": "text", "parts": [text]}, "create_time": 1_700_000_000 + number,
            "status": "finished_successfully", "weight": 1, "metadata": {"model_slug": "gpt-4o"} if role == "assistant" else {}, "recipient": "all",
        }
        mapping[name] = {"id": name, "parent": parent, "children": [], "message": message}
        mapping[parent]["children"].append(name)
    return {"title": "Loquats", "create_time": 1_700_000_000.25, "update_time": 1_700_000_100, "mapping": mapping, "current_node": current} | more


def test_chatgpts_branches_become_versions(plain, upstream):
    conversation = chatgpt(
        ("s", "root", "system", "You are ChatGPT."), ("q", "s", "user", "What is a loquat?"), ("a", "q", "assistant", "A fruit."),
        ("b", "q", "assistant", "A tree."), ("q2", "a", "user", "And this?"), ("a2", "q2", "assistant", "A leaf."),
        ("q3", "a", "user", "And that?"), ("a3", "q3", "assistant", "A stone."), current="a2",
    )
    session, second = take(plain, [conversation, chatgpt(("x", "root", "user", "Alone?"), current="x", title="Second")])
    now = session.now()
    assert (now["title"], now["kind"], now["message_count"]) == ("Loquats", "chat", 4)
    assert now["created_at"] == "2023-11-14T22:13:20.250Z"
    assert session.words() == ["What is a loquat?", "A fruit.", "And this?", "A leaf."] and second.words() == ["Alone?"]
    asked, answer, follow, _ = session.line()
    assert len(answer["versions"]) == 2 and len(follow["versions"]) == 2
    assert [session.turn(turn)["content"] for turn in answer["versions"]] == ["A fruit.", "A tree."]
    assert sorted(session.turn(turn)["content"] for turn in follow["versions"]) == ["And that?", "And this?"]
    assert asked["created_at"] == "2023-11-14T22:13:21.000Z"
    # Each way is there, and the conversation goes on.
    other = next(turn for turn in follow["versions"] if session.turn(turn)["content"] == "And that?")
    session.select(other)
    assert session.words() == ["What is a loquat?", "A fruit.", "And that?", "A stone."]
    session.select(answer["versions"][1])
    assert session.words() == ["What is a loquat?", "A tree."]
    model = upstream.model(script.answer("Of course."))
    session.say("Is it sure?", model=model)
    assert "A tree." in upstream.requests(model)[-1].prompt and "You are ChatGPT" not in upstream.requests(model)[-1].prompt
    # It is ours now: exported, it comes back as it is.
    (again,) = take(plain, export(session))
    assert again.words() == session.words()
    assert plain.server.run("verify").returncode == 0 and plain.server.run("rebuild", "--check").returncode == 0


def test_of_many_versions_the_nearest_are_told(plain):
    answers = [(f"a{number}", "q", "assistant", f"Answer {number}.") for number in range(250)]
    (session,) = take(plain, [chatgpt(("q", "root", "user", "What is a loquat?"), *answers, current="a120")])
    told = [message for message in session.everything() if message["role"] == "assistant"]
    ids = [message["id"] for message in told]
    assert len(ids) == 250 and session.line()[1]["id"] in ids
    for number, message in enumerate(told):
        first = max(0, min(number - 50, 150))
        assert message["versions"] == ids[first : first + 100] and message["id"] in message["versions"]
    # From one end of what is told the others are found.
    assert session.turn(told[0]["versions"][-1])["versions"] == ids[49:149]


def test_open_webuis_branches_become_versions(plain):
    def message(role, parent, content, **more):
        return {"role": role, "parentId": parent, "childrenIds": [], "content": content, **more}

    messages = {
        "q": message("user", None, "What is a loquat?", timestamp=1_700_000_001),
        "a": message("assistant", "q", "A fruit.", model="llama3", done=True),
        "b": message("assistant", "q", "A tre", done=False),
        "q2": message("user", "b", "Yes?"),
    }
    chat = {
        "id": "c-1", "title": "Loquats", "archived": True, "pinned": True, "created_at": 1_700_000_000, "updated_at": 1_700_000_100,
        "chat": {"title": "Other", "models": ["llama3:8b"], "history": {"messages": messages, "currentId": "a"}, "messages": []},
    }
    (session,) = take(plain, [chat])
    now = session.now()
    assert (now["title"], now["archived"], now["pinned"], now["created_at"]) == ("Loquats", True, True, "2023-11-14T22:13:20.000Z")
    assert now["metadata"]["source"] == "open_webui"
    assert session.words() == ["What is a loquat?", "A fruit."]
    other = next(turn for turn in session.line()[1]["versions"] if session.turn(turn)["content"] == "A tre")
    assert session.turn(other)["status"] == "interrupted"
    session.select(other)
    assert session.words() == ["What is a loquat?", "A tre", "Yes?"]


def test_what_could_not_be_read_is_told(plain):
    good = chatgpt(("q", "root", "user", "Hello"), current="q")
    answer = plain.post(IMPORT, json=[good, {"mapping": 7}, chatgpt(), 9], expect=201).json()
    assert len(answer["items"]) == 1 and "could not be read" in answer["skipped"] and "without a message" in answer["skipped"]
    assert plain.post(IMPORT, json=[good], expect=201).json()["skipped"] is None
    # A list that breaks off gives what stands before.
    text = json.dumps([good, good])
    answer = plain.post(IMPORT, content=text[:-30], headers=LINES, expect=201).json()
    assert len(answer["items"]) == 1 and "breaks off" in answer["skipped"]


def test_titles_and_words_of_others_cannot_mislead(plain):
    bad = chatgpt(("q", "root", "user", "\u202egpj.exe <script>alert(1)</script>"), current="q", title="\u202ea\nb\0c" + "x" * 5000)
    (session,) = take(plain, [bad])
    assert len(session.now()["title"]) <= 200 and not any(letter in session.now()["title"] for letter in "\u202e\n\0")


def test_imported_words_are_found(plain, unique):
    word = unique()
    (session,) = take(plain, [chatgpt(("q", "root", "user", f"About {word}"), current="q")])
    found = lambda: plain.get("/api/v1/search", params={"q": word}, expect=200).json()["items"]
    (hit,) = eventually(found, "it is in the index")
    assert hit["session_id"] == session.id
