"""The page when something is away, slow or late: it says what, and the rest goes on working."""

import contextlib
import secrets
import time

import httpx
import pytest
from browser import visit
from selenium.webdriver.common.keys import Keys
from dice import Dice, FreePorts
from laboratory import NOBODY, laboratory, lone_frontend, send
from scripted_server import Fault, Reply, ScriptedServer


def test_the_roller_away_is_said(driver):
    with lone_frontend() as url, visit(driver, url) as page:
        page.open(die="fair")
        page.roll()
        assert "Error 503" in page.text("result")
        assert f"Could not connect to backend at {NOBODY}" in page.text("result")


def test_a_script_that_does_not_arrive_is_said_and_the_page_loads_again(page):
    page.block("*/waterfall.js")
    page.driver.get(page.url)
    page.wait(lambda: page.shown("page-problem"))
    page.block()
    page.find("#page-problem a")[0].click()
    page.wait(page.options)
    assert page.find("#page-problem") == []


def test_the_die_service_away_is_said_and_asked_again(driver):
    port = FreePorts.take()
    with lone_frontend(DIE_SERVICE_URL=f"http://127.0.0.1:{port}") as url, visit(driver, url) as page:
        page.open()
        assert page.text("die-problem-text").startswith("The list of dice is not there: ")
        assert not page.element("roll").is_enabled()
        with contextlib.closing(Dice("die-service", "--port", port)) as dice:
            dice.wait_until_ready(f"http://127.0.0.1:{port}")
            page.focus("die-retry")
            page.press(Keys.ENTER)
            page.wait(lambda: page.options() == ["fair", "risky", "extreme"])
            assert page.focused_element() == "die", "the focus is not lost with the button"
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


def test_no_store_is_said_with_what_names_one(driver):
    with lone_frontend(TRACE_QUERY_URL="") as url, visit(driver, url) as page:
        page.open(trace="ab" * 16)
        page.wait_for_status("TRACE_QUERY_URL")
        page.wait(lambda: page.shown("recent-status"))
        assert "TRACE_QUERY_URL" in page.text("recent-status") and page.text("recent") == ""


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Fault.HANG, "The trace store gave no answer in time"),
        (Fault.CUT, "The trace store cannot be reached"),
        (Fault.NONSENSE, "The trace store gave an answer that makes no sense"),
        (Reply(500, b"oops"), "The trace store answered with status 500"),
        (Reply(200, bytes(5 << 20)), "The trace store's answer has more than 4 MiB"),
    ],
    ids=["hangs", "cuts", "talks nonsense", "fails", "answers too much"],
)
def test_a_store_that_does_not_answer_well_is_said_and_holds_nothing_up(driver, answer, said):
    with contextlib.closing(ScriptedServer(answer)) as store, laboratory(TRACE_QUERY_URL=store.url) as stack:
        with visit(driver, stack.frontend_url) as page:
            page.open()
            page.roll_async("fair", 3)
            assert len(page.find(".dice li")) == 3
            page.wait_for_status(said)
            assert page.shown("trace-retry")
            page.wait(lambda: said in page.text("recent-status"))
            page.roll()
            assert len(page.find(".dice li")) == 3


def test_a_list_of_traces_that_makes_no_sense_breaks_nothing(driver):
    traces = b'{"traces":[{"traceID":7,"startTimeUnixNano":"soon","durationMs":null,"serviceStats":{"a":{}}},{}]}'
    with contextlib.closing(ScriptedServer(Reply(200, traces))) as store:
        with lone_frontend(TRACE_QUERY_URL=store.url) as url, visit(driver, url) as page:
            page.open()
            page.run("sessionStorage.setItem('recent-traces', '[{},null,{\"id\":\"x\"}]')")
            page.open()
            page.wait(lambda: len(page.find("#recent li")) == 2)


def test_an_id_without_its_zeros_is_made_whole(driver):
    """Grafana Tempo's search leaves leading zeros out."""
    with contextlib.closing(ScriptedServer(Reply(200, b'{"traces":[{"traceID":"ab","durationMs":1}]}'))) as store:
        with lone_frontend(TRACE_QUERY_URL=store.url) as url, visit(driver, url) as page:
            page.open()
            page.wait(lambda: page.find(f"#recent [data-trace='{'ab':0>32}']"))


def test_a_store_that_answers_no_trace_is_said(driver):
    with contextlib.closing(ScriptedServer(Reply(200, b'{"batches":[{"scopeSpans":7}]}'))) as store:
        with lone_frontend(TRACE_QUERY_URL=store.url) as url, visit(driver, url) as page:
            page.open(trace=secrets.token_hex(16))
            page.wait_for_status("not available", timeout=25)


