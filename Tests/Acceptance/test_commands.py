"""The commands of an operator: help, settings, documents in, answers out, keys, checks."""

import json
import re
import sqlite3

import pytest

from support import files, sample, script, store
from support.api import Api

COMMANDS = [
    "serve", "keys", "keys create", "keys revoke", "ingest", "ask", "chat", "config", "verify", "rebuild", "log", "backup", "restore", "export",
    "import", "eval", "eval retrieval", "eval citations",
]


@pytest.fixture
def folder(installation):
    """The library as files."""
    path = installation.home / "files"
    path.mkdir()
    for name, text in sample.LIBRARY.items():
        (path / name).write_text(text)
    return path


@pytest.fixture
def stocked(installation, folder):
    """An installation that has read the library, without a server."""
    installation.run("ingest", folder, "--collection", "library")
    return installation


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_explains_by_example(installation, command):
    result = installation.run(*command.split(), "--help", data_dir=False)
    assert re.search(r"example", result.stdout, re.IGNORECASE), result.stdout
    assert re.search(rf"^\s*(\$ )?\S*\bloquat\b.*{command.split()[0] if command else ''}", result.stdout, re.MULTILINE)


def test_an_unknown_command_is_a_failure(installation):
    result = installation.run("dance", data_dir=False, check=False)
    assert result.returncode != 0 and result.stderr and not result.stdout


def test_config_shows_value_source_and_meaning_and_masks_secrets(installation):
    settings = {"LOQUAT_LLM_URL": "http://127.0.0.1:9/v1", "LOQUAT_LLM_MODEL": "some-model", "LOQUAT_LLM_API_KEY": "sk-verysecret"}
    shown = installation.run("config", settings=settings, data_dir=False)
    assert "sk-verysecret" not in shown.stdout + shown.stderr
    lines = shown.stdout.splitlines()

    def around(name):
        number = next(number for number, line in enumerate(lines) if re.search(rf"\b{name}\b", line))
        return "\n".join(lines[number : number + 4])

    assert "some-model" in around("LOQUAT_LLM_MODEL") and re.search("env", around("LOQUAT_LLM_MODEL"), re.IGNORECASE)
    assert "10" in around("LOQUAT_HISTORY_PAIRS") and re.search("default", around("LOQUAT_HISTORY_PAIRS"), re.IGNORECASE)
    for name in (
        "LOQUAT_LLM_URL",
        "LOQUAT_LLM_API_KEY",
        "LOQUAT_LLM_TEMPERATURE",
        "LOQUAT_LLM_MAX_TOKENS",
        "LOQUAT_LLM_TIMEOUT",
        "LOQUAT_PROMPT_BUDGET_SOFT",
        "LOQUAT_PROMPT_BUDGET_HARD",
        "LOQUAT_MAX_MESSAGE_CHARS",
        "LOQUAT_MAX_UPLOAD_BYTES",
        "LOQUAT_STORE_COMPLETIONS",
        "LOQUAT_REGISTRATION",
    ):
        assert around(name)


def test_a_secret_is_read_from_a_file(start, upstream, tmp_path):
    (tmp_path / "key").write_text("sk-from-a-file\n")
    model = upstream.model(script.answer("Zig"))
    server = start({"LOQUAT_LLM_URL": upstream.url, "LOQUAT_LLM_MODEL": model, "LOQUAT_LLM_API_KEY_FILE": tmp_path / "key"})
    api = Api(server, server.create_key("owner"))
    api.post("/v1/chat/completions", json={"model": model, "messages": [{"role": "user", "content": "Say"}]}, expect=200)
    assert upstream.requests(model)[0].headers["authorization"] == "Bearer sk-from-a-file"
    shown = server.run("config", data_dir=False)
    assert "sk-from-a-file" not in shown.stdout + shown.stderr + server.stderr


def test_a_misspelt_setting_is_pointed_out(start):
    server = start({"LOQUAT_LLM_MODLE": "mock", "LOQUAT_LLM_API_KEY_FILE": "/dev/null"})
    server.stop()
    told = [line for line in server.stderr.splitlines() if "no setting" in line]
    assert [name for name in ("LOQUAT_LLM_MODLE", "LOQUAT_LLM_API_KEY_FILE") if any(name in line for line in told)] == ["LOQUAT_LLM_MODLE"]


