"""What the program carries of the page is what lies in Page/."""

import shutil
import subprocess

import httpx
import pytest
from laboratory import lone_frontend

from dice import ROOT

FRONTEND = ROOT / "Sources/Services/Frontend"


def test_the_embedded_files_are_those_of_the_folder(tmp_path):
    copy = shutil.copytree(FRONTEND, tmp_path / "Frontend")
    (copy / "PageFiles.swift").unlink()
    subprocess.run(["sh", copy / "embed-page"], check=True)
    written = (FRONTEND / "PageFiles.swift").read_text()
    assert (copy / "PageFiles.swift").read_text() == written, "run Sources/Services/Frontend/embed-page"


def test_the_served_files_are_those_of_the_folder():
    policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    with lone_frontend() as url:
        for file in (FRONTEND / "Page").iterdir():
            answer = httpx.get(f"{url}/{'' if file.name == 'index.html' else file.name}")
            assert (answer.status_code, answer.text) == (200, file.read_text())
            assert answer.headers["content-security-policy"].startswith(policy)
            assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "forbidden", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://"]
)
def test_no_text_can_become_markup_and_no_asset_comes_from_elsewhere(forbidden):
    allowed = {"dom.js": {"http://"}, "index.html": {"http://"}}  # the names of the SVG namespace
    found = [file.name for file in (FRONTEND / "Page").iterdir() if forbidden in file.read_text()]
    assert [name for name in found if forbidden not in allowed.get(name, set())] == []
