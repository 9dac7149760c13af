"""The trace of rolls that are given up: each span ends, inside its parent, and nobody has failed who did not."""

import contextlib
import signal

import pytest

from conftest import running_all, running_service, running_services
from metrics_page import Page
from raw_http import Connection
from roll_traces import AROUND_ROLLS, ENDLESS, SINGLE_ROLL, outline, traced
from scripted_server import Fault, ScriptedServer


def test_a_batch_that_takes_too_long_is_given_up_everywhere(collector, client):
    with running_all(collector, environment=ENDLESS) as stack:
        answer, trace = traced(stack, client, "/roll-async?die=fair&times=10", AROUND_ROLLS + 10)
    assert (answer.status_code, answer.json()["detail"]) == (504, "Backend request timed out")
    assert trace.outline() == outline(10) and trace.leaving_parent() == []
    assert trace.verdicts() == {
        ("frontend", "SERVER"): ("ERROR", "504"),
        ("frontend", "CLIENT"): ("ERROR", "timeout"),
        ("dice-roller", "SERVER"): ("ERROR", "client_disconnected"),
        ("dice-roller", "CLIENT"): ("UNSET", None),
        ("die-service", "SERVER"): ("UNSET", None),
    }
    assert all(roll.attributes["async.cancelled"] is True and roll.status == "UNSET" for roll in trace.rolls())
    batch = trace.one("async_roll_batch")
    assert (batch.status, batch.exceptions) == ("UNSET", []), "the caller's own cancellation is no error"


def test_a_client_that_leaves_a_single_roll(collector):
    with running_all(collector, environment=ENDLESS) as stack:
        with Connection(stack.frontend_url) as connection:
            connection.get("/roll?die=fair")
            trace_id = stack.roller.wait_for_logs("Die specification retrieved from service")[0]["trace_id"]
            connection.reset()
            trace = collector.trace(trace_id, 5)
    assert trace.outline() == SINGLE_ROLL and trace.leaving_parent() == []
    assert trace.verdicts() == {
        ("frontend", "SERVER"): ("ERROR", "client_disconnected"),
        ("frontend", "CLIENT"): ("UNSET", None),
        ("dice-roller", "SERVER"): ("ERROR", "client_disconnected"),
        ("dice-roller", "CLIENT"): ("UNSET", None),
        ("die-service", "SERVER"): ("UNSET", None),
    }
    assert "die.result" not in trace.one("GET /roll", "dice-roller").attributes


@pytest.mark.parametrize("target", ["/roll?die=fair", "/roll-async?die=fair&times=3"])
@pytest.mark.parametrize("leave", [Connection.reset, Connection.half_close])
def test_a_client_that_leaves_while_the_die_is_looked_up(collector, target, leave):
    with contextlib.closing(ScriptedServer(Fault.HANG)) as die_service:
        environment = {"DIE_SERVICE_URL": die_service.url}
        with running_service("dice-roller", collector, environment=environment) as (dice, url):
            with Connection(url) as connection:
                connection.get(target)
                die_service.wait_for_requests(1)
                leave(connection)
                trace_id = dice.wait_for_logs("Querying die service for specification")[0]["trace_id"]
                trace = collector.trace(trace_id, 2)
            page = Page(url)
            levels = {record["level"] for record in dice.logs}
    name = target.split("?")[0]
    assert trace.outline() == [f"dice-roller SERVER GET {name}", "  dice-roller CLIENT GET"]
    assert trace.leaving_parent() == []
    assert trace.verdicts() == {
        ("dice-roller", "SERVER"): ("ERROR", "client_disconnected"),
        ("dice-roller", "CLIENT"): ("UNSET", None),
    }
    assert trace.root.exceptions == [] and levels == {"INFO"}, "nobody has failed"
    assert page.value("http_requests_total", handler=name, method="GET", status="4xx") == 1
    assert page.value("async_rolls_in_progress") == 0
    for nothing in ("dice_rolls_total", "async_rolls_total", "die_service_requests_total"):
        assert page.values(nothing) == {}, nothing


@pytest.mark.parametrize("stopped", ["dice-roller", "frontend"])
def test_one_of_three_processes_stops_in_the_middle(collector, stopped):
    environment = ENDLESS | {"DRAIN_TIMEOUT_SECONDS": "1"}
    with running_services(collector, environment) as stack, Connection(stack.frontend_url) as connection:
        connection.get("/roll-async?die=fair&times=10")
        trace_id = stack.roller.wait_for_logs("Async roll batch started")[0]["trace_id"]
        collector.spans(trace_id)  # the die-service has answered, so the rolls are under way
        process = stack.roller if stopped == "dice-roller" else stack.frontend
        process.signal(signal.SIGTERM)
        assert process.wait() == 0
        trace = collector.trace(trace_id, AROUND_ROLLS + 10)
    assert trace.outline() == outline(10) and trace.leaving_parent() == []
    assert all(roll.attributes["async.cancelled"] is True for roll in trace.rolls())
    told = trace.verdicts()
    assert told[stopped, "SERVER"] == ("ERROR", "server_shutdown")
    if stopped == "frontend":
        assert told["dice-roller", "SERVER"] == ("ERROR", "client_disconnected")
    else:
        assert told["frontend", "CLIENT"] == ("ERROR", "connection_reset")
        assert told["frontend", "SERVER"] == ("ERROR", "503")
