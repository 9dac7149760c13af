"""Every endpoint's status, headers and exact body, as recorded from the reference."""

import json
import re
import urllib.parse

import pytest

from raw_http import Connection

DIE, ROLLER, FRONTEND = "die-service", "dice-roller", "frontend"
MISSING_DIE = '{"type":"missing","loc":["query","die"],"msg":"Field required","input":null}'
MISSING_TIMES = '{"type":"missing","loc":["query","times"],"msg":"Field required","input":null}'
NOT_FOUND = '{"detail":"Not Found"}'
METHOD = '{"detail":"Method Not Allowed"}'


def unknown(identifier):
    return f"{{\"detail\":\"Die identifier '{identifier}' not found. Available: ['fair', 'risky', 'extreme']\"}}"


def fault(kind, message, text, context=""):
    return f'{{"type":"{kind}","loc":["query","times"],"msg":"{message}","input":"{text}"{context}}}'


def below(text):
    return fault("greater_than_equal", "Input should be greater than or equal to 1", text, ',"ctx":{"ge":1}')


def above(text):
    return fault("less_than_equal", "Input should be less than or equal to 20", text, ',"ctx":{"le":20}')


def no_integer(text):
    return fault("int_parsing", "Input should be a valid integer, unable to parse string as an integer", text)


def detail(*faults):
    return '{"detail":[' + ",".join(faults) + "]}"


EXACT = [
    (
        DIE,
        "/",
        200,
        '{"service":"Die Service API","version":"1.0.0","endpoints":["/dice","/dice?identifier={id}"],"loaded_specifications":3}',
    ),
    (DIE, "/dice", 200, '{"identifiers":["fair","risky","extreme"]}'),
    (DIE, "/dice?identifier=fair", 200, '{"identifier":"fair","specification":{"faces":[1,2,3,4,5,6],"error_rate":0}}'),
    (
        DIE,
        "/dice?identifier=risky",
        200,
        '{"identifier":"risky","specification":{"faces":[2,3,4,5,6,7],"error_rate":0.1}}',
    ),
    (
        DIE,
        "/dice?identifier=extreme",
        200,
        '{"identifier":"extreme","specification":{"faces":[0,0,6,6,6,6],"error_rate":0.5}}',
    ),
    (
        DIE,
        "/dice?identifier=nope&identifier=fair",
        200,
        '{"identifier":"fair","specification":{"faces":[1,2,3,4,5,6],"error_rate":0}}',
    ),
    (
        DIE,
        "/dice?identifier=f%61ir",
        200,
        '{"identifier":"fair","specification":{"faces":[1,2,3,4,5,6],"error_rate":0}}',
    ),
    (DIE, "/dice?identifier=nope", 404, unknown("nope")),
    (DIE, "/dice?identifier=", 404, unknown("")),
    (DIE, "/dice?identifier=Fair", 404, unknown("Fair")),
    (DIE, "/dice?identifier=a+b", 404, unknown("a b")),
    (DIE, "/dice/fair", 404, NOT_FOUND),
    (DIE, "/nope", 404, NOT_FOUND),
    (
        ROLLER,
        "/",
        200,
        '{"service":"Dice Roller API","version":"3.0.0","stage":"4","endpoints":["/roll","/roll-async"],"integration":"die-service","features":["async-rolling","concurrent-operations"]}',
    ),
    (ROLLER, "/roll", 422, detail(MISSING_DIE)),
    (ROLLER, "/roll?die=nope", 404, '{"detail":"Die \'nope\' not found"}'),
    (ROLLER, "/roll?die=", 404, '{"detail":"Die \'\' not found"}'),
    (ROLLER, "/roll-async", 422, detail(MISSING_DIE, MISSING_TIMES)),
    (ROLLER, "/roll-async?die=fair", 422, detail(MISSING_TIMES)),
    (ROLLER, "/roll-async?times=0", 422, detail(MISSING_DIE, below("0"))),
    (ROLLER, "/roll-async?times=5&times=x&die=fair", 422, detail(no_integer("x"))),
    (ROLLER, "/roll-async?die=nope&times=3", 404, '{"detail":"Die \'nope\' not found"}'),
    (ROLLER, "/nope", 404, NOT_FOUND),
    (FRONTEND, "/roll", 422, detail(MISSING_DIE)),
    (FRONTEND, "/roll-async", 422, detail(MISSING_DIE, MISSING_TIMES)),
    (FRONTEND, "/nope", 404, NOT_FOUND),
    (FRONTEND, "/dice", 200, '{"identifiers":["fair","risky","extreme"]}'),
    (
        FRONTEND,
        "/dice?identifier=risky",
        200,
        '{"identifier":"risky","specification":{"faces":[2,3,4,5,6,7],"error_rate":0.1}}',
    ),
    (FRONTEND, "/dice?identifier=nope", 404, '{"detail":"Die \'nope\' not found"}'),
    *[
        (service, f"/roll-async?die=fair&times={urllib.parse.quote(text)}", 422, detail(answer(text)))
        for service in (ROLLER, FRONTEND)
        for answer, texts in (
            (below, ("0", "-1")),
            (above, ("21", "99", "999999999999999999999999")),
            (no_integer, ("abc", "1.5", "1e1", "0x5", "", "--1", "5 5")),
        )
        for text in texts
    ],
]


