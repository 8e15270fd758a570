"""One user's view of a server: the routes that tests use again and again, spelled once."""

import json
from urllib.parse import quote

import httpx

from support.waiting import DEADLINE, eventually
from support.wire import Watcher


class Api:
    """Requests in the name of `key`; the server may be restarted in between."""

    def __init__(self, server, key):
        self.server, self.key = server, key
        self._client = httpx.Client(timeout=DEADLINE, limits=httpx.Limits(max_connections=200))

    def request(self, method, path, *, key=..., expect=None, **arguments):
        """One request; `path` begins with /, a key of None sends none, `expect` is the status or statuses that pass."""
        headers = httpx.Headers(arguments.pop("headers", None))
        key = self.key if key is ... else key
        if key is not None and "Authorization" not in headers:
            headers["Authorization"] = f"Bearer {key}"
        response = self._client.request(method, self.server.url + path, headers=headers, **arguments)
        if expect is not None:
            expected = expect if isinstance(expect, tuple) else (expect,)
            assert response.status_code in expected, f"{method} {path}: {response.status_code} {response.text[:1000]}"
        return response

    def get(self, path, **arguments):
        return self.request("GET", path, **arguments)

    def post(self, path, **arguments):
        return self.request("POST", path, **arguments)

    def patch(self, path, **arguments):
        return self.request("PATCH", path, **arguments)

    def put(self, path, **arguments):
        return self.request("PUT", path, **arguments)

    def delete(self, path, **arguments):
        return self.request("DELETE", path, **arguments)

    def items(self, path, limit=100, **params):
        """Every item of a list, page by page."""
        found, cursor = [], None
        while True:
            asked = {"limit": limit, **params} | ({"cursor": cursor} if cursor else {})
            page = self.get(path, params=asked, expect=200).json()
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found
            assert page["items"], "an empty page that promises another"

    # Collections and documents

    def collection(self, name, **fields):
        return self.post("/api/v1/collections", json={"name": name, **fields}, expect=(200, 201)).json()

    def upload(self, collection, filename, content, media_type="text/markdown", metadata=None, expect=(200, 201, 202)):
        """A multipart upload; returns the document as the server answered, not yet ready."""
        content = content.encode() if isinstance(content, str) else content
        form = {"collection_id": collection["id"], **({"metadata": json.dumps(metadata)} if metadata is not None else {})}
        answer = self.post("/api/v1/documents", data=form, files={"file": (filename, content, media_type)}, expect=expect)
        return answer.json()

    def write(self, collection, title, text, metadata=None, expect=(200, 201, 202)):
        """A document sent as JSON."""
        body = {"text": text, "title": title, "collection_id": collection["id"]} | ({"metadata": metadata} if metadata is not None else {})
        return self.post("/api/v1/documents", json=body, expect=expect).json()

    def ready(self, *documents):
        """Waits until each is ready and returns them as they are then."""
        return [eventually(lambda document=document: self._settled(document["id"]), f"{document['id']} ready") for document in documents]

    def _settled(self, document_id):
        document = self.get(f"/api/v1/documents/{document_id}", expect=200).json()
        assert document["status"] != "failed", document
        return document if document["status"] == "ready" else None

    def document_text(self, document_id):
        """The text that offsets point into."""
        answer = self.get(f"/api/v1/documents/{document_id}/content", expect=200)
        if answer.headers["content-type"].startswith("application/json"):
            body = answer.json()
            if isinstance(body, dict):
                for name in ("content", "text"):
                    if isinstance(body.get(name), str):
                        return body[name]
        return answer.content.decode()

    def chunks(self, document_id):
        return self.items(f"/api/v1/documents/{document_id}/chunks")

    def retrieve(self, query, **fields):
        return self.post("/api/v1/retrievals", json={"query": query, **fields}, expect=200).json()

    # Conversations

    def ask(self, message, *, headers=None, **fields):
        """One turn, answered whole."""
        return self.post("/api/v1/chat", json={"message": message, "stream": False, **fields}, headers=headers, expect=200).json()

    def stream(self, message, *, headers=None, dialect=None, **fields):
        """One turn, watched from its first event."""
        path = "/api/v1/chat" + (f"?dialect={dialect}" if dialect else "")
        return Watcher(self.server, "POST", path, self.key, {"message": message, "stream": True, **fields}, headers)

    def watch(self, path, last_event_id=None):
        return Watcher(self.server, "GET", path, self.key, headers={"Last-Event-ID": last_event_id} if last_event_id else None)

    def watch_turn(self, session_id, turn_id, last_event_id=None, dialect=None):
        path = turn_path(session_id, turn_id) + "/stream" + (f"?dialect={dialect}" if dialect else "")
        return self.watch(path, last_event_id)

    def stop(self, session_id, turn_id):
        return self.post(turn_path(session_id, turn_id) + "/stop", expect=(200, 202, 204))

    def session(self, session_id):
        return self.get(f"/api/v1/chat/sessions/{session_id}", expect=200).json()

    def sessions(self):
        return self.items("/api/v1/chat/sessions")

    def messages(self, session_id):
        return self.items(f"/api/v1/chat/sessions/{session_id}/messages")

    def answer(self, session_id, turn_id):
        """The assistant's message of that turn, or None."""
        found = [message for message in self.messages(session_id) if message["turn_id"] == turn_id and message["role"] == "assistant"]
        assert len(found) <= 1, f"a turn with several answers: {found}"
        return found[0] if found else None

    def settled_answer(self, session_id, turn_id):
        """The answer once nobody writes on it any more."""

        def settled():
            message = self.answer(session_id, turn_id)
            return message if message and message["status"] != "generating" else None

        return eventually(settled, f"turn {turn_id} ended")

    def log(self, session_id):
        return self.items(f"/api/v1/chat/sessions/{session_id}/log")

    def models(self):
        return [model["id"] for model in self.get("/v1/models", expect=200).json()["data"]]

    def user_id(self):
        """Whose key this is, known from a session of theirs."""
        session_id = self.ask("Who am I?")["session_id"]
        return self.session(session_id)["user_id"]


def turn_path(session_id, turn_id):
    return f"/api/v1/chat/sessions/{session_id}/turns/{quote(turn_id)}"
