"""Every operation of the API and who may call it: the table that `test_rights` holds against the server."""

from dataclasses import dataclass

from support import people

SECRET = "xylographic"
NAME = "cabinet"

# What an operation answers to: the owner, a reader of the collection, another member, another workspace's owner. 2 is any success.
OPEN = dict(owner=2, reader=2, member=2, stranger=2, suspended=2, nobody=2)
REFUSED = dict.fromkeys(OPEN, 403)
EVERYONE = dict(owner=2, reader=2, member=2, stranger=2)
MANAGERS = dict(owner=2, reader=403, member=403, stranger=2)
MANAGED = dict(owner=2, reader=403, member=403, stranger=404)
READABLE = dict(owner=2, reader=2, member=404, stranger=404)
WRITABLE = dict(owner=2, reader=403, member=404, stranger=404)
OWN = dict(owner=2, reader=404, member=404, stranger=404)
# What its owner may do, but not with a turn or an event that is whole as it is.
OWN_REFUSED = OWN | {"owner": 409}


@dataclass
class Route:
    """`{name}` in path and body is the id of that thing; `{new_name}` one made for this request, as it will be gone after it."""

    method: str
    path: str
    answers: dict
    scope: str = None
    body: dict = None

    @property
    def names_a_thing(self):
        return 404 in self.answers.values()


