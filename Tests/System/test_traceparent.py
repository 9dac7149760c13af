"""W3C Trace Context level 2, section 3.2: what a service sends on for the `traceparent` that it received."""

import pytest

from trace_relay import PARENT, TRACE, VALID

CONTINUED = {
    "version 00": VALID,
    "not sampled": f"00-{TRACE}-{PARENT}-00",
    "white space around it": f" \t {VALID}\t ",
    "a later version": f"cc-{TRACE}-{PARENT}-01",
    "a later version, a dash behind": f"cc-{TRACE}-{PARENT}-01-",
    "a later version that is longer": f"cc-{TRACE}-{PARENT}-01-what-the-future-will-be-like",
    "the last version there can be": f"fe-{TRACE}-{PARENT}-01",
}


@pytest.mark.parametrize("value", CONTINUED.values(), ids=CONTINUED)
def test_a_valid_traceparent_is_continued(relay, value):
    call = relay.one(("traceparent", value), ("tracestate", "vendor=1"))
    assert call.trace_id == TRACE and call.parent_id != PARENT
    assert call.tracestate == ["vendor=1"]


RESTARTED = {
    "empty": "",
    "version ff": f"ff-{TRACE}-{PARENT}-01",
    "version with a point": f".0-{TRACE}-{PARENT}-01",
    "version in upper case": f"CC-{TRACE}-{PARENT}-01",
    "version of one digit": f"0-{TRACE}-{PARENT}-01",
    "version of three digits": f"000-{TRACE}-{PARENT}-01",
    "version 00, a dash behind": VALID + "-",
    "version 00, more behind": VALID + "-what-the-future-will-be-like",
    "a later version, a point behind": f"cc-{TRACE}-{PARENT}-01.what-the-future-will-be-like",
    "trace id of zeros": f"00-{'0' * 32}-{PARENT}-01",
    "trace id in upper case": f"00-{TRACE.upper()}-{PARENT}-01",
    "trace id with a point": f"00-.{TRACE[1:]}-{PARENT}-01",
    "trace id too short": f"00-{TRACE[1:]}-{PARENT}-01",
    "trace id too long": f"00-{TRACE}0-{PARENT}-01",
    "trace id of one part too few": f"00-{TRACE}-01",
    "parent id of zeros": f"00-{TRACE}-{'0' * 16}-01",
    "parent id in upper case": f"00-{TRACE}-{PARENT.upper()}-01",
    "parent id with a point": f"00-{TRACE}-.{PARENT[1:]}-01",
    "parent id too short": f"00-{TRACE}-{PARENT[1:]}-01",
    "parent id too long": f"00-{TRACE}-{PARENT}0-01",
    "flags with a point": f"00-{TRACE}-{PARENT}-.1",
    "flags in upper case": f"00-{TRACE}-{PARENT}-0A",
    "flags too short": f"00-{TRACE}-{PARENT}-1",
    "flags too long": f"00-{TRACE}-{PARENT}-001",
    "no flags": f"00-{TRACE}-{PARENT}-",
    "blanks for dashes": f"00 {TRACE} {PARENT} 01",
    "a list": f"{VALID},{VALID}",
}


@pytest.mark.parametrize("value", RESTARTED.values(), ids=RESTARTED)
def test_an_invalid_traceparent_begins_a_new_trace_without_tracestate(relay, value):
    call = relay.one(("traceparent", value), ("tracestate", "vendor=1"))
    assert call.trace_id != TRACE
    assert call.tracestate == []


@pytest.mark.parametrize("second", [VALID, f"00-{'1' * 32}-{PARENT}-01"], ids=["the same", "another"])
def test_two_traceparents_begin_a_new_trace(relay, second):
    call = relay.one(("traceparent", VALID), ("traceparent", second), ("tracestate", "vendor=1"))
    assert call.trace_id not in (TRACE, "1" * 32)
    assert call.tracestate == []


@pytest.mark.parametrize("name", ["TraceParent", "TrAcEpArEnT", "TRACEPARENT"])
def test_the_name_of_traceparent_is_read_in_any_case(relay, name):
    assert relay.one((name, VALID)).trace_id == TRACE


def test_without_headers_a_trace_begins_and_all_calls_are_in_it(relay):
    calls = relay.relayed(calls=3)
    assert len({call.trace_id for call in calls}) == 1
    assert len({call.parent_id for call in calls}) == 3
    assert all(call.tracestate == [] for call in calls)


def test_two_requests_without_headers_are_two_traces(relay):
    assert relay.one().trace_id != relay.one().trace_id


def test_each_call_names_its_own_client_span_as_the_parent(relay):
    calls = relay.relayed(("traceparent", f"00-{'c' * 32}-{PARENT}-01"), calls=3)
    trace = relay.collector.trace("c" * 32, 4)
    clients = [span for span in trace.spans if span.kind == "CLIENT"]
    assert {call.parent_id for call in calls} == {span.span_id for span in clients}
    server = trace.root
    assert (server.kind, server.parent_id, server.name) == ("SERVER", PARENT, "POST /relay")
    assert all(span.parent_id == server.span_id for span in clients)


# trace flags, section 3.2.2.5


@pytest.mark.parametrize(
    "version, flags, expected",
    [
        ("00", "00", 0x00),
        ("00", "01", 0x01),
        ("00", "02", 0x02),
        ("00", "03", 0x03),
        ("00", "ff", 0x03),
        ("00", "fc", 0x00),
        ("cc", "01", 0x01),
        ("cc", "ff", 0x01),
        ("cc", "fe", 0x00),
    ],
)
def test_flags_are_bits_of_which_the_known_ones_are_passed_on(relay, version, flags, expected):
    call = relay.one(("traceparent", f"{version}-{TRACE}-{PARENT}-{flags}"))
    assert (call.trace_id, call.flags) == (TRACE, expected)


def test_a_new_trace_is_sampled_and_its_id_random(relay):
    assert relay.one().flags == 0x03


def test_what_is_not_sampled_is_passed_on_and_not_exported(relay):
    trace_id = "d" * 32
    assert relay.one(("traceparent", f"00-{trace_id}-{PARENT}-00")).trace_id == trace_id
    relay.collector.spans(relay.one().trace_id, 2)
    assert relay.collector.received(trace_id) == []
