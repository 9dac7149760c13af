"""How a run of `dice traffic` ends: at Ctrl-C, beside servers that hang, die or keep the last spans waiting."""

import contextlib
import itertools
import json
import os
import re
import signal
import subprocess
import time

import pytest

from dice import BARE_ENVIRONMENT, PROGRAM, RUN_TIME, Dice, FreePorts, Lines
from scripted_server import Fault, Reply, ScriptedServer
from traffic_run import FRONTEND, UNTRACED, traffic
from unread_pipe import fill


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_with_the_summary(scripted, number):
    # The users go on for ever, and the last requests hang: neither keeps the summary back.
    scripted.answer(*itertools.repeat(Reply(200, b'{"roll":1}'), 30), *itertools.repeat(Fault.HANG, 4))
    arguments = ("--url", scripted.url, "--users", 4, "--think-time", "20ms", "--loops", 2)
    with contextlib.closing(Dice("traffic", *arguments, environment=UNTRACED)) as tool:
        scripted.wait_for_requests(1 + 30 + 4)
        tool.signal(number)
        assert tool.wait(timeout=5) == 0
    text = "\n".join(tool.stdout.all)
    assert re.search(r"^30 requests .*, ended early$", text, re.MULTILINE)
    assert "given up   4 requests" in text and "p99" in text


@pytest.mark.parametrize(
    "model, left_out",
    [(["--rate", 20, "--connections", 4, "--duration", 60], True), (["--users", 4, "--think-time", "20ms"], False)],
    ids=["open", "closed"],
)
def test_ctrl_c_hides_no_server_that_hangs(tmp_path, model, left_out):
    path = tmp_path / "traffic.json"
    limits = ("--fail-over", "p90=500ms", "--fail-errors", "1%")
    with contextlib.closing(ScriptedServer(Fault.HANG)) as server:
        # The look whether anybody is there, and an answer for half a second of the open model.
        server.answer(*itertools.repeat(Reply(), 1 + 10))
        command = ("traffic", "--target", server.url, *model, *limits, "--json", path)
        with contextlib.closing(Dice(*command, environment=UNTRACED)) as tool:
            server.wait_for_requests(1 + 10 + 4)
            # A wait that is longer than the limit.
            seen = len(tool.stderr.all)
            tool.stderr.wait_for(lambda line: " s · " in line, count=seen + 2, timeout=30)
            tool.signal(signal.SIGINT)
            assert tool.wait(timeout=5) == RUN_TIME
    report = json.loads(path.read_text())
    assert (report["passed"], report["statuses"], report["interrupted_requests"]) == (False, {"200": 10}, 4)
    latency = report["latency_seconds"]["target"]
    longest = report["interrupted_longest_wait_seconds"]
    assert latency["p90"] > 0.5 and longest == pytest.approx(latency["max"], rel=0.01)
    assert re.search(r"given up   4 requests on their way, after up to \d", "\n".join(tool.stdout.all))
    # Of what was due nothing is forgotten: it was answered, on its way, or could not be sent.
    assert report["requests"] == 10 + report["unsent"] and report["errors"] == report["unsent"]
    if left_out:
        assert report["requests"] + 4 == pytest.approx(20 * report["seconds"], abs=3)
    assert (report["unsent"] > 0) == left_out


@pytest.mark.parametrize("model", [["--rate", 100, "--connections", 50, "--duration", 60], ["--users", 4]], ids=str)
def test_ctrl_c_fails_no_server_that_answers(scripted, tmp_path, model):
    path = tmp_path / "traffic.json"
    pauses = [] if "--rate" in model else ["--think-time", "5ms"]
    command = ("traffic", "--target", scripted.url, *model, *pauses, "--fail-over", "p99=2s", "--fail-errors", 0)
    with contextlib.closing(Dice(*command, "--json", path, environment=UNTRACED)) as tool:
        scripted.wait_for_requests(150)
        tool.signal(signal.SIGINT)
        assert tool.wait(timeout=5) == 0
    report = json.loads(path.read_text())
    assert report["interrupted"] and report["passed"] and (report["errors"], report["unsent"]) == (0, 0)


