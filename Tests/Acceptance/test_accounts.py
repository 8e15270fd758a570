"""People, what lets them in, and what is told of what they did."""

import json
import re
import sqlite3
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from support import people, sample, script, shapes, wire
from support.api import Api
from support.server import upstream_settings
from support.shapes import ABSENT
from support.waiting import DEADLINE, eventually

USERS, KEYS, ME, AUDIT = "/api/v1/users", "/api/v1/api-keys", "/api/v1/auth/me", "/api/v1/audit"


@pytest.fixture
def owner(start):
    return people.register(start())


def me(server, credential, expect=200):
    return Api(server, credential).get(ME, expect=expect)


def normal(answer):
    body = answer.json()
    return answer.status_code, answer.text.replace(body["request_id"], "REQUEST")


# Registration


def test_the_first_to_register_owns_and_then_the_door_is_closed(start):
    server = start()
    first = people.register(server)
    account = me(server, first.token).json()
    assert (account["role"], account["email"], account["id"]) == ("owner", first.email, first.id)
    shapes.problem(people.register(server, "second", expect=403), 403, "registration_closed")
    server.restart()
    shapes.problem(people.register(server, "second", expect=403), 403, "registration_closed")


def test_an_open_door_makes_members(start):
    server = start({"LOQUAT_REGISTRATION": "open"})
    first, second = people.register(server), people.register(server, "second")
    assert [me(server, person.key).json()["role"] for person in (first, second)] == ["owner", "member"]
    assert second.id != first.id
    shapes.problem(people.register(server, "second", expect=409), 409, "email_taken")
    shapes.problem(people.register(server, "SECOND", expect=409), 409, "email_taken")


@pytest.mark.parametrize(
    "field, value", [("email", "nobody"), ("email", "a b@c"), ("password", "short"), ("password", "x" * 257), ("name", "x" * 201)]
)
def test_an_account_has_an_address_and_a_password(start, field, value):
    server = start()
    body = {"email": "owner@example.test", "password": "long enough", field: value}
    shapes.invalid(Api(server, None).post("/api/v1/auth/register", json=body), field)
    people.register(server)


# Tokens


def test_a_token_tells_nobody_who_has_an_account(owner):
    server = owner.api.server
    people.add(owner, "ann")
    unable = owner.api.post(USERS, json={"email": "keyonly@example.test"}, expect=201).json()
    wrong = [
        people.token(server, email, password, expect=401)
        for email, password in (
            ("ann@example.test", "wrong password"),
            ("unknown@example.test", "wrong password"),
            (unable["email"], "wrong password"),
            ("ann@example.test", ""),
            ("ann@example.test", "x" * 5000),
        )
    ]
    assert len({normal(answer) for answer in wrong}) == 1
    assert len({tuple(sorted(answer.headers.keys())) for answer in wrong}) == 1
    shapes.problem(wrong[0], 401, "wrong_credentials")


def test_guessing_is_slowed_and_locks_nobody_else_out(owner):
    server = owner.api.server
    ann, bob = people.add(owner, "ann"), people.add(owner, "bob")

    def refused(email):
        for _ in range(20):
            answer = Api(server, None).post("/api/v1/auth/token", json={"email": email, "password": "wrong password"})
            if answer.status_code == 429:
                return answer
            shapes.problem(answer, 401)
        raise AssertionError("twenty guesses and no wait")

    answers = [refused("ann@example.test"), refused("unknown@example.test")]
    for answer in answers:
        shapes.problem(answer, 429, "too_many_attempts")
        assert 1 <= int(answer.headers["retry-after"]) <= 300
    # The right password waits too, or the answers would tell which guess was right.
    shapes.problem(people.token(server, ann.email, ann.password, expect=429), 429)
    people.token(server, bob.email, bob.password)
    me(server, ann.key), me(server, ann.token)


