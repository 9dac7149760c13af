"""docker/kubernetes as `kubectl` renders it: valid for the API, and true to what the services need and do."""

import os
import pathlib
import re
import subprocess
import sys

import pytest
import yaml

import deployment

TOOLS = pathlib.Path(sys.executable).parent
KUBERNETES = deployment.DOCKER / "kubernetes"
LOCAL = KUBERNETES / "overlays/local"
PODS = [*deployment.SERVICES, "trace-store"]
# What `dice` allows itself to drain, and the exporter for its last spans.
DRAINING, FLUSHING = 20, 5


def render(folder):
    """The text of what `kubectl apply --kustomize` would send."""
    result = subprocess.run([TOOLS / "kubectl", "kustomize", folder], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stderr == "", "it warns"
    return result.stdout


def objects(folder):
    """The rendered objects by kind and name."""
    return {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(render(folder))}


@pytest.fixture(scope="module")
def base():
    """The objects for several nodes."""
    return objects(KUBERNETES)


def of_kind(rendered, kind):
    """Name to object."""
    return {name: one for (its_kind, name), one in rendered.items() if its_kind == kind}


def container(deployed):
    """The only container of a Deployment."""
    [one] = deployed["spec"]["template"]["spec"]["containers"]
    return one


@pytest.mark.parametrize("folder", [KUBERNETES, LOCAL], ids=lambda folder: folder.name)
def test_the_api_knows_every_field(folder, tmp_path):
    path = tmp_path / "rendered.yaml"
    path.write_text(render(folder))
    result = subprocess.run([TOOLS / "kubernetes-validate", "--strict", path], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("folder", [KUBERNETES, LOCAL], ids=lambda folder: folder.name)
def test_every_object_is_in_the_namespace_that_is_rendered_too(folder):
    rendered = objects(folder)
    [namespace] = of_kind(rendered, "Namespace")
    spaces = {one["metadata"].get("namespace") for (kind, _), one in rendered.items() if kind != "Namespace"}
    assert spaces == {namespace}


@pytest.mark.parametrize("name", PODS)
def test_a_pod_fits_the_restricted_security_standard(base, name):
    pod = base["Deployment", name]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] == 65532
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not pod["automountServiceAccountToken"]
    confined = container(base["Deployment", name])["securityContext"]
    assert confined == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


@pytest.mark.parametrize("name", PODS)
def test_probes_ask_what_they_are_for(base, name):
    one = container(base["Deployment", name])
    paths = {kind: one[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")}
    # A pod whose neighbours are away must not be restarted: only readiness looks further than the process.
    assert paths == {"startup": "/livez", "liveness": "/livez", "readiness": "/readyz"}
    names = {port["name"] for port in one["ports"]}
    assert {one[f"{kind}Probe"]["httpGet"]["port"] for kind in paths} <= names


@pytest.mark.parametrize("name", PODS)
def test_a_pod_has_time_to_leave(base, name):
    pod = base["Deployment", name]["spec"]["template"]["spec"]
    pause = container(base["Deployment", name])["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pause > 0 and pod["terminationGracePeriodSeconds"] >= pause + DRAINING + FLUSHING


@pytest.mark.parametrize("name", PODS)
def test_a_service_leads_to_its_pods(base, name):
    service, deployed = base["Service", name], base["Deployment", name]
    labels = deployed["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()
    assert deployed["spec"]["selector"]["matchLabels"].items() <= labels.items()
    [port] = service["spec"]["ports"]
    [listening] = container(deployed)["ports"]
    assert (port["targetPort"], port["port"]) == (listening["name"], listening["containerPort"])
    assert {"name": "PORT", "value": str(port["port"])} in container(deployed)["env"]


@pytest.mark.parametrize("name", deployment.SERVICES)
def test_a_service_scales_on_cpu_and_survives_a_drained_node(base, name):
    scaler, deployed = base["HorizontalPodAutoscaler", name]["spec"], base["Deployment", name]
    assert scaler["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    assert 1 < scaler["minReplicas"] < scaler["maxReplicas"]
    assert [metric["resource"]["name"] for metric in scaler["metrics"]] == ["cpu"]
    # A share of what is requested: without a request there is nothing to share. The scaler owns the replicas.
    assert "cpu" in container(deployed)["resources"]["requests"] and "replicas" not in deployed["spec"]
    labels = deployed["spec"]["template"]["metadata"]["labels"]
    assert base["PodDisruptionBudget", name]["spec"]["selector"]["matchLabels"].items() <= labels.items()
    [spread] = deployed["spec"]["template"]["spec"]["topologySpreadConstraints"]
    assert spread["topologyKey"] == "kubernetes.io/hostname"
    assert spread["labelSelector"]["matchLabels"].items() <= labels.items()


def test_what_has_state_is_single(base):
    store = base["Deployment", "trace-store"]["spec"]
    assert (store["replicas"], store["strategy"]["type"]) == (1, "Recreate")
    assert "trace-store" not in of_kind(base, "HorizontalPodAutoscaler")


def test_the_network_lets_through_who_calls_and_nobody_else(base):
    policies = of_kind(base, "NetworkPolicy")
    assert policies.pop("default-deny")["spec"] == {"podSelector": {}, "policyTypes": ["Ingress"]}
    assert "from" not in policies.pop("frontend")["spec"]["ingress"][0]
    for called, policy in policies.items():
        [rule] = policy["spec"]["ingress"]
        pods = [peer["podSelector"]["matchLabels"] for peer in rule["from"] if "podSelector" in peer]
        allowed = {labels["app.kubernetes.io/name"] for labels in pods}
        assert allowed == {name for name in PODS if called in calls(base, name)}, called
        [port] = rule["ports"]
        assert port["port"] == base["Service", called]["spec"]["ports"][0]["port"]


def calls(base, name):
    """The services that a pod's environment names."""
    one = container(base["Deployment", name])
    values = [variable["value"] for variable in one["env"]]
    for source in one.get("envFrom", []):
        values += base["ConfigMap", source["configMapRef"]["name"]]["data"].values()
    called = set(re.findall(r"http://([a-z-]+):", " ".join(values)))
    # The trace store's address is in everybody's environment; each of the three exports to it.
    return called - {name}


def test_the_local_overlay_needs_one_node_and_no_registry():
    rendered = objects(LOCAL)
    for name in PODS:
        assert container(rendered["Deployment", name])["imagePullPolicy"] == "Never"
    frontend = rendered["Service", "frontend"]["spec"]
    assert frontend["type"] == "NodePort"
    assert f"node port {frontend['ports'][0]['nodePort']}" in deployment.README.read_text()
    assert {one["spec"]["minReplicas"] for one in of_kind(rendered, "HorizontalPodAutoscaler").values()} == {1}


def test_the_monitoring_component_can_be_added(tmp_path):
    def seen_from_here(name):
        return os.path.relpath(KUBERNETES / name, tmp_path.resolve())

    (tmp_path / "kustomization.yaml").write_text(
        yaml.safe_dump({"resources": [seen_from_here("")], "components": [seen_from_here("components/monitoring")]})
    )
    rendered = objects(tmp_path)
    [monitor] = of_kind(rendered, "ServiceMonitor").values()
    [expression] = monitor["spec"]["selector"]["matchExpressions"]
    assert set(expression["values"]) == set(deployment.SERVICES)
    for name in deployment.SERVICES:
        service = rendered["Service", name]
        # The dashboard's `job` is the value of that label.
        assert service["metadata"]["labels"][monitor["spec"]["jobLabel"]] == name
        assert monitor["spec"]["endpoints"][0]["port"] in {port["name"] for port in service["spec"]["ports"]}
