"""A receiver of OTLP traces that keeps how long the spans of rolls took."""

import re
import socket
import struct
import threading
from array import array

# Fields 5 to 8 of opentelemetry.proto.trace.v1.Span, as protobuf writes them: name, kind, start and end. That needs no
# decoder of whole messages, and the receiver shares its CPU with the load; for the same reason it knows only as much
# HTTP as the services' exporter speaks.
ROLL = re.compile(rb"\x2a.async_roll_\d+\x30.\x39(.{8})\x41(.{8})", re.DOTALL)
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"


class SpanSink:
    """Listens on a free port from here on; `rolls` yields what has come."""

    def __init__(self):
        self._times = array("Q")
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rb", buffering=1 << 18) as stream:
            head = b""
            while line := stream.readline():
                head += line
                if line == b"\r\n":
                    self._take(stream.read(int(LENGTH.search(head)[1])))
                    connection.sendall(ANSWER)
                    head = b""

    def _take(self, message):
        found = b"".join(start + end for start, end in ROLL.findall(message))
        self._times.extend(struct.unpack(f"<{len(found) // 8}Q", found))

    def rolls(self, begin, end):
        """The seconds each roll took that began between two moments, in seconds since 1970."""
        times = self._times
        first, last = begin * 1e9, end * 1e9
        return [
            (times[index + 1] - times[index]) / 1e9
            for index in range(0, len(times), 2)
            if first <= times[index] < last
        ]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()
