"""What the trace store refuses, and what that costs it: faults, and exports that are small only on the wire."""

import gzip

import pytest

from otlp_receiver import PROTOBUF
from trace_store import GOOD, JSON, ExportResponse, export_of, json_export, status_of, trace_store

BODY_LIMIT = 8 << 20


@pytest.fixture(scope="module")
def store():
    with trace_store() as store:
        yield store


def varint(number):
    """Protobuf's variable-length integer."""
    return (bytes([number & 0x7F | 0x80]) + varint(number >> 7)) if number > 0x7F else bytes([number])


def inside(content, *fields):
    """The content as a field of that number, in a field of the next number, and so on."""
    for field in fields:
        content = bytes([field << 3 | 2]) + varint(len(content)) + content
    return content


ZIPPED = gzip.compress(GOOD * 100)
# An attribute that is an array in an array in an array…
NESTED = inside(b"", *[1, 5] * 2500, 2, 9, 2, 2, 1)
# Small on the wire, and each empty message takes hundreds of bytes in memory.
BOMBS = {
    "zeros": gzip.compress(bytes(1 << 28)),
    "empty spans": gzip.compress(inside(b"\x12\x00" * 4_000_000, 2, 1)),
    "empty attributes": gzip.compress(inside(b"\x4a\x00" * 4_000_000, 2, 2, 1)),
    "empty resources": gzip.compress(b"\x0a\x00" * 4_000_000),
}

REFUSED = {
    "no protobuf": (400, b"\xff\xff\xff\xff", {}),
    "protobuf cut off": (400, GOOD[:-3], {}),
    "a field of a wrong type": (400, b"\x08\x01" + b"\x0a\x7f", {}),
    "protobuf nested without end": (400, NESTED, {}),
    "gzip cut off": (400, ZIPPED[:-9], {"content_encoding": "gzip"}),
    "gzip with a tail": (400, ZIPPED + b"tail", {"content_encoding": "gzip"}),
    "gzip that is none": (400, GOOD, {"content_encoding": "gzip"}),
    "more objects than allowed": (413, b'{"resourceSpans":[{}' + b",{}" * 300_000 + b"]}", {"content_type": JSON}),
    "too large": (413, bytes(BODY_LIMIT + 1), {}),
    "another compression": (415, GOOD, {"content_encoding": "br"}),
    "no JSON": (400, b"{", {"content_type": JSON}),
    "JSON of a wrong type": (400, b'{"resourceSpans":5}', {"content_type": JSON}),
    "an id that is a number": (400, json_export(traceId=1), {"content_type": JSON}),
    "a time that is a word": (400, json_export(startTimeUnixNano="soon"), {"content_type": JSON}),
    "JSON nested without end": (400, b'{"resourceSpans":' + b"[" * 100_000, {"content_type": JSON}),
    "text": (415, GOOD, {"content_type": "text/plain"}),
    "no type": (415, GOOD, {"content_type": None}),
} | {f"a bomb of {name}": (413, bomb, {"content_encoding": "gzip"}) for name, bomb in BOMBS.items()}


@pytest.mark.parametrize("status, content, headers", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_taken_is_refused_with_a_reason_and_the_store_goes_on(store, status, content, headers):
    answer = store.export(content, **headers)
    assert answer.status_code == status
    if status != 415:
        assert answer.headers["content-type"] == headers.get("content_type", PROTOBUF)
    reason = status_of(answer).message
    assert reason and "\n" not in reason
    trace_id, request = export_of()
    store.keep(request)
    assert store.knows(trace_id)


def test_bombs_cost_no_memory():
    with trace_store() as store:
        before = store.memory()
        for bomb in [*BOMBS.values()] * 3:
            assert store.export(bomb, content_encoding="gzip").status_code == 413
        assert store.memory("VmHWM") - before < 96, "decoded, one of them takes a gigabyte"


@pytest.mark.parametrize("shared", ["resource", "scope"])
def test_what_all_traces_of_an_export_share_cannot_become_a_bomb(shared):
    """Each trace has its own copy of resource and scope: 500 MiB of copies, from an export of less than half a MiB."""
    request = export_of(spans=2000)[1]
    batch = request.resource_spans[0]
    for index, span in enumerate(batch.scope_spans[0].spans):
        span.trace_id = (index + 1).to_bytes(16, "big")
    holder = batch.resource if shared == "resource" else batch.scope_spans[0].scope
    holder.attributes.add(key="large").value.string_value = "x" * (256 << 10)
    with trace_store() as store:
        before = store.memory()
        partial = ExportResponse.FromString(store.export(request.SerializeToString()).content).partial_success
        assert store.memory("VmHWM") - before < 64, "the store keeps 32"
        kept = len(store.search(limit=3000))
        assert 100 < kept == 2000 - partial.rejected_spans < 128
        assert partial.error_message


def test_a_trace_cannot_become_a_bomb_piece_by_piece():
    with trace_store() as store:
        trace_id, request = export_of()
        span = request.resource_spans[0].scope_spans[0].spans[0].SerializeToString() + b"\x4a\x00" * 200_000
        answers = []
        for number in range(4):
            own = span.replace((1).to_bytes(8, "big"), (number + 1).to_bytes(8, "big"))
            answer = store.export(inside(own, 2, 2, 1))
            answers.append(ExportResponse.FromString(answer.content).partial_success.rejected_spans)
        assert answers == [0, 1, 1, 1]
        assert len(store.trace(trace_id).resource_spans[0].scope_spans[0].spans) == 1
        assert store.memory("VmHWM") < 192
