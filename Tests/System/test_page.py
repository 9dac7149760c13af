"""The page in a real browser: rolling, the waterfall, what it says when something is missing, and who can use it."""

import contextlib
import secrets
import time

import httpx
import pytest
from browser import Page, start_browser, stored_spans
from dice import Dice, FreePorts
from laboratory import NOBODY, laboratory, lone_frontend
from selenium.webdriver.common.keys import Keys

MARKUP = "<img src=x onerror=\"document.title='run'\">"


@pytest.fixture(scope="module")
def lab():
    with laboratory() as stack:
        yield stack


@pytest.fixture(scope="module")
def driver():
    driver = start_browser()
    yield driver
    driver.quit()


@contextlib.contextmanager
def visit(driver, url):
    """The page at the URL; at the end nothing may have been wrong and no request may have left the machine."""
    driver.get("about:blank")
    for log in ("browser", "performance"):
        driver.get_log(log)
    page = Page(driver, url)
    page.view(1280)
    yield page
    assert page.complaints() == []
    assert [request for request in page.requests() if not request.startswith((url, "data:", "about:"))] == []


@pytest.fixture
def page(driver, lab):
    with visit(driver, lab.frontend_url) as page:
        yield page


def send(store_url, spans):
    """Sends spans of a made-up service to the store; gives their trace's id."""
    trace_id = secrets.token_hex(16)
    start = time.time_ns()
    made = [
        {
            "traceId": trace_id,
            "spanId": f"{index + 1:016x}",
            "kind": 1,
            "startTimeUnixNano": str(start + index * 1000),
            "endTimeUnixNano": str(start + 10_000_000),
        }
        | ({"parentSpanId": f"{1:016x}"} if index else {})
        | span
        for index, span in enumerate(spans)
    ]
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": MARKUP}}]}
    body = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {}, "spans": made}]}]}
    httpx.post(f"{store_url}/v1/traces", json=body).raise_for_status()
    return trace_id


def rolls_of(rows):
    return [row for row in rows if row["name"].startswith("async_roll_") and row["name"] != "async_roll_batch"]


def test_the_form_starts_with_the_dice_and_five_rolls_switched_off(page):
    page.open()
    assert page.options() == ["fair", "risky", "extreme"]
    times = page.element("times")
    assert (times.get_attribute("value"), times.get_attribute("min"), times.get_attribute("max")) == ("5", "1", "20")
    assert not times.is_enabled()
    page.element("async").click()
    assert times.is_enabled()


def test_a_single_roll_shows_its_number_and_its_trace(page, lab):
    page.open()
    page.choose("fair")
    page.roll()
    assert page.find(".total strong")[0].text in "123456"
    page.wait_for_status("Complete")
    assert {row["id"] for row in page.rows()} == set(stored_spans(lab.frontend_url, page.trace_id()))


def test_the_bars_of_a_batch_overlap_and_match_the_exported_spans(page, lab):
    page.open()
    page.roll_async("fair", 6)
    page.wait_for_status("Complete")
    rows = page.rows()
    rolls = rolls_of(rows)
    assert len(rolls) == 6
    assert max(row["left"] for row in rolls) < min(row["right"] for row in rolls)

    spans = stored_spans(lab.frontend_url, page.trace_id())
    assert {row["id"]: row["name"] for row in rows} == {key: span[0] for key, span in spans.items()}
    begin = min(span[1] for span in spans.values())
    extent = (max(span[2] for span in spans.values()) - begin) * 1.005
    for row in rows:
        _, start, end, _ = spans[row["id"]]
        assert row["left"] == pytest.approx((start - begin) / extent, abs=2 * row["pixel"])
        assert row["right"] == pytest.approx((end - begin) / extent, abs=2 * row["pixel"])


def test_a_batch_says_what_the_overlap_saved(page):
    page.open()
    page.roll_async("fair", 8)
    page.wait_for_status("Complete")
    summary = page.text("trace-summary")
    assert "8 rolls in the time of the slowest" in summary
    assert "× faster" in summary
    assert sum("slowest" in row["text"] for row in page.rows()) == 1


