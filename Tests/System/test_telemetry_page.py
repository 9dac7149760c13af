"""Sources/Services/Telemetry/README.md says what the services emit: all of it, and nothing else.

The three services are driven to everything that the tables tell of, and whatever they say is compared with these. Which outcome
has which status, test_trace_outcomes.py and test_trace_cancellation.py look at.
"""

import collections
import contextlib
import dataclasses
import importlib
import json
import pkgutil
import re
import signal
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from opentelemetry.semconv import attributes as stable

from conftest import SPECIFICATIONS, running_service, running_services, telemetry_to
from dice import ROOT, preloaded, run
from laboratory import NOBODY
from metrics_page import Page
from otlp_receiver import accepted
from polling import until
from raw_http import Connection
from scripted_server import JSON, Fault, Reply, ScriptedServer
from stack_logs import IN_SPAN, KEYS, fields
from telemetry_page import IN_CONTAINERS, Metric, TelemetryPage
from trace_store import trace_store

pytestmark = pytest.mark.timeout(180)

EVERYTHING = {
    "LOG_LEVEL": "debug",
    "OTEL_LOGS_EXPORTER": "otlp",
    "OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN": "logs/dup",
    "OTEL_BSP_MAX_QUEUE_SIZE": "many",  # a setting that is ignored
}
# Nearly always there is one, which fails some rolls and keeps each under way long enough for its client to leave.
INCIDENTS = "every=1s,for=999ms,error-rate=0.3,delay=500ms,seed=42"
ROLLS = ["/roll?die=fair", "/roll-async?die=fair&times=2"]
DIE = Reply(200, json.dumps({"identifier": "fair", "specification": SPECIFICATIONS["fair"]}).encode(), JSON)
SOURCE = "\n".join(path.read_text() for path in (ROOT / "Sources").rglob("*.swift"))


@dataclasses.dataclass
class Emitted:
    """What the services told: a scrape of each when all went well, and of some when it did not."""

    spans: list
    pages: dict
    pages_in_trouble: list
    records: list


@pytest.fixture(scope="module")
def reference():
    """What the page says."""
    return TelemetryPage()


@pytest.fixture(scope="module")
def emitted(module_collector, broken_dice):
    """Of services that did everything that the page tells of."""
    pages, pages_in_trouble, processes = {}, [], []
    with httpx.Client(timeout=30) as client:
        with the_services(module_collector, broken_dice) as stack:
            processes += [stack.die, stack.roller, stack.frontend]
            succeed_and_fail(stack, client)
            leave(stack)
            generator = ("--url", stack.frontend_url, "--rate", 100, "--duration", 1, "--dice", "fair", "--max-async-rolls", 2)
            run("traffic", *generator, environment=telemetry_to(module_collector)).check_returncode()
            stack.roller.wait_for_logs("Incident ended")
            pages |= {name: Page(url) for name, url in stack.urls().items()}
            pages_in_trouble += lose_one_another(stack, client)
        pages_in_trouble += run_without_help(client, module_collector, processes)
        run_without_receiver(client, module_collector, processes)
    with trace_store() as store:
        pages["trace-store"] = Page(store.url)
    records = [record for process in processes for record in process.logs]
    return Emitted(module_collector.spans(), pages, pages_in_trouble, records)


@contextlib.contextmanager
def the_services(collector, broken_dice):
    """The three, with incidents, once the receiver has refused some records and remarked on others."""
    collector.answer(Reply(400), accepted(rejected=1, message="for a test"))
    environment = {"INCIDENTS": INCIDENTS, "DIE_SPECIFICATIONS": broken_dice, "ROLL_MAX_DELAY_MS": "100"}
    with running_services(collector, EVERYTHING | environment) as stack:
        until(lambda: not collector.replies)  # before there are spans to be lost
        yield stack


def succeed_and_fail(stack, client):
    """Rolls and batches of either end, unknown dice, paths and methods."""
    for url in stack.urls().values():
        for target in ("/", "/openapi.json", "/nope"):
            client.get(url + target)
        client.request("BREW", f"{url}/nope")
    for die in ("fair", "broken", "nope"):
        client.get(f"{stack.frontend_url}/dice?identifier={die}")
        for target in (f"/roll?die={die}", f"/roll-async?die={die}&times=20"):
            client.get(stack.frontend_url + target)
    for target in ("/dice", "/dice/"):
        client.get(stack.frontend_url + target)
    for target in ("/roll?die=fair", "/roll-async?die=fair&times=2"):
        for status in (200, 500):
            until(lambda: client.get(stack.frontend_url + target).status_code, lambda answered: answered == status)


