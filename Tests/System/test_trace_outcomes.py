"""The trace in every outcome that is no success: each span ends, inside its parent, and says what happened."""

import contextlib
import json
import time

import pytest

from conftest import running_all, running_service
from laboratory import NOBODY
from roll_traces import AROUND_ROLLS, SINGLE_ROLL, outline, traced
from scripted_server import Fault, Reply, ScriptedServer

DIE = Reply(200, json.dumps({"identifier": "fair", "specification": {"faces": [1, 2], "error_rate": 0}}).encode())


def test_a_failed_roll(quick_stack, client):
    answer, trace = traced(quick_stack, client, "/roll?die=broken", 5)
    assert answer.status_code == 500
    assert trace.outline() == SINGLE_ROLL and trace.leaving_parent() == []
    assert trace.verdicts() == {
        ("frontend", "SERVER"): ("ERROR", "500"),
        ("frontend", "CLIENT"): ("ERROR", "500"),
        ("dice-roller", "SERVER"): ("ERROR", "500"),
        ("dice-roller", "CLIENT"): ("UNSET", None),
        ("die-service", "SERVER"): ("UNSET", None),
    }
    roll = trace.one("GET /roll", "dice-roller")
    assert (roll.attributes["die.error"], "die.result" in roll.attributes) == (True, False)
    ((kind, message),) = roll.exceptions
    assert kind.endswith("DieFailure") and "broken" in message
    assert [span.status_message for span in trace.spans] == [""] * 5, "the code tells the reason"


def test_a_die_fails_as_often_as_its_specification_says(quick_stack, client):
    rolls = [client.get(f"{quick_stack.roller_url}/roll", params={"die": "extreme"}) for _ in range(300)]
    # Half of them, within six standard deviations.
    assert 98 < sum(roll.status_code == 500 for roll in rolls) < 202


def test_an_unknown_die_is_the_callers_fault_only(quick_stack, client):
    answer, trace = traced(quick_stack, client, "/roll-async?die=nope&times=3", 5)
    assert answer.status_code == 404
    assert trace.outline() == [line.replace("/roll", "/roll-async") for line in SINGLE_ROLL]
    assert trace.verdicts() == {
        ("frontend", "SERVER"): ("UNSET", None),
        ("frontend", "CLIENT"): ("ERROR", "404"),
        ("dice-roller", "SERVER"): ("UNSET", None),
        ("dice-roller", "CLIENT"): ("ERROR", "404"),
        ("die-service", "SERVER"): ("UNSET", None),
    }
    assert trace.one("GET /dice").attributes["die.found"] is False


def test_invalid_parameters_go_no_further(quick_stack, client):
    answer, trace = traced(quick_stack, client, "/roll-async?die=fair&times=21", 1)
    assert answer.status_code == 422
    assert (trace.root.status, trace.root.attributes["http.response.status_code"]) == ("UNSET", 422)


@pytest.mark.parametrize(
    "die_service, status, client_error",
    [
        (Fault.HANG, 504, "timeout"),
        (None, 503, "connection_refused"),
        (Fault.CUT, 503, "connection_reset"),
        (Fault.NONSENSE, 502, "malformed_response"),
        (Reply(500), 502, "500"),
        (Reply(200, b"<html>"), 502, None),
    ],
    ids=["hangs", "refuses", "cuts", "talks nonsense", "fails", "answers no JSON"],
)
def test_a_die_service_that_is_no_help(collector, client, die_service, status, client_error):
    with contextlib.closing(ScriptedServer(die_service)) as scripted:
        die_url = NOBODY if die_service is None else scripted.url
        with running_service("dice-roller", collector, environment={"DIE_SERVICE_URL": die_url}) as (_, url):
            answer = client.get(f"{url}/roll-async?die=fair&times=3")
            trace = collector.trace(answer.headers["traceresponse"].split("-")[1], 2)
    assert answer.status_code == status
    assert trace.outline() == ["dice-roller SERVER GET /roll-async", "  dice-roller CLIENT GET"]
    assert trace.leaving_parent() == []
    assert trace.verdicts() == {
        ("dice-roller", "SERVER"): ("ERROR", str(status)),
        ("dice-roller", "CLIENT"): ("ERROR" if client_error else "UNSET", client_error),
    }


def test_a_request_that_is_sent_again_has_a_span_for_each_attempt(collector, client):
    with contextlib.closing(ScriptedServer(DIE)) as die_service:
        die_service.answer(DIE, Fault.CUT)
        environment = {"DIE_SERVICE_URL": die_service.url, "ROLL_MAX_DELAY_MS": "0"}
        with running_service("dice-roller", collector, environment=environment) as (_, url):
            assert client.get(f"{url}/roll?die=fair").status_code == 200
            answer = client.get(f"{url}/roll?die=fair")
            trace = collector.trace(answer.headers["traceresponse"].split("-")[1], 3)
        parents = [request.headers["traceparent"].split("-")[2] for request in die_service.requests[1:]]
    assert answer.status_code == 200
    first, second = trace.named("GET", "dice-roller", "CLIENT")
    assert [first.span_id, second.span_id] == parents
    assert (first.status, first.attributes["error.type"]) == ("ERROR", "connection_reset")
    assert "http.request.resend_count" not in first.attributes and "http.response.status_code" not in first.attributes
    assert (second.status, second.attributes["http.request.resend_count"]) == ("UNSET", 1)
    assert first.end <= second.start
    assert {first.parent_id, second.parent_id} == {trace.root.span_id}


