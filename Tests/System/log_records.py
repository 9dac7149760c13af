"""Log records as tests want to read them, made from OpenTelemetry's protobuf messages."""

import dataclasses

from opentelemetry.proto.logs.v1 import logs_pb2

from traces import plain, plain_attributes


@dataclasses.dataclass(frozen=True)
class LogRecord:
    """A log record; time in nanoseconds since 1970, ids in lower-case hexadecimal, severity by name."""

    service: str
    logger: str
    time: int
    observed: int
    severity: str
    severity_text: str
    message: str
    attributes: dict
    trace_id: str
    span_id: str
    flags: int


def records_of(request):
    """All records of an ExportLogsServiceRequest."""
    return [
        _record(record, plain_attributes(group.resource.attributes), scope.scope.name)
        for group in request.resource_logs
        for scope in group.scope_logs
        for record in scope.log_records
    ]


def _record(record, resource, logger):
    return LogRecord(
        service=resource.get("service.name"),
        logger=logger,
        time=record.time_unix_nano,
        observed=record.observed_time_unix_nano,
        severity=logs_pb2.SeverityNumber.Name(record.severity_number).removeprefix("SEVERITY_NUMBER_"),
        severity_text=record.severity_text,
        message=plain(record.body),
        attributes=plain_attributes(record.attributes),
        trace_id=record.trace_id.hex(),
        span_id=record.span_id.hex(),
        flags=record.flags,
    )