def test_only_tokens_of_ours_open(start, owner):
    server = owner.api.server
    other = people.register(start())
    me(server, other.token, expect=401)
    server.stop()
    kid, secret = people.signing_key(server)
    good = people.forged(server, owner.id)
    server.start()
    me(server, good), me(server, owner.token)
    now = time.time()
    header = {"alg": "HS256", "typ": "JWT", "kid": kid}
    claims = {"sub": owner.id, "iss": "loquat", "iat": now - 1, "exp": now + 3600, "jti": people.uuid7()}
    head, body, signature = good.split(".")
    bad = {
        "no algorithm": people.sign(header | {"alg": "none"}, claims, secret),
        "no signature": f"{people.sign(header | {'alg': 'none'}, claims, secret).rsplit('.', 1)[0]}.",
        "another algorithm": people.sign(header | {"alg": "HS384"}, claims, secret),
        "another key": people.sign(header, claims, b"x" * 32),
        "an empty key": people.sign(header, claims, b""),
        "an unknown key": people.sign(header | {"kid": people.uuid7()}, claims, secret),
        "no key named": people.sign({"alg": "HS256", "typ": "JWT"}, claims, secret),
        "a key brought along": people.sign(header | {"jwk": {"kty": "oct", "k": "eHg"}}, claims, secret),
        "something critical": people.sign(header | {"crit": ["exp"]}, claims, secret),
        "lapsed": people.sign(header, claims | {"iat": now - 7200, "exp": now - 1}, secret),
        "of the future": people.sign(header, claims | {"iat": now + 600}, secret),
        "without end": people.sign(header, {name: value for name, value in claims.items() if name != "exp"}, secret),
        "another issuer": people.sign(header, claims | {"iss": "somebody"}, secret),
        "of nobody": people.sign(header, claims | {"sub": ABSENT}, secret),
        "another's claims": f"{head}.{people.sign(header, claims | {'sub': ABSENT}, secret).split('.')[1]}.{signature}",
        "a signature cut": good[:-4],
        "a signature changed": good[:-10] + ("A" if good[-10] != "A" else "B") + good[-9:],
        "padded": good + "=",
        "two parts": f"{head}.{body}",
        "four parts": good + ".x",
    }
    assert [name for name, text in bad.items() if Api(server, text).get(ME).status_code != 401] == []


def test_a_new_password_ends_tokens_and_leaves_keys(owner):
    server = owner.api.server
    ann = people.add(owner, "ann")
    changed = {"password": "another password", "current_password": ann.password}
    shapes.problem(ann.api.patch(ME, json={"password": "another password"}), 403)
    shapes.problem(ann.api.patch(ME, json=changed | {"current_password": "wrong password"}), 401)
    me(server, ann.token)
    ann.api.patch(ME, json=changed, expect=200)
    me(server, ann.token, expect=401)
    me(server, ann.key)
    people.token(server, ann.email, ann.password, expect=401)
    newer = people.token(server, ann.email, "another password")
    me(server, newer)
    owner.api.patch(f"{USERS}/{ann.id}", json={"password": "a third password"}, expect=200)
    me(server, newer, expect=401)
    server.restart()
    me(server, newer, expect=401)
    me(server, people.token(server, ann.email, "a third password"))


# One's own account


def test_me_is_who_asks_and_what_the_credential_reaches(owner):
    server = owner.api.server
    viewer = people.add(owner, "viewer", "viewer")
    assert me(server, viewer.token).json()["scopes"] == ["chat", "documents:read"]
    assert me(server, owner.token).json()["scopes"] == people.SCOPES
    narrow = people.key(owner.api, scopes=["chat"])["key"]
    assert me(server, narrow).json()["scopes"] == ["chat"]


@pytest.mark.parametrize("which", ["me", "user"])
def test_a_change_of_what_was_changed_meanwhile_is_refused(owner, which):
    path = ME if which == "me" else f"{USERS}/{people.add(owner, 'ann').id}"
    tag = owner.api.get(path, expect=200).headers["etag"]
    first = owner.api.patch(path, json={"name": "First"}, headers={"If-Match": tag}, expect=200)
    assert first.headers["etag"] != tag and first.headers["etag"] == owner.api.get(path).headers["etag"]
    shapes.problem(owner.api.patch(path, json={"name": "Second"}, headers={"If-Match": tag}), 412)
    assert owner.api.get(path).json()["name"] == "First"
    owner.api.patch(path, json={"name": "Third"}, headers={"If-Match": "*"}, expect=200)


# Keys


def test_a_key_is_told_once_and_stops_when_it_is_deleted(owner):
    server = owner.api.server
    made = people.key(owner.api, "laptop")
    listed = owner.api.items(KEYS)
    assert made["key"] not in json.dumps(listed)
    (shown,) = [entry for entry in listed if entry["id"] == made["id"]]
    assert "key" not in shown and made["key"].startswith(shown["prefix"]) and len(shown["prefix"]) < 12
    me(server, made["key"])
    owner.api.delete(f"{KEYS}/{made['id']}", expect=204)
    me(server, made["key"], expect=401)
    shapes.same_not_found(owner.api.delete(f"{KEYS}/{made['id']}"), owner.api.delete(f"{KEYS}/{ABSENT}"), made["id"], ABSENT)


