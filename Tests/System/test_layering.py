"""The direction of dependencies, read off the sources: what the compiler cannot forbid within one module."""

import re

import pytest

from dice import ROOT

SOURCES = ROOT / "Sources"
LOOP = SOURCES / "LoopHTTP/Loop"
WIRE = SOURCES / "LoopHTTP/Wire"
CONNECTION = SOURCES / "LoopHTTP/Connection"
COMMENT_OR_STRING = re.compile(r'//.*|"(?:\\.|[^"\\])*"')


def code(path):
    """The numbered lines of a Swift file without comments and string literals."""
    return [(number, COMMENT_OR_STRING.sub("", line)) for number, line in enumerate(path.read_text().splitlines(), 1)]


def swift_files(folder, *without):
    """The hand-written Swift files under a folder."""
    return [
        path
        for path in sorted(folder.rglob("*.swift"))
        if not path.name.endswith(".pb.swift") and not any(path.is_relative_to(other) for other in without)
    ]


def offences(files, pattern):
    """Where the pattern stands in code."""
    expression = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files
        for number, line in code(path)
        if expression.search(line)
    ]


IMPORT = r"\bimport\s+(?:\w+\s+)?"

RULES = [
    ("the C library stays in Loop", SOURCES, [LOOP], IMPORT + r"CUV\b"),
    ("unsafe code stays in Loop", SOURCES, [LOOP], r"\bunsafe\b|@unsafe\b|\bUnsafe\w*Pointer\b|\bUnmanaged\b"),
    ("the wire neither waits nor knows a clock", WIRE, [], r"\b(?:await|async|Task|ContinuousClock|Date)\b"),
    ("the wire needs no other module's I/O", WIRE, [], IMPORT + r"(?:CUV|Foundation\w*|Glibc|Musl|Darwin|Logging)\b"),
    ("whole Foundation does not ship", SOURCES, [], IMPORT + r"Foundation\b"),
    ("concurrency is checked", SOURCES, [LOOP], r"@unchecked\s+Sendable|nonisolated\(unsafe\)"),
    ("nothing is forced", SOURCES, [], r"\btry!|\bas!"),
    ("the loop knows nothing above it", LOOP, [], r"\b(?:HTTP(?:Server|Client|Request|Response)|Router|Middleware)\b"),
    (
        "the library knows no service",
        SOURCES / "LoopHTTP",
        [],
        IMPORT + r"(?:Telemetry|OTLPMessages|DieService|DiceRoller|Frontend|Tracing)\b",
    ),
    (
        "a connection knows neither server nor client",
        CONNECTION,
        [],
        r"\b(?:HTTPServer|HTTPClient|Router|Middleware)\b",
    ),
    ("the server knows no client", SOURCES / "LoopHTTP/Server", [], r"\b(?:HTTPClient|ConnectionPool)\b"),
    ("the client knows no server", SOURCES / "LoopHTTP/Client", [], r"\b(?:HTTPServer|Router|Middleware)\b"),
]


@pytest.mark.parametrize("folder, without, pattern", [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_sources_keep_the_direction(folder, without, pattern):
    assert offences(swift_files(folder, *without), pattern) == []


def test_the_rules_see_the_sources():
    assert offences(swift_files(SOURCES), IMPORT + r"CUV\b"), "no file imports the C library: the rules read nothing"


def test_the_top_level_is_the_agreed_one():
    names = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert names - {"Package.swift", "Package.resolved", "README.md", "LICENSE", "Sources", "Tests", "docker"} == set()


def test_generated_code_is_the_only_code_without_the_common_settings():
    manifest = (ROOT / "Package.swift").read_text()
    assert ".treatAllWarnings(as: .error)" in manifest and ".strictMemorySafety()" in manifest
    targets = re.findall(r"\.(?:target|executableTarget|testTarget)\((.*?)\n    \)", manifest, re.DOTALL)
    apart = [target for target in targets if "swiftSettings: settings" not in target]
    assert all("OTLPMessages" in target for target in apart), apart
