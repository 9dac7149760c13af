"""A running `trace-relay`. It has the interface of the test harness that comes with W3C Trace Context
(https://github.com/w3c/trace-context/tree/main/test), on the middleware and the client of the dice services:
`.build/release/trace-relay PORT`, then `SERVICE_ENDPOINT=http://127.0.0.1:PORT/relay`.
"""

import contextlib
import dataclasses
import json
import re

from conftest import telemetry_to
from dice import RELAY, Dice, FreePorts
from raw_http import Connection
from scripted_server import Reply, ScriptedServer

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
VALID = f"00-{TRACE}-{PARENT}-01"
OUTGOING = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")


@dataclasses.dataclass(frozen=True)
class Call:
    """A relayed call: the parts of its one traceparent, and what else it carried."""

    trace_id: str
    parent_id: str
    flags: int
    tracestate: list
    baggage: list


class Relay:
    """A running trace-relay, and where its calls arrive."""

    def __init__(self, collector, environment=None):
        self.collector = collector
        self.target = ScriptedServer(Reply(200))
        port = FreePorts.take()
        self.url = f"http://127.0.0.1:{port}"
        self.process = Dice(port, environment=telemetry_to(collector) | (environment or {}), program=RELAY)
        self.process.wait_until_ready(self.url)

    def close(self):
        """Ends both."""
        self.process.close()
        self.target.close()

    def send(self, *fields, calls=1):
        """Sends a request with these fields, byte for byte; gives its answer and what arrived of its calls."""
        before = len(self.target.requests)
        body = json.dumps([{"url": f"{self.target.url}/call", "arguments": [{"n": n}]} for n in range(calls)])
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        with Connection(self.url) as connection:
            connection.send(
                f"POST /relay HTTP/1.1\r\nHost: {connection.host}\r\nContent-Length: {len(body)}\r\n"
                f"{head}\r\n{body}".encode("latin-1")
            )
            answer = connection.answer()
        assert answer.status == 200, answer.body
        return answer, self.target.requests[before:]

    def relayed(self, *fields, calls=1):
        """The calls that became of a request with these fields."""
        received = self.send(*fields, calls=calls)[1]
        assert len(received) == calls
        return [self._call(request) for request in received]

    @staticmethod
    def _call(request):
        (traceparent,) = request.values("traceparent")
        parts = OUTGOING.fullmatch(traceparent)
        assert parts, traceparent
        members = [member for value in request.values("tracestate") for member in value.split(",")]
        return Call(parts[1], parts[2], int(parts[3], 16), members, request.values("baggage"))

    def one(self, *fields):
        """The only call that became of a request with these fields."""
        return self.relayed(*fields)[0]


@contextlib.contextmanager
def running_relay(collector, **environment):
    with contextlib.closing(Relay(collector, environment)) as relay:
        yield relay
