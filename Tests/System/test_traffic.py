"""`dice traffic`: honest figures, the reference's users and traces, clear words when something is wrong."""

import contextlib
import itertools
import json
import os
import pty
import re
import signal
import subprocess
import time

import pytest

from conftest import running_service, telemetry_to
from dice import BARE_ENVIRONMENT, PROGRAM, RUN_TIME, USAGE, Dice, FreePorts, complaint, run
from metrics_page import Page
from polling import until
from scripted_server import Fault, Reply, ScriptedServer

UNTRACED = {"OTEL_TRACES_EXPORTER": "none"}
# What the generator looks for before it begins.
FRONTEND = Reply(200, b'{"paths":{"/roll":{},"/roll-async":{}}}')


def traffic(tmp_path, *arguments, environment=UNTRACED, status=0, timeout=60):
    """`dice traffic` run to its end: the process and what its --json says."""
    path = tmp_path / "traffic.json"
    result = run("traffic", *arguments, "--json", path, environment=environment, timeout=timeout)
    assert result.returncode == status, (result.returncode, result.stderr, result.stdout)
    return result, json.loads(path.read_text())


@pytest.fixture
def scripted():
    """A frontend whose answers are scripted; the first is the description that the generator looks for."""
    with contextlib.closing(ScriptedServer(Reply(200, b'{"roll":1}'))) as server:
        server.answer(FRONTEND)
        yield server


def paths(server):
    """What was asked for, without the look at the description."""
    return [request.path for request in server.requests if request.path != "/openapi.json"]


def test_totals_are_what_the_server_counted(quick_stack, tmp_path):
    def counted():
        values = Page(quick_stack.frontend_url).values("http_requests_total")
        counts = [(dict(labels), value) for labels, value in values.items()]
        return {
            (labels["handler"], labels["status"]): value
            for labels, value in counts
            if labels["handler"] in ("/roll", "/roll-async")
        }

    before = counted()
    _, report = traffic(tmp_path, "--url", quick_stack.frontend_url, "--rate", 300, "--duration", 3)
    grew = {key: value - before.get(key, 0) for key, value in counted().items()}
    assert report["requests"] == 900 == sum(grew.values())
    for kind, handler in (("sync", "/roll"), ("async", "/roll-async")):
        assert report["latency_seconds"][kind]["count"] == sum(n for (name, _), n in grew.items() if name == handler)
    for group in ("2xx", "4xx", "5xx"):
        reported = sum(n for status, n in report["statuses"].items() if status[0] == group[0])
        assert reported == sum(n for (_, status), n in grew.items() if status == group) > 0
    assert report["errors"] == report["requests"] - report["statuses"]["200"]


STALL = 1.0


def stalled_run(service, tmp_path, *arguments):
    """A run of ten seconds in whose middle the server stands still for one."""
    path = tmp_path / "stalled.json"
    with contextlib.closing(Dice("traffic", *arguments, "--duration", 10, "--json", path, environment=UNTRACED)) as tool:
        tool.stderr.wait_for(lambda line: line.startswith("3 s"))
        service.signal(signal.SIGSTOP)
        time.sleep(STALL)
        service.signal(signal.SIGCONT)
        assert tool.wait() == 0
    return json.loads(path.read_text())


def test_a_stall_shows_in_the_percentiles_of_the_open_model(collector, tmp_path):
    with running_service("die-service", collector, environment=UNTRACED) as (service, url):
        target = ("--target", f"{url}/dice")
        # So few connections that most of what is due in the meantime cannot even be sent.
        opened = stalled_run(service, tmp_path, *target, "--rate", 200, "--connections", 4)["latency_seconds"]["target"]
        closed = stalled_run(service, tmp_path, *target, "--users", 1, "--think-time", "5ms")["latency_seconds"]["target"]
    # A tenth of the requests was due during the stall: the slowest tenth of those makes the slowest percent.
    assert opened["p99"] > 0.8 * STALL and opened["max"] > 0.9 * STALL
    assert opened["p50"] < opened["p99"] / 10
    # The user who waits meets the stall once: its percentiles hide it, its maximum does not.
    assert closed["max"] > 0.9 * STALL and closed["p99"] < opened["p99"] / 2


