"""Conversations from the terminal: taken along and brought back, and gone on with by more than messages."""

import json
import os
import re

import pytest

from support import people, script
from support.api import Api
from support.server import upstream_settings
from support.session import Session
from support.shapes import ABSENT


@pytest.fixture
def server(start, upstream):
    return start(upstream_settings(upstream))


@pytest.fixture
def api(server):
    return Api(server, server.create_key("owner"))


def begun(api, upstream, *says):
    """A conversation of these messages, each answered with its number."""
    model = upstream.model(*(script.answer(f"echo {number}") for number in range(30)))
    session = Session(api, api.ask(says[0], model=model))
    for words in says[1:]:
        session.say(words, model=model)
    session.model = model
    return session


def files(server):
    return sorted(path.name for path in server.home.iterdir() if path.suffix in (".jsonl", ".partial"))


# Exports


def test_a_conversation_is_written_to_a_file_or_to_standard_output(server, api, upstream):
    session = begun(api, upstream, "say 0", "say 1 🍊")
    text = api.get(session.path + "/export", expect=200).text
    assert server.run("export", session.id).stdout == text
    shown = server.run("export", session.id, "--output", "one.jsonl")
    assert shown.stdout == "" and (server.home / "one.jsonl").read_text() == text and files(server) == ["one.jsonl"]
    assert (server.home / "one.jsonl").stat().st_mode & 0o077 == 0
    # Nor does a server need to run, and what was there is replaced.
    server.stop()
    (server.home / "one.jsonl").write_text("old")
    server.run("export", session.id, "--output", "one.jsonl")
    assert (server.home / "one.jsonl").read_text() == text


def test_all_of_everybodys_are_written_and_read(server, api, upstream, start):
    ann = Api(server, server.create_key("ann", user="ann@example.test"))
    sessions = [begun(who, upstream, f"say {number}") for number, who in enumerate([api, ann] * 60)]
    server.run("export", "--all", "--output", "all.jsonl")
    text = (server.home / "all.jsonl").read_bytes()
    heads = [json.loads(line)["session_id"] for line in text.splitlines() if b'"format":"loquat"' in line]
    assert sorted(heads) == sorted(session.id for session in sessions)
    away = start()
    shown = away.run("import", server.home / "all.jsonl").stdout.splitlines()
    assert [line.split("  ")[0] for line in shown] == heads and all(line.endswith("  2 messages") for line in shown)
    assert away.run("export", "--all").stdout.encode() == text
    assert away.run("verify").returncode == 0 and away.run("rebuild", "--check").returncode == 0
    assert len(Api(away, away.create_key("owner")).sessions()) == 120


def test_an_export_of_nothing(installation, server, api):
    assert server.run("export", "--all").stdout == ""
    result = installation.run("export", "--all", check=False)
    assert result.returncode == 1 and "no data" in result.stderr


@pytest.mark.parametrize("words", [[], [ABSENT, "--all"], ["mine"], ["--all", "--output", ""]], ids=str)
def test_what_to_export_must_be_said(server, words):
    result = server.run("export", *words, check=False)
    assert result.returncode not in (0, 1) and result.stderr and not result.stdout


