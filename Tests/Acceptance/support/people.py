"""People of a workspace and what they show at the door; and another workspace, which no route can make."""

import base64
import hashlib
import hmac
import json
import secrets
import sqlite3
import time
import uuid
from dataclasses import dataclass, field

from support.api import Api

PASSWORD = "correct horse {}"
SCOPES = ["act_for_others", "actions", "admin", "chat", "documents:read", "documents:write"]


@dataclass
class Person:
    """Somebody with an account: `key` and `token` are in force unless something was done to them."""

    id: str
    email: str
    password: str
    key: str = None
    token: str = None
    api: Api = field(default=None, repr=False)
    login: str = None

    @property
    def csrf_token(self):
        """What the page's forms send beside the cookie; the login's own, as RFC 2104 makes it."""
        return _encoded(hmac.digest(self.login.encode(), b"loquat csrf token", "sha256"))


def password_of(name):
    return PASSWORD.format(name)


def register(server, name="owner", expect=201, **fields):
    """Makes an account by the front door; the first is the owner's."""
    body = {"email": f"{name}@example.test", "password": password_of(name), **fields}
    answer = Api(server, None).post("/api/v1/auth/register", json=body, expect=expect)
    return answer if answer.status_code != 201 else enter(server, answer.json()["id"], body["email"], body["password"])


def token(server, email, password, expect=200):
    answer = Api(server, None).post("/api/v1/auth/token", json={"email": email, "password": password}, expect=expect)
    return answer.json()["access_token"] if answer.status_code == 200 else answer


def enter(server, user_id, email, password):
    """Logs in and makes a key."""
    person = Person(user_id, email, password, token=token(server, email, password))
    person.key = key(Api(server, person.token))["key"]
    person.api = Api(server, person.key)
    return person


def key(api, name="key", **fields):
    return api.post("/api/v1/api-keys", json={"name": name, **fields}, expect=201).json()


def add(owner, name, role="member"):
    """A user whom the owner makes, come in by password."""
    body = {"email": f"{name}@example.test", "password": password_of(name), "role": role}
    made = owner.api.post("/api/v1/users", json=body, expect=201).json()
    return enter(owner.api.server, made["id"], body["email"], body["password"])


def uuid7():
    bits = (int(time.time() * 1000) << 80) | (7 << 76) | (secrets.randbits(12) << 64) | (2 << 62) | secrets.randbits(62)
    return str(uuid.UUID(int=bits))


def database(server):
    assert not server.running, "the store has one process at a time"
    return sqlite3.connect(server.data_dir / "loquat.db")


def signing_key(server):
    """The id and the bytes of the key that signs tokens, as a thief of the file would have them."""
    with database(server) as connection:
        found, secret = connection.execute("SELECT id, secret FROM signing_keys ORDER BY id DESC").fetchone()
    return str(uuid.UUID(bytes=found)), secret


def _encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(header, claims, secret):
    """A token with any header and claims, signed by HMAC-SHA256."""
    text = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
    return f"{text}.{_encoded(hmac.digest(secret, text.encode(), 'sha256'))}"


def forged(server, user_id, **claims):
    """A token of any user, in force."""
    kid, secret = signing_key(server)
    now = time.time()
    body = {"sub": user_id, "iss": "loquat", "iat": now - 1, "exp": now + 3600, "jti": uuid7(), **claims}
    return sign({"alg": "HS256", "typ": "JWT", "kid": kid}, body, secret)


def stranger(server, name="stranger"):
    """The owner of another workspace, put into a stopped server's store by hand."""
    workspace, user, now = uuid7(), uuid7(), int(time.time() * 1000)
    email, text = f"{name}@elsewhere.test", "lq_" + secrets.token_urlsafe(32)
    with database(server) as connection:
        connection.execute("INSERT INTO workspaces (id, name, created_at) VALUES (?, ?, ?)", (_blob(workspace), b"Elsewhere", now))
        connection.execute(
            "INSERT INTO users (id, workspace, email, email_key, role, created_at, updated_at) VALUES (?, ?, ?, ?, 'owner', ?, ?)",
            (_blob(user), _blob(workspace), email.encode(), email.encode(), now, now),
        )
        connection.execute(
            "INSERT INTO api_keys (id, user, name, digest, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            (_blob(uuid7()), _blob(user), b"elsewhere", digest(text), " ".join(SCOPES), now),
        )
    return Person(user, email, None, text, forged(server, user), Api(server, text))


def login(server, user_id):
    """The text of a page's login in force, put into a stopped server's store by hand."""
    text, now = "lqs_" + secrets.token_urlsafe(32), int(time.time() * 1000)
    with database(server) as connection:
        connection.execute(
            "INSERT INTO logins (id, user, digest, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
            (_blob(uuid7()), _blob(user_id), digest(text), now, now + 3_600_000),
        )
    return text


def _blob(text):
    return uuid.UUID(text).bytes


def digest(text):
    return hashlib.sha256(text.encode()).digest()
