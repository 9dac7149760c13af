"""The trace store as Grafana's data source: the columns of the dashboard's table, and what a query editor offers."""

import re

import pytest
from opentelemetry.proto.trace.v1 import trace_pb2

from deployment import panels
from trace_store import export_of, filled_store, trace_store


@pytest.fixture(scope="module")
def client():
    """A client of a store with some traces."""
    with filled_store() as (store, _):
        yield store.client


def dashboard_query():
    """The query of the project's own table of traces."""
    queries = [target.get("query", "") for panel in panels() for target in panel["targets"]]
    return next(query for query in queries if "select(" in query)


def test_the_table_of_the_dashboard_has_its_columns():
    trace_id, request = export_of(service="dice-roller", name="GET /roll-async")
    span = request.resource_spans[0].scope_spans[0].spans[0]
    span.attributes.add(key="async.batch_size").value.int_value = 5
    span.attributes.add(key="async.total_result").value.int_value = 2**53 + 1
    with trace_store() as store:
        store.keep(request)
        (found,) = store.search(q=dashboard_query())
    assert found["traceID"] == trace_id
    (shown,) = found["spanSets"][0]["spans"]
    # In Tempo's form: names without their scope, values as protobuf's JSON has them; what the filter asks for comes, too.
    assert [(each["key"], each["value"]) for each in shown["attributes"]] == [
        ("service.name", {"stringValue": "dice-roller"}),
        ("async.batch_size", {"intValue": "5"}),
        ("async.total_result", {"intValue": str(2**53 + 1)}),
    ]


def test_each_kind_of_attribute_can_be_selected():
    trace_id, request = export_of()
    span = request.resource_spans[0].scope_spans[0].spans[0]
    span.status.code = trace_pb2.Status.STATUS_CODE_ERROR
    span.attributes.add(key="own").value.bool_value = True
    span.attributes.add(key="share").value.double_value = 0.5
    span.attributes.add(key="endless").value.double_value = float("inf")
    faces = span.attributes.add(key="faces").value.array_value
    for number in (1, 2):
        faces.values.add(int_value=number)
    fields = "span.own, .share, .endless, .faces, status, kind, .nowhere, name, duration"
    with trace_store() as store:
        store.keep(request)
        (found,) = store.search(q=f"{{ .own = true }} | select({fields})")
    assert found["traceID"] == trace_id
    shown = {each["key"]: each["value"] for each in found["spanSets"][0]["spans"][0]["attributes"]}
    assert shown == {
        "own": {"boolValue": True},
        "share": {"doubleValue": 0.5},
        "endless": {"doubleValue": "Infinity"},
        "faces": {"arrayValue": {"values": [{"intValue": "1"}, {"intValue": "2"}]}},
        "status": {"stringValue": "error"},
        "kind": {"stringValue": "unspecified"},
    }


def test_a_query_editor_is_told_names_and_values(client):
    def get(path, **parameters):
        answer = client.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert get("/api/search/tags") == {"tagNames": ["colour", "number", "service.name"]}
    scopes = {scope["name"]: scope["tags"] for scope in get("/api/v2/search/tags")["scopes"]}
    assert scopes["resource"] == ["service.name"] and scopes["span"] == ["colour", "number"]
    assert {"name", "status", "duration", "kind"} <= set(scopes["intrinsic"])
    assert get("/api/v2/search/tags", scope="span")["scopes"] == [{"name": "span", "tags": ["colour", "number"]}]
    assert get("/api/search/tags", scope="resource") == {"tagNames": ["service.name"]}
    assert get("/api/search/tags", start=1, end=2) == {"tagNames": []}

    assert get("/api/search/tag/service.name/values") == {"tagValues": ["bakery", "shop"]}
    strings = [{"type": "string", "value": value} for value in ("bakery", "shop")]
    for tag in ("resource.service.name", ".service.name"):
        assert get(f"/api/v2/search/tag/{tag}/values") == {"tagValues": strings}
    numbers = get("/api/v2/search/tag/span.number/values")["tagValues"]
    assert numbers[0] == {"type": "int", "value": "1"} and len(numbers) == 10
    keywords = get("/api/v2/search/tag/status/values")["tagValues"]
    assert keywords == [{"type": "keyword", "value": value} for value in ("error", "ok", "unset")]
    blue = get("/api/v2/search/tag/span.number/values", q='{ .colour = "Light Blue" }')["tagValues"]
    assert [value["value"] for value in blue] == ["10", "6", "7", "8", "9"]
    # While its user still writes.
    assert len(get("/api/v2/search/tag/span.number/values", q="{ .colour = }")["tagValues"]) == 10
    assert client.get("/api/v2/search/tag/number/values").status_code == 400
    assert client.get("/api/v2/search/tags", params={"scope": "galaxy"}).status_code == 400


def test_the_version_is_told_as_grafana_asks_for_it(client):
    answer = client.get("/api/status/buildinfo").json()
    assert {"version", "revision", "branch", "buildDate", "buildUser", "goVersion"} == set(answer)
    assert re.fullmatch(r"\d+\.\d+\.\d+", answer["version"])
