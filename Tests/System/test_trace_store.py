"""The trace store as a receiver: what it takes, what it refuses and how, and that neither shakes it."""

import contextlib
import gzip
import re
from pathlib import Path

import httpx
import pytest

from conftest import running_all
from dice import run
from otlp_receiver import PROTOBUF
from polling import until
from raw_http import Connection
from trace_store import GOOD, JSON, ExportResponse, export_of, json_export, status_of, trace_store


@pytest.fixture(scope="module")
def store():
    with trace_store() as store:
        yield store


@pytest.mark.parametrize("content_type", [PROTOBUF, JSON, "application/json; charset=utf-8", "Application/JSON"])
@pytest.mark.parametrize("encoding", [None, "identity", "gzip", "GZIP"])
def test_both_encodings_are_taken_compressed_or_not(store, content_type, encoding):
    trace_id, request = export_of()
    content = request.SerializeToString()
    if content_type != PROTOBUF:
        content = json_export(traceId=trace_id.upper())
    if encoding in ("gzip", "GZIP"):
        content = gzip.compress(content)
    answer = store.export(content, content_type, content_encoding=encoding)
    assert answer.status_code == 200
    assert (answer.headers["content-type"], answer.content) in [(PROTOBUF, b""), (JSON, b"{}")]
    assert store.trace(trace_id).resource_spans[0].scope_spans[0].spans[0].name == "work"


def test_spans_without_ids_are_counted_and_the_others_kept(store):
    trace_id, request = export_of(spans=4)
    spans = request.resource_spans[0].scope_spans[0].spans
    spans[1].trace_id = b""
    spans[2].span_id = bytes(8)
    answer = store.export(request.SerializeToString())
    partial = ExportResponse.FromString(answer.content).partial_success
    assert (answer.status_code, partial.rejected_spans) == (200, 2)
    assert partial.error_message
    kept = store.trace(trace_id).resource_spans[0].scope_spans[0].spans
    assert [span.name for span in kept] == ["work", "work 3"]


def test_an_empty_export_is_fine(store):
    assert store.export(b"").status_code == 200
    assert store.export(b"{}", JSON).content == b"{}"


def test_what_was_sent_twice_is_kept_once(store):
    trace_id, request = export_of(spans=3)
    for _ in range(3):
        store.keep(request)
    (found,) = [found for found in store.search() if found["traceID"] == trace_id]
    assert found["serviceStats"] == {"shop": {"spanCount": 3, "errorCount": 0}}
    assert len([s for b in store.trace(trace_id).resource_spans for g in b.scope_spans for s in g.spans]) == 3


@contextlib.contextmanager
def export_in_work(store, length=len(GOOD)):
    """A connection whose export the store has begun to read: it says so with 100 Continue."""
    with Connection(store.url) as connection:
        fields = f"Content-Type: {PROTOBUF}\r\nContent-Length: {length}\r\nExpect: 100-continue"
        connection.send(f"POST /v1/traces HTTP/1.1\r\nHost: {{host}}\r\n{fields}\r\n\r\n".encode())
        assert connection.answer().status == 100
        yield connection


def test_slow_senders_keep_nobody_else_out(store):
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(export_in_work(store)) for _ in range(64)]
        for connection in slow:
            connection.send(GOOD[:-1])
        assert store.export(GOOD).status_code == 200
        for connection in slow:
            connection.send(GOOD[-1:])
            assert connection.answer().status == 200


def bytes_on_their_way(url):
    """Bytes that clients have sent to that port and its server has not read (Linux; proc(5), /proc/net/tcp)."""
    port = f":{httpx.URL(url).port:04X}"
    total = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        local, remote, _, queues = line.split()[1:5]
        unsent, unread = (int(size, 16) for size in queues.split(":"))
        total += unread if local.endswith(port) else unsent if remote.endswith(port) else 0
    return total


