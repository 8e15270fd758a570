"""One conversation as a program of its owner sees it: its turns, its lines, its branches."""

from urllib.parse import quote

from support.api import turn_path
from support.wire import Watcher


class Session:
    """Requests about the session `id`. A turn is named by its id, or by whatever has a `turn_id`."""

    def __init__(self, api, session):
        self.api = api
        self.id = session if isinstance(session, str) else session["session_id"]
        self.path = f"/api/v1/chat/sessions/{self.id}"

    def now(self):
        return self.api.session(self.id)

    # Turns

    def say(self, message, **fields):
        return self.api.ask(message, session_id=self.id, **fields)

    def turn_path(self, turn, rest=""):
        return turn_path(self.id, turn if isinstance(turn, str) else turn["turn_id"]) + rest

    def turn(self, turn):
        return self.api.get(self.turn_path(turn), expect=200).json()

    def again(self, turn, expect=200, headers=None, **body):
        """Regenerates, and waits for the whole answer."""
        return self.api.post(self.turn_path(turn, "/regenerate"), json={"stream": False, **body}, headers=headers, expect=expect).json()

    def again_streamed(self, turn, headers=None, **body):
        return Watcher(self.api.server, "POST", self.turn_path(turn, "/regenerate"), self.api.key, {"stream": True, **body}, headers)

    def go_on(self, turn, expect=200, headers=None, **body):
        """Continues, and waits for the whole answer."""
        return self.api.post(self.turn_path(turn, "/continue"), json={"stream": False, **body}, headers=headers, expect=expect).json()

    def go_on_streamed(self, turn, **body):
        return Watcher(self.api.server, "POST", self.turn_path(turn, "/continue"), self.api.key, {"stream": True, **body})

    def select(self, turn):
        return self.api.post(self.turn_path(turn, "/select"), expect=200).json()

    def hide(self, turn, hidden=True):
        return self.api.patch(self.turn_path(turn), json={"hidden": hidden}, expect=200).json()

    def rate(self, turn, rating, **more):
        return self.api.post(self.turn_path(turn, "/feedback"), json={"rating": rating, **more}, expect=200).json()

    # Lines

    def line(self, branch=None):
        """The messages of the current line, or of that branch."""
        return self.api.items(self.path + "/messages", **({"branch": branch} if branch else {}))

    def words(self, branch=None):
        return [message["content"] for message in self.line(branch)]

    def everything(self):
        """Every turn that was ever said."""
        return self.api.items(self.path + "/messages", superseded="true")

    def rewind(self, turn):
        body = {"turn_id": turn if isinstance(turn, str) else turn["turn_id"]}
        return self.api.post(self.path + "/rewind", json=body, expect=200).json()

    def restore(self, event):
        return self.api.post(self.path + "/restore", json={"event_id": event["event_id"]}, expect=200).json()

    def branch(self, turn, name, **more):
        body = {"turn_id": turn if isinstance(turn, str) else turn["turn_id"], "name": name, **more}
        return self.api.post(self.path + "/branches", json=body, expect=201).json()

    def branch_path(self, name, rest=""):
        return f"{self.path}/branches/{quote(name, safe='')}{rest}"

    def branches(self):
        return self.api.items(self.path + "/branches")

    def switch(self, name):
        return self.api.post(self.branch_path(name, "/switch"), expect=200).json()

    def rename(self, name, new_name):
        return self.api.patch(self.branch_path(name), json={"name": new_name}, expect=200).json()

    def compare(self, name, **params):
        return self.api.get(self.branch_path(name), params=params, expect=200).json()

    # The session's stream

    def watch(self, last_event_id=None):
        return self.api.watch(self.path + "/stream", last_event_id)