@pytest.mark.parametrize("settings", [{"LOQUAT_HISTORY_PAIRS": "many"}, {"LOQUAT_LLM_URL": "not a url"}, {"LOQUAT_MAX_UPLOAD_BYTES": "-1"}])
def test_a_wrong_setting_is_named(installation, settings):
    result = installation.run("serve", "--port", "0", settings=settings, check=False)
    assert result.returncode != 0 and next(iter(settings)) in result.stderr


# Documents in


def lines_of(result):
    return [json.loads(line) for line in result.stdout.splitlines() if line.strip()]


def test_ingest_prints_a_line_of_json_for_each_document(installation, folder):
    lines = lines_of(installation.run("ingest", folder, "--collection", "library"))
    assert len(lines) == len(sample.LIBRARY)
    for name in sample.LIBRARY:
        line = next(line for line in lines if name in json.dumps(line))
        assert line["status"] == "ready"


def test_ingest_takes_files_globs_and_standard_input(installation, folder):
    assert len(lines_of(installation.run("ingest", folder / "loquat.md", folder / "tides.md", "--collection", "files"))) == 2
    assert len(lines_of(installation.run("ingest", str(folder / "b*.md"), "--collection", "globs"))) == 2
    assert len(lines_of(installation.run("ingest", "-", "--collection", "piped", stdin="The fabulous wombat digs at dusk."))) == 1
    assert "wombat" in installation.run("ask", "When does the fabulous wombat dig?", "--collection", "piped").stdout


def test_ingest_says_what_it_could_not_read_and_goes_on(installation, folder):
    (folder / "program.bin").write_bytes(b"\x7fELF" + bytes(100))
    result = installation.run(
        "ingest", folder / "program.bin", folder / "loquat.md", folder / "missing.md", "--collection", "library", check=False
    )
    assert result.returncode != 0
    assert any(line["status"] == "ready" and "loquat.md" in json.dumps(line) for line in lines_of(result))
    assert "missing.md" in result.stdout + result.stderr and "program.bin" in result.stdout + result.stderr


def test_ingest_says_what_it_replaced(installation):
    """One name in two folders, given from within each, is one document."""
    for name, text in {"a": "The wombat digs.", "b": "The heron stands."}.items():
        (installation.home / "readme.md").write_text(text)
        (line,) = lines_of(installation.run("ingest", "readme.md", "--collection", "dup"))
        assert line["outcome"] == {"a": "created", "b": "replaced"}[name]
    (line,) = lines_of(installation.run("ingest", "readme.md", "--collection", "dup"))
    assert line["outcome"] == "unchanged"


def test_ingest_names_the_file_that_failed(installation):
    (installation.home / "empty.md").write_text("")
    result = installation.run("ingest", "empty.md", "missing.md", "--collection", "mixed", check=False)
    assert result.returncode == 1
    assert {line["title"] for line in lines_of(result)} == {"empty.md", "missing.md"} == {line["file"] for line in lines_of(result)}


def test_ingest_of_nothing_readable_makes_no_collection(start):
    server = start()
    api = Api(server, server.create_key("owner"))
    result = server.run("ingest", "nomatch*", "missing.md", "--collection", "x", check=False)
    assert result.returncode == 1 and [line["status"] for line in lines_of(result)] == ["failed", "failed"]
    assert not api.items("/api/v1/collections")


def test_commands_speak_to_a_running_server(start, tmp_path):
    server = start()
    api = Api(server, server.create_key("owner"))
    (tmp_path / "wombat.md").write_text("# Wombats\n\nThe fabulous wombat digs at dusk.\n")
    server.run("ingest", tmp_path / "wombat.md", "--collection", "animals")
    (collection,) = [item for item in api.items("/api/v1/collections") if item["name"] == "animals"]
    assert api.retrieve("fabulous wombat", collection_id=collection["id"])["results"]
    assert "dusk" in server.run("ask", "When does the fabulous wombat dig?", "--collection", "animals").stdout
    assert server.running


# Answers out


def test_ask_answers_with_citations(stocked):
    shown = stocked.run("ask", sample.QUESTION, "--collection", "library").stdout
    assert sample.FACT in shown and re.search(r"\[\d+\]", shown) and "loquat" in shown.lower()


def test_ask_shows_each_cited_source_with_its_quote(stocked):
    answer, _, below = stocked.run("ask", sample.QUESTION, "--collection", "library").stdout.partition("\n\n[")
    lines = ("[" + below).splitlines()
    assert lines[0].startswith("[1] ") and re.fullmatch(r"    “.+”", lines[1])
    assert sample.FACT in lines[1]
    assert "unverified" not in below and "repaired" not in below


