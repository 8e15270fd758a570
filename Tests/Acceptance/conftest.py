"""Servers that tests share. A test that harms its server starts one of its own with `start`."""

import itertools
import uuid

import pytest

# Before the imports below, so that their assertions explain themselves too.
pytest.register_assert_rewrite("support")

from support import sample
from support.api import Api
from support.server import SHARED, Installation, Server, upstream_settings
from support.talk import Talk
from support.upstream import Upstream


@pytest.fixture(scope="session")
def upstream():
    return Upstream()


@pytest.fixture(scope="session")
def server():
    """A server with nothing set: it answers from documents by itself."""
    server = Server()
    yield server.start()
    server.remove()


@pytest.fixture(scope="session")
def scripted_server(upstream):
    """A server whose model does what a test scripts."""
    server = Server(upstream_settings(upstream))
    yield server.start()
    server.remove()


@pytest.fixture(scope="session")
def plain(upstream):
    """The owner of a server without documents, where whatever is said goes to a scripted model."""
    server = Server(upstream_settings(upstream))
    yield Api(server.start(), server.create_key("owner"))
    server.remove()


@pytest.fixture(scope="session")
def api(server):
    """The first user, who owns the workspace."""
    return Api(server, server.create_key("owner"))


@pytest.fixture(scope="session")
def ada(server):
    """A member of the workspace."""
    return Api(server, server.create_key("ada", user="ada@example.test"))


@pytest.fixture(scope="session")
def bob(server):
    """Another member."""
    return Api(server, server.create_key("bob", user="bob@example.test"))


@pytest.fixture(scope="session")
def library(api):
    return sample.fill(api, "library")


@pytest.fixture(scope="session")
def scripted(scripted_server):
    """The owner of the scripted server."""
    return Api(scripted_server, scripted_server.create_key("owner"))


@pytest.fixture(scope="session")
def scripted_library(scripted):
    return sample.fill(scripted, "library")


@pytest.fixture
def talk(scripted, scripted_library, upstream):
    """Talks to a scripted model about the library: `talk(steps…)` is a watched turn, `talk.model(steps…)` a model's name."""
    return Talk(scripted, scripted_library, upstream)


@pytest.fixture
def start():
    """Starts servers for one test: `start(settings)`, `start(data_dir=…)`."""
    servers = []

    def begin(settings=None, data_dir=None):
        servers.append(Server(settings, data_dir))
        return servers[-1].start()

    yield begin
    for server in servers:
        server.remove()


@pytest.fixture
def installation():
    """A fresh data directory without a server."""
    installation = Installation()
    yield installation
    installation.remove()


@pytest.fixture
def unique():
    """Words that no other test uses; each call gives another."""
    stem = "q" + "".join(chr(ord("a") + int(digit, 16)) for digit in uuid.uuid4().hex[:10])
    count = itertools.count()
    return lambda: stem + "bcfghjklmnpqrtvwxz"[next(count)]


@pytest.fixture(scope="session")
def shared():
    """Finds test material from outside, or skips by its name."""

    def find(name, count):
        path = SHARED / "data" / name
        if not path.exists():
            pytest.skip(f"{name} ({count}) is not there")
        return path

    return find
