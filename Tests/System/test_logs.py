"""The log: exact messages and fields of every event."""

import collections
import contextlib

import pytest

from conftest import running_service
from scripted_server import Fault, ScriptedServer
from stack_logs import fields, records_of

FACES = [1, 2, 3, 4, 5, 6]


def said(records, service):
    """Level, message and names of the fields of what a service logged, in order."""
    return [
        (record["level"], record["message"], list(fields(record))) for record in records if record["service"] == service
    ]


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


def test_a_die_service_that_answers_nonsense(collector, client):
    with (
        contextlib.closing(ScriptedServer(Fault.NONSENSE)) as backend,
        running_service("dice-roller", collector, environment={"DIE_SERVICE_URL": backend.url}) as (roller, url),
    ):
        answer = client.get(f"{url}/roll?die=fair")
        record = roller.wait_for_logs("Failed to get die specification")[0]
    assert (record["level"], fields(record)) == ("ERROR", {"die_type": "fair", "error": answer.json()["detail"]})
