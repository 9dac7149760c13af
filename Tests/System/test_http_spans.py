"""HTTP spans by the stable semantic conventions, for requests that no ordinary client sends."""

import re

import httpx
import pytest

from raw_http import Connection


def span_of(stack, request):
    """The status of the answer and the SERVER span of a request that is sent byte for byte to the die-service."""
    with Connection(stack.die_url) as connection:
        connection.send(request.encode())
        answer = connection.answer(head_only=request.startswith("HEAD"))
        port = connection.port
    trace = stack.collector.trace(answer.header("traceresponse").split("-")[1], 1)
    return answer.status, port, trace.root


@pytest.mark.parametrize(
    "method, target, status, name, recorded, original",
    [
        ("GET", "/dice", 200, "GET /dice", "GET", None),
        ("HEAD", "/dice", 200, "HEAD /dice", "HEAD", None),
        ("POST", "/dice", 405, "POST /dice", "POST", None),
        ("DELETE", "/nope", 404, "DELETE", "DELETE", None),
        ("BREW", "/dice", 405, "HTTP /dice", "_OTHER", "BREW"),
        ("BREW", "/pot/0/coffee", 404, "HTTP", "_OTHER", "BREW"),
        ("get", "/dice", 405, "HTTP /dice", "_OTHER", "get"),
    ],
)
def test_names_and_methods(stack, method, target, status, name, recorded, original):
    answered, _, span = span_of(stack, f"{method} {target} HTTP/1.1\r\nHost: {{host}}\r\n\r\n")
    assert (answered, span.name, span.attributes["http.request.method"]) == (status, name, recorded)
    assert span.attributes.get("http.request.method_original") == original
    assert span.attributes.get("http.route") == ("/dice" if target == "/dice" else None)
    assert (span.kind, span.status, "error.type" in span.attributes) == ("SERVER", "UNSET", False)


def test_the_attributes_of_a_request(stack):
    _, port, span = span_of(stack, "GET /dice?identifier=fair HTTP/1.1\r\nHost: {host}\r\nUser-Agent: me/1\r\n\r\n")
    port_of_service = int(stack.die_url.rpartition(":")[2])
    assert {key: value for key, value in span.attributes.items() if not key.startswith(("die.", "request."))} == {
        "http.request.method": "GET",
        "http.route": "/dice",
        "http.response.status_code": 200,
        "url.path": "/dice",
        "url.query": "identifier=fair",
        "url.scheme": "http",
        "server.address": "127.0.0.1",
        "server.port": port_of_service,
        "client.address": "127.0.0.1",
        "network.peer.address": "127.0.0.1",
        "network.peer.port": port,
        "network.protocol.version": "1.1",
        "user_agent.original": "me/1",
    }


@pytest.mark.parametrize(
    "fields, server, client",
    [
        ("", ("dice.example", 8080), "127.0.0.1"),
        ("X-Forwarded-Host: shop.example\r\nX-Forwarded-Proto: https\r\n", ("shop.example", 443), "127.0.0.1"),
        ("X-Forwarded-Host: shop.example\r\nX-Forwarded-For: 192.0.2.7, 10.1\r\n", ("shop.example", 80), "192.0.2.7"),
        (
            "Forwarded: for=192.0.2.60;host=front.example:8443, for=10.0.0.1\r\nX-Forwarded-Host: shop.example\r\n",
            ("front.example", 8443),
            "192.0.2.60",
        ),
        ('Forwarded: for="[2001:db8::17]:4711"\r\n', ("dice.example", 8080), "2001:db8::17"),
        ("Forwarded: for=unknown\r\n", ("dice.example", 8080), "127.0.0.1"),
    ],
    ids=["none", "TLS before it", "X-Forwarded", "Forwarded wins", "IPv6", "hidden"],
)
def test_what_proxies_say(stack, fields, server, client):
    _, _, span = span_of(stack, f"GET /dice HTTP/1.1\r\nHost: dice.example:8080\r\n{fields}\r\n")
    attributes = span.attributes
    assert (attributes["server.address"], attributes["server.port"]) == server
    assert (attributes["client.address"], attributes["network.peer.address"]) == (client, "127.0.0.1")


@pytest.mark.parametrize("fields", ["X-Forwarded-Proto: https, http\r\n", "Forwarded: proto=https;for=_a\r\n"])
def test_the_metric_has_the_scheme_of_the_span(stack, fields):
    _, _, span = span_of(stack, f"GET /dice?identifier=fair HTTP/1.1\r\nHost: {{host}}\r\n{fields}\r\n")
    assert span.attributes["url.scheme"] == "https"
    page = httpx.get(f"{stack.die_url}/metrics").text
    assert re.search(r'^http_server_request_duration_seconds_count\{.*http_route="/dice".*url_scheme="https"', page, re.M)


@pytest.mark.parametrize(
    "query, recorded",
    [
        ("sig=abc&a=1", "sig=REDACTED&a=1"),
        ("a=1&Signature=abc", "a=1&Signature=REDACTED"),
        ("X-Amz-Signature=abc&X-Amz-Credential=def&x=1", "X-Amz-Signature=REDACTED&X-Amz-Credential=REDACTED&x=1"),
        ("AWSAccessKeyId=abc&X-Goog-Signature=def", "AWSAccessKeyId=REDACTED&X-Goog-Signature=REDACTED"),
        ("a=%20b&c", "a=%20b&c"),
    ],
)
def test_signatures_in_the_query_are_not_recorded(stack, query, recorded):
    _, _, span = span_of(stack, f"GET /dice?{query} HTTP/1.1\r\nHost: {{host}}\r\n\r\n")
    assert span.attributes["url.query"] == recorded


def test_an_http_1_0_request(stack):
    _, _, span = span_of(stack, "GET /dice HTTP/1.0\r\n\r\n")
    assert span.attributes["network.protocol.version"] == "1.0"
    assert "server.address" not in span.attributes and "server.port" not in span.attributes
