"""HTTP/1.1 by hand over a socket: what no well-behaved client can send or see."""

import collections
import contextlib
import dataclasses
import socket
import struct
import urllib.parse


@dataclasses.dataclass(frozen=True)
class Answer:
    """An answer as it came; header names in lower case, each with all its values."""

    status: int
    headers: dict
    body: bytes

    def header(self, name):
        """The only value of that field, or None."""
        values = self.headers.get(name, [])
        assert len(values) <= 1, f"{name} comes {len(values)} times"
        return values[0] if values else None


class Connection:
    """A connection to the server at a URL. Use it in a `with` block."""

    def __init__(self, url, timeout=10):
        address = urllib.parse.urlsplit(url)
        self.host = address.netloc
        self._socket = socket.create_connection((address.hostname, address.port), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    @property
    def port(self):
        """Of this end."""
        return self._socket.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def send(self, data):
        """Sends bytes as they are; `{host}` becomes the server's authority."""
        self._socket.sendall(data.replace(b"{host}", self.host.encode()))

    def get(self, target):
        """Sends a valid GET."""
        self.send(f"GET {target} HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())

    def pipeline(self, requests, window=100):
        """Sends whole requests, that many at once; gives the statuses of their answers, each with its number."""
        requests = list(requests)
        statuses = collections.Counter()
        for start in range(0, len(requests), window):
            batch = requests[start : start + window]
            self.send(b"".join(batch))
            statuses.update(self.answer().status for _ in batch)
        return statuses

    def answer(self, head_only=False):
        """The next complete answer. `head_only` for answers to HEAD."""
        head = self._until(b"\r\n\r\n").decode("latin-1")
        status_line, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
        version, status, _ = (status_line + " ").split(" ", 2)
        assert version == "HTTP/1.1", status_line
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers.setdefault(name.lower(), []).append(value.strip())
        status = int(status)
        body = b"" if head_only or status in (204, 304) or status < 200 else self._body(headers)
        return Answer(status, headers, body)

    def ended(self):
        """Waits for the next byte; true when the server closes the connection instead of sending one."""
        if not self._buffer:
            with contextlib.suppress(ConnectionResetError):
                self._buffer = self._socket.recv(65536)
        return not self._buffer

    def half_close(self):
        """Says that nothing more is sent (FIN); answers can still come."""
        self._socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """Leaves with RST instead of FIN."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def _body(self, headers):
        if headers.get("transfer-encoding") == ["chunked"]:
            return b"".join(self._chunks())
        assert "content-length" in headers, f"an answer on a kept connection has no length: {headers}"
        return self._exactly(int(headers["content-length"][0]))

    def _chunks(self):
        while size := int(self._until(b"\r\n").split(b";")[0], 16):
            yield self._exactly(size)
            assert self._exactly(2) == b"\r\n"
        while self._until(b"\r\n") != b"\r\n":
            pass

    def _until(self, mark):
        while mark not in self._buffer:
            self._read()
        end = self._buffer.index(mark) + len(mark)
        return self._take(end)

    def _exactly(self, count):
        while len(self._buffer) < count:
            self._read()
        return self._take(count)

    def _take(self, count):
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def _read(self):
        more = self._socket.recv(65536)
        assert more, f"the connection ended within an answer, after {self._buffer!r}"
        self._buffer += more