def test_ask_shows_the_page_of_a_quote(installation):
    content = b"BT /F 12 Tf 50 700 Td (The fabulous wombat digs its burrow at dusk in the valley.) Tj ET"
    (installation.home / "wombat.pdf").write_bytes(files.pdf(content, b" ", b""))
    installation.run("ingest", "wombat.pdf", "--collection", "animals")
    shown = installation.run("ask", "When does the fabulous wombat dig its burrow?").stdout
    assert re.search(r"^\[1\] .*, page 1\n    “.*at dusk.*”$", shown, re.MULTILINE), shown


def test_ask_marks_what_is_not_verified(stocked, upstream):
    model = upstream.model(script.answer("Parliament was dissolved by the queen yesterday [1]."))
    settings = {"LOQUAT_LLM_URL": upstream.url, "LOQUAT_LLM_MODEL": model, "LOQUAT_CLASSIFIER_MODEL": "no-classifier"}
    shown = stocked.run("ask", sample.QUESTION, "--collection", "library", settings=settings).stdout
    assert re.search(r"^\[1\] .*\(unverified\)$", shown, re.MULTILINE), shown


def test_what_is_shown_cannot_rule_the_terminal(installation):
    (installation.home / "evil.md").write_text("# Wombats\n\nThe fabulous wombat \x1b[2Jdigs at \x9b31mdusk.\n")
    installation.run("ingest", "evil.md", "--collection", "animals")
    shown = installation.run("chat", "--collection", "animals", stdin="When does the fabulous wombat dig?\n/sources\n").stdout
    assert shown.count("dusk") >= 3 and not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)


def test_ask_in_json(stocked):
    shown = stocked.run("ask", sample.QUESTION, "--collection", "library", "--json").stdout
    try:
        answers = [json.loads(shown)]
    except json.JSONDecodeError:
        answers = [json.loads(line) for line in shown.splitlines() if line.strip()]
    spoken = "".join(answer.get("delta") or answer.get("message") or "" for answer in answers)
    assert sample.FACT in spoken
    assert any(answer.get("sources") for answer in answers)
    assert any(answer.get("citations") or answer.get("type") == "citation" for answer in answers)


def test_ask_says_when_nothing_is_known(stocked):
    shown = stocked.run("ask", sample.NONSENSE, "--collection", "library").stdout
    assert shown.strip() and not re.search(r"\[\d+\]", shown)


def test_ask_of_an_unknown_collection_is_a_failure(stocked):
    result = stocked.run("ask", sample.QUESTION, "--collection", "no-such-collection", check=False)
    assert result.returncode != 0 and "no-such-collection" in result.stderr


def test_chat_converses_until_its_input_ends(stocked):
    shown = stocked.run(
        "chat", "--collection", "library", stdin=f"{sample.QUESTION}\n/sources\nAnd how many bees does a healthy hive hold?\n"
    ).stdout
    assert sample.FACT in shown and ("loquat.md" in shown or "The loquat tree" in shown)
    assert "fifty thousand" in shown


# Checks


@pytest.fixture
def conversed(start):
    """A stopped server on which two conversations were held; returns its keeper and the session that came first."""
    server = start()
    api = Api(server, server.create_key("owner"))
    library = sample.fill(api, "library")
    first = api.ask(sample.QUESTION, collection_id=library["id"])["session_id"]
    api.ask("And its harvest?", session_id=first)
    api.ask("How many bees does a hive hold?", collection_id=library["id"])
    assert server.stop() == 0
    return server, api, first


def test_verify_is_content_with_an_untouched_log(conversed):
    server, _, _ = conversed
    server.run("verify")
    server.start()
    server.run("verify")


@pytest.mark.parametrize(
    "harm",
    [store.flip_a_byte, store.remove_the_last_event, store.remove_a_session, store.swap_two_events, store.remove_from_the_middle],
    ids=lambda harm: harm.__name__,
)
def test_verify_detects(conversed, harm):
    server, _, _ = conversed
    harm(server.data_dir)
    result = server.run("verify", check=False)
    assert result.returncode != 0, result.stdout + result.stderr
    assert (result.stdout + result.stderr).strip()


