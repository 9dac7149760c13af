"""How late rolls are while 10 000 batches of ten are in flight at once.

Nothing exported tells the delay that was drawn for a roll, so no single roll's lateness is known. But no delay is
longer than the longest one, so what a roll's span lasts beyond that is surely lateness; and as delays are drawn evenly,
a roll of lateness L ends between y and x after the longest delay D, where y < x < L, with chance (x - y) / D. So the
rolls that do so tell how many are later than x. The loop's own account of how long its iterations took is a second
witness: a roll that is due waits for the end of one iteration and for its turn in the next.
"""

import math
import os
import re
import statistics
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from measuring import report
from measuring.load import LOAD_CPU, wrk
from measuring.peers import Server
from measuring.services import OFF, TELEMETRY, dice, need_dice
from measuring.span_sink import SpanSink

BATCHES, TIMES = 10_000, 10
PATH = f"/roll-async?die=fair&times={TIMES}"
LONGEST_DELAYS = (1, 10)  # seconds; the shorter one asks for more batches a second than most CPUs can make
GOAL = 0.020
NOISE = 0.02  # of the time, in which the loop may have no CPU on a machine that counts as idle
STEPS = [milliseconds / 1e3 for milliseconds in (2, 5, 10, 15, 20, 30, 50, 100, 200, 500, 1000, 2000, 5000)]
WAVES = 20  # of connections, spread over the longest delay: all at once would be a burst and no steady state
SETTLING, TAIL = 5, 5  # seconds beyond the longest delay: after the last wave, and after the last roll that counts
SENDING_LIMIT = 60  # seconds; a batch that is not full leaves after five


def compare(seconds):
    """Prints what each longest delay gives and returns everything measured; `seconds` is the least that is counted."""
    need_dice()
    # All that makes load shares the other CPU.
    os.sched_setaffinity(0, {int(LOAD_CPU)})
    results = {}
    for delay in LONGEST_DELAYS:
        report.progress(f"{BATCHES} batches in flight, delays up to {delay} s")
        results[delay] = _measure(delay, max(seconds, 4 * delay))
        report.progress()
        print("\n".join(_lines(delay, results[delay])) + "\n")
    return {"machine": report.machine(), "in_flight": results}


def _measure(delay, seconds):
    with ExitStack() as stack:
        sink = stack.enter_context(SpanSink())
        die_service = stack.enter_context(Server(dice("die-service"), environment=OFF, cpu=LOAD_CPU))
        environment = TELEMETRY["on"] | {
            "OTEL_EXPORTER_OTLP_ENDPOINT": sink.url,
            "OTEL_BSP_MAX_QUEUE_SIZE": "100000",  # none is dropped just when the loop is late
            "DIE_SERVICE_URL": die_service.url(""),
            "ROLL_MAX_DELAY_MS": str(delay * 1000),
        }
        roller = stack.enter_context(Server(dice("dice-roller"), environment=environment))
        waves = _begin(roller.url(PATH), delay, seconds, stack)
        time.sleep(delay + SETTLING)
        result = _watch(roller, seconds)
        loads = [wave.result() for wave in waves]
        dropped = _when_all_is_sent(roller)["otel_exporter_spans_dropped_total"]
        rolls = sink.rolls(result.pop("begin"), result.pop("end"))
    return result | _answers(loads) | lateness(rolls, delay) | {"spans_dropped": dropped}


def _answers(loads):
    """What all waves of load saw together; the percentiles are the medians of theirs."""
    return {
        "batches_per_second": sum(load.requests / load.seconds for load in loads),
        "p50": statistics.median(load.p50 for load in loads),
        "p99": statistics.median(load.p99 for load in loads),
        "errors": sum(load.errors for load in loads),
    }


