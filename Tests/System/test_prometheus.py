"""A real Prometheus scrapes the services for minutes, in both formats, and the queries that people bring find data."""

import collections
import concurrent.futures
import contextlib
import itertools
import shutil
import time

import httpx
import pytest

import deployment
from conftest import running_all
from metrics_page import SERVICES
from prometheus_server import Prometheus, TextScrapes

MINUTES = 2.5

# Of the specification, of the reference's README, and of what the services add to it.
QUERIES = [
    "rate(async_rolls_total[1m])",
    "histogram_quantile(0.95, rate(async_roll_batch_size_bucket[5m]))",
    'avg(rate(http_request_duration_seconds_sum{handler="/roll"}[5m]) / rate(http_request_duration_seconds_count{handler="/roll"}[5m]))',
    "avg(rate(async_roll_duration_seconds_sum[5m]) / rate(async_roll_duration_seconds_count[5m]))",
    "async_rolls_in_progress",
    "die_specifications_loaded == 4",
    'sum by (job) (rate(http_requests_total{status="2xx"}[1m]))',
    "histogram_quantile(0.99, sum by (le) (rate(http_server_request_duration_seconds_bucket[1m])))",
    "histogram_quantile(0.99, sum by (le) (rate(http_client_request_duration_seconds_bucket[1m])))",
    "sum by (die_type) (rate(dice_rolls_total[1m]))",
    "rate(process_cpu_seconds_total[1m])",
    "target_info * on (job, instance) group_right sum by (job, instance) (rate(http_requests_total[1m]))",
]

# What every user of the services sends, one after the other: good, failed, unknown, invalid and unmatched.
ROUND = [
    "/roll?die=fair",
    "/roll-async?die=fair&times=5",
    "/roll?die=broken",
    "/roll-async?die=risky&times=3",
    "/roll?die=nope",
    "/roll-async?die=fair&times=21",
    "/dice",
    "/nope",
]

pytestmark = [
    pytest.mark.skipif(shutil.which("prometheus") is None, reason="Debian's prometheus is not installed"),
    pytest.mark.timeout(90 + 60 * MINUTES),
]


class Scraped:
    """A Prometheus after minutes of traffic, the services that it still scrapes, and what was sent to the frontend."""

    def __init__(self, prometheus, stack, sent):
        self.prometheus = prometheus
        self.stack = stack
        self.sent = sent
        self._ended = time.time()

    def without_data(self, queries):
        """Those of the queries that found nothing at the end of the traffic."""
        return [query for query in queries if not self.prometheus.query(query, time=self._ended)]

    def panel(self, title):
        """What the dashboard's panel of that title showed of the last two minutes at the end of the traffic."""
        (target,) = deployment.panel(title)["targets"]
        # Each service is scraped twice, which changes no quotient.
        query = deployment.filled(target["expr"].replace('job="dice-roller"', 'job=~"dice-roller.*"'), interval="2m")
        (series,) = self.prometheus.query(query, time=self._ended)
        return float(series["value"][1])


def send_for(seconds, url):
    """Sends rounds of requests by four users at once; how many of each path were answered."""
    deadline = time.monotonic() + seconds

    def user():
        sent = collections.Counter()
        with httpx.Client(base_url=url, timeout=30) as client:
            for target in itertools.cycle(ROUND):
                if time.monotonic() > deadline:
                    return sent
                client.get(target)
                sent[target.split("?")[0]] += 1

    with concurrent.futures.ThreadPoolExecutor(4) as users:
        return sum((task.result() for task in [users.submit(user) for _ in range(4)]), collections.Counter())


@pytest.fixture(scope="module")
def scraped(module_collector, tmp_path_factory, broken_dice):
    """Each service is scraped twice: as Prometheus asks, which is OpenMetrics, and in the text format."""
    environment = {"ROLL_MAX_DELAY_MS": "200", "DIE_SPECIFICATIONS": broken_dice}
    with contextlib.ExitStack() as resources:
        stack = resources.enter_context(running_all(module_collector, environment=environment))
        targets = {name: url.removeprefix("http://") for name, url in stack.urls().items()}
        for name, url in stack.urls().items():
            targets[f"{name}-text"] = resources.enter_context(contextlib.closing(TextScrapes(url))).target
        rules = deployment.OBSERVABILITY / "rules.yaml"
        prometheus = Prometheus(tmp_path_factory.mktemp("prometheus"), targets, rules, interval="5s")
        resources.enter_context(contextlib.closing(prometheus))
        prometheus.wait_for("count(up == 1) == 6")
        yield Scraped(prometheus, stack, send_for(60 * MINUTES, stack.frontend_url))


