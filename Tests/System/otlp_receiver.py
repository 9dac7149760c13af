"""An OTLP/HTTP receiver for tests. It decodes with OpenTelemetry's own classes, never with the project's."""

import base64
import gzip
import json

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

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


def decode(received):
    """The ExportTraceServiceRequest of a request, from protobuf or OTLP's JSON, gzipped or not."""
    body = received.body
    if received.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    if received.headers.get("content-type") == PROTOBUF:
        return trace_service_pb2.ExportTraceServiceRequest.FromString(body)
    assert received.headers.get("content-type") == "application/json", received.headers
    request = trace_service_pb2.ExportTraceServiceRequest()
    return json_format.ParseDict(_hexadecimal_to_base64(json.loads(body)), request)


def _hexadecimal_to_base64(value, key=None):
    # OTLP writes ids in hexadecimal, where protobuf's own JSON mapping has base64.
    if isinstance(value, dict):
        return {name: _hexadecimal_to_base64(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_hexadecimal_to_base64(item) for item in value]
    if key in ("traceId", "spanId", "parentSpanId"):
        return base64.b64encode(bytes.fromhex(value)).decode()
    return value


class Collector(ScriptedServer):
    """Keeps the spans of every export that it answered with 200."""

    def __init__(self, port=0):
        super().__init__(default=None, port=port)
        self.faults = []
        self._spans = []

    def decide(self, received):
        reply = super().decide(received)
        try:
            spans = spans_of(decode(received))
        except Exception as fault:  # whatever is wrong with it, the test wants to see it
            self.faults.append(f"{received.method} {received.path}: {fault!r}")
            return Reply(400)
        if reply is None:
            reply = accepted(received.headers["content-type"])
        if isinstance(reply, Reply) and reply.status == 200:
            with self.changed:
                self._spans.extend(spans)
                self.changed.notify_all()
        return reply

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
