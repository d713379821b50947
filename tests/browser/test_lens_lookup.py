"""The lens on a look-up: a number names a row of a table; rows have names; what nothing uses has an empty sum."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.stage import box, centre, selected
from tests.scenes import SCENES

GRIDS = {grid.id: grid.values for grid in SCENES["look-up"]().grids}
WORDS = ["cat", "dog", "mouse", "elephant"]


def test_rows_have_their_names_beside_them(lens: Any) -> None:
    page = lens("look-up").page
    assert page.locator('.grid[data-grid="w"] .tails span').all_inner_texts() == WORDS
    assert page.locator('.grid[data-grid="y"] .tails span').all_inner_texts() == ["mouse", "cat", "mouse"]
    assert page.locator('.grid[data-grid="dy"] .tails').count() == 0  # its places have none
    canvas = box(page, "w").bounding_box()
    for row, name in enumerate(page.locator('.grid[data-grid="w"] .tails span').all()):
        at = name.bounding_box()
        assert at["x"] + at["width"] <= canvas["x"]
        assert abs(at["y"] + at["height"] / 2 - (canvas["y"] + 3 + (row + 0.5) * (canvas["height"] - 6) / 4)) < 3


def test_a_looked_up_cell_says_which_number_named_it(lens: Any) -> None:
    page = lens("look-up").page
    page.mouse.click(*centre(page, "y", 1, 2, (3, 3)))
    assert selected(page) == "y[1, 2]"  # the word stands twice in the sentence, so that the place has a number
    lines = [line.replace("\n", " ").replace("\t", " ") for line in page.locator(".sum .term").all_inner_texts()]
    assert lines[0].split() == ["x[1]", "0", "names", "the", "row"]
    assert lines[1].split()[:3] == ["W[cat,", "2]", f"{GRIDS['w'][0, 2]:.2f}".replace("-", "−")]
    assert "ends in the number shown" in page.locator(".sum").inner_text()
    assert "x at place 1 (cat) is 0, and names W at word cat, dimension 2" in page.locator(".lens-line").inner_text()


def test_a_number_goes_into_all_that_it_names(lens: Any) -> None:
    page = lens("look-up").page
    page.mouse.click(*centre(page, "x", 0, 0, (3, 1)))
    text = page.locator(".sum").inner_text()
    assert "names 3 cells of y" in text
    assert all(f"takes W[mouse, {c}]" in text for c in range(3))
    page.mouse.click(*centre(page, "w", 2, 1, (4, 3)))
    text = page.locator(".sum").inner_text()
    assert "is taken into 2 cells of y" in text
    assert "named by x[0]" in text
    assert "named by x[2]" in text
    page.mouse.click(*centre(page, "w", 3, 1, (4, 3)))
    assert "Nothing uses this cell." in page.locator(".sum").inner_text()


def ends(page: Any) -> list[tuple[float, float, float, float]]:
    """Of every band its left and right end, and the middle of its height at both."""
    bands = page.locator(".ribbons polygon").evaluate_all(
        "all => all.map(band => band.getAttribute('points').split(' ').map(point => point.split(',').map(Number)))"
    )
    left, top = (page.locator(".ribbons").bounding_box()[side] for side in "xy")
    return [(left + a[0], left + b[0], top + (a[1] + d[1]) / 2, top + (b[1] + c[1]) / 2) for a, b, c, d in bands]


@pytest.mark.parametrize("cell", [("x", 0, 0, (3, 1)), ("y", 0, 1, (3, 3))])
def test_the_way_of_a_look_up_leads_through_the_row_that_is_named(lens: Any, cell: Any) -> None:
    page = lens("look-up").page
    page.mouse.click(*centre(page, *cell))
    page.mouse.move(1, 1)
    from_x, from_w = sorted(ends(page))
    table, row = box(page, "w").bounding_box(), centre(page, "w", 2, 0, (4, 3))[1]  # mouse
    assert from_x[1] < table["x"] + table["width"]
    assert from_x[3] == pytest.approx(row, abs=2)
    assert from_w[0] > table["x"]
    assert from_w[2] == pytest.approx(row, abs=2)
    assert from_w[3] == pytest.approx(centre(page, "y", 0, 0, (3, 3))[1], abs=2)


def test_a_number_that_names_is_written_whole(lens: Any) -> None:
    page = lens("look-up").page
    page.mouse.click(*centre(page, "x", 0, 0, (3, 1)))
    assert page.locator(".sv").inner_text() == "2"
    assert page.locator(".lens-line").inner_text().startswith("x at place 0 (mouse) is 2 and goes")
    page.mouse.click(*centre(page, "y", 1, 2, (3, 3)))
    assert page.locator(".sum .fac").first.get_attribute("aria-label") == "x place 1 (cat): 0. Go there."
    page.mouse.click(*centre(page, "y", 0, 2, (3, 3)))
    assert page.locator(".sum .fac").first.get_attribute("aria-label") == "x place 0 (mouse): 2. Go there."


def test_an_index_keeps_its_place_beside_letters_from_right_to_left(lens: Any) -> None:
    page = lens("right to left").page
    page.mouse.click(*centre(page, "w", 1, 2, (4, 3)))
    assert selected(page) == "W[\u2068כלב\u2069, 2]"
    box_of = """(of, text) => {
      const words = of.firstChild, range = document.createRange(), at = words.data.indexOf(text)
      range.setStart(words, at)
      range.setEnd(words, at + text.length)
      return range.getBoundingClientRect().x
    }"""
    word, number = (page.locator(".ix").evaluate(box_of, text) for text in ("כלב", "2"))
    assert word < number


def test_an_unused_row_has_an_empty_sum(lens: Any) -> None:
    page = lens("look-up").page
    page.get_by_role("button", name="Backward").click()
    page.mouse.click(*centre(page, "dw", 1, 0, (4, 3)))
    assert page.locator(".sv").inner_text() == "0"
    text = page.locator(".sum").inner_text()
    assert "the sum is empty, so it is exactly 0" in text
    assert "numerical gradient is 0 too" in text
    page.mouse.click(*centre(page, "dw", 2, 0, (4, 3)))
    assert "sum of 2 terms" in page.locator(".sum").inner_text()


def test_the_play_goes_word_by_word(lens: Any) -> None:
    page = lens("look-up").page
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(300)
    last = """(canvas) => {
      const g = canvas.getContext("2d"), ratio = canvas.width / canvas.getBoundingClientRect().width
      return g.getImageData(8 * ratio, canvas.height - 8 * ratio, 1, 1).data[3]
    }"""
    assert box(page, "y").evaluate(last) == 0  # still to come
    page.get_by_role("button", name="Pause").click()
    assert box(page, "y").evaluate(last) == 255
    page.get_by_role("button", name="One step on").click()
    assert "place 1 (cat)" in page.locator(".player .pos").inner_text()


def test_axe_finds_nothing(lens: Any) -> None:
    page = lens("look-up", width=390, theme="dark").page
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    found = Axe().run(page, context=".stBidiComponent, [data-testid^=stBidi]").response
    assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]] == []