def test_a_failed_batch_shows_its_reason_and_marks_the_rolls(page):
    page.open()
    page.roll_async("extreme", 20)
    assert "Async roll batch failed: Die 'extreme' failed on roll" in page.text("result")
    page.wait_for_status("Complete")
    rolls = rolls_of(page.rows())
    failed = [row for row in rolls if "✕ failed" in row["text"]]
    cancelled = [row for row in rolls if "cancelled" in row["text"]]
    assert failed and cancelled
    assert all("failed" in row["kind"] for row in failed)
    assert all(row["hatched"] for row in cancelled)
    assert "failed after" in page.text("trace-summary")
    assert not page.shown("comparison")


def test_an_unknown_die_of_the_address_is_rolled_and_shown_as_text(page):
    page.open(die=MARKUP)
    page.roll()
    assert f"Die '{MARKUP}' not found" in page.text("result")
    page.wait_for_status("Complete")
    assert page.driver.title == "Dice, traced"
    assert page.find("img") == []


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        (0, "times: Input should be greater than or equal to 1"),
        (21, "times: Input should be less than or equal to 20"),
        ("", "times: Input should be a valid integer, unable to parse string as an integer"),
    ],
)
def test_a_number_of_rolls_out_of_range_is_marked_and_answered(page, times, reason):
    page.open(die="fair", times=times)
    if times != "":
        assert page.element("times").get_attribute("aria-invalid") == "true"
    page.roll()
    assert reason in page.text("result")


def test_span_names_and_services_are_text(page, lab):
    attribute = {"key": MARKUP, "value": {"stringValue": MARKUP}}
    trace_id = send(lab.store_url, [{"name": MARKUP, "attributes": [attribute]}, {"name": "child"}])
    page.open(trace=trace_id)
    page.wait_for_status("Complete")
    page.find("[data-span]")[0].click()
    assert page.find(".details")[0].text.count(MARKUP) >= 3
    assert page.find("img") == []
    assert page.driver.title == "Dice, traced"


def test_a_trace_of_200_spans_is_drawn_in_well_under_a_second(page, lab):
    trace_id = send(lab.store_url, [{"name": f"span {index}"} for index in range(200)])
    page.open()
    milliseconds = page.run(
        """
        const { parseTrace } = await import("./trace-model.js");
        const { Waterfall } = await import("./waterfall.js");
        const body = await (await fetch(`traces/${given[0]}`)).json();
        const container = document.querySelector("main").appendChild(document.createElement("div"));
        const begin = performance.now();
        new Waterfall(container).show(given[0], parseTrace(body));
        container.getBoundingClientRect();
        return performance.now() - begin;
        """,
        trace_id,
    )
    assert milliseconds < 700


def test_the_roller_away_is_said(driver):
    with lone_frontend() as url, visit(driver, url) as page:
        page.open(die="fair")
        page.roll()
        assert "Error 503" in page.text("result")
        assert f"Could not connect to backend at {NOBODY}" in page.text("result")


def test_the_die_service_away_is_said_and_asked_again(driver):
    port = FreePorts.take()
    with lone_frontend(DIE_SERVICE_URL=f"http://127.0.0.1:{port}") as url, visit(driver, url) as page:
        page.open()
        assert page.text("die-problem-text").startswith("The list of dice is not there: ")
        assert not page.element("roll").is_enabled()
        with contextlib.closing(Dice("die-service", "--port", port)) as dice:
            dice.wait_until_ready(f"http://127.0.0.1:{port}")
            page.element("die-retry").click()
            page.wait(lambda: page.options() == ["fair", "risky", "extreme"])
        assert not page.shown("die-problem")
        assert page.element("roll").is_enabled()


def test_the_store_away_is_said_and_the_roll_still_works(driver):
    away = {"OTEL_EXPORTER_OTLP_ENDPOINT": NOBODY, "TRACE_QUERY_URL": NOBODY}
    with laboratory(**away) as stack, visit(driver, stack.frontend_url) as page:
        page.open()
        page.roll_async("fair", 3)
        assert len(page.find(".dice li")) == 3
        page.wait_for_status("No trace: ")
        assert page.shown("trace-retry")


def test_a_late_trace_is_waited_for(driver):
    with (
        laboratory(OTEL_BSP_SCHEDULE_DELAY="3000", ROLL_MAX_DELAY_MS="0") as stack,
        visit(driver, stack.frontend_url) as page,
    ):
        page.open()
        page.roll_async("fair", 4)
        page.wait_for_status("Complete")
        assert sum(request.endswith(f"/traces/{page.trace_id()}") for request in page.requests()) > 1
        assert len(rolls_of(page.rows())) == 4


