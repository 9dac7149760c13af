"""The dice services as the Python original makes them: FastAPI with OpenTelemetry's and Prometheus' own instrumentation.

As there, a roll asks the die service first, each roll of a batch is a span, and each event a JSON log line. DIE_CLIENT says
how it asks: `requests` as the original, which blocks the loop and connects anew each time, or `aiohttp`, which does neither.
TELEMETRY=off leaves spans, metrics and log lines out. DIE_SERVICE_URL and ROLL_MAX_DELAY_MS as for dice.
"""

import asyncio
import json
import logging
import os
import random
import sys
import time
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime

import aiohttp
import requests
from fastapi import FastAPI, HTTPException, Query
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.aiohttp_client import create_trace_config
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prometheus_client import Counter, Gauge, Histogram
from prometheus_fastapi_instrumentator import Instrumentator

IS_ON = os.environ.get("TELEMETRY") != "off"
DIE_SERVICE_URL = os.environ.get("DIE_SERVICE_URL", "http://127.0.0.1:8106")
MAX_DELAY = float(os.environ.get("ROLL_MAX_DELAY_MS", "1000")) / 1000
DICE = {"fair": {"faces": [1, 2, 3, 4, 5, 6], "error_rate": 0}}

ROLLS = Counter("dice_rolls", "Rolls", ["die_type", "result"])
VALUES = Histogram("dice_roll_value", "What came up", ["die_type"], buckets=range(1, 9))
ASKED = Counter("die_service_requests", "Requests to the die service", ["identifier", "status"])
ASKED_SECONDS = Histogram("die_service_request_duration_seconds", "Their duration", buckets=[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1])
ASYNC_ROLLS = Counter("async_rolls", "Rolls of batches", ["die_type", "result"])
BATCH_SIZE = Histogram("async_roll_batch_size", "Rolls in a batch", buckets=[1, 2, 3, 5, 10, 15, 20])
BATCH_SECONDS = Histogram("async_roll_duration_seconds", "Duration of a batch", buckets=[0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5])
IN_PROGRESS = Gauge("async_rolls_in_progress", "Rolls that wait")
SPECIFICATIONS_REQUESTED = Counter("die_specifications_requested", "Specifications asked for", ["identifier"])


class JSONFormatter(logging.Formatter):
    """One object a line, with the ids of the span that the line is told in and the event's own fields."""

    def format(self, record):
        line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds"),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
        }
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            line |= {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
        return json.dumps(line | getattr(record, "fields", {}))


@asynccontextmanager
async def client_of_loop(application):
    """aiohttp's pool of connections, on the loop that serves."""
    options = {"connector": aiohttp.TCPConnector(limit=0), "timeout": aiohttp.ClientTimeout(10)}
    if IS_ON:
        options["trace_configs"] = [create_trace_config()]
    async with aiohttp.ClientSession(**options) as application.state.client:
        yield


async def ask_with_requests(url, parameters):
    response = requests.get(url, parameters, timeout=10)
    return response.status_code, response.json()


async def ask_with_aiohttp(url, parameters):
    async with application.state.client.get(url, params=parameters) as response:
        return response.status, await response.json()


ask = {"requests": ask_with_requests, "aiohttp": ask_with_aiohttp}[os.environ.get("DIE_CLIENT", "requests")]
application = FastAPI(lifespan=client_of_loop)
logger = logging.getLogger("main")
tracer = trace.get_tracer("main")
if IS_ON:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JSONFormatter())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    provider = TracerProvider(resource=Resource.create({"service.name": "dice"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    FastAPIInstrumentor.instrument_app(application)
    RequestsInstrumentor().instrument()
    Instrumentator().instrument(application).expose(application)
else:
    logger.disabled = True


def span(name):
    return tracer.start_as_current_span(name) if IS_ON else nullcontext(trace.INVALID_SPAN)


def log(message, **fields):
    logger.info(message, extra={"fields": fields})


def measure(update):
    """A metric of the services' own; with telemetry off there are none."""
    if IS_ON:
        update()


async def specification_of(die):
    log("Querying die service for specification", identifier=die)
    current = trace.get_current_span()
    current.set_attribute("die_service.identifier", die)
    begin = time.monotonic()
    status, answer = await ask(DIE_SERVICE_URL + "/dice", {"identifier": die})
    duration = time.monotonic() - begin
    measure(lambda: ASKED_SECONDS.observe(duration))
    if status != 200:
        measure(ASKED.labels(die, f"error_{status}").inc)
        raise HTTPException(404, f"Die '{die}' not found")
    measure(ASKED.labels(die, "success").inc)
    specification = answer["specification"]
    log("Die specification retrieved from service", identifier=die, **specification, duration=duration)
    current.set_attributes({"die.faces": specification["faces"], "die.error_rate": specification["error_rate"]})
    return specification


@application.get("/dice")
async def dice(identifier: str):
    current = trace.get_current_span()
    current.set_attributes({"request.type": "get", "die.identifier": identifier})
    log("Die specification requested", identifier=identifier)
    measure(SPECIFICATIONS_REQUESTED.labels(identifier).inc)
    if identifier not in DICE:
        raise HTTPException(404, f"Die identifier '{identifier}' not found")
    current.set_attribute("die.found", True)
    log("Die specification found", identifier=identifier, **DICE[identifier])
    return {"identifier": identifier, "specification": DICE[identifier]}


@application.get("/roll")
async def roll(die: str):
    log("Roll request received", die_type=die)
    current = trace.get_current_span()
    current.set_attribute("die.type", die)
    specification = await specification_of(die)
    await asyncio.sleep(random.uniform(0, MAX_DELAY))
    value = random.choice(specification["faces"])
    current.set_attributes({"die.result": value, "die.error": False})
    measure(ROLLS.labels(die, "success").inc)
    measure(lambda: VALUES.labels(die).observe(value))
    log("Roll completed", die_type=die, roll_value=value, faces=specification["faces"])
    return {"roll": value}


async def roll_once(die, index, specification):
    with span(f"async_roll_{index}") as current:
        current.set_attributes({"async.roll_index": index, "die.type": die, "die.faces": specification["faces"]})
        measure(IN_PROGRESS.inc)
        try:
            await asyncio.sleep(random.uniform(0, MAX_DELAY))
            value = random.choice(specification["faces"])
            current.set_attributes({"die.result": value, "die.error": False})
            measure(ASYNC_ROLLS.labels(die, "success").inc)
            log("Async roll completed", die_type=die, roll_index=index, roll_value=value)
            return value
        finally:
            measure(IN_PROGRESS.dec)


@application.get("/roll-async")
async def roll_async(die: str, times: int = Query(ge=1, le=20)):
    log("Async roll batch started", die_type=die, times=times)
    current = trace.get_current_span()
    current.set_attributes({"die.type": die, "async.batch_size": times})
    specification = await specification_of(die)
    measure(lambda: BATCH_SIZE.observe(times))
    begin = time.monotonic()
    rolls = await asyncio.gather(*(roll_once(die, index, specification) for index in range(times)))
    duration = time.monotonic() - begin
    measure(lambda: BATCH_SECONDS.observe(duration))
    current.set_attribute("async.total_result", sum(rolls))
    log("Async roll batch completed", die_type=die, times=times, total=sum(rolls), rolls=rolls, duration=duration)
    return {"total": sum(rolls), "rolls": rolls, "count": len(rolls)}
