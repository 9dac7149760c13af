"""/metrics as scrapers read it: the names, labels and buckets that dashboards rely on, in both formats."""

import shutil
import subprocess

import httpx
import pytest

from conftest import running_service
from metrics_page import OPENMETRICS, PARSERS, SERVICES, TEXT, Page

TO_TEN = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 5, 7.5, 10]
TO_FIVE = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5]
CONVENTION = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

EVERYWHERE = {
    ("http_requests", "counter", ("handler", "method", "status")): None,
    ("http_request_duration_seconds", "histogram", ("handler", "method")): TO_TEN,
    ("http_request_size_bytes", "summary", ("handler",)): None,
    ("http_response_size_bytes", "summary", ("handler",)): None,
}
OWN = {
    "die-service": {
        ("die_specifications_requested", "counter", ("identifier",)): None,
        ("die_list_requests", "counter", ()): None,
        ("die_specifications_loaded", "gauge", ()): None,
    },
    "dice-roller": {
        ("dice_rolls", "counter", ("die_type", "result")): None,
        ("dice_roll_value", "histogram", ("die_type",)): [1, 2, 3, 4, 5, 6, 7, 8],
        ("die_service_requests", "counter", ("identifier", "status")): None,
        ("die_service_request_duration_seconds", "histogram", ()): [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
        ("async_rolls", "counter", ("die_type", "result")): None,
        ("async_roll_batch_size", "histogram", ()): [1, 2, 3, 5, 10, 15, 20],
        ("async_roll_duration_seconds", "histogram", ()): TO_FIVE,
        ("async_rolls_in_progress", "gauge", ()): None,
    },
    "frontend": {
        ("frontend_requests", "counter", ("die_type", "status")): None,
        ("backend_requests", "counter", ("die_type", "status_code")): None,
        ("backend_request_duration_seconds", "histogram", ("die_type",)): TO_FIVE,
        ("async_roll_requests", "counter", ("batch_size",)): None,
    },
}


@pytest.fixture(scope="module")
def used(quick_stack):
    """A stack that has answered a request of every kind, so that every family has a series."""
    for target in (
        "/",
        "/roll?die=fair",
        "/roll-async?die=fair&times=4",
        "/roll?die=broken",
        "/roll?die=nope",
        "/nope",
    ):
        httpx.get(quick_stack.frontend_url + target)
    httpx.get(f"{quick_stack.die_url}/dice")
    return quick_stack


@pytest.mark.parametrize("content_type", PARSERS)
@pytest.mark.parametrize("service", SERVICES)
def test_names_kinds_labels_and_buckets(used, service, content_type):
    page = Page(used.urls()[service], content_type)
    for (name, kind, labels), buckets in (EVERYWHERE | OWN[service]).items():
        family = page.families[name]
        assert family.type == kind, name
        assert family.documentation, name
        for sample in family.samples:
            assert set(sample.labels) - {"le"} == set(labels), sample
        if buckets is not None:
            series = {}
            for sample in family.samples:
                if sample.name.endswith("_bucket"):
                    key = tuple(sorted(item for item in sample.labels.items() if item[0] != "le"))
                    series.setdefault(key, []).append(sample)
            assert series, name
            for samples in series.values():
                assert [float(sample.labels["le"]) for sample in samples] == [*buckets, float("inf")]
                counts = [sample.value for sample in samples]
                assert counts == sorted(counts)


@pytest.mark.parametrize("service", SERVICES)
def test_families_beside_the_references(used, service):
    families = Page(used.urls()[service]).families
    buckets = [
        sample.labels["le"]
        for sample in families["http_server_request_duration_seconds"].samples
        if sample.name.endswith("_bucket")
    ]
    assert [float(bound) for bound in buckets[: len(CONVENTION) + 1]] == [*CONVENTION, float("inf")]
    for name in (
        "event_loop_delay_seconds",
        "event_loop_utilization_ratio",
        "process_resident_memory_bytes",
        "process_cpu_seconds",
        "process_open_fds",
        "process_start_time_seconds",
    ):
        assert name in families, name
    assert any(name.startswith("otel_exporter_") for name in families)
    info = {key: value for sample in families["target_info"].samples for key, value in sample.labels.items()}
    assert info["service_name"] == service and info["telemetry_sdk_language"] == "swift"


@pytest.mark.parametrize("service", SERVICES)
def test_target_info_is_the_resource_of_the_spans(used, service):
    (labels,) = Page(used.urls()[service]).values("target_info")
    (resource,) = {tuple(span.resource.items()) for span in used.collector.spans() if span.service == service}
    assert dict(labels) == {name.replace(".", "_"): str(value) for name, value in resource}


@pytest.mark.parametrize("service", ["dice-roller", "frontend"])
def test_exemplars_lead_to_the_trace(used, client, service):
    trace_id = client.get(f"{used.frontend_url}/roll?die=fair").json()["trace_id"]
    used.collector.trace(trace_id, 5)
    exemplars = [
        sample.exemplar
        for family in Page(used.urls()[service], OPENMETRICS).families.values()
        for sample in family.samples
        if sample.exemplar
    ]
    assert trace_id in {exemplar.labels["trace_id"] for exemplar in exemplars}
    spans = {(span.trace_id, span.span_id) for span in used.collector.spans()}
    assert all((exemplar.labels["trace_id"], exemplar.labels["span_id"]) in spans for exemplar in exemplars)


@pytest.mark.parametrize(
    "accept, expected",
    [
        ("*/*", TEXT),
        ("text/plain", TEXT),
        ("application/openmetrics-text", OPENMETRICS),
        ("application/openmetrics-text;q=0.5,text/plain;q=0.9", TEXT),
        (
            "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            OPENMETRICS,
        ),
        ("application/openmetrics-text;q=0", TEXT),
        ("image/png", TEXT),
    ],
)
def test_the_format_that_is_asked_for(stack, client, accept, expected):
    answer = client.get(f"{stack.die_url}/metrics", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, expected)
    assert answer.text.endswith("# EOF\n") == (expected == OPENMETRICS)


def test_exemplars_are_of_sampled_traces_only_and_inside_their_bucket(stack, client):
    parent = f"00-{'7' * 32}-b7ad6b7169203331-00"
    for _ in range(5):
        client.get(f"{stack.roller_url}/roll-async?die=fair&times=2")
        # The newest exemplar of a bucket stays: it must not be one of these.
        client.get(f"{stack.roller_url}/roll-async?die=fair&times=2", headers={"traceparent": parent})
    exemplars = 0
    for family in Page(stack.roller_url, OPENMETRICS).families.values():
        lower = {}
        for sample in family.samples:
            if not sample.name.endswith("_bucket"):
                assert sample.exemplar is None, sample
                continue
            series = tuple(item for item in sample.labels.items() if item[0] != "le")
            below, upper = lower.get(series, float("-inf")), float(sample.labels["le"])
            lower[series] = upper
            if sample.exemplar:
                exemplars += 1
                assert below < sample.exemplar.value <= upper, sample
                assert sample.exemplar.labels["trace_id"] != "7" * 32
                assert sample.exemplar.timestamp is not None
                assert sum(len(name + value) for name, value in sample.exemplar.labels.items()) <= 128
    assert exemplars > 3


def test_head_has_the_headers_of_get(stack, client):
    get = client.get(f"{stack.die_url}/metrics", headers={"Accept-Encoding": "identity"})
    head = client.head(f"{stack.die_url}/metrics", headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "vary"):
        assert head.headers[name] == get.headers[name]
    assert int(head.headers["content-length"]) > 1000


def test_metrics_can_be_switched_off(collector, client):
    with running_service("die-service", collector, environment={"OTEL_METRICS_EXPORTER": "none"}) as (_, url):
        assert client.get(f"{url}/metrics").status_code == 404
        assert client.get(f"{url}/dice").status_code == 200


def test_gzip_where_it_is_accepted(stack, client):
    assert client.get(f"{stack.die_url}/metrics").headers.get("content-encoding") == "gzip"
    plain = client.get(f"{stack.die_url}/metrics", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.text.endswith("\n")


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Debian's prometheus is not installed")
@pytest.mark.parametrize("service", SERVICES)
def test_promtool_has_nothing_to_say(used, service):
    page = Page(used.urls()[service]).text
    result = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, text=True)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")
