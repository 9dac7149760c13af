"""compose.observability.yaml over compose.yaml, as far as its images can be had: with a real Prometheus.

The collector's place is taken by the built-in trace store for spans, and by a socket for the Docker daemon's log lines.
"""

import contextlib
import json
import re
import socket
import threading
import time

import httpx
import pytest

import containers
import deployment
import rolls
from metrics_page import Page
from polling import until
from prometheus_server import PrometheusAPI

pytestmark = containers.marks(seconds=1500)

COLLECTOR = "otel-collector"


class LogReceiver:
    """Takes what the Docker daemon's `fluentd` driver sends, as the collector would."""

    def __init__(self, port):
        self.received = b""
        self._server = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection):
        with connection, contextlib.suppress(OSError):
            while data := connection.recv(65536):
                self.received += data

    def close(self):
        """Stops listening."""
        self._server.close()


@pytest.fixture(scope="module")
def running():
    """The services as the stack sets them up, and Prometheus; nobody takes spans or logs yet."""
    files = (deployment.COMPOSE, deployment.OVERLAY)
    containers.Deployment(*files).provide_prometheus()
    with containers.running(
        *files, services=[*deployment.SERVICES, "prometheus"], ROLL_MAX_DELAY_MS="50", LOG_LEVEL="info"
    ) as deployed:
        yield deployed


@pytest.fixture(scope="module")
def prometheus(running):
    """The stack's Prometheus, once it has scraped each service."""
    api = PrometheusAPI(running.url("prometheus", 9090))
    api.wait_for('count(up{job=~"die-service|dice-roller|frontend"} == 1) == 3', timeout=60)
    return api


@pytest.fixture(scope="module")
def used(running, prometheus):
    """Prometheus, once it has seen rolls of every kind and then more of them, so that rates have data."""
    frontend = running.url("frontend")
    for _ in range(2):
        rolls.of_every_kind(frontend)
        counted = sum(Page(frontend).values("frontend_requests_total").values())
        prometheus.wait_for(f"sum(frontend_requests_total) >= {counted}", timeout=60)
    return prometheus


def test_the_services_come_up_without_a_collector(running):
    # `docker logs` goes on working beside the driver that has nobody to send to.
    records = [json.loads(line) for line in running.docker("logs", running.container("die-service")).splitlines()]
    assert "Die specifications loaded" in {record["message"] for record in records}


def test_log_lines_leave_for_the_collector(running):
    with contextlib.closing(LogReceiver(int(running.environment["PORT_FLUENT"]))) as receiver:
        answer = httpx.get(running.url("frontend") + "/roll", params={"die": "fair"}, timeout=15).json()
        # The line as it was written, and so with the trace, escaped or not.
        line = re.compile(rb'"message":"Roll completed"[^\n]*"trace_id":"' + answer["trace_id"].encode())
        until(lambda: line.search(receiver.received) is not None, timeout=60)
        # Forward protocol: an EventTime (seconds and nanoseconds), no integer, keeps the lines of a second in order.
        assert b"\xd7\x00" in receiver.received


def test_spans_leave_for_the_collector(running):
    image, network = containers.IMAGE, f"{running.project}_default"
    store = running.docker(
        "run",
        "--detach",
        "--network",
        network,
        "--network-alias",
        COLLECTOR,
        "--env",
        "PORT=4318",
        image,
        "trace-store",
    ).strip()
    try:
        before = exported(running)
        rolls.of_every_kind(running.url("frontend"))
        until(lambda: exported(running), lambda count: all(count[name] > before[name] for name in count))
    finally:
        running.docker("rm", "--force", store)


def exported(running):
    """Spans that left each service."""
    answers = {name: httpx.get(running.url(name) + "/readyz?verbose").json() for name in deployment.SERVICES}
    return {name: answer["exporter"]["exported"] for name, answer in answers.items()}


def test_the_page_links_to_grafana(running):
    link = httpx.get(running.url("frontend") + "/config").text
    assert f"localhost:{running.environment['PORT_GRAFANA']}/explore" in link and "{trace_id}" in link


@pytest.mark.parametrize("expression", sorted({*deployment.promql(), *deployment.recorded()}))
def test_every_expression_finds_data(used, expression):
    assert used.wait_for(expression, timeout=30)


def test_every_rule_is_loaded_and_evaluates(used):
    used.wait_for("job:unavailable:ratio_rate6h")
    loaded = [rule for group in used.api("rules")["groups"] for rule in group["rules"]]
    assert len(loaded) == len(deployment.rules())
    assert [rule["name"] for rule in loaded if rule["health"] not in ("ok", "unknown")] == []


def test_every_service_is_a_target_that_answers(used):
    targets = {target["labels"]["job"]: target for target in used.api("targets")["activeTargets"]}
    assert {name: targets[name]["lastError"] for name in deployment.SERVICES} == dict.fromkeys(deployment.SERVICES, "")


def test_exemplars_lead_to_traces(used):
    now = time.time()
    asked = {"query": "http_request_duration_seconds_bucket", "start": now - 300, "end": now + 60}
    found = until(lambda: used.api("query_exemplars", **asked))
    labels = [exemplar["labels"] for series in found for exemplar in series["exemplars"]]
    assert all(re.fullmatch(r"[0-9a-f]{32}", label["trace_id"]) for label in labels) and labels


def test_tempo_may_write_what_it_counts(used):
    # An empty write is refused as such; without the flag for the receiver nobody would be there: 404.
    assert httpx.post(f"{used.url}/api/v1/write", content=b"").status_code != 404


def test_every_replica_is_scraped(running, used):
    scale = ["up", "--detach", "--no-recreate", "--no-deps"]
    running.compose(*scale, "--scale", "dice-roller=3", "dice-roller")
    try:
        used.wait_for('count(up{job="dice-roller"} == 1) == 3', timeout=60)
    finally:
        running.compose(*scale, "--scale", "dice-roller=1", "dice-roller")


def test_a_killed_service_raises_an_alert(running, used):
    container = running.container("die-service")
    running.docker("kill", container)
    try:
        # The name is gone, and with it the target: there is no `up` of 0 to see.
        used.wait_for('ALERTS{alertname="ServiceDown", job="die-service"}', timeout=60)
    finally:
        running.docker("start", container)
        running.wait_until_healthy("die-service")
    used.wait_for('up{job="die-service"} == 1', timeout=60)


def test_memory_limits_have_headroom(running, used):
    names = [*deployment.SERVICES, "prometheus"]
    for name in names:
        percent = running.docker("stats", "--no-stream", "--format", "{{.MemPerc}}", running.container(name))
        assert float(percent.strip().rstrip("%")) < 50, name
