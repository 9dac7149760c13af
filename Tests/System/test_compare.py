"""`dice compare`: measured against theory, with the reference's last lines, and failed rolls in no time."""

import contextlib
import json
import math
import re
import signal
import statistics
import subprocess
import xml.etree.ElementTree

import pytest

from conftest import running_all
from dice import BARE_ENVIRONMENT, PROGRAM, RUN_TIME, USAGE, Dice, FreePorts, complaint, run
from scripted_server import Fault, Reply, ScriptedServer
from traffic_run import paths

LAST_LINES = (
    r"Sequential Rolls: \d+\.\d{3} seconds\n"
    r"Async Batch Roll: \d+\.\d{3} seconds\n"
    r"Async rolling is \d+\.\d{2}x (FASTER|SLOWER) than sequential!\n\Z"
)
DELAY = 0.3


@pytest.fixture(scope="module")
def laboratory(module_collector):
    """`dice all` with delays uniform up to 0.3 s: the factor does not depend on them."""
    with running_all(module_collector, environment={"ROLL_MAX_DELAY_MS": str(int(DELAY * 1000))}) as stack:
        yield stack


def compare(tmp_path, url, *arguments, timeout=80):
    """`dice compare` run to its end: the process and what its --json says."""
    path = tmp_path / "compare.json"
    result = run("compare", "--url", url, *arguments, "--json", path, timeout=timeout)
    assert result.returncode == 0, result.stderr
    return result, json.loads(path.read_text())


def test_the_factor_is_that_of_theory(laboratory, module_collector, tmp_path):
    output, report = compare(tmp_path, laboratory.roller_url, "--rolls", 10, "--iterations", 15)
    assert re.search(LAST_LINES, output.stdout) and "FASTER" in output.stdout
    (result,) = report["results"]
    for contender in ("sequential", "batch", "concurrent"):
        assert len(result[contender]["seconds"]) == 15 and result["failed"] == 0
    assert result["theoretical_factor"] == 5.5
    low, high = (math.log(bound) for bound in result["factor"]["interval_95"])
    # One honest interval of twenty misses; twice as wide, one of ten thousand does.
    margin = (high - low) / 2
    assert low - margin <= math.log(5.5) <= high + margin
    ratio = result["sequential"]["mean"] / result["batch"]["mean"]
    assert result["factor"]["value"] == pytest.approx(ratio)
    assert f"Async rolling is {ratio:.2f}x FASTER" in output.stdout

    # What a batch takes beyond its longest roll, from its trace.
    shares = []
    for trace_id in result["batch_traces"]:
        trace = module_collector.trace(trace_id, 14)
        batch = trace.one("async_roll_batch")
        shares.append((batch.duration - max(roll.duration for roll in trace.rolls())) / batch.duration)
    assert len(shares) == 15 and statistics.median(shares) < 0.02


def test_a_table_over_several_numbers_of_rolls(laboratory, tmp_path):
    plot = tmp_path / "plot.svg"
    arguments = ("--times", "1,2,5", "--iterations", 2, "--plot", plot)
    output, report = compare(tmp_path, laboratory.frontend_url, *arguments)
    assert [result["rolls"] for result in report["results"]] == [1, 2, 5] == report["rolls"]
    assert [result["iterations"] for result in report["results"]] == [2, 2, 2]
    assert report["interrupted"] is False and "ended early" not in output.stdout + plot.read_text()
    assert [result["theoretical_factor"] for result in report["results"]] == [1, 1.5, 3]
    overview = output.stdout.split("factor       theory\n")[1]
    assert [line.split()[0] for line in overview.splitlines()[:3]] == ["1", "2", "5"]
    assert re.findall(r"^\d+ rolls?\b", output.stdout, re.MULTILINE) == ["1 roll", "2 rolls", "5 rolls"]
    assert re.search(LAST_LINES, output.stdout)
    drawing = xml.etree.ElementTree.parse(plot).getroot()
    assert drawing.tag.endswith("svg") and len(drawing.findall(".//{*}circle")) == 3


