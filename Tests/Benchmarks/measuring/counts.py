"""What a request costs whatever else the machine does: allocations and system calls of the server, counted."""

import mmap
import re
import socket
import struct
import subprocess
import tempfile
from pathlib import Path

from measuring.peers import BUILD, ROOT, Server, Unavailable

COUNTER = BUILD / "allocation-counter.so"
SIGSUSPEND = BUILD / "sigsuspend.so"
WARM_UP, COUNTED = 2_000, 2_000


def build_preloads():
    """Compiles what is preloaded into a server that is counted."""
    BUILD.mkdir(exist_ok=True)
    for source, output in (("allocation_counter.c", COUNTER), ("sigsuspend.c", SIGSUSPEND)):
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", output, ROOT / "Preload" / source], check=True)


class Client:
    """One keep-alive connection that asks one thing again and again, `depth` requests at a time."""

    def __init__(self, port, path, depth=1):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.burst = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * depth
        self.depth = depth
        self.socket.sendall(self.burst[: len(self.burst) // depth])
        first = self.socket.recv(1 << 16)
        if not first.startswith(b"HTTP/1.1 200"):
            raise Unavailable(f"no answer to {path}: {first[:80]!r}")
        self.answer_bytes = len(first)

    def ask(self, count):
        """Asks `count` times; every answer is as long as the first one."""
        for _ in range(count // self.depth):
            self.socket.sendall(self.burst)
            left = self.answer_bytes * self.depth
            while left > 0:
                received = len(self.socket.recv(1 << 16))
                if not received:
                    raise Unavailable("the connection was closed")
                left -= received

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def allocations(peer, path):
    """Allocations per request in the steady state, on one connection."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(bytes(8))
        file.flush()
        counter = mmap.mmap(file.fileno(), 8)
        environment = {"LD_PRELOAD": str(COUNTER), "ALLOCATION_COUNT_FILE": file.name}
        with Server(peer, environment=environment) as server, Client(server.port, path) as client:
            client.ask(WARM_UP)
            before = struct.unpack("Q", counter[:8])[0]
            client.ask(COUNTED)
            after = struct.unpack("Q", counter[:8])[0]
        counter.close()
    return (after - before) / COUNTED


def system_calls(peer, path, depth=1):
    """Reads and writes per burst of `depth` requests, and all other system calls, on one connection."""
    with tempfile.TemporaryDirectory() as folder, Server(peer) as server, Client(server.port, path, depth) as client:
        client.ask(16 * depth)
        output = Path(folder) / "calls"
        tracer = subprocess.Popen(
            ["strace", "-f", "-o", output, "-p", str(server.pid)], stderr=subprocess.PIPE, text=True
        )
        tracer.stderr.readline()  # "attached"
        client.ask(depth)
        marks = [_count(output)]
        client.ask(100 * depth)
        marks.append(_count(output))
        tracer.terminate()
        tracer.wait()
    return {kind: (marks[1].get(kind, 0) - marks[0].get(kind, 0)) / 100 for kind in ("read", "write", "other")}


def instructions(peer, path, depth=1, parts=()):
    """Instructions per request outside of the kernel, in all and within the functions whose mangled names begin with one of
    `parts`, by valgrind: the same for one binary whatever else the machine does."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "profile"
        prefix = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={output}"]
        with Server(peer, environment={"LD_PRELOAD": str(SIGSUSPEND)}, prefix=prefix) as server:
            with Client(server.port, path, depth) as client:
                client.ask(WARM_UP // 10)
                _callgrind(server, "--instr=on")
                client.ask(COUNTED)
                _callgrind(server, "--instr=off")
                _callgrind(server, "--dump")
        profile = next(Path(folder).glob("profile.*")).read_text(errors="replace")
    total = int(re.search(r"^totals: (\d+)", profile, re.MULTILINE)[1])
    return {"all": total / COUNTED} | {part: _inclusive(profile, part) / COUNTED for part in parts}


def _callgrind(server, order):
    subprocess.run(["callgrind_control", order, str(server.pid)], check=True, capture_output=True)


def _inclusive(profile, name):
    """What the calls of functions cost whose names begin so, from the text that callgrind writes."""
    names, total, callee, is_call = {}, 0, "", False
    for line in profile.splitlines():
        if match := re.match(r"c?fn=\((\d+)\)(?: (.*))?", line):
            number, text = match.groups()
            if text:
                names[number] = text
            if line.startswith("c"):
                callee = names[number]
        elif line.startswith("calls="):
            is_call = True
        elif is_call:
            is_call = False
            if callee.startswith(name):
                total += int(line.split()[-1])
    return total


KINDS = {"read": "read", "recv": "read", "recvfrom": "read", "recvmsg": "read", "readv": "read"}
KINDS |= {"write": "write", "send": "write", "sendto": "write", "sendmsg": "write", "writev": "write"}


def _count(output):
    counts = {}
    for name in re.findall(r"^\d+\s+(\w+)\(", output.read_text(), re.MULTILINE):
        kind = KINDS.get(name, "other")
        counts[kind] = counts.get(kind, 0) + 1
    return counts