def test_percentiles_are_those_of_the_servers_delays(stack, tmp_path):
    target = f"{stack.roller_url}/roll?die=fair"
    _, report = traffic(
        tmp_path, "--target", target, "--rate", 150, "--duration", 8, "--connections", 400, "--arrivals", "poisson"
    )
    latency = report["latency_seconds"]["target"]
    assert latency["count"] == report["statuses"]["200"] > 1000
    # Delays are uniform up to a second: five standard deviations of 1200 such quantiles, and the way there and back.
    for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99)):
        allowed = 5 * (share * (1 - share) / latency["count"]) ** 0.5
        assert share - allowed <= latency[name] <= share + allowed + 0.1, (name, latency)


def test_a_seed_repeats_what_is_asked_for(tmp_path):
    def asked(seed):
        with contextlib.closing(ScriptedServer(Reply(200, b'{"roll":1}'))) as server:
            server.answer(FRONTEND)
            arguments = ("--rate", 100, "--arrivals", "poisson", "--duration", 1, "--connections", 1, "--seed", seed)
            traffic(tmp_path, "--url", server.url, *arguments)
            return paths(server)

    first = asked(11)
    assert len(set(first)) > 10 and asked(11) == first and asked(12) != first


def test_a_user_repeats_a_seed_too(tmp_path):
    def asked():
        with contextlib.closing(ScriptedServer(Reply(200, b'{"roll":1}'))) as server:
            server.answer(FRONTEND)
            arguments = ("--users", 1, "--think-time", "10ms", "--duration", 1, "--seed", 3)
            traffic(tmp_path, "--url", server.url, *arguments)
            return paths(server)

    runs = [asked(), asked()]
    length = min(map(len, runs))
    assert length > 10 and runs[0][:length] == runs[1][:length]


def children(collector, parent):
    """The span's children that the collector has by now."""
    return [span for span in collector.received(parent.trace_id) if span.parent_id == parent.span_id]


def test_each_request_is_the_root_of_a_trace(quick_stack, module_collector, tmp_path):
    arguments = ("--url", quick_stack.frontend_url, "--rate", 40, "--duration", 1, "--dice", "fair,unknown", "--seed", 4)
    _, report = traffic(tmp_path, *arguments, environment=telemetry_to(module_collector))
    roots = [span for span in module_collector.spans() if span.service == "traffic-generator"]
    assert len(roots) == report["requests"] == 40
    for root in roots:
        # The other services may export theirs sooner.
        server = until(lambda: children(module_collector, root))
        assert [(span.service, span.kind) for span in server] == [("frontend", "SERVER")]
        attributes = root.attributes
        is_async = root.name == "simulated_user_async_request"
        assert (root.kind, root.parent_id) == ("CLIENT", "")
        assert is_async or root.name == "simulated_user_sync_request"
        assert attributes["async.enabled"] is is_async and ("async.batch_size" in attributes) is is_async
        assert attributes["user.id"] >= 1 and attributes["request.number"] == 1
        is_answered = attributes["die.type"] == "fair"
        assert attributes["request.status"] == ("success" if is_answered else "error")
        value = "async.total_result" if is_async else "roll.value"
        assert (value in attributes) is is_answered
        assert root.status == ("UNSET" if is_answered else "ERROR")
    ids = {root.trace_id for root in roots}
    for kind in ("sync", "async"):
        traces = report["latency_seconds"][kind]["traces"]
        assert {"p50", "p99", "max"} <= set(traces) and set(traces.values()) <= ids


