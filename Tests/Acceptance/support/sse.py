"""A strict splitter of event streams that keeps the bytes of each event.

It accepts less than the format allows, so that what the server emits suits even careless clients: UTF-8 without a byte order
mark, lines ended by LF, known fields only, each field at most once but `data`, no event without data.
"""

import json


class NotAStream(AssertionError):
    """The bytes break the rules above."""


class Event:
    """One event; `raw` is its bytes with the blank line, without the comments before it."""

    def __init__(self, lines):
        self.raw = b"".join(line + b"\n" for line in lines) + b"\n"
        fields = {}
        data = []
        for line in lines:
            name, _, value = line.partition(b":")
            value = value.removeprefix(b" ")
            if name == b"data":
                data.append(value.decode())
            elif name in (b"event", b"id", b"retry"):
                if name in fields:
                    raise NotAStream(f"a field twice in one event: {line!r}")
                fields[name] = value.decode()
            else:
                raise NotAStream(f"an unknown field: {line!r}")
        if not data and fields.keys() != {b"retry"}:
            raise NotAStream(f"an event without data: {lines!r}")
        self.name = fields.get(b"event")
        self.id = fields.get(b"id")
        self.data = "\n".join(data)

    @property
    def json(self):
        return json.loads(self.data)

    def __repr__(self):
        return f"<{self.name} {self.id} {self.data[:120]!r}>"


class Splitter:
    """Feed it bytes as they come; it appends to `events` and `comments`."""

    def __init__(self):
        self.events, self.comments = [], []
        self._rest, self._lines, self._begun = b"", [], False

    @property
    def unfinished(self):
        """Bytes of an event that has not ended yet; empty at the end of a good stream."""
        return b"".join(line + b"\n" for line in self._lines) + self._rest

    def feed(self, chunk):
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._line(line)

    def _line(self, line):
        if not self._begun and line.startswith(b"\xef\xbb\xbf"):
            raise NotAStream("a byte order mark")
        self._begun = True
        if b"\r" in line:
            raise NotAStream(f"a CR, which parsers take for the end of a line: {line!r}")
        line.decode()
        if line.startswith(b":"):
            self.comments.append(line[1:].decode())
        elif line:
            self._lines.append(line)
        elif self._lines:
            event = Event(self._lines)
            self._lines = []
            if event.data or event.name:
                self.events.append(event)


def split(stream):
    splitter = Splitter()
    splitter.feed(stream)
    assert not splitter.unfinished, f"a stream cut inside an event: {splitter.unfinished!r}"
    return splitter.events


def raw(events):
    return b"".join(event.raw for event in events)


def text(events):
    """What a reader of the deltas has on the screen; a `truncate` takes back what lies beyond it."""
    shown = ""
    for event in events:
        if event.name == "delta":
            shown += event.json["delta"]
        elif event.name == "truncate":
            shown = shown[: event.json["length"]]
    return shown