@pytest.mark.parametrize("service, target, status, body", EXACT, ids=[f"{row[0]}{row[1]}" for row in EXACT])
def test_the_answer_is_exact(stack, client, service, target, status, body):
    answer = client.get(stack.urls()[service] + target)
    assert (answer.status_code, answer.text) == (status, body)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", answer.headers["traceresponse"])


@pytest.mark.parametrize("text, count", [("5", 5), ("+5", 5), ("05", 5), ("1.0", 1), (" 5 ", 5), ("1", 1), ("20", 20)])
def test_what_is_an_integer(quick_stack, client, text, count):
    answer = client.get(f"{quick_stack.roller_url}/roll-async", params={"die": "fair", "times": text})
    assert answer.status_code == 200
    rolls = answer.json()["rolls"]
    assert len(rolls) == count and set(rolls) <= {1, 2, 3, 4, 5, 6}
    assert answer.text == json.dumps({"total": sum(rolls), "rolls": rolls, "count": count}, separators=(",", ":"))


def test_of_a_parameter_given_twice_the_last_one_counts(quick_stack, client):
    answer = client.get(f"{quick_stack.roller_url}/roll-async?times=99&die=nope&times=3&die=fair")
    assert (answer.status_code, answer.json()["count"]) == (200, 3)


def test_a_roll(quick_stack, client):
    answers = [client.get(f"{quick_stack.roller_url}/roll?die=fair").text for _ in range(100)]
    assert set(answers) == {f'{{"roll":{value}}}' for value in range(1, 7)}


def test_a_failed_die(quick_stack, client):
    answer = client.get(f"{quick_stack.roller_url}/roll?die=broken")
    assert (answer.status_code, answer.text) == (500, '{"detail":"Die \'broken\' failed!"}')
    answer = client.get(f"{quick_stack.roller_url}/roll-async?die=broken&times=1")
    assert answer.status_code == 500
    assert answer.text == '{"detail":"Async roll batch failed: Die \'broken\' failed on roll 0"}'


def test_the_frontend_adds_the_trace_id(quick_stack, client):
    url = quick_stack.frontend_url
    assert re.fullmatch(r'\{"roll":[1-6],"trace_id":"[0-9a-f]{32}"\}', client.get(f"{url}/roll?die=fair").text)
    assert re.fullmatch(
        r'\{"total":\d+,"rolls":\[[1-6],[1-6],[1-6]\],"count":3,"trace_id":"[0-9a-f]{32}"\}',
        client.get(f"{url}/roll-async?die=fair&times=3").text,
    )


@pytest.mark.parametrize(
    "target, status, expected",
    [
        ("/roll?die=nope", 404, "Die 'nope' not found"),
        ("/roll-async?die=nope&times=3", 404, "Die 'nope' not found"),
        ("/roll?die=broken", 500, "Die 'broken' failed!"),
        ("/roll-async?die=broken&times=1", 500, "Async roll batch failed: Die 'broken' failed on roll 0"),
    ],
)
def test_the_frontend_keeps_status_and_detail_of_an_error(quick_stack, client, target, status, expected):
    answer = client.get(quick_stack.frontend_url + target)
    trace_id = answer.headers["traceresponse"].split("-")[1]
    assert answer.status_code == status
    assert list(answer.json().items()) == [("detail", expected), ("trace_id", trace_id)]


@pytest.mark.parametrize("name", ['"\n\0💥<script>', "x" * 5000, "'", "\\", "\x7f\u2028"])
def test_any_text_comes_back_as_valid_json(stack, client, name):
    answer = client.get(f"{stack.roller_url}/roll", params={"die": name})
    assert (answer.status_code, answer.json()) == (404, {"detail": f"Die '{name}' not found"})


