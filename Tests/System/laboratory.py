"""`dice all` with its own trace store, and a frontend without neighbours: what the tests of the page look at."""

import contextlib
import types

from dice import Dice, FreePorts

NOBODY = "http://127.0.0.1:1"
NAMES = ("die-service", "dice-roller", "frontend", "trace-store")


@contextlib.contextmanager
def laboratory(**environment):
    """`dice all` with its own trace store, as a reader starts it, only with shorter delays."""
    ports = {name: FreePorts.take() for name in NAMES}
    flags = [part for name, port in ports.items() for part in (f"--{name}-port", port)]
    settings = {"OTEL_BSP_SCHEDULE_DELAY": "100", "ROLL_MAX_DELAY_MS": "300"} | environment
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    with contextlib.closing(Dice("all", *flags, environment=settings)) as dice:
        dice.wait_until_ready(urls["frontend"])
        yield types.SimpleNamespace(frontend_url=urls["frontend"], store_url=urls["trace-store"])


@contextlib.contextmanager
def lone_frontend(**environment):
    """A frontend whose neighbours are away, but for those that the environment names."""
    away = {
        "DIE_SERVICE_URL": NOBODY,
        "DICE_ROLLER_URL": NOBODY,
        "TRACE_QUERY_URL": NOBODY,
        "OTEL_TRACES_EXPORTER": "none",
    }
    port = FreePorts.take()
    with contextlib.closing(Dice("frontend", "--port", port, environment=away | environment)) as dice:
        dice.wait_until_ready(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
