"""The files of the page: the program carries all of them, and nothing in them opens a door."""

import re

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


def test_the_page_preloads_every_module_that_its_script_comes_to():
    reached, waiting = set(), {"main.js"}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= set(re.findall(r'from "\./([^"]+)"', (PAGE / name).read_text())) - reached
    preloaded = re.findall(r'<link rel="modulepreload" href="([^"]+)">', (PAGE / "index.html").read_text())
    assert preloaded == sorted(reached - {"main.js"})


def test_every_file_is_asked_for_once(page):
    page.open()
    files = [request for request in page.requests() if re.search(r"\.(js|css)$", request)]
    assert sorted(files) == sorted(f"{page.url}/{file.name}" for file in PAGE.iterdir() if file.name != "index.html")


@pytest.fixture(scope="module")
def script():
    """The address of one of the files."""
    with lone_frontend() as url:
        yield f"{url}/waterfall.js"


def test_a_file_is_not_sent_to_a_client_that_has_it(script):
    first = httpx.get(script)
    tag = first.headers["etag"]
    assert tag == httpx.get(script, headers={"accept-encoding": "identity"}).headers["etag"]
    for known in (tag, tag.removeprefix("W/"), f'"other" , {tag}', "*"):
        answer = httpx.get(script, headers={"if-none-match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
        assert {"cache-control", "vary", "content-security-policy"} <= answer.headers.keys()
    for unknown in ('"other"', tag[:-2] + '"', tag.strip('W/"')):
        assert httpx.get(script, headers={"if-none-match": unknown}).text == first.text
    assert httpx.get(script.replace("waterfall", "dom")).headers["etag"] != tag


@pytest.mark.parametrize(("accepted", "coding"), [("gzip, br", "gzip"), ("br, gzip;q=0", None), ("identity", None)])
def test_a_file_is_compressed_for_a_client_that_takes_it(script, accepted, coding):
    whole = (PAGE / "waterfall.js").read_bytes()
    answer = httpx.get(script, headers={"accept-encoding": accepted})
    assert (answer.headers.get("content-encoding"), answer.content) == (coding, whole)
    assert (int(answer.headers["content-length"]) < len(whole) / 2) == (coding == "gzip")
    assert answer.headers["vary"] == "Accept-Encoding"
