"""The image and the compose files, for real, wherever a container engine answers."""

import concurrent.futures
import datetime
import json
import subprocess
import time

import httpx
import pytest

import containers
import deployment

pytestmark = [
    pytest.mark.skipif(bool(containers.reason_to_skip()), reason=containers.reason_to_skip() or "an engine answers"),
    # The first build compiles everything.
    pytest.mark.timeout(1500),
]

LARGEST_IMAGE = 35 * 1024 * 1024
PROMETHEUS_IMAGE = deployment.load(deployment.OVERLAY)["services"]["prometheus"]["image"]
STAND_IN = """
FROM debian:bookworm-slim
RUN apt-get update && apt-get install --yes --no-install-recommends prometheus
ENTRYPOINT ["prometheus"]
"""


@pytest.fixture(scope="module")
def running():
    """The three services and the trace store, healthy."""
    stack = containers.Deployment()
    try:
        stack.compose("build")
        stack.compose("up", "-d")
        stack.wait_until_healthy("trace-store", *deployment.SERVICES)
        yield stack
    finally:
        stack.down()


def moment(text):
    """The engine's time, which has nanoseconds."""
    return datetime.datetime.fromisoformat(text[:26].rstrip("Z") + "+00:00")


def test_both_versions_of_compose_accept_the_files():
    for files in ((deployment.COMPOSE,), (deployment.COMPOSE, deployment.OVERLAY)):
        for program in containers.compose_programs():
            containers.Deployment(*files).compose("config", "-q", program=program)


def test_the_image_is_small_and_described(running):
    image = json.loads(running.docker("image", "inspect", "dice:latest"))[0]
    assert image["Size"] <= LARGEST_IMAGE
    assert image["Config"]["User"].split(":")[0] not in ("", "0", "root")
    assert "org.opencontainers.image.title" in image["Config"]["Labels"]


@pytest.mark.parametrize("service", [*deployment.SERVICES, "trace-store"])
def test_a_container_is_confined(running, service):
    [container] = running.containers(service)
    details = running.inspect(container)
    assert details["HostConfig"]["ReadonlyRootfs"] and details["HostConfig"]["CapDrop"] == ["ALL"]
    assert details["HostConfig"]["Memory"] > 0
    # The first line is the column's title.
    users = running.docker("top", container, "-eo", "pid,uid").split("\n")[1:]
    assert {line.split()[1] for line in users if line} == {"65532"}
    assert running.docker("diff", container) == ""


def test_services_start_in_the_order_of_health(running):
    states = [running.inspect(running.containers(service)[0])["State"] for service in deployment.SERVICES]
    started = [moment(state["StartedAt"]) for state in states]
    assert started == sorted(started)
    # The second starts no sooner than the first probe of the first one can have ended.
    assert all((after - before).total_seconds() >= 1 for before, after in zip(started, started[1:]))


def test_a_roll_and_its_trace_through_three_containers(running):
    frontend = running.url("frontend")
    answer = httpx.get(f"{frontend}/roll-async", params={"die": "fair", "times": 5}, timeout=15).json()
    assert (answer["count"], len(answer["rolls"]), answer["total"]) == (5, 5, sum(answer["rolls"]))
    deadline = time.monotonic() + 15
    while True:
        trace = httpx.get(f"{frontend}/traces/{answer['trace_id']}")
        if all(f'"{service}"' in trace.text for service in deployment.SERVICES) and "async_roll_4" in trace.text:
            break
        assert time.monotonic() < deadline, trace.text
        time.sleep(0.2)


def test_a_killed_die_service_is_missed_and_comes_back(running):
    roller = running.url("dice-roller")
    [die] = running.containers("die-service")
    running.docker("kill", die)
    try:
        answer = httpx.get(f"{roller}/roll", params={"die": "fair"}, timeout=15)
        assert (answer.status_code, "retry-after" in answer.headers) == (503, True), answer.text
    finally:
        running.docker("start", die)
        running.wait_until_healthy("die-service")
    assert httpx.get(f"{roller}/roll", params={"die": "fair"}, timeout=15).status_code == 200


