"""The lens on a sequence: letters above their columns, the play along time, the diagram with the selected numbers."""

from typing import Any

import numpy as np
from axe_playwright_python.sync_playwright import Axe

from tests.browser.stage import box, centre, selected, settle
from tests.scenes import SCENES

GRIDS = {grid.id: grid.values for grid in SCENES["gated"]().grids}


def spots(page: Any) -> list[str]:
    """What the places of the diagram say, those that are there."""
    return [text.replace("\n", " ") for text in page.locator(".diagram .spot:visible").all_inner_texts()]


def blank(page: Any, grid: str, columns: int) -> list[bool]:
    """For each column of a grid of two rows: whether its cells are still to come."""
    return box(page, grid).evaluate(
        """(canvas, columns) => {
          const ratio = canvas.width / canvas.getBoundingClientRect().width, g = canvas.getContext("2d")
          const cell = (canvas.width / ratio - 6) / columns
          return [...Array(columns).keys()].map((j) => {
            const data = g.getImageData((3 + j * cell + 5) * ratio, (3 + 5) * ratio, 1, 1).data
            return data[3] === 0
          })
        }""",
        columns,
    )


def test_letters_stand_above_their_columns_and_in_the_words(lens: Any) -> None:
    page = lens("gated").page
    assert page.locator('.grid[data-grid="h"] .heads span').all_inner_texts() == list("abba")
    page.mouse.click(*centre(page, "h", 1, 2, (2, 4)))
    assert selected(page) == "h[2, 1]"
    assert "time step 2 (b), unit 1" in page.locator(".sw").inner_text()
    page.mouse.click(*centre(page, "w", 1, 0, (2, 2)))
    assert selected(page) == "w[b, 0]"


def test_a_factor_is_shown_as_it_is_read_and_a_function_follows_the_sum(lens: Any) -> None:
    page = lens("gated").page
    page.mouse.click(*centre(page, "h", 0, 2, (2, 4)))
    panel = page.locator(".sum").inner_text()
    assert "1 − z" in panel
    assert "ends in the number shown" in panel
    page.mouse.click(*centre(page, "z", 0, 2, (2, 4)))
    panel = page.locator(".sum").inner_text()
    assert "σ(" in panel
    assert "ends in the number shown" in panel
    page.locator(".turn").click()  # where z goes: once as it is, once as 1 − z
    uses = page.locator(".sum .uses").inner_text()
    assert "goes into 2 cells of h" in uses
    adds = [float(text.replace("−", "-")) for text in page.locator(".uses tbody td:last-child").all_inner_texts()]
    z, h, v = GRIDS["z"][2, 0], GRIDS["h"][1, 0], GRIDS["v"][2, 0]
    np.testing.assert_allclose(adds, [z * h, (1 - z) * v], atol=6e-4)


def test_the_play_goes_along_time_and_backward_against_it(lens: Any) -> None:
    page = lens("gated").page
    back, _, on = page.locator(".player .ib").all()
    back.click()
    settle(page)
    assert selected(page) == "h[2, 0]"
    assert page.locator(".pos").inner_text() == "time step 2 (b)"
    assert blank(page, "h", 4) == [False, False, False, True]
    assert blank(page, "z", 4) == [False, False, False, True]
    assert blank(page, "v", 4) == [False] * 4  # what is given is there from the beginning
    on.click()
    settle(page)
    assert not any(blank(page, "h", 4))
    page.locator("[data-phase=backward]").click()
    page.locator(".player .ib").nth(1).click()  # play
    page.locator(".pos", has_text="time step 3 (a)").wait_for()
    settle(page)
    assert blank(page, "dh", 4) == [True, True, True, False]
    page.locator(".pos", has_text="time step 0 (a)").wait_for()
    assert not any(blank(page, "dh", 4))


def test_the_diagram_follows_what_is_pointed_at(lens: Any) -> None:
    page = lens("gated").page
    page.mouse.click(*centre(page, "h", 1, 2, (2, 4)))
    before, gate, letter, now = spots(page)
    assert (before.split()[0], gate.split()[0], letter) == ("h₋₁", "z", "x b")
    for text, value in ((before, GRIDS["h"][1, 1]), (gate, GRIDS["z"][2, 1]), (now, GRIDS["h"][2, 1])):
        assert abs(float(text.split()[1].replace("−", "-")) - value) < 6e-3
    page.locator(".diagram .spot", has_text="z").click()
    assert selected(page) == "z[2, 1]"
    page.locator(".diagram .spot", has_text="h₋₁").click()
    assert selected(page) == "h[1, 1]"
    page.locator("[data-phase=backward]").click()
    assert [text.split()[0] for text in spots(page)] == ["∂L/∂h₋₁", "∂L/∂h"]


def test_before_the_first_step_there_is_zero_and_nothing_to_press(lens: Any) -> None:
    page = lens("gated").page
    page.mouse.click(*centre(page, "h", 0, 0, (2, 4)))
    first = page.locator(".diagram .spot").first
    assert first.inner_text().replace("\n", " ") == "h₋₁ 0"
    assert first.is_disabled()


def test_axe_finds_nothing_in_a_diagram(lens: Any) -> None:
    for width in (390, 1280):
        found = Axe().run(lens("gated", width=width).page)
        assert found.violations_count == 0, found.generate_report()
