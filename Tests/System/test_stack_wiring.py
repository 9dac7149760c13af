"""The parts of the observability stack find each other: addresses, ports, pipelines and the switches that hide data."""

import json
import re
import urllib.parse

import pytest

import deployment

SERVICES = {
    name: deployment.load(deployment.COMPOSE)["services"].get(name, {}) | part
    for path in (deployment.COMPOSE, deployment.OVERLAY)
    for name, part in deployment.load(path)["services"].items()
}
COLLECTOR = deployment.load(deployment.OBSERVABILITY / "collector.yaml")
TEMPO = deployment.load(deployment.OBSERVABILITY / "tempo.yaml")
LOKI = deployment.load(deployment.OBSERVABILITY / "loki.yaml")
SOURCES = {
    source["uid"]: source
    for source in deployment.load(deployment.OBSERVABILITY / "grafana/datasources/datasources.yaml")["datasources"]
}
PROMETHEUS_FLAGS = SERVICES["prometheus"]["command"]
SPAN_RECEIVERS = {"grpc": 4317, "http": 4318}


def endpoints(receivers):
    """Each address that a `receivers:` part of the collector or of Tempo listens on."""
    for receiver in receivers.values():
        yield from (protocol["endpoint"] for protocol in receiver.get("protocols", {}).values())
        if "endpoint" in receiver:
            yield receiver["endpoint"]


def port(endpoint):
    """The port of `host:port`."""
    return int(endpoint.rpartition(":")[2])


def listening():
    """The ports of each service inside its container."""
    [reader] = COLLECTOR["service"]["telemetry"]["metrics"]["readers"]
    own = reader["pull"]["exporter"]["prometheus"]["port"]
    tempo = TEMPO["distributor"]["receivers"]
    return {
        **{name: {8000} for name in deployment.SERVICES},
        "trace-store": {int(SERVICES["trace-store"]["environment"]["PORT"])},
        "otel-collector": {own, *map(port, endpoints(COLLECTOR["receivers"]))},
        "tempo": {TEMPO["server"]["http_listen_port"], *map(port, endpoints(tempo))},
        "loki": {LOKI["server"]["http_listen_port"]},
        # Their programs' own defaults.
        "prometheus": {9090},
        "grafana": {3000},
    }


@pytest.mark.parametrize(
    "path",
    [deployment.COMPOSE, *sorted(deployment.DOCKER.glob("**/*.yaml"))],
    ids=lambda path: path.name,
)
def test_every_address_names_a_service_that_listens_there(path):
    known = listening()
    # Comments lead nowhere; Kubernetes has names of its own, which are the same where they are ours.
    text = re.sub(r"^\s*#.*$", "", path.read_text(), flags=re.MULTILINE)
    for host, number in re.findall(r"(?<![\w.$-])(?:http://)?([a-z][a-z-]*):(\d{4,5})\b", text):
        if host != "localhost":
            assert int(number) in known.get(host, ()), f"{host}:{number}"


def test_each_published_port_is_one_that_the_container_listens_on():
    for name, service in SERVICES.items():
        for published in service.get("ports", []):
            assert port(published) in listening()[name], name


def test_services_export_to_a_receiver_for_http():
    for name in (*deployment.SERVICES, "traffic"):
        address = urllib.parse.urlsplit(SERVICES[name]["environment"]["OTEL_EXPORTER_OTLP_ENDPOINT"])
        assert (address.hostname, address.port) == ("otel-collector", SPAN_RECEIVERS["http"])


@pytest.mark.parametrize(
    "receivers", [COLLECTOR["receivers"], TEMPO["distributor"]["receivers"]], ids=["collector", "tempo"]
)
def test_receivers_listen_beyond_localhost(receivers):
    # Since collector 0.104 and Tempo 2.7 an endpoint without a host is localhost's.
    addresses = list(endpoints(receivers))
    assert addresses and all(address.startswith("0.0.0.0:") for address in addresses), addresses
    protocols = receivers["otlp"]["protocols"]
    assert {name: port(part["endpoint"]) for name, part in protocols.items()} == SPAN_RECEIVERS