def test_a_late_trace_is_waited_for(page, lab):
    trace_id = secrets.token_hex(16)
    page.open(trace=trace_id)
    page.wait(lambda: sum(request.endswith(f"/traces/{trace_id}") for request in page.requests()) > 2)
    assert page.text("trace-status") == "Waiting for the trace…"
    send(lab.store_url, [{"name": "late"}], trace_id)
    page.wait_for_status("Complete")
    assert [row["name"] for row in page.rows()] == ["late"]


def test_a_trace_whose_parent_never_comes_is_shown_without_it(page, lab):
    trace_id = secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}
    httpx.get(f"{lab.frontend_url}/roll", params={"die": "fair"}, headers=headers).raise_for_status()
    page.open(trace=trace_id)
    page.wait_for_status("Waiting for the rest of the trace (a parent span not there)")
    page.wait_for_status("Shown is what the store has", timeout=25)
    assert "a parent is not in this store" in page.text("trace-status")
    assert page.rows()


def ended_before(seconds, **fields):
    """A span that ended so long ago."""
    end = time.time_ns() - seconds * 10**9
    return {"startTimeUnixNano": str(end - 10**7), "endTimeUnixNano": str(end)} | fields


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [
        (
            {"kind": 3, "attributes": [{"key": "http.response.status_code", "value": {"intValue": "200"}}]},
            "a called service is not traced",
        ),
        ({"parentSpanId": "f" * 16}, "a parent is not in this store"),
    ],
    ids=["call", "parent"],
)
def test_nothing_more_is_awaited_of_a_trace_that_ended_long_ago(page, lab, fields, lacks):
    page.open(trace=send(lab.store_url, [ended_before(60, **fields)]))
    page.wait_for_status(f"10.0 ms: {lacks}.", timeout=4)
    assert "Shown is what the store has, 1 span of 1 service" in page.text("trace-status")
    assert page.shown("trace-retry")


def test_a_browser_whose_clock_is_ahead_waits_all_the_same(page, lab):
    ahead = "const now = Date.now; Date.now = () => now() + 3_600_000;"
    script = page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": ahead})
    try:
        page.open(trace=send(lab.store_url, [{"parentSpanId": "f" * 16}]))
        page.wait_for_status("Waiting for the rest of the trace")
    finally:
        page.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def test_a_trace_that_is_not_sampled_is_not_awaited(driver):
    with laboratory(OTEL_TRACES_SAMPLER="always_off") as stack, visit(driver, stack.frontend_url) as page:
        page.open(trace="e" * 32)
        page.roll()
        assert page.text("trace-status") == "The trace was not sampled: no span of it was recorded."
        assert page.find("#result .mono")[0].tag_name == "span"
        assert not page.shown("trace-link") and not page.shown("trace-retry")
        assert "trace=" not in page.driver.current_url


def test_trying_again_keeps_the_focus_and_then_gives_it_to_the_trace(page, lab):
    child = ended_before(60, spanId="2" * 16, parentSpanId="1" * 16)
    trace_id = send(lab.store_url, [child])
    page.open(trace=trace_id)
    page.wait_for_status("a parent is not in this store")
    page.focus("trace-retry")
    page.press(Keys.ENTER)
    page.wait_for_status("a parent is not in this store")
    assert page.focused_element() == "trace-retry"
    send(lab.store_url, [ended_before(60, spanId="1" * 16)], trace_id)
    page.press(Keys.ENTER)
    page.wait_for_status("Complete")
    assert page.focused_element() == "trace-heading"
    assert not page.shown("trace-retry")


def test_a_roll_without_an_answer_leaves_no_older_trace_in_the_address(page, lab):
    page.open(trace=send(lab.store_url, [{"name": "before"}]))
    page.wait_for_status("Complete")
    page.block("*/roll?*")
    page.roll()
    page.block()
    assert "No answer" in page.text("result")
    assert "trace=" not in page.driver.current_url
    assert not page.shown("trace")
    page.driver.back()
    page.wait_for_status("Complete")


def test_a_parent_that_comes_late_takes_its_place_at_the_top(page, lab):
    child = {"spanId": "2" * 16, "parentSpanId": "1" * 16, "name": "child"}
    trace_id = send(lab.store_url, [child])
    page.open(trace=trace_id)
    page.wait(lambda: page.rows())
    assert "Waiting for the rest of the trace (a parent span not there)" in page.text("trace-status")
    send(lab.store_url, [{"spanId": "1" * 16, "name": "parent"}], trace_id)
    page.wait_for_status("Complete")
    assert [(row["name"], row["level"]) for row in page.rows()] == [("parent", 1), ("child", 2)]
    assert page.find("#waterfall [tabindex='0']")[0].get_attribute("data-span") == "1" * 16


def test_a_trace_that_nobody_knows_is_not_available(page):
    page.open(trace=secrets.token_hex(16))
    page.wait_for_status("not available: nothing of it arrived within 15 s", timeout=25)
    assert page.shown("trace-retry")
