"""The trace store as the one address of every signal and of browsers: what it drops politely, and whom it lets in."""

import contextlib
import gzip
import json

import pytest
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2

from otlp_receiver import PROTOBUF
from scripted_server import Reply, ScriptedServer
from trace_store import JSON, export_of, status_of, trace_store

ANSWERS = {
    "metrics": metrics_service_pb2.ExportMetricsServiceResponse,
    "logs": logs_service_pb2.ExportLogsServiceResponse,
}


@pytest.fixture(scope="module")
def store():
    with trace_store() as store:
        yield store


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("signal", ANSWERS)
def test_other_signals_are_dropped_with_a_word(store, signal, compressed):
    """A warning, not a rejection, which exporters would count as lost records."""

    def post(content, content_type):
        headers = {"content-type": content_type} | ({"content-encoding": "gzip"} if compressed else {})
        body = gzip.compress(content) if compressed else content
        answer = store.client.post(f"/v1/{signal}", content=body, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)
        return answer

    partial = ANSWERS[signal].FromString(post(b"", PROTOBUF).content).partial_success
    assert "traces alone" in partial.error_message and signal in partial.error_message
    assert [field.name for field, _ in partial.ListFields()] == ["error_message"]
    assert post(b"{}", JSON).json() == {"partialSuccess": {"errorMessage": partial.error_message}}


@pytest.mark.parametrize("signal", ANSWERS)
def test_what_is_no_export_of_another_signal_is_refused(store, signal):
    answer = store.client.post(f"/v1/{signal}", content=b"x", headers={"content-type": "text/plain"})
    assert answer.status_code == 415 and status_of(answer).message
    answer = store.client.post(f"/v1/{signal}", content=bytes((8 << 20) + 1), headers={"content-type": PROTOBUF})
    assert answer.status_code == 413 and status_of(answer).message


def preflight(store, origin, path="/v1/traces"):
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type,x-team"}
    return store.client.options(path, headers={"origin": origin} | asked)


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/metrics", "/v1/logs"])
def test_pages_of_this_host_may_export(store, path):
    answer = preflight(store, "http://localhost:5173", path)
    assert answer.status_code == 204 and answer.headers["access-control-allow-origin"] == "http://localhost:5173"
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == "content-type,x-team"
    assert "access-control-allow-credentials" not in answer.headers and "Origin" in answer.headers["vary"]
    answer = store.client.post(path, content=b"", headers={"content-type": PROTOBUF, "origin": "http://localhost:5173"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "http://localhost:5173")


def test_other_pages_may_neither_export_nor_read(store):
    assert "access-control-allow-origin" not in preflight(store, "https://evil.example").headers
    for path in ("/api/search", "/metrics", "/openapi.json"):
        answer = store.client.get(path, headers={"origin": "http://localhost:5173"})
        assert answer.status_code == 200 and "access-control-allow-origin" not in answer.headers


def test_a_browser_exports(store, driver):
    trace_id, _ = export_of()
    span = {"traceId": trace_id, "spanId": "0" * 15 + "1", "name": "click"}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})
    script = """
        const [url, body, done] = arguments
        fetch(url, {method: 'POST', body, headers: {'content-type': 'application/json', 'x-team': 'a'}})
          .then(answer => answer.status).then(done, error => done(String(error)))"""
    with contextlib.closing(ScriptedServer(Reply(200, b"", {"Content-Type": "text/html"}))) as server:
        driver.get(server.url)
        assert driver.execute_async_script(script, f"{store.url}/v1/traces", body) == 200
    assert store.knows(trace_id)
