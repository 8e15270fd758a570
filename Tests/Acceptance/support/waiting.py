"""Waiting for something to become true. A test never sleeps and then looks: it looks until a deadline."""

import os
import time

DEADLINE = float(os.environ.get("LOQUAT_TEST_DEADLINE", "60"))


def eventually(check, what, seconds=None):
    """The first truthy answer of `check`; fails with `what` and the last answer once the deadline has passed."""
    end = time.monotonic() + (seconds or DEADLINE)
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within the deadline: {what}; last answer: {answer!r}")
        time.sleep(0.02)
