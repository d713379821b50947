"""The Transposed convolution page as a learner uses it, in Chromium, on the real server: point, step, edit, guess."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from experiments.transposed_convolution.scene import stamps
from experiments.transposed_convolution.spec import TransposedSpec
from tests.browser.tabs import guess, quiet
from tests.browser.test_convolution_page import shown


@pytest.fixture
def lesson(open_lesson: Callable[..., Any]) -> Callable[..., Any]:
    """Opens the lesson; the query without its question mark."""
    return partial(open_lesson, "transposed_convolution")


def test_the_first_stamp_is_on_the_first_screen_with_the_engines_numbers(lesson: Callable[..., Any]) -> None:
    it = lesson(height=900)
    assert shown(it) == pytest.approx(stamps(TransposedSpec()).painted[0, 2, 2, 0], rel=6e-3)
    assert it.page.locator(".si").inner_text() == "p[2, 2]"
    assert "input cell 1 of 16" in it.page.locator(".lens").first.inner_text()
    assert "ends in the number shown" in it.page.locator(".sum").inner_text()
    assert "(4 − 1) × 2 + 3 = 9" in it.page.locator(".facts").inner_text()


def test_stamp_by_stamp_without_a_message(lesson: Callable[..., Any]) -> None:
    """The cell that two stamps share grows when the second is painted."""
    m = stamps(TransposedSpec())
    for address, row in (("transposed_look=forward.painted.2", 0), ("", 2)):
        it = lesson(address)
        sent = len(it.sent)
        assert it.page.locator(".si").inner_text() == f"p[{row}, 2]"
        for frame in (1, 2, 3, 4):
            it.page.get_by_role("button", name="One step on").first.click()
            assert shown(it) == pytest.approx(m.painted[frame, row, 2, 0], rel=6e-3)
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


def test_a_point_walks_over_the_plane_of_two_numbers(open_lesson: Callable[..., Any]) -> None:
    """TC4: by keys and by the mouse; what is painted there follows, without a run of the page."""
    it = open_lesson("transposed_convolution")
    card = guess(it, "TC4")
    place = card.locator(".codes[data-drawn]")
    place.wait_for(timeout=90_000)
    card.get_by_role("button", name="Stop", exact=True).click()
    quiet(it)
    plane, says, painted = place.locator("canvas").first, place.locator("p").first, place.locator("canvas").nth(1)
    before = says.inner_text(), painted.evaluate("canvas => canvas.toDataURL()")
    sent = len(it.sent)
    plane.focus()
    for _ in range(4):
        it.page.keyboard.press("Shift+ArrowRight")
    after = says.inner_text(), painted.evaluate("canvas => canvas.toDataURL()")
    assert after[0] != before[0]
    assert after[1] != before[1]
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    it.page.mouse.click(box["x"] + 20, box["y"] + 15)
    corner = says.inner_text()
    assert corner != after[0]
    assert corner.split(";")[0] in plane.get_attribute("aria-label")
    aloud = place.locator("[aria-live]")
    assert aloud.inner_text() != corner  # not before the point rests
    aloud.filter(has_text=corner).wait_for(state="attached")
    it.page.wait_for_url(re.compile("autoencoder_point=0\\.24"))
    assert len(it.sent) == sent


def test_an_address_shows_its_point_on_the_plane(open_lesson: Callable[..., Any]) -> None:
    """TC4; where the plane has no such place, the point is in its middle, 12 places away from both ends."""
    at = []
    for given, keys in (("3.23", ()), ("999.0", (*["ArrowLeft"] * 9, *["ArrowUp"] * 11))):
        it = open_lesson("transposed_convolution", f"autoencoder_point={given}")
        place = guess(it, "TC4").locator(".codes[data-drawn]")
        place.wait_for(timeout=90_000)
        place.locator("canvas").first.focus()
        for key in keys:
            it.page.keyboard.press(key)
        at.append(place.locator("p").first.inner_text())
    assert at[0] == at[1]


def test_on_a_phone_the_twins_of_tc3_have_cells_of_one_size(lesson: Callable[..., Any]) -> None:
    it = lesson(width=390, height=844)
    card = guess(it, "TC3")
    sizes = []
    for name, cells in (("random kernel, stamped", 13), ("resized, then convolved", 12)):
        twin = card.locator(f'canvas[aria-label^="{name}"]')
        twin.wait_for()
        box = twin.bounding_box()
        assert box is not None
        sizes.append(box["width"] / cells)
    assert sizes[0] == pytest.approx(sizes[1], rel=0.1)