def test_a_key_reaches_no_further_than_what_made_it(owner):
    ann = people.add(owner, "ann")
    shapes.problem(ann.api.post(KEYS, json={"name": "more", "scopes": ["chat", "admin"]}), 403)
    narrow = Api(owner.api.server, people.key(owner.api, scopes=["chat"])["key"])
    for answer in (narrow.post(KEYS, json={"name": "same", "scopes": ["chat"]}), narrow.get(KEYS), narrow.patch(ME, json={"name": "x"})):
        shapes.problem(answer, 403)
    shapes.problem(owner.api.post(KEYS, json={"name": "none", "scopes": ["everything"]}), 422)


def test_a_key_lapses(owner):
    server = owner.api.server
    made = people.key(owner.api, expires_in=1)
    assert made["expires_at"] > made["created_at"]
    eventually(lambda: Api(server, made["key"]).get(ME).status_code == 401, "the key lapsed")
    short = Api(server, people.key(owner.api, expires_in=600)["key"])
    for lifetime in ({}, {"expires_in": 6000}):
        shapes.problem(short.post(KEYS, json={"name": "longer", **lifetime}), 422)
    people.key(short, expires_in=60)


def test_a_lower_role_narrows_keys_at_once(owner):
    ann = people.add(owner, "ann", "admin")
    ann.api.get(USERS, expect=200)
    owner.api.patch(f"{USERS}/{ann.id}", json={"role": "viewer"}, expect=200)
    for credential in (ann.key, ann.token):
        api = Api(owner.api.server, credential)
        shapes.problem(api.get(USERS), 403)
        shapes.problem(api.post("/api/v1/collections", json={"name": "mine"}), 403)
        assert api.get(ME).json()["scopes"] == ["chat", "documents:read"]


# Users


def test_who_may_do_what_to_whom(owner):
    admin, other, ann = (people.add(owner, name, role) for name, role in (("adm", "admin"), ("oth", "admin"), ("ann", "member")))
    path = lambda person: f"{USERS}/{person.id}"  # noqa: E731
    refused = [
        (admin, path(other), {"role": "member"}, 403, None),
        (admin, path(owner), {"name": "Mine"}, 403, None),
        (admin, path(ann), {"role": "admin"}, 403, None),
        (admin, path(ann), {"role": "owner"}, 409, "owner_stays"),
        (owner, path(ann), {"role": "owner"}, 409, "owner_stays"),
        (owner, path(owner), {"role": "member"}, 409, None),
        (owner, path(owner), {"suspended": True}, 409, None),
        (admin, path(admin), {"role": "viewer"}, 409, "own_role"),
        (admin, path(admin), {"suspended": True}, 409, "own_account"),
        (admin, path(admin), {"password": "another password"}, 403, None),
        (admin, path(ann), {"email": owner.email}, 409, "email_taken"),
        (ann, path(ann), {"role": "admin"}, 403, None),
    ]
    for person, where, change, status, code in refused:
        shapes.problem(person.api.patch(where, json=change), status, code)
    for person, target, status in ((admin, other, 403), (admin, owner, 409), (owner, owner, 409), (admin, admin, 409), (ann, ann, 403)):
        shapes.problem(person.api.delete(path(target)), status)
    for person, role, status in ((admin, "admin", 403), (owner, "owner", 409), (ann, "viewer", 403)):
        shapes.problem(person.api.post(USERS, json={"email": "new@example.test", "role": role}), status)
    assert {user["email"]: user["role"] for user in owner.api.items(USERS)} == {
        owner.email: "owner", admin.email: "admin", other.email: "admin", ann.email: "member",
    }


