"""The direction of dependencies, read off the sources: what the compiler cannot forbid within one module."""

import re

import pytest

from dice import ROOT

SOURCES = ROOT / "Sources"
LIBRARY = SOURCES / "LoopHTTP"
LOOP = LIBRARY / "Loop"
WIRE = LIBRARY / "Wire"
COMMENT_OR_STRING = re.compile(r'//.*|"(?:\\.|[^"\\])*"')


def interpolations(match):
    """What of a comment or string literal is code."""
    return "" if match[0].startswith("//") else " ".join(re.findall(r"\\\(([^)]*)", match[0]))


def code(path):
    """The numbered lines of a Swift file without comments and the text of string literals."""
    lines = path.read_text().splitlines()
    return [(number, COMMENT_OR_STRING.sub(interpolations, line)) for number, line in enumerate(lines, 1)]


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
    (
        "the library knows no service",
        LIBRARY,
        [],
        IMPORT + r"(?:Telemetry|OTLPMessages|DieService|DiceRoller|Frontend|Tracing)\b",
    ),
]


@pytest.mark.parametrize("folder, without, pattern", [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_sources_keep_the_direction(folder, without, pattern):
    assert offences(swift_files(folder, *without), pattern) == []


# What each folder of the library may refer to besides itself. Loop/Memory is in Loop for the sake of its unsafe code and knows
# no loop, so the wire may use it.
BELOW = {
    "Loop/Memory": [],
    "Loop": ["Loop/Memory"],
    "Wire": ["Loop/Memory"],
    "Connection": ["Loop/Memory", "Loop", "Wire"],
    "Server": ["Loop/Memory", "Loop", "Wire", "Connection"],
    "Client": ["Loop/Memory", "Loop", "Wire", "Connection"],
    "Testing": ["Loop/Memory", "Loop", "Wire", "Connection", "Server", "Client"],
}
TYPE = r"\b(?:actor|class|enum|protocol|struct|typealias)\s+([A-Z]\w*)"
SEEN_BY_OTHER_FILES = re.compile(r"^(?!\s|.*\bprivate\b|.*\bfileprivate\b).*?" + TYPE)
NESTED = re.compile(r"^\s.*?" + TYPE)


def folder_of(path):
    """The innermost of the folders that have rules; fails for a file in none."""
    return max((folder for folder in BELOW if path.is_relative_to(LIBRARY / folder)), key=len)


def types(files, declaration):
    """The names of the types that are declared like that."""
    matches = [declaration.search(line) for path in files for _, line in code(path)]
    return {match[1] for match in matches if match}


def any_of(names):
    """Matches each of the names where it begins; nothing where there are none."""
    return rf"(?<![.\w])(?:{'|'.join(sorted(names))})\b" if names else r"(?!)"


def upward_references(folder):
    """Where a folder names a type of one that is not below it. A nested type hides the other of its name."""
    files = swift_files(LIBRARY)
    above = types([path for path in files if folder_of(path) not in [folder, *BELOW[folder]]], SEEN_BY_OTHER_FILES)
    return [
        offence
        for path in files
        if folder_of(path) == folder
        for offence in offences([path], any_of(above - types([path], NESTED)))
    ]


@pytest.mark.parametrize("folder", BELOW)
def test_no_folder_refers_to_one_above_it(folder):
    assert upward_references(folder) == []


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