def test_failed_rolls_are_counted_apart(quick_stack, tmp_path):
    output, report = compare(tmp_path, quick_stack.roller_url, "--die", "extreme", "--rolls", 2, "--iterations", 5)
    (result,) = report["results"]
    assert result["failed"] > 0 and f"failed      {result['failed']}" in output.stdout
    assert len(result["sequential"]["seconds"]) == 5


@pytest.mark.parametrize("iterations, has_interval", [(1, False), (2, False), (3, False), (4, True)])
def test_few_iterations_have_no_interval(quick_stack, tmp_path, iterations, has_interval):
    arguments = ("--rolls", 2, "--iterations", iterations, "--plot", tmp_path / "plot.svg")
    output, report = compare(tmp_path, quick_stack.roller_url, *arguments)
    assert (report["results"][0]["factor"]["interval_95"] is not None) == has_interval
    assert ("95 % interval" in output.stdout) == has_interval
    assert ("no interval from fewer than 4 iterations" in output.stdout) != has_interval
    assert ("95 % interval" in (tmp_path / "plot.svg").read_text()) == has_interval


def test_a_failed_roll_is_repeated(scripted, tmp_path):
    failed, done = Reply(500, b'{"detail":"failed"}'), Reply(200, b'{"roll":1}')
    scripted.answer(failed, done, done, failed, done)
    _, report = compare(tmp_path, scripted.url, "--rolls", 2, "--iterations", 1)
    asked = [path.split("?")[0] for path in paths(scripted)]
    assert asked == ["/roll"] * 3 + ["/roll-async"] * 2 + ["/roll"] * 2
    assert report["results"][0]["failed"] == 2


def test_nothing_can_be_measured(quick_stack):
    result = run("compare", "--url", quick_stack.roller_url, "--die", "broken", "--rolls", 2, "--iterations", 1)
    assert result.returncode == RUN_TIME
    assert "nothing could be measured" in result.stderr.splitlines()[-1]
    assert "failed" in result.stdout and "nan" not in result.stdout


def test_an_unknown_die(quick_stack):
    line = complaint(run("compare", "--url", quick_stack.roller_url, "--die", "nope"), RUN_TIME)
    assert quick_stack.roller_url in line and "'nope' not found" in line


def test_no_roller(quick_stack):
    url = f"http://127.0.0.1:{FreePorts.take()}"
    line = complaint(run("compare", "--url", url), RUN_TIME)
    assert url in line and "dice all" in line
    assert quick_stack.die_url in complaint(run("compare", "--url", quick_stack.die_url), RUN_TIME)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--rolls", "0"],
        ["--rolls", "21"],
        ["--rolls", "3", "--times", "1,2"],
        ["--iterations", "0"],
        ["--times", "1,99"],
        ["--times", ""],
        ["--url", "nowhere"],
        ["--no-such-flag"],
    ],
    ids=" ".join,
)
def test_a_wrong_flag(arguments):
    assert arguments[0] in complaint(run("compare", *arguments), USAGE)


def test_a_wrong_value_is_told_the_form():
    line = complaint(run("compare", "--times", "0"), USAGE)
    assert "'0'" in line and "--times" in line and "from 1 to 20" in line and "1,2,5" in line
    assert "http://localhost" in complaint(run("compare", "--url", "localhost:8107"), USAGE)


def test_a_wrong_variable():
    assert "COMPARE_ROLLS" in complaint(run("compare", environment={"COMPARE_ROLLS": "99"}), USAGE)


