"""The page's form in a real browser: what it offers, what it says of a die before the roll, and of a wrong number."""

import json

import pytest
from browser import visit
from laboratory import laboratory


def test_the_form_starts_with_the_dice_and_five_rolls_switched_off(page):
    page.open()
    assert page.options() == ["fair", "risky", "extreme"]
    times = page.element("times")
    assert (times.get_attribute("value"), times.get_attribute("min"), times.get_attribute("max")) == ("5", "1", "20")
    assert not times.is_enabled()
    page.element("async").click()
    assert times.is_enabled()


@pytest.mark.parametrize(
    ("die", "said"),
    [
        ("fair", "Faces 1, 2, 3, 4, 5, 6; no roll fails."),
        ("risky", "Faces 2, 3, 4, 5, 6, 7; 10 % of the rolls fail, and the first to fail ends its batch."),
        ("extreme", "Faces 0, 0, 6, 6, 6, 6; 50 % of the rolls fail, and the first to fail ends its batch."),
    ],
)
def test_the_chosen_die_is_described_before_it_is_rolled(page, die, said):
    page.open(die=die)
    page.wait(lambda: page.text("die-note") == said)
    assert "die-note" in page.element("die").get_attribute("aria-describedby").split()


def test_the_description_follows_the_choice_and_is_none_for_an_unknown_die(page):
    page.open(die="nope")
    page.choose("risky")
    page.wait(lambda: "10 %" in page.text("die-note"))
    page.choose("nope")
    page.wait(lambda: page.text("die-note") == "")


def test_of_a_die_with_many_faces_the_first_are_named(driver, tmp_path):
    path = tmp_path / "dice.json"
    path.write_text(json.dumps({"big": {"faces": [10**15] * 1000, "error_rate": 0.0125}}))
    with laboratory(DIE_SPECIFICATIONS=str(path)) as stack, visit(driver, stack.frontend_url) as page:
        page.view(390)
        page.open()
        page.wait(lambda: "… (1000 in all); 1.25 % of the rolls fail" in page.text("die-note"))
        assert page.text("die-note").count("1000000000000000") == 20
        assert page.driver.execute_script("return document.documentElement.scrollWidth") <= 390


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
