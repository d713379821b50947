"""What the lens and the server say to each other: the address, edits, new scenes."""

import re
from typing import Any

import pytest

from tests.browser.stage import DEEP, box, centre, selected


def test_the_address_keeps_what_is_selected(lens: Any) -> None:
    it = lens("digit")
    page = it.page
    page.locator("[data-phase=backward]").click()
    page.mouse.click(*centre(page, "dw", 1, 2, (3, 3)))
    page.wait_for_function("new URLSearchParams(location.search).get('look') === 'backward.dw.5'")
    assert "scene=digit" in page.url
    page.reload()
    page.wait_for_selector(".lens[data-drawn]")
    assert selected(page) == "∂L/∂w[1, 2]"
    assert page.locator("[data-phase=backward]").get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("value", ["nonsense", "backward.dw.99999", "sideways.dw.0", "backward.<b>.0", "forward.y.-1"])
def test_an_impossible_address_is_not_followed(value: str, lens: Any) -> None:
    assert selected(lens("digit", f"&look={value}").page) == "y[3, 3]"


def test_an_edit_goes_to_the_server_and_comes_back(lens: Any) -> None:
    page = lens("digit").page
    page.mouse.click(*centre(page, "w", 1, 1, (3, 3)))
    field = page.locator(".edit .field")
    field.fill("1.5")
    field.press("Enter")
    page.get_by_text("edits 1 final 1").wait_for()
    assert page.locator(".sv").inner_text() in ("1.50", "2")
    page.mouse.click(*centre(page, "y", 3, 3, (6, 6)))
    assert "ends in the number shown" in page.locator(".sum").inner_text()
    page.mouse.click(*centre(page, "w", 1, 1, (3, 3)))
    field.fill("seven")
    field.press("Enter")
    assert "A number from −2 to 2" in page.locator(".rule").inner_text()
    assert field.input_value() == "1.5"


def test_dragging_an_edit_sends_one_at_a_time_and_ends_with_the_last(lens: Any) -> None:
    it = lens("digit")
    page = it.page
    page.mouse.click(*centre(page, "w", 0, 1, (3, 3)))
    slider = page.locator(".edit input[type=range]").bounding_box()
    before = len(it.sent)
    page.mouse.move(slider["x"] + slider["width"] / 2, slider["y"] + slider["height"] / 2)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(slider["x"] + slider["width"] / 2 + step, slider["y"] + slider["height"] / 2)
    page.mouse.up()
    page.get_by_text(re.compile(r"edits \d+ final 1")).wait_for()
    page.wait_for_timeout(300)
    text = page.get_by_text(re.compile(r"edits \d+ final")).inner_text()
    count = int(re.findall(r"\d+", text)[0])
    assert 1 <= count <= 41
    assert len(it.sent) - before == count  # each value is one message, none was queued beside another
    held = float(page.locator(".edit .field").input_value().replace("−", "-"))
    shown = float(page.locator(".sv").inner_text().replace("−", "-"))
    assert held == pytest.approx(shown, abs=0.5)
    assert held > 0.4


def test_arrow_keys_move_an_edit(lens: Any) -> None:
    page = lens("digit").page
    page.mouse.click(*centre(page, "w", 0, 0, (3, 3)))
    page.locator(".edit input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("edits 2 final 1").wait_for()
    assert page.locator(".edit .field").input_value() == "−0.95"


def test_new_data_is_drawn_in_place(lens: Any) -> None:
    it = lens("digit")
    page = it.page
    page.mouse.click(*centre(page, "y", 1, 2, (6, 6)))
    box(page, "y").evaluate("canvas => (canvas.marked = true)")
    page.mouse.click(*centre(page, "w", 1, 0, (3, 3)))
    page.locator(".edit .field").fill("0.5")
    drawn = int(page.locator(".lens").get_attribute("data-drawn"))
    page.locator(".edit .field").press("Enter")
    page.wait_for_function(f"(drawn) => +({DEEP})('.lens')[0].dataset.drawn > drawn", arg=drawn)
    assert selected(page) == "w[1, 0]"
    assert box(page, "y").evaluate("canvas => canvas.marked === true")