def test_a_request_that_is_sent_again_has_what_is_left_of_its_time(collector, client):
    """The two seconds that a die-service has are the request's, however many attempts it takes."""
    with contextlib.closing(ScriptedServer(DIE)) as die_service:
        die_service.answer(DIE, Fault.CUT, Fault.HANG)
        decide = die_service.decide

        def half_the_time_later(received):
            time.sleep(1)
            return decide(received)

        with running_service("dice-roller", collector, environment={"DIE_SERVICE_URL": die_service.url}) as (_, url):
            assert client.get(f"{url}/roll?die=fair").status_code == 200
            die_service.decide = half_the_time_later
            begin = time.monotonic()
            answer = client.get(f"{url}/roll?die=fair")
            seconds = time.monotonic() - begin
            trace = collector.trace(answer.headers["traceresponse"].split("-")[1], 3)
    assert answer.status_code == 504 and 1.9 < seconds < 2.9
    first, second = trace.named("GET", "dice-roller", "CLIENT")
    assert [span.attributes["error.type"] for span in (first, second)] == ["connection_reset", "timeout"]


def test_many_batches_that_fail_at_once_are_each_complete(collector, client):
    with running_all(collector, environment={"ROLL_MAX_DELAY_MS": "20"}) as stack:
        for _ in range(30):
            answer, trace = traced(stack, client, "/roll-async?die=extreme&times=20", AROUND_ROLLS + 20)
            assert trace.outline() == outline(20) and trace.leaving_parent() == []
            # A roll has failed, was cancelled, or came first; nothing in between.
            for roll in trace.rolls():
                failed, cancelled = roll.attributes.get("die.error"), roll.attributes.get("async.cancelled")
                assert (failed, cancelled) in ((True, None), (False, None), (None, True))
                assert (roll.status == "ERROR") == (failed is True)
                assert ("die.result" in roll.attributes) == (failed is False)
            assert answer.status_code == 500 or trace.one("async_roll_batch").status == "UNSET"


@pytest.mark.parametrize("opt_in, has_event, has_record", [("", 1, 0), ("logs", 0, 1), ("logs/dup", 1, 1)])
def test_exceptions_are_events_or_log_records_or_both(collector, broken_dice, client, opt_in, has_event, has_record):
    environment = {
        "OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN": opt_in,
        "DIE_SPECIFICATIONS": broken_dice,
        "ROLL_MAX_DELAY_MS": "0",
    }
    with running_all(collector, environment=environment) as stack:
        _, trace = traced(stack, client, "/roll?die=broken", 5)
        roll = trace.one("GET /roll", "dice-roller")
        stack.roller.wait_for_logs("Backend returned error")
        records = [record for record in stack.logs if record["message"] == "exception"]
    assert len(roll.exceptions) == has_event
    assert [(record["trace_id"], record["span_id"]) for record in records] == [
        (roll.trace_id, roll.span_id)
    ] * has_record
    assert all("broken" in record["exception.message"] for record in records)


def test_json_carries_the_same_tree_as_protobuf(collector, broken_dice, client):
    """Names, types and values of everything that does not depend on the run; arrays, events and statuses included."""

    def content(trace, span):
        fixed = {key: value for key, value in span.attributes.items() if not key.endswith((".port", "url", ".full"))}
        fixed |= {key: type(value) for key, value in fixed.items() if type(value) is float or "result" in key}
        events = [(event.name, event.attributes) for event in span.events]
        parent = trace.parent(span)
        return (span.service, span.kind, span.name, parent and parent.name, span.status, span.flags, fixed, events)

    contents = {}
    for protocol in ("http/protobuf", "http/json"):
        environment = {
            "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
            "DIE_SPECIFICATIONS": broken_dice,
            "ROLL_MAX_DELAY_MS": "0",
        }
        with running_all(collector, environment=environment) as stack:
            traces = [
                traced(stack, client, "/roll-async?die=fair&times=3", AROUND_ROLLS + 3)[1],
                traced(stack, client, "/roll?die=broken", 5)[1],
            ]
        for trace in traces:
            assert trace.leaving_parent() == []
        contents[protocol] = sorted((content(trace, span) for trace in traces for span in trace.spans), key=repr)
    assert contents["http/protobuf"] == contents["http/json"]
    assert len(contents["http/json"]) == AROUND_ROLLS + 3 + 5
