"""The files of the page: the program carries all of them, and nothing in them opens a door."""

import httpx
import pytest
from laboratory import lone_frontend

from dice import ROOT

PAGE = ROOT / "Sources/Services/Frontend/Page"


def test_every_file_of_the_folder_is_served_as_it_is():
    policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    with lone_frontend() as url:
        for file in PAGE.iterdir():
            answer = httpx.get(f"{url}/{'' if file.name == 'index.html' else file.name}")
            assert (answer.status_code, answer.text) == (200, file.read_text()), f"{file.name}: listed in PageRoutes?"
            assert answer.headers["content-security-policy"].startswith(policy)
            assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "forbidden", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://", "https://"]
)
def test_no_text_can_become_markup_and_no_asset_comes_from_elsewhere(forbidden):
    allowed = {"dom.js": {"http://"}, "index.html": {"http://"}}  # the names of the SVG namespace
    found = [file.name for file in PAGE.iterdir() if forbidden in file.read_text()]
    assert [name for name in found if forbidden not in allowed.get(name, set())] == []
