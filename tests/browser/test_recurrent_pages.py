"""The pages of recurrent layers as a learner uses them, in Chromium, on the real server."""

from collections.abc import Callable
from typing import Any

import pytest

from experiments.gru.spec import GRUSpec
from experiments.lstm.spec import LSTMSpec
from experiments.recurrent.run import run
from experiments.simple_rnn.spec import SimpleRNNSpec
from tests.browser.tabs import quiet

READY = ".lens[data-drawn]"
PAGES = {"simple_rnn": ("rnn", SimpleRNNSpec), "lstm": ("lstm", LSTMSpec), "gru": ("gru", GRUSpec)}
SLIDERS = {"simple_rnn": "spectral_radius", "lstm": "forget_bias", "gru": "update_bias"}
every_page = pytest.mark.parametrize("page", PAGES)


@pytest.fixture
def lesson(open_lesson: Callable[..., Any]) -> Callable[..., Any]:
    """Opens a lesson; the query without its question mark."""
    return open_lesson


def shown(it: Any) -> float:
    """The big number of the panel."""
    text = it.page.locator(".sv").inner_text().replace("−", "-")
    for digit, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹"):
        text = text.replace(raised, str(digit))
    return float(text.replace("×10⁻", "e-"))


@every_page
def test_the_cell_is_on_the_first_screen_with_the_engines_numbers(lesson: Callable[..., Any], page: str) -> None:
    it = lesson(page, height=800)
    box = it.page.locator(".diagram").bounding_box()
    assert box["y"] + box["height"] < 800
    h = run(PAGES[page][1]()).h
    assert shown(it) == pytest.approx(h[-1, 0], rel=6e-3)
    sent = len(it.sent)
    it.page.locator('.grid[data-grid="h"] > canvas').first.focus()
    it.page.keyboard.press("ArrowLeft")
    assert it.page.locator(".si").inner_text() == "h[3, 0]"
    assert shown(it) == pytest.approx(h[3, 0], rel=6e-3)
    assert "ends in the number shown" in it.page.locator(".sum").inner_text()
    assert len(it.sent) == sent


@every_page
def test_backward_shows_the_gradient_with_its_check(lesson: Callable[..., Any], page: str) -> None:
    name, spec = PAGES[page]
    it = lesson(page, f"{name}_look=backward.dR.0")
    assert shown(it) == pytest.approx(run(spec()).grads["recurrent_kernel"].flat[0], rel=6e-3)
    panel = it.page.locator(".sum").inner_text()
    assert "agrees to" in panel
    assert "sum of 4 terms" in panel


@every_page
def test_a_dragged_slider_draws_and_then_stands_in_the_address(lesson: Callable[..., Any], page: str) -> None:
    name, setting = PAGES[page][0], SLIDERS[page]
    it = lesson(page)
    drawn = int(it.page.locator(READY).get_attribute("data-drawn"))
    it.page.get_by_role("slider", name=setting).first.focus()
    it.page.keyboard.press("ArrowRight")
    it.page.locator(f"{READY}:not([data-drawn='{drawn}'])").wait_for()
    it.page.wait_for_url(f"**{name}_{setting}=**")


def test_a_preset_holds_the_gates_and_is_shared_by_the_address(lesson: Callable[..., Any]) -> None:
    it = lesson("lstm", "lstm_look=forward.c.12")
    it.page.get_by_role("button", name="Keep").click()
    it.page.wait_for_url("**lstm_clamp_f=1**")
    quiet(it)
    assert shown(it) == 1  # the first cell, kept
    again = lesson("lstm", it.page.url.split("?")[1])
    assert shown(again) == 1
    again.page.locator('.grid[data-grid="f"] > canvas').first.focus()
    assert "You hold this gate" in again.page.locator(".sum").inner_text()


@pytest.mark.parametrize("page", ["lstm", "gru"])
def test_the_other_direction_keeps_its_controls_and_the_diagram_in_view(lesson: Callable[..., Any], page: str) -> None:
    it = lesson(page)
    it.page.get_by_role("button", name="← Backward").click()
    it.page.wait_for_timeout(700)  # a scroll takes its time
    for part in (".lens-bar", ".diagram", ".sv"):
        box = it.page.locator(part).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900
    mine = it.page.locator(".diagram .spot.mine")
    assert mine.inner_text().split()[0] == it.page.locator(".si .sym").inner_text() == "∂L/∂h"


@pytest.mark.parametrize(("page", "width"), [("simple_rnn", 1920), ("lstm", 1920), ("gru", 1280)])
def test_larger_type_does_not_run_over(lesson: Callable[..., Any], page: str, width: int) -> None:
    """In the presenter's view: the slider's number, the places of the diagram and the columns of the panel."""
    it = lesson(page, "present=1", width=width, height=1080)
    over = "all => all.filter((e) => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1).length"
    label = it.page.locator(".st-key-stage .live label").first
    assert label.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    assert it.page.locator(".diagram .spot").evaluate_all(over) == 0
    boxes = [spot.bounding_box() for spot in it.page.locator(".diagram .spot:visible").all()]
    for k, a in enumerate(boxes):
        for b in boxes[:k]:
            apart = [abs(a[x] - b[x]) >= (a[w] + b[w]) / 2 for x, w in (("x", "width"), ("y", "height"))]
            assert any(apart)
    it.page.get_by_role("button", name="← Backward").click()
    assert it.page.locator(".sum .terms").evaluate(
        "e => e.getBoundingClientRect().right <= e.closest('.near').getBoundingClientRect().right"
    )
    bars = it.page.locator(".sum .terms td.bar svg")
    assert bars.evaluate_all(
        "all => all.every((e) => e.getBoundingClientRect().right <= e.closest('.near').getBoundingClientRect().right)"
    )
    rows = "rows => rows.every((row) => [...row.cells].every((c) => c.scrollWidth <= c.clientWidth))"
    assert it.page.locator(".sum .terms tr.term").evaluate_all(rows)
