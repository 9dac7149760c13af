"""Starts the built `dice` as a user would and reads what it says."""

import contextlib
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import threading
import time

import httpx

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("DICE", str(ROOT / ".build/release/dice"))
RELAY = os.environ.get("TRACE_RELAY", str(pathlib.Path(PROGRAM).with_name("trace-relay")))

# Only this reaches the program: what the caller's shell happens to export (HOST, PORT, OTEL_…) must not.
BARE_ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


class FreePorts:
    """Ports that nobody else takes: below those of outgoing connections, and claimed as long as this process lives.

    The claim is a UDP socket with the same number, which a TCP server does not mind and every other run meets.
    """

    _next = random.randrange(12_000, 30_000)
    _claims = []

    @classmethod
    def take(cls):
        """A port that nobody listens on."""
        while True:
            cls._next += 1
            claim = socket.socket(type=socket.SOCK_DGRAM)
            try:
                claim.bind(("127.0.0.1", cls._next))
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", cls._next))
            except OSError:
                claim.close()
                continue
            cls._claims.append(claim)
            return cls._next


@contextlib.contextmanager
def taken_port():
    """A port on which somebody else listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", FreePorts.take()))
        other.listen()
        yield other.getsockname()[1]


class Lines:
    """What a process writes to one of its streams, line by line, as it comes."""

    def __init__(self, stream):
        self.all = []
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream):
        for line in stream:
            with self._changed:
                self.all.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait_for(self, predicate, count=1, timeout=10):
        """The first `count` lines that fulfil the predicate, once they are there."""

        def found():
            return [line for line in self.all if predicate(line)]

        with self._changed:
            self._changed.wait_for(lambda: len(found()) >= count or self._ended, timeout)
            lines = found()
        assert len(lines) >= count, f"{len(lines)} of {count} lines within {timeout} s; the last: {self.all[-10:]}"
        return lines[:count]

    def close(self):
        """Waits for the end of the stream."""
        self._thread.join(10)


class Dice:
    """A running `dice`, or another program. Unless the test ended it, it must leave by SIGTERM with status 0 at `close`."""

    def __init__(self, *arguments, environment=None, program=PROGRAM):
        self.process = subprocess.Popen(
            [program, *map(str, arguments)],
            env=BARE_ENVIRONMENT | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.stdout = Lines(self.process.stdout)
        self.stderr = Lines(self.process.stderr)
        self._signalled = {}

    @property
    def logs(self):
        """The log records so far."""
        return [json.loads(line) for line in list(self.stdout.all)]

    def wait_for_logs(self, message, count=1, timeout=10, **fields):
        """The first `count` records with that message and these fields."""

        def fits(line):
            record = json.loads(line)
            return record["message"] == message and all(record.get(key) == value for key, value in fields.items())

        return [json.loads(line) for line in self.stdout.wait_for(fits, count, timeout)]

    def wait_until_ready(self, *urls, timeout=10):
        """Returns when every URL's /readyz answers 200."""
        deadline = time.monotonic() + timeout
        for url in urls:
            while not is_ready(url):
                status = self.process.poll()
                assert status is None, f"ended with {status} before it was ready: {self.stderr.all}"
                assert time.monotonic() < deadline, f"{url} is not ready within {timeout} s: {self.stderr.all}"
                time.sleep(0.01)

    def signal(self, number):
        """Sends a signal; again only after the tenth of a second in which a repeat is part of the first."""
        time.sleep(max(0, self._signalled.get(number, 0) + 0.11 - time.monotonic()))
        self.process.send_signal(number)
        self._signalled[number] = time.monotonic()

    def pause(self):
        """SIGSTOP; returns when every thread stands still: until the first one took the signal, others still answer."""
        self.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)

    def resume(self):
        """Goes on after `pause`."""
        self.signal(signal.SIGCONT)

    def wait(self, timeout=30):
        """The exit status, once the process has ended and its output is read."""
        status = self.process.wait(timeout)
        self.stdout.close()
        self.stderr.close()
        return status

    def close(self):
        """SIGTERM where it still runs; its status must be 0."""
        if self.process.poll() is not None:
            return
        self.signal(signal.SIGTERM)
        try:
            status = self.wait()
        finally:
            self.process.kill()
        assert status == 0, f"exit status {status} after SIGTERM: {self.stderr.all[-5:]}"


def memory_of(pid, field="VmRSS"):
    """Resident memory of a process in MiB: now, or with `VmHWM` at its highest."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(f"{field}:")) / 1024


def is_ready(url):
    """Whether the service says that it takes requests."""
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def preloaded(name):
    """The library that `Tests/System/{name}.c` makes, for LD_PRELOAD; compiled once."""
    library = ROOT / f".build/{name}.so"
    if not library.exists():
        library.parent.mkdir(exist_ok=True)
        own = library.with_suffix(f".{os.getpid()}")
        source = pathlib.Path(__file__).with_name(f"{name}.c")
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", own, source], check=True)
        own.replace(library)
    return str(library)


def run(*arguments, environment=None, timeout=20):
    """`dice` with these arguments, run to its end."""
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        env=BARE_ENVIRONMENT | (environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


# Exit statuses: a command that is written wrongly, and one that could not do what it says.
USAGE, RUN_TIME = 64, 1


def complaint(result, status):
    """The single line with which the program ended."""
    assert result.returncode == status, (result.returncode, result.stderr)
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, result.stderr
    assert "Fatal error" not in result.stderr and "Backtrace" not in result.stderr
    return lines[0]
