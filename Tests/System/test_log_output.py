"""An output as a log must survive it: not read, slow, or gone; no service and no tool waits for it."""

import contextlib
import json
import os
import signal
import subprocess
import time

import httpx
import pytest

from dice import BARE_ENVIRONMENT, PROGRAM, FreePorts, Lines, is_ready
from polling import until
from raw_http import Connection
from scripted_server import ScriptedServer
from unread_pipe import fill

REQUEST = b"GET /dice?identifier=fair HTTP/1.1\r\nHost: {host}\r\n\r\n"
LINES_PER_REQUEST = 2  # requested, found


@contextlib.contextmanager
def die_service(stdout, environment=None):
    """A die-service that writes its log to the descriptor; gives the process and its URL."""
    port = FreePorts.take()
    process = subprocess.Popen(
        [PROGRAM, "die-service", "--port", str(port)],
        env=BARE_ENVIRONMENT | {"OTEL_TRACES_EXPORTER": "none"} | (environment or {}),
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


@contextlib.contextmanager
def stalled_die_service(**environment):
    """A die-service whose log is a full pipe that nobody reads: a write of it hangs."""
    reader, writer = os.pipe()
    with os.fdopen(reader), die_service(writer, environment) as (process, url):
        fill(writer)
        os.close(writer)
        with Connection(url) as connection:
            assert connection.pipeline([REQUEST]) == {200: 1}
        yield process, url


def test_a_log_that_nobody_reads_does_not_hold_the_end():
    with stalled_die_service() as (process, _):
        begin = time.monotonic()
        process.terminate()
        assert process.wait(20) == 0
        assert time.monotonic() - begin < 5


def test_a_second_signal_does_not_wait_for_a_log_that_nobody_reads():
    with stalled_die_service(DRAIN_DELAY_SECONDS="60") as (process, url):
        process.terminate()
        until(lambda: not is_ready(url))
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 128 + signal.SIGINT
        assert time.monotonic() - begin < 1


def test_a_second_signal_ends_a_tool_whose_progress_nobody_reads():
    reader, writer = os.pipe()
    fill(writer)
    with os.fdopen(reader), contextlib.closing(ScriptedServer()) as target:
        command = [PROGRAM, "traffic", "--target", target.url, "--rate", "50", "--duration", "60s"]
        process = subprocess.Popen(command, env=BARE_ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=writer)
        os.close(writer)
        try:
            target.wait_for_requests(150)  # three seconds of them, in which progress was to be told
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) in (128 + signal.SIGINT, 128 + signal.SIGTERM)
        finally:
            process.kill()
            process.wait()
