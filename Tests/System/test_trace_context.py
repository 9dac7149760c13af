"""W3C Trace Context level 2 and Baggage, seen from outside: what a service sends on for what it received.

The service is `trace-relay`, which has the interface of the specification's own test harness
(https://github.com/w3c/trace-context/tree/main/test) on the middleware and the client of the dice services:
`.build/release/trace-relay PORT`, then `SERVICE_ENDPOINT=http://127.0.0.1:PORT/relay`.
"""

import contextlib
import dataclasses
import json
import re

import httpx
import pytest

from conftest import telemetry_to
from dice import RELAY, Dice, FreePorts
from otlp_receiver import Collector
from raw_http import Connection
from scripted_server import Reply, ScriptedServer

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
VALID = f"00-{TRACE}-{PARENT}-01"
OUTGOING = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")


@dataclasses.dataclass(frozen=True)
class Call:
    """A relayed call: the parts of its one traceparent, and what else it carried."""

    trace_id: str
    parent_id: str
    flags: int
    tracestate: list
    baggage: list


class Relay:
    """A running trace-relay, and where its calls arrive."""

    def __init__(self, collector, environment=None):
        self.collector = collector
        self.target = ScriptedServer(Reply(200))
        port = FreePorts.take()
        self.url = f"http://127.0.0.1:{port}"
        self.process = Dice(port, environment=telemetry_to(collector) | (environment or {}), program=RELAY)
        self.process.wait_until_ready(self.url)

    def close(self):
        """Ends both."""
        self.process.close()
        self.target.close()

    def send(self, *fields, calls=1):
        """Sends a request with these fields, byte for byte; gives its answer and what arrived of its calls."""
        before = len(self.target.requests)
        body = json.dumps([{"url": f"{self.target.url}/call", "arguments": [{"n": n}]} for n in range(calls)])
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        with Connection(self.url) as connection:
            connection.send(
                f"POST /relay HTTP/1.1\r\nHost: {connection.host}\r\nContent-Length: {len(body)}\r\n"
                f"{head}\r\n{body}".encode("latin-1")
            )
            answer = connection.answer()
        assert answer.status == 200, answer.body
        return answer, self.target.requests[before:]

    def relayed(self, *fields, calls=1):
        """The calls that became of a request with these fields."""
        received = self.send(*fields, calls=calls)[1]
        assert len(received) == calls
        return [self._call(request) for request in received]

    @staticmethod
    def _call(request):
        (traceparent,) = request.values("traceparent")
        parts = OUTGOING.fullmatch(traceparent)
        assert parts, traceparent
        members = [member for value in request.values("tracestate") for member in value.split(",")]
        return Call(parts[1], parts[2], int(parts[3], 16), members, request.values("baggage"))

    def one(self, *fields):
        """The only call that became of a request with these fields."""
        return self.relayed(*fields)[0]


@contextlib.contextmanager
def running_relay(collector, **environment):
    with contextlib.closing(Relay(collector, environment)) as relay:
        yield relay


@pytest.fixture(scope="module")
def relay():
    """A relay with the default settings, for the whole file."""
    with contextlib.closing(Collector()) as collector, running_relay(collector) as relay:
        yield relay
        assert collector.faults == []


def test_the_calls_are_relayed_in_order_with_their_arguments(relay):
    _, received = relay.send(calls=3)
    assert [(request.method, request.path) for request in received] == [("POST", "/call")] * 3
    assert [json.loads(request.body) for request in received] == [[{"n": n}] for n in range(3)]


@pytest.mark.parametrize("body", ["", "{}", "[1]", '[{"url":"nonsense","arguments":[]}]', '[{"arguments":[]}]'])
def test_what_is_no_list_of_calls_is_refused(relay, body):
    assert httpx.post(f"{relay.url}/relay", content=body).status_code == 400


# traceparent, section 3.2

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


# tracestate, section 3.3

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


# The answer


def test_the_answer_names_the_span_that_the_request_became(relay):
    answer, _ = relay.send(("traceparent", f"00-{'f' * 32}-{PARENT}-01"))
    server = next(span for span in relay.collector.spans("f" * 32, 2) if span.kind == "SERVER")
    named = f"00-{'f' * 32}-{server.span_id}-01"
    assert answer.header("traceresponse") == named
    assert answer.header("server-timing") == f"trace;desc={named}"


