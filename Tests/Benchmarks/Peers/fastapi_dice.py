"""What the dice services do, in FastAPI as the reference does it: each roll a span, a batch all at once, a JSON log line an event.

TELEMETRY=off leaves spans, metrics and log lines out. ROLL_MAX_DELAY_MS as for dice.
"""

import asyncio
import json
import logging
import os
import random
import sys
from contextlib import nullcontext

from fastapi import FastAPI, HTTPException, Request, Response
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prometheus_client import Counter, Histogram, generate_latest

IS_ON = os.environ.get("TELEMETRY") != "off"
MAX_DELAY = float(os.environ.get("ROLL_MAX_DELAY_MS", "1000")) / 1000
DICE = {"fair": {"faces": [1, 2, 3, 4, 5, 6], "error_rate": 0}}
REQUESTS = Counter("http_requests", "Requests", ["handler", "method", "status"])
SECONDS = Histogram("http_request_duration_seconds", "Duration", ["handler", "method"])

application = FastAPI()
logger = logging.getLogger("dice")
logger.setLevel(logging.INFO if IS_ON else logging.ERROR)
logger.addHandler(logging.StreamHandler(sys.stdout))
if IS_ON:
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
tracer = trace.get_tracer("dice")


def span(name, **attributes):
    return tracer.start_as_current_span(name, attributes=attributes) if IS_ON else nullcontext()


def log(message, **fields):
    if IS_ON:
        context = trace.get_current_span().get_span_context()
        logger.info(json.dumps({"message": message, "trace_id": f"{context.trace_id:032x}", **fields}))


@application.middleware("http")
async def observe(request: Request, call_next):
    if not IS_ON:
        return await call_next(request)
    path = request.url.path
    with tracer.start_as_current_span(f"GET {path}", kind=trace.SpanKind.SERVER) as current, SECONDS.labels(path, "GET").time():
        response = await call_next(request)
        current.set_attribute("http.response.status_code", response.status_code)
    REQUESTS.labels(path, "GET", f"{response.status_code // 100}xx").inc()
    return response


@application.get("/dice")
async def dice(identifier: str):
    log("Die specification requested", identifier=identifier)
    if identifier not in DICE:
        raise HTTPException(404, f"Die identifier '{identifier}' not found")
    log("Die specification found", identifier=identifier, **DICE[identifier])
    return {"identifier": identifier, "specification": DICE[identifier]}


async def roll_once(index, faces):
    with span(f"async_roll_{index}", **{"async.roll_index": index}):
        await asyncio.sleep(random.uniform(0, MAX_DELAY))
        value = random.choice(faces)
        log("Async roll completed", roll_index=index, roll_value=value)
        return value


@application.get("/roll-async")
async def roll_async(die: str, times: int):
    log("Async roll batch started", die_type=die, times=times)
    with span("async_roll_batch", **{"async.batch_size": times}):
        rolls = await asyncio.gather(*(roll_once(index, DICE[die]["faces"]) for index in range(times)))
    log("Async roll batch completed", die_type=die, times=times, total=sum(rolls), rolls=rolls)
    return {"total": sum(rolls), "rolls": rolls, "count": len(rolls)}


@application.get("/roll")
async def roll(die: str):
    log("Roll request received", die_type=die)
    await asyncio.sleep(random.uniform(0, MAX_DELAY))
    return {"roll": random.choice(DICE[die]["faces"])}


@application.get("/metrics")
async def metrics():
    return Response(generate_latest(), media_type="text/plain")