def test_a_name_longer_than_the_die_service_reads_is_none_of_a_die(stack):
    name = "'" * 3000  # percent-encoded on its way to the die-service, three times as long
    with Connection(stack.roller_url) as connection:
        connection.get(f"/roll?die={name}")
        answer = connection.answer()
    assert (answer.status, json.loads(answer.body)) == (404, {"detail": f"Die '{name}' not found"})


@pytest.mark.parametrize("service", [DIE, ROLLER, FRONTEND])
def test_bad_percent_encoding_is_answered(stack, client, service):
    parameter = "identifier" if service == DIE else "die"
    path = "dice" if service == DIE else "roll"
    with Connection(stack.urls()[service]) as connection:
        connection.get(f"/{path}?{parameter}=%ff%zz%")
        answer = connection.answer()
    assert answer.status == 404
    assert isinstance(json.loads(answer.body)["detail"], str)


@pytest.mark.parametrize(
    "service, path",
    [(DIE, "/"), (DIE, "/dice"), (ROLLER, "/roll"), (ROLLER, "/roll-async"), (FRONTEND, "/roll"), (FRONTEND, "/")],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "FOO", "get"])
def test_another_method_is_not_allowed(stack, client, service, path, method):
    answer = client.build_request("GET", stack.urls()[service] + path)
    answer.method = method
    answer = client.send(answer)
    assert (answer.status_code, answer.text) == (405, METHOD)
    assert {"GET", "HEAD"} <= {name.strip() for name in answer.headers["allow"].split(",")}


@pytest.mark.parametrize(
    "service, target",
    [
        (DIE, "/"),
        (DIE, "/dice"),
        (DIE, "/dice?identifier=fair"),
        (DIE, "/nope"),
        (DIE, "/metrics"),
        (DIE, "/livez"),
        (DIE, "/readyz"),
        (DIE, "/openapi.json"),
        (ROLLER, "/"),
        (ROLLER, "/roll"),
        (FRONTEND, "/"),
        (FRONTEND, "/roll-async"),
    ],
)
def test_head_is_get_without_the_body(stack, service, target):
    with Connection(stack.urls()[service]) as connection:
        connection.get(target)
        by_get = connection.answer()
        connection.send(f"HEAD {target} HTTP/1.1\r\nHost: {{host}}\r\n\r\n".encode())
        by_head = connection.answer(head_only=True)
        connection.get(target)
        assert connection.answer().status == by_get.status, "bytes of a body came after the head"
    varying = {"date", "traceresponse", "server-timing"} | ({"content-length"} if target == "/metrics" else set())
    assert by_head.status == by_get.status
    assert {k: v for k, v in by_head.headers.items() if k not in varying} == {
        k: v for k, v in by_get.headers.items() if k not in varying
    }


@pytest.mark.parametrize(
    "service, target, location",
    [
        (DIE, "/dice/", "/dice"),
        (DIE, "/dice/?identifier=fair", "/dice?identifier=fair"),
        (ROLLER, "/roll-async/?die=fair&times=2", "/roll-async?die=fair&times=2"),
        (FRONTEND, "/roll/", "/roll"),
    ],
)
def test_a_slash_too_many_redirects(stack, client, service, target, location):
    url = stack.urls()[service]
    answer = client.get(url + target)
    assert (answer.status_code, answer.content) == (307, b"")
    assert urllib.parse.urljoin(url + target, answer.headers["location"]) == url + location


def test_a_slash_too_many_never_redirects_elsewhere(stack):
    with Connection(stack.die_url) as connection:
        connection.get("//example.com/dice/")
        answer = connection.answer()
    location = answer.header("location")
    assert answer.status == 404 or urllib.parse.urlsplit(location).netloc in ("", connection.host)


@pytest.mark.parametrize("service", [DIE, ROLLER, FRONTEND])
def test_probes(stack, client, service):
    url = stack.urls()[service]
    assert client.get(f"{url}/livez").status_code == 200
    assert client.get(f"{url}/readyz").status_code == 200
    verbose = client.get(f"{url}/readyz?verbose")
    assert verbose.status_code == 200
    assert isinstance(verbose.json(), dict)


def test_the_page_is_html_with_a_strict_policy(stack, client):
    answer = client.get(f"{stack.frontend_url}/")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src" in policy and "unsafe-inline" not in policy and "unsafe-eval" not in policy
