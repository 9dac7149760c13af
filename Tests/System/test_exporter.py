"""The OTLP exporter before a receiver that behaves in every way the specification knows."""

import contextlib
import email.utils
import itertools
import json
import time

import httpx
import pytest

from dice import memory_of
from exporting import exporting
from otlp_receiver import PROTOBUF, Collector, accepted
from raw_http import Connection
from scripted_server import Fault, Reply


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_passing_fault_is_tried_again(collector, status):
    collector.answer(Reply(status))
    with exporting(collector) as service:
        trace_id = service.span()
        assert len(collector.spans(trace_id)) == 1
        first, second = service.exports(2)
    assert first.body == second.body


def test_a_cut_connection_is_tried_again(collector):
    collector.answer(Fault.CUT)
    with exporting(collector) as service:
        trace_id = service.span()
        assert len(collector.spans(trace_id)) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 415, 500, 501])
def test_a_lasting_fault_drops_the_batch(collector, status):
    collector.answer(Reply(status))
    with exporting(collector) as service:
        lost = service.span()
        service.exports(1)
        later = service.span()
        collector.spans(later)
        assert len(service.exports(2)) == len(collector.requests)
    assert collector.received(lost) == []


def test_retry_after_in_seconds(collector):
    collector.answer(Reply(429, headers={"Retry-After": "1"}))
    with exporting(collector) as service:
        collector.spans(service.span())
        first, second = service.exports(2)
    assert 0.95 < second.at - first.at < 3


def test_retry_after_as_a_date(collector):
    collector.answer(Reply(503, headers={"Retry-After": email.utils.formatdate(time.time() + 3, usegmt=True)}))
    with exporting(collector) as service:
        collector.spans(service.span())
        first, second = service.exports(2)
    assert 1.5 < second.at - first.at < 5


def test_without_retry_after_it_waits_longer_each_time(collector):
    collector.answer(*[Reply(503)] * 3)
    with exporting(collector) as service:
        collector.spans(service.span(), timeout=20)
        times = [request.at for request in service.exports(4)]
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    assert min(gaps) > 0.05 and max(gaps) < 10


def test_a_partial_success_is_not_repeated(collector):
    collector.answer(accepted(rejected=1, message="one too many"))
    with exporting(collector) as service:
        first = service.span()
        collector.spans(first)
        collector.spans(service.span())
        assert len(collector.received(first)) == 1
        assert len(collector.requests) == 2
        warning = service.process.stdout.wait_for(lambda line: "one too many" in line)[0]
    assert json.loads(warning)["level"] == "WARNING"


def test_a_receiver_that_hangs_does_not_hold_the_service(collector):
    collector.answer(Fault.HANG)
    with exporting(collector, OTEL_EXPORTER_OTLP_TIMEOUT="500", OTEL_BSP_EXPORT_TIMEOUT="1000") as service:
        lost = service.span()
        service.exports(1)
        collector.spans(service.span())
        service.wait_for_counts(lambda counts: (counts["failed_total"], counts["exported_total"]) == (1, 1))
    assert collector.received(lost) == [], "what made it hang is not sent again"


def test_a_receiver_that_comes_late_gets_everything():
    late = Collector()
    late.close()
    with exporting(late, OTEL_EXPORTER_OTLP_TIMEOUT="1000") as service:
        traces = {service.span() for _ in range(50)}
        # Exports have been given up meanwhile, and their spans put back.
        service.wait_for_counts(lambda counts: counts["retries_total"] >= 8)
        with contextlib.closing(Collector(late.port)) as collector:
            spans = collector.spans(count=50, timeout=20)
            assert {span.trace_id for span in spans} == traces and len(spans) == 50


def test_one_line_per_outage_and_one_at_recovery(collector):
    collector.answer(*[Reply(500)] * 4)
    with exporting(collector) as service:
        start = len(service.process.logs)
        for count in range(1, 5):
            service.span()
            service.exports(count)
        collector.spans(service.span())
        collector.spans(service.span())
    said = [
        record for record in service.process.logs[start:] if "trace_id" not in record and "xport" in record["message"]
    ]
    assert [record["level"] in ("WARNING", "ERROR") for record in said] == [True, False], said


