"""A running trace store and what tests do with it: send exports, read traces, search, look at its memory."""

import contextlib
import json
import secrets
import time

import httpx
from google.protobuf import json_format
from google.rpc import status_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from dice import Dice, FreePorts, memory_of
from otlp_receiver import PROTOBUF, hexadecimal_to_base64

JSON = "application/json"
ExportRequest = trace_service_pb2.ExportTraceServiceRequest
ExportResponse = trace_service_pb2.ExportTraceServiceResponse


@contextlib.contextmanager
def trace_store(*arguments, environment=None):
    """`dice trace-store` on a free port, until the end of the block."""
    port = FreePorts.take()
    with contextlib.closing(Dice("trace-store", "--port", port, *arguments, environment=environment)) as dice:
        store = TraceStore(dice.process.pid, f"http://127.0.0.1:{port}")
        dice.wait_until_ready(store.url)
        with contextlib.closing(store.client):
            yield store


class TraceStore:
    """The store at a URL."""

    def __init__(self, pid, url):
        self.pid = pid
        self.url = url
        self.client = httpx.Client(base_url=url, timeout=30)

    def export(self, content, content_type=PROTOBUF, **headers):
        """Posts an export; the answer, whatever it is."""
        fields = {"content-type": content_type} | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post("/v1/traces", content=content, headers={k: v for k, v in fields.items() if v})

    def keep(self, request):
        """Posts an ExportTraceServiceRequest, all of which must be taken."""
        answer = self.export(request.SerializeToString())
        assert (answer.status_code, answer.content) == (200, b"")

    def trace(self, trace_id):
        """The trace as protobuf messages."""
        answer = self.client.get(f"/api/traces/{trace_id}", headers={"accept": "application/protobuf"})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/protobuf")
        return trace_pb2.TracesData.FromString(answer.content)

    def trace_from_json(self, trace_id):
        """The same, from the JSON."""
        answer = self.client.get(f"/api/traces/{trace_id}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, JSON)
        batches = hexadecimal_to_base64(answer.json()["batches"])
        return json_format.ParseDict({"resourceSpans": batches}, trace_pb2.TracesData())

    def knows(self, trace_id):
        """Whether the trace is there."""
        status = self.client.get(f"/api/traces/{trace_id}").status_code
        assert status in (200, 404)
        return status == 200

    def search(self, **parameters):
        """The traces that a search finds, newest first."""
        answer = self.client.get("/api/search", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()["traces"]

    def found(self, **parameters):
        """Their ids."""
        return [trace["traceID"] for trace in self.search(**parameters)]

    def memory(self, field="VmRSS"):
        """Resident memory in MiB: now, or with `VmHWM` at its highest."""
        return memory_of(self.pid, field)


def export_of(spans=1, service="shop", name="work", milliseconds=1, trace_id=None, **fields):
    """An export of one trace: its id and the request. `fields` are set in every span."""
    trace_id = trace_id or secrets.token_hex(16)
    request = ExportRequest()
    batch = request.resource_spans.add()
    resource = batch.resource.attributes.add(key="service.name")
    resource.value.string_value = service
    scope = batch.scope_spans.add()
    start = time.time_ns()
    for index in range(spans):
        scope.spans.add(
            trace_id=bytes.fromhex(trace_id),
            span_id=(index + 1).to_bytes(8, "big"),
            parent_span_id=b"" if index == 0 else (1).to_bytes(8, "big"),
            name=name if index == 0 else f"{name} {index}",
            start_time_unix_nano=start,
            end_time_unix_nano=start + milliseconds * 1_000_000,
            **fields,
        )
    return trace_id, request


def json_export(**span):
    """An export in JSON of one span with these fields."""
    fields = {"traceId": "0" * 31 + "1", "spanId": "0" * 15 + "1", "name": "work"} | span
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [fields]}]}]}).encode()


@contextlib.contextmanager
def filled_store():
    """A store with ten traces of 10, 20, … 100 ms, the even ones of another service, and their ids."""
    with trace_store() as store:
        ids = []
        for number in range(1, 11):
            service = "bakery" if number % 2 == 0 else "shop"
            trace_id, request = export_of(2, service, f"GET /{number}", milliseconds=10 * number)
            span = request.resource_spans[0].scope_spans[0].spans[1]
            span.attributes.add(key="number").value.int_value = number
            span.attributes.add(key="colour").value.string_value = "Light Blue" if number > 5 else "red"
            if number == 7:
                span.status.code = trace_pb2.Status.STATUS_CODE_ERROR
            store.keep(request)
            ids.append(trace_id)
        yield store, ids


def status_of(answer):
    """The google.rpc.Status that every refusal has, in the encoding of the request (OTLP/HTTP, "Failures")."""
    if answer.headers["content-type"] == PROTOBUF:
        return status_pb2.Status.FromString(answer.content)
    assert answer.headers["content-type"] == JSON
    return json_format.Parse(answer.content, status_pb2.Status())


GOOD = export_of()[1].SerializeToString()
