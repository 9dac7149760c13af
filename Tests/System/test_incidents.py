"""Incidents: failures that come and go by themselves, told from a die's own in trace, log and metrics."""

import signal

import httpx
import pytest

import deployment
from conftest import running_all
from dice import USAGE, complaint, run
from metrics_page import Page
from roll_traces import SINGLE_ROLL, traced

# Begins in the first millisecond and lasts as long as any test.
LASTING = "every=1h,for=59m59.999s"
GAUGE = "dice_incident_active"


@pytest.mark.timeout(60)
def test_requests_fail_and_succeed_by_turns_and_the_gauge_follows(collector):
    incidents = "every=1s,for=500ms,error-rate=1,seed=42"
    with running_all(collector, "--incidents", incidents, environment={"ROLL_MAX_DELAY_MS": "0"}) as stack:
        with httpx.Client(timeout=10) as client:
            turns, seen = [], set()
            while len(turns) < 5 or len(seen) < 2:
                before = Page(stack.roller_url).value(GAUGE)
                status = client.get(f"{stack.frontend_url}/roll?die=fair").status_code
                if Page(stack.roller_url).value(GAUGE) == before:
                    seen.add((before, status))
                if turns[-1:] != [status]:
                    turns.append(status)
        assert set(turns) == {200, 500}
        assert {(0, 200), (1, 500)} <= seen
        stack.roller.wait_for_logs("Incident ended", 2)
        stack.roller.signal(signal.SIGINT)
        assert stack.roller.wait() == 0
        told = [record for record in stack.logs if record["message"].startswith("Incident ")]
        assert [(record["message"], record["incident"]) for record in told] == [
            (f"Incident {'ended' if index % 2 else 'began'}", index // 2 + 1) for index in range(len(told))
        ]
        assert {(record["message"], record["level"]) for record in told} == {
            ("Incident began", "WARNING"),
            ("Incident ended", "INFO"),
        }


@pytest.fixture(scope="module")
def failing(module_collector, broken_dice):
    """`dice all` in an incident that fails every roll that its die does not; rolls take no time."""
    environment = {
        "ROLL_MAX_DELAY_MS": "0",
        "DIE_SPECIFICATIONS": broken_dice,
        "INCIDENTS": f"{LASTING},error-rate=1,seed=42",
    }
    with running_all(module_collector, environment=environment) as stack:
        stack.roller.wait_for_logs("Incident began", incident=1)
        yield stack


def test_the_log_tells_what_is_to_come_and_what_came(failing):
    (scheduled,) = failing.roller.wait_for_logs("Incidents scheduled", service="dice-roller", level="INFO")
    effect = {"duration": 3599.999, "error_rate": 1.0, "delay": 0.0}
    assert effect | {"every": 3600.0, "seed": 42} == {key: scheduled[key] for key in (*effect, "every", "seed")}
    (began,) = failing.roller.wait_for_logs("Incident began", service="dice-roller", level="WARNING")
    assert effect == {key: began[key] for key in effect}


@pytest.mark.parametrize("die, is_incident", [("fair", True), ("broken", False)])
def test_a_roll_failed_by_an_incident_differs_from_one_failed_by_its_die_in_the_blame_alone(
    failing, client, die, is_incident
):
    answer, trace = traced(failing, client, f"/roll?die={die}", 5)
    assert (answer.status_code, answer.json()["detail"]) == (500, f"Die '{die}' failed!")
    assert trace.outline() == SINGLE_ROLL
    assert trace.verdicts()["dice-roller", "SERVER"] == ("ERROR", "500")
    roll = trace.one("GET /roll", "dice-roller")
    assert (roll.attributes["die.error"], "die.result" in roll.attributes) == (True, False)
    assert (roll.attributes["incident.number"], roll.attributes["incident.error"]) == (1, is_incident)
    ((kind, message),) = roll.exceptions
    assert kind.endswith("DieFailure") and message == f"Die '{die}' failed!"
    trace_id = roll.trace_id
    (line,) = failing.roller.wait_for_logs("Die triggered error condition", trace_id=trace_id, level="ERROR")
    assert (line["die_type"], line.get("incident")) == (die, 1 if is_incident else None)


def test_a_batch_fails_by_an_incident_at_its_first_roll(failing, client):
    answer = client.get(f"{failing.frontend_url}/roll-async?die=fair&times=1")
    assert answer.json()["detail"] == "Async roll batch failed: Die 'fair' failed on roll 0"
    roll = failing.collector.trace(answer.json()["trace_id"], 7).one("async_roll_0")
    assert (roll.status, roll.attributes["die.error"]) == ("ERROR", True)
    assert (roll.attributes["incident.number"], roll.attributes["incident.error"]) == (1, True)
    failing.roller.wait_for_logs("Async roll triggered error condition", trace_id=roll.trace_id, incident=1)


def test_grafana_marks_incidents_by_the_gauge(failing):
    query = deployment.annotation()["expr"]
    assert deployment.series_names(query) == {GAUGE}
    assert Page(failing.roller_url).value(GAUGE) == 1


def test_rolls_of_a_batch_are_late_at_the_same_time(collector, client):
    environment = {"ROLL_MAX_DELAY_MS": "0", "INCIDENTS": f"{LASTING},delay=300ms"}
    with running_all(collector, environment=environment) as stack:
        stack.roller.wait_for_logs("Incident began")
        _, trace = traced(stack, client, "/roll-async?die=fair&times=5", 11)
        rolls = [span for span in trace.spans if span.name.startswith("async_roll_") and "die.type" in span.attributes]
        assert len(rolls) == 5 and min(roll.duration for roll in rolls) >= 300_000_000
        assert max(roll.start for roll in rolls) < min(roll.end for roll in rolls)
        assert {(roll.attributes["incident.number"], roll.attributes["incident.error"]) for roll in rolls} == {
            (1, False)
        }


def test_without_them_nothing_tells_of_incidents(quick_stack, client):
    _, trace = traced(quick_stack, client, "/roll-async?die=fair&times=2", 8)
    assert [key for span in trace.spans for key in span.attributes if key.startswith("incident")] == []
    assert GAUGE not in Page(quick_stack.roller_url).families
    assert [record for record in quick_stack.logs if "ncident" in record["message"]] == []


@pytest.mark.parametrize("subcommand", ["all", "dice-roller"])
@pytest.mark.parametrize(
    "value, named",
    [
        ("every=60s,error-rate=1", "'for' is missing"),
        ("every=60s,for=10s,error-rate=2", "'error-rate' must be a share above 0 and up to 1"),
        ("every=60s,for=10s,rate=1", "'rate' is none of the keys 'every', 'for', 'error-rate', 'delay', 'seed'"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error_that_names_the_key(subcommand, value, named):
    for result in (run(subcommand, "--incidents", value), run(subcommand, environment={"INCIDENTS": value})):
        line = complaint(result, USAGE)
        assert named in line and value in line
        assert "--incidents" in line or "INCIDENTS" in line