def test_a_trace_whose_parent_never_comes_is_shown_as_incomplete(page, lab):
    trace_id = secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}
    httpx.get(f"{lab.frontend_url}/roll", params={"die": "fair"}, headers=headers).raise_for_status()
    page.open(trace=trace_id)
    page.wait_for_status("not complete after 15 s: a parent span not there", timeout=25)
    assert page.rows()


def test_a_trace_that_nobody_knows_is_not_available(page):
    page.open(trace=secrets.token_hex(16))
    page.wait_for_status("not available: nothing of it arrived within 15 s", timeout=25)
    assert page.shown("trace-retry")


def test_the_waterfall_is_worked_with_the_keyboard(page):
    page.open()
    page.roll_async("fair", 2)
    page.wait_for_status("Complete")
    rows = page.rows()
    page.driver.execute_script("document.querySelector('#waterfall [tabindex=\"0\"]').focus()")
    assert page.focused() == rows[0]["id"]
    page.press(Keys.ARROW_DOWN)
    assert page.focused() == rows[1]["id"]
    page.press(Keys.END)
    assert page.focused() == rows[-1]["id"]
    page.press(Keys.ENTER)
    assert page.driver.switch_to.active_element.get_attribute("data-details") == rows[-1]["id"]
    page.press(Keys.ESCAPE)
    assert page.focused() == rows[-1]["id"]
    page.press(Keys.HOME, Keys.ARROW_LEFT)
    assert [row["id"] for row in page.rows()] == [rows[0]["id"]]
    page.press(Keys.ARROW_RIGHT)
    assert page.rows() == rows
    page.press(Keys.END, "z")
    assert page.rows()[-1]["right"] - page.rows()[-1]["left"] > 0.9
    page.press(Keys.ESCAPE)
    assert page.rows() == rows


def test_the_same_rolls_one_after_another_are_drawn_beside_the_batch(page):
    page.open()
    page.roll_async("fair", 5)
    page.wait_for_status("Complete")
    page.element("comparison-run").click()
    page.wait(lambda: page.find("#comparison .factor"))
    boxes = page.driver.execute_script(
        """return [...document.querySelectorAll("#comparison .stairs")].map((figure) =>
             [...figure.querySelectorAll(".shape")].map((bar) => bar.getBoundingClientRect())
                 .map(({ left, right }) => [left, right]))"""
    )
    batch, sequence = boxes
    assert len(batch) == len(sequence) == 5
    assert max(left for left, _ in batch) < min(right for _, right in batch)
    assert all(before[1] <= after[0] + 1 for before, after in zip(sequence, sequence[1:]))
    assert "×" in page.find("#comparison .factor")[0].text


def test_a_trace_links_to_the_other_backend_where_there_is_one(driver, lab):
    template = "https://grafana.example/explore?trace={trace_id}"
    with laboratory(TRACE_LINK_TEMPLATE=template) as stack, visit(driver, stack.frontend_url) as page:
        page.open()
        page.roll()
        link = page.element("trace-elsewhere")
        assert link.get_attribute("href") == template.replace("{trace_id}", page.trace_id())
    with visit(driver, lab.frontend_url) as page:
        page.open()
        page.roll()
        assert not page.shown("trace-elsewhere")


def test_recent_traces_survive_a_reload_and_open_again(page):
    page.open()
    page.roll_async("fair", 2)
    page.wait_for_status("Complete")
    trace_id = page.trace_id()
    page.open()
    page.wait(lambda: page.find(f"#recent [data-trace='{trace_id}']"))[0].click()
    page.wait_for_status("Complete")
    assert page.text("trace-link") == trace_id
    assert page.find("#result .hint"), "the trace opened in place, the form stayed as it was"
    page.driver.back()
    page.wait(lambda: not page.shown("trace"))


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_serious_accessibility_fault_and_no_sideways_scrolling(page, width, dark):
    page.view(width, dark)
    page.open()
    page.roll_async("extreme", 12)
    page.wait_for_status("Complete")
    page.find("[data-span]")[-1].click()
    assert page.accessibility_faults() == []
    assert page.driver.execute_script("return document.documentElement.scrollWidth") <= width
