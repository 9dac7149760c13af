"""The trace store as a backend: spans of OpenTelemetry's Python SDK come back whole, and searches find them."""

import secrets
import subprocess
import sys

import pytest
from openapi_spec_validator import validate
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.trace.v1 import trace_pb2
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

from trace_store import export_of, filled_store, trace_store


@pytest.fixture(scope="module")
def store():
    with trace_store() as store:
        yield store


def flat(trace):
    """The spans of a trace, each with its resource and scope, as comparable messages."""
    return sorted(
        (
            batch.resource.SerializeToString(deterministic=True),
            batch.schema_url,
            group.scope.SerializeToString(deterministic=True),
            span.SerializeToString(deterministic=True),
        )
        for batch in trace.resource_spans
        for group in batch.scope_spans
        for span in group.spans
    )


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip])
def test_spans_of_the_python_sdk_come_back_whole(store, compression):
    service = f"shop-{secrets.token_hex(4)}"
    remembered = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource.create({"service.name": service, "list": ["a", "b"]}))
    exporter = OTLPSpanExporter(f"{store.url}/v1/traces", compression=compression)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    provider.add_span_processor(SimpleSpanProcessor(remembered))
    tracer = provider.get_tracer("checkout", "2.1", "https://opentelemetry.io/schemas/1.37.0", {"scope": True})
    attributes = {"text": "ü<b>", "int": -7, "double": 0.25, "bool": False, "ints": [1, 2], "empty": ""}
    with tracer.start_as_current_span("POST /order", kind=SpanKind.SERVER, attributes=attributes) as root:
        with tracer.start_as_current_span("pay", kind=SpanKind.CLIENT, links=[Link(root.get_span_context())]) as pay:
            pay.add_event("retry", {"attempt": 2})
            pay.set_status(Status(StatusCode.ERROR, "card refused"))
        with provider.get_tracer("stock").start_as_current_span("reserve"):
            pass
    provider.shutdown()

    trace_id = format(root.get_span_context().trace_id, "032x")
    sent = flat(encode_spans(remembered.get_finished_spans()))
    assert len(sent) == 3
    assert flat(store.trace(trace_id)) == sent
    assert flat(store.trace_from_json(trace_id)) == sent

    assert store.found(tags=f"service.name={service}") == [trace_id]
    assert store.found(q=f'{{resource.service.name="{service}"}}', minDuration="1ns", maxDuration="30s") == [trace_id]
    assert store.found(q=f'{{resource.service.name="{service}"}}', minDuration="30s") == []
    assert store.found(q=f'{{resource.service.name="{service}" && status=error && name="pay"}}') == [trace_id]
    found = store.search(tags=f"service.name={service}")[0]
    assert (found["rootServiceName"], found["rootTraceName"]) == (service, "POST /order")
    assert found["serviceStats"] == {service: {"spanCount": 3, "errorCount": 1}}


def test_both_versions_of_the_path_answer_the_same_trace(store):
    trace_id, request = export_of(spans=30)
    store.keep(request)
    answer = store.client.get(f"/api/v2/traces/{trace_id}", headers={"accept": "application/protobuf"})
    # Tempo's TraceByIDResponse has the trace in field 1, and so has a TracesData its batches.
    wrapper = trace_pb2.TracesData.FromString(answer.content)
    assert len(wrapper.resource_spans) == 1
    inner = wrapper.resource_spans[0].SerializeToString()
    assert flat(trace_pb2.TracesData.FromString(inner)) == flat(store.trace(trace_id))
    one = store.client.get(f"/api/traces/{trace_id}").json()
    two = store.client.get(f"/api/v2/traces/{trace_id}").json()
    assert two["trace"]["resourceSpans"] == one["batches"]


@pytest.mark.parametrize("accept", [None, "*/*", "application/json"])
def test_json_unless_protobuf_is_asked_for(store, accept):
    trace_id, request = export_of()
    store.keep(request)
    answer = store.client.get(f"/api/traces/{trace_id}", headers={"accept": accept} if accept else {})
    assert answer.headers["content-type"] == "application/json"


