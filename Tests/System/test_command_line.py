"""The program's flags, environment and complaints: one clear line on stderr and the right exit status."""

import contextlib
import json
import re
import subprocess

import pytest

from conftest import running_all, running_service
from dice import BARE_ENVIRONMENT, PROGRAM, RUN_TIME, USAGE, Dice, FreePorts, complaint, run, taken_port

SUBCOMMANDS = ["all", "die-service", "dice-roller", "frontend", "trace-store", "traffic", "compare", "healthcheck"]
SERVICES = ["die-service", "dice-roller", "frontend"]
PORTS = {"die-service": 8106, "dice-roller": 8107, "frontend": 8108, "trace-store": 4318}


@pytest.mark.parametrize("subcommand", [None, *SUBCOMMANDS])
def test_help(subcommand):
    result = run(*([subcommand] if subcommand else []), "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert "USAGE: dice" in result.stdout
    names = SUBCOMMANDS if subcommand is None else [subcommand]
    assert all(name in result.stdout for name in names)


@pytest.mark.parametrize("redirection", ["> /dev/full", ">&-"])
def test_help_that_cannot_be_written(redirection):
    command = f"exec {PROGRAM} --help {redirection}"
    result = subprocess.run(["bash", "-c", command], env=BARE_ENVIRONMENT, capture_output=True, text=True, timeout=20)
    assert complaint(result, RUN_TIME).startswith("cannot write to the standard output: ")


@pytest.mark.parametrize("subcommand", SERVICES)
def test_help_names_each_flag_and_its_variable(subcommand):
    text = run(subcommand, "--help").stdout
    for flag, variable in (("host", "HOST"), ("port", "PORT"), ("loops", "LOOPS"), ("log-level", "LOG_LEVEL")):
        assert f"--{flag}" in text and variable in text


@pytest.mark.parametrize("subcommand", PORTS)
def test_help_names_the_port_where_it_listens(subcommand):
    for words in ([], [subcommand]):
        assert f"port {PORTS[subcommand]}" in " ".join(run(*words, "--help").stdout.split())


@pytest.mark.parametrize(
    "arguments, named",
    [
        (["--no-such-flag"], "--no-such-flag"),
        (["--port", "99999"], "99999"),
        (["--port", "-1"], "0 to 65535"),
        (["--port", "abc"], "abc"),
        (["--port"], "--port"),
        (["--loops", "0"], "--loops"),
        (["--loops", "0"], "1 to 1024"),
        (["--drain-timeout-seconds", "100000"], "86400"),
        (["--drain-delay-seconds", "soon"], "0 to 86400"),
        (["--drain-delay-seconds", "86401"], "must be 0 to 86400."),
        (["--log-level", "loud"], "loud"),
        (["--log-level", "loud"], "DEBUG, INFO, WARNING"),
        (["--log-format", "xml"], "json or text"),
    ],
)
@pytest.mark.parametrize("subcommand", SERVICES)
def test_a_wrong_flag(subcommand, arguments, named):
    assert named in complaint(run(subcommand, *arguments), USAGE)


@pytest.mark.parametrize(
    "variable, value, bounds",
    [
        ("PORT", "99999", "0 to 65535"),
        ("PORT", "abc", "0 to 65535"),
        ("LOOPS", "none", "1 to 1024"),
        ("LOG_LEVEL", "loud", "DEBUG, INFO, WARNING"),
        ("LOG_FORMAT", "xml", "json or text"),
        ("ROLL_MAX_DELAY_MS", "-5", "0 to 4294967295"),
        ("DRAIN_TIMEOUT_SECONDS", "soon", "86400"),
        ("DIE_SERVICE_URL", "not a URL", "http://localhost"),
        ("DIE_SERVICE_URL", "localhost:8106", "http://localhost"),
        ("DIE_SERVICE_URL", "https://dice.example", "https is not"),
    ],
)
def test_a_wrong_variable(variable, value, bounds):
    line = complaint(run("dice-roller", environment={"PORT": str(FreePorts.take())} | {variable: value}), USAGE)
    assert variable in line and value in line and bounds in line


def test_the_url_of_another_service_needs_its_scheme():
    line = complaint(run("frontend", "--dice-roller-url", "localhost:8107"), USAGE)
    assert "--dice-roller-url" in line and "localhost:8107" in line and "http://localhost:8107" in line


@pytest.mark.parametrize("level", ["warn", "WARNING", "Warn"])
def test_the_level_of_warnings_under_either_name(collector, level):
    environment = {"LOG_LEVEL": level, "OTEL_BSP_MAX_QUEUE_SIZE": "many"}
    with running_service("die-service", collector, environment=environment) as (dice, _):
        dice.wait_for_logs("Setting ignored")
        assert {record["level"] for record in dice.logs} == {"WARNING"}


@pytest.mark.parametrize(
    "word, meant",
    [("tarffic", "traffic"), ("diceroller", "dice-roller"), ("al", "all"), ("helthchek", "healthcheck")]
    + [(word, None) for word in ("no-such-command", "run", "Ω", "")],
)
def test_an_unknown_subcommand(word, meant):
    line = complaint(run(word), USAGE)
    assert f"'{word}'" in line and all(name in line for name in SUBCOMMANDS)
    assert (f"Did you mean '{meant}'?" in line) if meant else ("Did you mean" not in line)


def test_help_for_a_subcommand():
    assert run("help", "traffic").stdout == run("traffic", "--help").stdout


@pytest.mark.parametrize("arguments", [["--port", "9"], ["--port=9"], ["--loops", "1", "--port", "-1"]])
def test_all_has_a_port_for_each_service_instead_of_one(arguments):
    line = complaint(run("all", *arguments), USAGE)
    assert "'--port'" in line and all(f"--{name}-port" in line for name in PORTS)
    assert " --port" not in run("all", "--help").stdout


def test_an_unreachable_host():
    assert "203.0.113.1" in complaint(run("die-service", "--host", "203.0.113.1", "--port", FreePorts.take()), RUN_TIME)


def test_a_missing_specification_file(tmp_path):
    path = tmp_path / "nowhere.json"
    line = complaint(run("die-service", "--port", 0, environment={"DIE_SPECIFICATIONS": str(path)}), RUN_TIME)
    assert str(path) in line and "no such file" in line


@pytest.mark.parametrize(
    "text, line_number",
    [
        ('{\n  "fair": {"faces": [1, 2], "error_rate": 0},\n  "odd": {"faces": [1 2], "error_rate": 0}\n}', 3),
        ('{\n  "fair": {"faces": [1, 2], "error_rate": 0}\n', 2),
        ("", 1),
    ],
    ids=["comma missing", "cut off", "empty"],
)
def test_invalid_json_in_the_specification_file(tmp_path, text, line_number):
    path = tmp_path / "dice.json"
    path.write_text(text)
    line = complaint(run("die-service", "--port", 0, environment={"DIE_SPECIFICATIONS": str(path)}), RUN_TIME)
    numbers = {int(number) for number in re.findall(r"(?:line |:)(\d+)", line)}
    # An end that comes too early may be put on the last line or behind it.
    assert str(path) in line and numbers & {line_number, line_number + 1}


@pytest.mark.parametrize(
    "text, reason",
    [
        (b'{"fair":{"faces":[1],"error_rate":0}} x', "after the value"),
        (b'{"fair":{"faces":[01],"error_rate":0}}', "expected a value"),
        (b'{"fa\tir":{"faces":[1],"error_rate":0}}', "control character"),
        (b'{"\\ud83dx":{"faces":[1],"error_rate":0}}', "surrogate"),
        (b'{"\\ud83d\\u0041":{"faces":[1],"error_rate":0}}', "surrogate"),
        (b'{"fair\xff":{"faces":[1],"error_rate":0}}', "UTF-8"),
        (b'{"fair":{"faces":[1],"error_rate":0},"fair":{"faces":[2],"error_rate":0}}', "twice"),
    ],
    ids=["behind it", "leading zero", "control character", "half a pair", "no pair", "not UTF-8", "twice"],
)
def test_json_is_read_strictly(tmp_path, text, reason):
    path = tmp_path / "dice.json"
    path.write_bytes(text)
    line = complaint(run("die-service", "--port", 0, environment={"DIE_SPECIFICATIONS": str(path)}), RUN_TIME)
    assert f"{path}:1:" in line and reason in line


@pytest.mark.parametrize(
    "specification, reason",
    [
        ({"faces": [], "error_rate": 0}, "faces"),
        ({"faces": [1.5], "error_rate": 0}, "faces"),
        ({"faces": [2**53 + 1], "error_rate": 0}, "faces"),
        ({"faces": [-(2**63)], "error_rate": 0}, "faces"),
        ({"faces": [1], "error_rate": 1.5}, "error_rate"),
        ({"faces": [1], "error_rate": "often"}, "error_rate"),
        ({"error_rate": 0}, "faces"),
    ],
)
def test_a_specification_that_makes_no_sense(tmp_path, specification, reason):
    path = tmp_path / "dice.json"
    path.write_text(json.dumps({"fair": {"faces": [1], "error_rate": 0}, "odd": specification}, indent=1))
    line = complaint(run("die-service", "--port", 0, environment={"DIE_SPECIFICATIONS": str(path)}), RUN_TIME)
    assert reason in line and "odd" in line


def test_specifications_replace_the_embedded_ones(collector, client, broken_dice):
    with running_service("die-service", collector, environment={"DIE_SPECIFICATIONS": broken_dice}) as (_, url):
        assert client.get(f"{url}/dice").json() == {"identifiers": ["fair", "risky", "extreme", "broken"]}
        assert client.get(f"{url}/").json()["loaded_specifications"] == 4


def test_the_flag_wins_over_the_environment(collector, client):
    environment = {"PORT": "1", "HOST": "203.0.113.1", "LOOPS": "none"}
    with running_service("die-service", collector, "--host", "127.0.0.1", "--loops", 1, environment=environment) as (
        _,
        url,
    ):
        assert client.get(f"{url}/livez").status_code == 200


def test_the_environment_alone(collector, client):
    port = FreePorts.take()
    # An empty variable is none.
    environment = {"PORT": str(port), "LOOPS": "1", "HOST": "", "MAX_REQUESTS": "", "LOG_LEVEL": "", "LOG_FORMAT": ""}
    with contextlib.closing(Dice("die-service", environment=environment)) as dice:
        dice.wait_until_ready(f"http://127.0.0.1:{port}")


def test_in_one_process_each_service_keeps_its_own_name(collector, client):
    with running_all(collector, environment={"OTEL_SERVICE_NAME": "everything"}) as stack:
        trace_id = client.get(f"{stack.frontend_url}/roll?die=fair").json()["trace_id"]
        assert {span.service for span in collector.trace(trace_id, 5).spans} == set(SERVICES)


def test_healthcheck(stack):
    assert run("healthcheck", f"{stack.die_url}/livez").returncode == 0
    missing = complaint(run("healthcheck", f"{stack.die_url}/nope"), RUN_TIME)
    assert "404" in missing
    moved = complaint(run("healthcheck", f"{stack.die_url}/livez/"), RUN_TIME)
    assert "307" in moved
    port = FreePorts.take()
    assert str(port) in complaint(run("healthcheck", f"http://127.0.0.1:{port}/livez"), RUN_TIME)
    complaint(run("healthcheck", "not a URL"), USAGE)


def test_a_healthcheck_of_a_service_that_hangs_says_so_in_time():
    """Compose kills a check after three seconds, and with it what it would have said."""
    with taken_port() as port:
        url = f"http://127.0.0.1:{port}/livez"
        line = complaint(run("healthcheck", url, timeout=2.8), RUN_TIME)
        assert url in line and "no answer within 2.00 s" in line
        for arguments, environment in ((["--timeout", "100ms"], {}), ([], {"HEALTHCHECK_TIMEOUT": "100ms"})):
            line = complaint(run("healthcheck", url, *arguments, environment=environment, timeout=2), RUN_TIME)
            assert "no answer within 100 ms" in line
    assert "--timeout" in complaint(run("healthcheck", url, "--timeout", "0"), USAGE)


@pytest.mark.parametrize(
    "template", ["https://tempo.example/", "javascript:alert('{trace_id}')", "{trace_id}", "http://?{trace_id}"]
)
def test_a_link_to_traces_that_is_none(template):
    for name, result in {
        "--trace-link-template": run("frontend", "--port", 0, "--trace-link-template", template),
        "TRACE_LINK_TEMPLATE": run("all", environment={"TRACE_LINK_TEMPLATE": template}),
    }.items():
        line = complaint(result, USAGE)
        assert name in line and template in line and "http or https URL with {trace_id}" in line


@pytest.mark.parametrize(
    "variable, value",
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "nonsense"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "many"),
        ("OTEL_TRACES_SAMPLER", "sometimes"),
        ("OTEL_PROPAGATORS", "b3"),
        ("OTEL_RESOURCE_ATTRIBUTES", "a=%zz"),
        ("OTEL_TRACES_EXPORTER", "carrier-pigeon"),
    ],
)
def test_no_telemetry_setting_stops_a_service(collector, client, variable, value):
    with running_service("die-service", collector, environment={variable: value}) as (_, url):
        assert client.get(f"{url}/dice").status_code == 200


@pytest.mark.parametrize("limit, loops", [(10, 1), (20, 4), (64, 256)])
def test_too_few_descriptors_for_the_loops(limit, loops):
    command = f"ulimit -n {limit} && exec {PROGRAM} die-service --port 0 --loops {loops}"
    result = subprocess.run(["bash", "-c", command], env=BARE_ENVIRONMENT, capture_output=True, text=True, timeout=20)
    line = complaint(result, RUN_TIME)
    assert "out of file descriptors" in line and "ulimit -n" in line and ("--loops" in line) == (loops > 1)
