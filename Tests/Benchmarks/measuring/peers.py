"""The servers that are compared: how each is built, started and found missing."""

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from measuring import process_tree
from measuring.load import SERVER_CPU, pinned

ROOT = Path(__file__).resolve().parent.parent
REPOSITORY = ROOT.parent.parent
BUILD = ROOT / ".build"
PEERS = ROOT / "Peers"
PYTHON = ROOT / ".venv/bin/python"
LLHTTP_HEADERS, LLHTTP_SOURCES = Path("/usr/share/include/llhttp"), Path("/usr/share/llhttp")


class Unavailable(Exception):
    """A peer cannot be used here, with the reason in one line."""


@dataclass
class Peer:
    """One server. `prepare` builds it, or raises Unavailable; `command` starts it on a port."""

    name: str
    prepare: callable
    command: callable
    lacks: frozenset = frozenset()
    environment: dict = field(default_factory=dict)


def _run(*command, folder=ROOT):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise Unavailable(f"`{' '.join(map(str, command))}` failed: {(done.stdout + done.stderr).strip()[-400:]}")


def _swift(product):
    return lambda: _run("swift", "build", "--configuration", "release", "--product", product)


def _compile_libuv_peer():
    if not (LLHTTP_HEADERS / "llhttp.h").exists():
        raise Unavailable("llhttp is missing: apt-get install node-llhttp")
    BUILD.mkdir(exist_ok=True)
    sources = [LLHTTP_SOURCES / name for name in ("api.c", "http.c", "llhttp.c")]
    output = BUILD / "libuv-peer"
    _run("cc", "-O2", f"-I{LLHTTP_HEADERS}", "-o", output, PEERS / "libuv_peer.c", *sources, "-luv")


def _needs(program):
    def prepare():
        if not shutil.which(program):
            raise Unavailable(f"{program} is not installed")

    return prepare


def _binary(name):
    return lambda port: [str(BUILD / name), str(port)]


def _nginx(port):
    folder = BUILD / "nginx"
    folder.mkdir(exist_ok=True)
    (folder / "blob").write_bytes(b"x" * (1 << 20))
    configuration = folder / "nginx.conf"
    configuration.write_text((PEERS / "nginx.conf").read_text().replace("PORT", str(port)).replace("FOLDER", str(folder)))
    return ["nginx", "-c", str(configuration)]


def fastapi(module):
    """The `application` of a module of the peers, served by uvicorn."""
    python = str(PYTHON if PYTHON.exists() else "python3")

    def prepare():
        if subprocess.run([python, "-c", f"import uvicorn, {module}"], cwd=PEERS, capture_output=True).returncode != 0:
            raise Unavailable("FastAPI is not installed in Tests/Benchmarks/.venv: see Tests/Benchmarks/README.md")

    def command(port):
        options = ["--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--log-level", "error"]
        return [python, "-m", "uvicorn", "--app-dir", str(PEERS), f"{module}:application", *options]

    return Peer("FastAPI", prepare, command)


def loophttp(loops):
    """LoopHTTP on so many event loops."""
    command = _binary("release/loophttp-peer")
    name = f"{loops} loop{'s' if loops > 1 else ''}"
    return Peer(name, _swift("loophttp-peer"), lambda port: [*command(port), str(loops)])


LOOPHTTP = Peer("LoopHTTP", _swift("loophttp-peer"), _binary("release/loophttp-peer"))
ALL = [
    LOOPHTTP,
    Peer("C libuv+llhttp", _compile_libuv_peer, _binary("libuv-peer")),
    Peer("nginx", _needs("nginx"), _nginx, frozenset({"json", "sleep", "upload"})),
    Peer("SwiftNIO handler", _swift("nio-peer"), _binary("release/nio-peer")),
    Peer("Hummingbird", _swift("hummingbird-peer"), _binary("release/hummingbird-peer")),
    Peer("FlyingFox", _swift("flyingfox-peer"), _binary("release/flyingfox-peer")),
    Peer("Node", _needs("node"), lambda port: ["node", str(PEERS / "node_peer.mjs"), str(port)]),
    fastapi("fastapi_peer"),
]


class Server:
    """A running peer, pinned to the servers' CPU; stopped while another one is measured."""

    def __init__(self, peer, *, environment=None, prefix=(), cpu=SERVER_CPU):
        self.peer = peer
        self.port = _free_port()
        command = [*pinned(cpu, *prefix), *peer.command(self.port)]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, **peer.environment, **(environment or {})},
        )
        begin = time.monotonic()
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() - begin > 60:
                self.close()
                raise Unavailable(f"{peer.name} did not start: {' '.join(command)}")
            time.sleep(0.001)
        self.seconds_to_ready = time.monotonic() - begin

    @property
    def pid(self):
        return self.process.pid

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def cpu_seconds(self):
        return process_tree.cpu_seconds(self.pid)

    def waiting_seconds(self):
        return process_tree.waiting_seconds(self.pid)

    def resident_bytes(self):
        return process_tree.resident_bytes(self.pid)

    def pause(self):
        os.killpg(self.pid, signal.SIGSTOP)

    def resume(self):
        os.killpg(self.pid, signal.SIGCONT)

    def close(self):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
