"""The exported trace is the tree of the specification, with every roll inside its batch, whatever happens."""

import re

import pytest
from opentelemetry import propagate
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from conftest import running_all, running_service
from raw_http import Connection
from roll_traces import AROUND_ROLLS, ENDLESS, outline
from traces import Trace, overlap_instant

FACES = [1, 2, 3, 4, 5, 6]


@pytest.fixture(scope="module")
def batch(stack):
    """A batch of ten fair rolls: the answer and its trace."""
    with Connection(stack.frontend_url) as connection:
        connection.get("/roll-async?die=fair&times=10")
        answer = connection.answer()
    assert answer.status == 200
    trace_id = answer.header("traceresponse").split("-")[1]
    return answer, stack.collector.trace(trace_id, AROUND_ROLLS + 10)


def test_the_tree(batch):
    assert batch[1].outline() == outline(10)


def test_the_answer_names_the_trace_and_its_root(batch):
    answer, trace = batch
    assert f'"trace_id":"{trace.root.trace_id}"' in answer.body.decode()
    assert (
        answer.header("traceresponse") == f"00-{trace.root.trace_id}-{trace.root.span_id}-{trace.root.flags & 0xFF:02x}"
    )
    assert trace.root.parent_id == ""


def test_all_rolls_are_open_at_one_instant(batch):
    rolls = batch[1].rolls()
    assert len(rolls) == 10
    assert overlap_instant(rolls) is not None, [(roll.start, roll.end) for roll in rolls]


def test_no_span_leaves_its_parent(batch):
    assert batch[1].leaving_parent() == []


def test_attributes_of_the_frontend(batch):
    answer, trace = batch
    server = trace.one("GET /roll-async", "frontend", "SERVER").attributes
    assert server["die.type"] == "fair"
    assert server["async.batch_size"] == 10
    assert server["async.total_result"] == int(re.search(rb'"total":(\d+)', answer.body)[1])
    assert server["backend.status_code"] == 200
    assert server["backend.url"].startswith("http://127.0.0.1:")
    assert 0 < server["backend.duration"] < trace.root.duration / 1e9


def test_attributes_of_the_roller_and_of_its_rolls(batch):
    answer, trace = batch
    total = int(re.search(rb'"total":(\d+)', answer.body)[1])
    server = trace.one("GET /roll-async", "dice-roller").attributes
    assert {key: server[key] for key in ("die.type", "die.faces", "async.batch_size", "async.total_result")} == {
        "die.type": "fair",
        "die.faces": FACES,
        "async.batch_size": 10,
        "async.total_result": total,
    }
    assert type(server["die.error_rate"]) is float and server["die.error_rate"] == 0
    whole = trace.one("async_roll_batch").attributes
    assert (whole["async.batch_size"], whole["async.total_result"]) == (10, total)
    rolls = trace.rolls()
    assert [roll.attributes["async.roll_index"] for roll in rolls] == list(range(10))
    assert all(roll.attributes["die.type"] == "fair" and roll.attributes["die.faces"] == FACES for roll in rolls)
    assert all(roll.attributes["die.error"] is False for roll in rolls)
    assert sum(roll.attributes["die.result"] for roll in rolls) == total


def test_attributes_of_the_die_service(batch):
    trace = batch[1]
    assert trace.one("GET", "dice-roller").attributes["die_service.identifier"] == "fair"
    server = trace.one("GET /dice", "die-service").attributes
    assert (server["request.type"], server["die.identifier"], server["die.found"]) == ("get", "fair", True)


def test_http_attributes_follow_the_stable_conventions(batch):
    for span in batch[1].spans:
        if span.kind == "INTERNAL":
            continue
        attributes = span.attributes
        assert attributes["http.request.method"] == "GET"
        assert attributes["http.response.status_code"] == 200
        assert attributes["network.protocol.version"] == "1.1"
        assert type(attributes["server.port"]) is int and attributes["server.address"] == "127.0.0.1"
        assert not {"http.method", "http.status_code", "http.url", "http.target", "error.type"} & set(attributes)
        if span.kind == "CLIENT":
            assert attributes["url.full"].startswith("http://127.0.0.1:")
        else:
            assert attributes["url.scheme"] == "http"
            assert attributes["http.route"] == attributes["url.path"] == span.name.removeprefix("GET ")
            assert attributes["url.query"].startswith(("die=", "identifier="))