def test_ctrl_c_ends_with_what_there_is(laboratory, tmp_path):
    path, plot = tmp_path / "compare.json", tmp_path / "plot.svg"
    arguments = ("--url", laboratory.roller_url, "--times", "2,5", "--iterations", 1000, "--json", path, "--plot", plot)
    with contextlib.closing(Dice("compare", *arguments)) as tool:
        tool.stderr.wait_for(lambda line: "iteration 2 of 1000" in line)
        tool.signal(signal.SIGINT)
        assert tool.wait(timeout=5) == 0
    text = "\n".join(tool.stdout.all) + "\n"
    assert re.search(LAST_LINES, text)
    report = json.loads(path.read_text())
    assert (report["interrupted"], report["rolls"], report["iterations"]) == (True, [2, 5], 1000)
    (result,) = report["results"]
    measured = result["iterations"]
    assert (result["rolls"], measured) == (2, len(result["batch"]["seconds"])) and 2 <= measured < 1000
    assert f"ended early, with {measured} of 1000 iterations of 2 rolls, 0 of 1000 iterations of 5 rolls\n" in text
    assert "ended early" in plot.read_text() and "1000 iterations" not in plot.read_text()


def test_ctrl_c_before_anything_was_measured(laboratory):
    rolled = sum(record["message"] == "Roll completed" for record in laboratory.logs)
    arguments = ("--url", laboratory.roller_url, "--rolls", 20)
    with contextlib.closing(Dice("compare", *arguments)) as tool:
        laboratory.roller.wait_for_logs("Roll completed", count=rolled + 1)
        tool.signal(signal.SIGINT)
        assert tool.wait(timeout=5) == RUN_TIME
    assert "nothing could be measured" in tool.stderr.all[-1]


def test_ctrl_c_during_the_first_look():
    with contextlib.closing(ScriptedServer(Fault.HANG)) as server:
        with contextlib.closing(Dice("compare", "--url", server.url)) as tool:
            server.wait_for_requests(1)
            tool.signal(signal.SIGINT)
            assert tool.wait(timeout=3) == RUN_TIME
    assert tool.stderr.all == [f"ended before {server.url} had answered"]


@pytest.mark.parametrize("redirection", ["> /dev/full", ">&-"])
def test_a_summary_that_cannot_be_written(quick_stack, tmp_path, redirection):
    plot = tmp_path / "plot.svg"
    command = f"exec {PROGRAM} compare --url {quick_stack.roller_url} --rolls 2 --iterations 2 --plot {plot} {redirection}"
    result = subprocess.run(["bash", "-c", command], env=BARE_ENVIRONMENT, capture_output=True, text=True, timeout=20)
    assert result.returncode == RUN_TIME
    assert result.stderr.splitlines()[-1].startswith("cannot write to the standard output: ")
    assert plot.read_text().startswith("<svg")


@pytest.mark.parametrize("flag", ["--json", "--plot"])
def test_a_file_that_cannot_be_written_is_told_before_the_run(quick_stack, tmp_path, flag):
    path = tmp_path / "nowhere/report"
    line = complaint(run("compare", "--url", quick_stack.roller_url, flag, path), RUN_TIME)
    assert flag in line and str(path) in line


@pytest.mark.parametrize("flag, begin", [("--json", "{"), ("--plot", "<svg")])
def test_a_hyphen_is_the_standard_output(quick_stack, flag, begin):
    result = run("compare", "--url", quick_stack.roller_url, "--rolls", 2, "--iterations", 2, flag, "-")
    assert result.returncode == 0 and result.stdout.startswith(begin)
    assert "Sequential Rolls" in result.stderr and "Sequential Rolls" not in result.stdout
    assert "--plot" in complaint(run("compare", "--json", "-", "--plot", "-"), USAGE)


@pytest.mark.parametrize("flag", ["--json", "--plot"])
def test_a_full_disk_for_the_results(quick_stack, flag):
    result = run("compare", "--url", quick_stack.roller_url, "--rolls", 2, "--iterations", 2, flag, "/dev/full")
    assert result.returncode == RUN_TIME
    line = result.stderr.splitlines()[-1]
    assert flag in line and "/dev/full" in line and "space" in line.lower()
    assert re.search(LAST_LINES, result.stdout)
