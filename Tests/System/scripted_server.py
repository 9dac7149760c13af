"""An HTTP server for tests whose answers are told beforehand, misbehaviour included."""

import dataclasses
import enum
import http.server
import threading
import time

JSON = {"Content-Type": "application/json"}


@dataclasses.dataclass(frozen=True)
class Reply:
    """A complete answer."""

    status: int = 200
    body: bytes = b""
    headers: dict = dataclasses.field(default_factory=dict)


class Fault(enum.Enum):
    """What a server does that does not answer."""

    HANG = "reads the request and says nothing until the test ends"
    CUT = "closes the connection instead of answering"
    CUT_OFF = "closes the connection within the answer's body"
    NONSENSE = "answers bytes that are not HTTP"


@dataclasses.dataclass(frozen=True)
class Received:
    """A request as it arrived. `at` is monotonic, in seconds; `fields` has every field, `headers` one of each name."""

    at: float
    method: str
    path: str
    fields: list
    body: bytes

    @property
    def headers(self):
        """The fields by their names, in lower case; the last of each."""
        return dict(self.fields)

    def values(self, name):
        """The values of every field of that name, in their order."""
        return [value for key, value in self.fields if key == name]


class ScriptedServer:
    """Answers with `replies` one after another, then with `default` for ever. Every request is kept in `requests`, and
    connections are counted."""

    def __init__(self, default=Reply(), port=0):
        self.default = default
        self.replies = []
        self.requests = []
        self.connections = 0
        self.changed = threading.Condition()
        self._released = threading.Event()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def answer(self, *replies):
        """These are the next answers, in this order."""
        with self.changed:
            self.replies.extend(replies)

    def wait_for_requests(self, count, timeout=10):
        """The requests so far, once there are at least `count`."""
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.requests) >= count, timeout):
                raise AssertionError(f"{len(self.requests)} requests instead of {count} within {timeout} s")
            return list(self.requests)

    def close(self):
        """Lets hanging requests go and frees the port."""
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def decide(self, received):
        """The answer to a request, which is also put on record. Runs on the request's thread."""
        with self.changed:
            reply = self.replies.pop(0) if self.replies else self.default
            self.requests.append(received)
            self.changed.notify_all()
        return reply

    def hang(self):
        """Returns when the server is closed."""
        self._released.wait()


def _handler(owner):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one segment: without it an answer waits for the delayed acknowledgement of its head.
        wbufsize = -1
        disable_nagle_algorithm = True

        def setup(self):
            super().setup()
            with owner.changed:
                owner.connections += 1

        def handle_any(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fields = [(name.lower(), value) for name, value in self.headers.items()]
            reply = owner.decide(Received(time.monotonic(), self.command, self.path, fields, body))
            match reply:
                case Fault.HANG:
                    owner.hang()
                    self.close_connection = True
                case Fault.CUT:
                    self.close_connection = True
                case Fault.CUT_OFF:
                    self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"')
                    self.close_connection = True
                case Fault.NONSENSE:
                    self.wfile.write(b"\x00\xff 200 perhaps\n\n")
                    self.close_connection = True
                case Reply(status, content, extra):
                    self.send_response(status)
                    for name, value in extra.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

        do_GET = do_POST = do_HEAD = handle_any

        def log_message(self, *_):
            pass

    return Handler
