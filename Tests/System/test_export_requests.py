"""What the OTLP exporter sends, and where to, as the environment has it."""

import gzip
import json

import httpx
import pytest

from exporting import exporting
from otlp_receiver import PROTOBUF, decode
from traces import spans_of


def test_exports_share_a_connection(collector):
    with exporting(collector) as service:
        for count in range(1, 6):
            collector.spans(service.span())
            service.exports(count)
    assert collector.connections == 1


def test_batches_are_as_large_as_is_said(collector):
    environment = {"OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "10", "OTEL_BSP_SCHEDULE_DELAY": "3600000"}
    with exporting(collector, **environment) as service:
        for _ in range(35):
            service.span()
        collector.spans(count=30)
    sizes = [len(spans_of(decode(request))) for request in collector.requests]
    assert (sum(sizes), max(sizes)) == (35, 10), sizes
    assert len(sizes) <= 5, "full batches at once, the rest at the end"


@pytest.mark.parametrize(
    "variable, value, holds",
    [
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "3", lambda span: len(span.attributes) == 3 and span.dropped > 5),
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "4", lambda span: len(span.attributes) == 4 and span.dropped > 4),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "2", lambda span: span.attributes["url.path"] == "/d"),
        ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "3", lambda span: span.attributes["url.path"] == "/di"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many", lambda span: len(span.attributes) > 8 and span.dropped == 0),
    ],
)
def test_limits_of_spans(collector, variable, value, holds):
    with exporting(collector, **{variable: value}) as service:
        service.span()
        (span,) = collector.spans()
    assert holds(span), span


def test_the_request_as_it_is_sent(collector):
    with exporting(collector) as service:
        collector.spans(service.span())
        request = service.exports(1)[0]
    assert (request.method, request.path) == ("POST", "/v1/traces")
    assert request.headers["content-type"] == PROTOBUF
    assert request.headers["user-agent"].startswith("OTel-OTLP-Exporter-Swift/")
    assert "content-encoding" not in request.headers and "traceparent" not in request.headers


def test_its_own_requests_are_not_traced(collector):
    with exporting(collector) as service:
        for count in range(1, 4):
            collector.spans(service.span())
            service.exports(count)
    assert {(span.kind, span.name) for span in collector.spans()} == {("SERVER", "GET /dice")}
    assert len(collector.spans()) == 3


def test_json_carries_the_same_spans(collector):
    with exporting(collector, OTEL_EXPORTER_OTLP_PROTOCOL="http/json") as service:
        trace_id = service.span()
        span = collector.spans(trace_id)[0]
        request = service.exports(1)[0]
    assert (span.name, span.kind, span.service) == ("GET /dice", "SERVER", "die-service")
    assert span.attributes["die.count"] == 3
    assert request.headers["content-type"] == "application/json"
    written = json.loads(request.body)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    assert written["traceId"] == trace_id
    assert written["kind"] == 2
    assert type(written["startTimeUnixNano"]) is str
    integers = [item["value"]["intValue"] for item in written["attributes"] if "intValue" in item["value"]]
    assert integers and all(type(number) is str for number in integers)


@pytest.mark.parametrize("variable", ["OTEL_EXPORTER_OTLP_COMPRESSION", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION"])
def test_gzip(collector, variable):
    with exporting(collector, **{variable: "gzip"}) as service:
        collector.spans(service.span())
        request = service.exports(1)[0]
    assert request.headers["content-encoding"] == "gzip"
    assert gzip.decompress(request.body)


def test_headers_from_the_environment(collector):
    environment = {
        "OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20b,x-both=general",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "x-key=c%2Cd",
    }
    with exporting(collector, **environment) as service:
        collector.spans(service.span())
        headers = service.exports(1)[0].headers
    assert headers["x-key"] == "c,d"


@pytest.mark.parametrize(
    "variable, suffix, path",
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "/", "/v1/traces"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "/base", "/base/v1/traces"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "/base/", "/base/v1/traces"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "/as/is", "/as/is"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "", "/"),
    ],
)
def test_where_it_is_sent(collector, variable, suffix, path):
    with exporting(collector, **{variable: collector.url + suffix}) as service:
        collector.spans(service.span())
        assert service.exports(1)[0].path == path


@pytest.mark.parametrize(
    "environment",
    [
        {"OTEL_SDK_DISABLED": "TRUE"},
        {"OTEL_TRACES_EXPORTER": "none"},
        {"OTEL_TRACES_SAMPLER": "always_off"},
        {"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0"},
    ],
    ids=str,
)
def test_switched_off(collector, environment):
    with exporting(collector, **environment) as service:
        assert httpx.get(f"{service.url}/dice").status_code == 200
    assert collector.requests == []


def test_the_console_prints_a_line_per_span(collector):
    with exporting(collector, OTEL_TRACES_EXPORTER="console") as service:
        trace_id = httpx.get(f"{service.url}/dice").headers["traceresponse"].split("-")[1]
    printed = service.process.stdout.all + service.process.stderr.all
    assert any(trace_id in line and "GET /dice" in line for line in printed)
    assert collector.requests == []
