"""The dice services, telemetry on and off, beside the same in FastAPI."""

import json
import statistics
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass

from measuring import report
from measuring.load import LOAD_CPU, LoadFailed, wrk
from measuring.peers import ALL, REPOSITORY, Peer, Server, Unavailable, fastapi

DICE = REPOSITORY / ".build/release/dice"
OFF = {"OTEL_SDK_DISABLED": "true", "OTEL_METRICS_EXPORTER": "none", "LOG_LEVEL": "error", "TELEMETRY": "off"}
TELEMETRY = {
    "on": {"LOG_FORMAT": "json"},
    "not sampled": OFF | {"OTEL_SDK_DISABLED": "false", "OTEL_TRACES_SAMPLER": "always_off"},
    "off": OFF,
}
# How the FastAPI services ask the die service: as the Python original does, and as is best there.
CLIENTS = ("requests", "aiohttp")
# A server is at rest that used less than this share of a CPU for so many seconds; it is waited for so many times.
RESTING_SHARE, REST, REST_LIMIT = 0.005, 0.2, 50


@dataclass(frozen=True)
class ServiceWork:
    """One request to one service; `delay` is the longest a roll takes, in milliseconds."""

    name: str
    service: str
    path: str
    delay: int
    connections: int


WORKS = [
    ServiceWork("/dice", "die-service", "/dice?identifier=fair", 0, 64),
    ServiceWork("/roll, no delay", "dice-roller", "/roll?die=fair", 0, 64),
    ServiceWork("/roll-async ×10, no delay", "dice-roller", "/roll-async?die=fair&times=10", 0, 64),
    ServiceWork("/roll-async ×10, up to 1 s", "dice-roller", "/roll-async?die=fair&times=10", 1000, 256),
]


def dice(service):
    """One of the services on one loop."""
    return Peer(f"dice {service}", lambda: None, lambda port: [str(DICE), service, "--port", str(port), "--loops", "1"])


def need_dice():
    """Ends the run where the services have not been built."""
    if not DICE.exists():
        raise SystemExit("dice is missing: swift build --configuration release --product dice")


def compare(rounds, seconds):
    """Prints a table for each work and returns everything measured."""
    need_dice()
    sink_peer = next(peer for peer in ALL if peer.name == "C libuv+llhttp")
    sink_peer.prepare()
    results = {}
    # The receiver of traces runs beside the load, so that its time is nobody's.
    with Server(sink_peer, cpu=LOAD_CPU) as sink:
        endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{sink.port}"}
        for work in WORKS:
            results[work.name] = _contest(work, endpoint, rounds, max(seconds, 10 if work.delay else seconds))
            _print(work, results[work.name])
    return {"machine": report.machine(), "works": results}


def _contest(work, endpoint, rounds, seconds):
    samples = {}
    for turn in range(rounds):
        # New processes each time: where one happens to lie in memory moves all its figures by several percent.
        with ExitStack() as stack:
            for name, server in _start(work, endpoint, stack).items():
                report.progress(f"round {turn + 1}/{rounds}: {work.name}, {name}")
                server.resume()
                try:
                    samples.setdefault(name, []).append(_cpu_per_request(server, work, seconds))
                except LoadFailed as reason:
                    report.remark(f"no result: {work.name}, {name}: {reason}")
                server.pause()
    report.progress()
    return {name: {"cpu": statistics.median(runs), "runs": runs} for name, runs in samples.items() if runs}


def _start(work, endpoint, stack):
    servers = {}
    delay = {"ROLL_MAX_DELAY_MS": str(work.delay)}
    if work.service == "dice-roller":
        die_service = stack.enter_context(Server(dice("die-service"), environment=OFF, cpu=LOAD_CPU))
        delay["DIE_SERVICE_URL"] = die_service.url("")
    for level, environment in TELEMETRY.items():
        peer = dice(work.service)
        servers[f"dice, {level}"] = stack.enter_context(Server(peer, environment=environment | endpoint | delay))
    original = fastapi("fastapi_dice")
    try:
        original.prepare()
        for client in CLIENTS if work.service == "dice-roller" else CLIENTS[:1]:
            for level in ("on", "off"):
                environment = TELEMETRY[level] | endpoint | delay | {"DIE_CLIENT": client}
                servers[f"FastAPI, {client}, {level}"] = stack.enter_context(Server(original, environment=environment))
    except (Unavailable, FileNotFoundError) as reason:
        report.remark(f"left out: {reason}")
    for server in servers.values():
        _check(server.url(work.path))
        server.pause()
    return servers


def _check(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        json.load(answer)


def _cpu_per_request(server, work, seconds):
    before = server.cpu_seconds()
    load = wrk(server.url(work.path), seconds, work.connections)
    used = _cpu_seconds_at_rest(server) - before
    if load.errors:
        raise LoadFailed(f"{load.errors} errors")
    return used / load.requests


def _cpu_seconds_at_rest(server):
    """The CPU time once it stands still: what the last requests have left to do, such as full batches of spans, counts."""
    used = server.cpu_seconds()
    for _ in range(REST_LIMIT):
        time.sleep(REST)
        before, used = used, server.cpu_seconds()
        if used - before < RESTING_SHARE * REST:
            return used
    raise LoadFailed(f"no rest within {REST_LIMIT * REST:.0f} s of the load")


def _print(work, results):
    base = results.get("dice, on")
    print(work.name)
    print(f"  {'telemetry':24}{'CPU µs/req':>12}{'dice, on ÷ it':>16}")
    for name, result in results.items():
        ratio = f"{base['cpu'] / result['cpu']:.3f}" if base and name != "dice, on" else ""
        print(f"  {name:24}{result['cpu'] * 1e6:12.2f}{ratio:>16}")
    print()
