"""Builds a Swift file as a package with default settings would: in Swift 6 mode and without upcoming features."""

import subprocess

from dice import ROOT


def build(source, program):
    """Compiles `source` against the library's release build and links it to `program`."""
    release = ROOT / ".build/release"
    objects = [path for name in ("LoopHTTP", "HTTPTypes", "Logging") for path in release.glob(f"{name}.build/*.o")]
    folders = (release / "Modules", ROOT / "Sources/CUV", ROOT / "Sources/CUV/CZlib")
    modules = [flag for path in folders for flag in ("-I", path)]
    mode = [] if source.name == "main.swift" else ["-parse-as-library"]
    command = ["swiftc", "-swift-version", "6", "-warnings-as-errors", *mode, *modules, source, *objects]
    subprocess.run([*command, "-luv", "-lz", "-o", program], check=True, timeout=240)
