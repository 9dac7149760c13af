"""The image and compose.yaml, for real, wherever a container engine answers: what a user finds after `up`."""

import datetime
import json
import pathlib
import re

import httpx
import pytest

import containers
import deployment
from polling import until

pytestmark = containers.marks(seconds=1500)

LARGEST_IMAGE = 35 * 1024 * 1024
NOBODY_OF_THE_HOST = "65532"
ALL = [*deployment.SERVICES, "trace-store"]
# State "listen" in the fourth column of /proc/net/tcp.
LISTENS = "0A"


@pytest.fixture(scope="module")
def running():
    """The three services and the trace store."""
    with containers.running() as deployed:
        yield deployed


def moment(text):
    """The engine's time, which has nanoseconds."""
    return datetime.datetime.fromisoformat(text[:26].rstrip("Z") + "+00:00")


def test_the_image_is_small_and_described(running):
    image = json.loads(running.docker("image", "inspect", containers.IMAGE))[0]
    assert image["Size"] <= LARGEST_IMAGE
    assert image["Config"]["User"].split(":")[0] == NOBODY_OF_THE_HOST
    labels = {name.removeprefix("org.opencontainers.image.") for name in image["Config"]["Labels"]}
    assert {"title", "description", "version", "revision"} <= labels


def test_the_image_holds_the_program_and_what_it_loads(running):
    container = running.docker("create", containers.IMAGE).strip()
    try:
        listing = running.shell(f"docker export {container} | tar --list --verbose")
    finally:
        running.docker("rm", container)
    # The engine itself adds the empty files and the folders.
    files = [line.split() for line in listing.splitlines() if line.startswith("-")]
    names = {pathlib.PurePath(words[5]).name for words in files if int(words[2]) > 0}
    libraries = {name for name in names if re.fullmatch(r"(lib|ld-)[\w+.-]*\.so[.\d]*", name)}
    assert names - libraries == {"dice", "nsswitch.conf", "passwd", "group"}


@pytest.mark.parametrize("service", ALL)
def test_a_container_is_confined(running, service):
    container = running.container(service)
    details = running.inspect(container)["HostConfig"]
    assert details["ReadonlyRootfs"] and details["CapDrop"] == ["ALL"] and details["Memory"] > 0
    assert "no-new-privileges:true" in details["SecurityOpt"]
    # The first line is the columns' titles; beside the service a health check may be running.
    lines = running.docker("top", container, "-eo", "pid,uid").splitlines()[1:]
    assert {line.split()[1] for line in lines} == {NOBODY_OF_THE_HOST}
    status = pathlib.Path(f"/proc/{running.inspect(container)['State']['Pid']}/status")
    if status.exists():  # The engine may run on another machine, as on a Mac.
        assert re.search(r"^NSpid:\s+\d+\s+1$", status.read_text(), re.MULTILINE), "it is not PID 1"
        assert re.search(r"^CapEff:\s+0+$", status.read_text(), re.MULTILINE), "it has capabilities"


@pytest.mark.parametrize("service", ALL)
def test_a_service_listens_on_one_port_alone(running, service):
    process = running.inspect(running.container(service))["State"]["Pid"]
    tables = [pathlib.Path(f"/proc/{process}/net/{table}") for table in ("tcp", "tcp6")]
    if not tables[0].exists():
        pytest.skip("the engine runs on another machine")
    sockets = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
    ports = {int(words[1].split(":")[1], 16) for words in sockets if words[3] == LISTENS}
    # Docker's own resolver has a port on 127.0.0.11, which /proc shows as 0B00007F.
    resolver = {int(words[1].split(":")[1], 16) for words in sockets if words[1].startswith("0B00007F")}
    assert ports - resolver == {4318 if service == "trace-store" else 8000}


def test_the_documented_ports_are_published_and_no_other(running):
    published = {}
    for service in ALL:
        bindings = running.inspect(running.container(service))["NetworkSettings"]["Ports"]
        hosts = [binding for some in bindings.values() for binding in some or []]
        assert {binding["HostIp"] for binding in hosts} <= {"127.0.0.1"}, service
        published[service] = len(hosts)
    assert published == {"die-service": 1, "dice-roller": 1, "frontend": 1, "trace-store": 0}


