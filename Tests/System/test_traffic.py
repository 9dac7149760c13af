"""`dice traffic`: honest figures, the reference's users and traces, clear words when something is wrong."""

import contextlib
import itertools
import json
import time

import pytest

from conftest import running_service, telemetry_to
from dice import RUN_TIME, Dice
from metrics_page import Page
from polling import until
from scripted_server import Fault, Reply, ScriptedServer
from traffic_run import FRONTEND, UNTRACED, paths, traffic


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
        service.pause()
        time.sleep(STALL)
        service.resume()
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
        assert {"p50", "p90", "max"} == set(traces) and set(traces.values()) <= ids


@pytest.mark.parametrize(
    "arguments, headers",
    [([], {"1"}), (["--trace-sample", "0"], {"0"}), (["--trace-sample", "0.5"], {"0", "1"})],
)
def test_the_share_of_traces_travels_along(scripted, tmp_path, arguments, headers):
    result, report = traffic(tmp_path, "--url", scripted.url, "--rate", 60, "--duration", 1, *arguments)
    parents = [request.headers["traceparent"] for request in scripted.requests if request.path != "/openapi.json"]
    assert {str(int(parent[-2:], 16) & 1) for parent in parents} == headers
    # What is not recorded is not offered to be looked at.
    recorded = {parent.split("-")[1] for parent in parents if int(parent[-2:], 16) & 1}
    offered = [set(latency["traces"].values()) for latency in report["latency_seconds"].values()]
    assert all(traces <= recorded and bool(traces) == bool(recorded) for traces in offered)
    assert ("\ntraces " in result.stdout) == bool(recorded)


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


def test_a_user_whom_nobody_answers_does_not_ask_as_fast_as_possible(tmp_path):
    with contextlib.closing(ScriptedServer(Fault.CUT)) as server:
        server.answer(Reply())  # the look whether anybody is there
        arguments = ("--target", server.url, "--users", 2, "--think-time", 0, "--duration", 1)
        _, report = traffic(tmp_path, *arguments, status=RUN_TIME)
    # Each pauses for a hundredth of a second.
    assert 2 < report["requests"] <= 2 * 101


def test_a_server_that_hangs_is_given_up_and_nothing_is_left_out(tmp_path):
    with contextlib.closing(ScriptedServer(Fault.HANG)) as server:
        server.answer(FRONTEND)
        arguments = ("--url", server.url, "--rate", 20, "--duration", 1, "--connections", 1)
        result, report = traffic(tmp_path, *arguments, status=RUN_TIME)
    assert (report["requests"], report["failures"], report["unsent"]) == (20, {"timeout": 1}, 19)
    assert "not sent: 19" in result.stdout and "waited for one of 1 connections" in result.stdout
    assert result.stderr.splitlines()[-1] == "not one request was answered"


def test_a_limit_that_too_few_requests_can_judge_is_not_passed(scripted, tmp_path):
    limits = ("--fail-over", "p99.99=5s", "--fail-over", "max=5s")
    result, report = traffic(
        tmp_path, "--url", scripted.url, "--rate", 20, "--duration", 1, *limits, status=RUN_TIME
    )
    assert [verdict["passed"] for verdict in report["limits"]] == [False, True]
    assert "FAILED     p99.99=5s: too few requests, it needs 10 000" in result.stdout
    assert result.stderr.splitlines()[-1] == "not kept: p99.99=5s (too few requests)"
    assert all(latency["p99_9"] is None for latency in report["latency_seconds"].values())


@pytest.mark.parametrize("limit, passes", [("p99=5s", True), ("p50=1us", False)])
def test_a_latency_limit_decides_the_exit_status(scripted, tmp_path, limit, passes):
    arguments = ("--url", scripted.url, "--rate", 100, "--duration", 1, "--fail-over", limit)
    result, report = traffic(tmp_path, *arguments, status=0 if passes else RUN_TIME)
    assert report["passed"] is passes and [verdict["passed"] for verdict in report["limits"]] == [passes]
    assert ("passed" if passes else "FAILED") in result.stdout
