"""Requests that leave a trace in every metric, log message and span attribute there is."""

import httpx


def of_every_kind(frontend):
    """Good and bad answers on both routes of the frontend at that URL."""
    with httpx.Client(base_url=frontend, timeout=30) as client:
        for die in ("fair", "risky", "extreme", "nope"):
            for _ in range(3):
                client.get("/roll", params={"die": die})
                client.get("/roll-async", params={"die": die, "times": 5})