def test_services_start_in_the_order_of_health(running):
    states = [running.inspect(running.container(service))["State"] for service in deployment.SERVICES]
    started = [moment(state["StartedAt"]) for state in states]
    # Each waits for the one before, whose first probe comes two seconds after its start.
    assert all((after - before).total_seconds() >= 1 for before, after in zip(started, started[1:])), started


def test_a_roll_and_its_trace_cross_three_containers(running):
    frontend = running.url("frontend")
    answer = httpx.get(f"{frontend}/roll-async", params={"die": "fair", "times": 5}, timeout=15).json()
    assert (answer["count"], len(answer["rolls"]), answer["total"]) == (5, 5, sum(answer["rolls"]))
    # 2 spans of the frontend, 3 of the roller and one a roll, 1 of die-service.
    spans = until(lambda: spans_of(frontend, answer["trace_id"]), lambda spans: len(spans) == 11)
    assert {span["service"] for span in spans} == set(deployment.SERVICES)
    hosts = {span["service"]: span["host"] for span in spans}
    assert len(set(hosts.values())) == 3, hosts
    by_id = {span["spanId"]: span for span in spans}
    [root] = [span for span in spans if not span.get("parentSpanId")]
    assert (root["service"], root["name"]) == ("frontend", "GET /roll-async")
    steps = {
        (by_id[span["parentSpanId"]]["service"], span["service"])
        for span in spans
        if span is not root and by_id[span["parentSpanId"]]["service"] != span["service"]
    }
    assert steps == {("frontend", "dice-roller"), ("dice-roller", "die-service")}


def spans_of(frontend, trace_id):
    """The trace's spans as the page gets them, each with its service and host."""
    answer = httpx.get(f"{frontend}/traces/{trace_id}")
    batches = answer.json()["batches"] if answer.status_code == 200 else []
    spans = []
    for batch in batches:
        resource = {pair["key"]: pair["value"].get("stringValue") for pair in batch["resource"]["attributes"]}
        origin = {"service": resource["service.name"], "host": resource["host.name"]}
        spans += [span | origin for scope in batch["scopeSpans"] for span in scope["spans"]]
    return spans


@pytest.mark.parametrize(
    "service, path", [("die-service", "/dice"), ("dice-roller", "/roll?die=fair"), ("frontend", "/")]
)
def test_a_service_answers_on_its_published_port(running, service, path):
    assert httpx.get(running.url(service) + path, timeout=15).status_code == 200


def test_the_traffic_profile_rolls_until_it_is_stopped(running):
    running.compose("--profile", "traffic", "up", "--detach", "--no-recreate", "traffic")
    before = rolls(running)
    until(lambda: rolls(running), lambda count: count >= before + 20)
    traffic = running.container("traffic")
    running.docker("stop", "--time", "30", traffic)
    assert running.inspect(traffic)["State"]["ExitCode"] == 0
    said = running.docker("logs", traffic)
    assert "ended early" in said and "p99.9" in said, said
    running.docker("rm", traffic)


def rolls(running):
    """Requests that the frontend has answered with a roll."""
    page = httpx.get(running.url("frontend") + "/metrics").text
    return sum(map(float, re.findall(r'^frontend_requests_total{.*status="success"} (\S+)$', page, re.MULTILINE)))


def test_the_compare_profile_measures_and_ends(running):
    said = running.compose("run", "--rm", "-T", "-e", "COMPARE_ROLLS=5", "-e", "COMPARE_ITERATIONS=2", "compare")
    assert re.search(r"^Async rolling is [\d.]+x FASTER than sequential!$", said, re.MULTILINE), said


@pytest.mark.parametrize("service", ALL)
def test_nothing_was_written_to_the_root_file_system(running, service):
    assert running.docker("diff", running.container(service)) == ""
