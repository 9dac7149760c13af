"""A frontend whose roller, die-service or trace store is away, stuck or talks nonsense."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import running_service
from laboratory import lone_frontend
from metrics_page import Page
from rolls import ROLLS, timed
from scripted_server import JSON, Fault, Reply

FAULTS = [{"loc": ["query", "die"], "ctx": {"ge": 1.5}}]


@pytest.fixture
def frontend(backend, collector):
    """A frontend in front of a played roller."""
    with running_service("frontend", collector, environment={"DICE_ROLLER_URL": backend.url}) as (_, url):
        yield url


def test_the_roller_is_away(services, client):
    services.roller.close()
    for target in ROLLS:
        answer = client.get(services.frontend_url + target)
        assert answer.status_code == 503
        assert list(answer.json()) == ["detail", "trace_id"]
        assert answer.json()["detail"] == f"Could not connect to backend at {services.roller_url}"


def test_the_roller_gives_no_answer_in_time(backend, frontend, client):
    def count():
        return Page(frontend).total("frontend_requests_total", die_type="fair", status="timeout")

    before = count()
    backend.default = Fault.HANG
    with ThreadPoolExecutor() as pool:
        single, batch = pool.map(lambda target: timed(client, frontend + target), ROLLS)
    for (answer, seconds), limit in ((single, 5), (batch, 10)):
        assert answer.status_code == 504
        assert answer.json()["detail"] == "Backend request timed out" and len(answer.json()["trace_id"]) == 32
        assert limit - 0.1 < seconds < limit + 2
    assert count() == before + 2


@pytest.mark.parametrize(
    "reply, status, detail",
    [
        (Reply(418, b'{"detail":"teapot"}', JSON), 418, "teapot"),
        (Reply(503, b'{"detail":"later"}', JSON | {"Retry-After": "7"}), 503, "later"),
        (Reply(422, b'{"detail":[{"loc":["query","die"],"ctx":{"ge":1.50}}]}', JSON), 422, FAULTS),
        (Reply(500, b"<b>not JSON</b>", {"Content-Type": "text/html"}), 500, None),
        (Reply(200, b"not JSON", JSON), 502, None),
        (Reply(200, b'{"roll":"four"}', JSON), 502, None),
        (Fault.NONSENSE, 502, None),
        (Fault.CUT_OFF, 502, None),
    ],
    ids=lambda value: str(value)[:60],
)
def test_the_frontend_keeps_the_rollers_status(backend, frontend, client, reply, status, detail):
    backend.answer(reply)
    answer = client.get(f"{frontend}/roll?die=fair")
    assert answer.status_code == status
    assert list(answer.json()) == ["detail", "trace_id"]
    assert detail in (None, answer.json()["detail"])
    told = reply.headers.get("Retry-After") if isinstance(reply, Reply) else None
    assert answer.headers.get("Retry-After") == told


@pytest.mark.parametrize(
    "reply, status",
    [
        (Fault.CUT, 503),
        (Fault.HANG, 504),
        (Fault.NONSENSE, 502),
        (Fault.CUT_OFF, 502),
        (Reply(500, b'{"detail":"out of order"}', JSON), 502),
        (Reply(404, b'{"detail":"Not Found"}', JSON), 502),
        (Reply(200, b"not JSON", JSON), 502),
        (Reply(200, b'{"identifiers":["fair",7]}', JSON), 502),
    ],
    ids=lambda value: str(value)[:60],
)
def test_the_list_of_dice_says_why_it_is_not_there(backend, client, reply, status):
    backend.default = reply
    with lone_frontend(DIE_SERVICE_URL=backend.url) as url:
        answer = client.get(f"{url}/dice")
    assert (answer.status_code, list(answer.json())) == (status, ["detail"]), answer.text
    assert ("retry-after" in answer.headers) == (status == 503)


@pytest.mark.parametrize("path", ["/traces", f"/traces/{'ab' * 16}"])
@pytest.mark.parametrize(
    "reply, status",
    [(Fault.CUT, 503), (Fault.NONSENSE, 502), (Fault.CUT_OFF, 502), (Reply(500), 502), (Reply(404), 404)],
    ids=lambda value: str(value)[:60],
)
def test_the_trace_store_has_the_same_statuses(backend, client, path, reply, status):
    backend.default = reply
    with lone_frontend(TRACE_QUERY_URL=backend.url) as url:
        answer = client.get(url + path)
    assert (answer.status_code, list(answer.json())) == (status, ["detail"]), answer.text
    assert ("retry-after" in answer.headers) == (status == 503)
