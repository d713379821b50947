"""The Dense page as a learner uses it, in Chromium, on the real server: point, drag, train, share."""

import itertools
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from experiments.dense.forward import run
from experiments.dense.spec import DIGIT, DenseSpec
from tests.browser.stage import centre, selected
from tests.browser.tabs import guess
from tests.browser.test_convolution_page import drawn, redrawn, shown


@pytest.fixture
def dense(open_lesson: Callable[..., Any]) -> Callable[..., Any]:
    """Opens the lesson; the query without its question mark."""
    return partial(open_lesson, "dense")


def line_at(it: Any, cell: int, along: float = 0.3) -> tuple[float, float]:
    """A place on a line of the drawing: so far from its input."""
    ends = it.page.locator(f".network line.reach[data-line='0,{cell}']").evaluate(
        "line => { const box = line.ownerSVGElement.getBoundingClientRect(),"
        " at = (name) => line[name].baseVal.value;"
        " return [box.x + at('x1'), box.y + at('y1'), box.x + at('x2'), box.y + at('y2')] }"
    )
    return tuple(ends[i] + along * (ends[i + 2] - ends[i]) for i in (0, 1))  # type: ignore[return-value]


def test_the_first_screen_is_a_network_and_its_matrix(dense: Callable[..., Any]) -> None:
    """Cold, nothing touched: drawing and kernel lie within the first 800 pixels, with the engine's numbers."""
    it, ours = dense(height=800), run(DenseSpec())
    boxes = [it.page.locator(".network"), it.page.locator('.grid[data-grid="w"] > canvas').first]
    assert all(box["y"] + box["height"] < 800 for box in (each.bounding_box() for each in boxes))
    assert shown(it) == pytest.approx(ours.a[0], rel=6e-3)
    assert "ends in the number shown" in it.page.locator(".sum").inner_text()
    assert it.page.locator(".masks").count() == 0


def test_all_that_the_layer_computes_stands_in_one_row(dense: Callable[..., Any]) -> None:
    page = dense(width=1280).page
    rows = [page.locator(f'.grid[data-grid="{grid}"]').bounding_box() for grid in ("x", "w", "b", "a", "y", "t")]
    assert len({at["y"] for at in rows}) == 1


@pytest.mark.parametrize(("query", "width"), [("", 1280), ("", 1920), ("present=1", 1280), ("present=1", 1920)])
def test_the_rings_of_units_keep_apart(dense: Callable[..., Any], query: str, width: int) -> None:
    lit = dense(query, width=width).page.locator(".network .unit.lit")
    boxes = [unit.bounding_box() for unit in lit.all()]
    ring = float(lit.first.evaluate("e => getComputedStyle(e).boxShadow.match(/ (\\d+)px(?!.*px)/)[1]"))
    assert len(boxes) == 4
    assert all(after["y"] - before["y"] >= before["height"] + 2 * ring for before, after in itertools.pairwise(boxes))


def test_space_reads_the_drawing_line_by_line(dense: Callable[..., Any]) -> None:
    """Each number for most of a second."""
    page = dense().page
    page.clock.install()
    page.keyboard.press(" ")
    for milliseconds, at in ((800, 1), (200, 2), (800, 3)):
        page.clock.run_for(milliseconds)
        assert page.locator(".pos").first.inner_text() == f"a cell {at} of 3"


def test_a_line_is_a_cell_of_the_kernel_and_back(dense: Callable[..., Any]) -> None:
    it = dense()
    sent = len(it.sent)
    it.page.mouse.move(*line_at(it, 4))
    assert selected(it.page) == "W[1, 1]"
    it.page.mouse.move(5, 5)
    it.page.mouse.click(*line_at(it, 0))
    assert selected(it.page) == "W[0, 0]"
    it.page.mouse.move(*centre(it.page, "w", 2, 1, (4, 3)))
    thick = it.page.locator(".network line.mine")
    assert thick.count() == 1
    assert it.page.locator(".network line").nth(7).get_attribute("class") == "mine"  # row 2, column 1 of 4 × 3
    assert len(it.sent) == sent


