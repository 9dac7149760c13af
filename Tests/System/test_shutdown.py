"""The end: no request that was taken is lost, the spans are delivered, and it never takes longer than said."""

import contextlib
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from conftest import running_all, running_service, telemetry_to
from dice import BARE_ENVIRONMENT, PROGRAM, Dice, FreePorts, Lines, is_ready
from otlp_receiver import Collector
from polling import until
from raw_http import Connection
from scripted_server import Fault, Reply
from unread_pipe import fill

TOGETHER = 20
STUCK = {"ROLL_MAX_DELAY_MS": "36000000"}


@contextlib.contextmanager
def roller(collector, environment):
    """A roller and its die-service, until the end of the block; gives the roller's process and URL."""
    with running_service("die-service", collector) as (_, die_url):
        environment = environment | {"DIE_SERVICE_URL": die_url}
        with running_service("dice-roller", collector, environment=environment) as started:
            yield started


def ended_after(process, number=signal.SIGTERM):
    """Sends the signal; gives the exit status and the seconds until the process was gone."""
    begin = time.monotonic()
    process.signal(number)
    status = process.wait()
    return status, time.monotonic() - begin


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_requests_in_flight_are_answered(collector, number):
    with roller(collector, {"ROLL_MAX_DELAY_MS": "2000"}) as (process, url), ThreadPoolExecutor(TOGETHER) as pool:
        asked = [pool.submit(httpx.get, f"{url}/roll?die=fair", timeout=30) for _ in range(TOGETHER)]
        process.wait_for_logs("Roll request received", TOGETHER)
        status, _ = ended_after(process, number)
        answers = [request.result() for request in asked]
    assert status == 0
    assert [answer.status_code for answer in answers] == [200] * TOGETHER
    sent = {answer.headers["traceresponse"].split("-")[1] for answer in answers}
    assert sent <= {span.trace_id for span in collector.spans() if span.name == "GET /roll"}


def ask_until_the_end(url, path):
    """Asks until nobody listens any more; gives the number of answers, which all have to be 200."""
    answered = 0
    with contextlib.suppress(ConnectionError):
        while True:
            with Connection(url) as connection:
                while True:
                    connection.get(path)
                    if connection.ended():
                        # A kept connection may be closed while a request is under way: that one was not taken.
                        break
                    answer = connection.answer()
                    assert answer.status == 200
                    answered += 1
                    if answer.header("connection") == "close":
                        break
    return answered


def test_under_load_every_request_that_was_taken_is_answered(collector):
    environment = {"OTEL_BSP_MAX_QUEUE_SIZE": "1000000"}
    with (
        running_service("die-service", collector, environment=environment) as (process, url),
        ThreadPoolExecutor() as pool,
    ):
        clients = [pool.submit(ask_until_the_end, url, "/dice") for _ in range(8)]
        process.wait_for_logs("Die list requested", 200)
        status, seconds = ended_after(process)
        answered = sum(client.result() for client in clients)
    assert status == 0 and seconds < 10
    assert len([span for span in collector.spans() if span.name == "GET /dice"]) == answered


def test_in_one_process_no_service_ends_before_those_that_call_it(collector):
    with running_all(collector, "--roll-max-delay-ms", "0") as stack, ThreadPoolExecutor(TOGETHER) as pool:
        process, url = stack.frontend, stack.frontend_url
        clients = [pool.submit(ask_until_the_end, url, "/roll?die=fair") for _ in range(TOGETHER)]
        process.wait_for_logs("Frontend roll request received", 200)
        status, _ = ended_after(process)
        assert status == 0 and all(client.result() for client in clients)


def test_draining_says_so_before_it_stops_accepting(collector, client):
    with running_service("die-service", collector, environment={"DRAIN_DELAY_SECONDS": "2"}) as (process, url):
        process.signal(signal.SIGTERM)
        deadline = time.monotonic() + 1.5
        while is_ready(url):
            assert time.monotonic() < deadline, "still ready while draining"
        answer = client.get(f"{url}/readyz?verbose")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert answer.json()["status"] == "draining" and answer.json()["reasons"] == ["the service is draining"]
        assert client.get(f"{url}/dice").status_code == 200
        assert client.get(f"{url}/livez").status_code == 200
        assert process.wait() == 0


def test_a_request_that_does_not_end_is_cut_at_the_limit(collector):
    with roller(collector, STUCK | {"DRAIN_TIMEOUT_SECONDS": "1"}) as (process, url), Connection(url) as connection:
        connection.get("/roll?die=fair")
        trace_id = process.wait_for_logs("Die specification retrieved from service")[0]["trace_id"]
        status, seconds = ended_after(process)
    assert status == 0 and 0.9 < seconds < 4
    spans = {span.name: span for span in collector.spans(trace_id, 3)}
    assert set(spans) == {"GET /roll", "GET", "GET /dice"}
    roll = spans["GET /roll"]
    assert (roll.status, roll.attributes["error.type"]) == ("ERROR", "server_shutdown"), "the client was still there"


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_at_once(collector, second):
    with roller(collector, STUCK) as (process, url), Connection(url) as connection:
        connection.get("/roll?die=fair")
        process.wait_for_logs("Die specification retrieved from service")
        process.signal(signal.SIGTERM)
        deadline = time.monotonic() + 5
        while is_ready(url):
            assert time.monotonic() < deadline, "still ready after SIGTERM"
        _, seconds = ended_after(process, second)
    assert seconds < 2


