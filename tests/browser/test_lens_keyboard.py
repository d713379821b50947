"""The lens by keyboard, touch and screen reader, and its player."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.stage import DEEP, box, centre, selected, settle


def stops(page: Any) -> list[str]:
    """The grids that Tab goes to."""
    grids = f"({DEEP})('.grid > canvas[tabindex=\"0\"]').map((canvas) => canvas.closest('.grid').dataset.grid)"
    return list(page.evaluate(grids))


def test_the_keyboard_alone_reaches_every_cell(lens: Any) -> None:
    page = lens("strided").page
    x = box(page, "x")
    x.focus()
    page.keyboard.press("Control+Home")
    seen = {selected(page)}
    for row in range(9):
        for _ in range(7):
            page.keyboard.press("ArrowRight" if row % 2 == 0 else "ArrowLeft")
            seen.add(selected(page))
        page.keyboard.press("PageDown")
        seen.add(selected(page))
        page.keyboard.press("PageUp")
        page.keyboard.press("ArrowDown")
        seen.add(selected(page))
    assert len([cell for cell in seen if cell.endswith(", 0]")]) == 72
    assert any(cell.endswith(", 1]") for cell in seen)
    page.keyboard.press("b")
    assert page.locator("[data-phase=backward]").get_attribute("aria-pressed") == "true"
    page.keyboard.press("f")
    assert page.locator("[data-phase=forward]").get_attribute("aria-pressed") == "true"


def test_keys_turn_the_direction_from_anywhere_on_the_page(lens: Any) -> None:
    page = lens("digit").page
    page.keyboard.press("b")
    assert page.locator("[data-phase=backward]").get_attribute("aria-pressed") == "true"
    page.keyboard.press("ArrowRight")  # the grid has the focus now
    assert selected(page).startswith("∂L/∂x")
    page.keyboard.press("f")
    assert page.locator("[data-phase=forward]").get_attribute("aria-pressed") == "true"


def test_keys_step_and_play_from_anywhere_on_the_page_where_the_lens_is_seen(lens: Any) -> None:
    page = lens("digit").page
    position = page.locator(".pos")
    first = position.inner_text()
    page.keyboard.press("ArrowRight")
    second = position.inner_text()
    assert second != first
    page.keyboard.press("ArrowLeft")
    assert position.inner_text() == first
    page.keyboard.press(" ")
    page.get_by_role("button", name="Pause").wait_for()
    expect(position).not_to_have_text(first)
    page.keyboard.press(" ")
    page.get_by_role("button", name="Play").wait_for()


def test_a_button_that_was_pressed_keeps_those_keys_alone_that_press_it_again(lens: Any) -> None:
    page = lens("digit").page
    position = page.locator(".pos")
    page.locator("[data-phase=backward]").click()
    before = position.inner_text()
    page.keyboard.press("ArrowRight")
    expect(position).not_to_have_text(before)
    page.locator("[data-phase=backward]").focus()
    page.keyboard.press(" ")
    assert page.get_by_role("button", name="Play").is_visible()


def test_tab_passes_what_takes_no_part_in_this_direction(lens: Any) -> None:
    page = lens("digit").page
    assert stops(page) == ["x", "w", "b", "y"]
    box(page, "y").focus()
    page.keyboard.press("b")
    assert stops(page) == ["x", "w", "dx", "dw", "db", "dy"]


def test_enter_selects_the_cell_of_the_grid_that_has_the_keyboard(lens: Any) -> None:
    """Also where it takes no part in this direction, as pressing it does."""
    page = lens("digit").page
    before = selected(page)
    box(page, "dx").focus()
    assert selected(page) == before
    page.keyboard.press("Enter")
    assert selected(page).startswith("∂L/∂x")
    assert page.locator("[data-phase=backward]").get_attribute("aria-pressed") == "true"


def test_the_walk_begins_where_it_was_left(lens: Any) -> None:
    page = lens("digit").page
    page.mouse.click(*centre(page, "y", 4, 1, (6, 6)))
    assert page.locator(".pos").inner_text() == "kernel position 26 of 36"
    page.mouse.click(*centre(page, "w", 1, 2, (3, 3)))
    assert page.locator(".pos").inner_text() == "kernel position 26 of 36"


def test_tab_returns_to_the_cell_that_was_selected(lens: Any) -> None:
    page = lens("digit").page
    page.mouse.click(*centre(page, "w", 1, 2, (3, 3)))
    page.mouse.click(*centre(page, "y", 4, 1, (6, 6)))
    page.keyboard.press("Shift+Tab")  # b, seen for the first time
    assert selected(page) == "b"
    page.keyboard.press("Shift+Tab")
    assert selected(page) == "w[1, 2]"
    for _ in range(2):
        page.keyboard.press("Tab")
    assert selected(page) == "y[4, 1]"


def test_a_new_direction_takes_the_keyboard_along(lens: Any) -> None:
    page = lens("digit").page
    focused = f"({DEEP})('canvas:focus').map((canvas) => canvas.closest('.grid').dataset.grid)"
    box(page, "y").focus()
    page.keyboard.press("b")
    assert page.evaluate(focused) == ["dx"]
    page.locator("[data-phase=forward]").click()
    assert page.evaluate(focused) == ["y"]
    page.locator(".player input").focus()
    page.locator("[data-phase=backward]").click()
    assert page.evaluate(focused) == []  # it was not in a grid


@pytest.mark.parametrize("how", ["button", "key"])
def test_a_new_direction_is_scrolled_to_and_the_panel_stays(how: str, lens: Any) -> None:
    page = lens("photograph", height=600, reduced_motion="reduce").page

    def in_view(part: Any) -> bool:
        at = part.bounding_box()
        return at["y"] >= 0 and at["y"] + at["height"] <= 600

    assert not in_view(box(page, "dx"))
    page.wait_for_timeout(300)
    if how == "key":
        box(page, "y").evaluate("canvas => canvas.focus({ preventScroll: true })")
        page.keyboard.press("b")
    else:
        page.locator("[data-phase=backward]").click()
    settle(page)
    assert in_view(box(page, "dx"))
    assert in_view(page.locator(".sum .head"))
    assert in_view(page.locator(".sum .ck").first)


def test_the_panel_is_one_tab_stop(lens: Any) -> None:
    page = lens("digit").page
    assert page.locator('.fac[tabindex="0"]').count() == 1
    page.locator('.fac[tabindex="0"]').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert selected(page).startswith("w[")


def test_a_screen_reader_hears_the_same_numbers(lens: Any) -> None:
    page = lens("digit").page
    box(page, "y").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    live = page.locator("[aria-live=polite]").inner_text()
    assert live.startswith("y at row 3, column 4 is ")
    assert "the sum of 10 terms. Largest: x at row" in live
    assert box(page, "x").get_attribute("aria-label") == "x, input, 8 rows by 8 columns by 1 channel. Arrow keys move."
    page.get_by_role("button", name="Show as table").click()
    table = page.locator(".lens-table table")
    assert table.locator("tbody tr").count() == 6
    assert table.locator('td[aria-current="true"]').count() == 1


def test_a_tap_selects(lens: Any) -> None:
    it = lens("photograph", width=390, has_touch=True, is_mobile=True)
    page = it.page
    page.touchscreen.tap(*centre(page, "y", 10, 12, (46, 46)))
    assert selected(page) == "y[10, 12]"
    loupe = box(page, "y", "canvas.loupe")
    at = loupe.bounding_box()
    page.touchscreen.tap(at["x"] + at["width"] - 12, at["y"] + 12)
    row, column = map(int, re.findall(r"\d+", selected(page)))
    assert (row, column) != (10, 12)
    assert abs(row - 10) <= 2
    assert abs(column - 12) <= 4


def test_reduced_motion_plays_slowly(lens: Any) -> None:
    page = lens("digit", reduced_motion="reduce").page
    page.get_by_role("button", name="Play").click()
    start = page.locator(".pos").inner_text()
    page.wait_for_timeout(500)
    assert page.locator(".pos").inner_text() == start
    page.wait_for_timeout(700)
    assert page.locator(".pos").inner_text() != start


def test_frames_are_scrubbed_with_the_lens_open(lens: Any) -> None:
    it = lens("recorded")
    page = it.page
    before = selected(page), page.locator(".sv").inner_text()
    page.locator(".player input").focus()
    page.keyboard.press("End")
    assert page.locator(".pos").inner_text() == "training step 19 of 19"
    after = selected(page), page.locator(".sv").inner_text()
    assert before[0] == after[0]
    assert before[1] != after[1]
    assert "ends in the number shown" in page.locator(".sum").inner_text()
