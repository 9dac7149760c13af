"""`dice all` with its own trace store, and a frontend without neighbours: what the tests of the page look at."""

import contextlib
import secrets
import time
import types

import httpx

from dice import Dice, FreePorts

NOBODY = "http://127.0.0.1:1"
MARKUP = "<img src=x onerror=\"document.title='run'\">"
NAMES = ("die-service", "dice-roller", "frontend", "trace-store")


@contextlib.contextmanager
def laboratory(**environment):
    """`dice all` with its own trace store, as a reader starts it, only with shorter delays."""
    ports = {name: FreePorts.take() for name in NAMES}
    flags = [part for name, port in ports.items() for part in (f"--{name}-port", port)]
    settings = {"OTEL_BSP_SCHEDULE_DELAY": "100", "ROLL_MAX_DELAY_MS": "300"} | environment
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    with contextlib.closing(Dice("all", *flags, environment=settings)) as dice:
        dice.wait_until_ready(urls["frontend"])
        yield types.SimpleNamespace(frontend_url=urls["frontend"], store_url=urls["trace-store"])


@contextlib.contextmanager
def lone_frontend(**environment):
    """A frontend whose neighbours are away, but for those that the environment names."""
    away = {
        "DIE_SERVICE_URL": NOBODY,
        "DICE_ROLLER_URL": NOBODY,
        "TRACE_QUERY_URL": NOBODY,
        "OTEL_TRACES_EXPORTER": "none",
    }
    port = FreePorts.take()
    with contextlib.closing(Dice("frontend", "--port", port, environment=away | environment)) as dice:
        dice.wait_until_ready(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"


def send(store_url, spans, trace_id=None, scope=None):
    """Sends spans of a made-up service to the store; gives their trace's id."""
    trace_id = trace_id or secrets.token_hex(16)
    start = time.time_ns()
    made = [
        {
            "traceId": trace_id,
            "spanId": f"{index + 1:016x}",
            "kind": 1,
            "startTimeUnixNano": str(start + index * 1000),
            "endTimeUnixNano": str(start + 10_000_000),
        }
        | ({"parentSpanId": f"{1:016x}"} if index else {})
        | span
        for index, span in enumerate(spans)
    ]
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": MARKUP}}]}
    body = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope or {}, "spans": made}]}]}
    httpx.post(f"{store_url}/v1/traces", json=body).raise_for_status()
    return trace_id