def test_flags_and_status(batch):
    for span in batch[1].spans:
        remote = span.kind == "SERVER" and span.parent_id != ""
        assert span.flags & 0x1 and span.flags & 0x100
        assert bool(span.flags & 0x200) == remote, (span.name, span.flags)
        assert (span.status, span.status_message) == ("UNSET", "")


def test_the_list_of_dice_has_its_own_attributes(stack, client):
    answer = client.get(f"{stack.die_url}/dice")
    span = stack.collector.trace(answer.headers["traceresponse"].split("-")[1], 1).root
    assert (span.attributes["request.type"], span.attributes["die.count"]) == ("list", 3)


def test_a_single_roll(stack, client):
    answer = client.get(f"{stack.frontend_url}/roll?die=fair").json()
    trace = stack.collector.trace(answer["trace_id"], 5)
    assert trace.outline() == [
        "frontend SERVER GET /roll",
        "  frontend CLIENT GET",
        "    dice-roller SERVER GET /roll",
        "      dice-roller CLIENT GET",
        "        die-service SERVER GET /dice",
    ]
    assert trace.one("GET /roll", "frontend").attributes["roll.value"] == answer["roll"]
    roll = trace.one("GET /roll", "dice-roller").attributes
    assert (roll["die.result"], roll["die.error"], roll["die.faces"]) == (answer["roll"], False, FACES)


def test_an_unmatched_path_has_no_route_and_a_quiet_name(stack, client):
    answer = client.get(f"{stack.die_url}/nope/12345")
    span = stack.collector.trace(answer.headers["traceresponse"].split("-")[1], 1).root
    assert (span.name, span.status) == ("GET", "UNSET")
    assert span.attributes["url.path"] == "/nope/12345" and "http.route" not in span.attributes


def test_the_probes_are_not_traced(stack, client):
    parent = "00-5bf7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    for url in stack.urls().values():
        for path in ("/metrics", "/livez", "/readyz"):
            client.get(url + path, headers={"traceparent": parent})
        client.get(f"{url}/nope", headers={"traceparent": parent})
    spans = stack.collector.spans(parent.split("-")[1], 3)
    assert {(span.service, span.attributes["url.path"]) for span in spans} == {(name, "/nope") for name in stack.urls()}


def test_a_span_of_the_python_sdk_becomes_the_parent(stack, client):
    provider = TracerProvider(resource=Resource.create({"service.name": "caller"}))
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(f"{stack.collector.url}/v1/traces")))
    with provider.get_tracer("test").start_as_current_span("upstream") as upstream:
        headers = {}
        propagate.inject(headers)
        answer = client.get(f"{stack.frontend_url}/roll-async?die=fair&times=3", headers=headers).json()
    provider.shutdown()
    trace_id = format(upstream.get_span_context().trace_id, "032x")
    assert answer["trace_id"] == trace_id
    trace = stack.collector.trace(trace_id, 1 + AROUND_ROLLS + 3)
    assert trace.outline() == ["caller INTERNAL upstream", *("  " + line for line in outline(3))]
    assert trace.one("GET /roll-async", "frontend", "SERVER").flags & 0x200


def test_an_unsampled_parent_is_obeyed(stack, client):
    parent = "00-6cf7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
    answer = client.get(f"{stack.frontend_url}/roll-async?die=fair&times=2", headers={"traceparent": parent})
    trace_id = parent.split("-")[1]
    assert answer.json()["trace_id"] == trace_id
    assert answer.headers["traceresponse"].startswith(f"00-{trace_id}-") and answer.headers["traceresponse"].endswith(
        "-00"
    )
    later = client.get(f"{stack.frontend_url}/roll?die=fair").json()
    stack.collector.spans(later["trace_id"], 5)
    assert stack.collector.received(trace_id) == []