def silent_receiver(scripted, tmp_path, *arguments):
    """A run of ten requests whose spans go to somebody who says nothing."""
    receiver = ScriptedServer(Fault.HANG)
    path = tmp_path / "traffic.json"
    command = ("traffic", "--url", scripted.url, "--rate", 10, *arguments, "--json", path)
    return receiver, path, Dice(*command, environment={"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url})


def test_the_summary_does_not_wait_for_a_receiver_of_spans(scripted, tmp_path):
    receiver, path, tool = silent_receiver(scripted, tmp_path, "--duration", 1)
    with contextlib.closing(receiver), contextlib.closing(tool):
        receiver.wait_for_requests(1)
        tool.stdout.wait_for(lambda line: line.startswith("generator"))
        assert tool.process.poll() is None, "the last spans are on their way"
        # Ctrl-C ends that.
        tool.signal(signal.SIGINT)
        assert tool.wait(timeout=5) == 0
    report = json.loads(path.read_text())
    assert not report["interrupted"] and report["spans"] == {"exported": 0, "dropped": 0, "failed": 10}
    assert tool.stdout.all[-1].startswith("spans      10 reached no receiver")


def test_a_second_ctrl_c_loses_no_report(scripted, tmp_path):
    receiver, path, tool = silent_receiver(scripted, tmp_path, "--duration", 60)
    with contextlib.closing(receiver), contextlib.closing(tool):
        scripted.wait_for_requests(1 + 10)
        tool.signal(signal.SIGINT)
        receiver.wait_for_requests(1)
        tool.signal(signal.SIGINT)
        assert tool.wait(timeout=5) == 0
    report = json.loads(path.read_text())
    sent = report["requests"] + report["interrupted_requests"]
    assert report["interrupted"] and report["spans"]["failed"] == sent >= 10
    assert any("ended early" in line for line in tool.stdout.all)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_comes_twice_at_once_is_one(scripted, number):
    """As timeout(1) sends it: to the process, and then to the process's group."""
    for _ in range(5):
        with contextlib.closing(Dice("traffic", "--target", scripted.url, "--rate", 100, environment=UNTRACED)) as tool:
            scripted.wait_for_requests(len(scripted.requests) + 5)
            tool.process.send_signal(number)
            time.sleep(0.001)
            tool.process.send_signal(number)
            assert tool.wait(timeout=5) == 0
        assert any("ended early" in line for line in tool.stdout.all)


def test_ctrl_c_ends_a_report_that_nobody_reads(scripted):
    """With the tool's own status: its signals are watched to the last, so that a repeat of one that ended a run is harmless."""
    receiver = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{FreePorts.take()}"}
    command = [PROGRAM, "traffic", "--url", scripted.url, "--rate", "10", "--duration", "0.5", "--json", "-"]
    reader, writer = os.pipe()
    fill(writer)
    tool = subprocess.Popen(command, env=BARE_ENVIRONMENT | receiver, stdout=writer, stderr=subprocess.PIPE, text=True)
    try:
        # The last that it says before the document.
        Lines(tool.stderr).wait_for(lambda line: line.startswith("spans "))
        tool.send_signal(signal.SIGINT)
        assert tool.wait(5) == 128 + signal.SIGINT
    finally:
        tool.kill()
        tool.wait()
        os.close(reader)
        os.close(writer)


def test_the_last_spans_have_a_second(scripted, tmp_path):
    receiver, path, tool = silent_receiver(scripted, tmp_path, "--duration", 1)
    with contextlib.closing(receiver), contextlib.closing(tool):
        (export,) = receiver.wait_for_requests(1)
        assert tool.wait(timeout=5) == 0
    assert time.monotonic() - export.at < 2.5


@pytest.mark.parametrize("target", ["--url", "--target"])
def test_ctrl_c_during_the_first_look(target):
    with contextlib.closing(ScriptedServer(Fault.HANG)) as server:
        with contextlib.closing(Dice("traffic", target, server.url, environment=UNTRACED)) as tool:
            server.wait_for_requests(1)
            tool.signal(signal.SIGINT)
            assert tool.wait(timeout=3) == RUN_TIME
    (line,) = tool.stderr.all
    assert line.startswith(f"ended before {server.url}") and line.endswith("had answered") and tool.stdout.all == []


def test_a_server_that_dies_keeps_no_limit_of_latency(tmp_path):
    limits = [part for limit in ("p40=5s", "p99=5s", "max=5s") for part in ("--fail-over", limit)]
    with contextlib.closing(ScriptedServer(Fault.CUT)) as server:
        server.answer(FRONTEND, *itertools.repeat(Reply(200, b'{"roll":1}'), 100))
        arguments = ("--url", server.url, "--rate", 200, "--duration", 1, *limits)
        result, report = traffic(tmp_path, *arguments, status=RUN_TIME)
    assert (report["requests"], report["errors"], report["statuses"]) == (200, 100, {"200": 100})
    assert [verdict["passed"] for verdict in report["limits"]] == [True, False, False]
    assert [verdict["reached"] for verdict in report["limits"]][1:] == [None, None]
    assert result.stderr.splitlines()[-1] == "not kept: p99=5s, max=5s"