def test_suspension_stops_keys_and_tokens_on_an_open_connection(owner):
    server = owner.api.server
    ann = people.add(owner, "ann")
    sockets = {credential: wire.connect(server) for credential in (ann.key, ann.token)}

    def status(credential):
        reader = wire.ResponseReader()
        sockets[credential].sendall(wire.request(server, "GET", ME, credential))
        while not reader.finished:
            data = sockets[credential].recv(65536)
            assert data, "the connection was closed"
            reader.feed(data)
        return reader.status

    path = f"{USERS}/{ann.id}"
    assert [status(credential) for credential in sockets] == [200, 200]
    owner.api.patch(path, json={"suspended": True}, expect=200)
    assert [status(credential) for credential in sockets] == [401, 401]
    shapes.problem(people.token(server, ann.email, ann.password, expect=403), 403, "suspended")
    shapes.problem(people.token(server, ann.email, "wrong password", expect=401), 401, "wrong_credentials")
    owner.api.patch(path, json={"suspended": False}, expect=200)
    # Keys are back; tokens of before are not.
    assert [status(credential) for credential in sockets] == [200, 401]
    me(server, people.token(server, ann.email, ann.password))
    for open_socket in sockets.values():
        open_socket.close()


TAKEN = {
    "suspended": lambda owner, ann: owner.api.patch(f"{USERS}/{ann.id}", json={"suspended": True}, expect=200),
    "deleted": lambda owner, ann: owner.api.delete(f"{USERS}/{ann.id}", expect=204),
    "revoked": lambda owner, ann: ann.api.delete(f"{KEYS}/{ann.api.get(KEYS).json()['items'][0]['id']}", expect=204),
}


@pytest.mark.parametrize("how", TAKEN)
def test_an_open_stream_ends_with_what_let_it_in(start, upstream, how):
    server = start(upstream_settings(upstream))
    owner = people.register(server)
    ann, bob = people.add(owner, "ann"), people.add(owner, "bob")
    gates = [script.gate(), script.gate()]
    steps = [[script.Text("said "), gate, *script.answer("secret")] for gate in gates]
    streams = [person.api.stream("Hello", model=upstream.model(step)) for person, step in zip((ann, bob), steps, strict=True)]
    for stream in streams:
        stream.shows("said")
    TAKEN[how](owner, ann)
    upstream.open(*gates)
    for stream in streams:
        stream.finish()
    assert streams[1].text == "said secret"
    assert streams[0].text == "said " and not streams[0].complete


def test_the_stream_of_a_deleted_session_ends(owner):
    session = owner.api.ask("Hello", model="extractive")["session_id"]
    stream = owner.api.watch(f"/api/v1/chat/sessions/{session}/stream").opened()
    owner.api.delete(f"/api/v1/chat/sessions/{session}", expect=204)
    stream.finish()
    assert stream.complete


def test_of_many_who_saw_the_same_one_is_first(owner):
    ann = people.add(owner, "ann")
    session = owner.api.ask("Hello", model="extractive")["session_id"]
    paths = [
        (f"{USERS}/{ann.id}", "name"),
        (ME, "name"),
        (f"/api/v1/collections/{owner.api.collection('papers')['id']}", "description"),
        (f"/api/v1/chat/sessions/{session}", "title"),
    ]
    for path, field in paths:
        seen = {"If-Match": owner.api.get(path, expect=200).headers["etag"]}
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda number: owner.api.patch(path, json={field: f"{field} {number}"}, headers=seen), range(12)))
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 11, path
        (won,) = (answer.json()[field] for answer in answers if answer.status_code == 200)
        assert owner.api.get(path).json()[field] == won


def test_a_user_is_made_once_for_each_idempotency_key(owner):
    once = {"Idempotency-Key": "once"}
    body = {"email": "ann@example.test", "password": "long enough"}
    first = owner.api.post(USERS, json=body, headers=once, expect=201).json()
    assert owner.api.post(USERS, json=body, headers=once, expect=201).json() == first
    shapes.problem(owner.api.post(USERS, json={**body, "name": "x"}, headers=once), 422, "idempotency_mismatch")
    shapes.problem(owner.api.post(USERS, json=body), 409, "email_taken")


def test_what_was_deleted_is_in_no_file(owner):
    """While the server runs, and once it has ended."""
    server, canary = owner.api.server, "canary-of-the-deleted"
    collection = owner.api.collection("papers")
    owner.api.ready(owner.api.write(collection, canary, f"The {canary} tree grows to ten metres."))
    session = owner.api.ask(f"How tall is the {canary} tree?", collection_id=collection["id"])["session_id"]
    assert canary in owner.api.messages(session)[-1]["content"]
    owner.api.delete(f"/api/v1/chat/sessions/{session}", expect=204)
    owner.api.delete(f"/api/v1/collections/{collection['id']}", expect=204)

    def files():
        return [path.name for path in server.data_dir.rglob("*") if path.is_file() and canary.encode() in path.read_bytes()]

    assert files() == []
    server.stop()
    assert files() == []


