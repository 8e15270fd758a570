#!/usr/bin/env python3
"""Whether a conversation grows slow as it grows long.

    LOQUAT_BINARY=.build/release/loquat python3 Benchmarks/conversations/long_session.py [--turns 10000] [--beside 10] [--rounds 50]

In one server stand a session of 10,000 turns and one of 10. In rounds, now the one and now the other first, it times on both: opening (the
session, its first and its last page of messages, the latest turn, the first page of all versions and of the log, the web page), regenerating
the latest answer, regenerating the first and selecting the old line again, and rewinding to the beginning and restoring. It proves that none
of this depends on the session's length where the ratios of long to short stay near 1. The web page is asked for with as many turns as the
short session has, and as a browser does (20 turns); and an answer in the long session is made with ten pairs of history, not with four.
Resident memory before and after tells what a long session leaves behind.

The turns come in by `POST /api/v1/chat/sessions/import`, where there is this route, and by chatting with the built-in answerer otherwise.
Prints a table and a JSON object.
"""

import argparse
import json
import time
import uuid

from measuring import Connection, Words, compared, mebibytes, memory, note, print_comparison, serving

IMPORT = "/api/v1/chat/sessions/import"
IMPORTED_WITHIN = 60
# Whether an import's body counts as JSON or as a file, 10,000 turns are to fit.
SETTINGS = {"LOQUAT_MAX_BODY_BYTES": str(64 << 20)}


def session_path(session):
    return f"/api/v1/chat/sessions/{session}"


# Making sessions


def chatted(api, turns, words):
    """A session made turn by turn: half of them are questions."""
    session = api.post("/api/v1/chat", {"message": words.text(), "stream": False})["session_id"]
    for _ in range(turns // 2 - 1):
        api.post("/api/v1/chat", {"message": words.text(), "stream": False, "session_id": session})
    return session


def exported(turns, words, title):
    """A conversation as ChatGPT exports it."""
    nodes, parent, now = {}, "root", time.time() - turns
    nodes[parent] = {"id": parent, "message": None, "parent": None, "children": []}
    for number in range(turns):
        node, role = str(uuid.UUID(int=words.random.getrandbits(128), version=4)), ("user", "assistant")[number % 2]
        content = {"content_type": "text", "parts": [words.text()]}
        message = {"id": node, "author": {"role": role}, "create_time": now + number, "content": content, "status": "finished_successfully"}
        nodes[node] = {"id": node, "message": message, "parent": parent, "children": []}
        nodes[parent]["children"] = [node]
        parent = node
    times = {"create_time": now, "update_time": now + turns}
    return [{"title": title, **times, "mapping": nodes, "current_node": parent, "conversation_id": str(uuid.uuid4())}]


def imported(api, operation, turns, words):
    """A session made at once; None where the server does not take it."""
    title = f"A long talk {uuid.uuid4()}"
    data = json.dumps(exported(turns, words, title)).encode()
    headers = {"Content-Type": "application/json"}
    if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}):
        edge = uuid.uuid4().hex
        disposition = 'Content-Disposition: form-data; name="file"; filename="conversations.json"'
        data = f"--{edge}\r\n{disposition}\r\nContent-Type: application/json\r\n\r\n".encode() + data + f"\r\n--{edge}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    try:
        _, response, answer = api.send("POST", IMPORT, data, headers)
    except ConnectionError as error:
        api.close()
        note(f"the import was cut off ({error}); chatting instead")
        return None
    if not 200 <= response.status < 300:
        note(f"the import was refused with {response.status}: {answer[:300]!r}; chatting instead")
        return None
    end = time.monotonic() + IMPORTED_WITHIN
    while time.monotonic() < end:
        for session in api.get("/api/v1/chat/sessions?limit=100")["items"]:
            if session["title"] == title and session["message_count"] == turns:
                return session["id"]
        time.sleep(0.1)
    note(f"the import did not make the session: {answer[:300]!r}; chatting instead")
    return None


def made(api, turns, words):
    operation = api.routes().get(IMPORT, {}).get("post")
    begin = time.perf_counter()
    session = imported(api, operation, turns, words) if operation else None
    way = "imported" if session else "chatted"
    session = session or chatted(api, turns, words)
    assert api.get(session_path(session))["message_count"] == turns
    return session, {"made": way, "made_s": round(time.perf_counter() - begin, 2)}


# Measuring


