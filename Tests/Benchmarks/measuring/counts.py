"""What a request costs whatever else the machine does: allocations and system calls of the server, counted."""

import mmap
import re
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from measuring.peers import BUILD, ROOT, Server, Unavailable

COUNTER = BUILD / "allocation-counter.so"
WARM_UP, COUNTED = 2_000, 2_000


def build_counter():
    """Compiles the library that counts allocations."""
    BUILD.mkdir(exist_ok=True)
    source = ROOT / "Preload/allocation_counter.c"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", COUNTER, source], check=True)


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
        time.sleep(0)  # the other threads' lines follow; the first request below waits for them anyway
        client.ask(depth)
        marks = [_count(output)]
        client.ask(100 * depth)
        marks.append(_count(output))
        tracer.terminate()
        tracer.wait()
    return {kind: (marks[1].get(kind, 0) - marks[0].get(kind, 0)) / 100 for kind in ("read", "write", "other")}


KINDS = {"read": "read", "recv": "read", "recvfrom": "read", "recvmsg": "read", "readv": "read"}
KINDS |= {"write": "write", "send": "write", "sendto": "write", "sendmsg": "write", "writev": "write"}


def _count(output):
    counts = {}
    for name in re.findall(r"^\d+\s+(\w+)\(", output.read_text(), re.MULTILINE):
        kind = KINDS.get(name, "other")
        counts[kind] = counts.get(kind, 0) + 1
    return counts