def test_a_deleted_user_leaves_collections_and_nothing_else(owner):
    server = owner.api.server
    ann = people.add(owner, "ann")
    owner.api.collection("papers")
    read = owner.api.collection("read by ann", readers=[ann.id])
    papers = sample.fill(ann.api, "papers")
    documents = ann.api.items("/api/v1/documents", collection_id=papers["id"])
    texts = {document["id"]: ann.api.document_text(document["id"]) for document in documents}
    session = ann.api.ask(sample.QUESTION, collection_id=papers["id"])["session_id"]
    owner.api.delete(f"{USERS}/{ann.id}", expect=204)

    me(server, ann.key, expect=401), me(server, ann.token, expect=401)
    people.token(server, ann.email, ann.password, expect=401)
    shapes.same_not_found(owner.api.get(f"{USERS}/{ann.id}"), owner.api.get(f"{USERS}/{ABSENT}"), ann.id, ABSENT)
    assert ann.id not in json.dumps(owner.api.items(USERS))
    handed = owner.api.get(f"/api/v1/collections/{papers['id']}", expect=200).json()
    assert handed["owner_id"] == owner.id and handed["document_count"] == len(texts)
    assert {document: owner.api.document_text(document) for document in texts} == texts
    assert owner.api.retrieve(sample.QUESTION, collection_id=papers["id"])["results"]
    assert owner.api.get(f"/api/v1/collections/{read['id']}").json()["readers"] == []
    names = [collection["name"] for collection in owner.api.items("/api/v1/collections")]
    assert len(names) == len(set(names)) == 3
    server.run("verify")
    server.run("rebuild", "--check")
    server.stop()
    with people.database(server) as connection:
        for table, column, value in (("sessions", "id", session), ("events", "session", session), ("api_keys", "user", ann.id), ("users", "id", ann.id)):
            count = connection.execute(f"SELECT count(*) FROM {table} WHERE {column} = ?", (uuid.UUID(value).bytes,)).fetchone()
            assert count == (0,), table
    server.start()
    server.run("verify")
    # The address is free, and whoever has it now is somebody else.
    again = people.add(owner, "ann")
    assert again.id != ann.id and again.api.items("/api/v1/chat/sessions") == [] and again.api.items("/api/v1/collections") == []


# What is told


def events_of(server):
    return json.loads(server.run("verify", "--json").stdout)


def test_what_was_done_is_told_newest_first(owner):
    api, server = owner.api, owner.api.server
    ann = people.add(owner, "ann")
    people.token(server, ann.email, "wrong password", expect=401)
    key = people.key(ann.api)
    ann.api.delete(f"{KEYS}/{key['id']}", expect=204)
    for change in ({"name": "Ann"}, {"role": "viewer"}, {"role": "member"}, {"suspended": True}, {"suspended": False}, {"password": "another one"}):
        api.patch(f"{USERS}/{ann.id}", json=change, expect=200)
    collection = ann.api.collection("papers")
    ann.api.patch(f"/api/v1/collections/{collection['id']}", json={"readers": [owner.id]}, expect=200)
    (document,) = ann.api.ready(ann.api.upload(collection, "paper.md", "text"))
    for text, status in (("text", 200), ("another text", 200)):
        ann.api.ready(ann.api.upload(collection, "paper.md", text, expect=status))
    ann.api.delete(f"/api/v1/documents/{document['id']}", expect=204)
    session = ann.api.ask("Hello")["session_id"]
    ann.api.delete(f"/api/v1/chat/sessions/{session}", expect=204)
    ann.api.delete(f"/api/v1/collections/{collection['id']}", expect=204)
    api.delete(f"{USERS}/{ann.id}", expect=204)

    entries = api.items(AUDIT, limit=7)
    assert [entry["seq"] for entry in entries] == sorted((entry["seq"] for entry in entries), reverse=True)
    told = [(entry["action"], entry["target_id"], entry["actor_id"]) for entry in reversed(entries)]
    expected = [
        ("user_registered", owner.id, owner.id),
        ("logged_in", owner.id, owner.id),
        ("user_created", ann.id, owner.id),
        ("logged_in", ann.id, ann.id),
        ("login_failed", ann.id, None),
        ("key_created", key["id"], ann.id),
        ("key_deleted", key["id"], ann.id),
        ("user_updated", ann.id, owner.id),
        ("role_changed", ann.id, owner.id),
        ("role_changed", ann.id, owner.id),
        ("user_suspended", ann.id, owner.id),
        ("user_restored", ann.id, owner.id),
        ("password_changed", ann.id, owner.id),
        ("collection_created", collection["id"], ann.id),
        ("collection_shared", collection["id"], ann.id),
        ("document_replaced", document["id"], ann.id),
        ("document_deleted", document["id"], ann.id),
        ("session_deleted", session, ann.id),
        ("collection_deleted", collection["id"], ann.id),
        ("user_deleted", ann.id, owner.id),
    ]
    rest = iter(told)
    assert [line for line in expected if line not in rest] == [], told
    # The same file again is nothing new.
    assert [line[0] for line in told].count("document_replaced") == 1
    assert all(entry["address"] == "127.0.0.1" for entry in entries)
    assert entries[0]["actor_credential"].startswith("key:")
    # By id alone: an address in a log that forgets nothing would outlive its user.
    assert "ann@example.test" not in json.dumps(entries) and "Ann" not in json.dumps(entries)