@pytest.mark.parametrize(
    "arguments, headers",
    [([], {"1"}), (["--trace-sample", "0"], {"0"}), (["--trace-sample", "0.5"], {"0", "1"})],
)
def test_the_share_of_traces_travels_along(scripted, tmp_path, arguments, headers):
    traffic(tmp_path, "--url", scripted.url, "--rate", 60, "--duration", 1, *arguments)
    parents = [request.headers["traceparent"] for request in scripted.requests if request.path != "/openapi.json"]
    assert {str(int(parent[-2:], 16) & 1) for parent in parents} == headers


def test_a_fixed_target_is_sent_no_trace_headers(scripted, tmp_path):
    _, report = traffic(tmp_path, "--target", f"{scripted.url}/a?b=c", "--rate", 50, "--duration", 1)
    assert set(paths(scripted)) == {"/a?b=c"} and report["requests"] == 50
    assert not any("traceparent" in request.headers for request in scripted.requests)


def test_the_warm_up_is_counted_apart(scripted, tmp_path):
    _, report = traffic(tmp_path, "--url", scripted.url, "--rate", 50, "--warm-up", "1s", "--duration", 1)
    assert (report["warm_up_requests"], report["requests"]) == (50, 50)
    assert len(paths(scripted)) == 100


def test_the_environment_and_the_flag_that_wins(scripted, tmp_path):
    environment = UNTRACED | {"FRONTEND_URL": scripted.url, "TRAFFIC_RATE": "30", "TRAFFIC_DURATION": "9s"}
    _, report = traffic(tmp_path, "--duration", "1s", environment=environment)
    assert report["requests"] == 30


def test_half_of_the_requests_fail(tmp_path):
    with contextlib.closing(ScriptedServer(Reply(200, b'{"roll":1}'))) as server:
        server.answer(FRONTEND, *[reply for _ in range(25) for reply in (Reply(500), Reply(200, b'{"roll":1}'))])
        arguments = ("--url", server.url, "--rate", 50, "--duration", 1, "--fail-errors", "10%")
        result, report = traffic(tmp_path, *arguments, status=RUN_TIME)
    assert report["statuses"] == {"200": 25, "500": 25} and report["error_share"] == 0.5
    assert "errors     25 (50.00 %)" in result.stdout and "FAILED     errors=10%: 50.00 %" in result.stdout
    assert result.stderr.splitlines()[-1] == "not kept: errors=10%"


def test_requests_without_an_answer_are_told_by_their_cause(tmp_path):
    with contextlib.closing(ScriptedServer(Reply(200))) as server:
        server.answer(FRONTEND, *itertools.repeat(Fault.CUT, 10), *itertools.repeat(Fault.NONSENSE, 10))
        arguments = ("--url", server.url, "--rate", 40, "--duration", 1, "--connections", 1)
        _, report = traffic(tmp_path, *arguments)
    assert report["failures"] == {"connection_reset": 10, "malformed_response": 10}
    assert report["errors"] == 20 and report["requests"] == 40


def test_a_server_that_hangs_is_given_up_and_nothing_is_left_out(tmp_path):
    with contextlib.closing(ScriptedServer(Fault.HANG)) as server:
        server.answer(FRONTEND)
        arguments = ("--url", server.url, "--rate", 20, "--duration", 1, "--connections", 1)
        result, report = traffic(tmp_path, *arguments, status=RUN_TIME)
    assert (report["requests"], report["failures"], report["unsent"]) == (20, {"timeout": 1}, 19)
    assert "not sent: 19" in result.stdout and "waited for one of 1 connections" in result.stdout
    assert result.stderr.splitlines()[-1] == "not one request was answered"


