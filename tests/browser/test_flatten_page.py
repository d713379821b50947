"""The Flatten page as a learner uses it, in Chromium, on the real server: point both ways, share, guess."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from experiments.flatten.spec import FlattenSpec
from experiments.flatten.unrolled import unrolled
from tests.browser.stage import centre, selected
from tests.browser.tabs import quiet
from tests.browser.test_convolution_page import shown


@pytest.fixture
def flatten(open_lesson: Callable[..., Any]) -> Callable[..., Any]:
    """Opens the lesson; the query without its question mark."""
    return partial(open_lesson, "flatten")


def test_a_link_points_at_a_number_of_the_vector_and_it_is_the_tensors(flatten: Callable[..., Any]) -> None:
    it = flatten("flatten_order=channels+first&flatten_look=forward.y.3", height=800)
    for grid in ("x", "y"):
        box = it.page.locator(f'.grid[data-grid="{grid}"] > canvas').first.bounding_box()
        assert box["y"] + box["height"] < 800
    u = unrolled(FlattenSpec(order="channels first"))
    assert shown(it) == pytest.approx(u.y[3], abs=6e-3)
    assert "x[1, 0, 0]" in it.page.locator(".sum").inner_text()


def test_a_number_that_is_pointed_at_says_where_it_stood_and_keys_step_on(flatten: Callable[..., Any]) -> None:
    it, u = flatten(), unrolled(FlattenSpec())
    sent = len(it.sent)
    it.page.mouse.move(*centre(it.page, "x", 0, 0, u.x.shape[:2]))
    assert selected(it.page) == "x[0, 0, 0]"
    assert shown(it) == pytest.approx(u.x[0, 0, 0], abs=6e-3)
    it.page.locator('.grid[data-grid="x"] > canvas').first.focus()
    it.page.keyboard.press("ArrowRight")
    assert selected(it.page) == "x[0, 1, 0]"
    assert shown(it) == pytest.approx(u.x[0, 1, 0], abs=6e-3)
    assert len(it.sent) == sent


def test_backward_every_number_comes_back(flatten: Callable[..., Any]) -> None:
    it = flatten("flatten_look=backward.dx.5")
    u = unrolled(FlattenSpec())
    assert shown(it) == pytest.approx(u.dx.ravel()[5], abs=6e-3)
    assert "∂L/∂y[5]" in it.page.locator(".sum").inner_text()


def test_a_guess_is_answered_on_a_phone(flatten: Callable[..., Any]) -> None:
    it = flatten(width=390, height=844)
    card = it.page.locator(".st-key-experiment-fl1")
    card.get_by_text("the index of most numbers").click()
    card.get_by_text("Where it stops.").wait_for()
    assert "Right." in card.inner_text()
    assert it.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_maps_of_indices_have_them_written_in_their_cells(flatten: Callable[..., Any]) -> None:
    it = flatten()
    card = it.page.locator(".st-key-experiment-fl1")
    card.get_by_text("Show me without a guess").click()
    card.get_by_text("Where it stops.").wait_for()
    quiet(it)  # a run that comes late would draw channel 0 once more
    it.page.evaluate(
        """() => {
            window.written = []
            const write = CanvasRenderingContext2D.prototype.fillText
            CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
                if (this.canvas.closest?.('.maps')) window.written.push(text)
                return write.call(this, text, ...at)
            }
        }"""
    )
    card.get_by_role("button", name="One step on").click()  # to channel 1
    row_major = [str(2 * n + 1) for n in range(9)]
    assert it.page.evaluate("window.written")[:9] == row_major
