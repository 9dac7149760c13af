"""What the frontend asks a trace store for, and what it does not even ask."""

import contextlib
import urllib.parse

import pytest

from laboratory import lone_frontend
from scripted_server import Reply, ScriptedServer

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def store():
    """Plays a trace store that has every trace."""
    with contextlib.closing(ScriptedServer(Reply(200, b"{}"))) as server:
        yield server


def test_only_what_is_a_trace_id_is_looked_for(store, client):
    wrong = [TRACE + "0", "g" + TRACE[1:], TRACE[:-1] + "%20", TRACE[:-2] + "%C3%A9", "0" * 32]
    with lone_frontend(TRACE_QUERY_URL=store.url) as url:
        answers = [client.get(f"{url}/traces/{text}") for text in wrong]
        assert client.get(f"{url}/traces/{TRACE}").status_code == 200
    assert [request.path for request in store.requests] == [f"/api/traces/{TRACE}"]
    for text, answer in zip(wrong, answers):
        (fault,) = answer.json()["detail"]
        assert (answer.status_code, fault["loc"]) == (422, ["path", "trace_id"])
        assert (fault["type"], fault["ctx"]) == ("string_pattern_mismatch", {"pattern": "^(?!0+$)[0-9a-fA-F]{1,32}$"})
        assert fault["input"] == urllib.parse.unquote(text)


def test_an_id_as_tempo_writes_it_is_made_whole(store, client):
    with lone_frontend(TRACE_QUERY_URL=store.url) as url:
        for text in ("ab", "AB", "0ab"):
            assert client.get(f"{url}/traces/{text}").status_code == 200
    assert {request.path for request in store.requests} == {f"/api/traces/{'ab':0>32}"}


def queries(store):
    """What the store was asked for, in TraceQL."""
    asked = [urllib.parse.parse_qs(urllib.parse.urlsplit(request.path).query) for request in store.requests]
    return [parameters["q"][0] for parameters in asked]


@pytest.mark.parametrize(
    "name, quoted", [("mine", "mine"), ('the "best"', r"the \"best\""), ("back\\slash", r"back\\slash")]
)
def test_a_service_name_cannot_change_the_search(store, client, name, quoted):
    with lone_frontend(TRACE_QUERY_URL=store.url, OTEL_SERVICE_NAME=name) as url:
        assert client.get(f"{url}/traces").status_code == 200
    assert queries(store) == [f'{{ (rootServiceName != "{quoted}" || rootName =~ "GET /roll.*") }}']


def test_those_that_failed_or_were_slow_can_be_asked_for(store, client):
    with lone_frontend(TRACE_QUERY_URL=store.url) as url:
        for only in ("failed", "slow"):
            assert client.get(f"{url}/traces", params={"only": only}).status_code == 200
        refused = client.get(f"{url}/traces", params={"only": "new } || {"})
    roots = '(rootServiceName != "frontend" || rootName =~ "GET /roll.*")'
    assert queries(store) == [f"{{ {roots} && status = error }}", f"{{ {roots} && traceDuration > 2s }}"]
    (fault,) = refused.json()["detail"]
    assert (refused.status_code, fault["loc"], fault["ctx"]["pattern"]) == (422, ["query", "only"], "^(failed|slow)$")