def test_what_has_come_and_waits_has_a_bound():
    whole, waiting = 8 << 20, 32 << 20
    with trace_store() as store, contextlib.ExitStack() as stack:
        for _ in range(waiting // whole):
            connection = stack.enter_context(export_in_work(store, whole))
            connection.send(bytes(whole - 1))
            stack.callback(connection.reset)
        # An export beside the last of it would get its place, and that be refused.
        until(lambda: bytes_on_their_way(store.url) == 0)
        refused = until(lambda: store.export(GOOD), lambda answer: answer.status_code == 429)
        assert int(refused.headers["retry-after"]) >= 1
        assert status_of(refused).message
        stack.pop_all().close()
        until(lambda: store.export(GOOD).status_code == 200)


def test_too_much_is_refused_also_where_its_length_is_not_told(store):
    answer = store.export(bytes(1 << 16) for _ in range(200))
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert status_of(answer).message


def test_other_methods_are_not_for_exports(store):
    answer = store.client.get("/v1/traces")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")


def test_the_answer_to_a_probe(store):
    assert store.client.get("/ready").text == "ready\n"
    assert store.client.get("/api/echo").text == "echo"
    assert store.client.get("/readyz").status_code == 200


def test_the_store_does_not_trace_itself(store):
    trace_id, request = export_of()
    answer = store.export(request.SerializeToString(), traceparent=f"00-{'1' * 32}-{'2' * 16}-01")
    assert answer.status_code == 200
    assert not store.knows("1" * 32)
    assert all(trace["rootServiceName"] != "trace-store" for trace in store.search(limit=1000))


# Memory


@pytest.mark.timeout(300)
def test_a_million_spans_pass_through_bounded_memory():
    traces_each, spans_each, exports = 20, 50, 1000
    marks = [bytes([0xA0 + index]) * 16 for index in range(traces_each)]
    template = b"".join(export_of(spans_each, trace_id=mark.hex())[1].SerializeToString() for mark in marks)

    def export(number):
        content = template
        for index, mark in enumerate(marks):
            content = content.replace(mark, (1 + number * traces_each + index).to_bytes(16, "big"))
        assert store.export(content).content == b""

    with trace_store("--log-level", "ERROR") as store:
        for number in range(exports // 2):
            export(number)
        full = store.memory()
        for number in range(exports // 2, exports):
            export(number)
        highest = store.memory("VmHWM")
        sent = exports * traces_each
        kept = [number for number in range(1, sent + 1) if store.knows(f"{number:x}")]
        assert kept == list(range(kept[0], sent + 1)), "the newest are there without a gap"
        assert 500 < len(kept) < sent / 2
        for number in (kept[0], kept[len(kept) // 2], kept[-1]):
            spans = store.trace(f"{number:032x}").resource_spans[0].scope_spans[0].spans
            assert len(spans) == spans_each, "traces go as a whole"
        assert highest < 96, f"{highest} MiB, of which the traces may take 32"
        assert highest - full < 16, "once the store is full, it grows no more"


def test_its_metrics_tell_what_it_keeps():
    def figures(store):
        page = store.client.get("/metrics").text
        return {name: float(value) for name, value in re.findall(r"^trace_store_(\w+) (\S+)$", page, re.MULTILINE)}

    with trace_store("--trace-memory-mib", "1") as store:
        assert figures(store) == {"traces": 0, "bytes": 0, "limit_bytes": 1 << 20}
        for _ in range(3):
            store.keep(export_of(spans=10)[1])
        assert figures(store)["traces"] == 3
        for _ in range(60):
            store.keep(export_of(spans=1000)[1])
        full = figures(store)
        assert full["traces"] == len(store.search(limit=1000)) < 63
        assert (1 << 19) < full["bytes"] <= full["limit_bytes"]


def test_the_memory_of_the_store_is_a_setting():
    def kept(store):
        for _ in range(60):
            store.keep(export_of(spans=1000)[1])
        return len(store.search(limit=1000))

    with trace_store("--trace-memory-mib", "1") as small, trace_store(environment={"TRACE_MEMORY_MIB": "2"}) as large:
        few, more = kept(small), kept(large)
    assert few < more < 60
    assert abs(more - 2 * few) <= 3


@pytest.mark.parametrize("value", ["0", "-1", "much", "1000000000"])
def test_a_memory_that_makes_no_sense_is_refused(value):
    result = run("trace-store", "--port", 0, "--trace-memory-mib", value)
    assert result.returncode == 64
    assert "--trace-memory-mib" in result.stderr
    assert "TRACE_MEMORY_MIB" in run("trace-store", "--port", 0, environment={"TRACE_MEMORY_MIB": value}).stderr


def test_a_trace_larger_than_its_share_does_not_push_out_the_others():
    with trace_store("--trace-memory-mib", "1") as store:
        others = [export_of(spans=10) for _ in range(20)]
        for _, request in others:
            store.keep(request)
        trace_id, request = export_of(spans=500)
        refused = 0
        for part in range(40):
            for index, span in enumerate(request.resource_spans[0].scope_spans[0].spans):
                span.span_id = (1 + part * 500 + index).to_bytes(8, "big")
            answer = ExportResponse.FromString(store.export(request.SerializeToString()).content)
            refused += answer.partial_success.rejected_spans
        assert refused > 0
        assert store.knows(trace_id)
        assert all(store.knows(other) for other, _ in others)


# `dice all` beside somebody else's receiver


def test_a_receiver_that_is_no_address_is_none(collector, client):
    """The commonest mistake: no scheme. What is ignored counts as unset, so the built-in store is wanted."""
    with running_all(collector, environment={"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4317"}) as stack:
        stack.frontend.stderr.wait_for(lambda line: line.startswith("trace-store http://"))
        assert client.get(f"{stack.frontend_url}/traces").json()["traces"] == []


def test_where_the_port_is_taken_spans_go_to_whoever_listens_there(collector, client):
    flags = ("--trace-store-port", collector.port)
    with running_all(collector, *flags, environment={"OTEL_EXPORTER_OTLP_ENDPOINT": ""}) as stack:
        said = stack.frontend.stderr.wait_for(lambda line: "trace-store" in line)[0]
        assert str(collector.port) in said and "taken" in said
        trace_id = client.get(f"{stack.frontend_url}/roll?die=fair").json()["trace_id"]
        assert len(collector.spans(trace_id, 5)) == 5
