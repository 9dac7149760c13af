"""The log as lines: one JSON object each, in the span that it belongs to; as text for people; only from a level on."""

import datetime
import json
import re
import signal

import pytest

from conftest import running_all, running_service
from dice import preloaded
from raw_http import Connection
from stack_logs import IN_SPAN, KEYS, fields, records_of, wait_for_start


def test_every_line_is_an_object_with_the_common_keys(quick_stack, client):
    wait_for_start(quick_stack)
    targets = {
        "/roll?die=fair": "Backend response received",
        "/roll-async?die=broken&times=4": "Backend async returned error",
        "/roll?die=nope": "Backend returned error",
    }
    for target, last in targets.items():
        assert records_of(quick_stack, client.get(quick_stack.frontend_url + target), last)
    for line in list(quick_stack.frontend.stdout.all):
        record = json.loads(line)
        expected = KEYS + IN_SPAN if "trace_id" in record else KEYS
        assert list(record)[: len(expected)] == expected, line
        assert record["level"] in ("DEBUG", "INFO", "WARNING", "ERROR")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", record["timestamp"]), line
        moment = datetime.datetime.fromisoformat(record["timestamp"])
        assert abs(datetime.datetime.now(datetime.UTC) - moment) < datetime.timedelta(minutes=5)
        if "trace_id" in record:
            assert re.fullmatch(r"[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]", "-".join(record[key] for key in IN_SPAN)), line


def test_ids_are_those_of_the_spans(quick_stack, client):
    answer = client.get(f"{quick_stack.frontend_url}/roll-async?die=fair&times=5")
    records = records_of(quick_stack, answer, "Backend async response received")
    trace = quick_stack.collector.trace(records[0]["trace_id"], 11)
    spans = {span.span_id: span for span in trace.spans}
    for record in records:
        span = spans[record["span_id"]]
        assert span.service == record["service"]
        assert int(record["trace_flags"], 16) == span.flags & 0xFF
        if record["message"] == "Async roll completed":
            assert span.name == f"async_roll_{record['roll_index']}"
        moment = datetime.datetime.fromisoformat(record["timestamp"]).timestamp() * 1e9
        assert span.start - 5e6 <= moment <= span.end + 5e6


def test_every_line_of_every_outcome_is_in_a_span_of_its_service(collector, broken_dice, client):
    environment = {"ROLL_MAX_DELAY_MS": "5", "DIE_SPECIFICATIONS": broken_dice}
    targets = [
        "/roll?die=fair",
        "/roll?die=broken",
        "/roll?die=nope",
        "/roll?die=%0A%00%F0%9F%92%A5%3Cscript%3E",
        "/roll-async?die=extreme&times=20",
        "/roll-async?die=broken&times=3",
        "/roll-async?die=fair&times=21",
        "/dice",
        "/nope",
    ]
    with running_all(collector, "--log-level", "debug", environment=environment) as stack:
        wait_for_start(stack)
        for service in stack.urls():  # the probes that said that they are ready make no spans
            stack.frontend.wait_for_logs("Request answered", service=service, path="/readyz", status=200)
        started = len(stack.logs)
        answers = [client.get(stack.frontend_url + target) for target in targets]
        trace_ids = [answer.headers["traceresponse"].split("-")[1] for answer in answers]
        for trace_id in trace_ids:
            stack.frontend.wait_for_logs("Request answered", service="frontend", trace_id=trace_id)
        during = stack.logs[started:]
    spans = {(span.service, span.trace_id, span.span_id) for span in collector.spans()}
    assert {record.get("trace_id") for record in during} == set(trace_ids)
    assert len(during) > 60
    for record in during:
        assert (record["service"], record["trace_id"], record["span_id"]) in spans, record


