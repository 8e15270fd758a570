"""Browser windows. Each test's windows are looked at once it has ended: no script of others, no request that leaves."""

import pytest

from support.window import Chromium, Window


@pytest.fixture(scope="session")
def chromium():
    chromium = Chromium()
    yield chromium
    chromium.close()


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
