"""The log: one JSON object a line on stdout, exact messages and fields, ids that are those of the spans."""

import collections
import datetime
import json
import re

import pytest

from conftest import running_all, running_service
from dice import preloaded
from scripted_server import Fault, ScriptedServer

KEYS = ["timestamp", "level", "message", "logger", "service"]
IN_SPAN = ["trace_id", "span_id", "trace_flags"]
FACES = [1, 2, 3, 4, 5, 6]


def fields(record):
    """The event's own fields."""
    return {key: value for key, value in record.items() if key not in KEYS + IN_SPAN}


def records_of(stack, answer, *last):
    """Every record of the answer's trace in `dice all`, once the last one of each service is there: whose loop ends its
    iteration first is not said."""
    trace_id = answer.headers["traceresponse"].split("-")[1]
    for message in last:
        stack.frontend.wait_for_logs(message, trace_id=trace_id)
    return [record for record in stack.logs if record.get("trace_id") == trace_id]


def wait_for_start(stack):
    """Returns when every service of `dice all` has said that it runs: it may answer before that."""
    for service in stack.urls():
        stack.frontend.wait_for_logs("Service started", service=service)


def said(records, service):
    """Level, message and names of the fields of what a service logged, in order."""
    return [
        (record["level"], record["message"], list(fields(record))) for record in records if record["service"] == service
    ]


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


def test_a_roll(quick_stack, client):
    answer = client.get(f"{quick_stack.frontend_url}/roll?die=fair")
    records = records_of(
        quick_stack, answer, "Backend response received", "Roll completed", "Die specification found"
    )
    assert said(records, "frontend") == [
        ("INFO", "Frontend roll request received", ["die_type"]),
        ("INFO", "Backend response received", ["die_type", "backend_status", "roll_value", "duration"]),
    ]
    assert said(records, "dice-roller") == [
        ("INFO", "Roll request received", ["die_type"]),
        ("INFO", "Querying die service for specification", ["identifier"]),
        ("INFO", "Die specification retrieved from service", ["identifier", "faces", "error_rate", "duration"]),
        ("INFO", "Roll completed", ["die_type", "roll_value", "faces"]),
    ]
    assert said(records, "die-service") == [
        ("INFO", "Die specification requested", ["identifier"]),
        ("INFO", "Die specification found", ["identifier", "faces", "error_rate"]),
    ]
    values = {record["message"]: fields(record) for record in records}
    roll = answer.json()["roll"]
    assert values["Roll completed"] == {"die_type": "fair", "roll_value": roll, "faces": FACES}
    assert values["Die specification found"] == {"identifier": "fair", "faces": FACES, "error_rate": 0}
    received = values["Backend response received"]
    assert (received["backend_status"], received["roll_value"]) == (200, roll)
    assert type(received["duration"]) is float and 0 < received["duration"] < 10


def test_a_batch(quick_stack, client):
    answer = client.get(f"{quick_stack.frontend_url}/roll-async?die=fair&times=3")
    records = records_of(quick_stack, answer, "Backend async response received", "Async roll batch completed")
    assert said(records, "frontend") == [
        ("INFO", "Frontend async roll request received", ["die_type", "times"]),
        (
            "INFO",
            "Backend async response received",
            ["die_type", "times", "backend_status", "total", "rolls", "duration"],
        ),
    ]
    roller = said(records, "dice-roller")
    assert roller[0] == ("INFO", "Async roll batch started", ["die_type", "times"])
    assert roller[-1] == ("INFO", "Async roll batch completed", ["die_type", "times", "total", "rolls", "duration"])
    assert collections.Counter(message for _, message, _ in roller)["Async roll completed"] == 3
    single = [fields(record) for record in records if record["message"] == "Async roll completed"]
    rolls = answer.json()["rolls"]
    assert sorted(roll["roll_index"] for roll in single) == [0, 1, 2]
    assert all(
        roll == {"die_type": "fair", "roll_index": roll["roll_index"], "roll_value": rolls[roll["roll_index"]]}
        for roll in single
    )
    whole = next(fields(record) for record in records if record["message"] == "Async roll batch completed")
    assert (whole["times"], whole["total"], whole["rolls"]) == (3, sum(rolls), rolls)


