"""A store of conversations written straight into a data directory's `loquat.db`, exactly as the server would have written it.

An API takes a turn at a time; a million turns would take an hour. So the events are made here with their payloads and hash chains, and beside them
the rows that the server folds from them. `loquat verify` and `loquat rebuild --check` on such a store say whether this file is right.
"""

import hashlib
import json
import random
import sqlite3
import struct
import time
import uuid

from measuring import Connection, serving

# What the built-in answerer's turns are filed under.
MODEL = "extractive"
# Conversations under way at the same time: the events of one lie scattered among those of others.
AT_ONCE = 200
# Milliseconds between two exchanges of the whole store.
PACE = 400
BATCH = 20_000
DAY = 24 * 3600 * 1000


class Ids:
    """UUIDs of version 7 whose time is given."""

    def __init__(self, chance):
        self._chance, self._count = chance, 0

    def next(self, milliseconds):
        self._count = (self._count + 1) & 0xFFF
        return ((milliseconds << 80) | (7 << 76) | (self._count << 64) | (2 << 62) | self._chance.getrandbits(62)).to_bytes(16, "big")


def text_of(identifier):
    return str(uuid.UUID(bytes=identifier))


def encoded(payload):
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


def jump_depth(depth, jumps):
    """Where a turn jumps that follows one of this depth, as LineWalk has it; `jumps` holds where those up to it jump."""
    first = jumps[depth]
    second = jumps[first]
    return second if depth - first == first - second else depth


