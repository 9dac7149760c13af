"""Requests for rolls."""

import time

import httpx

ROLLS = ["/roll?die=fair", "/roll-async?die=fair&times=3"]


def timed(client, url):
    """The answer and the seconds it took."""
    begin = time.monotonic()
    answer = client.get(url)
    return answer, time.monotonic() - begin


def of_every_kind(frontend):
    """Good and bad answers on both routes of the frontend at that URL: a trace in every metric, log message and span attribute."""
    with httpx.Client(base_url=frontend, timeout=30) as client:
        for die in ("fair", "risky", "extreme", "nope"):
            for _ in range(3):
                client.get("/roll", params={"die": die})
                client.get("/roll-async", params={"die": die, "times": 5})