ERRORS = [
    (
        "/roll?die=nope",
        "Backend returned error",
        {
            ("die-service", "WARNING", "Unknown die identifier requested"): {
                "identifier": "nope",
                "available_identifiers": ["fair", "risky", "extreme", "broken"],
            },
            ("dice-roller", "WARNING", "Die service returned error"): {"identifier": "nope", "status_code": 404},
            ("dice-roller", "ERROR", "Failed to get die specification"): {"die_type": "nope"},
            ("frontend", "ERROR", "Backend returned error"): {"die_type": "nope", "backend_status": 404},
        },
    ),
    (
        "/roll-async?die=nope&times=2",
        "Backend async returned error",
        {
            ("die-service", "WARNING", "Unknown die identifier requested"): {
                "identifier": "nope",
                "available_identifiers": ["fair", "risky", "extreme", "broken"],
            },
            ("dice-roller", "WARNING", "Die service returned error"): {"identifier": "nope", "status_code": 404},
            ("dice-roller", "ERROR", "Failed to get die specification for async roll"): {"die_type": "nope"},
            ("frontend", "ERROR", "Backend async returned error"): {
                "die_type": "nope",
                "times": 2,
                "backend_status": 404,
            },
        },
    ),
    (
        "/roll?die=broken",
        "Backend returned error",
        {
            ("dice-roller", "ERROR", "Die triggered error condition"): {"die_type": "broken", "error_rate": 1},
            ("frontend", "ERROR", "Backend returned error"): {"die_type": "broken", "backend_status": 500},
        },
    ),
    (
        "/roll-async?die=broken&times=1",
        "Backend async returned error",
        {
            ("dice-roller", "ERROR", "Async roll triggered error condition"): {
                "die_type": "broken",
                "roll_index": 0,
                "error_rate": 1,
            },
            ("dice-roller", "ERROR", "Async roll batch failed"): {
                "die_type": "broken",
                "times": 1,
                "error": "Die 'broken' failed on roll 0",
            },
            ("frontend", "ERROR", "Backend async returned error"): {
                "die_type": "broken",
                "times": 1,
                "backend_status": 500,
            },
        },
    ),
]


@pytest.mark.parametrize("target, last, expected", ERRORS, ids=[row[0] for row in ERRORS])
def test_errors(quick_stack, client, target, last, expected):
    answer = client.get(quick_stack.frontend_url + target)
    records = records_of(quick_stack, answer, last, *(message for _, _, message in expected))
    found = {
        (record["service"], record["level"], record["message"]): fields(record)
        for record in records
        if record["level"] != "INFO"
    }
    assert found == expected


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


def test_the_die_list(stack, client):
    answer = client.get(f"{stack.die_url}/dice")
    trace_id = answer.headers["traceresponse"].split("-")[1]
    record = stack.die.wait_for_logs("Die list requested", trace_id=trace_id)[0]
    assert fields(record) == {"count": 3, "identifiers": ["fair", "risky", "extreme"]}


def test_each_load_of_the_page_fetches_the_list_of_dice(stack, client):
    for _ in range(2):
        client.get(f"{stack.frontend_url}/")
        client.get(f"{stack.frontend_url}/dice")
    for record in stack.frontend.wait_for_logs("Die list fetched from die service", 2):
        assert fields(record) == {"count": 3, "identifiers": ["fair", "risky", "extreme"]}


def test_specifications_are_said_at_the_start(stack):
    record = stack.die.wait_for_logs("Die specifications loaded")[0]
    assert fields(record) == {"count": 3, "identifiers": ["fair", "risky", "extreme"]}


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


@pytest.mark.parametrize(
    "fault, message",
    [(Fault.HANG, "Die service request timed out"), (None, "Failed to connect to die service")],
    ids=["hang", "refused"],
)
def test_a_die_service_that_does_not_answer(collector, client, fault, message):
    backend = ScriptedServer(fault)
    if fault is None:
        backend.close()
    with running_service("dice-roller", collector, environment={"DIE_SERVICE_URL": backend.url}) as (roller, url):
        client.get(f"{url}/roll?die=fair")
        record = roller.wait_for_logs(message)[0]
    assert (record["level"], fields(record)) == ("ERROR", {"identifier": "fair"})
    if fault is not None:
        backend.close()


def test_access_lines_are_for_debugging(collector, client):
    with running_service("die-service", collector, "--log-level", "DEBUG") as (loud, url):
        trace_id = client.get(f"{url}/dice").headers["traceresponse"].split("-")[1]
        debug = loud.stdout.wait_for(lambda line: trace_id in line and '"level":"DEBUG"' in line.replace(": ", ":"))
    assert json.loads(debug[0])["service"] == "die-service"


def test_the_level_holds_back_what_is_below_it(collector, client):
    with running_service("die-service", collector, environment={"LOG_LEVEL": "ERROR"}) as (quiet, url):
        client.get(f"{url}/dice?identifier=nope")
    assert [record for record in quiet.logs if record["level"] != "ERROR"] == []


def test_text_for_people(collector, client):
    with running_service("die-service", collector, "--log-format", "text") as (dice, url):
        client.get(f"{url}/dice")
        line = dice.stdout.wait_for(lambda line: "Die list requested" in line)[0]
    assert not line.startswith("{") and "\x1b" not in line, "colour belongs to terminals only"


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
    assert (warning["level"], list(fields(warning))) == ("WARNING", ["duration", "loop"])
    assert warning["duration"] >= 1.2