ASK = {"message": f"What is {SECRET}?", "stream": False}
COMPLETION = {"messages": [{"role": "user", "content": f"What is {SECRET}?"}]}
# A conversation as ChatGPT exports it.
HELLO = {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["Hello"]}}
EXPORTED = {"title": "Hello", "mapping": {"hello": {"id": "hello", "parent": None, "children": [], "message": HELLO}}}
READ, WRITE, CHAT, ADMIN = "documents:read", "documents:write", "chat", "admin"
SESSION = "/api/v1/chat/sessions/{session}"
TURN = SESSION + "/turns/{turn}"
# What supersedes a turn is done to another session of the owner's.
SPARE = "/api/v1/chat/sessions/{spare}/turns/{spare_turn}"
ROUTES = {
    "getHealth": Route("GET", "/healthz", OPEN),
    "getReadiness": Route("GET", "/readyz", OPEN),
    "getMetrics": Route("GET", "/metrics", OPEN),
    "register": Route("POST", "/api/v1/auth/register", REFUSED, None, {"email": "late@example.test", "password": "too late for that"}),
    "createToken": Route("POST", "/api/v1/auth/token", OPEN, None, {"email": "member@example.test", "password": people.password_of("member")}),
    "getMe": Route("GET", "/api/v1/auth/me", EVERYONE),
    "updateMe": Route("PATCH", "/api/v1/auth/me", EVERYONE, None, {"name": "Somebody"}),
    "createAPIKey": Route("POST", "/api/v1/api-keys", EVERYONE, None, {"name": "one more"}),
    "listAPIKeys": Route("GET", "/api/v1/api-keys", EVERYONE),
    "deleteAPIKey": Route("DELETE", "/api/v1/api-keys/{new_key}", OWN),
    "createUser": Route("POST", "/api/v1/users", MANAGERS, ADMIN, {"email": "{email}"}),
    "listUsers": Route("GET", "/api/v1/users", MANAGERS, ADMIN),
    "getUser": Route("GET", "/api/v1/users/{user}", MANAGED, ADMIN),
    "updateUser": Route("PATCH", "/api/v1/users/{user}", MANAGED, ADMIN, {"name": "Somebody"}),
    "deleteUser": Route("DELETE", "/api/v1/users/{new_user}", MANAGED, ADMIN),
    "listUsage": Route("GET", "/api/v1/usage?user_id=all", EVERYONE),
    "getLimits": Route("GET", "/api/v1/limits", EVERYONE),
    "setLimits": Route("PUT", "/api/v1/limits", MANAGERS, ADMIN, {"tokens_per_day": 1_000_000_000}),
    "listAudit": Route("GET", "/api/v1/audit", MANAGERS, ADMIN),
    "createCollection": Route("POST", "/api/v1/collections", EVERYONE, WRITE, {"name": "{email}"}),
    "listCollections": Route("GET", "/api/v1/collections", EVERYONE, READ),
    "getCollection": Route("GET", "/api/v1/collections/{collection}", READABLE, READ),
    "updateCollection": Route("PATCH", "/api/v1/collections/{collection}", WRITABLE, WRITE, {"description": "Mine."}),
    "deleteCollection": Route("DELETE", "/api/v1/collections/{new_collection}", WRITABLE, WRITE),
    "createDocument": Route("POST", "/api/v1/documents", WRITABLE, WRITE, {"collection_id": "{collection}", "text": "a", "title": "{email}"}),
    "listDocuments": Route("GET", "/api/v1/documents?collection_id={collection}", EVERYONE, READ),
    "getDocument": Route("GET", "/api/v1/documents/{document}", READABLE, READ),
    "deleteDocument": Route("DELETE", "/api/v1/documents/{new_document}", WRITABLE, WRITE),
    "getDocumentContent": Route("GET", "/api/v1/documents/{document}/content", READABLE, READ),
    "listChunks": Route("GET", "/api/v1/documents/{document}/chunks", READABLE, READ),
    "watchDocument": Route("GET", "/api/v1/documents/{document}/events", READABLE, READ),
    "retrieve": Route("POST", "/api/v1/retrievals", READABLE, READ, {"query": SECRET, "collection_id": "{collection}"}),
    "chat": Route("POST", "/api/v1/chat", READABLE, CHAT, ASK | {"collection_id": "{collection}"}),
    "getTurn": Route("GET", TURN, OWN, CHAT),
    "updateTurn": Route("PATCH", TURN, OWN, CHAT, {"hidden": False}),
    "watchTurn": Route("GET", TURN + "/stream", OWN, CHAT),
    "stopTurn": Route("POST", TURN + "/stop", OWN, CHAT),
    "continueTurn": Route("POST", TURN + "/continue", OWN_REFUSED, CHAT, {"stream": False}),
    "regenerateTurn": Route("POST", SPARE + "/regenerate", OWN, CHAT, {"message": ASK["message"], "stream": False}),
    "selectTurn": Route("POST", TURN + "/select", OWN, CHAT),
    "rateTurn": Route("POST", TURN + "/feedback", OWN, CHAT, {"rating": "up"}),
    "listSessions": Route("GET", "/api/v1/chat/sessions", EVERYONE, CHAT),
    "getSession": Route("GET", SESSION, OWN, CHAT),
    "updateSession": Route("PATCH", SESSION, OWN, CHAT, {"pinned": True}),
    "deleteSession": Route("DELETE", "/api/v1/chat/sessions/{new_session}", OWN, CHAT),
    "listMessages": Route("GET", SESSION + "/messages", OWN, CHAT),
    "listLog": Route("GET", SESSION + "/log", OWN, CHAT),
    "watchSession": Route("GET", SESSION + "/stream", OWN, CHAT),
    "rewindSession": Route("POST", SESSION + "/rewind", OWN, CHAT, {"turn_id": "{turn}"}),
    "restoreSession": Route("POST", SESSION + "/restore", OWN_REFUSED, CHAT, {"event_id": 1}),
    "listBranches": Route("GET", SESSION + "/branches", OWN, CHAT),
    "createBranch": Route("POST", SESSION + "/branches", OWN, CHAT, {"turn_id": "{turn}", "name": "{email}"}),
    "compareBranch": Route("GET", SESSION + "/branches/leaf", OWN, CHAT),
    "renameBranch": Route("PATCH", SESSION + "/branches/leaf", OWN, CHAT, {"name": "leaf"}),
    "switchBranch": Route("POST", SESSION + "/branches/main/switch", OWN, CHAT),
    "shareSession": Route("POST", SESSION + "/share", OWN, CHAT),
    "unshareSession": Route("DELETE", SESSION + "/share", OWN, CHAT),
    "getShared": Route("GET", "/api/v1/shared/{shared}", OPEN),
    "search": Route("GET", f"/api/v1/search?q={SECRET}", EVERYONE, CHAT),
    "exportSession": Route("GET", SESSION + "/export", OWN, CHAT),
    "importSessions": Route("POST", "/api/v1/chat/sessions/import", EVERYONE, CHAT, EXPORTED),
    "sumFeedback": Route("GET", "/api/v1/feedback?user_id=all", MANAGERS, CHAT),
    "exportFeedback": Route("GET", "/api/v1/feedback/export", EVERYONE, CHAT),
    "createChatCompletion": Route("POST", "/v1/chat/completions", READABLE, CHAT, COMPLETION | {"model": "loquat/{collection}"}),
    "createEmbedding": Route("POST", "/v1/embeddings", EVERYONE, CHAT, {"input": "a text"}),
    "listModels": Route("GET", "/v1/models", EVERYONE, CHAT),
}