@pytest.mark.parametrize("cut", ["seq > 0", "seq > 3"])
def test_a_forged_tombstone_hides_nothing(conversed, cut):
    server, _, session_id = conversed
    one = bytes.fromhex(session_id.replace("-", ""))
    with sqlite3.connect(store.database(server.data_dir)) as database:
        (last,) = database.execute("select max(seq) from events where session = ?", (one,)).fetchone()
        assert database.execute(f"delete from events where session = ? and {cut}", (one,)).rowcount > 0
        if cut == "seq > 0":
            database.execute("delete from turns where session = ?", (one,))
            database.execute("delete from sessions where id = ?", (one,))
        database.execute("insert into tombstones (session, seq, hash, checkpoint) values (?, 1, ?, 1)", (one, b"x" * 32))
    database.close()
    result = server.run("verify", check=False)
    assert result.returncode == 1 and f"session {session_id} seq {last}: " in result.stdout, result.stdout


@pytest.mark.parametrize("damage", ["head_hash = zeroblob(32)", "head_seq = head_seq - 1", "head_seq = head_seq + 5"])
def test_a_damaged_view_spoils_no_event_after_it(conversed, damage):
    server, api, session_id = conversed
    one = bytes.fromhex(session_id.replace("-", ""))
    with sqlite3.connect(store.database(server.data_dir)) as database:
        assert database.execute(f"update sessions set {damage} where id = ?", (one,)).rowcount == 1
    database.close()
    server.start()
    said = len(api.messages(session_id))
    api.ask("And how tall does it grow?", session_id=session_id)
    assert len(api.messages(session_id)) == said + 2
    server.stop()
    server.run("verify")
    server.run("rebuild", "--check")


def test_rebuild_gives_the_same(conversed):
    server, api, session_id = conversed
    server.start()
    before = [api.get(f"/api/v1/chat/sessions/{session_id}").json(), api.messages(session_id), api.sessions()]
    server.stop()
    server.run("rebuild", "--check")
    server.run("rebuild")
    server.run("rebuild", "--check")
    server.run("verify")
    server.start()
    assert [api.get(f"/api/v1/chat/sessions/{session_id}").json(), api.messages(session_id), api.sessions()] == before