def _begin(url, delay, seconds, stack):
    """Starts the load without waiting for it: waves that begin one after the other and end together."""
    pool = stack.enter_context(ThreadPoolExecutor(WAVES))
    waves = []
    for wave in range(WAVES):
        left = math.ceil(delay * (1 - wave / WAVES)) + delay + SETTLING + seconds + delay + TAIL
        waves.append(pool.submit(wrk, url, left, BATCHES // WAVES, timeout=60))
        time.sleep(delay / WAVES)
    return waves


def _watch(roller, seconds):
    """Watches the service in its steady state: rolls in flight each second, iterations and CPU time over all of it."""
    first, begin = _metrics(roller), time.time()
    used, waited = roller.cpu_seconds(), roller.waiting_seconds()
    in_flight = []
    while time.time() - begin < seconds:
        time.sleep(1)
        in_flight.append(_metrics(roller)["async_rolls_in_progress"])
    last, end = _metrics(roller), time.time()
    return {
        "begin": begin,
        "end": end,
        "cpu_share": (roller.cpu_seconds() - used) / (end - begin),
        "cpu_wait_share": (roller.waiting_seconds() - waited) / (end - begin),
        "rolls_in_flight": statistics.median(in_flight),
        "iterations": _iterations(first, last),
    }


def _metrics(server):
    """The samples of `/metrics` by name and labels."""
    with urllib.request.urlopen(server.url("/metrics"), timeout=60) as answer:
        lines = answer.read().decode().splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if line and line[0] != "#"}


def _when_all_is_sent(server):
    """The metrics once no roll is left and the receiver has acknowledged every span."""
    deadline = time.monotonic() + SENDING_LIMIT
    while True:
        samples = _metrics(server)
        if samples["async_rolls_in_progress"] == samples["otel_exporter_spans_queued"] == 0:
            return samples
        if time.monotonic() > deadline:
            raise SystemExit(f"spans wait {SENDING_LIMIT} s after the load")
        time.sleep(0.2)


def _iterations(first, last):
    """How many iterations there were, and how many took longer than each upper bound, in seconds."""
    bucket = re.compile(r'event_loop_delay_seconds_bucket\{.*le="([^"]+)".*\}')
    found = ((bucket.match(name), name) for name in last)
    counts = {float(match[1]): last[name] - first.get(name, 0) for match, name in found if match}
    every = counts.pop(math.inf)
    return {"all": every, "longer_than": {bound: every - count for bound, count in counts.items()}}


def lateness(rolls, delay):
    """What the durations of rolls tell of their lateness, where delays are drawn evenly from 0 to `delay` seconds."""
    excess = [seconds - delay for seconds in rolls if seconds > delay]
    shares = {step: _share_later(step, excess, len(rolls), delay) for step in STEPS}
    return {
        "rolls": len(rolls),
        "mean_lateness": delay * len(excess) / max(len(rolls), 1),
        "longest_excess": max(excess, default=0.0),
        "later_than": shares,
        "p99_at_most": next((step for step, (_, most) in shares.items() if most <= 0.01), None),
    }


def _share_later(step, excess, count, delay):
    """The share of rolls that are later than `step`, estimated, and the most it is with 95 % confidence. It falls with
    `step`, so what lies between half of it and itself tells too much rather than too little."""
    seen = sum(step / 2 < value <= step for value in excess)
    weight = delay / (step / 2) / max(count, 1)
    return min(1.0, seen * weight), min(1.0, (seen + 2 * math.sqrt(seen + 1) + 1) * weight)


def _lines(delay, result):
    estimate, most = result["later_than"][GOAL]
    p99, slow = result["p99_at_most"], result["iterations"]["longer_than"]
    bound = f"≤ {p99 * 1e3:.0f}" if p99 else f"> {STEPS[-1] * 1e3:.0f}"
    yield f"{BATCHES} batches of {TIMES} in flight, delays up to {delay} s, telemetry on"
    yield f"  {result['batches_per_second']:.0f} batches/s, {result['rolls_in_flight']:.0f} rolls waiting at a time"
    yield f"  batches took {result['p50'] * 1e3:.0f} ms at p50 and {result['p99'] * 1e3:.0f} ms at p99"
    yield f"  lateness of a roll: p99 {bound} ms (goal ≤ {GOAL * 1e3:.0f}), mean {result['mean_lateness'] * 1e3:.2f} ms"
    yield f"  later than {GOAL * 1e3:.0f} ms: {estimate:.2%}, with 95 % confidence below {most:.2%}"
    yield f"  of {result['rolls']} rolls the longest took {result['longest_excess'] * 1e3:.1f} ms more than {delay} s"
    yield (
        f"  of {result['iterations']['all']:.0f} iterations of the loop {slow[0.01]:.0f} took more than 10 ms,"
        f" {slow[0.025]:.0f} more than 25 ms; its CPU was used {result['cpu_share']:.0%}"
    )
    yield from _remarks(result)


def _remarks(result):
    if result["cpu_wait_share"] > NOISE:
        yield f"  not an idle machine: the loop waited for its CPU {result['cpu_wait_share']:.1%} of the time"
    if result["cpu_share"] > 0.9:
        yield "  the CPU is full: batches come sooner than it can roll them, so they queue"
    if result["errors"] or result["spans_dropped"]:
        yield f"  {result['errors']} errors, {result['spans_dropped']:.0f} spans dropped"
