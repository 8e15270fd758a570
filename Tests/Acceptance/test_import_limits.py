"""What an import may take, what it may bring, and that it happens once."""

import hashlib
import json
import threading
import uuid

import pytest
from support import door, sample, script, shapes
from support.api import Api
from support.raw import most_memory
from support.server import upstream_settings
from support.session import Session
from support.waiting import eventually
from support.wire import connect, request

IMPORT = "/api/v1/chat/sessions/import"
LINES = {"Content-Type": "application/jsonl"}


def export(session):
    return session.api.get(session.path + "/export", expect=200).content


def take(api, content):
    made = api.post(IMPORT, content=content, headers=LINES, expect=201).json()
    return [Session(api, item["id"]) for item in made["items"]]


def changed(content, kind, change):
    """An export with one kind of its events changed, sealed anew as somebody would who means it."""
    lines = []
    for line in content.splitlines()[:-1]:
        event = json.loads(line)
        if event.get("kind") == kind:
            change(event)
        lines.append(json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
    seal = {"end": True, "events": len(lines) - 1, "sha256": hashlib.sha256(b"".join(lines)).hexdigest()}
    return b"".join([*lines, json.dumps(seal, separators=(",", ":")).encode(), b"\n"])


@pytest.fixture
def session(plain, upstream):
    return Session(plain, plain.ask("Hello 🍊", model=upstream.model(script.answer("Yes, ", "🍊"))))


# What it may take


def test_a_file_of_many_lines_takes_little_room(start):
    server = start()
    api = Api(server, server.create_key("owner"))
    head = json.dumps({"format": "loquat", "version": 1, "session_id": str(uuid.uuid4())}, separators=(",", ":"))
    content = head.encode() + b"\n" + b"0\n" * (25 << 20)
    before = most_memory(server)
    problem = shapes.problem(api.post(IMPORT, content=content, headers=LINES), 422, "broken_export")
    assert "Line 2" in problem["detail"]
    assert most_memory(server) - before < 6 * len(content)


@pytest.mark.parametrize("kind", ["loquat", "chatgpt"])
def test_a_value_of_many_values_takes_little_room(start, kind):
    server = start()
    api = Api(server, server.create_key("owner"))
    many = b"0," * (30 << 20) + b"0"
    if kind == "loquat":
        head = json.dumps({"format": "loquat", "version": 1, "session_id": str(uuid.uuid4())}, separators=(",", ":"))
        content = head.encode() + b'\n{"seq":1,"kind":"x","payload":{"a":[' + many + b"]}}\n"
    else:
        content = b'[{"title":"t","mapping":{},"a":[' + many + b"]}]"
    before = most_memory(server)
    answer = api.post(IMPORT, content=content, headers=LINES)
    if kind == "loquat":
        problem = shapes.problem(answer, 422, "broken_export")
        assert "Line 2" in problem["detail"] and "more values" in problem["detail"]
    else:
        assert answer.status_code in (201, 422), answer.text
    assert most_memory(server) - before < 8 * len(content)


def test_two_imports_run_at_once(start):
    server = start()
    api = Api(server, server.create_key("owner"))
    status = lambda: api.post(IMPORT, content=b" ", headers=LINES).status_code
    # Each that is refused gives back what it held.
    assert [status() for _ in range(5)] == [422] * 5
    files = {"file": ("a.jsonl", b" ", "application/jsonl")}
    assert [api.post(IMPORT, files=files).status_code for _ in range(3)] == [422] * 3
    # Long enough to read that others come meanwhile.
    head = json.dumps({"format": "loquat", "version": 1, "session_id": str(uuid.uuid4())}, separators=(",", ":"))
    content = head.encode() + b"\n" + b'{"seq":1,"kind":"x","payload":{}}\n' * 500_000
    answers, stop = [], threading.Event()

    def work():
        while not stop.is_set():
            answers.append(api.post(IMPORT, content=content, headers=LINES))

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    try:
        eventually(lambda: any(answer.status_code == 429 for answer in list(answers)), "three are too many")
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    busy = next(answer for answer in answers if answer.status_code == 429)
    problem = shapes.problem(busy, 429, "busy")
    assert "2 imports" in problem["detail"] and int(busy.headers["retry-after"]) >= 1
    assert {answer.status_code for answer in answers} == {422, 429}
    assert status() == 422


def test_imports_that_are_sent_slowly_hold_up_no_others(start):
    server = start()
    api = Api(server, server.create_key("owner"))
    slow = []
    for _ in range(4):
        sock = connect(server)
        head = request(server, "POST", IMPORT, api.key, headers={"Content-Type": "application/jsonl", "Content-Length": "1000"})
        sock.sendall(head + b"{")
        slow.append(sock)
    uploads = server.data_dir / "uploads"
    eventually(lambda: len(list(uploads.iterdir())) == 4, "all have begun")
    assert api.post(IMPORT, content=b" ", headers=LINES).status_code == 422
    for sock in slow:
        sock.close()
    # What came of them is kept nowhere.
    eventually(lambda: not list(uploads.iterdir()), "the cut uploads are gone")


# Once


def test_an_import_is_done_once_for_its_key(session):
    api, content = session.api, export(session)
    headers = LINES | {"Idempotency-Key": str(uuid.uuid4())}
    before = len(api.sessions())
    first = api.post(IMPORT, content=content, headers=headers, expect=201)
    assert len(api.sessions()) == before + 1
    for _ in range(2):
        again = api.post(IMPORT, content=content, headers=headers, expect=201)
        assert again.json() == first.json()
    assert len(api.sessions()) == before + 1
    shapes.problem(api.post(IMPORT, content=content + b"\n", headers=headers), 422, "idempotency_mismatch")
    take(api, content)
    assert len(api.sessions()) == before + 2
    shapes.problem(api.post(IMPORT, content=content, headers=LINES | {"Idempotency-Key": "x" * 256}), 400, "invalid_idempotency_key")


def test_a_form_is_done_once_for_its_key(session):
    api, files = session.api, {"file": ("session.jsonl", export(session), "application/jsonl")}
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    before = len(api.sessions())
    answers = [api.post(IMPORT, files=files, headers=headers, expect=201).json() for _ in range(2)]
    assert answers[0] == answers[1] and len(api.sessions()) == before + 1


def test_an_import_that_was_refused_is_tried_again(session):
    content, headers = export(session), LINES | {"Idempotency-Key": str(uuid.uuid4())}
    for _ in range(2):
        shapes.problem(session.api.post(IMPORT, content=content[:-100], headers=headers), 422, "broken_export")
    session.api.post(IMPORT, content=content, headers=headers, expect=201)


# What it may bring


def answer(**members):
    return lambda event: event["payload"].update(members)


def recorded(steps, chunks=()):
    return answer(recording={"steps": steps, "chunks": list(chunks)})


def cited(start, end):
    citation = {"number": 1, "cited_number": 1, "start": start, "end": end, "status": "verified", "support": 1}
    return answer(citations=[citation], recording={"steps": [9, 0], "chunks": []})


def asked(**fields):
    return lambda event: event["payload"].update(asked=fields)


def frozen(**fields):
    document = {"id": str(uuid.uuid4()), "title": "t", "media_type": "text/plain"}
    source = {"number": 1, "chunk_id": str(uuid.uuid4()), "document": document, "title": "t", "summary": "s", "content": "c"}
    source |= {"start": 0, "end": 1, "score": 1} | fields
    return lambda event: event["payload"].update(sources=[source])


LARGEST = 2**63 - 1


@pytest.mark.parametrize(
    "kind, change, said",
    [
        ("message.user", asked(top_k=LARGEST), "top_k"),
        ("message.user", asked(top_k=0), "top_k"),
        ("message.user", asked(top_k=-LARGEST), "top_k"),
        ("message.user", asked(temperature=3), "temperature"),
        ("message.user", asked(max_tokens=0), "max_tokens"),
        ("message.user", asked(creator="x" * 1_001), "creator"),
        ("message.user", asked(model="x" * 1_001), "model"),
        ("turn.opened", lambda event: event["payload"].update(instructions="x" * 10_001), "instructions"),
        ("turn.opened", lambda event: event["payload"].update(model="x" * 1_001), "model"),
        ("sources.frozen", frozen(start=LARGEST, end=LARGEST), "passage"),
        ("sources.frozen", frozen(start=2), "passage"),
        ("sources.frozen", frozen(page=-1), "passage"),
        ("sources.frozen", frozen(number=LARGEST), "number"),
        ("turn.rated", lambda event: event["payload"].update(reason="x" * 201), "reason"),
        ("turn.rated", lambda event: event["payload"].update(text="x" * 10_001), "text"),
        ("turn.rated", lambda event: event["payload"].update(turn_id=shapes.ABSENT), "turn_id"),
        ("session.updated", lambda event: event["payload"].update(title=""), "title"),
        ("session.updated", lambda event: event["payload"].update(title="a\u202eb"), "title"),
        ("session.updated", lambda event: event["payload"].update(title="\u200b"), "title"),
        ("message.assistant", recorded([-2, 9]), "recording"),
        ("message.assistant", recorded([8]), "recording"),
        ("message.assistant", recorded([10]), "recording"),
        ("message.assistant", recorded([9, 0]), "recording"),
        ("message.assistant", recorded([9, -1]), "recording"),
        ("message.assistant", recorded([9], [{"x": 1}]), "recording"),
        ("message.assistant", cited(3, 2), "citation"),
        ("message.assistant", cited(-1, 2), "citation"),
        ("message.assistant", cited(0, 7), "citation"),
        ("message.assistant", lambda event: event["payload"].update(turn_id=event["payload"]["user_turn_id"]), ""),
        ("turn.opened", lambda event: event["payload"].update(turn_id=event["payload"]["user_turn_id"]), "turn_id"),
        ("group.closed", lambda event: event.update(group=shapes.ABSENT), "group"),
        ("session.created", lambda event: event["payload"].update(title="x" * 1_001), "title"),
        ("session.created", lambda event: event["payload"].update(metadata={"of": "x" * (4 << 20)}), "metadata"),
        ("session.updated", lambda event: event["payload"].update(title="x" * 1_001), "title"),
        ("session.updated", lambda event: event["payload"].update(metadata={"of": "x" * (4 << 20)}), "metadata"),
        ("branch.created", lambda event: event["payload"].update(name="x" * 101), "name of a branch"),
        ("branch.created", lambda event: event["payload"].update(name="a\nb"), "name of a branch"),
        ("branch.renamed", lambda event: event["payload"].update(new_name=""), "name of a branch"),
    ],
)
def test_what_the_api_would_not_take_is_refused_even_when_it_is_sealed(session, kind, change, said):
    api = session.api
    session.branch(session.line()[1], "aside")
    session.rename("aside", "other")
    api.patch(session.path, json={"title": "Named", "metadata": {"of": "mine"}}, expect=200)
    answered = session.line()[1]["id"]
    api.post(f"{session.path}/turns/{answered}/feedback", json={"rating": "up"}, expect=200)
    content = export(session)
    before = len(api.sessions())
    problem = shapes.problem(api.post(IMPORT, content=changed(content, kind, change), headers=LINES), 422, "broken_export")
    assert "Event" in problem["detail"] and said in problem["detail"], problem
    assert len(api.sessions()) == before
    take(api, changed(content, kind, lambda event: None))


def recording_holds(session):
    """A recording makes up its answer; what does not would not be taken in."""
    for line in export(session).splitlines():
        event = json.loads(line)
        if event.get("kind") != "message.assistant":
            continue
        payload = event["payload"]
        steps = payload["recording"]["steps"]
        assert min(steps, default=0) >= -1
        assert sum(step for step in steps if step > 0) == len(payload["content"].encode())
        assert (steps.count(0), steps.count(-1)) == (len(payload["citations"]), len(payload["recording"]["chunks"]))
        for citation in payload["citations"]:
            assert 0 <= citation["start"] <= citation["end"] <= len(payload["content"])


def comes_back(session):
    recording_holds(session)
    (made,) = take(session.api, export(session))
    again = [[(turn["content"], turn["status"]) for turn in one.everything()] for one in (session, made)]
    assert again[0] == again[1]
    return made


def test_whatever_was_said_comes_back(start, upstream):
    server = start(upstream_settings(upstream))
    api = Api(server, server.create_key("owner"))
    library = sample.fill(api, "library")
    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "🍊"}'}}
    tools = [script.Delta({"role": "assistant", "content": None, "tool_calls": [call]}), script.Finish("tool_calls"), script.Done()]
    mixed = [script.Text("Let me see. 🍊"), *tools]
    awkward = script.answer(*script.AWKWARD_TOKENS)
    for steps in (tools, mixed, awkward, [script.Text("One "), script.Cut()], [script.Status(500)]):
        for stream in (False, True):
            model = upstream.model(steps)
            body = {"model": model, "messages": door.asked("Say it"), "stream": stream, "metadata": {"of": "mine"}}
            api.post("/v1/chat/completions", json=body)
    cited = f"{sample.FACT} [1][2][7]. And more [1]. 🍊 Nothing of it. [2"
    model = upstream.model(*[[*map(script.Text, cited), script.Finish(), script.Done()]] * 3)
    session = Session(api, api.ask(sample.QUESTION, model=model, collection_id=library["id"]))
    session.again(session.line()[1])
    session.branch(session.line()[1], "copied", into="new")
    Session(api, api.ask(sample.QUESTION, collection_id=library["id"]))
    gate = script.gate()
    watcher = api.stream(sample.QUESTION, model=upstream.model([script.Text("One "), gate, *script.answer("two")]), collection_id=library["id"])
    begun = watcher.event("session").json
    watcher.shows("One")
    api.stop(begun["session_id"], begun["turn_id"])
    upstream.open(gate)
    watcher.finish()
    session = Session(api, begun)
    session.go_on(session.line()[1], expect=(200, 502))
    for found in api.sessions():
        comes_back(comes_back(Session(api, found["id"])))
    assert server.run("verify").returncode == 0
