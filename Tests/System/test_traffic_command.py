"""`dice traffic` as a command: what it refuses, and what it shows and writes."""

import contextlib
import json
import os
import pty
import re
import subprocess

import pytest

from dice import BARE_ENVIRONMENT, PROGRAM, RUN_TIME, USAGE, FreePorts, complaint, run
from traffic_run import UNTRACED, traffic


def test_no_frontend():
    url = f"http://127.0.0.1:{FreePorts.take()}"
    line = complaint(run("traffic", "--url", url), RUN_TIME)
    assert url in line and "dice all" in line and "--url" in line
    line = complaint(run("traffic", "--target", f"{url}/x"), RUN_TIME)
    assert url in line and "refused" in line


def test_something_else_than_a_frontend(quick_stack):
    line = complaint(run("traffic", "--url", quick_stack.die_url), RUN_TIME)
    assert quick_stack.die_url in line and "no frontend" in line


@pytest.mark.parametrize(
    "arguments",
    [
        ["--users", "0"],
        ["--users", "many"],
        ["--max-rolls", "0"],
        ["--async-probability", "1.5"],
        ["--max-async-rolls", "21"],
        ["--think-time", "2-1"],
        ["--rate", "0"],
        ["--rate", "fast"],
        ["--duration", "0"],
        ["--duration", "-5"],
        ["--arrivals", "sometimes"],
        ["--connections", "0"],
        ["--warm-up", "soon"],
        ["--seed", "-1"],
        ["--trace-sample", "2"],
        ["--fail-over", "p99"],
        ["--fail-errors", "101%"],
        ["--target", "ftp://somewhere"],
        ["--url", "somewhere"],
        ["--users", "5", "--rate", "10"],
        ["--think-time", "1", "--rate", "10"],
        ["--arrivals", "poisson"],
        ["--connections", "5"],
        ["--dice", "fair", "--target", "http://localhost/"],
        ["--no-such-flag"],
    ],
    ids=" ".join,
)
def test_a_wrong_flag(arguments):
    assert arguments[0] in complaint(run("traffic", *arguments), USAGE)


def test_more_connections_than_file_descriptors():
    command = f"ulimit -n 256 && exec {PROGRAM} traffic --users 300"
    result = subprocess.run(["bash", "-c", command], env=BARE_ENVIRONMENT, capture_output=True, text=True, timeout=20)
    line = complaint(result, RUN_TIME)
    assert "300 connections" in line and "ulimit -n" in line


@pytest.mark.parametrize("variable", ["TRAFFIC_USERS", "TRAFFIC_RATE", "TRAFFIC_DURATION", "FRONTEND_URL"])
def test_a_wrong_variable(variable):
    assert variable in complaint(run("traffic", environment={variable: "nonsense"}), USAGE)


@pytest.mark.parametrize("redirection", ["> /dev/full", ">&-"])
def test_a_summary_that_cannot_be_written(scripted, tmp_path, redirection):
    page = tmp_path / "page.html"
    command = f"{PROGRAM} traffic --url {scripted.url} --rate 20 --duration 1 --html {page} {redirection}"
    environment = BARE_ENVIRONMENT | UNTRACED
    result = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, timeout=20)
    assert (result.returncode, result.stdout) == (RUN_TIME, "")
    line = result.stderr.splitlines()[-1]
    assert line.startswith("cannot write to the standard output: ") and result.stderr.count("cannot write") == 1
    assert page.read_text().startswith("<!doctype html>"), "the page is written all the same"


def test_a_reader_of_the_summary_who_leaves_is_no_failure(scripted):
    command = [PROGRAM, "traffic", "--url", scripted.url, "--rate", "20", "--duration", "1"]
    with subprocess.Popen(
        command, env=BARE_ENVIRONMENT | UNTRACED, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.close()
        assert "cannot write" not in process.stderr.read() and process.wait(timeout=20) == 0


def test_a_report_that_fails_does_not_take_the_other_along(scripted, tmp_path):
    page = tmp_path / "page.html"
    arguments = ("--url", scripted.url, "--rate", 20, "--duration", 1, "--json", "/dev/full", "--html", page)
    result = run("traffic", *arguments, "--fail-over", "max=1us", environment=UNTRACED)
    assert result.returncode == RUN_TIME and page.read_text().startswith("<!doctype html>")
    line = result.stderr.splitlines()[-1]
    assert "--json: cannot write /dev/full" in line and line.endswith("; not kept: max=1us")


def test_a_full_disk_for_the_results(scripted):
    result = run("traffic", "--url", scripted.url, "--rate", 20, "--duration", 1, "--json", "/dev/full")
    assert result.returncode == RUN_TIME
    line = result.stderr.splitlines()[-1]
    assert "--json" in line and "/dev/full" in line and "space" in line.lower()
    assert "20 requests" in result.stdout


def test_a_page_with_charts(scripted, tmp_path):
    page = tmp_path / "traffic.html"
    traffic(tmp_path, "--url", scripted.url, "--rate", 50, "--duration", 2, "--html", page)
    text = page.read_text()
    assert text.startswith("<!doctype html>") and text.count("<svg") == 3 and "NaN" not in text


def test_progress_is_plain_lines_where_nobody_watches(scripted, tmp_path):
    result, _ = traffic(tmp_path, "--url", scripted.url, "--rate", 50, "--duration", 3)
    lines = result.stderr.splitlines()
    assert len(lines) >= 2 and all(re.match(r"\d+ s · [\d ]+ requests · ", line) for line in lines)
    assert "\r" not in result.stderr and "\x1b" not in result.stderr + result.stdout


def test_progress_is_one_live_line_on_a_terminal(scripted):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, "traffic", "--url", scripted.url, "--rate", "50", "--duration", "2s"],
        env=BARE_ENVIRONMENT | UNTRACED,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    # A pseudo terminal reports its other end's close as an error.
    with contextlib.suppress(OSError):
        while piece := os.read(ours, 4096):
            shown += piece
    os.close(ours)
    summary = process.communicate(timeout=20)[0].decode()
    lines = shown.decode().split("\r")
    assert process.returncode == 0 and "100 requests" in summary
    assert "\n" not in shown.decode() and len(lines) >= 5
    # At fifty a second, an interval has too few for a percentile.
    assert any("s left" in line and "max" in line for line in lines) and not any("p99" in line for line in lines)
    assert lines[-1] == "\x1b[K", "the line is cleared for what comes after it"


