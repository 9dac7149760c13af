"""What was measured as one structure, and as tables for people."""

import platform
import statistics
import sys
from dataclasses import asdict
from pathlib import Path

GOALS = {  # LoopHTTP's CPU time per request as a share of the peer's
    ("plaintext", "C libuv+llhttp"): 1.1,
    ("plaintext", "SwiftNIO handler"): 0.6,
    ("plaintext", "Hummingbird"): 0.3,
    ("plaintext", "Node"): 0.6,
    ("json", "C libuv+llhttp"): 1.1,
    ("json", "SwiftNIO handler"): 0.6,
    ("json", "Hummingbird"): 0.3,
    ("json", "Node"): 0.6,
    ("pipelined", "C libuv+llhttp"): 1.5,
    ("pipelined", "SwiftNIO handler"): 0.2,
    ("pipelined", "Hummingbird"): 0.05,
}


def machine():
    """The machine in one line."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    return f"{model}, {platform.system()} {platform.release()}"


def summary(samples):
    """The medians of one work's runs on one peer, and how far apart the runs were."""
    cpu = [sample.cpu for sample in samples]
    result = {
        key: statistics.median(getattr(sample, key) for sample in samples)
        for key in ("cpu", "per_second", "p50", "p99", "resident")
    }
    result["spread"] = (max(cpu) - min(cpu)) / statistics.median(cpu)
    result["is_limited"] = any(sample.is_limited for sample in samples)
    result["errors"] = sum(sample.errors for sample in samples)
    idle = [sample.per_idle_connection for sample in samples if sample.per_idle_connection is not None]
    if idle:  # the first time they come: later ones find the memory that those before have left
        result["per_idle_connection"] = idle[0]
    result["runs"] = [asdict(sample) for sample in samples]
    return result


def table(work, results, base="LoopHTTP"):
    """The lines of one work's table; `results` are summaries by peer."""
    own = results.get(base)
    yield f"{work.title}"
    yield f"  {'':18}{'CPU µs/req':>11}{base + ' ÷ it':>14}{'goal':>7}{'req/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'MiB':>7}"
    for name, result in results.items():
        ratio = f"{paired_ratio(own, result):.3f}" if own else "–"
        goal = GOALS.get((work.name, name))
        yield (
            f"  {name:18}{result['cpu'] * 1e6:11.2f}{ratio if name != base else '':>14}"
            f"{f'≤{goal}' if goal else '':>7}{result['per_second']:10.0f}{result['p50'] * 1e3:9.2f}{result['p99'] * 1e3:9.2f}"
            f"{result['resident'] / 2**20:7.1f}{''.join(remarks(result))}"
        )


def paired_ratio(own, other):
    """The median over the rounds of one's CPU time per request by the other's: both ran within seconds of each other, so what
    else the machine did weighs on both."""
    return statistics.median(mine["cpu"] / theirs["cpu"] for mine, theirs in zip(own["runs"], other["runs"]))


def remarks(result):
    """What a reader must know of one result."""
    if result["is_limited"]:
        yield "  load generator was the limit"
    if result["errors"]:
        yield f"  {result['errors']} errors"
    if "per_idle_connection" in result:
        yield f"  {result['per_idle_connection'] / 1024:.2f} KiB per idle connection"
    if result["spread"] > 0.2:
        yield f"  runs differ by {result['spread']:.0%}"


def progress(text=""):
    """Says on a terminal what is going on, in place of what was said before; nothing takes it away."""
    if sys.stderr.isatty():
        print(f"\r{text}\033[K", end="", file=sys.stderr, flush=True)


def remark(text):
    """One line on the standard error, beside the tables."""
    progress()
    print(text, file=sys.stderr)
