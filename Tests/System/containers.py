"""The compose files as a user runs them, on a container engine of this machine."""

import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import time

import deployment
from dice import ROOT, FreePorts

PROJECT = "dice-system-test"


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
    """What of `docker compose` and `docker-compose` this machine has."""
    programs = [[client(), "compose"], [shutil.which("docker-compose") or ""]]
    return [program for program in programs if _succeeds([*program, "version"])]


def _succeeds(command):
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def reason_to_skip():
    """Why no container can run here; empty where one can."""
    if not client():
        return "no container engine answers `docker info`"
    return "" if compose_programs() else "neither `docker compose` nor `docker-compose` is installed"


class Deployment:
    """The services of the compose files under a project's name of their own, on free ports."""

    def __init__(self, *files, **variables):
        self.files = files or (deployment.COMPOSE,)
        self.ports = {f"{name}_PORT": FreePorts.take() for name in ("DIE_SERVICE", "FRONTEND", "PROMETHEUS", "FLUENT")}
        # Room for three replicas: a range of ports, of which each takes one.
        first = 23_400
        self.environment = os.environ | {
            "DOCKER_BUILDKIT": "1",
            "PATH": f"{pathlib.Path(client()).parent}{os.pathsep}{os.environ['PATH']}",
            "DICE_ROLLER_PORT": f"{first}-{first + 9}",
            **{name: str(port) for name, port in self.ports.items()},
            **variables,
        }

    def compose(self, *arguments, program=None, timeout=1200):
        """Runs compose; gives what it prints."""
        files = [part for file in self.files for part in ("-f", file)]
        command = [*(program or compose_programs()[0]), "-p", PROJECT, *files, *arguments]
        return self._run(command, timeout)

    def docker(self, *arguments, timeout=120):
        """Runs docker; gives what it prints."""
        return self._run([client(), *arguments], timeout)

    def _run(self, command, timeout):
        result = subprocess.run(
            list(map(str, command)), cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=timeout
        )
        assert result.returncode == 0, f"{command}: {result.stdout[-3000:]}{result.stderr[-3000:]}"
        return result.stdout

    def containers(self, service):
        """The ids of a service's containers."""
        return self.compose("ps", "-q", service).split()

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
        self.compose("down", "--volumes", "--timeout", "30")
