"""One conversation in many windows at once: whatever they do to it, it stays one, and all of them see the same.

`WINDOW_SECONDS` says for how long, `WINDOW_SEED` what chance chooses.
"""

import collections
import concurrent.futures
import os
import random
import threading
import time

from support import script, shapes
from support.api import Api
from support.server import upstream_settings
from support.session import Session
from support.waiting import eventually

SECONDS = float(os.environ.get("WINDOW_SECONDS", "6"))
SEED = int(os.environ.get("WINDOW_SEED", "0"))
WINDOWS = 8

# Why a conversation may say no to one window because of what another one did. A name that another window has changed is not found.
REFUSALS = {
    "send": set(),
    "regenerate": set(),
    "edit": set(),
    "go_on": {"not_cut_off"},
    "rewind": {"not_on_line"},
    "restore": {"not_rewound"},
    "select": set(),
    "branch": {"name_taken", "too_many_branches"},
    "switch": {"not_found"},
    "rename_branch": {"not_found", "name_taken", "main_branch"},
    "rename": set(),
    "rate": set(),
    "hide": set(),
}
OFTEN = ["send"] * 4 + ["regenerate"] * 3 + ["go_on"] * 2


class Window:
    """One tab: what it does, and the timeline that it folds from the session's stream as a page does."""

    def __init__(self, number, api, session_id, model, rewound):
        self.chance = random.Random(f"{SEED}/{number}")
        self.session, self.model, self.number, self.rewound = Session(api, session_id), model, number, rewound
        self.refused, self.done = collections.Counter(), collections.Counter()
        self.watcher = self.session.watch("0:0").opened()
        self.shown, self.roles, self.texts, self.cut, self.places, self._turn_at = [], {}, {}, [], [], {}

    # What it does

    def play(self, until):
        eventually(lambda: len(self.roles) >= 2, "the first exchange")
        deck = self.chance.sample(list(REFUSALS), len(REFUSALS))
        while time.monotonic() < until:
            self.act(deck.pop() if deck else self.chance.choice(OFTEN + list(REFUSALS)))

    def act(self, name):
        roles = dict(self.roles)
        turn = self.chance.choice(list(roles))
        answer = self.chance.choice([turn for turn, role in roles.items() if role == "assistant"])
        path, method, body = self.request(name, turn, answer)
        response = self.session.api.request(method, path, json=body)
        if response.status_code >= 300:
            return self.check(name, response)
        self.done[name] += 1
        if name == "rewind" and response.json()["event_id"]:
            self.rewound.append(response.json()["event_id"])

    def request(self, name, turn, answer):
        session, chance = self.session, self.chance
        streams, word = chance.random() < 0.5, f"window {self.number} says {chance.randrange(10**9)}"
        branch = f"branch-{chance.randrange(12)}"
        match name:
            case "send":
                body = {"message": word, "session_id": session.id, "model": self.model, "stream": streams}
                return "/api/v1/chat", "POST", body
            case "regenerate":
                return session.turn_path(turn, "/regenerate"), "POST", {"stream": streams}
            case "edit":
                return session.turn_path(turn, "/regenerate"), "POST", {"stream": streams, "message": word}
            case "go_on":
                return session.turn_path(([answer] + self.cut)[-1], "/continue"), "POST", {"stream": streams}
            case "rewind":
                return session.path + "/rewind", "POST", {"turn_id": chance.choice(self.shown[-6:] or [turn])}
            case "restore":
                return session.path + "/restore", "POST", {"event_id": chance.choice(self.rewound[-3:] or [1])}
            case "select":
                return session.turn_path(turn, "/select"), "POST", None
            case "branch":
                return session.path + "/branches", "POST", {"turn_id": turn, "name": branch}
            case "switch":
                return session.branch_path(chance.choice(["main", branch]), "/switch"), "POST", None
            case "rename_branch":
                return session.branch_path(branch), "PATCH", {"name": f"branch-{chance.randrange(12)}"}
            case "rename":
                return session.path, "PATCH", {"title": word}
            case "rate":
                return session.turn_path(answer, "/feedback"), "POST", {"rating": chance.choice(["up", "down", None])}
            case "hide":
                return session.turn_path(turn), "PATCH", {"hidden": chance.random() < 0.3}

    def check(self, name, response):
        """A refusal says why: the turn that runs, or what another window has done to the line."""
        problem = shapes.problem(response, (404, 409, 502))
        self.refused[problem["code"]] += 1
        if problem["code"] == "provider_stream_broken":
            assert self.session.turn(problem["turn_id"])["status"] == "failed"
            return
        if problem["code"] == "turn_in_progress":
            assert response.status_code == 409 and problem.get("turn_id"), (name, problem)
            # Whoever is told of a turn may watch it.
            watcher = self.session.api.watch_turn(self.session.id, problem["turn_id"])
            assert watcher.finish() and watcher.status == 200, (name, problem, watcher.status, watcher.body)
        else:
            assert problem["code"] in REFUSALS[name], (name, problem)

    # What it sees

    def fold(self):
        """The timeline after all events so far."""
        before = len(self.places)
        events = self.watcher.events[before:]
        for event in events:
            self.places.append(tuple(map(int, event.id.split(":"))))
            self.take(event)
        if any(event.name in ("line", "replace") for event in events):
            # As a page does: the stream says that it is otherwise, the list how it is.
            self.shown = [message["turn_id"] for message in self.session.line()]
        return self.shown

    def take(self, event):
        data, seq = event.json, self.places[-1][0]
        if event.name in ("turn", "replace"):
            self.roles[data["turn_id"]] = data["role"]
        match event.name:
            case "turn" if data["supersedes_id"] in self.shown:
                self.shown = self.shown[: self.shown.index(data["supersedes_id"])] + [data["turn_id"]]
            case "turn" if data["turn_id"] not in self.shown:
                self.shown = self.shown + [data["turn_id"]]
            case "session":
                self._turn_at[seq] = data["turn_id"]
                self.texts[data["turn_id"]] = ""
            case "delta":
                self.texts[self._turn_at[seq]] += data["delta"]
            case "done" if data["finish_reason"] == "length":
                self.cut.append(data["turn_id"])
            case "catch_up":
                del self.texts[data["turn_id"]]


