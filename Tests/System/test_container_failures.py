"""Containers that are killed, paused, stopped and multiplied while others ask them."""

import collections
import concurrent.futures
import contextlib
import json
import threading

import httpx
import pytest

import containers
import deployment
from polling import until

pytestmark = containers.marks(seconds=1500)

FAIR = {"die": "fair"}


@pytest.fixture(scope="module")
def running():
    """The three services and the trace store, with delays of a fifth of a second, by the oldest Compose there is."""
    with containers.running(
        program=list(containers.compose_programs().values())[-1], ROLL_MAX_DELAY_MS="200"
    ) as deployed:
        yield deployed


@pytest.fixture(autouse=True)
def each_test_leaves_a_healthy_system(running):
    """What one test breaks it must have mended, else the next one fails for another's reason."""
    yield
    running.wait_until_healthy(*deployment.SERVICES)
    assert roll(running.url("frontend")).status_code == 200


def roll(url):
    """One roll of the fair die."""
    return httpx.get(f"{url}/roll", params=FAIR, timeout=15)


@contextlib.contextmanager
def interrupted(running, service, command, remedy):
    """What `docker COMMAND` does to the service's container holds until the end of the block, where REMEDY ends it."""
    container = running.container(service)
    running.docker(*command, container)
    try:
        yield
    finally:
        running.docker(remedy, container)
        running.wait_until_healthy(service)


def killed(running, service):
    """The service is dead, and starts anew."""
    return interrupted(running, service, ["kill"], "start")


def paused(running, service):
    """The service holds its connections and does nothing."""
    return interrupted(running, service, ["pause"], "unpause")


def roll_until(url, status):
    """The first roll answered so. Before it the engine forgets the address, and a connection to it may hang."""
    return until(lambda: roll(url), lambda answer: answer.status_code == status)


def test_a_killed_die_service_is_missed_and_comes_back(running):
    roller, frontend = running.url("dice-roller"), running.url("frontend")
    with killed(running, "die-service"):
        answer = roll_until(roller, 503)
        assert (answer.status_code, "retry-after" in answer.headers) == (503, True), answer.text
        through = roll(frontend)
        assert through.status_code == 503
        # The frontend keeps the status and the detail, and adds the trace.
        assert through.json()["detail"] == answer.json()["detail"] and len(through.json()["trace_id"]) == 32
    assert roll(roller).status_code == 200


def test_a_killed_dice_roller_is_named_by_the_frontend(running):
    with killed(running, "dice-roller"):
        answer = roll_until(running.url("frontend"), 503)
        assert answer.status_code == 503, answer.text
        assert answer.json()["detail"] == "Could not connect to backend at http://dice-roller:8000"
        # Who does not need it goes on.
        assert httpx.get(running.url("frontend") + "/dice").status_code == 200


def test_a_paused_die_service_times_out(running):
    with paused(running, "die-service"):
        answer = roll(running.url("dice-roller"))
        assert answer.status_code == 504, answer.text
        through = roll(running.url("frontend"))
        assert (through.status_code, through.json()["detail"]) == (504, answer.json()["detail"])
    assert roll(running.url("dice-roller")).status_code == 200


def test_a_paused_dice_roller_times_out_at_the_frontend(running):
    with paused(running, "dice-roller"):
        answer = roll(running.url("frontend"))
        assert (answer.status_code, answer.json()["detail"]) == (504, "Backend request timed out")


def test_sigterm_under_load_loses_no_answered_request(running):
    frontend, roller = running.url("frontend"), running.container("dice-roller")
    with Load(frontend, users=10) as load:
        until(lambda: load.statuses[200], lambda count: count >= 30)
        with interrupted(running, "dice-roller", ["stop", "--time", "30"], "start"):
            # From now on the frontend finds nobody, which is no request lost.
            until(lambda: load.statuses[503], lambda count: count >= 10)
            assert running.inspect(roller)["State"]["ExitCode"] == 0, "killed at the end of the grace period"
            records = [json.loads(line) for line in running.docker("logs", roller).splitlines()]
            answered, failed = set(load.traces[200]), load.traces[503]
    assert set(load.statuses) <= {200, 503}, load.statuses
    completed = {record["trace_id"] for record in records if record["message"] == "Roll completed"}
    assert answered <= completed
    assert failed & completed == set(), "rolled, and the answer never came"


class Load:
    """Users who roll one after the other, until the end of the block; what they were answered."""

    def __init__(self, url, users):
        self.url = url
        self.statuses = collections.Counter()
        self.traces = collections.defaultdict(set)
        self._users = users
        self._stop = threading.Event()
        self._lock = threading.Lock()

    def __enter__(self):
        self._pool = concurrent.futures.ThreadPoolExecutor(self._users)
        self._runs = [self._pool.submit(self._roll) for _ in range(self._users)]
        return self

    def __exit__(self, *_):
        self._stop.set()
        for run in self._runs:
            run.result()
        self._pool.shutdown()

    def _roll(self):
        with httpx.Client(timeout=30) as client:
            while not self._stop.is_set():
                answer = client.get(f"{self.url}/roll", params=FAIR)
                with self._lock:
                    self.statuses[answer.status_code] += 1
                    self.traces[answer.status_code].add(answer.json()["trace_id"])


def test_replicas_share_the_load(running):
    frontend = running.url("frontend")
    running.compose("up", "--detach", "--no-recreate", "--scale", "dice-roller=3")
    try:
        running.wait_until_healthy("dice-roller")
        replicas = running.containers("dice-roller")
        before = [rolls_of(running, replica) for replica in replicas]
        with Load(frontend, users=30) as load:
            until(lambda: load.statuses[200], lambda count: count >= 300)
        assert set(load.statuses) == {200}
        shares = [rolls_of(running, replica) - rolls for replica, rolls in zip(replicas, before)]
        # Connections go to an address by chance, and the first replica had some before.
        assert min(shares) > 0, shares
    finally:
        running.compose("up", "--detach", "--no-recreate", "--scale", "dice-roller=1")


def rolls_of(running, container):
    """Rolls that a container has logged."""
    return running.docker("logs", container).count('"Roll completed"')
