"""The log records of running services, as tests want to read them."""

KEYS = ["timestamp", "level", "message", "logger", "service"]
IN_SPAN = ["trace_id", "span_id", "trace_flags"]


def fields(record):
    """The event's own fields."""
    return {key: value for key, value in record.items() if key not in KEYS + IN_SPAN}


def records_of(stack, answer, *last):
    """Every record of the answer's trace in `dice all`, once the last one of each service is there: whose loop ends its
    iteration first is not said."""
    trace_id = answer.headers["traceresponse"].split("-")[1]
    for message in last:
        stack.frontend.wait_for_logs(message, trace_id=trace_id)
    return [record for record in stack.logs if record.get("trace_id") == trace_id]


def wait_for_start(stack):
    """Returns when every service of `dice all` has said that it runs: it may answer before that."""
    for service in stack.urls():
        stack.frontend.wait_for_logs("Service started", service=service)
