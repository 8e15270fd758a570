"""A canary in every secret: in no answer, log, event, page or file."""

import contextlib
import json
import re
import secrets
import sqlite3

import httpx
import pytest

from support import people, sample, script, wire
from support.api import Api
from support.server import Server, upstream_settings
from support.waiting import DEADLINE


class Listener:
    """Everything that the server answered, and where; its answers to the making of a secret are told apart."""

    def __init__(self, server):
        self.server, self.heard = server, []
        self._client = httpx.Client(timeout=DEADLINE)

    def __call__(self, method, path, credential=None, **arguments):
        headers = ({"Authorization": f"Bearer {credential}"} if credential else {}) | arguments.pop("headers", {})
        answer = self._client.request(method, self.server.url + path, headers=headers, **arguments)
        self.heard.append((f"{method} {path}", repr(answer.headers.raw).encode() + answer.content))
        return answer


def canary():
    return "canary" + secrets.token_hex(12)


@pytest.fixture(scope="module")
def scene(upstream):
    """A server with canaries that went through good days and bad; returns the secrets and all that came out."""
    keys = {name: canary() for name in ("LOQUAT_LLM_API_KEY", "LOQUAT_EMBEDDINGS_API_KEY", "LOQUAT_RERANK_API_KEY")}
    # The endpoint knows neither embeddings nor reranking, and says so to whoever comes with a key.
    helpers = {"LOQUAT_EMBEDDINGS_URL": upstream.url, "LOQUAT_EMBEDDINGS_MODEL": "none", "LOQUAT_RERANK_URL": upstream.url}
    settings = upstream_settings(upstream, LOQUAT_LOG_LEVEL="trace", **keys, **helpers)
    server = Server(settings)
    server.start()
    hidden = dict(keys)
    try:
        yield hidden, live(server, upstream, hidden)
    finally:
        server.remove()


def live(server, upstream, hidden):
    say = Listener(server)
    hidden["owner's password"], hidden["member's password"], hidden["wrong password"] = canary(), canary(), canary()
    hidden["new password"], hidden["bad key"] = canary(), "lq_" + canary()
    register = {"email": "owner@example.test", "password": hidden["owner's password"]}
    say("POST", "/api/v1/auth/register", json=register)
    hidden["token"] = people.token(server, register["email"], register["password"])
    hidden["key"] = people.key(Api(server, hidden["token"]))["key"]
    hidden["command's key"] = server.create_key("laptop")
    key = hidden["key"]
    owner = Api(server, key)
    member = say("POST", "/api/v1/users", key, json={"email": "ann@example.test", "password": hidden["member's password"]}).json()

    bad_accounts(say, hidden, register)
    pages(say, hidden)
    bad_bodies(say, hidden, key)
    say("PATCH", f"/api/v1/users/{member['id']}", key, json={"password": hidden["new password"]})
    collection = sample.fill(owner, "library")
    turns(say, upstream, hidden, collection["id"])
    shares(say, hidden, owner)
    for path in list(httpx.get(server.url + "/openapi.json").json()["paths"]):
        if "{" not in path:
            for credential in (key, hidden["bad key"], None):
                say("GET", path, credential)
    for session in owner.sessions():
        for part in ("", "/log", "/messages", "/messages?superseded=true", "/branches", "/export"):
            say("GET", f"/api/v1/chat/sessions/{session['id']}{part}", key)
    for path in ("/openapi.json", "/metrics", "/docs", "/", "/readyz", "/nothing/here", f"/api/v1/nothing?key={key}"):
        say("GET", path, key)
    outputs = commands(server)
    # What the process said is whole only once it has ended, and so are its files.
    server.stop()
    say.heard += outputs + commands(server)
    say.heard += [("stderr", server.stderr.encode()), ("stdout", "".join(server._stdout).encode())]
    say.heard += [(str(path), path.read_bytes()) for path in sorted(server.data_dir.rglob("*")) if path.is_file()]
    say.heard += [(f"rows of {path.name}", rows(path)) for path in server.data_dir.glob("*.db")]
    return say.heard


