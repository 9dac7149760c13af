"""The page in a real browser: rolling, the waterfall, what it says when something is missing, and who can use it."""

import contextlib
import json
import re
import secrets

import httpx
import pytest
from browser import stored_spans, visit
from dice import Dice
from laboratory import MARKUP, laboratory, send
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys


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
    rolls = page.rolls()
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
    assert {"Sum of the rolls", "Batch"} <= set(summary.splitlines())
    assert sum("slowest" in row["text"] for row in page.rows()) == 1


def test_the_sum_of_the_rolls_is_drawn_to_the_scale_of_their_batch(page, lab):
    page.open()
    page.roll_async("fair", 4)
    page.wait_for_status("Complete")
    spans = stored_spans(lab.frontend_url, page.trace_id()).values()
    rolls = [end - start for name, start, end, _ in spans if name in {f"async_roll_{index}" for index in range(4)}]
    batch = next(end - start for name, start, end, _ in spans if name == "async_roll_batch")
    widths = page.driver.execute_script(
        """return [...document.querySelectorAll(".ledger svg")].map((lane) =>
             [...lane.querySelectorAll(".shape")].map((bar) => bar.getBoundingClientRect().width / lane.clientWidth))"""
    )
    assert sorted(widths[0]) == pytest.approx(sorted(roll / sum(rolls) for roll in rolls), abs=0.01)
    assert widths[1] == pytest.approx([batch / sum(rolls)], abs=0.01)


def test_batches_of_one_trace_are_set_against_their_own_rolls(page, lab):
    trace_id = secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace_id}-{'1' * 16}-01"}
    for times in (2, 3, 4):
        query = {"die": "fair", "times": times}
        httpx.get(f"{lab.frontend_url}/roll-async", params=query, headers=headers).raise_for_status()
    send(lab.store_url, [{"spanId": "1" * 16, "name": "three requests"}], trace_id)
    page.open(trace=trace_id)
    page.wait_for_status("Complete")
    summary = page.text("trace-summary")
    assert "9 rolls in 3 batches, each in the time of its slowest roll." in summary
    assert "Sum of the 3 batches" in summary
    spans = stored_spans(lab.frontend_url, trace_id).values()
    rolls = sum(end - start for name, start, end, _ in spans if re.fullmatch(r"async_roll_\d+", name))
    batches = sum(end - start for name, start, end, _ in spans if name == "async_roll_batch")
    assert float(summary.split("×")[0]) == pytest.approx(rolls / batches, abs=0.01)
    assert sum("slowest" in row["text"] for row in page.rows()) == 3
    assert not page.shown("comparison")


def test_a_batch_of_one_roll_is_counted_as_one(page):
    page.open()
    page.roll_async("fair", 1)
    assert page.find("#result .count")[0].text.startswith("1 roll: ")


def test_a_die_has_room_for_every_digit_of_its_face(driver, tmp_path):
    path = tmp_path / "dice.json"
    path.write_text(json.dumps({"big": {"faces": [-9_007_199_254_740_991], "error_rate": 0}}))
    with laboratory(DIE_SPECIFICATIONS=str(path)) as stack, visit(driver, stack.frontend_url) as page:
        page.view(360)
        page.open()
        page.roll_async("big", 3)
        assert page.driver.execute_script("return document.documentElement.scrollWidth") <= 360
        room, needed = page.driver.execute_script(
            """return [document.querySelector(".die svg").viewBox.baseVal.width,
                       document.querySelector(".die text").getBBox().width]"""
        )
        assert page.find(".die text")[0].get_attribute("textContent") == "-9007199254740991"
        assert needed < room


def test_the_pointer_reads_how_many_rolls_are_in_flight(page):
    page.open()
    page.roll_async("fair", 3)
    page.wait_for_status("Complete")
    lane = page.find("#waterfall .axis")[0]
    label = page.find("#waterfall .cursor")[0]
    assert not label.is_displayed()
    middle_of_the_first = min(row["right"] for row in page.rolls()) / 2 - 0.5
    ActionChains(page.driver).move_to_element_with_offset(
        lane, int(lane.size["width"] * middle_of_the_first), 0
    ).perform()
    assert "3 rolls in flight" in label.text


