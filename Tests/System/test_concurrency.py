"""Requests that wait do so at the same time on one loop: asserted from their spans, not from a clock."""

import asyncio

import httpx
import pytest

from conftest import running_all
from traces import most_open

TOGETHER = 10


@pytest.fixture(scope="module")
def one_loop(module_collector):
    """`dice all` with one event loop. The long delays make the few milliseconds of arrival count little."""
    with running_all(module_collector, "--loops", 1, environment={"ROLL_MAX_DELAY_MS": "3000"}) as stack:
        yield stack


def at_once(url):
    """The answers to ten requests sent at the same time."""

    async def ask():
        async with httpx.AsyncClient(timeout=30) as client:
            return await asyncio.gather(*(client.get(url) for _ in range(TOGETHER)))

    answers = asyncio.run(ask())
    assert [answer.status_code for answer in answers] == [200] * TOGETHER
    return [answer.json() for answer in answers]


def extent(spans):
    """From the first start to the last end, in nanoseconds."""
    return max(span.end for span in spans) - min(span.start for span in spans)


def test_ten_rolls_wait_together(one_loop):
    answers = at_once(f"{one_loop.frontend_url}/roll?die=fair")
    traces = [one_loop.collector.trace(answer["trace_id"], 5) for answer in answers]
    for service in ("frontend", "dice-roller"):
        spans = [trace.one("GET /roll", service) for trace in traces]
        # One or two may have drawn so short a delay that they ended before the last request came.
        assert most_open(spans) >= TOGETHER - 2
        assert extent(spans) < sum(span.duration for span in spans) / 2
        assert extent(spans) < max(span.duration for span in spans) + 0.5e9


def test_ten_batches_of_ten_wait_together(one_loop):
    answers = at_once(f"{one_loop.frontend_url}/roll-async?die=fair&times=10")
    traces = [one_loop.collector.trace(answer["trace_id"], 16) for answer in answers]
    batches = [trace.one("async_roll_batch") for trace in traces]
    rolls = [roll for trace in traces for roll in trace.rolls()]
    assert most_open(batches) == TOGETHER
    assert most_open(rolls) >= 9 * TOGETHER
    assert extent(rolls) < max(roll.duration for roll in rolls) + 0.5e9
    assert all(trace.leaving_parent() == [] for trace in traces)


def test_a_batch_takes_as_long_as_its_slowest_roll(one_loop, client):
    answer = client.get(f"{one_loop.frontend_url}/roll-async?die=fair&times=20").json()
    trace = one_loop.collector.trace(answer["trace_id"], 26)
    slowest = max(roll.duration for roll in trace.rolls())
    assert trace.one("async_roll_batch").duration < slowest + 0.2e9


def test_waiting_rolls_do_not_delay_other_requests(one_loop):
    async def ask():
        async with httpx.AsyncClient(timeout=30) as client:
            url = f"{one_loop.roller_url}/roll-async?die=fair&times=19"
            batch = asyncio.create_task(client.get(url))
            await asyncio.to_thread(one_loop.roller.wait_for_logs, "Async roll batch started", times=19)
            quick = [await client.get(f"{one_loop.roller_url}/") for _ in range(20)]
            assert not batch.done(), "the batch ended too early to show anything"
            return [*quick, await batch]

    assert {answer.status_code for answer in asyncio.run(ask())} == {200}
