"""A roller whose die-service is away, stuck or talks nonsense: the specified answer in time, and recovery by itself."""

import contextlib
import dataclasses
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import SPECIFICATIONS, running_service
from dice import preloaded
from metrics_page import Page
from rolls import ROLLS, timed
from scripted_server import JSON, Fault, Reply


@pytest.fixture
def roller(backend, collector):
    """A roller in front of the played die-service."""
    environment = {"DIE_SERVICE_URL": backend.url, "ROLL_MAX_DELAY_MS": "0"}
    with running_service("dice-roller", collector, environment=environment) as (_, url):
        yield url


def test_the_die_service_dies_and_comes_back(services, client):
    port = services.die_url.rsplit(":", 1)[1]
    assert client.get(f"{services.frontend_url}/roll?die=fair").status_code == 200
    services.die.close()
    for target in ROLLS:
        answer = client.get(services.roller_url + target)
        assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0
        assert "unavailable" in answer.json()["detail"].lower()
        passed_on = client.get(services.frontend_url + target)
        assert passed_on.status_code == 503
        assert passed_on.json()["detail"] == answer.json()["detail"] and len(passed_on.json()["trace_id"]) == 32
    with running_service("die-service", services.collector, port=port):
        for target in ROLLS:
            assert client.get(services.frontend_url + target).status_code == 200


def test_the_die_service_is_paused_and_goes_on(services, client):
    services.die.pause()
    try:
        for target in ROLLS:
            answer, seconds = timed(client, services.frontend_url + target)
            assert answer.status_code == 504 and 1.5 < seconds < 4
            span = services.collector.trace(answer.json()["trace_id"], 4).one("GET", "dice-roller")
            assert (span.status, span.attributes["error.type"]) == ("ERROR", "timeout")
    finally:
        services.die.resume()
    assert client.get(f"{services.frontend_url}/roll?die=fair").status_code == 200


@pytest.mark.parametrize(
    "reply, status",
    [
        (Reply(500, b'{"detail":"out of order"}', JSON), 502),
        (Reply(200, b"not JSON", JSON), 502),
        (Reply(200, b"", JSON), 502),
        (Reply(200, b"[]", JSON), 502),
        (Reply(200, b'{"identifier":"fair"}', JSON), 502),
        (Reply(200, b'{"identifier":"fair","specification":{"faces":[],"error_rate":0}}', JSON), 502),
        (Reply(200, b'{"identifier":"fair","specification":{"faces":["one"],"error_rate":0}}', JSON), 502),
        (Reply(200, b'{"identifier":"fair","specification":{"faces":[1],"error_rate":7}}', JSON), 502),
        (Reply(200, b'{"identifier":"fair","specification":{"faces":[1e400],"error_rate":0}}', JSON), 502),
        (Reply(200, b'{"identifier":"fair","specification":{"faces":[9007199254740993],"error_rate":0}}', JSON), 502),
        (Reply(200, b'{"identifier":"fair","specification":{"faces":[9223372036854775807],"error_rate":0}}', JSON), 502),
        (Reply(200, b"[" * 100_000, JSON), 502),
        (Reply(204), 502),
        (Fault.NONSENSE, 502),
        (Fault.CUT_OFF, 502),
        (Reply(404, b'{"detail":"Die identifier \'fair\' not found."}', JSON), 404),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_the_die_service_says_decides_the_status(backend, roller, client, reply, status):
    for target in ROLLS:
        backend.answer(reply)
        answer = client.get(roller + target)
        assert answer.status_code == status, answer.text
        assert isinstance(answer.json()["detail"], str)
        assert client.get(roller + target).status_code == 200, "no recovery"


@pytest.mark.parametrize("face", [2**53, -(2**53)])
def test_the_largest_faces_are_summed_exactly(backend, roller, client, face):
    specification = {"identifier": "huge", "specification": {"faces": [face], "error_rate": 0}}
    backend.default = Reply(200, json.dumps(specification).encode(), JSON)
    answer = client.get(f"{roller}/roll-async?die=huge&times=20")
    assert answer.json() == {"total": 20 * face, "rolls": [face] * 20, "count": 20}


def test_a_cut_connection_is_tried_again_or_reported(backend, roller, client):
    backend.answer(Fault.CUT, Fault.CUT, Fault.CUT)
    assert client.get(f"{roller}/roll?die=fair").status_code in (502, 503)
    backend.replies.clear()
    assert client.get(f"{roller}/roll?die=fair").status_code == 200


def test_a_connection_cut_while_idle_is_not_the_callers_problem(backend, roller, client):
    assert client.get(f"{roller}/roll?die=fair").status_code == 200
    backend.answer(Fault.CUT)
    assert client.get(f"{roller}/roll?die=fair").status_code == 200


def test_no_answer_within_two_seconds(backend, roller, client):
    def count():
        return Page(roller).total("die_service_requests_total", identifier="fair", status="timeout")

    before = count()
    backend.answer(Fault.HANG)
    answer, seconds = timed(client, f"{roller}/roll?die=fair")
    assert answer.status_code == 504 and 1.9 < seconds < 3.5
    assert count() == before + 1


def test_a_look_up_of_its_name_that_never_ends(collector, client):
    environment = {"DIE_SERVICE_URL": "http://die-service.stuck:8106", "LD_PRELOAD": preloaded("stuck_names")}
    with running_service("dice-roller", collector, environment=environment) as (_, url):
        # More of them than libuv looks up at a time.
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: timed(client, f"{url}/roll?die=fair"), range(6)))
        assert [answer.status_code for answer, _ in answers] == [503] * 6
        assert all(1.9 < seconds < 3.5 for _, seconds in answers)


