"""What a server costs: CPU time and memory of its process and all that it started (Linux, /proc)."""

import os
import time
from pathlib import Path

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def members(pid):
    """The process and its descendants that still run."""
    found, waiting = [], [pid]
    while waiting:
        parent = waiting.pop()
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except FileNotFoundError:
            continue
        found.append(parent)
    return found


def cpu_seconds(pid):
    """CPU time of every thread of the tree so far, threads that have ended included, in nanosecond steps."""
    return sum(_clock(member) for member in members(pid))


def _clock(pid):
    # The kernel's number for the CPU clock of a whole process, as clock_getcpuclockid(3) makes it.
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def waiting_seconds(pid):
    """Time in which the busiest thread of the process could have run and had no CPU: what others took from it."""
    texts = [(task / "schedstat").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    return max([int(number) for number in text.split()] for text in texts)[1] / 1e9


def resident_bytes(pid):
    """Resident memory of the tree; pages that several processes share count for each."""
    total = 0
    for member in members(pid):
        try:
            total += int(Path(f"/proc/{member}/statm").read_text().split()[1]) * PAGE_BYTES
        except FileNotFoundError:
            continue
    return total
