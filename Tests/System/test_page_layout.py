"""The page at the widths of a phone, a tablet and a screen: what is read first comes first, and nothing covers a text."""

import time

import pytest
from selenium.webdriver.common.action_chains import ActionChains

from laboratory import send

WIDTHS = [320, 390, 660, 768, 1280]
PLACES = """
return ["die", "async", "times", "roll"].map((id) => {
  const { left, right, top, bottom } = document.getElementById(id).getBoundingClientRect();
  return { left, right, top, bottom };
});
"""
# How much of each span's name is cut off, in pixels.
HIDDEN = """
const right = (element) => element.getBoundingClientRect().right;
return [...document.querySelectorAll("#waterfall .operation")].map((each) => right(each) - right(each.parentElement));
"""
# What the eye meets at a point of the line, from the nearest on; the line itself lets the pointer through.
AT_THE_LINE = """
const [line, details] = [".cursor", ".details"].map((each) => document.querySelector(each));
details.scrollIntoView({ block: "center" });
line.style.pointerEvents = "auto";
const { left } = line.getBoundingClientRect();
const { top, height } = details.getBoundingClientRect();
const met = document.elementsFromPoint(left, top + height / 2);
return [line, details].map((each) => met.indexOf(each));
"""
MARKS = """
const axis = document.querySelector("#waterfall .axis");
const { right } = axis.getBoundingClientRect();
return [...axis.querySelectorAll("text")].map((each) => each.getBoundingClientRect().right - right);
"""


@pytest.mark.parametrize("width", WIDTHS)
def test_the_fields_have_the_focus_in_the_order_in_which_they_are_read(page, width):
    page.view(width)
    page.open()
    for before, after in zip(places := page.driver.execute_script(PLACES), places[1:]):
        is_beside = after["left"] >= before["right"] and after["bottom"] > before["top"]
        assert is_beside or after["top"] >= before["bottom"]


@pytest.mark.parametrize("width", [768, 1280])
def test_the_form_is_one_line_where_there_is_room(page, width):
    page.view(width)
    page.open()
    *_, times, roll = page.driver.execute_script(PLACES)
    assert roll["left"] > times["right"]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_name_of_a_span_is_read_to_its_end(page, width):
    page.view(width)
    page.open()
    page.roll_async("fair", 5)
    page.wait_for_status("Complete")
    hidden = page.driver.execute_script(HIDDEN)
    assert len(hidden) == 11 and max(hidden) < 1


@pytest.mark.parametrize("width", WIDTHS)
def test_the_last_time_of_the_axis_is_read_to_its_end(page, lab, width):
    page.view(width)
    start = time.time_ns()
    span = {"startTimeUnixNano": str(start), "endTimeUnixNano": str(start + 930_000_000)}
    page.open(trace=send(lab.store_url, [span]))
    page.wait_for_status("Complete")
    beyond = page.driver.execute_script(MARKS)
    assert len(beyond) >= 4 and max(beyond) <= 0


def test_the_line_under_the_pointer_crosses_out_no_detail(page):
    page.open()
    page.roll_async("fair", 2)
    page.wait_for_status("Complete")
    row = page.find("#waterfall [data-span]")[-1]
    ActionChains(page.driver).click(row).perform()
    page.wait(lambda: page.find(".details"))
    line, details = page.driver.execute_script(AT_THE_LINE)
    assert 0 <= details < line


def test_a_drawing_is_read_out_as_its_caption(page):
    page.open()
    captions = [figure.text for figure in page.find("#primer figcaption")]
    labels = [drawing.accessible_name.replace("\N{NO-BREAK SPACE}", " ") for drawing in page.find("#primer .stairs")]
    assert captions == labels and len(labels) == 2