def test_every_part_of_the_collector_is_in_a_pipeline():
    pipelines = COLLECTOR["service"]["pipelines"].values()
    for kind in ("receivers", "processors", "exporters"):
        assert {name for pipeline in pipelines for name in pipeline[kind]} == set(COLLECTOR[kind])
    # The limiter refuses what comes too fast, so it stands before everything that keeps data.
    assert {pipeline["processors"][0] for pipeline in pipelines} == {"memory_limiter"}


def test_the_daemon_sends_lines_to_the_collector():
    driver = SERVICES["frontend"]["logging"]
    published = SERVICES["otel-collector"]["ports"][0].removesuffix(
        f":{port(COLLECTOR['receivers']['fluentforward']['endpoint'])}"
    )
    assert driver["options"]["fluentd-address"] == published
    assert all(SERVICES[name]["logging"] == driver for name in deployment.SERVICES)


def test_the_service_graph_has_its_four_switches():
    generator = TEMPO["metrics_generator"]
    assert {"service-graphs", "span-metrics"} <= set(TEMPO["overrides"]["defaults"]["metrics_generator"]["processors"])
    [target] = generator["storage"]["remote_write"]
    assert urllib.parse.urlsplit(target["url"]).hostname == "prometheus"
    assert "--web.enable-remote-write-receiver" in PROMETHEUS_FLAGS
    assert SOURCES["tempo"]["jsonData"]["serviceMap"]["datasourceUid"] == "prometheus"


def test_exemplars_are_kept_and_lead_to_traces():
    assert "--enable-feature=exemplar-storage" in PROMETHEUS_FLAGS
    [destination] = SOURCES["prometheus"]["jsonData"]["exemplarTraceIdDestinations"]
    assert destination == {"name": "trace_id", "datasourceUid": "tempo"}
    timed = [
        target for panel in deployment.panels() for target in panel["targets"] if "duration" in target.get("expr", "")
    ]
    assert any(target.get("exemplar") for target in timed)


def test_a_search_finds_the_newest_traces():
    assert TEMPO["query_frontend"]["query_end_cutoff"] == "0s"
    assert TEMPO["ingester"]["trace_idle_period"] == "2s"


def test_loki_keeps_the_trace_beside_each_line():
    assert LOKI["limits_config"]["allow_structured_metadata"]
    # Structured metadata asks for both.
    assert {(period["store"], period["schema"]) for period in LOKI["schema_config"]["configs"]} == {("tsdb", "v13")}
    [field] = SOURCES["loki"]["jsonData"]["derivedFields"]
    assert (field["matcherType"], field["matcherRegex"], field["datasourceUid"]) == ("label", "trace_id", "tempo")


def test_the_scrape_interval_is_the_data_sources():
    configured = deployment.load(deployment.OBSERVABILITY / "prometheus.yaml")["global"]["scrape_interval"]
    assert SOURCES["prometheus"]["jsonData"]["timeInterval"] == configured


def test_the_page_links_into_a_data_source():
    template = SERVICES["frontend"]["environment"]["TRACE_LINK_TEMPLATE"]
    address = re.sub(r"\$\{\w+:-(\d+)\}", r"\1", template).replace("{trace_id}", "0" * 32)
    [panes] = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["panes"]
    [pane] = json.loads(panes).values()
    assert pane["datasource"] in SOURCES
    assert [query["query"] for query in pane["queries"]] == ["0" * 32]


def test_nobody_waits_for_the_health_of_an_image_without_a_shell():
    foreign = {name for name, service in SERVICES.items() if "build" not in service and "image" in service}
    assert {"otel-collector", "tempo", "loki", "prometheus", "grafana"} <= foreign
    for name, service in SERVICES.items():
        assert name not in foreign or "healthcheck" not in service, name
        needs = service.get("depends_on", {})
        conditions = needs if isinstance(needs, dict) else {}
        assert not foreign & set(conditions), name


def test_every_mounted_file_exists():
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith(".") or (deployment.DOCKER / source).exists(), f"{name}: {volume}"
