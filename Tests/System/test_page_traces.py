"""Traces on the page that were not rolled there: of other services, of another backend, and those of before."""

import base64
import contextlib
import json
import time

import httpx
import pytest
from browser import visit
from laboratory import MARKUP, laboratory, lone_frontend, send
from scripted_server import Reply, ScriptedServer


def test_span_names_and_services_are_text(page, lab):
    attribute = {"key": MARKUP, "value": {"stringValue": MARKUP}}
    trace_id = send(lab.store_url, [{"name": MARKUP, "attributes": [attribute]}, {"name": "child"}])
    page.open(trace=trace_id)
    page.wait_for_status("Complete")
    page.find("[data-span]")[0].click()
    assert page.find(".details")[0].text.count(MARKUP) >= 3
    assert page.find("img") == []
    assert page.driver.title == "Dice, traced"


def test_a_trace_is_read_as_tempo_writes_it(driver):
    def span(number, parent, name, kind, **fields):
        identifier = base64.b64encode(number.to_bytes(8, "big")).decode()
        times = {"startTimeUnixNano": str(10**18 + number), "endTimeUnixNano": str(10**18 + 5_000_000 - number)}
        parents = {"parentSpanId": base64.b64encode(parent.to_bytes(8, "big")).decode()} if parent else {}
        return {"spanId": identifier, "name": name, "kind": f"SPAN_KIND_{kind}"} | times | parents | fields

    spans = [span(1, 0, "GET /", "SERVER"), span(2, 1, "query", "CLIENT", status={"code": "STATUS_CODE_ERROR"})]
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    body = json.dumps({"batches": [{"resource": resource, "scopeSpans": [{"scope": {}, "spans": spans}]}]})
    with contextlib.closing(ScriptedServer(Reply(200, body.encode()))) as tempo:
        with lone_frontend(TRACE_QUERY_URL=tempo.url) as url, visit(driver, url) as page:
            page.open(trace="ab" * 16)
            page.wait_for_status("Complete")
            assert [(row["name"], row["level"]) for row in page.rows()] == [("GET /", 1), ("query", 2)]
            assert "✕ failed" in page.rows()[1]["text"]
            assert "CLIENT" in page.rows()[1]["kind"]


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


def test_recent_traces_of_others_have_their_spans_and_failures(page, lab):
    failed = send(lab.store_url, [{"name": "buy"}, {"name": "pay", "status": {"code": 2}}])
    fine = send(lab.store_url, [{"name": "look"}])
    page.open()
    texts = {
        identifier: page.wait(lambda: page.find(f"#recent li:has([data-trace='{identifier}'])"))[0].text
        for identifier in (failed, fine)
    }
    assert f"{MARKUP} buy" in texts[failed] and "2 spans" in texts[failed] and "✕ failed" in texts[failed]
    assert f"{MARKUP} look" in texts[fine] and "1 span" in texts[fine] and "failed" not in texts[fine]


def test_recent_traces_can_be_only_those_that_failed_or_were_slow(page, lab):
    start = time.time_ns()
    times = {"startTimeUnixNano": str(start), "endTimeUnixNano": str(start + 3_000_000_000)}
    traces = {
        "failed": send(lab.store_url, [{"name": "pay", "status": {"code": 2}}]),
        "slow": send(lab.store_url, [{"name": "look"} | times]),
    }
    page.open()
    page.roll()
    page.wait_for_status("Complete")
    own = page.trace_id()
    for only, other in (("failed", "slow"), ("slow", "failed")):
        page.choose(only, "recent-only")
        page.wait(lambda: page.find(f"#recent [data-trace='{traces[only]}']"))
        assert page.find(f"#recent [data-trace='{traces[other]}'], #recent [data-trace='{own}']") == []
    later = send(lab.store_url, [{"name": "look again"} | times])
    page.find("#recent-refresh")[0].click()
    page.wait(lambda: page.find(f"#recent [data-trace='{later}']"))
    page.choose("", "recent-only")
    page.wait(lambda: page.find(f"#recent [data-trace='{own}']"))


@pytest.mark.parametrize("width", [1280, 1600])
def test_a_number_of_spans_stays_on_its_line(page, lab, width):
    many = send(lab.store_url, [{"name": f"span {index}"} for index in range(201)])
    few = send(lab.store_url, [{"name": "span"}])
    page.view(width)
    page.open()
    heights = [
        page.wait(lambda: page.find(f"#recent li:has([data-trace='{trace}']) .recent-spans"))[0].size["height"]
        for trace in (many, few)
    ]
    assert heights[0] == heights[1]


def test_looking_at_traces_leaves_none(page, lab):
    page.open()
    page.roll_async("fair", 2)
    page.wait_for_status("Complete")
    # The next roll's trace is complete: so has everything left that came before it.
    page.roll()
    page.wait_for_status("Complete")
    found = httpx.get(f"{lab.store_url}/api/search", params={"limit": 1000, "q": '{rootServiceName="frontend"}'}).json()
    assert {trace["rootTraceName"] for trace in found["traces"]} <= {
        "GET /",
        "GET /dice",
        "GET /roll",
        "GET /roll-async",
    }
    names = {link.text for link in page.find("#recent .recent-name")}
    assert any("GET /roll-async" in name for name in names)
    assert not any("GET /dice" in name for name in names)