def test_idle_connections_do_not_hold_the_end(collector):
    with running_service("die-service", collector) as (process, url), Connection(url) as idle:
        idle.get("/dice")
        idle.answer()
        status, seconds = ended_after(process)
        assert status == 0 and seconds < 2
        assert idle.ended()


def test_a_client_that_only_connects_holds_the_end_for_a_moment(collector):
    with running_service("die-service", collector) as (process, url), Connection(url) as fresh:
        status, seconds = ended_after(process)
        assert status == 0 and 1 < seconds < 5
        assert fresh.ended()


def refuses(url):
    """Whether nobody listens there."""
    try:
        with Connection(url):
            return False
    except ConnectionError:
        return True


def test_who_has_connected_may_ask(collector):
    with running_service("die-service", collector) as (process, url), Connection(url) as fresh:
        process.signal(signal.SIGTERM)
        until(lambda: refuses(url))
        fresh.get("/dice")
        answer = fresh.answer()
        assert (answer.status, answer.header("connection")) == (200, "close")
        assert process.wait() == 0


def is_answered(connection, path):
    """Whether the request for that path has its answer."""
    with contextlib.suppress(ConnectionError):
        connection.get(path)
        return not connection.ended() and connection.answer().status == 200
    return False


def count_unanswered(url, path):
    """Asks on a new connection each time until nobody listens; gives how many of them were ended or reset instead."""
    lost = 0
    while True:
        try:
            with Connection(url) as connection:
                lost += not is_answered(connection, path)
        except ConnectionRefusedError:
            return lost
        except ConnectionResetError:
            lost += 1


def test_clients_that_connect_for_each_request_are_not_reset(collector):
    """But for a handshake that is under way in the very microseconds in which the system closes the port."""
    stops, together, lost = 5, 4, 0
    for _ in range(stops):
        with running_service("die-service", collector) as (process, url), ThreadPoolExecutor(together) as pool:
            clients = [pool.submit(count_unanswered, url, "/dice") for _ in range(together)]
            process.wait_for_logs("Die list requested", 100)
            process.signal(signal.SIGTERM)
            assert process.wait() == 0
            lost += sum(client.result() for client in clients)
    assert lost <= stops * together / 4, "it would be nearly all of them if the queue were dropped"


@pytest.mark.parametrize("state", ["up", "refusing", "hanging", "503"])
def test_the_collector_never_holds_the_end(state, client):
    with contextlib.closing(Collector()) as collector:
        collector.default = {"hanging": Fault.HANG, "503": Reply(503)}.get(state)
        environment = telemetry_to(collector) | {"OTEL_BSP_SCHEDULE_DELAY": "60000", "OTEL_BSP_EXPORT_TIMEOUT": "2000"}
        if state == "refusing":
            collector.close()
        port = FreePorts.take()
        with contextlib.closing(Dice("die-service", "--port", port, environment=environment)) as process:
            url = f"http://127.0.0.1:{port}"
            process.wait_until_ready(url)
            client.get(f"{url}/dice")
            status, seconds = ended_after(process)
        assert status == 0 and seconds < 4
        if state == "up":
            assert [span.name for span in collector.spans()] == ["GET /dice"]


def caught_signals(process):
    """The signals that the process handles itself."""
    caught = next(line for line in open(f"/proc/{process.pid}/status") if line.startswith("SigCgt"))
    mask = int(caught.split()[1], 16)
    return {number for number in signal.valid_signals() if mask >> (number - 1) & 1}


def test_as_the_first_process_of_a_container_it_obeys_signals(collector):
    """Process 1 gets no default action for a signal, so each one must be asked for."""
    with running_service("die-service", collector) as (process, _):
        assert caught_signals(process.process) >= {signal.SIGTERM, signal.SIGINT}


@pytest.mark.parametrize("name", ["die-service", "trace-store", "all"])
def test_who_is_told_the_url_may_send_a_signal_at_once(name):
    """Nobody reads what it says, so it stands still just before the first byte of the URL."""
    services = ["die-service-", "dice-roller-", "frontend-", "trace-store-"] if name == "all" else [""]
    ports = [part for service in services for part in (f"--{service}port", "0")]
    reader, writer = os.pipe()
    fill(writer)
    command = [PROGRAM, name, *ports]
    process = subprocess.Popen(command, env=BARE_ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=writer)
    os.close(writer)
    try:
        until(lambda: caught_signals(process), {signal.SIGTERM, signal.SIGINT}.issubset, timeout=10)
        process.send_signal(signal.SIGTERM)
        errors = Lines(os.fdopen(reader))
        assert process.wait(20) == 0
        errors.close()
    finally:
        process.kill()
    assert sum("http://" in line for line in errors.all) == len(services)
