"""Hundreds of clients that leave, reset, stop in the middle and half-close, all at once: nothing breaks and nothing is left."""

import asyncio
import contextlib
import os
import random
import socket
import struct
import time
import urllib.parse

from conftest import running_services
from metrics_page import Page
from polling import until

CLIENTS, SECONDS = 300, 6
TARGETS = (
    "/roll-async?die=fair&times=10",
    "/roll-async?die=extreme&times=20",
    "/roll-async?die=nope&times=3",
    "/roll?die=fair",
    "/metrics",
    "/nope",
)


def leave_in_the_middle(_, writer, request):
    """Sends a part of a request and no more."""
    writer.write(request[: random.randrange(1, len(request))])
    return random.random() * 0.3


def leave_early(_, writer, request):
    """Asks, and does not wait for the answer."""
    writer.write(request)
    return random.random() * 0.5


def reset(_, writer, request):
    """Asks, and leaves with RST."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return leave_early(_, writer, request)


def half_close(_, writer, request):
    """Asks, and says that nothing more is sent."""
    writer.write(request)
    writer.write_eof()
    return 0.2


async def behave(reader, writer, request):
    """Asks and waits for the answer, three times."""
    for _ in range(3):
        writer.write(request)
        if not await reader.read(1 << 16):
            return
        await asyncio.sleep(random.choice((0, 0, 0.5)))


async def rude_client(host, port, end):
    """One after the other, until the time is over."""
    while time.monotonic() < end:
        request = f"GET {random.choice(TARGETS)} HTTP/1.1\r\nHost: a\r\n\r\n".encode() * random.choice((1, 1, 3))
        reader, writer = await asyncio.open_connection(host, port)
        with contextlib.suppress(ConnectionError):
            conduct = random.choice((leave_in_the_middle, leave_early, reset, half_close, behave))
            pause = conduct(reader, writer, request)
            await (pause if asyncio.iscoroutine(pause) else asyncio.sleep(pause))
        writer.close()


async def crowd(url):
    """All clients at once."""
    address = urllib.parse.urlsplit(url)
    end = time.monotonic() + SECONDS
    await asyncio.gather(*(rude_client(address.hostname, address.port, end) for _ in range(CLIENTS)))


def descriptors(dice):
    """How many files the process has open."""
    return len(os.listdir(f"/proc/{dice.process.pid}/fd"))


def test_rude_clients_leave_nothing_behind(collector, client):
    with running_services(collector, environment={"ROLL_MAX_DELAY_MS": "300"}) as services:
        before = descriptors(services.roller)
        asyncio.run(crowd(services.roller_url))
        page = until(lambda: Page(services.roller_url), lambda page: page.total("async_rolls_in_progress") == 0)
        assert page.total("async_rolls_total") > 1000
        # The client's own connection, and those to die-service that wait to be used again.
        until(lambda: descriptors(services.roller), lambda now: now <= before + 1 + 2 * 64)
        assert client.get(f"{services.roller_url}/roll?die=fair").status_code == 200
