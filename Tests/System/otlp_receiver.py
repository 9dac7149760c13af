"""An OTLP/HTTP receiver for tests. It decodes with OpenTelemetry's own classes, never with the project's."""

import base64
import gzip
import json

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

from log_records import records_of
from scripted_server import Reply, ScriptedServer
from traces import Trace, spans_of

PROTOBUF = "application/x-protobuf"


def accepted(content_type=PROTOBUF, rejected=0, message=""):
    """The answer of a receiver that took the spans, or but for `rejected` of them."""
    response = trace_service_pb2.ExportTraceServiceResponse()
    if rejected or message:
        response.partial_success.rejected_spans = rejected
        response.partial_success.error_message = message
    if content_type == PROTOBUF:
        return Reply(200, response.SerializeToString(), {"Content-Type": PROTOBUF})
    return Reply(200, json_format.MessageToJson(response).encode(), {"Content-Type": content_type})


def decode(received, message=trace_service_pb2.ExportTraceServiceRequest):
    """The message of a request, from protobuf or OTLP's JSON, gzipped or not."""
    body = received.body
    if received.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    if received.headers.get("content-type") == PROTOBUF:
        return message.FromString(body)
    assert received.headers.get("content-type") == "application/json", received.headers
    return json_format.ParseDict(hexadecimal_to_base64(json.loads(body)), message())


def hexadecimal_to_base64(value, key=None):
    """OTLP's JSON as protobuf's own: the one writes ids in hexadecimal, the other in base64."""
    if isinstance(value, dict):
        return {name: hexadecimal_to_base64(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [hexadecimal_to_base64(item) for item in value]
    if key in ("traceId", "spanId", "parentSpanId"):
        return base64.b64encode(bytes.fromhex(value)).decode()
    return value


class Collector(ScriptedServer):
    """Keeps the spans and log records of every export that it answered with 200."""

    def __init__(self, port=0):
        super().__init__(default=None, port=port)
        self.faults = []
        self._spans = []
        self._records = []

    def decide(self, received):
        reply = super().decide(received)
        try:
            if received.path.endswith("/v1/logs"):
                kept, items = self._records, records_of(decode(received, logs_service_pb2.ExportLogsServiceRequest))
            else:
                kept, items = self._spans, spans_of(decode(received))
        except Exception as fault:  # whatever is wrong with it, the test wants to see it
            self.faults.append(f"{received.method} {received.path}: {fault!r}")
            return Reply(400)
        if reply is None:
            reply = accepted(received.headers["content-type"])
        if isinstance(reply, Reply) and reply.status == 200:
            with self.changed:
                kept.extend(items)
                self.changed.notify_all()
        return reply

    def records(self, predicate, count=1, timeout=10):
        """The first `count` log records that fulfil the predicate, once they are there."""

        def found():
            return [record for record in self._records if predicate(record)]

        with self.changed:
            self.changed.wait_for(lambda: len(found()) >= count, timeout)
            assert len(found()) >= count, f"{len(found())} of {count} records within {timeout} s {self.faults}"
            return found()

    def wait_until(self, holds, timeout=10):
        """Returns when the condition on what was received holds."""
        with self.changed:
            assert self.changed.wait_for(holds, timeout), f"not within {timeout} s {self.faults}"

    def spans(self, trace_id=None, count=1, timeout=10):
        """The spans (of one trace), once there are at least `count`."""

        def found():
            return [span for span in self._spans if trace_id in (None, span.trace_id)]

        with self.changed:
            if not self.changed.wait_for(lambda: len(found()) >= count, timeout):
                names = [(span.service, span.kind, span.name) for span in found()]
                raise AssertionError(f"{len(names)} spans instead of {count} within {timeout} s: {names} {self.faults}")
            return found()

    def received(self, trace_id):
        """The spans of a trace that are here now, without waiting."""
        with self.changed:
            return [span for span in self._spans if span.trace_id == trace_id]

    def trace(self, trace_id, count, timeout=10):
        """The trace, once it has at least `count` spans; more than that is a fault."""
        spans = self.spans(trace_id, count, timeout)
        assert len(spans) == count, [(span.service, span.kind, span.name) for span in spans]
        return Trace(spans)
