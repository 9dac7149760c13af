"""docker/README.md, tried as a new user would: its commands one after the other, as they are written.

What differs: ports are free ones, by the variables that it names; `--build` is left out where the engine has no buildx,
because the image has been built before; of the stack only what can be had is started.
"""

import re
import shlex
import subprocess

import httpx
import pytest

import containers
import deployment
from dice import ROOT, FreePorts
from polling import until
from prometheus_server import PrometheusAPI

pytestmark = containers.marks(seconds=1500)

TEXT = deployment.README.read_text()
SERVICES = "The three services"
STACK = "With the observability stack"
PORTS = {"8106": "DIE_SERVICE", "8107": "DICE_ROLLER", "8108": "FRONTEND", "3000": "GRAFANA", "9090": "PROMETHEUS"}


def section(heading):
    """The text below a heading."""
    return re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)[1]


def commands(heading):
    """The lines of a section's shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", section(heading), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.fixture(scope="module")
def user(tmp_path_factory):
    """Someone with the image, `docker compose`, and nothing running."""
    files = (deployment.COMPOSE, deployment.OVERLAY)
    deployed = containers.Deployment(*files, ROLL_MAX_DELAY_MS="200", PORT_DICE_ROLLER=str(FreePorts.take()))
    deployed.build()
    deployed.provide_plugin(tmp_path_factory.mktemp("docker"))
    deployed.provide_prometheus()
    try:
        yield deployed
    finally:
        deployed.down()


def typed(user, line):
    """What a command of the README prints here."""
    for default, name in PORTS.items():
        line = line.replace(f"localhost:{default}", f"localhost:{user.environment[f'PORT_{name}']}")
    line = line.replace("PORT_DICE_ROLLER=8110-8119", f"PORT_DICE_ROLLER={containers.consecutive_ports(10)}")
    if subprocess.run([containers.client(), "buildx", "version"], capture_output=True).returncode != 0:
        line = line.replace(" --build", "")
    if line.endswith("up --detach") and deployment.OVERLAY.name in line:
        line += " " + " ".join([*deployment.SERVICES, "trace-store", "prometheus"])
    return user.shell(line)


def test_the_services(user):
    said = {}
    for line in commands(SERVICES):
        said[line] = typed(user, line)
        if line.endswith("up --detach traffic"):
            page = user.url("frontend") + "/metrics"
            until(lambda: "frontend_requests_total" in httpx.get(page).text)
    by_end = {shlex.split(line)[-1]: text for line, text in said.items()}
    assert '"count":10' in by_end["http://localhost:8108/roll-async?die=fair&times=10"]
    assert "FASTER than sequential!" in by_end["compare"]
    assert re.search(r"^\d+ requests in", by_end["5s"], re.MULTILINE), by_end["5s"]
    assert len(user.containers("dice-roller")) == 3
    assert httpx.get(user.url("frontend")).status_code == 200


def test_the_stack(user):
    for line in commands(STACK):
        if line.startswith("curl"):
            # Rates need two scrapes.
            until(lambda: '"value"' in typed(user, line), timeout=60)
        else:
            typed(user, line)
    prometheus = PrometheusAPI(user.url("prometheus", 9090))
    prometheus.wait_for('count(up{job=~"die-service|dice-roller|frontend"} == 1) == 3')
    assert user.containers("trace-store") == [], "Tempo takes its place"


def test_what_to_look_at_when_something_is_wrong(user):
    container = user.container("frontend")
    for command in re.findall(r"`(docker inspect [^`]*|curl [^`]*)`", section("When something is wrong")):
        said = typed(user, command.replace("CONTAINER", container))
        assert {
            "LogConfig": lambda: said.strip() == "fluentd",
            "Health": lambda: '"Status":"healthy"' in said,
            "OOMKilled": lambda: said.strip() == "false",
            "verbose": lambda: '"exporter"' in said,
        }[re.search("LogConfig|Health|OOMKilled|verbose", command)[0]](), command


def test_a_taken_port_is_named_and_can_be_changed(user):
    taken = user.environment["PORT_DIE_SERVICE"]
    with pytest.raises(AssertionError, match="port is already allocated"):
        user.shell(f"PORT_FRONTEND={taken} docker compose -f docker/compose.yaml up --detach --no-deps frontend")
    typed(user, "docker compose -f docker/compose.yaml up --detach --no-deps frontend")


def test_stopping_keeps_the_data_or_forgets_it(user):
    keeps, forgets = commands("Stopping")
    typed(user, keeps)
    assert user.docker("ps", "--quiet", "--all", "--filter", f"label=com.docker.compose.project={user.project}") == ""
    assert volumes(user) != []
    typed(user, forgets)
    assert volumes(user) == []


def volumes(user):
    """The names of the project's volumes."""
    wanted = f"label=com.docker.compose.project={user.project}"
    return user.docker("volume", "ls", "--quiet", "--filter", wanted).split()


def test_no_command_is_left_out():
    tried = {SERVICES, STACK, "Stopping"}
    # A cluster is not to be had here: test_kubernetes_files.py renders what these would send.
    cluster = {"Kubernetes"}
    headings = re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
    assert {heading for heading in headings if commands(heading)} == tried | cluster
    for line in commands("Kubernetes"):
        folder = re.search(r"apply -k (\S+)", line)
        assert folder is None or (ROOT / folder[1] / "kustomization.yaml").exists(), line
