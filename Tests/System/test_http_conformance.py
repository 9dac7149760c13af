"""HTTP/1.1 on the wire (RFC 9110, RFC 9112) against the running die-service, byte by byte where it matters."""

import contextlib
import email.utils
import time

import pytest

from conftest import running_service
from metrics_page import Page
from raw_http import Connection

HOST = b"Host: {host}\r\n"
DICE = b'{"identifiers":["fair","risky","extreme"]}'


@pytest.fixture(scope="module")
def url(module_collector):
    """The die-service."""
    with running_service("die-service", module_collector) as (_, url):
        yield url


@pytest.fixture
def connection(url):
    """A connection to the die-service."""
    with Connection(url) as connection:
        yield connection


def get(target=b"/dice", *fields, version=b"HTTP/1.1"):
    """The bytes of a GET with these field lines."""
    return b"GET " + target + b" " + version + b"\r\n" + HOST + b"".join(field + b"\r\n" for field in fields) + b"\r\n"


REFUSED = {
    "no Host": (b"GET /dice HTTP/1.1\r\n\r\n", {400}),
    "two Hosts": (b"GET /dice HTTP/1.1\r\n" + HOST + HOST + b"\r\n", {400}),
    "a malformed Host": (b"GET /dice HTTP/1.1\r\nHost: a b\r\n\r\n", {400}),
    "a Host with a path": (b"GET /dice HTTP/1.1\r\nHost: a/b\r\n\r\n", {400}),
    "version 2.0": (get(version=b"HTTP/2.0"), {400, 505}),
    "version 1": (get(version=b"HTTP/1"), {400, 505}),
    "a lower-case version": (get(version=b"http/1.1"), {400, 505}),
    "no version": (b"GET /dice\r\n\r\n", {400, 505}),
    "two spaces": (b"GET  /dice HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "a tab": (b"GET\t/dice HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "a method that is no token": (b"G(T /dice HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "a target with a space": (b"GET /di ce HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "a relative target": (b"GET dice HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "a control character in the target": (get(b"/di\x01ce"), {400}),
    "a space before the colon": (get(b"/dice", b"X-A : b"), {400}),
    "a folded field": (get(b"/dice", b"X-A: b", b" c"), {400}),
    "a bare CR in a field": (get(b"/dice", b"X-A: b\rc"), {400}),
    "a bare LF in the head": (b"GET /dice HTTP/1.1\nHost: a\n\n", {400}),
    "NUL in a field": (get(b"/dice", b"X-A: b\0c"), {400}),
    "an empty field name": (get(b"/dice", b": b"), {400}),
    "a field name that is no token": (get(b"/dice", b"X A: b"), {400}),
    "no colon": (get(b"/dice", b"X-A"), {400}),
    "Content-Length and Transfer-Encoding": (
        get(b"/dice", b"Content-Length: 0", b"Transfer-Encoding: chunked") + b"0\r\n\r\n",
        {400},
    ),
    "two lengths that differ": (get(b"/dice", b"Content-Length: 1", b"Content-Length: 2") + b"ab", {400}),
    "a list of lengths that differ": (get(b"/dice", b"Content-Length: 1, 2") + b"ab", {400}),
    "a signed length": (get(b"/dice", b"Content-Length: +1") + b"a", {400}),
    "a length with a sign and no digits": (get(b"/dice", b"Content-Length: -"), {400}),
    "an empty length": (get(b"/dice", b"Content-Length:"), {400}),
    "a hexadecimal length": (get(b"/dice", b"Content-Length: 0x1") + b"a", {400}),
    "a length beyond 64 bits": (get(b"/dice", b"Content-Length: 18446744073709551617") + b"a", {400, 413}),
    "an unknown coding": (get(b"/dice", b"Transfer-Encoding: rot13"), {400, 501}),
    "chunked that is not last": (get(b"/dice", b"Transfer-Encoding: chunked, gzip"), {400, 501}),
    "chunked twice": (get(b"/dice", b"Transfer-Encoding: chunked, chunked"), {400, 501}),
    "chunked with a vertical tab": (get(b"/dice", b"Transfer-Encoding: \x0bchunked"), {400, 501}),
    "chunked in version 1.0": (
        get(b"/dice", b"Transfer-Encoding: chunked", version=b"HTTP/1.0") + b"0\r\n\r\n",
        {400, 501},
    ),
    "a chunk size that is no number": (get(b"/dice", b"Transfer-Encoding: chunked") + b"x\r\n", {400}),
    "a signed chunk size": (get(b"/dice", b"Transfer-Encoding: chunked") + b"+1\r\na\r\n0\r\n\r\n", {400}),
    "a chunk size beyond 64 bits": (
        get(b"/dice", b"Transfer-Encoding: chunked") + b"10000000000000000\r\n",
        {400, 413},
    ),
    "a chunk longer than its size": (get(b"/dice", b"Transfer-Encoding: chunked") + b"1\r\nab\r\n0\r\n\r\n", {400}),
    "a target too long": (get(b"/" + b"a" * 9000), {414}),
    "a head too long": (get(b"/dice", *(b"X-%d: " % index + b"a" * 1000 for index in range(20))), {431}),
    "too many fields": (get(b"/dice", *(b"X-%d: a" % index for index in range(101))), {431}),
    "a body too long": (b"POST /dice HTTP/1.1\r\n" + HOST + b"Content-Length: 2000000\r\n\r\n", {413, 405}),
    "an unknown expectation": (get(b"/dice", b"Expect: miracles"), {417}),
    "nonsense": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", {400}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_answered_once_and_closed(url, case):
    request, statuses = REFUSED[case]
    with Connection(url) as connection:
        # What follows would be answered, too, if the server went on reading after the fault.
        connection.send(request + get())
        answer = connection.answer()
        assert answer.status in statuses
        assert answer.header("connection") == "close"
        assert connection.ended()


ACCEPTED = {
    "absolute form": b"GET http://{host}/dice HTTP/1.1\r\n" + HOST + b"\r\n",
    "an empty line before the request": b"\r\n" + get(),
    "blanks around a value": get(b"/dice", b"X-A: \t b \t "),
    "an empty value": get(b"/dice", b"X-A:"),
    "bytes above ASCII in a value": get(b"/dice", b"X-A: \xe4\xff"),
    "field names in any case": b"GET /dice HTTP/1.1\r\nhOsT: {host}\r\n\r\n",
    "a body of known length": get(b"/dice", b"Content-Length: 3") + b"abc",
    "a chunked body": get(b"/dice", b"Transfer-Encoding: Chunked") + b"3;a=b\r\nabc\r\n0\r\nX-Trailer: c\r\n\r\n",
    "a hundred fields": get(b"/dice", *(b"X-%d: a" % index for index in range(99))),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_is_accepted_leaves_the_connection_usable(connection, case):
    connection.send(ACCEPTED[case] + get())
    for _ in range(2):
        answer = connection.answer()
        assert (answer.status, answer.body) == (200, DICE)


# Without a placeholder, because it is sent in parts.
WHOLE = b"GET /dice HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_a_request_in_single_bytes(connection):
    for byte in WHOLE:
        connection.send(bytes([byte]))
    assert connection.answer().body == DICE


@pytest.mark.parametrize("cut", range(1, len(WHOLE), 7))
def test_a_request_in_two_parts(connection, cut):
    connection.send(WHOLE[:cut])
    connection.send(WHOLE[cut:])
    assert connection.answer().body == DICE


def test_pipelined_requests_are_answered_in_order(connection):
    names = ["fair", "risky", "extreme", "nope"] * 25
    connection.send(b"".join(get(f"/dice?identifier={name}".encode()) for name in names))
    for name in names:
        assert f"{name}".encode() in connection.answer().body[:40]


def test_date_is_always_there(connection):
    for target in ("/dice", "/nope"):
        connection.get(target)
        date = email.utils.parsedate_to_datetime(connection.answer().header("date"))
        assert abs(date.timestamp() - time.time()) < 5


def test_version_1_0_closes_unless_asked(url):
    with Connection(url) as connection:
        connection.send(get(version=b"HTTP/1.0"))
        assert connection.answer().body == DICE
        assert connection.ended()
    with Connection(url) as connection:
        connection.send(get(b"/dice", b"Connection: keep-alive", version=b"HTTP/1.0") + get())
        answer = connection.answer()
        assert (answer.body, answer.header("connection").lower()) == (DICE, "keep-alive")
        assert connection.answer().body == DICE


def test_close_is_obeyed_and_what_follows_ignored(connection):
    connection.send(get(b"/dice", b"Connection: x, CLOSE") + get())
    answer = connection.answer()
    assert (answer.body, answer.header("connection")) == (DICE, "close")
    assert connection.ended()


def test_a_half_closed_client_gets_its_answers(connection):
    connection.send(get() + get())
    connection.half_close()
    assert [connection.answer().body for _ in range(2)] == [DICE] * 2
    assert connection.ended()


def test_a_client_that_expects_100_continue(connection):
    connection.send(get(b"/dice", b"Expect: 100-continue", b"Content-Length: 3"))
    first = connection.answer()
    if first.status == 100:
        connection.send(b"abc")
        first = connection.answer()
        assert first.body == DICE
        connection.get("/dice")
        assert connection.answer().body == DICE
    else:
        # A final status instead: the body that was announced may then come or not, so the connection cannot go on.
        assert first.header("connection") == "close"


def test_a_body_that_nobody_reads_is_never_taken_for_a_request(connection):
    smuggled = WHOLE.replace(b"/dice", b"/smuggled")
    connection.send(b"POST /dice HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(smuggled) + smuggled)
    assert connection.answer().status == 405
    with contextlib.suppress(ConnectionError):
        connection.send(get())
        if not connection.ended():
            assert connection.answer().body == DICE


def test_asterisk_and_authority_forms(url):
    for request, statuses in (
        (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", {200, 204, 405}),
        (b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", {405, 404, 501}),
    ):
        with Connection(url) as connection:
            connection.send(request)
            assert connection.answer().status in statuses


def test_nothing_splits_an_answer(url):
    with Connection(url) as connection:
        connection.get("/dice/?x=%0d%0aSet-Cookie:%20a=b")
        answer = connection.answer()
    assert "set-cookie" not in answer.headers
    assert not any("\r" in value or "\n" in value for values in answer.headers.values() for value in values)


def test_a_slow_client_holds_nobody(url):
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            slow = stack.enter_context(Connection(url))
            slow.send(b"GET /dice HTTP/1.1\r\nHost: ")
        with Connection(url, timeout=5) as connection:
            connection.get("/dice")
            assert connection.answer().body == DICE


def test_a_head_that_does_not_end_is_given_up(url):
    with Connection(url, timeout=15) as connection:
        begin = time.monotonic()
        connection.send(b"GET /dice HTTP/1.1\r\n")
        answer = connection.answer()
        assert answer.status == 408 and answer.header("connection") == "close"
        assert 9 < time.monotonic() - begin < 14
        assert connection.ended()


def test_an_upgrade_that_is_not_known_is_ignored(connection):
    connection.send(
        get(b"/dice", b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__")
    )
    assert connection.answer().body == DICE
    connection.get("/dice")
    assert connection.answer().body == DICE


def test_what_the_connection_refuses_is_counted_and_logged(collector):
    refused = [
        (b"nonsense\r\n", 400, "_OTHER"),
        (b"GET /dice HTTP/1.1\r\n\r\n", 400, "GET"),
        (get(b"/" + b"x" * 9000), 414, "GET"),
        (b"POST /dice HTTP/1.1\r\n" + HOST + b"Content-Length: 2000000\r\n\r\n", 413, "POST"),
        (get(b"/dice", version=b"HTTP/2.0"), 505, "GET"),
    ]
    with running_service("die-service", collector, "--log-level", "debug") as (dice, url):
        for sent, status, _ in refused:
            with Connection(url) as connection:
                connection.send(sent)
                assert connection.answer().status == status
        counted = Page(url).values("http_requests_total")
        for _, status, method in refused:
            fields = {} if method == "_OTHER" else {"method": method}
            (line,) = dice.wait_for_logs("Request refused", status=status, service="die-service", **fields)
            assert line["level"] == "DEBUG" and line["reason"]
    assert counted == {
        (("handler", "none"), ("method", method), ("status", status)): count
        for method, status, count in (("_OTHER", "4xx", 1), ("GET", "4xx", 2), ("POST", "4xx", 1), ("GET", "5xx", 1))
    }
