"""The files of docker/ are sound, and ask the services for nothing but what they export."""

import contextlib
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys

import httpx
import pytest

import containers
import deployment
import rolls
from conftest import running_all
from dice import ROOT, Dice
from laboratory import laboratory
from polling import until
from prometheus_server import Prometheus

TOOLS = pathlib.Path(sys.executable).parent
# What Prometheus adds to each series.
ADDED_LABELS = {"job", "instance"}
# Loki's own, and the resource's service.name, which the collector takes from a line's `service`.
LOKI_LABELS = {"service_name", "__error__"}

needs_prometheus = pytest.mark.skipif(shutil.which("promtool") is None, reason="Debian's prometheus is not installed")


def check(*command):
    """Runs a checker, whose complaints are the test's; gives what it says otherwise."""
    result = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def test_yaml():
    check(TOOLS / "yamllint", "--strict", "docker", "Tests/System/rules.test.yaml")


def test_dockerfile():
    check(TOOLS / "hadolint", deployment.DOCKER / "Dockerfile")


@pytest.mark.parametrize("name, port", [*((name, 8000) for name in deployment.SERVICES), ("trace-store", 4318)])
def test_the_image_gives_a_service_its_port(name, port):
    # An address of the loopback network on which no other test listens, for these ports are fixed.
    environment = deployment.image_environment() | {"HOST": f"127.{os.getpid() % 250 + 1}.{port % 250}.8"}
    with contextlib.closing(Dice(name, environment=environment)) as dice:
        url = f"http://{environment['HOST']}:{port}"
        dice.wait_until_ready(url)
        assert dice.stderr.wait_for(lambda line: "http://" in line) == [f"{name} {url}"]


@needs_prometheus
@pytest.mark.parametrize("what, name", [("config", "prometheus.yaml"), ("rules", "rules.yaml")])
def test_prometheus_files(what, name):
    check("promtool", "check", what, deployment.OBSERVABILITY / name)


@needs_prometheus
def test_alerts_fire_when_they_should():
    check("promtool", "test", "rules", ROOT / "Tests/System/rules.test.yaml")


@pytest.mark.parametrize("files", [[deployment.COMPOSE], [deployment.COMPOSE, deployment.OVERLAY]], ids=len)
@pytest.mark.parametrize("version, program", containers.compose_programs().items())
def test_every_version_of_compose_accepts_the_files(version, program, files):
    options = [part for path in files for part in ("--file", path)]
    profiles = [part for name in deployment.PROFILES for part in ("--profile", name)]
    said = check(*program, *options, *profiles, "config", "--quiet")
    assert said == "", "it warns"


@pytest.mark.parametrize("path", [deployment.COMPOSE, deployment.OVERLAY], ids=lambda path: path.name)
def test_a_compose_file_is_pinned_and_hardened(path):
    for name, service in deployment.load(path)["services"].items():
        if "image" not in service:
            continue
        assert re.search(r":[^:]*\d|\$\{DICE_IMAGE", service["image"]), f"{name} is not pinned"
        assert service["cap_drop"] == ["ALL"] and "no-new-privileges:true" in service["security_opt"], name
        assert service["mem_limit"].endswith("m"), name
        assert "max-size" in service["logging"]["options"], f"{name} fills the disk"


def test_every_port_has_a_variable_that_the_readme_names():
    readme = deployment.README.read_text()
    for path in (deployment.COMPOSE, deployment.OVERLAY):
        for name, service in deployment.load(path)["services"].items():
            for port in service.get("ports", []):
                variable, default = re.search(r"\$\{(PORT_\w+):-(\d+)\}:\d+$", port).groups()
                assert f"{default} | `{variable}`" in readme, f"{name}: {port}"


def test_the_stated_memory_is_the_sum_of_the_limits():
    services = deployment.load(deployment.COMPOSE)["services"]
    limits = [services[name]["mem_limit"] for name in deployment.SERVICES]
    limits += [s["mem_limit"] for s in deployment.load(deployment.OVERLAY)["services"].values() if "mem_limit" in s]
    stated = [re.search(r"limits sum up to ([\d.]+) GB", deployment.README.read_text())[1]]
    front_page = (ROOT / "README.md").read_text()
    stated.append(re.search(r"observability stack ([\d.]+) GB", front_page)[1])
    assert {float(figure) for figure in stated} == {round(sum(int(limit.removesuffix("m")) for limit in limits) / 1000, 1)}
    each = {services[name]["mem_limit"] for name in [*deployment.SERVICES, "trace-store"]}
    assert each == {re.search(r"may take (\d+) MB each", front_page)[1] + "m"}