def test_a_database_that_is_damaged_is_told_in_words(conversed, tmp_path):
    server, api, session_id = conversed
    path = store.database(server.data_dir)
    with sqlite3.connect(path) as database:
        (page,), (size,) = (database.execute(sql).fetchone() for sql in ("select rootpage from sqlite_master where name = 'events'", "pragma page_size"))
    database.close()
    with open(path, "r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 200)
    for command in (["verify"], ["rebuild", "--check"], ["rebuild"], ["log", session_id], ["backup", tmp_path / "backup"]):
        result = server.run(*command, check=False)
        told = result.stderr.splitlines()[-1]
        assert result.returncode == 1 and "is damaged" in told and "SQL" not in told, (command, result.stderr)
    assert not (tmp_path / "backup").exists()
    server.start()
    problem = api.get(f"/api/v1/chat/sessions/{session_id}/messages", expect=503).json()
    assert problem["code"] == "storage_unavailable" and "damaged" in problem["detail"]


def test_rebuild_goes_on_past_a_damaged_session(conversed):
    server, api, damaged = conversed
    server.start()
    (whole,) = [session["id"] for session in api.sessions() if session["id"] != damaged]
    before = api.messages(whole)
    server.stop()
    with sqlite3.connect(store.database(server.data_dir)) as database:
        one, other = (bytes.fromhex(session.replace("-", "")) for session in (damaged, whole))
        assert database.execute("update events set created_at = 'soon' where session = ? and seq = 3", (one,)).rowcount == 1
        assert database.execute("delete from turns where session = ?", (other,)).rowcount > 0
    database.close()
    for command in (["rebuild", "--check"], ["rebuild"]):
        result = server.run(*command, check=False)
        assert result.returncode == 1
        assert f"session {damaged} seq 3: " in result.stdout and f"session {whole}: the rows differ from the log" in result.stdout
    again = server.run("rebuild", check=False)
    assert again.returncode == 1 and damaged in again.stdout and whole not in again.stdout
    server.start()
    assert api.messages(whole) == before


def test_the_store_is_a_sound_database_in_wal_mode(conversed):
    server, _, _ = conversed
    path = store.database(server.data_dir)
    with sqlite3.connect(path) as database:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert database.execute("pragma journal_mode").fetchone() == ("wal",)


def test_eval_retrieval_prints_figures(installation, tmp_path):
    names = list(sample.LIBRARY)
    questions = {
        "loquat.md": sample.QUESTION,
        "bees.md": "bees in a healthy hive",
        "tides.md": "highest tides on Earth",
        "chess.md": "dragon variation bishop",
    }
    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text(
        "".join(json.dumps({"_id": name, "title": name, "text": sample.LIBRARY[name]}) + "\n" for name in names)
    )
    (tmp_path / "queries.jsonl").write_text(
        "".join(json.dumps({"_id": f"q-{name}", "text": text}) + "\n" for name, text in questions.items())
    )
    (tmp_path / "qrels/train.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(f"q-{name}\t{name}\t1\n" for name in questions))
    figures = json.loads(installation.run("eval", "retrieval", tmp_path, data_dir=False).stdout)
    found = {name: value for name, value in flat(figures) if "ndcg" in name.lower() and isinstance(value, (int, float))}
    assert found and all(0.9 <= value <= 1 for value in found.values()), figures


@pytest.mark.parametrize(
    "files, told",
    [
        ({"corpus.jsonl": '{"_id": "d", "text": "x"}\n\n{"_id": \n'}, r"corpus\.jsonl, line 3: not JSON"),
        ({"qrels/train.tsv": "other\td\t1\n"}, "judgements name no query"),
    ],
)
def test_eval_says_what_is_wrong_with_a_test_set(installation, tmp_path, files, told):
    good = {"corpus.jsonl": '{"_id": "d", "text": "x"}\n', "queries.jsonl": '{"_id": "q", "text": "x"}\n', "qrels/train.tsv": "q\td\t1\n"}
    (tmp_path / "qrels").mkdir()
    for name, text in (good | files).items():
        (tmp_path / name).write_text(text)
    result = installation.run("eval", "retrieval", tmp_path, data_dir=False, check=False)
    assert result.returncode == 1 and re.search(told, result.stderr) and not result.stdout


def test_eval_citations_prints_figures(installation, tmp_path):
    claims = {"loquat.md": ["The loquat is a tree.", "Its seeds are poisonous."], "tides.md": ["Tides are high.", "They come twice a day."]}
    (tmp_path / "qrels").mkdir()
    documents = [{"_id": name, "title": name, "text": " ".join(sentences)} for name, sentences in claims.items()]
    asked = [{"_id": f"q-{name}", "text": sentences[1]} for name, sentences in claims.items()]
    lines = [{"doc": name, "sentences": sentences} for name, sentences in claims.items()]
    evidence = [{"id": f"q-{name}", "doc": name, "label": "SUPPORT", "sentences": [1]} for name in claims]
    files = {"corpus": documents, "queries": asked, "abstract_sentences": lines, "evidence_sentences": evidence}
    for name, rows in files.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "qrels/train.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(f"q-{name}\t{name}\t1\n" for name in claims))
    figures = json.loads(installation.run("eval", "citations", tmp_path, data_dir=False).stdout)
    assert figures["supported"] == {"pairs": 2, "right_sentence": 1, "verified": 1}
    assert figures["contradicted"]["pairs"] == 0 and figures["contradicted"]["verified"] is None


def flat(value, name=""):
    if isinstance(value, dict):
        return [pair for key, part in value.items() for pair in flat(part, f"{name}.{key}")]
    return [(name, value)]


@pytest.mark.parametrize("command", ["verify", "rebuild --check", "backup somewhere", "keys list", "keys revoke x", "ask Anything?"])
def test_a_mistyped_data_directory_is_not_made(installation, command):
    result = installation.run(*command.split(), check=False)
    assert result.returncode == 1 and "no data" in result.stderr and not installation.data_dir.exists()


def test_an_empty_data_directory_name_is_refused(installation):
    result = installation.run("keys", "create", "--name", "x", "--data-dir", "", data_dir=False, check=False)
    assert result.returncode != 0 and "--data-dir" in result.stderr and result.stdout == ""


def test_a_port_in_use_is_said_in_words(server, installation):
    result = installation.run("serve", "--port", str(server.port), check=False)
    assert result.returncode == 1 and f"Port {server.port} is in use" in result.stderr


def test_a_name_of_several_keys_revokes_none(installation):
    for _ in range(2):
        installation.create_key("twin")
    result = installation.run("keys", "revoke", "twin", check=False)
    assert result.returncode == 1 and "keys list" in result.stderr
    listed = installation.run("keys", "list").stdout
    assert listed.count("twin") == 2
    installation.run("keys", "revoke", listed.split()[0])
    assert installation.run("keys", "list").stdout.count("twin") == 1


def test_an_answer_quotes_no_heading(stocked):
    answer = stocked.run("ask", sample.QUESTION).stdout
    assert sample.FACT in answer and "The loquat tree [" not in answer and "Height [" not in answer
