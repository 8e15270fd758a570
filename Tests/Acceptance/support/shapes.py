"""What answers must look like, whatever they say."""

import re

# A well-formed id that nothing has.
ABSENT = "01890000-0000-7000-8000-000000000000"

_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

DOCUMENT = {
    "id",
    "collection_id",
    "title",
    "filename",
    "media_type",
    "size",
    "metadata",
    "status",
    "progress",
    "error",
    "chunk_count",
    "page_count",
    "created_at",
    "updated_at",
}
SESSION = {
    "id",
    "user_id",
    "kind",
    "title",
    "collection_id",
    "metadata",
    "created_at",
    "updated_at",
    "last_message_at",
    "message_count",
    "branch",
    "archived",
    "pinned",
    "running_turn_id",
}
MESSAGE = {
    "id",
    "turn_id",
    "session_id",
    "role",
    "speaker_id",
    "content",
    "status",
    "sources",
    "citations",
    "user_turn_id",
    "regenerated_from",
    "superseded_by",
    "interjection_of",
    "hidden",
    "truncated",
    "versions",
    "metadata",
    "usage",
    "created_at",
}
SOURCE = {
    "number",
    "chunk_id",
    "document",
    "title",
    "slug",
    "creator_name",
    "topic_category",
    "summary",
    "content",
    "section_heading",
    "section_anchor",
    "page",
    "start",
    "end",
    "score",
}
SOURCE_DOCUMENT = {"id", "title", "filename", "media_type"}
CITATION = {"number", "cited_number", "start", "end", "status", "support", "quote"}
QUOTE = {"chunk_id", "document_id", "page", "start", "end", "text"}
LOG_EVENT = {"seq", "kind", "payload", "group", "created_at", "hash"}
TIERS = {"creator", "collection", "global", "lexical", "none"}


def has(body, fields):
    missing = fields - body.keys()
    assert not missing, f"without {sorted(missing)}: {body}"


def uuid7(value):
    assert isinstance(value, str) and _UUID7.fullmatch(value), f"not a UUID of version 7: {value!r}"


def time(value):
    assert isinstance(value, str) and _TIME.fullmatch(value), f"not a time in UTC with milliseconds: {value!r}"


def problem(response, status, code=None):
    """An RFC 9457 body of that status, or one of those statuses; returns it."""
    statuses = status if isinstance(status, tuple) else (status,)
    assert response.status_code in statuses, f"{response.status_code}, not {status}: {response.text[:1000]}"
    kind = response.headers.get("content-type", "")
    assert kind.split(";")[0].strip() == "application/problem+json", f"{kind}: {response.text[:500]}"
    body = response.json()
    has(body, {"type", "title", "status", "detail", "code", "request_id"})
    assert body["status"] == response.status_code
    assert _CODE.fullmatch(body["code"]), body["code"]
    assert code is None or body["code"] == code, body
    for leak in ("/root/", "/home/", "/tmp/", "Sources/", ".swift", "Fatal error"):
        assert leak not in response.text, f"{leak} in an error: {response.text[:1000]}"
    return body


def invalid(response, *names):
    """A 422 whose pointers name exactly these fields, in JSON Pointer form."""
    body = problem(response, 422)
    pointers = {error["pointer"].lstrip("#").strip("/") for error in body["errors"]}
    assert all(error["message"] for error in body["errors"]), body
    assert pointers == set(names), body
    return body


def without_identity(response, *ids):
    """The body as anyone may see it: the request's id and the ids that were asked for taken out."""
    text = response.text.replace(response.json()["request_id"], "REQUEST")
    for asked in ids:
        text = text.replace(asked, "ASKED")
    return response.status_code, response.headers["content-type"], text


def same_not_found(hidden, absent, *ids):
    """What one may not see answers as what does not exist."""
    problem(hidden, 404)
    problem(absent, 404)
    assert without_identity(hidden, *ids) == without_identity(absent, *ids)


def citation(event, answer, texts):
    """A citation's numbers are within the answer's text and its quote is what the document says there.

    `texts` gives a document's text by its id.
    """
    has(event, CITATION)
    assert event["status"] in {"verified", "repaired", "unverified"}, event
    assert 0 <= event["start"] < event["end"] <= len(answer), (event, answer)
    assert answer[event["start"] : event["end"]].strip(), event
    if event["quote"] is None:
        assert event["status"] == "unverified", event
        return
    quote = event["quote"]
    has(quote, QUOTE)
    assert 0 <= event["support"] <= 1, event
    assert texts(quote["document_id"])[quote["start"] : quote["end"]] == quote["text"], quote


def turn_stream(events, turn_id=None):
    """The order of a whole turn's events, and their ids; returns the last event."""
    names = [event.name for event in events]
    assert names[0] == "session", names
    assert sum(name in ("done", "error") for name in names) == 1 and names[-1] in ("done", "error"), names
    assert set(names) <= {"session", "sources", "delta", "citation", "truncate", "done", "error"}, names
    if "delta" in names:
        assert names.count("sources") == 1 and names.index("sources") < names.index("delta"), names
    turn_id = turn_id or events[0].json["turn_id"]
    numbers = []
    for event in events:
        turn, _, number = event.id.rpartition(":")
        assert turn == turn_id, event
        numbers.append(int(number))
        assert event.json["type"] == event.name, event
    assert numbers == sorted(set(numbers)), numbers
    return events[-1]
