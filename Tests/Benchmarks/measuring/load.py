"""Load on a server: wrk, pinned to a CPU of its own, and connections that only exist."""

import re
import resource
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass

SERVER_CPU, LOAD_CPU = "0", "1"
BUSY = 0.95  # of one CPU: more than that and the load generator has nothing left to give


class LoadFailed(Exception):
    """The load could not be made, with the reason in one line."""


@dataclass
class Load:
    """What wrk saw in one run. Times in seconds."""

    requests: int
    seconds: float
    p50: float
    p99: float
    errors: int
    generator_share: float

    @property
    def is_limited_by_generator(self):
        return self.generator_share >= BUSY


def pinned(cpu, *command):
    """The command, bound to one CPU."""
    return ["taskset", "--cpu-list", cpu, *command]


PIPELINE = """
init = function(args)
  local requests = {}
  for index = 1, %d do requests[index] = wrk.format("GET", wrk.path) end
  burst = table.concat(requests)
end
request = function() return burst end
"""
UPLOAD = """
wrk.method = "POST"
wrk.body = string.rep("x", 1048576)
"""


def wrk(url, seconds=2, connections=64, script=None, *, timeout=10, cpus=LOAD_CPU, threads=1):
    """Runs wrk for some seconds; an answer that takes longer than `timeout` seconds is an error."""
    sizes = [f"-t{threads}", f"-c{connections}", f"-d{seconds}s"]
    command = pinned(cpus, "wrk", *sizes, "--timeout", f"{timeout}s", "--latency")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        if script:
            file.write(script)
            file.flush()
            command += ["-s", file.name]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begin = time.monotonic()
        done = subprocess.run([*command, url], capture_output=True, text=True, timeout=seconds + 60)
        elapsed = time.monotonic() - begin
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    counted = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)", done.stdout)
    if done.returncode != 0 or not counted or counted[1] == "0":
        raise LoadFailed(f"wrk got no answer from {url}: {(done.stderr or done.stdout).strip()[:200]}")
    errors = sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", done.stdout)))
    errors += sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", done.stdout)))
    return Load(
        requests=int(counted[1]),
        seconds=_seconds(counted[2] + counted[3]),
        p50=_seconds(re.search(r"50%\s+(\S+)", done.stdout)[1]),
        p99=_seconds(re.search(r"99%\s+(\S+)", done.stdout)[1]),
        errors=errors,
        generator_share=used / elapsed,
    )


def _seconds(text):
    match = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text)  # wrk says "-nan" where it has no sample
    return float(match[1]) * {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}[match[2]] if match else float("nan")


class IdleConnections:
    """Keep-alive connections that have each had one answer and then do nothing."""

    def __init__(self, port, count, path="/plaintext"):
        self.sockets = []
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        try:
            for _ in range(count):
                connection = socket.create_connection(("127.0.0.1", port), timeout=10)
                self.sockets.append(connection)
                connection.sendall(request)
                if not connection.recv(4096):
                    raise LoadFailed("an idle connection was closed")
        except OSError as error:
            self.close()
            raise LoadFailed(f"{len(self.sockets)} connections, then: {error}") from error

    def close(self):
        for connection in self.sockets:
            connection.close()
        self.sockets = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def allow_descriptors(count):
    """Raises this process' limit on open files as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