def test_a_failed_batch_shows_its_reason_and_marks_the_rolls(page):
    page.open()
    page.roll_async("extreme", 20)
    assert "Async roll batch failed: Die 'extreme' failed on roll" in page.text("result")
    page.wait_for_status("Complete")
    rolls = page.rolls()
    failed = [row for row in rolls if "✕ failed" in row["text"]]
    cancelled = [row for row in rolls if "cancelled" in row["text"]]
    assert failed and cancelled
    assert all("failed" in row["kind"] for row in failed)
    assert all(row["hatched"] for row in cancelled)
    assert "failed after" in page.text("trace-summary")
    assert not page.shown("comparison")


@pytest.mark.parametrize(
    ("incidents", "said"),
    [("", "failed its draw"), ("every=1h,for=59m59.999s,error-rate=1", "incident 1 failed it")],
    ids=["its die", "an incident"],
)
def test_the_details_of_a_failed_roll_say_what_failed_it(driver, broken_dice, incidents, said):
    environment = {"INCIDENTS": incidents, "DIE_SPECIFICATIONS": broken_dice}
    with laboratory(**environment) as stack, visit(driver, stack.frontend_url) as page:
        page.open()
        page.roll_async("fair" if incidents else "broken", 1)
        page.wait_for_status("Complete")
        page.find("[data-span]")[-1].click()
        assert f"This roll waited, then {said}." in page.find(".details-meaning")[0].text


def test_an_incident_is_named_wherever_it_has_its_part(driver):
    incidents = "every=1h,for=59m59.999s,delay=10ms"
    with laboratory(INCIDENTS=incidents) as stack, visit(driver, stack.frontend_url) as page:
        page.open()
        page.roll_async("fair", 2)
        page.wait_for_status("Complete")
        assert [mark.text for mark in page.find(".mark") if mark.text != "slowest"] == ["incident 1"] * 2
        page.find("[data-span]")[-1].click()
        assert "Incident 1 was on" in page.find(".details-meaning")[0].text
        page.roll()
        page.wait_for_status("Complete")
        [mark for mark in page.find(".mark") if mark.text == "incident 1"][-1].click()
        assert "Incident 1 was on" in page.find(".details-meaning")[0].text


def test_an_unknown_die_of_the_address_is_rolled_and_shown_as_text(page):
    page.open(die=MARKUP)
    page.roll()
    assert f"Die '{MARKUP}' not found" in page.text("result")
    page.wait_for_status("Complete")
    assert "GET /roll answered 404 after" in page.text("trace-summary")
    assert page.driver.title == "Dice, traced"
    assert page.find("img") == []


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


def test_from_start_to_the_first_waterfall_nothing_is_waited_for(driver):
    flags = [
        part for name in ("die-service", "dice-roller", "frontend", "trace-store") for part in (f"--{name}-port", 0)
    ]
    with contextlib.closing(Dice("all", *flags)) as dice:
        line = dice.stderr.wait_for(lambda line: line.startswith("frontend http://"))[0]
        with visit(driver, line.split()[1]) as page:
            page.open()
            page.roll_async("fair", 5)
            page.wait_for_status("Complete")
            assert len(page.rolls()) == 5


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_serious_accessibility_fault_and_no_sideways_scrolling(page, width, dark):
    def check():
        assert page.accessibility_faults() == []
        assert page.driver.execute_script("return document.documentElement.scrollWidth") <= width

    page.view(width, dark)
    page.open()
    check()
    page.roll_async("fair", 3)
    page.wait_for_status("Complete")
    page.element("comparison-run").click()
    page.wait(lambda: page.find("#comparison .factor"))
    check()
    page.roll_async("extreme", 12)
    page.wait_for_status("Complete")
    page.find("[data-span]")[-1].click()
    check()
