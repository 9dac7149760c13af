"""Waiting for what another process does in its own time."""

import time


def until(look, fits=bool, timeout=30, pause=0.1):
    """What `look` gives, once that fits; the last of it is in the failure."""
    deadline = time.monotonic() + timeout
    while True:
        found = look()
        if fits(found):
            return found
        assert time.monotonic() < deadline, f"after {timeout} s still {found!r}"
        time.sleep(pause)
