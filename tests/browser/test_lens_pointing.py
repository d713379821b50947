"""What the lens tells of a number that is pointed at or pressed; nothing of it is said to the server."""

import math
import re
from typing import Any

from tests.browser.stage import box, centre, read, selected, settle, three_digits
from tests.scenes import SCENES


def test_pointing_shows_arithmetic_that_ends_in_the_number(lens: Any) -> None:
    scene = SCENES["digit"]()
    it = lens("digit")
    page = it.page
    page.mouse.move(*centre(page, "y", 2, 4, (6, 6)))
    assert selected(page) == "y[2, 4]"
    value = next(grid for grid in scene.grids if grid.id == "y").values[2, 4, 0]
    assert page.locator(".sv").inner_text() == three_digits(value)
    assert page.locator(".term").count() == 10
    assert "ends in the number shown" in page.locator(".sum").inner_text()
    page.mouse.move(5, 5)
    settle(page)
    assert selected(page) == "y[3, 3]"  # leaving returns to the selection


def test_a_sum_that_misses_its_cell_is_said_in_words(lens: Any) -> None:
    page = lens("wrong").page
    assert selected(page) == "y[3, 3]"
    assert re.search(r"The terms give .+, the cell holds", page.locator(".ck.bad").inner_text())
    page.locator("[data-phase=backward]").click()
    assert "disagrees" in page.locator(".ck.bad").inner_text()


def test_gradient_check_is_beside_the_gradient(lens: Any) -> None:
    page = lens("digit").page
    page.locator("[data-phase=backward]").click()
    assert re.search(r"numerical gradient .+ agrees", page.locator(".sum").inner_text())


def test_a_gradient_without_a_check_says_why(lens: Any) -> None:
    page = lens("unchecked").page
    page.locator("[data-phase=backward]").click()
    assert selected(page).startswith("∂L/∂x")
    assert page.locator(".sum .ck").last.inner_text() == "not checked here: it would take too long"


def test_not_a_number_is_shown_and_explained(lens: Any) -> None:
    page = lens("nan").page
    assert page.locator(".sv").inner_text() == "NaN"
    assert "not a number: a is not a number already" in page.locator(".sum").inner_text()


def test_a_number_leads_to_the_next_and_back(lens: Any) -> None:
    page = lens("rnn").page
    assert selected(page) == "h₁[1]"  # tanh of …
    page.locator(".fac").first.click()
    assert selected(page) == "a[1]"  # a sum of …
    page.locator(".fac").nth(1).click()
    assert selected(page).startswith("W[")
    page.get_by_role("button", name="back to a").click()
    assert selected(page) == "a[1]"
    box(page, "a").focus()
    page.keyboard.press("Backspace")
    assert selected(page) == "h₁[1]"


def test_map_and_product_of_three_and_choice(lens: Any) -> None:
    page = lens("rnn").page
    text = page.locator(".sum").inner_text()
    assert "tanh(" in text
    assert "slope ∂h₁/∂a = 1 − tanh²" in text
    page.locator("[data-phase=backward]").click()
    assert page.locator(".term .fac").count() == 3  # ∂W = x · ∂h · s
    pool = lens("pool").page
    assert pool.locator(".won", has_text="taken").count() == 1
    assert "taken from 4 cells" in pool.locator(".sum").inner_text()


def test_many_terms_open_in_place(lens: Any) -> None:
    page = lens("photograph").page
    page.locator("[data-phase=backward]").click()
    page.mouse.click(*centre(page, "dw", 0, 1, (3, 3)))
    assert page.locator(".term").count() == 9
    assert "sum of 2116 terms" in page.locator(".sum").inner_text()
    page.get_by_role("button", name="and 2107 more").click()
    assert page.locator(".term").count() == 2116


def test_an_input_shows_where_it_goes(lens: Any) -> None:
    page = lens("digit").page
    page.mouse.click(*centre(page, "x", 4, 4, (8, 8)))
    assert "goes into 9 cells of y" in page.locator(".sum").inner_text()
    assert page.locator(".term").count() == 9