def test_an_export_that_fails_makes_no_file(server, api, upstream):
    result = server.run("export", ABSENT, "--output", "none.jsonl", check=False)
    assert result.returncode == 1 and ABSENT in result.stderr and files(server) == []
    session = begun(api, upstream, "say 0")
    for place in ("no/such/folder.jsonl", "."):
        result = server.run("export", session.id, "--output", place, check=False)
        assert result.returncode == 1 and result.stderr and files(server) == []
    # What is no file is written to and stays what it is.
    os.mkfifo(server.home / "pipe")
    reader = os.open(server.home / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    server.run("export", session.id, "--output", "pipe")
    assert os.read(reader, 1 << 20).decode() == server.run("export", session.id).stdout
    os.close(reader)


# Imports


def test_an_import_tells_what_it_made(server, api, upstream):
    session = begun(api, upstream, "say 0", "say 1")
    text = server.run("export", session.id).stdout
    (server.home / "two.jsonl").write_text(text * 2)
    shown = server.run("import", "two.jsonl").stdout.splitlines()
    made = [re.fullmatch(r"([0-9a-f-]{36})  say 0  4 messages", line).group(1) for line in shown]
    assert len(set(made)) == 2 and session.id not in made
    assert [Session(api, id).words() for id in made] == [session.words()] * 2
    # From standard input, for somebody else.
    server.create_key("ann", user="ann@example.test")
    (line,) = server.run("import", "-", "--user", "ann@example.test", stdin=text).stdout.splitlines()
    ann = Api(server, server.create_key("ann 2", user="ann@example.test"))
    assert [found["id"] for found in ann.sessions()] == [line.split("  ")[0]]


def test_an_import_begins_a_data_directory(installation, server, api, upstream):
    session = begun(api, upstream, "say 0")
    text = server.run("export", session.id).stdout
    assert installation.run("import", "-", stdin=text).stdout == f"{session.id}  say 0  2 messages\n"
    assert installation.run("export", session.id).stdout == text


def test_an_import_for_nobody_is_refused(server, api, upstream):
    text = server.run("export", begun(api, upstream, "say 0").id).stdout
    before = api.sessions()
    for name in ("nobody@example.test", "", "mine"):
        result = server.run("import", "-", "--user", name, stdin=text, check=False)
        assert result.returncode == 1 and "e-mail" in result.stderr and not result.stdout
    assert api.sessions() == before


def test_a_refused_file_does_not_cost_the_others(server, api, upstream):
    session = begun(api, upstream, "say 0")
    text = server.run("export", session.id).stdout
    (server.home / "good.jsonl").write_text(text)
    (server.home / "bad.jsonl").write_text(text + text.replace("say 0", "say 9"))
    (server.home / "page.html").write_text("<!DOCTYPE html>")
    (server.home / "empty.json").write_text("")
    result = server.run("import", "bad.jsonl", "page.html", "empty.json", "good.jsonl", check=False)
    assert result.returncode == 1 and len(result.stdout.splitlines()) == 2
    for word in ("bad.jsonl", f"line {len(text.splitlines()) + 1}", "page.html", "web page", "empty.json"):
        assert word in result.stderr, result.stderr
    result = server.run("import", "good.jsonl", "missing.jsonl", check=False)
    assert result.returncode == 1 and "missing.jsonl" in result.stderr and len(result.stdout.splitlines()) == 1
    result = server.run("import", "lost.jsonl", "missing.jsonl", check=False)
    assert result.returncode == 1 and "lost.jsonl" in result.stderr and not result.stdout


def test_other_products_are_read_with_what_was_skipped(server, api):
    message = {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["Hello\x1b[2J"]}}
    good = {"title": "A\x1b[2Jtitle", "mapping": {"a": {"id": "a", "parent": None, "children": [], "message": message}}}
    (server.home / "conversations.json").write_text(json.dumps([good, {"mapping": 7}, *[good] * 2]))
    result = server.run("import", "conversations.json")
    assert len(result.stdout.splitlines()) == 3 and "1 message" in result.stdout and "could not be read" in result.stderr
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", result.stdout + result.stderr)


# Conversations


def chat(server, *lines, session=None, **arguments):
    words = ["chat", *(["--session", session] if session else [])]
    return server.run(*words, stdin="\n".join(lines) + "\n", **arguments)


@pytest.fixture
def talked(server, api, upstream):
    """A conversation of three exchanges whose terminal speaks to the same model."""
    return begun(api, upstream, "say 0", "say 1", "say 2")


