"""The Pooling page as a learner uses it, in Chromium, on the real server: point, drag, guess, share."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from experiments.pooling.microscope import microscope
from experiments.pooling.spec import PoolingSpec
from tests.browser.stage import centre
from tests.browser.test_convolution_page import shown


@pytest.fixture
def pooling(open_lesson: Callable[..., Any]) -> Callable[..., Any]:
    """Opens the lesson; the query without its question mark."""
    return partial(open_lesson, "pooling")


def test_the_number_pointed_at_is_the_engines(pooling: Callable[..., Any]) -> None:
    it = pooling("pooling_look=forward.y.0", height=800)
    for grid in ("x", "y"):
        box = it.page.locator(f'.grid[data-grid="{grid}"] > canvas').first.bounding_box()
        assert box["y"] + box["height"] < 800
    m = microscope(PoolingSpec())
    assert shown(it) == pytest.approx(m.y[0, 0, 0], abs=6e-3)
    sent = len(it.sent)
    it.page.mouse.move(*centre(it.page, "y", 2, 1, m.y.shape[:2]))
    assert it.page.locator(".si").inner_text() == "y[2, 1]"
    assert shown(it) == pytest.approx(m.y[2, 1, 0], abs=6e-3)
    it.page.mouse.move(5, 5)  # back to what was selected
    it.page.locator('.grid[data-grid="y"] > canvas').first.focus()
    it.page.keyboard.press("ArrowRight")
    it.page.keyboard.press("ArrowDown")
    assert it.page.locator(".si").inner_text() == "y[1, 1]"
    assert shown(it) == pytest.approx(m.y[1, 1, 0], abs=6e-3)
    assert len(it.sent) == sent


def test_backward_shows_the_gradient_with_its_check(pooling: Callable[..., Any]) -> None:
    it = pooling()
    it.page.locator("[data-phase=backward]").click()
    m = microscope(PoolingSpec())
    assert shown(it) == pytest.approx(m.dx.max(), abs=6e-3)
    assert "agrees" in " ".join(it.page.locator(".ck").all_inner_texts())


def test_a_link_is_a_view_and_a_global_pooling_has_no_window(pooling: Callable[..., Any]) -> None:
    it = pooling("pooling_kind=global+average&pooling_picture=flower")
    assert shown(it) == pytest.approx(microscope(PoolingSpec(kind="global average", picture="flower")).y[0], rel=6e-3)
    assert it.page.get_by_text("pool_size", exact=True).count() == 0


def test_a_guess_is_answered(pooling: Callable[..., Any]) -> None:
    it = pooling(width=390, height=844)
    card = it.page.locator(".st-key-experiment-pl5")
    card.get_by_text("yes", exact=True).click()
    card.get_by_text("Where it stops.").wait_for()
    assert "Right." in card.inner_text()
    assert "30 of 64 cells" in card.inner_text()
    assert it.page.evaluate("document.documentElement.scrollWidth") <= 390
