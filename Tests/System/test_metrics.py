"""The counters agree with what was sent, to the request, and stay bounded whatever comes from the wire."""

import asyncio
import collections
import contextlib
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from conftest import running_all, running_service
from laboratory import NOBODY
from metrics_page import SERVICES, Page
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


def test_a_batch_of_an_unknown_die_has_a_size_and_no_duration(quick_stack, client):
    before = Page(quick_stack.roller_url)
    assert client.get(f"{quick_stack.roller_url}/roll-async?die=nope&times=7").status_code == 404
    after = Page(quick_stack.roller_url)
    for sample, more in (
        ("async_roll_batch_size_count", 1),
        ("async_roll_batch_size_sum", 7),
        ("async_roll_duration_seconds_count", 0),
    ):
        assert after.value(sample) - before.value(sample) == more, sample


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


def test_the_embedded_dice_have_their_names_before_a_service_confirms_them(collector, client):
    environment = {"DICE_ROLLER_URL": NOBODY, "DIE_SERVICE_URL": NOBODY}
    with (
        running_service("dice-roller", collector, environment=environment) as (_, roller),
        running_service("frontend", collector, environment=environment) as (_, frontend),
    ):
        for url in (roller, frontend):
            for die in ("fair", "risky", "extreme", "unheard-of"):
                assert client.get(f"{url}/roll?die={die}").status_code == 503
        names = {"fair": 1, "risky": 1, "extreme": 1, "other": 1}
        for url, sample, label, status in (
            (roller, "dice_rolls_total", "die_type", ("result", "error")),
            (roller, "die_service_requests_total", "identifier", ("status", "connection_error")),
            (frontend, "frontend_requests_total", "die_type", ("status", "connection_error")),
        ):
            found = {dict(labels)[label]: value for labels, value in Page(url).values(sample).items() if status in labels}
            assert found == names, sample


def test_requests_that_are_dropped_are_counted_as_such(collector):
    dropped, times = 8, 5
    with running_all(collector, environment={"ROLL_MAX_DELAY_MS": "36000000"}) as stack:
        with contextlib.ExitStack() as connections:
            for _ in range(dropped):
                connection = connections.enter_context(Connection(stack.frontend_url))
                connection.get(f"/roll-async?die=fair&times={times}")
                connections.callback(connection.reset)
            stack.die.wait_for_logs("Die specification found", dropped)
        # Six spans of each request besides its rolls; the last to end are those of the frontend.
        collector.spans(count=dropped * (6 + times))
        frontend, roller = Page(stack.frontend_url), Page(stack.roller_url)
    for page in (frontend, roller):
        assert page.values("http_requests_total") == {
            (("handler", "/roll-async"), ("method", "GET"), ("status", "4xx")): dropped
        }
        left = {"http_route": "/roll-async", "http_response_status_code": "", "error_type": "client_disconnected"}
        assert page.total("http_server_request_duration_seconds_count", **left) == dropped
    assert frontend.values("frontend_requests_total") == {(("die_type", "fair"), ("status", "received")): dropped}
    assert frontend.values("backend_requests_total") == {}
    assert roller.values("async_rolls_total") == {(("die_type", "fair"), ("result", "cancelled")): dropped * times}
    assert roller.value("async_roll_batch_size_count") == roller.value("async_roll_duration_seconds_count") == dropped
    assert roller.value("async_rolls_in_progress") == 0


@pytest.mark.parametrize("service", SERVICES)
def test_durations_are_those_of_the_spans(driven, service):
    page = Page(driven.urls()[service])
    (info,) = page.values("target_info")
    instance = dict(info)["service_instance_id"]

    def spans(kind):
        """This run's spans of that kind; others of the file have other instances."""
        all_of_them = driven.collector.spans(count=0)
        return [span for span in all_of_them if (span.resource["service.instance.id"], span.kind) == (instance, kind)]

    for side, kind in (("server", "SERVER"), ("client", "CLIENT")):
        family = f"http_{side}_request_duration_seconds"
        count = page.total(f"{family}_count")
        driven.collector.wait_until(lambda: len(spans(kind)) >= count)
        assert len(spans(kind)) == count
        seconds = sum(span.duration for span in spans(kind)) / 1e9
        assert page.total(f"{family}_sum") == pytest.approx(seconds, rel=1e-9)


def test_a_counter_never_decreases_and_a_histogram_is_of_one_moment(collector, broken_dice):
    """Scrapes between which requests end, each of them complete in itself."""
    pages = []
    environment = {"ROLL_MAX_DELAY_MS": "50", "DIE_SPECIFICATIONS": broken_dice}
    with running_all(collector, environment=environment) as stack, ThreadPoolExecutor(1) as pool:
        driving = pool.submit(lambda: asyncio.run(drive(stack.frontend_url)))
        while not driving.done() or len(pages) < 5:
            pages.append(Page(stack.roller_url))
        pages.append(Page(stack.roller_url))
    for earlier, later in zip(pages, pages[1:]):
        assert earlier.series <= later.series
        for family in earlier.families.values():
            if family.type == "counter":
                for sample in family.samples:
                    assert later.value(sample.name, **sample.labels) >= sample.value, sample
    assert pages[-1].total("dice_rolls_total") > pages[0].total("dice_rolls_total")
    for page in pages:
        for family in (family for family in page.families.values() if family.type == "histogram"):
            infinite = {k: v for k, v in page.values(f"{family.name}_bucket").items() if ("le", "+Inf") in k}
            for labels, value in infinite.items():
                rest = {name: label for name, label in labels if name != "le"}
                assert page.value(f"{family.name}_count", **rest) == value


def test_labels_from_the_wire_are_bounded(collector):
    """20 000 dice and as many methods that nobody knows, through every service."""
    few, many = 200, 20_000

    def flood(url, requests):
        """Sends the requests over eight connections; how many of each status came back."""
        with ThreadPoolExecutor(8) as pool, contextlib.ExitStack() as stack:
            connections = [stack.enter_context(Connection(url, timeout=60)) for _ in range(8)]
            tasks = [pool.submit(connections[index].pipeline, requests[index::8]) for index in range(8)]
            return sum((task.result() for task in tasks), collections.Counter())

    def request(method, target):
        return f"{method} {target} HTTP/1.1\r\nHost: {{host}}\r\nbaggage: key={target}\r\n\r\n".encode()

    environment = {"ROLL_MAX_DELAY_MS": "0", "OTEL_TRACES_EXPORTER": "none"}
    with running_all(collector, "--log-level", "ERROR", environment=environment) as stack:
        before = {}
        for numbers in (range(few), range(few, many)):
            statuses = flood(stack.frontend_url, [request("GET", f"/roll?die=d{n}") for n in numbers])
            assert statuses == {404: len(numbers)}
            for url in stack.urls().values():
                statuses = flood(url, [request(f"M{n}", f"/p{n}") for n in numbers])
                assert statuses == {404: len(numbers)}
            pages = {name: Page(url) for name, url in stack.urls().items()}
            before = before or pages
        for name, page in pages.items():
            assert page.series == before[name].series, "the last 19 800 names have made no series"
            assert len(page.text) < 100_000
            assert page.total("http_requests_total", handler="none", method="_OTHER", status="4xx") == many
        assert pages["frontend"].total("frontend_requests_total", die_type="other", status="error") == many
        assert pages["dice-roller"].total("dice_rolls_total", die_type="other", result="error") == many
        assert pages["dice-roller"].total("die_service_requests_total", identifier="other") == many
        assert pages["die-service"].total("http_requests_total", handler="/dice", status="4xx") == many