def test_the_loupe_can_be_pointed_at_and_stands_still(lens: Any) -> None:
    page = lens("photograph", width=1032).page
    loupe = box(page, "y", "canvas.loupe")
    at = loupe.bounding_box()
    page.mouse.move(at["x"] + 10, at["y"] + 10)
    first = selected(page)
    page.mouse.move(at["x"] + at["width"] - 10, at["y"] + 10)
    second = selected(page)
    page.mouse.move(at["x"] + 10, at["y"] + 10)
    assert selected(page) == first != second
    page.mouse.click(at["x"] + 10, at["y"] + 10)
    assert selected(page) == first


def test_nothing_is_sent_while_pointing_pressing_scrubbing_and_playing(lens: Any) -> None:
    it = lens("photograph")
    page = it.page
    page.wait_for_timeout(500)
    before = len(it.sent)
    for row in range(0, 46, 5):
        page.mouse.move(*centre(page, "y", row, row, (46, 46)))
    page.mouse.click(*centre(page, "y", 20, 20, (46, 46)))
    page.locator("[data-phase=backward]").click()
    page.get_by_role("button", name="One step on").click()
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Pause").click()
    page.locator(".player input").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)
    assert it.sent[before:] == []


def test_lines_that_do_not_add_up_or_multiply_out_are_called_rounded(lens: Any) -> None:
    """As printed: factors against products, and these against the total; digits are the column's own."""
    page = lens("strided").page
    seen = set()
    box(page, "y").focus()
    page.keyboard.press("Control+Home")
    for _ in range(14):
        page.keyboard.press("ArrowRight")
        if selected(page).startswith("y[0, 3"):
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Home")
        lines = page.locator(".terms tr.term td:nth-last-child(2)").all_inner_texts()
        lines += page.locator(".ft tr:not(.total) td:last-child").all_inner_texts()
        total = page.locator(".total td:last-child").inner_text()
        if any("×" in text for text in [*lines, total]):
            continue
        assert total == page.locator(".sv").inner_text()
        places = len(total.split(".")[1])
        adds_up = f"{sum(map(read, lines)):.{places}f}" == f"{read(total):.{places}f}"
        for row in page.locator(".terms tr.term:has(.fac:nth-of-type(1)):has(td:nth-child(3) .fac)").all():
            factors, product = (
                row.locator(".fac span").all_inner_texts(),
                row.locator("td:nth-last-child(2)").inner_text(),
            )
            decimals = len(product.partition(".")[2])
            adds_up &= f"{math.prod(map(read, factors)):.{decimals}f}" == f"{read(product):.{decimals}f}"
        assert ("the lines are rounded" in page.locator(".sum .ck").first.inner_text()) is not adds_up
        seen.add(adds_up)
    assert seen == {True, False}


def test_a_number_reads_the_same_in_head_total_sentence_and_check(lens: Any) -> None:
    page = lens("photograph").page
    page.locator("[data-phase=backward]").click()
    page.mouse.click(*centre(page, "dw", 0, 1, (3, 3)))
    head = page.locator(".sv").inner_text()
    assert page.locator(".total td:last-child").inner_text() == head
    assert f" is {head}: the sum of 2116 terms" in page.locator(".lens-line").inner_text()
    assert f"numerical gradient {head} agrees" in page.locator(".sum").inner_text()
    largest = page.locator(".terms tr.term td:nth-last-child(2)").first.inner_text()
    assert len(largest.lstrip("−0.").replace(".", "")) >= 3


def test_the_plane_that_takes_part_is_drawn(lens: Any) -> None:
    """Two groups: filters 2 and 3 see channel 1 alone."""
    page = lens("strided").page
    shown = page.locator('.grid[data-grid="x"] .tb[aria-pressed=true]')
    page.locator("[data-phase=backward]").click()
    page.locator('.grid[data-grid="dw"] .tb').first.click()
    page.mouse.click(*centre(page, "dw", 2, 1, (3, 3)))
    assert shown.get_attribute("aria-label") == "x: show channel 0"
    page.locator('.grid[data-grid="dw"] .tb').nth(3).click()
    assert selected(page) == "∂L/∂w[2, 1, 3]"
    assert shown.get_attribute("aria-label") == "x: show channel 1"
    page.locator('.grid[data-grid="x"] .tb').first.click()  # the learner's hand goes before
    assert selected(page) == "∂L/∂w[2, 1, 3]"
    assert shown.get_attribute("aria-label") == "x: show channel 0"