def test_ids_are_read_as_tempo_reads_them(store):
    trace_id, request = export_of(trace_id=f"{0xABCDEF:032x}")
    store.keep(request)
    for written in ("abcdef", "ABCDEF", "00abcdef", trace_id):
        assert store.client.get(f"/api/traces/{written}").status_code == 200
    for wrong in ("xyz", "0" * 33, "0", "%20"):
        assert store.client.get(f"/api/traces/{wrong}").status_code == 400
    assert not store.knows(secrets.token_hex(16))


@pytest.fixture(scope="module")
def searched():
    with filled_store() as filled:
        yield filled


@pytest.mark.parametrize(
    ("parameters", "numbers"),
    [
        ({}, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ({"limit": 3}, [10, 9, 8]),
        ({"minDuration": "95ms"}, [10]),
        ({"maxDuration": "0.02s"}, [2, 1]),
        ({"minDuration": "30ms", "maxDuration": "50ms"}, [5, 4, 3]),
        ({"tags": "service.name=bakery"}, [10, 8, 6, 4, 2]),
        ({"tags": "service.name=bakery", "minDuration": "75ms"}, [10, 8]),
        ({"tags": 'colour="light blue" service.name=shop'}, [9, 7]),
        ({"tags": "error=true"}, [7]),
        ({"tags": "name=/10"}, [10]),
        ({"q": "{}"}, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ({"q": '{ resource.service.name = "shop" && .number > 4 }'}, [9, 7, 5]),
        ({"q": '{ name =~ "GET /(1|2)" }'.replace("(1|2)", "1|GET /2")}, [2, 1]),
        ({"q": '{ name =~ "GET /1.*" && kind = unspecified }'}, [10, 1]),
        ({"q": "{ status = error }"}, [7]),
        ({"q": "{ duration > 80ms }", "limit": 1}, [10]),
        ({"q": '{ .colour = "red" || status = error }'}, [7, 5, 4, 3, 2, 1]),
        ({"q": "{ .nowhere = 1 }"}, []),
        ({"start": 1, "end": 2}, []),
        ({"start": 1}, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
    ],
    ids=str,
)
def test_a_search_finds_the_newest_that_fit(searched, parameters, numbers):
    store, ids = searched
    assert store.found(**parameters) == [ids[number - 1] for number in numbers]


def test_a_search_shows_the_spans_that_match(searched):
    store, ids = searched
    found = store.search(q="{ .number = 4 }")[0]
    assert found["spanSets"][0]["matched"] == 1
    assert found["spanSets"][0]["spans"][0]["name"] == "GET /4 1"
    assert int(found["spanSets"][0]["spans"][0]["durationNanos"]) == 40_000_000
    assert found["durationMs"] == 40


@pytest.mark.parametrize(
    "parameters",
    [
        {"q": "{"},
        {"q": "{ name =~ `(a+)+$` }"},
        {"q": "{} | count() > 3"},
        {"q": "{ nonsense = 1 }"},
        {"q": "{ name ? 1 }"},
        {"limit": "many"},
        {"limit": 0},
        {"minDuration": "fast"},
        {"tags": "service.name"},
        {"start": "yesterday"},
    ],
    ids=str,
)
def test_a_search_that_cannot_be_read_is_refused_in_one_line_that_names_the_offence(searched, parameters):
    answer = searched[0].client.get("/api/search", params=parameters)
    assert answer.status_code == 400
    assert answer.text.count("\n") == 1
    ((name, value),) = parameters.items()
    offence = {"{": "ends", "{ name =~ `(a+)+$` }": "(a+)+$", "{} | count() > 3": "| count()", "{ name ? 1 }": "?"}.get(value, str(value))
    assert offence.strip("{} ").split()[0] in answer.text and (name == "q" or name in answer.text)


@pytest.mark.timeout(180)
def test_its_description_is_true(store):
    document = store.client.get("/openapi.json").json()
    validate(document)
    assert {"/v1/traces", "/api/search", "/api/traces/{id}", "/api/v2/traces/{id}", "/ready"} <= set(document["paths"])
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "schemathesis.cli",
            "run",
            f"{store.url}/openapi.json",
            # Schemas cannot say what is TraceQL, a duration or an export.
            "--exclude-checks=positive_data_acceptance",
            "--max-examples=20",
            "--seed=1",
            "--no-color",
        ],
        capture_output=True,
        text=True,
        timeout=170,
    )
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
    assert store.client.get("/ready").status_code == 200
