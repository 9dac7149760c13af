"""W3C Trace Context level 2 and Baggage, seen from outside: the relay, its answer, baggage, what the environment changes."""

import json

import httpx
import pytest

from trace_relay import PARENT, TRACE, VALID, running_relay


def test_the_calls_are_relayed_in_order_with_their_arguments(relay):
    _, received = relay.send(calls=3)
    assert [(request.method, request.path) for request in received] == [("POST", "/call")] * 3
    assert [json.loads(request.body) for request in received] == [[{"n": n}] for n in range(3)]


@pytest.mark.parametrize("body", ["", "{}", "[1]", '[{"url":"nonsense","arguments":[]}]', '[{"arguments":[]}]'])
def test_what_is_no_list_of_calls_is_refused(relay, body):
    assert httpx.post(f"{relay.url}/relay", content=body).status_code == 400


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