@pytest.mark.parametrize("limit, passes", [("p99=5s", True), ("p50=1us", False)])
def test_a_latency_limit_decides_the_exit_status(scripted, tmp_path, limit, passes):
    arguments = ("--url", scripted.url, "--rate", 20, "--duration", 1, "--fail-over", limit)
    result, report = traffic(tmp_path, *arguments, status=0 if passes else RUN_TIME)
    assert report["passed"] is passes and [verdict["passed"] for verdict in report["limits"]] == [passes]
    assert ("passed" if passes else "FAILED") in result.stdout


def test_no_frontend():
    url = f"http://127.0.0.1:{FreePorts.take()}"
    line = complaint(run("traffic", "--url", url), RUN_TIME)
    assert url in line and "dice all" in line and "--url" in line
    line = complaint(run("traffic", "--target", f"{url}/x"), RUN_TIME)
    assert url in line and "refused" in line


def test_something_else_than_a_frontend(quick_stack):
    line = complaint(run("traffic", "--url", quick_stack.die_url), RUN_TIME)
    assert quick_stack.die_url in line and "no frontend" in line


@pytest.mark.parametrize(
    "arguments",
    [
        ["--users", "0"],
        ["--users", "many"],
        ["--max-rolls", "0"],
        ["--async-probability", "1.5"],
        ["--max-async-rolls", "21"],
        ["--think-time", "2-1"],
        ["--rate", "0"],
        ["--rate", "fast"],
        ["--duration", "0"],
        ["--duration", "-5"],
        ["--arrivals", "sometimes"],
        ["--connections", "0"],
        ["--warm-up", "soon"],
        ["--seed", "-1"],
        ["--trace-sample", "2"],
        ["--fail-over", "p99"],
        ["--fail-errors", "101%"],
        ["--target", "ftp://somewhere"],
        ["--url", "somewhere"],
        ["--users", "5", "--rate", "10"],
        ["--think-time", "1", "--rate", "10"],
        ["--arrivals", "poisson"],
        ["--connections", "5"],
        ["--dice", "fair", "--target", "http://localhost/"],
        ["--no-such-flag"],
    ],
    ids=" ".join,
)
def test_a_wrong_flag(arguments):
    assert arguments[0] in complaint(run("traffic", *arguments), USAGE)


@pytest.mark.parametrize(
    "arguments, form",
    [
        (["--fail-over", "p99=200"], "p99=200ms"),
        (["--fail-over", "p99"], "p99=200ms"),
        (["--fail-errors", "1"], "1% or 0.01"),
        (["--rate", "abc"], "100-1000"),
        (["--think-time", "2-1"], "0.5-2"),
        (["--duration", "soon"], "30s"),
        (["--duration", "0"], "above 0"),
        (["--warm-up", "soon"], "500ms"),
        (["--arrivals", "sometimes"], "constant or poisson"),
        (["--dice", ","], "commas"),
        (["--url", "localhost:8108"], "http://localhost"),
        (["--url", "https://localhost"], "https is not"),
        (["--target", "localhost:8106/dice"], "http://localhost"),
        (["--target", "https://localhost/"], "http://localhost"),
    ],
)
def test_a_wrong_value_is_told_the_form(arguments, form):
    flag, value = arguments
    line = complaint(run("traffic", *arguments), USAGE)
    assert flag in line and value in line and form in line
    variables = {"--url": "FRONTEND_URL"}
    variable = variables.get(flag, f"TRAFFIC_{flag[2:].upper().replace('-', '_')}")
    if (flag, value) != ("--duration", "0") and flag not in ("--arrivals", "--dice", "--target"):
        line = complaint(run("traffic", environment={variable: value}), USAGE)
        assert variable in line and value in line and form in line


def test_a_limit_is_printed_with_its_unit(scripted, tmp_path):
    limits = ("--fail-over", "p99=5s", "--fail-errors", "0.5")
    result, report = traffic(tmp_path, "--url", scripted.url, "--rate", 20, "--duration", 1, *limits)
    assert "p99=5s: " in result.stdout and "errors=50%: 0.00 %" in result.stdout
    assert [verdict["limit"] for verdict in report["limits"]] == ["p99=5s", "errors=50%"]


