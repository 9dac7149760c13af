"""Fixtures: the services running as one process or as three, with a collector of their spans."""

import contextlib
import dataclasses
import json

import httpx
import pytest

from dice import Dice, FreePorts
from laboratory import laboratory
from otlp_receiver import Collector
from scripted_server import JSON, Reply, ScriptedServer
from traffic_run import FRONTEND

# Soon enough that a test does not wait for it, long enough that a trace mostly comes in one export per service.
EXPORT_DELAY = {"OTEL_BSP_SCHEDULE_DELAY": "100"}


@dataclasses.dataclass
class Stack:
    """The running services. The three processes are one and the same where `dice all` runs them."""

    die_url: str
    roller_url: str
    frontend_url: str
    collector: Collector
    die: Dice
    roller: Dice
    frontend: Dice

    @property
    def logs(self):
        """The records of all services."""
        processes = {id(process): process for process in (self.die, self.roller, self.frontend)}
        return [record for process in processes.values() for record in process.logs]

    def urls(self):
        """Name and URL of each service."""
        return {"die-service": self.die_url, "dice-roller": self.roller_url, "frontend": self.frontend_url}


def telemetry_to(collector):
    """The environment that exports to the collector."""
    return EXPORT_DELAY | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}


@contextlib.contextmanager
def running_all(collector, *arguments, environment=None):
    """`dice all` on free ports, until the end of the block."""
    ports = [FreePorts.take() for _ in range(4)]
    names = ("die-service", "dice-roller", "frontend", "trace-store")
    flags = [part for name, port in zip(names, ports) for part in (f"--{name}-port", port)]
    dice = Dice("all", *flags, *arguments, environment=telemetry_to(collector) | (environment or {}))
    with contextlib.closing(dice):
        urls = [f"http://127.0.0.1:{port}" for port in ports[:3]]
        dice.wait_until_ready(*urls)
        yield Stack(*urls, collector, dice, dice, dice)


@contextlib.contextmanager
def running_service(name, collector, *arguments, port=None, environment=None):
    """One service on a free port, until the end of the block; gives the process and its URL."""
    port = port or FreePorts.take()
    dice = Dice(name, "--port", port, *arguments, environment=telemetry_to(collector) | (environment or {}))
    with contextlib.closing(dice):
        url = f"http://127.0.0.1:{port}"
        dice.wait_until_ready(url)
        yield dice, url


@contextlib.contextmanager
def running_services(collector, environment=None):
    """Each service in its own process, until the end of the block."""
    environment = environment or {}
    with running_service("die-service", collector, environment=environment) as (die, die_url):
        towards_die = environment | {"DIE_SERVICE_URL": die_url}
        with running_service("dice-roller", collector, environment=towards_die) as (roller, roller_url):
            towards_both = towards_die | {"DICE_ROLLER_URL": roller_url}
            with running_service("frontend", collector, environment=towards_both) as (frontend, frontend_url):
                yield Stack(die_url, roller_url, frontend_url, collector, die, roller, frontend)


@pytest.fixture(scope="module")
def module_collector():
    """A collector for the whole file, which everything sent to it must please."""
    with contextlib.closing(Collector()) as collector:
        yield collector
        assert collector.faults == []


@pytest.fixture
def collector():
    """A collector for one test."""
    with contextlib.closing(Collector()) as collector:
        yield collector
        assert collector.faults == []


@pytest.fixture(scope="module")
def stack(module_collector):
    """`dice all` with the specified delays, shared by the tests of a file: leave it as it was."""
    with running_all(module_collector) as stack:
        yield stack


@pytest.fixture(scope="module")
def quick_stack(module_collector, broken_dice):
    """`dice all` whose rolls take no time, with a die that never and one that always fails."""
    environment = {"ROLL_MAX_DELAY_MS": "0", "DIE_SPECIFICATIONS": broken_dice}
    with running_all(module_collector, environment=environment) as stack:
        yield stack


@pytest.fixture
def services(collector):
    """Three processes for one test, which may harm them."""
    with running_services(collector) as stack:
        yield stack


@pytest.fixture(scope="session")
def broken_dice(tmp_path_factory):
    """A specification file with the embedded dice and `broken`, every roll of which fails."""
    path = tmp_path_factory.mktemp("specifications") / "dice.json"
    path.write_text(json.dumps(SPECIFICATIONS | {"broken": {"faces": [1], "error_rate": 1}}))
    return str(path)


SPECIFICATIONS = {
    "fair": {"faces": [1, 2, 3, 4, 5, 6], "error_rate": 0},
    "risky": {"faces": [2, 3, 4, 5, 6, 7], "error_rate": 0.1},
    "extreme": {"faces": [0, 0, 6, 6, 6, 6], "error_rate": 0.5},
}


@pytest.fixture(scope="module")
def relay():
    """A trace-relay with the default settings, shared by the tests of a file."""
    from trace_relay import running_relay  # which needs `telemetry_to`

    with contextlib.closing(Collector()) as collector, running_relay(collector) as relay:
        yield relay
        assert collector.faults == []


@pytest.fixture
def scripted():
    """A frontend whose answers are scripted; the first is the description that the traffic generator looks for."""
    with contextlib.closing(ScriptedServer(Reply(200, b'{"roll":1}'))) as server:
        server.answer(FRONTEND)
        yield server


@pytest.fixture
def backend():
    """Plays a service; its default answer is what the die-service says about `fair`."""
    body = json.dumps({"identifier": "fair", "specification": SPECIFICATIONS["fair"]}).encode()
    with contextlib.closing(ScriptedServer(Reply(200, body, JSON))) as server:
        yield server


@pytest.fixture(scope="module")
def driver():
    """A headless Chromium, shared by the tests of a file."""
    from browser import start_browser  # Selenium is for those tests alone

    driver = start_browser()
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def lab():
    """`dice all` with its own trace store, shared by the tests of a file."""
    with laboratory() as stack:
        yield stack


@pytest.fixture
def page(driver, lab):
    """The page of that laboratory, in the browser."""
    from browser import visit

    with visit(driver, lab.frontend_url) as page:
        yield page


@pytest.fixture
def client():
    """An HTTP client with a connection pool, patient enough for every limit of the services."""
    with httpx.Client(timeout=30, follow_redirects=False) as client:
        yield client
