"""What a second event loop brings: requests per second where there are CPUs enough, CPU time per request anywhere."""

import os
import statistics

from measuring import report
from measuring.load import LoadFailed, wrk
from measuring.peers import Server, loophttp

LOOPS = (1, 2)
GOAL = 1.8
PATH = "/plaintext"
CONNECTIONS = 128


def compare(rounds, seconds):
    """Prints a table and returns everything measured."""
    cpus = sorted(os.sched_getaffinity(0))
    # wrk needs about as much CPU time per request as the server: as many CPUs again.
    is_apart = len(cpus) >= 2 * max(LOOPS)
    runs = {loops: [] for loops in LOOPS}
    loophttp(1).prepare()
    for turn in range(rounds):
        for loops in LOOPS:
            report.progress(f"round {turn + 1}/{rounds}: {loops} loops")
            try:
                runs[loops].append(_run(loops, seconds, *_places(cpus, is_apart)))
            except LoadFailed as reason:
                report.remark(f"no result: {loops} loops: {reason}")
    report.progress()
    outcome = _summary(runs) | {"cpus": len(cpus), "is_apart": is_apart, "runs": runs}
    print("\n".join(_lines(outcome)) + "\n")
    return {"machine": report.machine(), "loops": outcome}


def _places(cpus, is_apart):
    """The CPUs of the server and those of wrk, the same for every number of loops."""
    if not is_apart:
        return cpus, cpus
    return cpus[: max(LOOPS)], cpus[max(LOOPS) :]


def _run(loops, seconds, server_cpus, load_cpus):
    with Server(loophttp(loops), cpu=_list(server_cpus)) as server:
        wrk(server.url(PATH), 1, CONNECTIONS, cpus=_list(load_cpus), threads=2)
        before = server.cpu_seconds()
        load = wrk(server.url(PATH), seconds, CONNECTIONS, cpus=_list(load_cpus), threads=2)
        used = server.cpu_seconds() - before
    return {"cpu": used / load.requests, "per_second": load.requests / load.seconds, "p99": load.p99}


def _list(cpus):
    return ",".join(map(str, cpus))


def _summary(runs):
    one, most = (runs[loops] for loops in (min(LOOPS), max(LOOPS)))
    pairs = list(zip(one, most))
    return {
        "throughput_ratio": statistics.median(after["per_second"] / before["per_second"] for before, after in pairs),
        "cost_ratio": statistics.median(after["cpu"] / before["cpu"] for before, after in pairs),
    }


def _lines(outcome):
    yield f"{PATH} on {CONNECTIONS} connections, {outcome['cpus']} CPUs"
    yield f"  {'loops':6}{'CPU µs/req':>12}{'req/s':>10}{'p99 ms':>9}"
    for loops, runs in outcome["runs"].items():
        cpu, rate, p99 = (statistics.median(run[key] for run in runs) for key in ("cpu", "per_second", "p99"))
        yield f"  {loops:<6}{cpu * 1e6:12.2f}{rate:10.0f}{p99 * 1e3:9.2f}"
    most, ratio, cost = max(LOOPS), outcome["throughput_ratio"], outcome["cost_ratio"]
    yield f"  {most} loops do {ratio:.2f} × the requests of one (goal ≥ {GOAL})"
    if not outcome["is_apart"]:
        yield f"  That says nothing here: wrk shares the loops' CPUs. The goal needs {2 * most}, half of them for wrk."
    yield f"  A request costs {cost:.2f} × the CPU time that it costs on one loop: {most} loops with CPUs of their own"
    yield f"  would do {most / cost:.2f} × the requests."
