"""Browser windows. Each test's windows are looked at once it has ended: no script of others, no request that leaves."""

import pytest

from support import sample
from support.api import Api
from support.server import upstream_settings
from support.window import Chromium, Window


@pytest.fixture(scope="session")
def chromium():
    chromium = Chromium()
    yield chromium
    chromium.close()


@pytest.fixture
def answering(start, upstream):
    """`answering(steps…)` is a server whose model takes these steps, with a library, and its owner's API."""

    def begin(*attempts):
        server = start(upstream_settings(upstream, LOQUAT_LLM_MODEL=upstream.model(*attempts)))
        api = Api(server, server.create_key("owner"))
        sample.fill(api, "library")
        return server, api

    return begin


@pytest.fixture
def window(chromium):
    """`window(origin, **options)` opens one."""
    windows = []

    def begin(origin, **options):
        windows.append(Window(chromium, origin, **options))
        return windows[-1]

    yield begin
    faults = [fault for opened in windows for fault in opened.faults]
    for opened in windows:
        opened.close()
    assert not faults, faults
