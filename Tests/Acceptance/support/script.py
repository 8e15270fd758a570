"""What a scripted model does with one request, step by step."""

import copy
import itertools
import json
from dataclasses import dataclass, field

# Strings that a stream must carry unchanged: each breaks some framing if it is not escaped.
AWKWARD_TOKENS = [
    "line one\nline two",
    "\n\n",
    "nul \0 inside",
    "cr \r inside",
    "crlf \r\n inside",
    "🦊👩‍👩‍👧‍👦",
    " u+2028 \u2028 ",
    "u+0085 \u0085",
    "data: id: event:",
    "\ttab",
    "e\u0301",
    '"quoted" \\ back',
]


@dataclass
class Status:
    """Answers with this status instead of a stream, and nothing after it counts."""

    code: int
    headers: dict = field(default_factory=dict)
    body: bytes = b'{"error": {"message": "scripted", "type": "server_error", "code": null}}'


@dataclass
class Text:
    """One token."""

    text: str


@dataclass
class Delta:
    """A chunk with any other delta, such as tool calls."""

    delta: dict


@dataclass
class Raw:
    """Bytes of the stream as they are."""

    bytes: bytes


@dataclass
class Gate:
    """Waits here until the test opens the gate; `Upstream.reached` tells when a request stands before it."""

    name: str


@dataclass
class Pace:
    """Lets this much time pass, so that a stream is under way when something happens to it."""

    seconds: float


@dataclass
class Finish:
    reason: str = "stop"


@dataclass
class Usage:
    """The chunk of empty choices that tells what was used."""

    prompt: int
    completion: int


class Done:
    """The closing event."""


class Cut:
    """Resets the connection in the middle of everything."""


class End:
    """Ends the response in good HTTP order; needed only where nothing else follows."""


@dataclass
class Framing:
    """How the stream's bytes leave: line ends, and whether each byte travels alone."""

    line_end: bytes = b"\n"
    byte_by_byte: bool = False


_gates = itertools.count()


def gate():
    """A gate of a name that no other has."""
    return Gate(f"gate-{next(_gates)}")


def answer(*tokens, reason="stop"):
    """The steps of an ordinary answer."""
    return [*map(Text, tokens), Finish(reason), Done()]


def chunk(model, delta=None, reason=None, usage=None):
    choices = [] if usage else [{"index": 0, "delta": delta or {}, "finish_reason": reason}]
    body = {"id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 1700000000, "model": model, "choices": choices}
    if usage:
        body["usage"] = usage
    # As the common servers do, characters beyond ASCII travel as they are.
    return json.dumps(body, ensure_ascii=False).encode()


def usage_of(step):
    return {"prompt_tokens": step.prompt, "completion_tokens": step.completion, "total_tokens": step.prompt + step.completion}


def completion(model, steps):
    """The same answer for a request that does not stream."""
    message, reason, usage = {"role": "assistant", "content": None}, "stop", None
    for step in steps:
        match step:
            case Text():
                message["content"] = (message["content"] or "") + step.text
            case Delta():
                message |= copy.deepcopy(step.delta)
            case Finish():
                reason = step.reason
            case Usage():
                usage = usage_of(step)
    for call in message.get("tool_calls", []):
        call.pop("index", None)
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 1700000000,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": usage or {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