def bad_accounts(say, hidden, register):
    say("POST", "/api/v1/auth/register", json=register)
    for email in ("owner@example.test", "unknown@example.test"):
        say("POST", "/api/v1/auth/token", json={"email": email, "password": hidden["wrong password"]})
    say("POST", "/api/v1/auth/token", json={"email": hidden["wrong password"], "password": hidden["owner's password"]})
    for body in (
        {"password": hidden["new password"], "current_password": hidden["wrong password"]},
        {"password": hidden["new password"]},
        {"password": [hidden["new password"]], "current_password": hidden["owner's password"]},
        {"password": hidden["owner's password"] * 20},
    ):
        say("PATCH", "/api/v1/auth/me", hidden["key"], json=body)


def pages(say, hidden):
    """A login by link and by its cookie: the link's token and the cookie are told to nobody else, the CSRF token to its own page."""
    path = say.server.login_path()
    hidden["login link"] = path.rsplit("/", 1)[1]
    with httpx.Client(base_url=say.server.url, headers={"Sec-Fetch-Site": "same-origin"}, timeout=DEADLINE) as browser:
        token = re.search(r'name="form_token" value="([^"]+)"', browser.get(path).text).group(1)
        assert browser.post(path, data={"form_token": token}).status_code == 303
        hidden["cookie"] = browser.cookies["loquat_session"]
        hidden["CSRF token"] = re.search(r'<meta name="csrf-token" content="([^"]+)">', browser.get("/").text).group(1)
    cookie = {"Cookie": f"loquat_session={hidden['cookie']}", "Sec-Fetch-Site": "same-origin"}
    for method, where in (("GET", path), ("POST", path), ("GET", "/collections"), ("GET", "/docs"), ("GET", "/api/v1/audit"), ("GET", "/nothing")):
        answer = say(method, where, headers=cookie | {"X-CSRF-Token": hidden["CSRF token"]})
        if answer.headers["content-type"].startswith("text/html"):
            # A page's forms carry its own token, and a link's page its link; the rest of the page is searched.
            heard = say.heard[-1][1].replace(hidden["CSRF token"].encode(), b"")
            say.heard[-1] = (say.heard[-1][0], heard.replace(f'action="{path}"'.encode(), b"") if where == path else heard)
    say("POST", "/api/v1/collections", headers=cookie | {"X-CSRF-Token": hidden["CSRF token"] + "x"}, json={"name": "forged"})
    say("GET", "/", headers={"Cookie": f"loquat_session={hidden['cookie']}x"})


def bad_bodies(say, hidden, key):
    """Validation's sentences quote no value of a secret member, nor does a parser."""
    password = hidden["owner's password"]
    for path in ("/api/v1/auth/register", "/api/v1/auth/token", "/api/v1/users"):
        for body in (
            {"email": "x@example.test", "password": {"in": password}},
            {"email": password, "password": password},
            {"email": "x@example.test", "password": password, "role": password, "name": password * 20},
            {"password": password},
        ):
            answer = say("POST", path, key, json=body)
            assert answer.status_code >= 400, answer.text
        say("POST", path, key, content=f'{{"password": "{password}', headers={"Content-Type": "application/json"})
        say("POST", path, key, content=password, headers={"Content-Type": "text/plain"})
    for credential in (hidden["bad key"], f"{key}x", f"{hidden['token']}x"):
        say("GET", "/api/v1/auth/me", credential)
    say("GET", "/api/v1/auth/me", headers={"Authorization": f"Basic {key}"})
    say("GET", f"/api/v1/auth/me?key={key}&limit={key}")
    say("GET", f"/api/v1/collections?limit={key}&cursor={key}", key)
    say("GET", f"/api/v1/collections/{key}", key)
    wire.exchange(say.server, f"GET / HTTP/1.1\r\nAuthorization: Bearer {key}\r\nbroken\r\n\r\n".encode())