def leave(stack):
    """Leaves in the middle of a batch, and sends what is no request."""
    with Connection(stack.frontend_url) as connection:
        connection.get("/roll-async?die=fair&times=3")
        stack.roller.wait_for_logs("Async roll batch started", times=3)
        connection.reset()
    stack.roller.wait_for_logs("Request not answered")
    for request in (b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"):
        with Connection(stack.frontend_url) as connection:
            connection.send(request)
            connection.answer()


def lose_one_another(stack, client):
    """One service after the other ends; what those that called it show then."""
    stop(stack.die)
    client.get(f"{stack.frontend_url}/dice")
    client.get(f"{stack.roller_url}/roll?die=fair")
    roller = Page(stack.roller_url)
    stop(stack.roller)
    for target in ROLLS:
        client.get(stack.frontend_url + target)
    return [roller, Page(stack.frontend_url)]


def stop(process):
    """Ends a service of the stack."""
    process.signal(signal.SIGTERM)
    assert process.wait() == 0


def run_without_help(client, collector, processes):
    """Neighbours that cut connections, talk nonsense, and say nothing; what the services show then."""
    with contextlib.closing(ScriptedServer(Fault.NONSENSE)) as neighbour, contextlib.ExitStack() as stack:
        environment = EVERYTHING | {"DIE_SERVICE_URL": neighbour.url, "DICE_ROLLER_URL": neighbour.url}
        roller, roller_url = stack.enter_context(running_service("dice-roller", collector, environment=environment))
        frontend, frontend_url = stack.enter_context(running_service("frontend", collector, environment=environment))
        processes += [roller, frontend]
        neighbour.answer(DIE, Fault.CUT, DIE)
        for _ in range(2):
            client.get(f"{roller_url}/roll?die=fair")
        urls = [url + target for url in (roller_url, frontend_url) for target in ROLLS]
        assert [client.get(url).status_code for url in urls] == [502] * len(urls)
        neighbour.default = Fault.HANG
        with ThreadPoolExecutor(len(urls)) as pool:
            assert [answer.status_code for answer in pool.map(client.get, urls)] == [504] * len(urls)
        return [Page(roller_url), Page(frontend_url)]


def run_without_receiver(client, collector, processes):
    """A die-service whose loop is blocked once, and whose last spans nobody takes."""
    environment = EVERYTHING | {
        "LD_PRELOAD": preloaded("slow_accept"),
        "OTEL_EXPORTER_OTLP_ENDPOINT": NOBODY,
        "OTEL_BSP_EXPORT_TIMEOUT": "200",
    }
    with running_service("die-service", collector, environment=environment) as (die, url):
        processes.append(die)
        client.get(f"{url}/dice")


def place_of(span):
    """Where the page tells of it."""
    return span.service, span.kind, re.sub(r"^async_roll_\d+$", "async_roll_{index}", span.name)


def test_every_span_is_on_the_page_with_its_own_attributes_and_events(reference, emitted):
    seen = collections.defaultdict(lambda: (set(), set()))
    for span in emitted.spans:
        attributes, events = seen[place_of(span)]
        attributes |= set(span.attributes) - reference.conventions[span.kind]
        events |= {event.name for event in span.events}
    assert dict(seen) == reference.spans


def test_every_attribute_by_convention_is_on_the_page(reference, emitted):
    seen = collections.defaultdict(set)
    for span in emitted.spans:
        seen[span.kind] |= set(span.attributes) - set(reference.own_types)
        seen["event"] |= {key for event in span.events for key in event.attributes}
    assert dict(seen) == reference.conventions


def test_attributes_have_their_types(reference, emitted):
    kinds = {str: "string", int: "int", float: "double", bool: "bool", list: "int[]"}
    seen = {}
    for span in emitted.spans:
        for attributes in (span.attributes, *(event.attributes for event in span.events)):
            for key, value in attributes.items():
                assert seen.setdefault(key, type(value)) is type(value), key
    assert {key: kinds[kind] for key, kind in seen.items()} == reference.own_types | reference.convention_types


def test_statuses_are_those_of_the_page(reference, emitted):
    for span in emitted.spans:
        assert span.status in ("UNSET", "ERROR")
        assert not span.status_message or span.kind == "INTERNAL", span
        assert (span.status == "ERROR") == ("error.type" in span.attributes or bool(span.status_message)), span
    seen = {span.attributes["error.type"] for span in emitted.spans if "error.type" in span.attributes}
    assert seen <= reference.error_types
    assert [error for error in reference.error_types - seen if not re.search(rf'"{error}"|case {error}\b', SOURCE)] == []


def test_the_resource_is_on_the_page(reference, emitted):
    services = [span.resource for span in emitted.spans if span.service != "traffic-generator"]
    assert {key for resource in services for key in resource} - {IN_CONTAINERS} == reference.resource


def test_the_stable_names_are_those_that_opentelemetry_calls_so(reference):
    modules = [importlib.import_module(module.name) for module in pkgutil.iter_modules(stable.__path__, f"{stable.__name__}.")]
    names = {value for module in modules for key, value in vars(module).items() if key.isupper() and isinstance(value, str)}
    assert set(reference.convention_types) | reference.resource_by_stability["stable"] <= names
    assert names.isdisjoint(set(reference.own_types) | reference.resource_by_stability["in development"])


def families_of(scrape):
    """The families of a scrape as the page tells of them."""
    return {
        family.name + ("_total" if family.type == "counter" else ""): Metric(
            type=family.type,
            labels=frozenset(label for sample in family.samples for label in sample.labels)
            - {"le", IN_CONTAINERS.replace(".", "_")},
            buckets=frozenset(float(sample.labels["le"]) for sample in family.samples if "le" in sample.labels)
            - {float("inf")},
        )
        for family in scrape.families.values()
    }


@pytest.mark.parametrize("service", ["die-service", "dice-roller", "frontend"])
def test_every_metric_is_on_the_page(reference, emitted, service):
    told = {name: metric for (who, name), metric in reference.metrics.items() if who == service}
    assert families_of(emitted.pages[service]) == told


def test_what_the_trace_store_has_besides_is_on_the_page(reference, emitted):
    shown = families_of(emitted.pages["trace-store"])
    common = {name for who, name in reference.metrics if who == "die-service"}
    told = {name: metric for (who, name), metric in reference.metrics.items() if who == "trace-store"}
    assert {name: metric for name, metric in shown.items() if name not in common} == told


def test_label_values_are_those_of_the_page(reference, emitted):
    seen = collections.defaultdict(set)
    for scrape in [*emitted.pages.values(), *emitted.pages_in_trouble]:
        for metric, label in reference.label_values:
            seen[metric, label] |= {dict(labels)[label] for labels in scrape.values(metric)}
    assert seen == reference.label_values
    metrics = reference.metrics.items()
    assert seen.keys() == {(name, label) for (_, name), metric in metrics for label in metric.labels & {"status", "result"}}


def test_every_log_message_is_on_the_page_with_its_fields(reference, emitted):
    levels, services, seen = collections.defaultdict(set), collections.defaultdict(set), collections.defaultdict(set)
    for record in emitted.records:
        assert list(record)[: len(KEYS)] == KEYS
        levels[record["message"]].add(record["level"])
        services[record["message"]].add(record["service"])
        seen[record["message"]] |= set(fields(record))
    for message in reference.rare_messages:
        seen.pop(message, None)
    assert dict(seen) == {message: told for message, (_, _, told) in reference.messages.items()}
    for message, (level, who, _) in reference.messages.items():
        assert levels[message] == {level}, message
        assert services[message] <= who, message


def test_the_common_keys_of_a_line_are_on_the_page(reference):
    assert [key for key in KEYS + IN_SPAN if f"`{key}`" not in reference.text] == []


def test_what_no_test_makes_the_services_say_is_in_their_source_and_nothing_else_is(reference):
    calls = re.findall(r'\.(debug|info|warning|error)(?:\(|,\s*message:)\s*"([^"\\]+)"', SOURCE)
    found = {message: level.upper() for level, message in calls}
    assert reference.rare_messages.items() <= found.items()
    assert set(found) <= set(reference.messages) | set(reference.rare_messages)