def test_a_collector_whose_name_hangs_costs_no_roll(backend, collector, client):
    environment = {
        "DIE_SERVICE_URL": f"http://localhost:{backend.port}",
        "ROLL_MAX_DELAY_MS": "0",
        "LD_PRELOAD": preloaded("stuck_names"),
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.stuck:4318",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "100",
        "OTEL_BSP_SCHEDULE_DELAY": "20",
        "OTEL_BLRP_SCHEDULE_DELAY": "20",
        "OTEL_LOGS_EXPORTER": "otlp,console",
    }
    # Each roll looks its service's name up.
    backend.default = dataclasses.replace(backend.default, headers=JSON | {"Connection": "close"})
    with running_service("dice-roller", collector, environment=environment) as (dice, url):
        assert client.get(f"{url}/roll").status_code == 422
        dice.wait_for_logs("Export fails")
        # Spans and log lines go on being sent in vain: two look-ups, which are as many as libuv has at a time.
        for _ in range(20):
            assert client.get(f"{url}/roll?die=fair").status_code == 200
            time.sleep(0.1)


@contextlib.contextmanager
def address_that_swallows_connections():
    """A URL where no connection comes about: the queue of its listener is full, and what more comes is dropped."""
    with contextlib.ExitStack() as sockets:
        listener = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        host, port = listener.getsockname()
        yield f"http://{host}:{port}"


def test_an_address_that_swallows_connections_is_a_service_that_is_away(collector, client):
    with address_that_swallows_connections() as nowhere:
        with running_service("dice-roller", collector, environment={"DIE_SERVICE_URL": nowhere}) as (_, url):
            answer, seconds = timed(client, f"{url}/roll?die=fair")
        assert (answer.status_code, answer.json()) == (503, {"detail": "Die service unavailable"})
        assert int(answer.headers["retry-after"]) > 0 and 1.9 < seconds < 3.5
        with running_service("frontend", collector, environment={"DICE_ROLLER_URL": nowhere}) as (_, url):
            answer, seconds = timed(client, f"{url}/roll?die=fair")
        assert (answer.status_code, answer.json()["detail"]) == (503, f"Could not connect to backend at {nowhere}")
        assert int(answer.headers["retry-after"]) > 0 and 1.9 < seconds < 3.5
        span = collector.trace(answer.json()["trace_id"], 2).one("GET", "frontend")
        assert (span.status, span.attributes["error.type"]) == ("ERROR", "timeout")


def test_an_answer_that_came_while_the_service_was_stopped_is_not_late(backend, collector, client):
    environment = {"DIE_SERVICE_URL": backend.url, "ROLL_MAX_DELAY_MS": "0"}
    with running_service("dice-roller", collector, environment=environment) as (service, url):
        decide = backend.decide

        def stopped_for_longer_than_the_time_limit(received):
            service.pause()
            threading.Timer(3, service.resume).start()
            return decide(received)

        backend.decide = stopped_for_longer_than_the_time_limit
        answer, seconds = timed(client, f"{url}/roll?die=fair")
        assert answer.status_code == 200 and seconds > 3, answer.text


def test_one_die_service_call_per_batch(backend, roller, client):
    assert client.get(f"{roller}/roll-async?die=fair&times=20").status_code == 200
    assert [request.path for request in backend.requests if request.path != "/readyz"] == ["/dice?identifier=fair"]


def test_trace_context_and_nothing_else_goes_out(backend, roller, client):
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    client.get(
        f"{roller}/roll?die=fair",
        headers={
            "traceparent": parent,
            "tracestate": "vendor=1",
            "baggage": "user=7",
            "authorization": "secret",
            "cookie": "a=b",
        },
    )
    sent = next(request for request in backend.requests if request.path.startswith("/dice")).headers
    version, trace_id, span_id, flags = sent["traceparent"].split("-")
    assert (version, trace_id, flags) == ("00", "0af7651916cd43dd8448eb211c80319c", "01")
    assert span_id != "b7ad6b7169203331"
    assert (sent["tracestate"], sent["baggage"]) == ("vendor=1", "user=7")
    assert not {"authorization", "cookie"} & set(sent)


def test_without_an_sdk_the_context_still_passes_through(backend, collector, client):
    environment = {"DIE_SERVICE_URL": backend.url, "ROLL_MAX_DELAY_MS": "0", "OTEL_SDK_DISABLED": "true"}
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with running_service("dice-roller", collector, environment=environment) as (_, url):
        client.get(f"{url}/roll?die=fair", headers={"traceparent": parent, "baggage": "user=7"})
    sent = next(request for request in backend.requests if request.path.startswith("/dice")).headers
    assert (sent["traceparent"], sent["baggage"]) == (parent, "user=7")
    assert collector.requests == []