# Baggage


@pytest.mark.parametrize(
    "values, expected",
    [
        (["userId=alice"], "userId=alice"),
        (["a=1,b=2", "c=3"], "a=1,b=2,c=3"),
        (["a = 1 ; prop = x;other , b=2"], "a=1;prop = x;other,b=2"),
        (["a=%20%22%C3%A9"], "a=%20%22%C3%A9"),
        (["good=1,bad,=2,also bad=3,fine=4,broken=%zz,last=5"], "good=1,fine=4,last=5"),
        (["a=\xe9,b=2"], "b=2"),
        ([",".join(f"key{n}=value{n}" for n in range(64))], ",".join(f"key{n}=value{n}" for n in range(64))),
        (["big=" + "v" * 8188], "big=" + "v" * 8188),
    ],
    ids=["one", "several headers", "properties", "encoded", "bad members", "beyond ASCII", "64 members", "8192 bytes"],
)
def test_baggage_is_passed_on(relay, values, expected):
    call = relay.one(*(("baggage", value) for value in values))
    assert call.baggage == [expected]


def test_baggage_never_becomes_a_label(relay):
    relay.one(("baggage", "secret=hunter2"))
    assert "hunter2" not in httpx.get(f"{relay.url}/metrics").text


# The environment


def test_a_disabled_sdk_passes_everything_on(collector):
    with running_relay(collector, OTEL_SDK_DISABLED="true") as relay:
        answer, received = relay.send(
            ("traceparent", VALID), ("tracestate", "foo=1,bar=2"), ("baggage", "a=1"), calls=2
        )
        for request in received:
            assert request.values("traceparent") == [VALID]
            assert (request.values("tracestate"), request.values("baggage")) == (["foo=1,bar=2"], ["a=1"])
        (alone,) = relay.send()[1]
    assert (answer.header("traceresponse"), answer.header("server-timing")) == (None, None), "it has no span to name"
    assert alone.values("traceparent") == [] and collector.requests == []


@pytest.mark.parametrize(
    "propagators, traceparent, baggage",
    [
        ("none", False, False),
        ("tracecontext", True, False),
        ("baggage", False, True),
        ("baggage,tracecontext,baggage", True, True),
        ("b3,tracecontext", True, False),
    ],
)
def test_the_propagators_that_are_asked_for(collector, propagators, traceparent, baggage):
    with running_relay(collector, OTEL_PROPAGATORS=propagators) as relay:
        (received,) = relay.send(("traceparent", VALID), ("baggage", "a=1"))[1]
        warned = [record for record in relay.process.logs if record["message"] == "Setting ignored"]
    assert [value.split("-")[1] for value in received.values("traceparent")] == [TRACE] * traceparent
    assert received.values("baggage") == ["a=1"] * baggage
    assert len(warned) == ("b3" in propagators)


@pytest.mark.parametrize(
    "sampler, parent, sampled",
    [
        ("always_on", "00", 1),
        ("always_off", "01", 0),
        ("parentbased_always_off", "01", 1),
        ("parentbased_always_off", None, 0),
        ("parentbased_always_on", "00", 0),
        ("parentbased_always_on", None, 1),
    ],
)
def test_the_sampler_decides_the_flag_that_is_passed_on(collector, sampler, parent, sampled):
    fields = [("traceparent", f"00-{TRACE}-{PARENT}-{parent}")] if parent else []
    with running_relay(collector, OTEL_TRACES_SAMPLER=sampler) as relay:
        call = relay.one(*fields)
    assert call.flags & 1 == sampled
    assert len(collector.spans(count=0)) == 2 * sampled


def test_a_ratio_keeps_that_share_and_every_service_decides_alike(collector):
    environment = {"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25"}
    with running_relay(collector, **environment) as relay:
        for low, sampled in (("0" * 15 + "1", 1), ("3" + "f" * 15, 1), ("4" + "0" * 15, 0), ("f" * 16, 0)):
            trace_id = "1" * 16 + low
            assert relay.one(("traceparent", f"00-{trace_id}-{PARENT}-00")).flags & 1 == sampled, low
