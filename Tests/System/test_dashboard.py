"""Grafana's dashboard is one that Grafana understands, asks data sources that exist, and has what users look for."""

import json
import re

import pytest
import yaml
from grafana_foundation_sdk.cog import plugins, runtime
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

import deployment

# The rows of the specification, and the panels that its users know by name.
ROWS = ["frontend", "dice-roller", "die-service", "roller → die-service", "Async rolls", "Comparison", "Event loop"]
ROWS += ["Logs", "Traces", "Exporter health"]
PANELS = ["Async vs Sync Roll Rate", "Async Batch Size Distribution", "Async Rolls In Progress", "Async Batch Duration"]
PANELS += ["Sync Roll Duration", "Async Roll Duration", "Performance Improvement ×"]


def test_grafana_knows_every_key_and_value():
    plugins.register_default_plugins()
    ours = deployment.dashboard()
    # Grafana's own models keep what they know: what is lost on the way there and back, they do not.
    known = json.loads(JSONEncoder().encode(Dashboard.from_json(ours)))
    assert sorted(lost(ours, known)) == []
    kinds = {panel["type"] for panel in deployment.panels()}
    assert {kind for kind in kinds if runtime.panelcfg_config(kind) is None} == set()


def lost(ours, known, path=""):
    """Where `ours` has what `known` has not."""
    if isinstance(ours, dict):
        for key, value in ours.items():
            here = f"{path}/{key}"
            yield from lost(value, known[key], here) if isinstance(known, dict) and key in known else [here]
    elif isinstance(ours, list):
        for index, value in enumerate(ours):
            here = f"{path}/{index}"
            yield from lost(value, known[index], here) if isinstance(known, list) and index < len(known) else [here]
    elif ours != known:
        yield path


def test_it_has_the_rows_and_panels_that_users_know():
    assert deployment.dashboard()["title"] == "Dice Roller – Stage 4 (with Async)"
    titles = [panel["title"] for panel in deployment.dashboard()["panels"] if panel["type"] == "row"]
    assert titles == ROWS
    assert set(PANELS) <= {panel["title"] for panel in deployment.panels()}


@pytest.mark.parametrize("service", deployment.SERVICES)
def test_each_service_has_its_rate_errors_and_quantiles(service):
    queries = [query for query in deployment.panel_queries("prometheus", "expr") if f'job="{service}"' in query]
    assert any("http_requests_total" in query and "status" in query for query in queries)
    assert any('status="5xx"' in query for query in queries)
    for quantile in ("0.5", "0.95", "0.99"):
        assert any(query.startswith(f"histogram_quantile({quantile}, ") for query in queries), quantile
    assert any(f'service_name="{service}"' in query for query in deployment.panel_queries("loki", "expr"))


def test_rates_follow_the_scrape_interval():
    windows = {
        window for query in deployment.panel_queries("prometheus", "expr") for window in re.findall(r"\[(.*?)\]", query)
    }
    assert windows == {"$__rate_interval"}
    assert [variable["name"] for variable in deployment.dashboard()["templating"]["list"]] == ["job", "instance"]


def test_memory_has_an_axis_of_its_own():
    """Beside some cores, bytes are a line far above and gigabytes one at the bottom."""
    panel = deployment.panel("CPU and Memory")
    cores, memory = panel["targets"]
    assert "cpu_seconds" in cores["expr"] and "bytes" in memory["expr"] and "/ 1e" not in memory["expr"]
    (override,) = panel["fieldConfig"]["overrides"]
    assert override["matcher"] == {"id": "byFrameRefID", "options": memory["refId"]}
    properties = {each["id"]: each["value"] for each in override["properties"]}
    assert (properties["unit"], properties["custom.axisPlacement"]) == ("bytes", "right")
    assert panel["fieldConfig"]["defaults"]["unit"] == "short"


def test_rolls_by_die_are_those_of_batches_too():
    families = [re.findall(r"(\w+){", target["expr"]) for target in deployment.panel("Rolls by Die")["targets"]]
    assert families == [["dice_rolls_total"], ["async_rolls_total"]]


@pytest.mark.parametrize("title", ["Sync Roll Duration", "Async Roll Duration", "Performance Improvement ×"])
def test_the_comparison_leaves_failed_rolls_out(title):
    (target,) = deployment.panel(title)["targets"]
    durations = re.findall(r"\w*duration\w*{(.*?)}", target["expr"])
    assert durations and all('http_response_status_code="200"' in labels for labels in durations)


def test_an_empty_panel_says_what_to_do():
    assert {panel["fieldConfig"]["defaults"]["noValue"] for panel in deployment.panels()} == {"no data yet: press Roll"}


def test_every_panel_asks_a_provisioned_data_source():
    sources = deployment.load(deployment.OBSERVABILITY / "grafana/datasources/datasources.yaml")["datasources"]
    known = {(source["type"], source["uid"]) for source in sources}
    for panel in deployment.panels():
        for part in (panel, *panel["targets"]):
            assert (part["datasource"]["type"], part["datasource"]["uid"]) in known, panel["title"]
    source = deployment.annotation()["datasource"]
    assert (source["type"], source["uid"]) in known
    linked = set(re.findall(r"datasourceUid: (\w+)", yaml.safe_dump(sources)))
    assert linked <= {uid for _, uid in known}


def test_panels_do_not_overlap_and_have_their_own_ids():
    cells = [
        (x, y)
        for position in (panel["gridPos"] for panel in deployment.dashboard()["panels"])
        for x in range(position["x"], position["x"] + position["w"])
        for y in range(position["y"], position["y"] + position["h"])
    ]
    assert len(cells) == len(set(cells))
    identifiers = [panel["id"] for panel in deployment.dashboard()["panels"]]
    assert len(identifiers) == len(set(identifiers))