def test_an_answer_is_asked_for_again(server, talked, upstream):
    shown = chat(server, "/regenerate Be brief.", "/versions", "/versions 1", "/versions", session=talked.id)
    assert "echo 3" in shown.stdout
    assert "Be brief." in upstream.requests(talked.model)[-1].prompt
    assert re.search(r"^  1  echo 2$.*^\* 2  echo 3$", shown.stdout, re.MULTILINE | re.DOTALL)
    assert re.search(r"^\* 1  echo 2$.*^  2  echo 3$", shown.stdout, re.MULTILINE | re.DOTALL)
    assert talked.words()[-1] == "echo 2"


def test_a_message_is_said_in_other_words(server, talked):
    shown = chat(server, "/edit say two", session=talked.id)
    assert "echo 3" in shown.stdout and talked.words()[-2:] == ["say two", "echo 3"]


def test_a_conversation_is_rewound_and_that_undone(server, talked):
    before = talked.words()
    shown = chat(server, "/rewind 2", "/undo", "/rewind", session=talked.id)
    assert re.findall(r"ends with: (.*)", shown.stdout) == ["echo 0", "echo 2", "echo 1"]
    assert talked.words() == before[:4]
    for line in ("/rewind 9", "/rewind 0", "/rewind x", "/rewind -1", "/undo"):
        assert chat(server, line, session=talked.id).stderr
    assert talked.words() == before[:4]


def test_a_branch_is_begun_and_left(server, talked):
    shown = chat(server, "/rewind", "/branch another way", "/branches", "/switch main", "/branches", "/switch nowhere", session=talked.id)
    for listed in (r"^  main\n\* another way$", r"^\* main\n  another way$"):
        assert re.search(listed, shown.stdout, re.MULTILINE), shown.stdout
    assert "no branch “nowhere”" in shown.stderr
    assert talked.now()["branch"] == "main" and {branch["name"] for branch in talked.branches()} == {"main", "another way"}


def test_an_answer_that_was_cut_off_is_gone_on_with(server, api, upstream):
    model = upstream.model(script.answer("One two", reason="length"), script.answer(" three."))
    session = Session(api, api.ask("Count", model=model))
    shown = chat(server, "/continue", session=session.id)
    assert "three." in shown.stdout and session.words()[-1] == "One two three."
    # One that is whole is not.
    assert chat(server, "/continue", session=session.id).stderr


def test_commands_before_the_first_message_and_unknown_ones(server):
    needing = ["/regenerate", "/edit x", "/rewind", "/undo", "/branch x", "/branches", "/switch x", "/continue", "/versions"]
    for line in [*needing, "/dance", "/edit", "/branch", "/rewind x"]:
        result = chat(server, line)
        assert result.stderr.strip() and not result.stdout.strip(), (line, result.stdout, result.stderr)
    shown = chat(server, "/help").stdout
    for command in ("/regenerate", "/edit", "/rewind", "/undo", "/branch", "/branches", "/switch", "/continue", "/versions", "/sources", "/quit"):
        assert command in shown


def test_another_users_conversation_is_not_gone_on_with(server, api, upstream):
    ann = Api(server, server.create_key("ann", user="ann@example.test"))
    session = begun(ann, upstream, "A private matter")
    result = chat(server, "/versions", "/rewind", "Hello", session=session.id, check=False)
    assert result.returncode != 0 and "echo" not in result.stdout and result.stderr and len(session.words()) == 2
    for session in ("mine", ABSENT):
        assert server.run("chat", "--session", session, stdin="", check=False).returncode != 0


def test_people_are_named_by_their_addresses(server):
    owner = people.register(server)
    message = {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["Hello"]}}
    text = json.dumps({"title": "Mine", "mapping": {"a": {"id": "a", "parent": None, "children": [], "message": message}}})
    server.run("import", "-", "--user", owner.email, stdin=text)
    server.run("import", "-", stdin=text)
    assert [session["title"] for session in owner.api.sessions()] == ["Mine"] * 2
