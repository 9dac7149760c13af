"""What a service does when it has run out of something: it says so once, goes on, and recovers."""

import contextlib
import os
import resource

from conftest import running_service
from dice import is_ready
from polling import until
from raw_http import Connection

EXHAUSTED = "Out of file descriptors"


def allow_descriptors(dice, more):
    """Lets the process open that many files more than it has; returns its limit."""
    pid = dice.process.pid
    limit = len(os.listdir(f"/proc/{pid}/fd")) + more
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, limit))
    return limit


def test_out_of_descriptors_it_serves_whom_it_has_and_recovers(collector):
    with running_service("die-service", collector, "--loops", 1) as (dice, url), Connection(url) as established:
        established.get("/dice")
        assert established.answer().status == 200
        limit = allow_descriptors(dice, 10)
        with contextlib.ExitStack() as stack:
            for _ in range(50):
                stack.enter_context(Connection(url))
            (record,) = dice.wait_for_logs(EXHAUSTED)
            assert (record["level"], record["limit"]) == ("WARNING", limit)
            established.get("/dice")
            assert established.answer().status == 200
        until(lambda: is_ready(url))
        assert [record["message"] for record in dice.logs].count(EXHAUSTED) == 1


def test_above_the_limit_of_requests_the_probes_still_answer(services, client):
    environment = {"DIE_SERVICE_URL": services.die_url, "ROLL_MAX_DELAY_MS": "36000000", "MAX_REQUESTS": "2"}
    arguments = ("dice-roller", services.collector, "--loops", 1)
    with running_service(*arguments, environment=environment) as (dice, url), contextlib.ExitStack() as stack:
        waiting = [stack.enter_context(Connection(url)) for _ in range(2)]
        for connection in waiting:
            connection.get("/roll?die=fair")
        dice.wait_for_logs("Roll request received", len(waiting))
        refused = client.get(f"{url}/")
        assert (refused.status_code, refused.json()) == (503, {"detail": "Too many requests in work"})
        assert refused.headers["retry-after"] == "1"
        assert [client.get(f"{url}/{probe}").status_code for probe in ("livez", "readyz", "metrics")] == [200] * 3
        waiting[0].reset()
        until(lambda: client.get(f"{url}/").status_code == 200)
