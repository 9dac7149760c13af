"""The client that everybody has: curl as people call it, with its own ideas of connections and bodies."""

import json
import subprocess

import pytest


def curl(*arguments, data=None):
    """What curl prints."""
    result = subprocess.run(
        ["curl", "--silent", "--show-error", "--max-time", "20", *arguments], input=data, capture_output=True
    )
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout.decode()


def test_a_batch_of_ten(stack):
    answer = json.loads(curl(f"{stack.frontend_url}/roll-async?die=fair&times=10"))
    assert list(answer) == ["total", "rolls", "count", "trace_id"]
    assert (answer["count"], answer["total"]) == (10, sum(answer["rolls"]))
    assert stack.collector.trace(answer["trace_id"], 16).root.attributes["user_agent.original"].startswith("curl/")


def test_requests_share_a_connection(stack):
    url = f"{stack.die_url}/dice"
    printed = curl(
        "--output", "/dev/null", "--output", "/dev/null", "--write-out", "%{http_code} %{num_connects}\n", url, url
    )
    assert printed.splitlines() == ["200 1", "200 0"]


def test_an_answer_without_body_leaves_the_connection_usable(stack):
    url = f"{stack.die_url}/dice"
    printed = curl(
        "--head",
        "--output",
        "/dev/null",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code} %{num_connects}\n",
        url,
        url,
    )
    assert printed.splitlines() == ["200 1", "200 0"]


@pytest.mark.parametrize("flag", ["--http1.0", "--http1.1", "--http2", "--no-keepalive"])
def test_every_version_of_the_client(stack, flag):
    assert curl(flag, f"{stack.die_url}/dice") == '{"identifiers":["fair","risky","extreme"]}'


def test_a_redirect_is_followed(stack):
    assert curl("--location", f"{stack.die_url}/dice/") == '{"identifiers":["fair","risky","extreme"]}'


@pytest.mark.parametrize(("size", "statuses"), [(1, {"405"}), (10_000, {"405"}), (2_000_000, {"405", "413"})])
def test_a_body_that_nobody_wants(stack, size, statuses):
    # From a megabyte on curl asks with Expect: 100-continue before it sends anything.
    printed = curl(
        "--data-binary",
        "@-",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}",
        f"{stack.die_url}/dice",
        data=b"a" * size,
    )
    assert printed in statuses


def test_a_chunked_body_that_nobody_wants(stack):
    printed = curl(
        "--header",
        "Transfer-Encoding: chunked",
        "--data-binary",
        "@-",
        "--write-out",
        "%{http_code}",
        "--output",
        "/dev/null",
        f"{stack.die_url}/dice",
        data=b"a" * 10_000,
    )
    assert printed == "405"


def test_a_compressed_page(stack):
    assert curl("--compressed", f"{stack.die_url}/metrics").endswith("\n")
