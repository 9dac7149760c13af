"""The counters agree with what was sent, to the request, and stay bounded whatever comes from the wire."""

import asyncio

import httpx
import pytest

from conftest import running_all
from metrics_page import Page
from raw_http import Connection


@pytest.fixture(scope="module")
def driven(module_collector, broken_dice):
    """A stack that has answered a known number of requests of every kind."""
    environment = {"ROLL_MAX_DELAY_MS": "20", "DIE_SPECIFICATIONS": broken_dice}
    with running_all(module_collector, environment=environment) as stack:
        asyncio.run(drive(stack.frontend_url))
        yield stack


async def drive(url):
    """The known requests: 20 rolls, 10 batches of 4, 5 failed rolls, 6 unknown dice, 3 bad ones, 2 unmatched paths."""
    targets = (
        ["/roll?die=fair"] * 20
        + ["/roll-async?die=fair&times=4"] * 10
        + ["/roll?die=broken"] * 5
        + [f"/roll?die=unknown-{index}" for index in range(6)]
        + ["/roll-async?die=fair&times=21"] * 3
        + ["/nope"] * 2
    )
    async with httpx.AsyncClient(timeout=30) as client:
        await asyncio.gather(*(client.get(url + target) for target in targets))


def test_counters_of_the_frontend_agree_with_what_was_sent(driven):
    page = Page(driven.frontend_url)
    assert page.values("frontend_requests_total") == {
        (("die_type", die), ("status", status)): count
        for die, status, count in (
            ("fair", "received", 30),
            ("fair", "success", 30),
            ("broken", "received", 5),
            ("broken", "error", 5),
            ("other", "received", 6),
            ("other", "error", 6),
        )
    }
    assert page.values("backend_requests_total") == {
        (("die_type", "fair"), ("status_code", "200")): 30,
        (("die_type", "broken"), ("status_code", "500")): 5,
        (("die_type", "other"), ("status_code", "404")): 6,
    }
    assert page.values("async_roll_requests_total") == {(("batch_size", "4"),): 10}
    assert page.value("backend_request_duration_seconds_count", die_type="fair") == 30
    handlers = {
        ("/roll", "2xx"): 20,
        ("/roll", "4xx"): 6,
        ("/roll", "5xx"): 5,
        ("/roll-async", "2xx"): 10,
        ("/roll-async", "4xx"): 3,
        ("none", "4xx"): 2,
    }
    assert page.values("http_requests_total") == {
        (("handler", handler), ("method", "GET"), ("status", status)): count
        for (handler, status), count in handlers.items()
    }


def test_counters_of_the_roller_agree_with_what_was_sent(driven):
    page = Page(driven.roller_url)
    assert page.values("dice_rolls_total") == {
        (("die_type", "fair"), ("result", "success")): 20,
        (("die_type", "broken"), ("result", "error")): 5,
        (("die_type", "other"), ("result", "error")): 6,
    }
    assert page.value("dice_roll_value_count", die_type="fair") == 20
    assert page.values("die_service_requests_total") == {
        (("identifier", "fair"), ("status", "success")): 30,
        (("identifier", "broken"), ("status", "success")): 5,
        (("identifier", "other"), ("status", "error_404")): 6,
    }
    assert page.value("die_service_request_duration_seconds_count") == 41
    assert page.values("async_rolls_total") == {(("die_type", "fair"), ("result", "success")): 40}
    assert page.value("async_roll_batch_size_count") == 10 and page.value("async_roll_batch_size_sum") == 40
    assert page.value("async_roll_duration_seconds_count") == 10
    assert page.values("async_rolls_in_progress") == {(): 0}


def test_counters_of_the_die_service_agree_with_what_was_sent(driven):
    page = Page(driven.die_url)
    # As in the reference, a die that nobody specified is no request for a specification.
    assert page.values("die_specifications_requested_total") == {
        (("identifier", "fair"),): 30,
        (("identifier", "broken"),): 5,
    }
    assert page.value("die_specifications_loaded") == 4


def test_a_batch_counts_each_roll_once_whatever_its_end(quick_stack, client):
    before = Page(quick_stack.roller_url)
    for _ in range(20):
        client.get(f"{quick_stack.roller_url}/roll-async?die=broken&times=10")
    after = Page(quick_stack.roller_url)
    grown = {
        result: after.value("async_rolls_total", die_type="broken", result=result)
        - before.value("async_rolls_total", die_type="broken", result=result)
        for result in ("success", "error", "cancelled")
    }
    assert grown["success"] == 0 and grown["error"] >= 20
    assert sum(grown.values()) == 200
    assert after.value("async_rolls_in_progress") == 0


def test_rolls_in_progress_are_seen_and_gone(collector):
    with running_all(collector, environment={"ROLL_MAX_DELAY_MS": "36000000"}) as stack:
        with Connection(stack.roller_url) as connection:
            connection.get("/roll-async?die=fair&times=20")
            trace_id = stack.roller.wait_for_logs("Async roll batch started")[0]["trace_id"]
            collector.spans(trace_id)  # the die-service has answered, so the rolls are under way
            assert Page(stack.roller_url).value("async_rolls_in_progress") == 20
            connection.reset()
        collector.spans(trace_id, 24)
        page = Page(stack.roller_url)
        assert page.value("async_rolls_in_progress") == 0
        assert page.value("async_rolls_total", die_type="fair", result="cancelled") == 20


def test_the_probes_are_not_counted(driven, client):
    for _ in range(3):
        for path in ("/metrics", "/livez", "/readyz"):
            client.get(driven.die_url + path)
    handlers = {dict(labels)["handler"] for labels in Page(driven.die_url).values("http_requests_total")}
    assert not handlers & {"/metrics", "/livez", "/readyz"}


def test_labels_from_the_wire_are_bounded(collector, broken_dice):
    async def send(urls):
        limits = httpx.Limits(max_connections=16)
        async with httpx.AsyncClient(timeout=60, limits=limits) as client:
            await asyncio.gather(*(client.get(f"{urls[0]}/roll?die=d{index}") for index in range(1500)))
            await asyncio.gather(*(client.request(f"M{index}", f"{urls[0]}/p{index}") for index in range(1500)))
            await asyncio.gather(*(client.get(f"{urls[1]}/dice?identifier=d{index}") for index in range(1500)))

    with running_all(collector, environment={"ROLL_MAX_DELAY_MS": "0"}) as stack:
        asyncio.run(send((stack.roller_url, stack.die_url)))
        for url in stack.urls().values():
            page = Page(url)
            assert len(page.text) < 100_000
            assert "d1499" not in page.text and "M1499" not in page.text and "p1499" not in page.text
        methods = {dict(labels)["method"] for labels in Page(stack.roller_url).values("http_requests_total")}
    assert methods == {"GET", "_OTHER"}
