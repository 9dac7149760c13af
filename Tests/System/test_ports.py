"""Where the services listen: ports from flags and variables, and ports that somebody else has."""

import contextlib
import re
import subprocess
import sys
import urllib.parse

import httpx
import pytest

from dice import RUN_TIME, Dice, FreePorts, complaint, run, taken_port
from polling import until

SERVICES = ["die-service", "dice-roller", "frontend"]


@pytest.mark.parametrize("subcommand", [*SERVICES, "trace-store"])
def test_a_taken_port(subcommand):
    with taken_port() as port:
        line = complaint(run(subcommand, "--port", port), RUN_TIME)
    assert str(port) in line and "--port" in line


LISTENER = """
import socket, sys
address, port = sys.argv[1:]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
listener = socket.create_server((address, int(port)), family=family, backlog=1)
print("listens", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def another_process(address, port):
    """A process that listens there, until the end of the block; its name and number as the system has them."""
    command = [sys.executable, "-c", LISTENER, address, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "listens\n"
        with open(f"/proc/{process.pid}/comm") as name:
            yield name.read().strip(), process.pid
        process.stdin.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1", "localhost"])
def test_who_has_the_port_is_named(host):
    port = FreePorts.take()
    with another_process("::1" if host == "::1" else "127.0.0.1", port) as (name, pid):
        line = complaint(run("die-service", "--host", host, "--port", port), RUN_TIME)
    assert f"in use by {name} (process {pid});" in line


def test_nobody_is_named_where_several_may_be_meant():
    port = FreePorts.take()
    with another_process("127.0.0.1", port), another_process("127.0.0.2", port):
        line = complaint(run("die-service", "--port", port), RUN_TIME)
    assert "process" not in line


def test_two_services_of_one_process_on_one_port():
    port = FreePorts.take()
    flags = ("--die-service-port", port, "--dice-roller-port", port, "--frontend-port", 0, "--trace-store-port", 0)
    line = complaint(run("all", *flags), RUN_TIME)
    assert "dice-roller" in line and "another service of this process" in line


@pytest.mark.parametrize("taken", SERVICES)
def test_all_fails_as_a_whole(taken):
    with taken_port() as port:
        flags = [part for name in SERVICES for part in (f"--{name}-port", port if name == taken else 0)]
        line = complaint(run("all", *flags, "--trace-store-port", 0), RUN_TIME)
    assert str(port) in line and taken in line


def test_all_prints_where_it_listens():
    names = [*SERVICES, "trace-store"]
    flags = [part for name in names for part in (f"--{name}-port", 0)]
    with contextlib.closing(Dice("all", *flags)) as dice:
        lines = dice.stderr.wait_for(lambda line: "http://" in line, len(names))
        for name in names:
            url = next(re.search(r"http://\S+?:\d+", line)[0] for line in lines if name in line)
            assert httpx.get(f"{url}/readyz").status_code == 200


def test_all_takes_its_ports_from_the_environment():
    names = [*SERVICES, "trace-store"]
    ports = {name: FreePorts.take() for name in names}
    environment = {f"PORT_{name.upper().replace('-', '_')}": str(port) for name, port in ports.items()}
    text = run("all", "--help").stdout
    assert all(variable in text for variable in environment)
    with contextlib.closing(Dice("all", environment=environment)) as dice:
        dice.wait_until_ready(*(f"http://127.0.0.1:{port}" for port in ports.values()))
        lines = dice.stderr.wait_for(lambda line: "http://" in line, len(names))
    assert sorted(lines) == sorted(f"{name} http://127.0.0.1:{port}" for name, port in ports.items())


def links_to(service, port):
    """What Kubernetes sets in each container for a Service in its namespace, and Docker for a link."""
    name = service.upper().replace("-", "_")
    own = f"{name}_PORT_{port}_TCP"
    return {
        f"{name}_SERVICE_HOST": "10.0.0.1",
        f"{name}_SERVICE_PORT": str(port),
        f"{name}_SERVICE_PORT_HTTP": str(port),
        f"{name}_PORT": f"tcp://10.0.0.1:{port}",
        own: f"tcp://10.0.0.1:{port}",
        f"{own}_PROTO": "tcp",
        f"{own}_PORT": str(port),
        f"{own}_ADDR": "10.0.0.1",
        f"{name}_NAME": f"/dice/{service}",
    }


@pytest.mark.parametrize("subcommand", [*SERVICES, "trace-store", "all"])
def test_no_service_beside_it_changes_a_port(subcommand):
    names = [*SERVICES, "trace-store"] if subcommand == "all" else [subcommand]
    variables = [f"PORT_{name.upper().replace('-', '_')}" for name in names] if subcommand == "all" else ["PORT"]
    ports = {variable: str(FreePorts.take()) for variable in variables}
    environment = {}
    # `die` and `service` stand for what is a part of other names.
    for service in (*SERVICES, "trace-store", "die", "trace", "service", "default", "port"):
        environment |= links_to(service, 80)
    with contextlib.closing(Dice(subcommand, environment=environment | ports)) as dice:
        lines = dice.stderr.wait_for(lambda line: "http://" in line, len(names))
    assert {line.rsplit(":")[-1] for line in lines} == set(ports.values())


def test_all_exports_to_whoever_has_taken_the_port_of_the_store(collector, client):
    port = urllib.parse.urlsplit(collector.url).port
    flags = [part for name in SERVICES for part in (f"--{name}-port", 0)]
    with contextlib.closing(Dice("all", *flags, "--trace-store-port", port)) as dice:
        assert str(port) in dice.stderr.wait_for(lambda line: "taken" in line)[0]
        frontend = dice.stderr.wait_for(lambda line: line.startswith("frontend "))[0].split()[1]
        dice.wait_until_ready(frontend)
        trace_id = client.get(f"{frontend}/roll-async?die=fair&times=2").json()["trace_id"]
        assert {span.service for span in collector.trace(trace_id, 8).spans} == set(SERVICES)


@pytest.mark.parametrize(
    "flags, settings, says_so",
    [
        ((), {}, True),
        ((), {"TRACE_QUERY_URL": "http://127.0.0.1:1"}, False),
        (("--trace-query-url", "http://127.0.0.1:1"), {}, False),
        ((), {"OTEL_TRACES_EXPORTER": "none"}, False),
        ((), {"OTEL_SDK_DISABLED": "true"}, False),
        ((), {"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
    ],
)
def test_a_page_that_can_show_no_traces_is_told_at_the_start(flags, settings, says_so):
    ports = [part for name in (*SERVICES, "trace-store") for part in (f"--{name}-port", 0)]
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"} | settings
    with contextlib.closing(Dice("all", *ports, *flags, environment=environment)) as dice:
        dice.stderr.wait_for(lambda line: line.startswith("frontend "))
    lines = [line for line in dice.stderr.all if "TRACE_QUERY_URL" in line]
    assert len(lines) == says_so
    assert all("no traces" in line and "OTEL_EXPORTER_OTLP_ENDPOINT" in line for line in lines)


def test_one_name_for_all_does_not_rename_the_store():
    names = [*SERVICES, "trace-store"]
    flags = [part for name in names for part in (f"--{name}-port", 0)]
    with contextlib.closing(Dice("all", *flags, environment={"OTEL_SERVICE_NAME": "mine"})) as dice:
        lines = dice.stderr.wait_for(lambda line: "http://" in line, len(names))
        dice.wait_for_logs("Service started", service="trace-store")
    assert sorted(line.split()[0] for line in lines) == sorted(names)


def test_spans_go_to_the_taken_port_of_the_host_that_was_named(client):
    port = FreePorts.take()
    store = f"http://[::1]:{port}"
    flags = [part for name in SERVICES for part in (f"--{name}-port", 0)]
    with contextlib.closing(Dice("trace-store", "--host", "::1", "--port", port)) as other:
        other.wait_until_ready(store)
        with contextlib.closing(Dice("all", "--host", "::1", *flags, "--trace-store-port", port)) as dice:
            dice.stderr.wait_for(lambda line: "trace-store" in line and "taken" in line)
            frontend = dice.stderr.wait_for(lambda line: line.startswith("frontend "))[0].split()[1]
            dice.wait_until_ready(frontend)
            trace_id = client.get(f"{frontend}/roll?die=fair").json()["trace_id"]
            until(lambda: client.get(f"{store}/api/traces/{trace_id}").status_code == 200)
