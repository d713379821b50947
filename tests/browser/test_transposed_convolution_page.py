"""The Transposed convolution page as a learner uses it, in Chromium, on the real server: point, step, edit, guess."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from experiments.transposed_convolution.scene import stamps
from experiments.transposed_convolution.spec import TransposedSpec
from tests.browser.test_convolution_page import shown


@pytest.fixture
def lesson(open_lesson: Callable[..., Any]) -> Callable[..., Any]:
    """Opens the lesson; the query without its question mark."""
    return partial(open_lesson, "transposed_convolution")


def test_the_first_stamp_is_on_the_first_screen_with_the_engines_numbers(lesson: Callable[..., Any]) -> None:
    it = lesson(height=900)
    assert shown(it) == pytest.approx(stamps(TransposedSpec()).painted[0].max(), rel=6e-3)
    assert it.page.locator(".si").inner_text() == "p[1, 1]"
    assert "ends in the number shown" in it.page.locator(".sum").inner_text()
    assert "(4 − 1) × 2 + 3 = 9" in it.page.locator(".facts").inner_text()


def test_stamp_by_stamp_without_a_message(lesson: Callable[..., Any]) -> None:
    """The cell that two stamps share grows when the second is painted."""
    it = lesson("transposed_look=forward.painted.2")
    m, sent = stamps(TransposedSpec()), len(it.sent)
    assert it.page.locator(".si").inner_text() == "p[0, 2]"
    for frame in (1, 2):
        it.page.get_by_role("button", name="One step on").first.click()
        assert shown(it) == pytest.approx(m.painted[frame, 0, 2, 0], rel=6e-3)
    assert len(it.sent) == sent


def test_backward_is_checked_by_differences(lesson: Callable[..., Any]) -> None:
    it = lesson()
    it.page.get_by_role("button", name="Backward").first.click()
    m = stamps(TransposedSpec())
    assert shown(it) == pytest.approx(abs(m.dx).max(), rel=6e-3)
    assert re.search(r"numerical gradient .* agrees to", it.page.locator(".sum").inner_text())


def test_an_address_shows_its_settings(lesson: Callable[..., Any]) -> None:
    it = lesson("transposed_strides=3&transposed_padding=same&transposed_edits=w4:2.5")
    m = stamps(TransposedSpec(strides=3, padding="same", edits="w4:2.5"))
    assert str(m.y.shape) in it.page.locator(".facts").inner_text()
    assert shown(it) == pytest.approx(m.painted[0].max(), rel=6e-3)


def test_three_guesses(lesson: Callable[..., Any]) -> None:
    it = lesson()
    for claim, words in (("tc1", "4 stamps lie on the cell"), ("tc2", "adjoint"), ("tc3", "1 to 4 stamps")):
        card = it.page.locator(f".st-key-experiment-{claim}")
        card.get_by_text("Show me without a guess").click()
        card.get_by_text(words).first.wait_for()
    assert not it.errors