def test_every_job_is_scraped():
    jobs = {job["job_name"] for job in deployment.load(deployment.OBSERVABILITY / "prometheus.yaml")["scrape_configs"]}
    assert set(deployment.SERVICES) <= jobs
    for expression in deployment.promql() + [rule["expr"] for rule in deployment.rules()]:
        for names in re.findall(r'\bjob=~?"([^"]*)"', expression):
            assert set(names.split("|")) <= jobs | {".*"}, expression


@pytest.fixture(scope="module")
def used_stack(module_collector, tmp_path_factory):
    """Services that rolled dice of every kind, and the Prometheus that watched with the stack's rules."""
    with running_all(module_collector, environment={"ROLL_MAX_DELAY_MS": "50"}) as stack:
        targets = {name: url.removeprefix("http://") for name, url in stack.urls().items()}
        folder = tmp_path_factory.mktemp("prometheus")
        rules = deployment.OBSERVABILITY / "rules.yaml"
        with contextlib.closing(Prometheus(folder, targets, rules)) as prometheus:
            prometheus.wait_for("count(up == 1) == 3")
            rolls.of_every_kind(stack.frontend_url)
            prometheus.wait_for("count(count_over_time(up[1m]) > 3) == 3")
            rolls.of_every_kind(stack.frontend_url)
            yield stack, prometheus


@needs_prometheus
@pytest.mark.parametrize("expression", sorted({*deployment.promql(), *deployment.recorded()}))
def test_every_expression_finds_data(used_stack, expression):
    stack, prometheus = used_stack
    assert prometheus.wait_for(expression, timeout=20)


@needs_prometheus
def test_every_rule_evaluates(used_stack):
    _, prometheus = used_stack
    prometheus.wait_for("job:unavailable:ratio_rate6h")
    loaded = [rule for group in prometheus.api("rules")["groups"] for rule in group["rules"]]
    assert len(loaded) == len(deployment.rules())
    assert [rule["name"] for rule in loaded if rule["health"] not in ("ok", "unknown")] == []


@needs_prometheus
def test_every_metric_and_label_of_a_rule_exists(used_stack):
    _, prometheus = used_stack
    recorded = deployment.recorded()
    for rule in deployment.rules():
        names = deployment.series_names(rule["expr"])
        assert names, rule["expr"]
        for name in names - recorded:
            assert prometheus.wait_for(f"count({name})"), name
        labels = deployment.label_names(rule["expr"])
        assert labels <= ADDED_LABELS | set(prometheus.api("labels")), rule["expr"]


def test_every_field_of_a_log_query_is_logged(used_stack):
    stack, _ = used_stack
    fields = {key for record in stack.logs for key in record}
    services = {record["service"] for record in stack.logs}
    for query in deployment.logql():
        selector = re.search(r'service_name=~?"([^"]*)"', query)[1]
        assert set(selector.split("|")) <= services, query
        bare = deployment.STRING.sub('""', query)
        asked = re.findall(r"\b(\w+)\s*(?:=~|>=|<=|!=|=|>|<)", bare) + re.findall(r"\{\{\.(\w+)\}\}", query)
        asked += [name for names in re.findall(r"\bby \(([^)]*)\)", bare) for name in re.findall(r"\w+", names)]
        assert set(asked) <= fields | LOKI_LABELS, query


def test_every_attribute_of_a_trace_query_is_exported(used_stack):
    stack, _ = used_stack
    spans = stack.collector.spans(count=60)
    attributes = {key for span in spans for key in span.attributes}
    names = {span.name for span in spans}
    assert deployment.traceql()
    for query in deployment.traceql():
        assert set(re.findall(r"\bspan\.([\w.]+)", query)) <= attributes, query
        assert set(re.findall(r"\bresource\.([\w.]+)", query)) <= set(spans[0].resource), query
        for operator, name in re.findall(r'\bname (=~?) "([^"]*)"', query.replace("resource.service.name", "")):
            assert any(re.fullmatch(name, found) if operator == "=~" else name == found for found in names), query


def test_the_trace_store_understands_the_readmes_queries():
    with laboratory(ROLL_MAX_DELAY_MS="20") as own:
        for _ in range(5):
            httpx.get(f"{own.frontend_url}/roll-async", params={"die": "extreme", "times": 5}, timeout=30)
        for query in deployment.readme_queries("traceql"):
            search = functools.partial(httpx.get, f"{own.store_url}/api/search", params={"q": query})
            assert until(lambda: search().json()["traces"]), query
