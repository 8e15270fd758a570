"""Backups of a server that goes on, restored elsewhere; and the log as an operator reads it."""

import json
import re
import shutil
import sqlite3
import stat
import threading

import httpx
import pytest

from support import sample, script, store
from support.api import Api
from support.server import upstream_settings
from support.waiting import DEADLINE


@pytest.fixture
def conversation(start, upstream):
    """A server of its own with the library, and its owner."""
    server = start(upstream_settings(upstream))
    api = Api(server, server.create_key("owner"))
    return server, api, sample.fill(api, "library")


@pytest.fixture
def backed_up(conversation, upstream):
    """A stopped server, the folder of its backup and a session in it."""
    server, api, library = conversation
    session_id = api.ask(sample.QUESTION, model=upstream.model(script.answer("Zig")), collection_id=library["id"])["session_id"]
    folder = server.home / "backup"
    server.run("backup", folder)
    server.stop()
    return server, folder, session_id


def picture(folder):
    """Every file of a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


def documents(api):
    return sorted(api.items("/api/v1/documents"), key=lambda document: document["id"])


# Backup and restore


def test_a_backup_while_a_turn_streams_is_restored_elsewhere(conversation, installation, start, upstream):
    server, api, library = conversation
    whole = api.ask(sample.QUESTION, model=upstream.model(script.answer("Ten ", "metres")), collection_id=library["id"])
    gate = script.gate()
    model = upstream.model([script.Text("Zig "), script.Text("zag "), gate, *script.answer("and on")])
    watcher = api.stream(sample.QUESTION, model=model, collection_id=library["id"])
    watcher.shows("Zig zag")
    folder = server.home / "backup"
    told = server.run("backup", folder)
    assert "The log is whole" in told.stdout and str(folder) in told.stdout
    assert re.search(r"^loquat\.db: 1 file, ", told.stderr, re.MULTILINE) and "uploads: " in told.stderr
    upstream.open(gate)
    watcher.finish()
    begun = watcher.events[0].json
    assert api.settled_answer(begun["session_id"], begun["turn_id"])["content"] == "Zig zag and on", "the server went on"

    restored = installation.run("restore", folder)
    assert "The log is whole" in restored.stdout and "The projections equal the log" in restored.stdout
    assert f"loquat serve --data-dir {installation.data_dir}" in restored.stdout
    other = Api(start(upstream_settings(upstream), data_dir=installation.data_dir), api.key)
    assert other.messages(whole["session_id"]) == api.messages(whole["session_id"])
    assert other.log(whole["session_id"]) == api.log(whole["session_id"])
    assert documents(other) == documents(api) and len(documents(api)) == len(sample.LIBRARY)
    for document in documents(api):
        assert other.document_text(document["id"]) == api.document_text(document["id"])
    assert sample.FACT in json.dumps(other.retrieve(sample.QUESTION)["results"])
    answer = other.answer(begun["session_id"], begun["turn_id"])
    assert answer["status"] == "interrupted" and answer["content"].startswith("Zig zag") and "on" not in answer["content"]
    assert other.session(begun["session_id"])["running_turn_id"] is None
    turn = other.ask(sample.QUESTION, session_id=begun["session_id"], model=upstream.model(script.answer("Well again")))
    assert turn["message"] == "Well again"
    other.server.stop()
    installation.run("verify")
    installation.run("rebuild", "--check")


def test_the_server_answers_during_backups(conversation, upstream):
    server, api, library = conversation
    results = []
    worker = threading.Thread(
        target=lambda: [results.append(server.run("backup", server.home / f"backup-{number}", check=False)) for number in range(3)]
    )
    worker.start()
    asked = 0
    while worker.is_alive() or asked == 0:
        turn = api.ask(sample.QUESTION, model=upstream.model(script.answer("Zig")), collection_id=library["id"])
        assert turn["message"] == "Zig"
        asked += 1
    worker.join(DEADLINE)
    assert [result.returncode for result in results] == [0, 0, 0], [result.stderr for result in results]
    for number in range(3):
        assert not (server.home / f"backup-{number}.partial").exists()


def test_a_backup_needs_no_server(backed_up, installation):
    server, _, session_id = backed_up
    folder = server.home / "another"
    report = json.loads(server.run("backup", folder, "--json").stdout)
    assert report["verification"]["valid"] is True and report["documents"] == len(sample.LIBRARY) and report["missing_uploads"] == 0
    assert report["folder"] == str(folder) and report["files"] == len(manifest(folder)["files"])
    installation.run("restore", folder)
    assert installation.run("log", session_id, "--json").stdout == server.run("log", session_id, "--json").stdout


def test_a_backup_says_what_is_in_it_and_is_its_owners(backed_up):
    _, folder, _ = backed_up
    said = manifest(folder)
    assert said["format"] == 1 and said["counts"]["documents"] == len(sample.LIBRARY) and said["counts"]["events"] > 0
    assert {file["path"] for file in said["files"]} | {"manifest.json"} == set(picture(folder))
    for path in [folder, *folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    with sqlite3.connect(f"file:{folder / 'loquat.db'}?mode=ro", uri=True) as database:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]


def test_a_folder_is_relative_to_where_the_command_runs(conversation):
    server, _, _ = conversation
    server.run("backup", "here")
    assert (server.home / "here/manifest.json").exists()


def refused(result, *words):
    assert result.returncode == 1, result.stdout + result.stderr
    assert all(word in result.stderr for word in words), result.stderr


def test_a_second_backup_into_the_same_folder_is_refused(backed_up):
    server, folder, _ = backed_up
    before = picture(folder)
    refused(server.run("backup", folder, check=False), str(folder), "something already")
    server.start()
    refused(server.run("backup", folder, check=False), str(folder), "something already")
    assert picture(folder) == before and not folder.with_name("backup.partial").exists()


def test_a_backup_that_cannot_be_written_leaves_nothing(conversation):
    server, api, _ = conversation
    before = sorted(server.home.iterdir())
    refused(server.run("backup", server.data_dir / "backup", check=False), "in the data directory")
    refused(server.run("backup", server.home / "there/is/nothing", check=False), "no such file or directory")
    refused(server.run("backup", "/proc/backup", check=False), "/proc/backup")
    assert sorted(server.home.iterdir()) == before
    assert api.ask("Still there?")["message"]


def test_what_an_earlier_backup_left_is_named(conversation):
    server, _, _ = conversation
    left = server.home / "backup.partial"
    left.mkdir()
    refused(server.run("backup", server.home / "backup", check=False), str(left), "Remove it")
    left.rmdir()
    server.run("backup", server.home / "backup")


def test_a_log_that_was_changed_is_backed_up_and_told_of(backed_up, installation):
    server, _, _ = backed_up
    store.flip_a_byte(server.data_dir)
    folder = server.home / "another"
    result = server.run("backup", folder, check=False)
    assert result.returncode == 1 and "the event was changed" in result.stdout and "not whole" in result.stderr
    assert manifest(folder)["problems"] == 1
    result = installation.run("restore", folder, check=False)
    assert result.returncode == 1 and "the event was changed" in result.stdout and installation.data_dir.exists()


# What is no backup


def test_a_changed_byte_is_refused_and_its_file_named(backed_up, installation):
    _, folder, _ = backed_up
    for file in manifest(folder)["files"]:
        path = folder / file["path"]
        whole = path.read_bytes()
        for changed, words in [
            (whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :], "was changed"),
            (whole[:-1], "was cut off"),
        ]:
            path.write_bytes(changed)
            refused(installation.run("restore", folder, check=False), str(path), words)
            assert not installation.data_dir.exists() and not installation.data_dir.with_name("data.partial").exists()
        path.write_bytes(whole)
    (folder / "loquat.db").rename(folder / "elsewhere")
    refused(installation.run("restore", folder, check=False), "loquat.db", "is missing")
    (folder / "elsewhere").rename(folder / "loquat.db")
    before = picture(folder)
    installation.run("restore", folder)
    assert picture(folder) == before, "a backup is only read"


@pytest.mark.parametrize("name", ["../escaped", "/tmp/escaped", "uploads/../../escaped", "lock"])
def test_a_hostile_manifest_leads_nowhere(backed_up, installation, name):
    _, folder, _ = backed_up
    said = manifest(folder)
    said["files"][0]["path"] = name
    (folder / "manifest.json").write_text(json.dumps(said))
    refused(installation.run("restore", folder, check=False), name, "no backup holds")
    assert not installation.data_dir.exists() and not (installation.home / "escaped").exists()


def test_what_is_no_backup_is_said_in_words(backed_up, installation):
    server, folder, _ = backed_up
    refused(installation.run("restore", server.home / "nothing", check=False), "no backup", "manifest.json")
    refused(installation.run("restore", server.data_dir, check=False), "no backup", "manifest.json")
    said = manifest(folder)
    (folder / "manifest.json").write_text(json.dumps(said | {"format": 2}))
    refused(installation.run("restore", folder, check=False), "format 2", "version that made it")
    (folder / "manifest.json").write_text(json.dumps(said)[:-20])
    refused(installation.run("restore", folder, check=False), "changed or cut off")
    assert not installation.data_dir.exists()


def test_a_data_directory_in_use_is_not_restored_to(backed_up):
    server, folder, _ = backed_up
    before = picture(server.data_dir)
    refused(server.run("restore", folder, check=False), str(server.data_dir), "not there yet, or empty")
    assert picture(server.data_dir) == before
    shutil.rmtree(server.data_dir)
    server.data_dir.mkdir()
    server.run("restore", folder)


def test_backups_are_asked_for_on_the_socket_alone(conversation):
    server, api, _ = conversation
    api.post("/local/backup", json={"folder": str(server.home / "backup")}, expect=404)
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(server.data_dir / "loquat.sock")), timeout=DEADLINE) as client:
        assert client.post("http://local/local/backup", json={"folder": "relative"}).status_code == 422
        assert client.post("http://local/local/backup", json={}).status_code == 422
    assert not (server.home / "backup").exists()


# The log


def test_the_log_is_printed_for_people(conversation, upstream):
    server, api, library = conversation
    message = f"{sample.QUESTION}\x1b[31m\nand a second line"
    turn = api.ask(message, model=upstream.model(script.answer("Ten ", "metres")), collection_id=library["id"])
    events = api.log(turn["session_id"])
    shown = server.run("log", turn["session_id"]).stdout
    heads = re.findall(r"^ +(\d+)  (\d{4}-\d\d-\d\dT\S+Z)  (\S+)", shown, re.MULTILINE)
    assert heads == [(str(event["seq"]), event["created_at"], event["kind"]) for event in events]
    said = next(line for line in shown.splitlines() if "user: " in line)
    assert said.strip().startswith(f"user: {sample.QUESTION}") and "second line" not in said and "\x1b" not in shown
    assert "assistant, complete: Ten metres" in shown and re.search(r"\d+ sources, ", shown)
    assert all(len(line) <= 100 for line in shown.splitlines())


def test_the_log_as_json_is_what_the_api_gives(conversation, upstream):
    server, api, library = conversation
    session_id = None
    for _ in range(6):
        turn = api.ask(sample.QUESTION, session_id=session_id, model=upstream.model(script.answer("Zig")), collection_id=library["id"])
        session_id = turn["session_id"]
    events = api.log(session_id)
    assert len(events) > 20, "more than a page"

    def printed(*arguments):
        return [json.loads(line) for line in server.run("log", session_id, "--json", *arguments).stdout.splitlines()]

    assert printed() == events
    assert printed("--after", 7) == events[7:]
    assert printed("--after", len(events)) == []
    server.stop()
    assert printed() == events


def test_the_operator_reads_anybodys_log(conversation):
    server, _, _ = conversation
    ada = Api(server, server.create_key("ada", user="ada@example.test"))
    session_id = ada.ask("Hello from Ada")["session_id"]
    assert "user: Hello from Ada" in server.run("log", session_id).stdout


def test_a_log_that_is_not_there_is_said_in_words(conversation):
    server, _, _ = conversation
    refused(server.run("log", "01900000-0000-7000-8000-000000000000", check=False), "no session")
    for arguments in (["nonsense"], ["01900000-0000-7000-8000-000000000000", "--after", "-1"]):
        result = server.run("log", *arguments, check=False)
        assert result.returncode != 0 and not result.stdout


# Changed logs


@pytest.mark.parametrize(
    "change",
    ["payload = cast(payload || ' ' as blob)", "hash = zeroblob(32)", "hash = x'00'", "kind = 'turn.dreamt'", "created_at = created_at + 1"]
    + ["created_at = 'soon'", "event_group = zeroblob(16)", "event_group = 'text'"],
)
def test_verify_names_the_event_that_was_changed_and_no_other(backed_up, change):
    server, _, session_id = backed_up
    with sqlite3.connect(server.data_dir / "loquat.db") as database:
        stored = bytes.fromhex(session_id.replace("-", ""))
        assert database.execute(f"update events set {change} where session = ? and seq = 3", (stored,)).rowcount == 1
    database.close()
    report = json.loads(server.run("verify", "--json", check=False).stdout)
    assert [(problem["session_id"], problem["seq"]) for problem in report["problems"]] == [(session_id, 3)]


def test_an_event_of_nonsense_harms_nobody_else(backed_up, upstream):
    server, _, session_id = backed_up
    with sqlite3.connect(server.data_dir / "loquat.db") as database:
        database.execute("update events set created_at = 'soon' where session = ? and seq = 3", (bytes.fromhex(session_id.replace("-", "")),))
    database.close()
    shown = server.run("log", session_id, check=False)
    assert shown.returncode == 1 and "Event 3 of this session is damaged" in shown.stderr
    assert re.findall(r"^ +(\d+)  ", shown.stdout, re.MULTILINE) == ["1", "2"], "what stands before it is shown"
    assert "message.assistant" in server.run("log", session_id, "--after", 3).stdout
    server.start()
    api = Api(server, server.create_key("another"))
    assert api.ask("Still there?")["message"]
