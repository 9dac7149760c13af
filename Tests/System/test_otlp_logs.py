"""Log records over OTLP: what stands on stdout arrives at the receiver, too, by the same rules as spans."""

import contextlib
import datetime

import pytest

from conftest import running_all, running_service
from dice import Dice
from metrics_page import Page
from otlp_receiver import PROTOBUF, Collector
from scripted_server import Reply

EXPORTED = {"OTEL_LOGS_EXPORTER": "otlp", "OTEL_BLRP_SCHEDULE_DELAY": "100"}
COMMON = {"timestamp", "level", "message", "logger", "service", "trace_id", "span_id", "trace_flags"}


def logs_requests(collector):
    """The requests that carried log records."""
    return [request for request in list(collector.requests) if request.path == "/v1/logs"]


@pytest.mark.parametrize("protocol", ["http/protobuf", "http/json"])
def test_each_line_is_a_record_with_the_same_content(collector, client, broken_dice, protocol):
    environment = EXPORTED | {
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "ROLL_MAX_DELAY_MS": "0",
        "DIE_SPECIFICATIONS": broken_dice,
    }
    with running_all(collector, environment=environment) as stack:
        answers = [
            client.get(f"{stack.frontend_url}{target}")
            for target in ("/roll-async?die=fair&times=3", "/roll?die=broken", "/roll?die=nope")
        ]
        trace_ids = {answer.headers["traceresponse"].split("-")[1] for answer in answers}
    lines = [line for line in stack.logs if line.get("trace_id") in trace_ids]
    records = collector.records(lambda record: record.trace_id in trace_ids, len(lines))
    assert len(records) == len(lines) > 20

    def of_line(line):
        fields = {key: value for key, value in line.items() if key not in COMMON}
        since = datetime.datetime.fromisoformat(line["timestamp"]) - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
        microseconds = since // datetime.timedelta(microseconds=1)
        ids = line["trace_id"], line["span_id"], int(line["trace_flags"], 16)
        return (line["service"], line["logger"], microseconds * 1000, line["level"], line["message"], ids, fields)

    def of_record(record):
        level = {"WARN": "WARNING"}.get(record.severity, record.severity)
        ids = record.trace_id, record.span_id, record.flags
        return (record.service, record.logger, record.time, level, record.message, ids, record.attributes)

    in_order = {"key": lambda event: (event[2], event[0], event[4], str(event[6]))}
    assert sorted(map(of_record, records), **in_order) == sorted(map(of_line, lines), **in_order)


def test_the_last_line_of_a_service_arrives(collector):
    with running_service("die-service", collector, environment=EXPORTED) as (_, url):
        collector.records(lambda record: record.message == "Die specifications loaded")
    stopped = collector.records(lambda record: record.message == "Service stopped")
    assert [(record.service, record.trace_id) for record in stopped] == [("die-service", "")]


def test_a_passing_fault_is_tried_again_and_each_record_arrives_once(collector, client):
    environment = EXPORTED | {"OTEL_TRACES_EXPORTER": "none"}
    collector.answer(Reply(503), Reply(429, headers={"Retry-After": "1"}))
    with running_service("die-service", collector, environment=environment) as (_, url):
        trace_id = client.get(f"{url}/dice").headers["traceresponse"].split("-")[1]
        collector.records(lambda record: record.trace_id == trace_id)
    assert len(collector.records(lambda record: record.trace_id == trace_id)) == 1
    first, second, third = logs_requests(collector)[:3]
    assert first.body == second.body == third.body
    assert first.headers["content-type"] == PROTOBUF and "traceparent" not in first.headers


def test_an_outage_is_said_on_stdout_alone_and_counted(client):
    away = Collector()
    away.close()
    environment = EXPORTED | {
        "OTEL_TRACES_EXPORTER": "none",
        "OTEL_BLRP_MAX_QUEUE_SIZE": "10",
        "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE": "5",
    }
    with running_service("die-service", away, environment=environment) as (process, url):
        for _ in range(40):
            client.get(f"{url}/dice")
        said = process.wait_for_logs("Export fails")
        assert Page(url).value("otel_exporter_logs_dropped_total") >= 20
        with contextlib.closing(Collector(away.port)) as collector:
            process.wait_for_logs("Export works again")
            lost = Page(url).value("otel_exporter_logs_dropped_total")
            received = collector.records(lambda record: record.message == "Die list requested")
    assert said[0]["url"] == f"{away.url}/v1/logs"
    assert len([line for line in process.logs if line["message"] == "Export fails"]) == 1
    assert lost < 40 and 5 <= len(received) <= 20
    assert collector.faults == []


@pytest.mark.parametrize(
    "environment",
    [{}, {"OTEL_LOGS_EXPORTER": "none"}, {"OTEL_LOGS_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "true"}],
    ids=str,
)
def test_only_where_it_is_asked_for(collector, client, environment):
    with running_service("die-service", collector, environment=environment) as (_, url):
        client.get(f"{url}/dice")
    assert logs_requests(collector) == []


@pytest.mark.parametrize("own", [False, True])
def test_logs_follow_the_spans_to_another_port_of_the_store(collector, own):
    """Where somebody else has that port, both go there; the logs' own variable wins."""
    services = ("die-service", "dice-roller", "frontend")
    flags = [part for name in services for part in (f"--{name}-port", 0)]
    port = 0 if own else collector.port
    named = {"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": f"{collector.url}/v1/logs"} if own else {}
    with contextlib.closing(Dice("all", *flags, "--trace-store-port", port, environment=EXPORTED | named)):
        collector.records(lambda record: record.message == "Service started", count=3)
