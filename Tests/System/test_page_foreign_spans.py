"""What the page makes of spans such as other services send: stack traces, links, large numbers, deep and wide trees."""

import secrets

import pytest
from laboratory import MARKUP, send

STACK = "Traceback:\n  File 'shop.py', line 7\n    pay()\nValueError: no money"


def attribute(key, **value):
    return {"key": key, "value": value}


def open_details(page, trace_id):
    """Opens the trace and the details of its first span."""
    page.open(trace=trace_id)
    page.wait_for_status("Complete")
    page.find("[data-span]")[0].click()
    return page.find(".details")[0]


def chain(count):
    """Spans of which each is the child of the one before."""
    return [
        {
            "spanId": f"{index + 1:016x}",
            "parentSpanId": f"{index:016x}" if index else "",
            "name": "a level with a name of some length",
        }
        for index in range(count)
    ]


def test_the_lines_of_a_stack_trace_stay_lines(page, lab):
    event = {"name": "exception", "attributes": [attribute("exception.stacktrace", stringValue=STACK)]}
    details = open_details(page, send(lab.store_url, [{"events": [event]}]))
    assert STACK in details.text


def test_integers_of_64_bits_are_shown_to_the_last_digit(page, lab):
    numbers = ["9223372036854775807", "-9007199254740993", "9007199254740991"]
    attributes = [attribute(f"number.{index}", intValue=number) for index, number in enumerate(numbers)]
    attributes.append(attribute("list", arrayValue={"values": [{"intValue": numbers[0]}, {"intValue": "2"}]}))
    details = open_details(page, send(lab.store_url, [{"attributes": attributes}]))
    assert set(numbers) | {f"[{numbers[0]}, 2]"} <= set(details.text.splitlines())


def test_a_call_whose_service_left_no_span_says_where_it_went(page, lab):
    address = [attribute("server.address", stringValue="shop.example"), attribute("server.port", intValue="8443")]
    page.open(trace=send(lab.store_url, [{"name": "GET", "kind": 3, "attributes": address}]))
    page.wait_for_status("Complete")
    assert page.find("[data-span] .service")[0].text == f"{MARKUP} → shop.example:8443"


def test_a_link_opens_the_trace_that_it_names(page, lab):
    cause = send(lab.store_url, [{"name": "cause"}])
    link = {"traceId": cause, "spanId": f"{1:016x}", "attributes": [attribute("link.reason", stringValue=MARKUP)]}
    details = open_details(page, send(lab.store_url, [{"name": "effect", "links": [link]}]))
    assert MARKUP in details.text
    details.find_element("css selector", f"a[data-trace='{cause}']").click()
    page.wait(lambda: [row["name"] for row in page.rows()] == ["cause"])
    assert cause in page.driver.current_url


def test_the_instrumentation_of_a_span_is_shown_with_its_version(page, lab):
    scope = {"name": "shop.tracing", "version": "1.2.3", "attributes": [attribute("scope.flavour", stringValue="mild")]}
    details = open_details(page, send(lab.store_url, [{}], scope=scope))
    assert {"shop.tracing", "1.2.3", "scope.flavour", "mild"} <= set(details.text.splitlines())


@pytest.mark.parametrize("width", [1280, 360])
def test_depth_and_long_names_break_no_page(page, lab, width):
    spans = chain(201)
    spans[0]["name"] = "GET /" + "very-long-route" * 20
    page.view(width)
    page.open(trace=send(lab.store_url, spans))
    page.wait_for_status("Complete")
    assert page.driver.execute_script("return document.documentElement.scrollWidth") <= width
    narrowest = page.driver.execute_script(
        """return Math.min(...[...document.querySelectorAll("#waterfall .title")].map((each) => each.clientWidth))"""
    )
    assert narrowest > 80


def test_a_click_in_a_trace_of_thousands_of_spans_draws_a_few_rows(page, lab):
    trace_id = secrets.token_hex(16)
    send(lab.store_url, [{"name": f"span {index}"} for index in range(3000)], trace_id)
    page.open(trace=trace_id)
    page.wait_for_status("Complete")
    drawn = """
        const rows = () => [...document.querySelectorAll("#waterfall [data-span]")];
        const before = new Set(rows());
        rows()[1500].querySelector(given[0]).click();
        rows()[0].querySelector(given[0]).click();
        return [rows().length, rows().filter((row) => !before.has(row)).length];
    """
    assert page.run(drawn, ".title") == [3000, 2]
    assert page.run(drawn.replace("1500", "0"), ".twist") == [3000, 1]


def test_rows_that_were_hidden_come_back_as_they_were(page, lab):
    page.open(trace=send(lab.store_url, chain(4)))
    page.wait_for_status("Complete")
    before = [row["id"] for row in page.rows()]
    page.find("[data-span]")[3].click()
    page.find("[data-span] .twist")[1].click()
    assert [row["id"] for row in page.rows()] == before[:2]
    assert page.find(".details") == []
    assert page.find("[data-span]")[1].get_attribute("aria-expanded") == "false"
    page.find("[data-span] .twist")[0].click()
    assert [row["id"] for row in page.rows()] == before[:1]
    page.find("[data-span] .twist")[0].click()
    assert [row["id"] for row in page.rows()] == before[:2]
    page.find("[data-span] .twist")[1].click()
    assert [row["id"] for row in page.rows()] == before
    assert len(page.find(".details")) == 1
    assert len(page.find("#waterfall [tabindex='0']")) == 1
    page.find("[data-span]")[0].click()
    assert [details.get_attribute("data-details") for details in page.find(".details")] == [before[0]]
