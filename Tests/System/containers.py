"""The compose files as a user runs them, on a container engine of this machine."""

import contextlib
import functools
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import pytest

import deployment
from dice import ROOT, FreePorts

# Clones that share an engine do not take each other's image.
IMAGE = "dice:test-" + hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
# Where PyPI's wheel puts the Compose of today, which can be a plugin of `docker`, too.
MODERN_COMPOSE = pathlib.Path(sys.executable).parent / "docker-compose"
# Debian's Prometheus, under the public name: what the compose file asks for where no registry can be reached.
PROMETHEUS_STAND_IN = """
FROM debian:bookworm-slim
RUN apt-get update && apt-get install --yes --no-install-recommends prometheus
ENTRYPOINT ["prometheus"]
"""


@functools.cache
def client():
    """The first `docker` on the PATH that has BuildKit, None where there is none or no engine answers it."""
    environment = os.environ | {"DOCKER_BUILDKIT": "1"}
    for folder in os.environ["PATH"].split(os.pathsep):
        program = shutil.which("docker", path=folder)
        if not program:
            continue
        probes = [[program, "build", "--help"], [program, "info"]]
        if all(subprocess.run(probe, env=environment, capture_output=True).returncode == 0 for probe in probes):
            return program
    return None


@functools.cache
def compose_programs():
    """The Composes of this machine by major version, newest first: the plugin or PyPI's, and `docker-compose` 1.29."""
    candidates = [[client(), "compose"], [shutil.which("docker-compose")], [str(MODERN_COMPOSE)]]
    found = {}
    for program in candidates:
        if all(program) and (version := _output([*program, "version", "--short"])):
            found.setdefault(int(version.lstrip("v").split(".")[0]), program)
    return dict(sorted(found.items(), reverse=True))


def _output(command):
    """What a command prints; nothing where it fails."""
    try:
        result = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


def reason_to_skip():
    """Why no container can run here; empty where one can."""
    if not client():
        return "no container engine answers `docker info`"
    return "" if compose_programs() else "neither `docker compose` nor `docker-compose` is installed"


def consecutive_ports(count):
    """Free ports in a row, as the compose file writes a range: `20001-20003`."""
    ports = [FreePorts.take()]
    while len(ports) < count:
        port = FreePorts.take()
        ports = [*ports, port] if port == ports[-1] + 1 else [port]
    return f"{ports[0]}-{ports[-1]}"


class Deployment:
    """The services of the compose files under a project's name of their own, on free ports."""

    def __init__(self, *files, program=None, **variables):
        self.files = files or (deployment.COMPOSE,)
        self.program = program or next(iter(compose_programs().values()))
        ports = {f"PORT_{name}": str(FreePorts.take()) for name in ("DIE_SERVICE", "FRONTEND", "GRAFANA", "PROMETHEUS")}
        self.project = f"dice-test-{ports['PORT_FRONTEND']}-{os.getpid()}"
        self.environment = os.environ | {
            "COMPOSE_PROJECT_NAME": self.project,
            "DOCKER_BUILDKIT": "1",
            "DICE_IMAGE": IMAGE,
            "PATH": f"{pathlib.Path(client()).parent}{os.pathsep}{os.environ['PATH']}",
            # Room for three replicas, of which each takes one.
            "PORT_DICE_ROLLER": consecutive_ports(3),
            "PORT_FLUENT": str(FreePorts.take()),
            **ports,
            **variables,
        }

    def build(self):
        """The image, once for all tests of this clone; a later call takes the engine's cache."""
        self.docker("build", "--file", deployment.DOCKERFILE, "--tag", IMAGE, ".", timeout=1400)

    def compose(self, *arguments, timeout=300):
        """Runs compose; gives what it prints."""
        files = [part for file in self.files for part in ("-f", file)]
        return self.run([*self.program, *files, *arguments], timeout)

    def docker(self, *arguments, timeout=120):
        """Runs docker; gives what it prints."""
        return self.run([client(), *arguments], timeout)

    def run(self, command, timeout, text=None):
        """Runs a command in the repository's root with the deployment's variables; gives what it prints."""
        result = subprocess.run(
            list(map(str, command)),
            cwd=ROOT,
            env=self.environment,
            input=text,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert result.returncode == 0, f"{command}: {result.stdout[-3000:]}{result.stderr[-3000:]}"
        return result.stdout

    def shell(self, line, timeout=300):
        """Runs a line as a user types it, in the repository's root; gives what it prints."""
        return self.run(["bash", "-o", "pipefail", "-c", line], timeout)

    def provide_plugin(self, folder):
        """Makes `docker compose` work in `shell`, as it does for users, where only PyPI's program is here."""
        if not _output([client(), "compose", "version"]):
            plugin = folder / "cli-plugins/docker-compose"
            plugin.parent.mkdir()
            plugin.symlink_to(MODERN_COMPOSE)
            self.environment["DOCKER_CONFIG"] = str(folder)

    def provide_prometheus(self):
        """Prometheus under the name that the compose file has for it: the real one, or a stand-in of the same name."""
        image = deployment.load(deployment.OVERLAY)["services"]["prometheus"]["image"]
        if _output([client(), "image", "inspect", image]) or _output([client(), "pull", image]):
            return
        self.run([client(), "build", "--tag", image, "-"], timeout=600, text=PROMETHEUS_STAND_IN)

    def containers(self, service):
        """The ids of a service's containers."""
        return self.compose("ps", "-q", service).split()

    def container(self, service):
        """The id of a service's only container."""
        [container] = self.containers(service)
        return container

    def inspect(self, container):
        """Everything the engine knows of a container."""
        return json.loads(self.docker("inspect", container))[0]

    def url(self, service, inside=8000):
        """Where a service answers on this machine."""
        published = self.docker("port", self.containers(service)[0], str(inside))
        return "http://127.0.0.1:" + re.search(r":(\d+)$", published.splitlines()[0])[1]

    def wait_until_healthy(self, *services, timeout=60):
        """Returns when each container of the services is healthy."""
        deadline = time.monotonic() + timeout
        for container in [container for service in services for container in self.containers(service)]:
            while (state := self.inspect(container)["State"])["Health"]["Status"] != "healthy":
                assert time.monotonic() < deadline, state
                time.sleep(0.2)

    def down(self):
        """Removes containers, networks and volumes."""
        profiles = [part for name in deployment.PROFILES for part in ("--profile", name)]
        self.compose(*profiles, "down", "--volumes", "--remove-orphans", "--timeout", "30")


@contextlib.contextmanager
def running(*files, services=(), program=None, **variables):
    """A deployment whose services are up, healthy where the file says how to tell; gone at the end of the block."""
    deployed = Deployment(*files, program=program, **variables)
    deployed.build()
    try:
        deployed.compose("up", "--detach", *services)
        deployed.wait_until_healthy(*deployment.SERVICES)
        yield deployed
    finally:
        deployed.down()


def marks(seconds):
    """What a file of tests needs that runs containers: an engine, and time for the first build, which compiles all."""
    reason = reason_to_skip()
    return [pytest.mark.skipif(bool(reason), reason=reason or "an engine answers"), pytest.mark.timeout(seconds)]