@pytest.mark.parametrize(
    "url, reason",
    [
        ("http://127.0.0.1:1", "connection refused by 127.0.0.1:1"),
        ("http://nowhere.invalid:4318", "the name nowhere.invalid could not be resolved"),
        ("http://224.0.0.1:4318", "no connection to 224.0.0.1:4318: host unreachable"),
    ],
)
def test_an_outage_tells_its_reason(collector, url, reason):
    with exporting(collector, OTEL_EXPORTER_OTLP_ENDPOINT=url) as service:
        service.span()
        line = service.process.stdout.wait_for(lambda line: "Export fails" in line)[0]
    assert json.loads(line)["reason"] == reason


def test_a_full_queue_drops_and_counts(collector):
    collector.default = Fault.HANG
    environment = {
        "OTEL_BSP_MAX_QUEUE_SIZE": "10",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "5",
        "OTEL_BSP_EXPORT_TIMEOUT": "1000",
    }
    with exporting(collector, **environment) as service:
        for _ in range(40):
            service.span()
        assert 20 <= service.counts()["dropped_total"] <= 35


def test_100_000_spans_through_an_outage():
    """Memory is flat while the receiver is away; afterwards it gets all that the queue held, and the rest is counted."""
    away = Collector()
    away.close()

    def resident():
        """The resident memory of the service in MiB."""
        return memory_of(service.process.process.pid)

    def spans(count):
        """Makes as many spans, by pipelined requests."""
        request = b"GET /dice HTTP/1.1\r\nHost: {host}\r\n\r\n"
        assert connection.pipeline(itertools.repeat(request, count)) == {200: count}

    def delivered():
        """The spans that have arrived; an export whose answer comes too late is repeated, so some may come twice."""
        return {span.span_id for span in collector.spans(count=0)}

    environment = {"LOG_LEVEL": "ERROR", "OTEL_EXPORTER_OTLP_TIMEOUT": "1000"}
    with exporting(away, **environment) as service, Connection(service.url) as connection:
        spans(20_000)  # the queue is full ten times over, and every buffer has its size
        before = resident()
        spans(80_000)
        assert resident() - before < 4
        dropped = service.counts()["dropped_total"]
        kept = 100_000 - dropped
        assert 2048 <= kept <= 2048 + 512, "what waits is what the queue holds, and a batch on its way"
        with contextlib.closing(Collector(away.port)) as collector:
            collector.wait_until(lambda: len(delivered()) >= kept, timeout=20)
            collector.spans(service.span())
    assert len(delivered()) == kept + 1 and collector.faults == []


def test_the_exporter_tells_what_became_of_its_spans(collector):
    collector.answer(Reply(503), Reply(200), Reply(400), accepted(rejected=1))
    with exporting(collector) as service:
        for count in (2, 3, 4, 5):  # tried again and delivered, refused, rejected, delivered
            service.span()
            service.exports(count)
            service.wait_for_counts(lambda counts: counts["exported_total"] + counts["failed_total"] == count - 1)
        assert service.counts() == {
            "queued": 0,
            "exported_total": 2,
            "dropped_total": 0,
            "failed_total": 2,
            "retries_total": 1,
            "last_success_timestamp_seconds": pytest.approx(time.time(), abs=30),
        }


def test_what_waits_is_told_while_it_waits(collector):
    collector.default = Fault.HANG
    with exporting(collector, OTEL_BSP_MAX_EXPORT_BATCH_SIZE="2", OTEL_BSP_SCHEDULE_DELAY="3600000") as service:
        service.span()
        assert service.counts()["queued"] == 1
        service.span()
        service.exports(1)
        service.span()
        assert service.counts()["queued"] == 3, "the batch on its way is among them"
        assert httpx.get(f"{service.url}/readyz?verbose").json()["exporter"]["queued"] == 3


def test_an_answer_that_is_too_large_is_not_read_to_its_end(collector):
    collector.answer(Reply(200, b"x" * (5 << 20), {"Content-Type": PROTOBUF}))
    with exporting(collector) as service:
        service.span()
        service.wait_for_counts(lambda counts: counts["failed_total"] == 1)
        collector.spans(service.span())
    assert len(collector.requests) == 2, "it is no reason to try again"


def test_a_200_from_whoever_stands_in_the_receivers_place_delivers_nothing(collector):
    collector.answer(*[Reply(200, b"<html>Please log in", {"Content-Type": "text/html"})] * 2)
    with exporting(collector) as service:
        for count in (1, 2):
            service.span()
            service.wait_for_counts(lambda counts: counts["failed_total"] == count)
        assert service.counts()["exported_total"] == 0
        service.span()
        service.wait_for_counts(lambda counts: counts["exported_total"] == 1)
    said = [record["message"] for record in service.process.logs if "xport" in record["message"]]
    assert said == ["Export fails", "Export works again"]