def test_a_paused_die_service_times_out(running):
    roller = running.url("dice-roller")
    [die] = running.containers("die-service")
    running.docker("pause", die)
    try:
        begin = time.monotonic()
        assert httpx.get(f"{roller}/roll", params={"die": "fair"}, timeout=15).status_code == 504
        assert 1.5 < time.monotonic() - begin < 4
    finally:
        running.docker("unpause", die)
        running.wait_until_healthy("die-service")


def test_sigterm_lets_every_request_finish(running):
    roller = running.url("dice-roller")
    [container] = running.containers("dice-roller")
    with concurrent.futures.ThreadPoolExecutor(10) as pool:

        def roll(_):
            return httpx.get(f"{roller}/roll-async", params={"die": "fair", "times": 20}, timeout=30).status_code

        answers = [pool.submit(roll, number) for number in range(10)]
        # 10 × 20 rolls wait: every request has arrived.
        deadline = time.monotonic() + 10
        while in_progress(roller) < 150 and time.monotonic() < deadline:
            time.sleep(0.01)
        running.docker("stop", "--time", "30", container)
        assert [answer.result() for answer in answers] == [200] * 10
    assert running.inspect(container)["State"]["ExitCode"] == 0
    running.docker("start", container)
    running.wait_until_healthy("dice-roller")


def in_progress(roller):
    """The rolls that wait for their delay."""
    lines = httpx.get(f"{roller}/metrics").text.splitlines()
    return next((float(line.split()[1]) for line in lines if line.startswith("async_rolls_in_progress ")), 0)


def test_replicas_share_the_load(running):
    running.compose("up", "-d", "--no-recreate", "--scale", "dice-roller=3")
    try:
        running.wait_until_healthy("dice-roller")
        # A client keeps its connections; the frontend that starts afresh sees all addresses.
        running.compose("restart", "frontend")
        running.wait_until_healthy("frontend")
        frontend = running.url("frontend")
        with concurrent.futures.ThreadPoolExecutor(30) as pool:
            asked = {"params": {"die": "fair"}, "timeout": 15}
            answers = list(pool.map(lambda _: httpx.get(f"{frontend}/roll", **asked).status_code, range(90)))
        assert answers == [200] * 90
        logs = [running.docker("logs", container) for container in running.containers("dice-roller")]
        assert min(log.count('"Roll completed"') for log in logs) > 0
    finally:
        running.compose("up", "-d", "--no-recreate", "--scale", "dice-roller=1")


def test_prometheus_scrapes_the_containers(running):
    build_prometheus_where_it_cannot_be_had(running)
    observed = containers.Deployment(deployment.COMPOSE, deployment.OVERLAY, **environment_of(running))
    observed.compose("up", "-d", *deployment.SERVICES, "prometheus")
    observed.wait_until_healthy(*deployment.SERVICES)
    url = observed.url("prometheus", 9090)
    expected = {(service, "1") for service in deployment.SERVICES}
    deadline = time.monotonic() + 60
    while True:
        found = up(url)
        if expected <= found:
            break
        assert time.monotonic() < deadline, found
        time.sleep(0.5)
    rules = httpx.get(f"{url}/api/v1/rules").json()["data"]["groups"]
    assert sum(len(group["rules"]) for group in rules) == len(deployment.rules())


def environment_of(running):
    """The ports that are in use already, so that nothing is published twice."""
    return {name: str(port) for name, port in running.ports.items()}


def up(prometheus):
    """Job and value of every target."""
    try:
        series = httpx.get(f"{prometheus}/api/v1/query", params={"query": "up"}).json()["data"]["result"]
    except httpx.TransportError:
        return set()
    return {(one["metric"]["job"], one["value"][1]) for one in series}


def build_prometheus_where_it_cannot_be_had(stack):
    """Where the registry is out of reach, Debian's Prometheus stands in under the public name."""
    try:
        stack.docker("image", "inspect", PROMETHEUS_IMAGE)
    except AssertionError:
        try:
            stack.docker("pull", PROMETHEUS_IMAGE, timeout=300)
        except AssertionError:
            build(stack, PROMETHEUS_IMAGE, STAND_IN)


def build(stack, name, dockerfile):
    """An image from the text of a Dockerfile that copies nothing."""
    subprocess.run(
        [containers.client(), "build", "--tag", name, "-"],
        env=stack.environment,
        input=dockerfile,
        text=True,
        check=True,
        capture_output=True,
    )