def opening(api, browser, session, page_size):
    """What is asked for when somebody comes back to a conversation; of both as many messages as the short one has."""
    path = session_path(session)
    taken, found = api.timed("GET", path)
    yield "open: session", taken
    count = found["message_count"]
    taken, page = api.timed("GET", f"{path}/messages?limit={page_size}")
    yield "open: first messages", taken
    assert page["items"] and page["items"][0]["role"] == "user"
    taken, page = api.timed("GET", f"{path}/messages?limit={page_size}&offset={count - page_size}")
    yield "open: last messages", taken
    assert len(page["items"]) == page_size and page["next_cursor"] is None
    taken, _ = api.timed("GET", f"{path}/turns/{page['items'][-1]['turn_id']}")
    yield "open: the latest turn", taken
    taken, _ = api.timed("GET", f"{path}/messages?superseded=true&limit={page_size}")
    yield "open: first of all versions", taken
    taken, _ = api.timed("GET", f"{path}/log?limit={page_size}")
    yield "open: first of the log", taken
    for kind, query in (("open: web page, as many turns", f"?turns={page_size}"), ("open: web page", "")):
        taken, response, data = browser.send("GET", f"/sessions/{session}{query}")
        assert response.status == 200, (response.status, data[:500])
        yield kind, taken


def regenerating(api, session, count):
    path = session_path(session)
    last = api.get(f"{path}/messages?limit=1&offset={count - 1}")["items"][0]["turn_id"]
    taken, answer = api.timed("POST", f"{path}/turns/{last}/regenerate", {"stream": False})
    yield "regenerate the latest", taken
    assert answer["turn_id"] != last
    early = api.get(f"{path}/messages?limit=2")["items"][1]
    taken, answer = api.timed("POST", f"{path}/turns/{early['turn_id']}/regenerate", {"stream": False})
    yield "regenerate the first", taken
    assert api.get(path)["message_count"] == 2
    # The line that was left comes back with its first answer.
    taken, _ = api.timed("POST", f"{path}/turns/{early['turn_id']}/select", {})
    yield "select the old line", taken
    assert api.get(path)["message_count"] == count


def rewinding(api, session, count):
    path = session_path(session)
    first = api.get(f"{path}/messages?limit=1")["items"][0]["turn_id"]
    taken, line = api.timed("POST", f"{path}/rewind", {"turn_id": first})
    yield "rewind to the beginning", taken
    assert api.get(path)["message_count"] == 1
    taken, _ = api.timed("POST", f"{path}/restore", {"event_id": line["event_id"]})
    yield "restore", taken
    assert api.get(path)["message_count"] == count


def measure(api, browser, sessions, counts, rounds):
    times = {side: {} for side in sessions}
    for number in range(-2, rounds):
        order = list(sessions) if number % 2 else list(sessions)[::-1]
        for part in ("opening", "regenerating", "rewinding"):
            for side in order:
                session, count = sessions[side], counts[side]
                steps = {
                    "opening": lambda session=session: opening(api, browser, session, min(100, *counts.values())),
                    "regenerating": lambda session=session, count=count: regenerating(api, session, count),
                    "rewinding": lambda session=session, count=count: rewinding(api, session, count),
                }
                for kind, taken in steps[part]():
                    # The first rounds warm the server up.
                    if number >= 0:
                        times[side].setdefault(kind, []).append(taken)
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=10_000, help="of the long session; an even number")
    parser.add_argument("--beside", type=int, default=10, help="of the short one; an even number")
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    assert options.turns % 2 == options.beside % 2 == 0 and min(options.turns, options.beside) >= 4, "turns are pairs, at least two"
    counts = {"long": options.turns, "short": options.beside}
    figures = {"turns": options.turns, "beside": options.beside, "rounds": options.rounds}
    words = Words(seed=1)
    with serving(SETTINGS) as server:
        key = server.create_key("bench")
        api = Connection(server, key)
        figures["resident_empty_mib"] = mebibytes(memory(server))
        sessions = {}
        for side, count in counts.items():
            note(f"making a session of {count} turns")
            sessions[side], made_in = made(api, count, words)
            figures[side] = made_in
        # As a restart finds them, so that nothing is measured that making left in memory.
        api.close()
        server.restart()
        api, browser = Connection(server, key), Connection(server).log_in()
        figures["resident_before_mib"] = mebibytes(memory(server))
        note(f"{options.rounds} rounds")
        times = measure(api, browser, sessions, counts, options.rounds)
        figures["resident_after_mib"] = mebibytes(memory(server))
        assert server.stop() == 0
        figures["verify"] = server.run("verify").stdout.strip()
        figures["rebuild --check"] = server.run("rebuild", "--check").stdout.strip()
    figures["requests"] = compared(times, "long", "short")
    print_comparison(figures["requests"], "long", "short")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
