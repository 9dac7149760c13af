"""The library in a program of its own, with the settings that a new package has."""

import pathlib
import subprocess

import swift_program


def test_a_package_with_default_settings_has_middlewares_handlers_streams_and_a_client(tmp_path):
    program = tmp_path / "user"
    swift_program.build(pathlib.Path(__file__).with_name("library_user.swift"), program)
    lines = subprocess.run([program], capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    marks = ' named "1"'
    assert lines == [
        "/at-once at once" + marks,
        "/length 4" + marks,
        "/collected four" + marks,
        "/stream 123" + marks,
        "3",
        "3 at once",
    ]