@pytest.mark.parametrize(
    "arguments, form",
    [
        (["--fail-over", "p99=200"], "p99=200ms"),
        (["--fail-over", "p99"], "p99=200ms"),
        (["--fail-errors", "1"], "1% or 0.01"),
        (["--rate", "abc"], "100-1000"),
        (["--think-time", "2-1"], "0.5-2"),
        (["--duration", "soon"], "30s"),
        (["--duration", "0"], "above 0"),
        (["--warm-up", "soon"], "500ms"),
        (["--users", "many"], "1 to 100000"),
        (["--max-rolls", "many"], "1 to 1000000"),
        (["--max-async-rolls", "many"], "1 to 20"),
        (["--async-probability", "often"], "0 to 1"),
        (["--trace-sample", "2"], "0 to 1"),
        (["--seed", "-1"], "0 to 18446744073709551615"),
        (["--arrivals", "sometimes"], "constant or poisson"),
        (["--dice", ","], "commas"),
        (["--url", "localhost:8108"], "http://localhost"),
        (["--url", "https://localhost"], "https is not"),
        (["--target", "localhost:8106/dice"], "http://localhost"),
        (["--target", "https://localhost/"], "http://localhost"),
    ],
)
def test_a_wrong_value_is_told_the_form(arguments, form):
    flag, value = arguments
    line = complaint(run("traffic", *arguments), USAGE)
    assert flag in line and value in line and form in line
    variables = {"--url": "FRONTEND_URL"}
    variable = variables.get(flag, f"TRAFFIC_{flag[2:].upper().replace('-', '_')}")
    if (flag, value) != ("--duration", "0") and flag not in ("--arrivals", "--dice", "--target"):
        line = complaint(run("traffic", environment={variable: value}), USAGE)
        assert variable in line and value in line and form in line


def test_a_limit_is_printed_with_its_unit(scripted, tmp_path):
    limits = ("--fail-over", "p99=5s", "--fail-errors", "0.5")
    result, report = traffic(tmp_path, "--url", scripted.url, "--rate", 100, "--duration", 1, *limits)
    assert "p99=5s: " in result.stdout and "errors=50%: 0.00 %" in result.stdout
    assert [verdict["limit"] for verdict in report["limits"]] == ["p99=5s", "errors=50%"]


@pytest.mark.parametrize("flag", ["--json", "--html"])
@pytest.mark.parametrize("place", ["nowhere/report", ".", "file/report"])
def test_a_file_that_cannot_be_written_is_told_before_the_run(scripted, tmp_path, flag, place):
    (tmp_path / "file").touch()
    path = tmp_path / place
    line = complaint(run("traffic", "--url", scripted.url, flag, path), RUN_TIME)
    assert flag in line and str(path) in line and not scripted.requests


def test_a_run_without_results_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "traffic.json"
    path.write_text("the last run's")
    arguments = ("--url", f"http://127.0.0.1:{FreePorts.take()}", "--json")
    complaint(run("traffic", *arguments, path), RUN_TIME)
    assert path.read_text() == "the last run's"
    complaint(run("traffic", *arguments, tmp_path / "new.json"), RUN_TIME)
    assert not (tmp_path / "new.json").exists()


@pytest.mark.parametrize("flag, begin", [("--json", "{"), ("--html", "<!doctype html>")])
def test_a_hyphen_is_the_standard_output(scripted, tmp_path, flag, begin):
    command = [PROGRAM, "traffic", "--url", scripted.url, "--rate", "20", "--duration", "1", flag, "-"]
    result = subprocess.run(
        command, cwd=tmp_path, env=BARE_ENVIRONMENT | UNTRACED, capture_output=True, text=True, timeout=20
    )
    assert result.returncode == 0 and result.stdout.startswith(begin) and "20 requests in" not in result.stdout
    assert "20 requests in" in result.stderr and not list(tmp_path.iterdir())
    if flag == "--json":
        assert json.loads(result.stdout)["requests"] == 20


def test_two_documents_do_not_share_the_standard_output(scripted):
    arguments = ("traffic", "--url", scripted.url, "--json", "-")
    line = complaint(run(*arguments, "--html", "-"), USAGE)
    assert "--json" in line and "--html" in line and "'-'" in line
    assert "--html" in complaint(run(*arguments, environment={"TRAFFIC_HTML": "-"}), USAGE)
    assert not scripted.requests


def test_results_go_through_a_pipe_with_a_name(scripted, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        result = run("traffic", "--url", scripted.url, "--rate", 20, "--duration", 1, "--json", pipe)
        assert result.returncode == 0, result.stderr
        assert json.loads(reader.communicate(timeout=10)[0])["requests"] == 20