def field(page, name):
    return re.search(rf'name="{name}" (?:value|content)="([^"]*)"', page.text).group(1)


def test_links_logins_and_logouts_are_told(owner):
    server = owner.api.server
    with httpx.Client(base_url=server.url, headers={"Sec-Fetch-Site": "same-origin"}, timeout=DEADLINE) as browser:
        path = server.login_path()
        token = field(browser.get(path), "form_token")
        assert browser.post(path, data={"form_token": token}).status_code == 303
        # A link is used once, and no second login is told.
        assert browser.post(path, data={"form_token": token}).status_code == 422
        csrf = field(browser.get("/"), "csrf-token")
        assert browser.post("/logout", data={"csrf": "wrong"}).status_code >= 400
        for _ in range(2):
            assert browser.post("/logout", data={"csrf": csrf}).headers["location"] == "/login"
        token = field(browser.get("/login"), "form_token")
        form = {"form_token": token, "email": owner.email, "password": owner.password}
        assert browser.post("/login", data=form).status_code == 303
    entries = owner.api.items(AUDIT)[:3]
    assert [(entry["action"], entry["actor_credential"].split(":")[0]) for entry in entries] == [
        ("logged_in", "password"), ("logged_out", "login"), ("logged_in", "link"),
    ]
    assert {(entry["actor_id"], entry["target_kind"], entry["target_id"]) for entry in entries} == {(owner.id, "user", owner.id)}
    assert {entry["address"] for entry in entries} == {"127.0.0.1"}
    assert path.rsplit("/", 1)[1] not in json.dumps(owner.api.items(AUDIT))


def test_members_are_told_nothing(owner):
    for role in ("member", "viewer"):
        shapes.problem(people.add(owner, role, role).api.get(AUDIT), 403)
    people.add(owner, "adm", "admin").api.get(AUDIT, expect=200)


def test_the_audit_log_is_chained_and_no_session_of_anybodys(owner):
    server = owner.api.server
    before = events_of(server)
    people.key(owner.api)
    after = events_of(server)
    assert after["valid"] and after["events"] == before["events"] + 1 and after["sessions"] == before["sessions"]
    assert owner.api.sessions() == []
    workspace = me(server, owner.key).json().get("workspace_id")
    for path in ("", "/log", "/messages"):
        shapes.problem(owner.api.get(f"/api/v1/chat/sessions/{workspace}{path}"), 404)
    shapes.problem(owner.api.delete(f"/api/v1/chat/sessions/{workspace}"), 404)


def test_a_changed_entry_is_found(owner):
    server = owner.api.server
    server.stop()
    with sqlite3.connect(server.data_dir / "loquat.db") as connection:
        position, payload = connection.execute("SELECT position, payload FROM events WHERE kind = 'audit' ORDER BY position").fetchone()
        changed = payload.replace(b"user_registered", b"user_registereD")
        assert changed != payload
        connection.execute("UPDATE events SET payload = ? WHERE position = ?", (changed, position))
    result = server.run("verify", check=False)
    assert result.returncode == 1 and "seq 2" in result.stdout, result.stdout