def turns(say, upstream, hidden, collection):
    """Answers, and a provider that fails and gives the key back that it was asked with."""
    echo = json.dumps({"error": {"message": f"Incorrect API key provided: {hidden['LOQUAT_LLM_API_KEY']}.", "code": "invalid_api_key"}}).encode()
    echoing = {"X-Key": hidden["LOQUAT_LLM_API_KEY"]}
    scripts = [script.answer("Ten", " metres [1]."), [script.Text("Ten"), script.Cut()]]
    scripts += [[script.Status(code, echoing, echo)] for code in (400, 401, 403, 404, 429, 500)]
    scripts += [[script.Status(401, {}, hidden["LOQUAT_LLM_API_KEY"].encode())]]
    scripts += [[script.Text("Ten"), script.Raw(b"data: " + echo + b"\n\n")]]
    scripts += [[script.Raw(b"data: {" + hidden["LOQUAT_LLM_API_KEY"].encode() + b"\n\n")]]
    for steps in scripts:
        model = upstream.model(*[steps] * 4)
        for stream in (False, True):
            asked = {"message": sample.QUESTION, "collection_id": collection, "model": model, "stream": stream}
            answer = say("POST", "/api/v1/chat", hidden["key"], json=asked)
            for what in () if stream else ("regenerate", "continue"):
                turn = "/api/v1/chat/sessions/{session_id}/turns/{turn_id}/".format(**answer.json())
                say("POST", turn + what, hidden["key"], json={"stream": False})
            body = {"model": model, "messages": [{"role": "user", "content": "Hello"}], "stream": stream}
            with contextlib.suppress(httpx.RemoteProtocolError):
                say("POST", "/v1/chat/completions", hidden["key"], json=body)


def shares(say, hidden, owner):
    """Links that are in force and taken back: whoever has one has read it from its first answer alone."""
    path = f"/api/v1/chat/sessions/{owner.sessions()[0]['id']}"
    links = ["share link before", "share link"]
    for name in links:
        hidden[name] = owner.post(f"{path}/share", expect=201).json()["path"].rsplit("/", 1)[1]
    for name in links:
        for where in (f"/api/v1/shared/{hidden[name]}", f"/api/v1/shared/{hidden[name]}?limit=1", f"/api/v1/shared/{hidden[name]}x"):
            say("GET", where)
            say("POST", where)
        say("GET", f"/shared/{hidden[name]}", headers={"Accept": "text/html"})
    say("GET", path, owner.key)
    say("GET", f"{path}/log", owner.key)
    say("DELETE", f"{path}/share", owner.key)
    say("GET", f"/api/v1/shared/{hidden['share link']}")


def commands(server):
    outputs = []
    for words in (["config"], ["keys", "list"], ["keys", "revoke", "no-such-key"], ["verify"], ["rebuild", "--check"]):
        result = server.run(*words, check=False)
        outputs.append((f"loquat {' '.join(words)}", (result.stdout + result.stderr).encode()))
    return outputs


def rows(path):
    """Every value of every row: a long one is spread over pages of the file."""
    found = b""
    with sqlite3.connect(path) as connection:
        # What a virtual table has stands in tables beside it.
        real = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        for (table,) in connection.execute(real).fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                found += b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in row) + b"\n"
    return found


def test_no_secret_is_told_or_kept(scene):
    hidden, heard = scene
    assert len(heard) > 100
    told = [(name, where) for name, secret in hidden.items() for where, text in heard if secret.encode() in text]
    assert told == [], told


def test_what_came_out_is_what_was_to_be_searched(scene):
    """The search above would pass on nothing: words that are no secret are found in each kind of place."""
    _, heard = scene
    for word, place in ((b"owner@example.test", "rows of loquat.db"), (b"LOQUAT_LLM_API_KEY", "loquat config"), (b"loquat", "rows of library.db")):
        assert any(word in text for where, text in heard if where == place), place
    assert any(text for where, text in heard if where == "stderr")
    assert any(b"provider_" in text for where, text in heard if where.startswith("POST /api/v1/chat"))


def test_every_secret_setting_had_a_canary(scene):
    hidden, heard = scene
    text = b"".join(text for where, text in heard if where == "loquat config").decode()
    masked = set(re.findall(r"^(LOQUAT_\w+) = \*{8}$", text, re.MULTILINE))
    # A name may end like a secret's and mean a limit: so many requests a key.
    named = set(re.findall(r"^(LOQUAT_\w*(?:KEY|SECRET|PASSWORD|TOKEN|CREDENTIALS?|DATABASE_URL|REDIS_URL)) = (?!\d+(?: |$))", text, re.MULTILINE))
    assert masked == named == {name for name in hidden if name.startswith("LOQUAT_")}
