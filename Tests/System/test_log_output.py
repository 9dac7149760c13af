"""The standard output as a log must survive it: not read, slow, or gone; no service waits for it."""

import contextlib
import json
import os
import subprocess

import httpx
import pytest

from dice import BARE_ENVIRONMENT, PROGRAM, FreePorts, Lines, is_ready
from raw_http import Connection

REQUEST = b"GET /dice?identifier=fair HTTP/1.1\r\nHost: {host}\r\n\r\n"
LINES_PER_REQUEST = 2  # requested, found


@contextlib.contextmanager
def die_service(stdout):
    """A die-service that writes its log to the descriptor; gives the process and its URL."""
    port = FreePorts.take()
    process = subprocess.Popen(
        [PROGRAM, "die-service", "--port", str(port)],
        env=BARE_ENVIRONMENT | {"OTEL_TRACES_EXPORTER": "none"},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )
    errors = Lines(process.stderr)
    try:
        errors.wait_for(lambda line: "http://" in line)
        url = f"http://127.0.0.1:{port}"
        assert is_ready(url)
        yield process, url
    finally:
        process.kill()
        process.wait()
        errors.close()


def test_lines_that_nobody_reads_are_dropped_counted_and_said():
    count = 20_000
    reader, writer = os.pipe()
    with die_service(writer) as (process, url):
        os.close(writer)
        with Connection(url) as connection:
            assert connection.pipeline([REQUEST] * count) == {200: count}
        lines = Lines(os.fdopen(reader, encoding="utf-8"))
        lines.wait_for(lambda line: "Log lines dropped" in line)
        with Connection(url) as connection:
            assert connection.pipeline([REQUEST]) == {200: 1}
        process.terminate()
        assert process.wait(20) == 0
        lines.close()
    records = [json.loads(line) for line in lines.all]
    dropped = [record for record in records if record["message"] == "Log lines dropped"]
    written = [record for record in records if record["message"].startswith("Die specification ")]
    assert {record["level"] for record in dropped} == {"WARNING"}
    assert len(written) + sum(record["count"] for record in dropped) == LINES_PER_REQUEST * (count + 1)
    assert records[-1]["message"] == "Service stopped"


def test_a_reader_that_never_reads_does_not_keep_the_process():
    reader, writer = os.pipe()
    with die_service(writer) as (process, url), contextlib.closing(os.fdopen(reader)):
        os.close(writer)
        with Connection(url) as connection:
            assert connection.pipeline([REQUEST] * 2_000) == {200: 2_000}
        process.terminate()
        assert process.wait(20) == 0


@pytest.mark.parametrize("target", ["a pipe without a reader", "a full disk"])
def test_an_output_that_takes_nothing_costs_the_log_and_nothing_else(target):
    if target == "a full disk":
        writer = os.open("/dev/full", os.O_WRONLY)
    else:
        reader, writer = os.pipe()
        os.close(reader)
    with die_service(writer) as (process, url):
        os.close(writer)
        with Connection(url) as connection:
            assert connection.pipeline([REQUEST] * 2000) == {200: 2000}
        assert httpx.get(f"{url}/readyz").status_code == 200
        process.terminate()
        assert process.wait(20) == 0
