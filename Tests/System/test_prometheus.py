"""A real Prometheus scrapes the services, and the queries that people bring with them find data."""

import contextlib
import shutil
import time

import httpx
import pytest

from conftest import running_all
from prometheus_server import Prometheus

QUERIES = [
    "rate(async_rolls_total[1m])",
    "histogram_quantile(0.95, rate(async_roll_batch_size_bucket[5m]))",
    'avg(rate(http_request_duration_seconds_sum{handler="/roll"}[5m]) / rate(http_request_duration_seconds_count{handler="/roll"}[5m]))',
    "avg(rate(async_roll_duration_seconds_sum[5m]) / rate(async_roll_duration_seconds_count[5m]))",
    "async_rolls_in_progress",
    "die_specifications_loaded == 3",
    'sum by (job) (rate(http_requests_total{status="2xx"}[1m]))',
    "histogram_quantile(0.99, sum by (le) (rate(http_server_request_duration_seconds_bucket[1m])))",
    "sum by (die_type) (rate(dice_rolls_total[1m]))",
    "rate(process_cpu_seconds_total[1m])",
    "target_info",
]

pytestmark = pytest.mark.skipif(shutil.which("prometheus") is None, reason="Debian's prometheus is not installed")


@pytest.fixture(scope="module")
def scraped(module_collector, tmp_path_factory):
    """Prometheus after some scrapes under traffic."""
    with running_all(module_collector, environment={"ROLL_MAX_DELAY_MS": "100"}) as stack:
        targets = {name: url.removeprefix("http://") for name, url in stack.urls().items()}
        with contextlib.closing(Prometheus(tmp_path_factory.mktemp("prometheus"), targets)) as prometheus:
            prometheus.wait_for("count(up == 1) == 3")
            with httpx.Client(timeout=30) as client:
                # Rates need counters that grow between two scrapes.
                deadline = time.monotonic() + 5
                while time.monotonic() < deadline:
                    client.get(f"{stack.frontend_url}/roll-async?die=fair&times=5")
                    client.get(f"{stack.frontend_url}/roll?die=fair")
            yield prometheus


@pytest.mark.parametrize("expression", QUERIES)
def test_a_query_finds_data(scraped, expression):
    assert scraped.wait_for(expression, timeout=10)


def test_no_scrape_failed(scraped):
    assert scraped.query("min_over_time(up[5m]) == 0") == []
    assert [target["lastError"] for target in scraped.api("targets")["activeTargets"]] == [""] * 3
    assert len(scraped.query("scrape_samples_scraped > 0")) == 3


def test_exemplars_arrive(scraped):
    now = time.time()
    found = scraped.api("query_exemplars", query="http_request_duration_seconds_bucket", start=now - 300, end=now + 60)
    assert any(series["exemplars"] for series in found)
