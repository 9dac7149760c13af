"""W3C Trace Context level 2, section 3.3: what a service sends on for the `tracestate` that it received."""

import pytest

from trace_relay import PARENT, TRACE, VALID

KEY = "abcdefghijklmnopqrstuvwxyz0123456789_-*/"
VALUE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in ",=")
KEPT = {
    "two members": ["foo=1,bar=2"],
    "two headers": ["foo=1", "bar=2"],
    "three headers": ["foo=1,bar=2", "rojo=1,congo=2", "baz=3"],
    "white space around members": ["foo=1 \t , \t bar=2, \t baz=3"],
    "white space around it": [" \t foo=1 \t "],
    "empty members": ["foo=1,,bar=2,", ",,baz=3"],
    "an empty header": ["foo=1", ""],
    "every character of a key": [f"{KEY}=1", f"0{KEY}=1"],
    "every character of a tenant's key": [f"{KEY}@a{KEY[:13]}=1"],
    "every character of a value": [f"foo={VALUE}"],
    "blanks in a value": ["foo=bar baz  qux"],
    "the longest key": ["z" * 256 + "=1"],
    "the longest tenant's key": ["t" * 241 + "@" + "v" * 14 + "=1"],
    "the longest value": ["foo=" + "v" * 256],
    "as many members as there may be": [",".join(f"bar{n:02}={n:02}" for n in range(32))],
    "512 characters": [",".join(f"k{n}=" + "v" * 124 for n in range(4))],
}


@pytest.mark.parametrize("values", KEPT.values(), ids=KEPT)
def test_a_valid_tracestate_is_passed_on_in_order(relay, values):
    call = relay.one(("traceparent", VALID), *(("tracestate", value) for value in values))
    members = [member.strip(" \t") for value in values for member in value.split(",")]
    assert call.trace_id == TRACE
    assert call.tracestate == [member for member in members if member]


def test_a_key_that_comes_twice_is_passed_on_or_comes_once(relay):
    call = relay.one(("traceparent", VALID), ("tracestate", "foo=1,foo=2"))
    assert call.tracestate in (["foo=1", "foo=2"], ["foo=1"], ["foo=2"])


DISCARDED = {
    "a member without a value": "foo=1,bar",
    "an empty value": "foo=",
    "an empty key": "=1",
    "two equal signs": "foo=bar=baz,bar=3",
    "a blank before the equal sign": "foo =1",
    "a key in upper case": "FOO=1",
    "a key with a point": "foo.bar=1",
    "a key with a bang": "foo!=1",
    "a key without a system": "foo@=1,bar=2",
    "a key without a tenant": "@foo=1,bar=2",
    "a key with two at signs": "foo@@bar=1,bar=2",
    "a key of three parts": "foo@bar@baz=1,bar=2",
    "a system that begins with a digit": "foo@1bar=1",
    "a key that is too long": "z" * 257 + "=1",
    "a tenant that is too long": "t" * 242 + "@v=1",
    "a system that is too long": "t@" + "v" * 15 + "=1",
    "a value that is too long": "foo=" + "v" * 257,
    "a tab in a value": "foo=a\tb",
    "a value beyond ASCII": "foo=\xe9",
    "as many members as there may be, before another": ",".join(f"bar{n:02}={n:02}" for n in range(32)),
}


@pytest.mark.parametrize("value", DISCARDED.values(), ids=DISCARDED)
def test_an_invalid_tracestate_is_discarded_and_the_trace_continued(relay, value):
    call = relay.one(("traceparent", VALID), ("tracestate", value), ("tracestate", "good=1"))
    assert (call.trace_id, call.tracestate) == (TRACE, [])


def test_a_tracestate_alone_is_dropped(relay):
    assert relay.one(("tracestate", "foo=1")).tracestate == []


@pytest.mark.parametrize("name", ["TraceState", "TrAcEsTaTe", "TRACESTATE"])
def test_the_name_of_tracestate_is_read_in_any_case(relay, name):
    assert relay.one(("traceparent", VALID), (name, "foo=1")).tracestate == ["foo=1"]


def test_tracestate_is_part_of_the_exported_spans(relay):
    relay.one(("traceparent", f"00-{'e' * 32}-{PARENT}-01"), ("tracestate", "foo=1"), ("tracestate", "bar=2"))
    assert {span.trace_state for span in relay.collector.spans("e" * 32, 2)} == {"foo=1,bar=2"}
