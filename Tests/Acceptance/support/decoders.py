"""What other people's parsers make of a stream: a list of {name, id, data}."""

import json
import shutil
import subprocess
from pathlib import Path

import httpx
import httpx_sse
import pytest
import sseclient

from support.replay import replay

NAMES = ["message", "session", "sources", "delta", "citation", "truncate", "turn", "replace", "done", "error", "token"]


def by_httpx_sse(stream, piece=None):
    with replay(stream, piece) as address, httpx.Client() as client, httpx_sse.connect_sse(client, "GET", address) as source:
        # It hands on an event without data for a comment; the format says that nobody hears of it.
        return [{"name": event.event, "id": event.id, "data": event.data} for event in source.iter_sse() if event.data]


def by_sseclient(stream, piece=None):
    size = piece or len(stream)
    pieces = (stream[start : start + size] for start in range(0, len(stream), size))
    return [{"name": event.event, "id": event.id, "data": event.data} for event in sseclient.SSEClient(pieces).events()]


def by_node(stream, piece=None):
    node = shutil.which("node")
    if not node:
        pytest.skip("node is not there")
    probe = subprocess.run([node, "--experimental-eventsource", "-e", "console.log(typeof EventSource)"], capture_output=True, text=True)
    if probe.stdout.strip() != "function":
        pytest.skip("this node has no EventSource")
    with replay(stream, piece) as address:
        script = Path(__file__).with_name("decode.mjs")
        result = subprocess.run(
            [node, "--experimental-eventsource", str(script), address, *NAMES], capture_output=True, text=True, timeout=60
        )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


ALL = {"httpx-sse": by_httpx_sse, "sseclient-py": by_sseclient, "node": by_node}
