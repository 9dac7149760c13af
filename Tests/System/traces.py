"""Spans as tests want to read them, made from OpenTelemetry's protobuf messages."""

import dataclasses

from opentelemetry.proto.trace.v1 import trace_pb2

# A parent in another service learns of the end of its child by a message, so it may close a little earlier.
BETWEEN_SERVICES = 250_000_000


@dataclasses.dataclass(frozen=True)
class Event:
    """A span's event."""

    name: str
    time: int
    attributes: dict


@dataclasses.dataclass(frozen=True)
class Span:
    """A span; times in nanoseconds since 1970, ids in lower-case hexadecimal, kind and status by name.

    `dropped` is how many attributes found no room.
    """

    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    start: int
    end: int
    attributes: dict
    events: tuple
    status: str
    status_message: str
    flags: int
    trace_state: str
    resource: dict
    scope: str
    dropped: int

    @property
    def duration(self):
        """In nanoseconds."""
        return self.end - self.start

    @property
    def exceptions(self):
        """Type and message of each that the span recorded."""
        return [
            (event.attributes["exception.type"], event.attributes["exception.message"])
            for event in self.events
            if event.name == "exception"
        ]


def plain(value):
    """The Python value of an OTLP AnyValue."""
    kind = value.WhichOneof("value")
    match kind:
        case None:
            return None
        case "array_value":
            return [plain(item) for item in value.array_value.values]
        case "kvlist_value":
            return plain_attributes(value.kvlist_value.values)
        case _:
            return getattr(value, kind)


def plain_attributes(pairs):
    """The attributes as a dictionary; a key that comes twice is a fault of the sender."""
    attributes = {pair.key: plain(pair.value) for pair in pairs}
    assert len(attributes) == len(pairs), f"an attribute key comes twice: {[pair.key for pair in pairs]}"
    return attributes


def spans_of(request):
    """All spans of an ExportTraceServiceRequest."""
    return [
        _span(span, plain_attributes(group.resource.attributes), scope.scope.name)
        for group in request.resource_spans
        for scope in group.scope_spans
        for span in scope.spans
    ]


def _span(span, resource, scope):
    return Span(
        service=resource.get("service.name"),
        name=span.name,
        kind=trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        start=span.start_time_unix_nano,
        end=span.end_time_unix_nano,
        attributes=plain_attributes(span.attributes),
        events=tuple(Event(e.name, e.time_unix_nano, plain_attributes(e.attributes)) for e in span.events),
        status=trace_pb2.Status.StatusCode.Name(span.status.code).removeprefix("STATUS_CODE_"),
        status_message=span.status.message,
        flags=span.flags,
        trace_state=span.trace_state,
        resource=resource,
        scope=scope,
        dropped=span.dropped_attributes_count,
    )


class Trace:
    """The spans of one trace as a tree."""

    def __init__(self, spans):
        self.spans = list(spans)
        self._by_id = {span.span_id: span for span in self.spans}
        assert len(self._by_id) == len(self.spans), "a span id comes twice"

    def parent(self, span):
        """The parent, or None where it is not part of the trace."""
        return self._by_id.get(span.parent_id)

    @property
    def root(self):
        """The one span whose parent is not part of the trace."""
        roots = [span for span in self.spans if self.parent(span) is None]
        assert len(roots) == 1, f"{len(roots)} roots: {[(span.service, span.name) for span in roots]}"
        return roots[0]

    def children(self, span):
        """By name, so that the order does not depend on the clock."""
        return sorted((child for child in self.spans if child.parent_id == span.span_id), key=lambda child: child.name)

    def named(self, name, service=None, kind=None):
        """All spans of that name, by start."""
        found = [
            span
            for span in self.spans
            if span.name == name and service in (None, span.service) and kind in (None, span.kind)
        ]
        return sorted(found, key=lambda span: span.start)

    def one(self, name, service=None, kind=None):
        """The only span of that name."""
        found = self.named(name, service, kind)
        assert len(found) == 1, f"{len(found)} spans {name} of {service}"
        return found[0]

    def rolls(self):
        """The spans of the single rolls of a batch, by index."""
        rolls = [span for span in self.spans if span.name.startswith("async_roll_") and span.name != "async_roll_batch"]
        return sorted(rolls, key=lambda span: span.attributes["async.roll_index"])

    def outline(self):
        """The tree as indented lines `service KIND name`."""
        lines = []

        def add(span, depth):
            lines.append(f"{'  ' * depth}{span.service} {span.kind} {span.name}")
            for child in self.children(span):
                add(child, depth + 1)

        add(self.root, 0)
        return lines

    def verdicts(self):
        """Status and error.type of each span that crosses a process, by service and kind."""
        return {
            (span.service, span.kind): (span.status, span.attributes.get("error.type"))
            for span in self.spans
            if span.kind != "INTERNAL"
        }

    def leaving_parent(self):
        """Spans that start before or end after their parent, each with the two names."""
        wrong = []
        for span in self.spans:
            parent = self.parent(span)
            if parent is None:
                continue
            slack = 0 if parent.service == span.service else BETWEEN_SERVICES
            if span.start < parent.start - slack or span.end > parent.end + slack:
                wrong.append((span.name, parent.name, parent.start - span.start, span.end - parent.end))
        return wrong


def overlap_instant(spans):
    """A time at which all the spans are open, or None."""
    latest_start = max(span.start for span in spans)
    return latest_start if latest_start < min(span.end for span in spans) else None


def most_open(spans):
    """How many of the spans are open at the fullest instant."""
    changes = sorted([(span.end, -1) for span in spans] + [(span.start, 1) for span in spans])
    open_now = most = 0
    for _, change in changes:
        open_now += change
        most = max(most, open_now)
    return most