class Talk:
    """One session while it is written."""

    def __init__(self, store, now):
        self.store, self.id = store, store.ids.next(now)
        self.seq, self.hash = 0, hashlib.sha256(self.id).digest()
        self.created_at = self.updated_at = self.last_message_at = None
        self.title, self.turns, self.usage = None, [], {}

    def event(self, kind, payload, group, now):
        """Appends one; its hash is over the one before it, as EventHash has it."""
        self.seq += 1
        payload, name = encoded(payload), kind.encode()
        head = struct.pack(">Qq", self.seq, now) + (group or bytes(16)) + bytes([len(name)]) + name
        self.hash = hashlib.sha256(self.hash + head + payload).digest()
        self.updated_at = now
        self.store.events.append((self.id, self.seq, kind, payload, group, now, self.hash))
        return self.seq

    def exchange(self, question, answer, now):
        """A message and its answer: what one chat without documents leaves behind."""
        user_turn, turn = self.store.ids.next(now), self.store.ids.next(now)
        opens = not self.turns
        if opens:
            self.title, self.created_at = question[:100], now
            made = {"user_id": text_of(self.store.user), "workspace_id": text_of(self.store.workspace), "kind": "chat"}
            self.event("session.created", {**made, "title": self.title, "metadata": {}}, None, now)
        said = {"turn_id": text_of(user_turn), "content": question, "metadata": {}, "asked": {"top_k": 5}}
        asked_at = self.event("message.user", said, turn, now)
        self._turn(user_turn, asked_at, "user", asked_at, None, None, now, self.title if opens else None)
        names = {"turn_id": text_of(turn), "user_turn_id": text_of(user_turn)}
        opened_at = self.event("turn.opened", {**names, "creates_session": opens}, turn, now)
        frozen = {"turn_id": text_of(turn), "cascade_tier": "none", "evidence": 0, "sources": []}
        sources_at = self.event("sources.frozen", frozen, turn, now + 2)
        used = {"prompt_tokens": len(question) // 4, "completion_tokens": len(answer) // 4}
        message = {
            **names, "content": answer, "status": "complete", "finish_reason": "stop", "model": MODEL, "citations": [],
            "recording": {"steps": [len(answer.encode())], "chunks": []}, "usage": {**used, "total_tokens": sum(used.values())},
            "timings": {"retrieval_ms": 2.5, "first_delta_ms": 7.25, "total_ms": 7.5},
        }  # fmt: skip
        answered_at = self.event("message.assistant", message, turn, now + 8)
        self.event("group.closed", {"outcome": "complete"}, turn, now + 8)
        self._turn(turn, opened_at, "assistant", answered_at, sources_at, user_turn, now, None)
        self.last_message_at = now + 8
        sums = self.usage.setdefault((now + 8) // DAY, [0, 0, 0])
        for index, count in enumerate((1, *used.values())):
            sums[index] += count

    def _turn(self, turn, position, role, content, sources, user_turn, now, title):
        depth, jump = len(self.turns), None
        if depth:
            jump = self.turns[self.store.jump(depth)]
        parent = self.turns[-1] if depth else None
        self.turns.append(turn)
        self.store.turns.append((
            turn, self.id, position, role, "complete", content, sources, user_turn, now, parent, depth, jump, title and title.encode(),
            MODEL.encode() if role == "assistant" else None,
        ))  # fmt: skip

    def rows(self):
        session = (
            self.id, self.store.user, self.store.workspace, "chat", self.title.encode(), b"{}", self.created_at, self.updated_at,
            self.last_message_at, len(self.turns), 0, 0, self.seq, self.hash, self.turns[-1], b"main",
        )  # fmt: skip
        usage = [(self.id, self.store.workspace, day, self.store.user, MODEL.encode(), *sums) for day, sums in self.usage.items()]
        return session, usage


class Store:
    """Writes conversations of one user into a database that no server has open."""

    def __init__(self, path, words, user, workspace):
        self.words, self.user, self.workspace = words, user, workspace
        self.ids = Ids(random.Random(2))
        self.events, self.turns, self._sessions, self._usage = [], [], [], []
        # Where the turn of each depth jumps: the same on every line.
        self._jumps = [0]
        self._database = sqlite3.connect(path, isolation_level=None)
        # Nothing here has to survive a power cut; the server opens it with its own settings.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-524288"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("BEGIN")

    def jump(self, depth):
        while len(self._jumps) <= depth:
            self._jumps.append(jump_depth(len(self._jumps) - 1, self._jumps))
        return self._jumps[depth]

    def fill(self, sessions, turns, last_words):
        """So many sessions of so many turns; the last message of all ends with `last_words`. Returns the sessions' ids."""
        chance, ids, open_talks = random.Random(3), [], []
        now = int(time.time() * 1000) - sessions * turns // 2 * PACE - 60_000
        left = sessions
        while left or open_talks:
            while left and len(open_talks) < AT_ONCE:
                open_talks.append(Talk(self, now))
                ids.append(open_talks[-1].id)
                left -= 1
            index = chance.randrange(len(open_talks))
            talk, answer = open_talks[index], self.words.text()
            if not left and len(open_talks) == 1 and len(talk.turns) == turns - 2:
                answer += f" {last_words}"
            talk.exchange(self.words.text(), answer, now)
            now += PACE
            if len(talk.turns) == turns:
                open_talks[index] = open_talks[-1]
                open_talks.pop()
                session, usage = talk.rows()
                self._sessions.append(session)
                self._usage += usage
            if len(self.events) >= BATCH:
                self._flush()
        self._flush()
        self._database.execute("COMMIT")
        self._database.execute("PRAGMA locking_mode=NORMAL")
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.close()
        return [text_of(identifier) for identifier in ids]

    def _flush(self):
        self._insert("events", "session, seq, kind, payload, event_group, created_at, hash", self.events)
        self._insert(
            "turns",
            "id, session, position, role, status, content_seq, sources_seq, user_turn, created_at, parent, depth, jump, title, model",
            self.turns,
        )
        self._insert(
            "sessions",
            "id, user, workspace, kind, title, metadata, created_at, updated_at, last_message_at, message_count, archived, pinned, head_seq, "
            "head_hash, head_turn, branch",
            self._sessions,
        )
        self._insert("usage", "session, workspace, day, user, model, turns, prompt_tokens, completion_tokens", self._usage)

    def _insert(self, table, columns, rows):
        marks = ", ".join("?" for _ in columns.split(","))
        self._database.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
        rows.clear()


def write(data_dir, words, sessions, turns, last_words):
    """Has the server make its schema and its owner in a new data directory, and fills it.

    Returns the owner's key and the sessions' ids.
    """
    with serving(data_dir=data_dir) as server:
        key = server.create_key("bench")
        api = Connection(server, key)
        # A session of the owner's tells who they are.
        session = api.post("/api/v1/chat", {"message": "Who am I?", "stream": False})["session_id"]
        _, response, _ = api.send("DELETE", f"/api/v1/chat/sessions/{session}")
        assert response.status == 204
        assert server.stop() == 0
    path = data_dir / "loquat.db"
    with sqlite3.connect(path) as database:
        user, workspace = database.execute("SELECT id, workspace FROM users").fetchone()
    database.close()
    ids = Store(path, words, user, workspace).fill(sessions, turns, last_words)
    # What a server does once for a store that has so much new in it (its checkpoint) is over before anything is measured.
    with serving(data_dir=data_dir) as server:
        assert server.stop() == 0
    return key, ids