def test_every_query_finds_data(scraped):
    assert scraped.without_data(QUERIES) == []


def test_every_query_of_the_dashboard_finds_data(scraped):
    assert scraped.without_data(deployment.promql()) == []


def test_the_comparison_is_of_rolls_that_were_rolled(scraped):
    """Dice that fail or that nobody knows are answered sooner, and would make either side look faster than it is."""
    # Of fair dice, with delays uniform up to 0.2 s; a roll of `risky` fails once in ten.
    whole = {5: 1, 3: 0.9**3}
    batch = sum(share * 0.2 * size / (size + 1) for size, share in whole.items()) / sum(whole.values())
    assert scraped.panel("Sync Roll Duration") == pytest.approx(0.1, abs=0.015)
    assert scraped.panel("Async Roll Duration") == pytest.approx(batch, abs=0.015)
    assert scraped.panel("Performance Improvement ×") == pytest.approx(0.1 * 4 / batch, rel=0.15)


def test_no_scrape_failed(scraped):
    prometheus = scraped.prometheus
    assert prometheus.query("min_over_time(up[10m]) == 0") == []
    assert [target["lastError"] for target in prometheus.api("targets")["activeTargets"]] == [""] * 6
    # Twelve a minute, and none without samples.
    assert len(prometheus.query(f"count_over_time(up[10m]) > {10 * MINUTES}")) == 6
    assert len(prometheus.query("min_over_time(scrape_samples_scraped[10m]) > 0")) == 6
    assert [group["lastError"] for group in rules(prometheus) if group.get("lastError")] == []
    prometheus.log.flush()
    with open(prometheus.log.name) as log:
        complaints = [line for line in log if "level=warn" in line or "level=error" in line]
    assert complaints == [], "duplicate, out-of-order or malformed samples and exemplars"


def rules(prometheus):
    """All rules, alerting and recording."""
    return [rule for group in prometheus.api("rules")["groups"] for rule in group["rules"]]


def test_totals_are_what_was_sent_in_both_formats(scraped):
    assert min(scraped.sent.values()) > 20
    for job in ("frontend", "frontend-text"):
        for path, count in scraped.sent.items():
            handler = "none" if path == "/nope" else path
            total = f'sum(http_requests_total{{job="{job}",handler="{handler}"}})'
            assert scraped.prometheus.wait_for(f"{total} == {count}", timeout=20), (job, path, count)


def test_both_formats_have_the_same_series(scraped):
    def series(job):
        """The names and labels of a job's samples, without those that only say where they come from."""
        found = scraped.prometheus.api("series", **{"match[]": f'{{job="{job}"}}'})
        here = ("job", "instance")
        return {
            tuple(sorted((name, value) for name, value in labels.items() if name not in here))
            for labels in found
            if not labels["__name__"].startswith(("ALERTS", "job:"))
        }

    for name in SERVICES:
        assert series(name) == series(f"{name}-text")
        assert len(series(name)) > 100


def test_nothing_is_left_in_progress(scraped):
    assert scraped.prometheus.wait_for("count(async_rolls_in_progress == 0) == 2", timeout=20)
    assert scraped.prometheus.query("max_over_time(async_rolls_in_progress[10m]) >= 3"), "rolls were seen under way"


@pytest.mark.parametrize(
    "family, job",
    [
        ("http_request_duration_seconds_bucket", "frontend"),
        ("http_server_request_duration_seconds_bucket", "die-service"),
        ("http_client_request_duration_seconds_bucket", "dice-roller"),
        ("dice_roll_value_bucket", "dice-roller"),
        ("async_roll_duration_seconds_bucket", "dice-roller"),
        ("backend_request_duration_seconds_bucket", "frontend"),
    ],
)
def test_exemplars_arrive_and_lead_to_traces(scraped, family, job):
    now = time.time()
    query = {"query": f'{family}{{job=~"{job}.*"}}', "start": now - 600, "end": now + 60}
    found = scraped.prometheus.api("query_exemplars", **query)
    assert {series["seriesLabels"]["job"] for series in found} == {job}, "only OpenMetrics has exemplars"
    exemplars = [exemplar["labels"] for series in found for exemplar in series["exemplars"]]
    spans = {(span.trace_id, span.span_id) for span in scraped.stack.collector.spans()}
    assert exemplars and all((labels["trace_id"], labels["span_id"]) in spans for labels in exemplars)
