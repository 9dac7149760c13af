"""The works that every peer does, and what one run of each measures."""

from dataclasses import dataclass

from measuring.load import PIPELINE, UPLOAD, IdleConnections, wrk

DEPTH = 16


@dataclass(frozen=True)
class Workload:
    """One kind of work. `route` names what a peer must have for it; `idle` connections stand beside the busy ones."""

    name: str
    title: str
    route: str
    path: str
    connections: int = 64
    script: str | None = None
    idle: int = 0


ALL = [
    Workload("plaintext", "plaintext, keep-alive", "plaintext", "/plaintext"),
    Workload("json", "JSON, keep-alive", "json", "/json?die=fair"),
    Workload("pipelined", f"plaintext, pipelined ×{DEPTH}", "plaintext", "/plaintext", script=PIPELINE % DEPTH),
    Workload("many", "plaintext, 64 of 10 000 connections busy", "plaintext", "/plaintext", idle=10_000 - 64),
    Workload("download", "1 MiB down", "blob", "/blob", connections=16),
    Workload("upload", "1 MiB up", "upload", "/upload", connections=16, script=UPLOAD),
]


@dataclass
class Sample:
    """One run of one work on one peer. Times in seconds, memory in bytes."""

    cpu: float
    per_second: float
    p50: float
    p99: float
    resident: int
    is_limited: bool
    errors: int
    per_idle_connection: float | None = None


def measure(server, work, seconds):
    """Does one work on a running server for some seconds."""
    if not work.idle:
        return _busy(server, work, seconds)
    before = server.resident_bytes()
    with IdleConnections(server.port, work.idle):
        grown = server.resident_bytes() - before
        sample = _busy(server, work, seconds)
    sample.per_idle_connection = grown / work.idle
    return sample


def _busy(server, work, seconds):
    before = server.cpu_seconds()
    load = wrk(server.url(work.path), seconds, work.connections, work.script)
    used = server.cpu_seconds() - before
    return Sample(
        cpu=used / load.requests,
        per_second=load.requests / load.seconds,
        p50=load.p50,
        p99=load.p99,
        resident=server.resident_bytes(),
        is_limited=load.is_limited_by_generator,
        errors=load.errors,
    )
