"""`dice traffic` run to its end, before a frontend that may be scripted."""

import json

from dice import run
from scripted_server import Reply

UNTRACED = {"OTEL_TRACES_EXPORTER": "none"}
# What the generator looks for before it begins.
FRONTEND = Reply(200, b'{"paths":{"/roll":{},"/roll-async":{}}}')


def traffic(tmp_path, *arguments, environment=UNTRACED, status=0, timeout=60):
    """`dice traffic` run to its end: the process and what its --json says."""
    path = tmp_path / "traffic.json"
    result = run("traffic", *arguments, "--json", path, environment=environment, timeout=timeout)
    assert result.returncode == status, (result.returncode, result.stderr, result.stdout)
    return result, json.loads(path.read_text())


def paths(server):
    """What was asked for, without the look at the description."""
    return [request.path for request in server.requests if request.path != "/openapi.json"]