@pytest.mark.parametrize("name", ['"\n\0💥<script>', "x" * 5000, "\x1b[31m\x7f\u2028"])
def test_any_die_name_stays_on_one_line(quick_stack, client, name):
    for target in ("/roll", "/roll-async"):
        answer = client.get(quick_stack.frontend_url + target, params={"die": name, "times": 2})
        last = "Backend returned error" if target == "/roll" else "Backend async returned error"
        refusal = "Failed to get die specification" + ("" if target == "/roll" else " for async roll")
        records = records_of(quick_stack, answer, last, refusal, "Unknown die identifier requested")
        assert {record["service"] for record in records} == {"die-service", "dice-roller", "frontend"}
        said = [record.get("die_type", record.get("identifier")) for record in records]
        assert said == [name] * len(records) and len(said) >= 8


def test_access_lines_are_for_debugging(collector, client):
    with running_service("die-service", collector, "--log-level", "DEBUG") as (loud, url):
        trace_id = client.get(f"{url}/dice").headers["traceresponse"].split("-")[1]
        debug = loud.stdout.wait_for(lambda line: trace_id in line and '"level":"DEBUG"' in line.replace(": ", ":"))
    assert json.loads(debug[0])["service"] == "die-service"


def test_a_request_without_an_answer_has_an_access_line_too(collector):
    environment = {"ROLL_MAX_DELAY_MS": "36000000", "DRAIN_TIMEOUT_SECONDS": "0"}
    with running_all(collector, "--log-level", "DEBUG", environment=environment) as stack:
        with Connection(stack.roller_url) as leaving, Connection(stack.roller_url) as staying:
            for number, connection in enumerate((leaving, staying), 1):
                connection.get("/roll?die=fair")
                stack.roller.wait_for_logs("Die specification retrieved from service", number)
            leaving.reset()
            (left,) = stack.roller.wait_for_logs("Request not answered", reason="the client left")
            stack.roller.signal(signal.SIGTERM)
            (stopped,) = stack.roller.wait_for_logs("Request not answered", reason="the server stopped")
            assert stack.roller.wait() == 0
    for line in (left, stopped):
        assert (line["level"], line["service"], line["method"], line["path"]) == ("DEBUG", "dice-roller", "GET", "/roll")
        assert line["duration"] > 0 and "status" not in line and len(line["trace_id"]) == 32


def test_the_level_holds_back_what_is_below_it(collector, client):
    with running_service("die-service", collector, environment={"LOG_LEVEL": "ERROR"}) as (quiet, url):
        client.get(f"{url}/dice?identifier=nope")
    assert [record for record in quiet.logs if record["level"] != "ERROR"] == []


def test_text_for_people(collector, client):
    with running_service("die-service", collector, "--log-format", "text") as (dice, url):
        client.get(f"{url}/dice")
        line = dice.stdout.wait_for(lambda line: "Die list requested" in line)[0]
    assert not line.startswith("{") and "\x1b" not in line, "colour belongs to terminals only"
    assert 'identifiers=["fair", "risky", "extreme"]' in line


def test_lines_of_several_loops_never_mix(collector, client, broken_dice):
    environment = {"ROLL_MAX_DELAY_MS": "0", "DIE_SPECIFICATIONS": broken_dice}
    with running_all(collector, "--loops", 4, environment=environment) as stack:
        for _ in range(50):
            client.get(f"{stack.frontend_url}/roll-async?die=fair&times=20")
        stack.roller.wait_for_logs("Async roll batch completed", 50)
    assert len(stack.logs) == len(stack.frontend.stdout.all) >= 50 * 28


def test_a_loop_that_is_blocked_says_so_afterwards(collector):
    # The first who asks whether the service is ready is the first whose connection is taken.
    with running_service("die-service", collector, environment={"LD_PRELOAD": preloaded("slow_accept")}) as (dice, _):
        warning = dice.wait_for_logs("Event loop stalled")[0]
    assert (warning["level"], list(fields(warning))) == ("WARNING", ["loop", "duration"])
    assert warning["duration"] >= 1.2
