"""The files under docker/ as tests want to read them."""

import json
import re

import yaml

from dice import ROOT

DOCKER = ROOT / "docker"
DOCKERFILE = DOCKER / "Dockerfile"
OBSERVABILITY = DOCKER / "observability"
COMPOSE = DOCKER / "compose.yaml"
OVERLAY = DOCKER / "compose.observability.yaml"
README = DOCKER / "README.md"
SERVICES = ["die-service", "dice-roller", "frontend"]
PROFILES = ["traffic", "compare"]

STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
PROMQL_WORDS = {"and", "or", "unless", "on", "ignoring", "bool", "group_left", "group_right", "offset"}


def image_environment():
    """The variables that the image sets."""
    lines = re.findall(r"^ENV (.*)$", DOCKERFILE.read_text(), re.MULTILINE)
    return dict(pair.split("=", 1) for line in lines for pair in line.split())


def load(path):
    """The one YAML document of a file."""
    return yaml.safe_load(path.read_text())


def dashboard():
    """Grafana's dashboard."""
    return json.loads((OBSERVABILITY / "grafana/dashboards/dice.json").read_text())


def panels():
    """Its panels without the rows' titles."""
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def annotation():
    """What the dashboard marks on the time axis of every panel."""
    (found,) = dashboard()["annotations"]["list"]
    return found


def readme_queries(language):
    """The queries of the README's blocks in that language."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README.read_text(), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def panel_queries(kind, key):
    """What the panels ask a data source of that kind."""
    targets = [target for panel in panels() if panel["datasource"]["type"] == kind for target in panel["targets"]]
    return [target[key] for target in targets if target[key]]


def filled(query, interval="30s"):
    """The expression with Grafana's variables filled in."""
    values = {"$__rate_interval": interval, "$instance": ".*", "$job": ".*"}
    return re.sub(r"\$\w+", lambda match: values[match[0]], query)


def promql():
    """Every expression of the dashboard and the README, Grafana's variables filled in."""
    return [filled(query) for query in panel_queries("prometheus", "expr") + readme_queries("promql")]


def panel(title):
    """The panel of that title."""
    (found,) = [panel for panel in panels() if panel["title"] == title]
    return found


def rules():
    """Recording and alerting rules."""
    return [rule for group in load(OBSERVABILITY / "rules.yaml")["groups"] for rule in group["rules"]]


def recorded():
    """The names of the series that the rules record."""
    return {rule["record"] for rule in rules() if "record" in rule}


def logql():
    """Every LogQL query of the dashboard and the README."""
    return panel_queries("loki", "expr") + readme_queries("logql")


def traceql():
    """Every TraceQL query of the dashboard and the README."""
    return panel_queries("tempo", "query") + readme_queries("traceql")


def series_names(expression):
    """The metrics that a PromQL expression names."""
    bare = re.sub(r"\b(by|without)\s*\([^)]*\)|\{[^}]*\}|\[[^]]*\]", " ", STRING.sub('""', expression))
    words = re.findall(r"(?<![\w.:])([a-zA-Z_:][\w:]*)(?!\s*\(|[\w:])", bare)
    return set(words) - PROMQL_WORDS


def label_names(expression):
    """The labels that a PromQL expression matches or groups by."""
    bare = STRING.sub('""', expression)
    matched = re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"\"", bare)
    grouped = [name for names in re.findall(r"\bby\s*\(([^)]*)\)", bare) for name in re.findall(r"\w+", names)]
    return {*matched, *grouped}