def test_backward_a_line_is_a_gradient(dense: Callable[..., Any]) -> None:
    it, ours = dense(), run(DenseSpec())
    it.page.get_by_role("button", name="Backward").click()
    it.page.mouse.click(*line_at(it, 3))
    assert selected(it.page) == "∂L/∂W[1, 0]"
    assert shown(it) == pytest.approx(ours.dw[1, 0], rel=6e-3)
    panel = it.page.locator(".sum").inner_text()
    assert "ends in the number shown" in panel
    assert re.search("agrees|is 0 too", panel)


def test_backward_a_weight_that_was_pressed_becomes_its_gradient_made_of_what_is_drawn(
    dense: Callable[..., Any],
) -> None:
    """Input times what comes back to the sum; of a unit that ReLU has switched off that is 0."""
    it, ours = dense(), run(DenseSpec())
    page = it.page
    page.mouse.click(*line_at(it, 1))
    page.get_by_role("button", name="Backward").click()
    assert selected(page) == "∂L/∂W[0, 1]"
    assert page.locator(".network .col").all_inner_texts() == ["∂L/∂x", "∂L/∂a"]
    assert ours.da[1] == 0 != ours.dy[1]
    assert page.locator(".network .unit[data-unit='1,1']").inner_text() == "0"
    page.get_by_role("button", name="Forward").click()
    assert page.locator(".network .col").all_inner_texts() == ["input", "output"]


def test_an_activation_tells_its_slope_on_the_way_back(dense: Callable[..., Any]) -> None:
    """SiLU, opened from a link; an arrow key steps to the next unit."""
    it, ours = dense("dense_activation=silu&dense_look=backward.da.0"), run(DenseSpec(activation="silu"))
    assert shown(it) == pytest.approx(ours.da[0], rel=6e-3)
    panel = it.page.locator(".sum").inner_text()
    assert "where f′ is σ · (1 + a · (1 − σ))" in panel
    assert "agrees" in panel
    it.page.locator('.grid[data-grid="da"] > canvas').first.focus()
    it.page.keyboard.press("ArrowDown")
    assert selected(it.page) == "∂L/∂a[1]"
    assert shown(it) == pytest.approx(ours.da[1], rel=6e-3)


def test_a_weight_is_dragged_without_a_run_of_the_page(dense: Callable[..., Any]) -> None:
    it = dense("dense_look=forward.w.0")
    slider = it.page.locator(".sum .edit input[type=range]")
    slider.scroll_into_view_if_needed()
    box, sent, before = slider.bounding_box(), len(it.sent), drawn(it)
    y = box["y"] + box["height"] / 2
    it.page.mouse.move(box["x"] + box["width"] * 0.5, y)
    it.page.mouse.down()
    for step in range(8):
        it.page.mouse.move(box["x"] + box["width"] * (0.5 + 0.04 * step), y)
        it.page.wait_for_timeout(60)
    assert drawn(it) - before >= 3
    assert len(it.sent) == sent
    it.page.mouse.up()
    it.page.wait_for_url("**dense_edits=w0**")


def test_a_digit_comes_in_and_the_address_gives_the_same_view(dense: Callable[..., Any]) -> None:
    it = dense()
    before = drawn(it)
    it.page.get_by_text("a digit", exact=True).click()
    redrawn(it, before)
    it.page.wait_for_url("**dense_data=a+digit**")
    assert it.page.locator(".network line.reach").count() == 27
    again = dense("dense_data=a+digit&dense_units=2&dense_activation=linear&dense_look=forward.y.1")
    ours = run(DenseSpec(data=DIGIT, units=2, activation="linear"))
    assert shown(again) == pytest.approx(ours.y[1], rel=6e-3)
    facts = again.page.locator("dl").first.inner_text()
    assert "9 × 2 + 2" in facts


def test_a_digit_is_moved(dense: Callable[..., Any]) -> None:
    it = dense()
    card = guess(it, "DN4")
    card.get_by_role("slider", name="frame").first.wait_for(timeout=140_000)
    card.get_by_role("slider", name="frame").first.fill("0")
    card.get_by_text(re.compile(r"3 left: dense \d, convolution \d")).first.wait_for()
