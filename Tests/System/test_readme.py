"""What the README and the pages that it leads to say is so: links lead somewhere, commands exist, requests are answered."""

import contextlib
import re
import shlex
import signal
import subprocess

import httpx
import pytest

import swift_program
from conftest import running_all
from dice import ROOT, FreePorts, memory_of, run
from polling import until

FOLDERS = ("", "Sources/LoopHTTP", "Sources/Services", "Sources/Services/Telemetry", "Tests/Benchmarks")
FRONT, LIBRARY, *_ = PAGES = [ROOT / folder / "README.md" for folder in FOLDERS]
TEXT = "\n".join(page.read_text() for page in PAGES)
BLOCKS = re.findall(r"```(?:sh|bash|console|shell)\n(.*?)```", TEXT, re.DOTALL)


def commands():
    """Each line of the shell blocks, continued lines joined, without prompt and comment."""
    for block in BLOCKS:
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words:
                yield line.removeprefix("$ "), words


def calls_of_dice():
    """The words behind `dice` wherever a page calls it."""
    for _, words in commands():
        for index, word in enumerate(words):
            if word == "dice" or word.endswith("/dice"):
                yield words[index + 1 :]


def test_it_has_commands():
    assert any("swift" in words for _, words in commands())
    assert any(words[0] == "curl" for _, words in commands())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    targets = re.findall(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_within_the_page_lead_to_a_heading(page):
    text = page.read_text()
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors


def test_the_front_page_leads_to_the_others():
    assert all(f"({page.relative_to(ROOT)})" in FRONT.read_text() for page in PAGES[1:])


def test_the_front_page_is_read_in_minutes():
    assert len(FRONT.read_text().split()) < 1200


def test_named_files_exist():
    named = re.findall(r"`((?:Sources|Tests|docker|\.ci)/[\w/.+-]*)`", TEXT)
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("words", list(calls_of_dice()), ids=" ".join)
def test_a_call_of_dice_uses_flags_that_exist(words):
    text = run(*words[:1], "--help").stdout
    assert [word for word in words[1:] if word.startswith("--") and word.split("=")[0] not in text] == []


@pytest.mark.parametrize("line", [line for line, words in commands() if words[0] == "curl" and "localhost:81" in line])
def test_a_request_is_answered(stack, line):
    for default, url in (("8106", stack.die_url), ("8107", stack.roller_url), ("8108", stack.frontend_url)):
        line = line.replace(f"http://localhost:{default}", url).replace(f"localhost:{default}", url)
    result = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=30)
    assert result.returncode == 0 and result.stdout, result.stderr


def test_the_stated_memory_is_what_it_takes_at_rest(collector):
    stated = int(re.search(r"`dice all` takes (\d+) MiB", TEXT)[1])
    with running_all(collector, "--loops", 2, environment={"OTEL_EXPORTER_OTLP_ENDPOINT": ""}) as stack:
        taken = memory_of(stack.frontend.process.pid)
    assert 0.7 * stated < taken < 1.3 * stated


@contextlib.contextmanager
def example_server(page, folder, port, number=0):
    """The page's Swift program of that number, built against the library's release build, on that port."""
    program = re.findall(r"```swift\n(.*?)```", page.read_text(), re.DOTALL)[number]
    source = folder / "main.swift"
    source.write_text(program.replace("8080", str(port)))
    server = folder / "server"
    swift_program.build(source, server)
    with subprocess.Popen([server]) as process:
        try:
            yield process
        finally:
            process.kill()


def answered(url):
    """The text at the URL; empty while nobody answers."""
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(url).text
    return ""


def test_the_example_of_the_front_page_is_a_server(tmp_path):
    port = FreePorts.take()
    with example_server(FRONT, tmp_path, port):
        assert until(lambda: answered(f"http://127.0.0.1:{port}/hello/stranger")) == "Hello, stranger!\n"


def test_the_example_of_the_library_is_a_server(tmp_path):
    port = FreePorts.take()
    with example_server(LIBRARY, tmp_path, port) as process:
        url = f"http://127.0.0.1:{port}"
        assert until(lambda: answered(f"{url}/hello/stranger")) == "Hello, stranger!\n"
        assert answered(f"{url}/relay/stranger") == "Hello, stranger!\n"
        assert answered(f"{url}/ticks") == "data: 1\n\ndata: 2\n\ndata: 3\n\n"
        assert httpx.get(f"{url}/account/name").status_code == 401
        assert httpx.get(f"{url}/account/name", headers={"Authorization": "Ada"}).text == "Ada"
        # A stream that has begun goes on to its end, and the process ends by itself.
        with httpx.stream("GET", f"{url}/ticks") as stream:
            pieces = stream.iter_text()
            begun = next(pieces)
            process.send_signal(signal.SIGTERM)
            assert begun + "".join(pieces) == "data: 1\n\ndata: 2\n\ndata: 3\n\n"
        assert process.wait(timeout=20) == 0


def test_the_rest_service_of_the_library_is_one(tmp_path):
    port = FreePorts.take()
    with example_server(LIBRARY, tmp_path, port, 1) as process:
        url = f"http://127.0.0.1:{port}/items"
        assert until(lambda: answered(f"{url}/7")) == "Not Found\n"
        lamp = {"id": 7, "name": "lamp"}
        statuses = [httpx.put(f"{url}/{number}", json=lamp).status_code for number in (7, 7, 8, "x")]
        assert statuses == [201, 204, 400, 400]
        assert httpx.put(f"{url}/7", content=b'{"id":7').status_code == 400
        assert httpx.put(f"{url}/7", content=bytes(2 << 20)).status_code == 413
        assert httpx.get(f"{url}/7").json() == lamp
        assert httpx.get(f"{url}?limit=5").json() == [lamp]
        assert [httpx.get(f"{url}{query}").status_code for query in ("", "?limit=many")] == [400, 400]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0


def test_every_public_type_of_the_library_is_named():
    declared = re.compile(r"^(?:@safe )?public (?:final )?(?:struct|class|enum|actor|protocol|typealias) (\w+)", re.MULTILINE)
    types = {name for path in (ROOT / "Sources/LoopHTTP").rglob("*.swift") for name in declared.findall(path.read_text())}
    assert sorted(types - set(re.findall(r"`(\w+)`", TEXT))) == []