def paced(*words, reason="stop"):
    """Words with time between them, so that others come in between."""
    steps = [step for word in words for step in (script.Text(word), script.Pace(0.005))]
    return [*steps, script.Finish(reason), script.Done()]


def test_many_windows_on_one_conversation(start, upstream):
    server = start(upstream_settings(upstream))
    keys = [server.create_key(f"window {number}") for number in range(WINDOWS)]
    # Now whole, now cut off, now broken off: chance has it which window meets which.
    turns = [paced("One ", "two ", "three."), paced("Four ", "five ", reason="length"), paced("Six."), [script.Text("Seven "), script.Cut()]]
    model = upstream.model(*(turns * 5000))
    session = Session(api := Api(server, keys[0]), api.ask("Hello", model=model))
    rewound = []
    windows = [Window(number, Api(server, key), session.id, model, rewound) for number, key in enumerate(keys)]
    over = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(2 * WINDOWS) as pool:
        played = [pool.submit(window.play, time.monotonic() + SECONDS) for window in windows]
        watched = [pool.submit(watch, window, over) for window in windows]
        try:
            for future in played:
                future.result()
        finally:
            over.set()
        for future in watched:
            future.result()
    done = sum((window.done for window in windows), collections.Counter())
    refused = sum((window.refused for window in windows), collections.Counter())
    print(f"done {dict(done)}, refused {dict(refused)}")
    assert len(done) > len(REFUSALS) / 2 and refused["turn_in_progress"], (done, refused)
    ended(session, windows)
    # What the server knows is what the log says, before and after it was killed.
    line, everything = session.line(), session.everything()
    server.run("verify")
    server.run("rebuild", "--check")
    server.kill()
    server.start()
    assert (session.line(), session.everything()) == (line, everything)
    server.run("verify")
    server.run("rebuild", "--check")


def watch(window, over):
    """Folds what comes until all is over."""
    while not over.is_set():
        window.fold()
        over.wait(0.05)


def ended(session, windows):
    """Nothing runs, nothing is missing, and every window has the same before it."""
    now = session.now()
    assert now["running_turn_id"] is None
    log = session.api.log(session.id)
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    line = session.line()
    assert now["message_count"] == len(line)
    timeline = [message["turn_id"] for message in line]
    assert len(set(timeline)) == len(timeline)
    contents = {message["turn_id"]: message["content"] for message in session.everything()}
    assert not any(message["status"] == "generating" or message["superseded_by"] for message in line)
    for window in windows:
        assert window.session.line() == line
        eventually(lambda window=window: window.fold() == timeline, f"the timeline of window {window.number}")
        assert window.places == sorted(set(window.places))
        assert {turn: text for turn, text in window.texts.items() if text != contents[turn]} == {}
        assert window.texts.keys() >= {message["turn_id"] for message in line if message["role"] == "assistant"}
    streams = [[(event.name, event.id) for event in window.watcher.events] for window in windows]
    assert all(stream == streams[0] for stream in streams)
    # Each message of the line stands on the one before it, each answer on its question.
    for asked, answered in zip(line, line[1:]):
        if answered["role"] == "assistant":
            assert answered["user_turn_id"] == asked["turn_id"], (asked, answered)
    for branch in session.branches():
        assert session.line(branch["name"])[-1]["turn_id"] == branch["head_turn_id"], branch
    for window in windows:
        window.watcher.drop()


def test_a_turn_that_one_is_told_of_can_be_watched(plain, upstream):
    """Whoever is refused for another window's turn is given its id: there is such a turn, from the first moment on."""
    model = upstream.model(paced("One ", "two."))
    session = Session(plain, plain.ask("Hello", model=model))
    body = {"message": "Hello again", "session_id": session.id, "model": model, "stream": False}

    def ask(_):
        answer = plain.post("/api/v1/chat", json=body)
        if answer.status_code == 200:
            return None
        running = shapes.problem(answer, 409, "turn_in_progress")["turn_id"]
        watcher = plain.watch_turn(session.id, running)
        watcher.finish()
        return watcher.status, watcher.text

    with concurrent.futures.ThreadPoolExecutor(WINDOWS) as pool:
        found = list(pool.map(ask, range(20 * WINDOWS)))
    assert {seen for seen in found if seen} == {(200, "One two.")}