def test_a_failed_batch_ends_its_other_rolls_at_once(collector, broken_dice, client):
    with running_all(collector, environment={"DIE_SPECIFICATIONS": broken_dice}) as stack:
        answer = client.get(f"{stack.frontend_url}/roll-async?die=broken&times=10")
        failed = int(
            re.fullmatch(r"Async roll batch failed: Die 'broken' failed on roll (\d)", answer.json()["detail"])[1]
        )
        trace = collector.trace(answer.json()["trace_id"], AROUND_ROLLS + 10)
    assert answer.status_code == 500
    assert trace.outline() == outline(10)
    assert trace.leaving_parent() == []
    rolls = trace.rolls()
    first = rolls[failed]
    assert first.end == min(roll.end for roll in rolls)
    assert (first.status, first.attributes["die.error"]) == ("ERROR", True)
    assert [event.name for event in first.events] == ["exception"]
    assert {"exception.type", "exception.message"} <= set(first.events[0].attributes)
    cancelled = [roll for roll in rolls if roll.attributes.get("async.cancelled")]
    # Two timers of the same millisecond may both have failed before the batch could end.
    assert len(cancelled) >= 7
    assert all(roll.status == "UNSET" and "die.result" not in roll.attributes for roll in cancelled)
    assert trace.one("async_roll_batch").status == "ERROR"
    for name, service in (("GET /roll-async", "dice-roller"), ("GET", "frontend"), ("GET /roll-async", "frontend")):
        assert trace.one(name, service).status == "ERROR"
        assert trace.one(name, service).attributes["error.type"] == "500"


# The end of its stream says that a client has left on the roller's routes only; elsewhere it still wants its answer.
@pytest.mark.parametrize(
    ("through", "leave"),
    [("dice-roller", Connection.reset), ("dice-roller", Connection.half_close), ("frontend", Connection.reset)],
    ids=["roller-RST", "roller-FIN", "frontend-RST"],
)
def test_a_client_that_leaves_cancels_its_rolls(collector, client, leave, through):
    with running_all(collector, environment=ENDLESS) as stack:
        with Connection(stack.urls()[through]) as connection:
            connection.get("/roll-async?die=fair&times=10")
            started = stack.roller.wait_for_logs("Async roll batch started")[0]
            collector.spans(started["trace_id"], 1)  # the die-service has answered, so the rolls are under way
            leave(connection)
            expected = AROUND_ROLLS + 10 - (0 if through == "frontend" else 2)
            trace = collector.trace(started["trace_id"], expected)
        metrics = client.get(f"{stack.roller_url}/metrics").text
    assert trace.leaving_parent() == []
    assert all(roll.attributes["async.cancelled"] is True and roll.status == "UNSET" for roll in trace.rolls())
    assert re.search(r"^async_rolls_in_progress(\{.*\})? 0(\.0)?$", metrics, re.MULTILINE)


def test_a_shut_down_in_the_middle_ends_every_span(collector):
    environment = ENDLESS | {"DRAIN_TIMEOUT_SECONDS": "1"}
    with running_all(collector, environment=environment) as stack, Connection(stack.frontend_url) as connection:
        connection.get("/roll-async?die=fair&times=10")
        started = stack.roller.wait_for_logs("Async roll batch started")[0]
        collector.spans(started["trace_id"], 1)
        stack.frontend.close()
    trace = Trace(collector.received(started["trace_id"]))
    assert trace.outline() == outline(10)
    assert trace.leaving_parent() == []


def test_three_processes_give_the_same_tree(services, client):
    answer = client.get(f"{services.frontend_url}/roll-async?die=fair&times=5").json()
    trace = services.collector.trace(answer["trace_id"], AROUND_ROLLS + 5)
    assert trace.outline() == outline(5)
    assert overlap_instant(trace.rolls()) is not None


def test_the_resource_says_who_sent_it(collector, client):
    environment = {"OTEL_SERVICE_NAME": "named", "OTEL_RESOURCE_ATTRIBUTES": "service.name=other,team=a%20b"}
    with running_service("die-service", collector, environment=environment) as (_, url):
        client.get(f"{url}/dice")
        resource = collector.spans()[0].resource
    assert (resource["service.name"], resource["team"]) == ("named", "a b")
    assert resource["telemetry.sdk.language"] == "swift"
    assert {"telemetry.sdk.name", "telemetry.sdk.version", "service.version"} <= set(resource)
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", resource["service.instance.id"].lower()
    )