def test_more_connections_than_file_descriptors():
    command = f"ulimit -n 256 && exec {PROGRAM} traffic --users 300"
    result = subprocess.run(["bash", "-c", command], env=BARE_ENVIRONMENT, capture_output=True, text=True, timeout=20)
    line = complaint(result, RUN_TIME)
    assert "300 connections" in line and "ulimit -n" in line


@pytest.mark.parametrize("variable", ["TRAFFIC_USERS", "TRAFFIC_RATE", "TRAFFIC_DURATION", "FRONTEND_URL"])
def test_a_wrong_variable(variable):
    assert variable in complaint(run("traffic", environment={variable: "nonsense"}), USAGE)


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


def test_a_full_disk_for_the_results(scripted):
    result = run("traffic", "--url", scripted.url, "--rate", 20, "--duration", 1, "--json", "/dev/full")
    assert result.returncode == RUN_TIME
    line = result.stderr.splitlines()[-1]
    assert "--json" in line and "/dev/full" in line and "space" in line.lower()
    assert "20 requests" in result.stdout


@pytest.mark.parametrize("flag", ["--json", "--html"])
@pytest.mark.parametrize("place", ["nowhere/report", ".", "file/report"])
def test_a_file_that_cannot_be_written_is_told_before_the_run(scripted, tmp_path, flag, place):
    (tmp_path / "file").touch()
    path = tmp_path / place
    line = complaint(run("traffic", "--url", scripted.url, flag, path), RUN_TIME)
    assert flag in line and str(path) in line and not scripted.requests


def test_a_run_without_results_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "traffic.json"
    path.write_text("the last run's")
    arguments = ("--url", f"http://127.0.0.1:{FreePorts.take()}", "--json")
    complaint(run("traffic", *arguments, path), RUN_TIME)
    assert path.read_text() == "the last run's"
    complaint(run("traffic", *arguments, tmp_path / "new.json"), RUN_TIME)
    assert not (tmp_path / "new.json").exists()


def test_results_go_through_a_pipe_with_a_name(scripted, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        result = run("traffic", "--url", scripted.url, "--rate", 20, "--duration", 1, "--json", pipe)
        assert result.returncode == 0, result.stderr
        assert json.loads(reader.communicate(timeout=10)[0])["requests"] == 20


def test_a_page_with_charts(scripted, tmp_path):
    page = tmp_path / "traffic.html"
    traffic(tmp_path, "--url", scripted.url, "--rate", 50, "--duration", 2, "--html", page)
    text = page.read_text()
    assert text.startswith("<!doctype html>") and text.count("<svg") == 3 and "NaN" not in text


def test_progress_is_plain_lines_where_nobody_watches(scripted, tmp_path):
    result, _ = traffic(tmp_path, "--url", scripted.url, "--rate", 50, "--duration", 3)
    lines = result.stderr.splitlines()
    assert len(lines) >= 2 and all(re.match(r"\d+ s · [\d ]+ requests · ", line) for line in lines)
    assert "\r" not in result.stderr and "\x1b" not in result.stderr + result.stdout


def test_progress_is_one_live_line_on_a_terminal(scripted):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, "traffic", "--url", scripted.url, "--rate", "50", "--duration", "2s"],
        env=BARE_ENVIRONMENT | UNTRACED,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    # A pseudo terminal reports its other end's close as an error.
    with contextlib.suppress(OSError):
        while piece := os.read(ours, 4096):
            shown += piece
    os.close(ours)
    summary = process.communicate(timeout=20)[0].decode()
    lines = shown.decode().split("\r")
    assert process.returncode == 0 and "100 requests" in summary
    assert "\n" not in shown.decode() and len(lines) >= 5
    assert any("s left" in line and "p99" in line for line in lines)
    assert lines[-1] == "\x1b[K", "the line is cleared for what comes after it"
