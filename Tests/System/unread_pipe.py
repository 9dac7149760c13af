"""A pipe that nobody reads: who writes to it waits."""

import contextlib
import os


def fill(pipe):
    """Writes to the pipe until it takes no more."""
    os.set_blocking(pipe, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(pipe, b"\n")
    os.set_blocking(pipe, True)
