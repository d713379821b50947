"""The Dropout page as a learner uses it, in Chromium, on the real server: point, step, drag, train, share."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from experiments.dropout.kinds import DRAWS, KindsSpec, kinds, telling
from experiments.dropout.network import STEPS, run
from experiments.dropout.spec import DropoutSpec
from tests.browser.tabs import quiet
from tests.browser.test_convolution_page import drawn, redrawn, shown


@pytest.fixture
def dropout(open_lesson: Callable[..., Any]) -> Callable[..., Any]:
    """Opens the lesson; the query without its question mark."""
    return partial(open_lesson, "dropout")


def guess(it: Any, claim: str) -> Any:
    card = it.page.locator(f".st-key-experiment-{claim.lower()}")
    card.get_by_text("Show me without a guess").click()
    quiet(it)
    return card


def silenced(it: Any) -> list[int]:
    """The units of both hidden layers that are drawn dark, numbered through."""
    units = it.page.locator(".network .unit[data-unit^='1,'], .network .unit[data-unit^='2,']")
    return units.evaluate_all("all => all.map((unit, i) => (unit.matches('.off') ? i : -1)).filter((i) => i >= 0)")


def expected(step: int, spec: DropoutSpec | None = None) -> list[int]:
    steps = run(spec or DropoutSpec())
    return np.flatnonzero(np.concatenate([steps["m1"][step], steps["m2"][step]]) == 0).tolist()


def test_the_network_is_on_the_first_screen_with_the_engines_numbers(dropout: Callable[..., Any]) -> None:
    it = dropout(height=900)
    box = it.page.locator(".network").bounding_box()
    assert box["y"] + box["height"] < 900
    assert silenced(it) == expected(0)
    assert shown(it) == pytest.approx(run(DropoutSpec())["d1"][0, 0], rel=6e-3)
    assert "ends in the number shown" in it.page.locator(".sum").inner_text()
    boxes = it.page.locator(".lane").first.locator(".grid")
    places = boxes.evaluate_all("all => all.map((grid) => [grid.offsetTop, grid.offsetLeft, grid.dataset.grid])")
    assert " ".join(name for *_, name in sorted(places)) == "x w1 h1 m1 d1 w2 h2 m2 d2 w3 y t"  # as it is computed


def test_every_step_has_its_own_mask_without_a_message(dropout: Callable[..., Any]) -> None:
    it = dropout()
    sent = len(it.sent)
    for step in (1, 2, 3):
        it.page.get_by_role("button", name="One step on").first.click()
        assert silenced(it) == expected(step)
        assert f"mask {step} of {STEPS - 1}" in it.page.locator(".player .pos").first.inner_text()
    masks = it.page.locator(".masks")
    masks.scroll_into_view_if_needed()
    box = masks.bounding_box()
    it.page.mouse.click(box["x"] + box["width"] * 20.5 / STEPS, box["y"] + 10)
    assert silenced(it) == expected(20)
    assert len(it.sent) == sent


def test_keys_step_and_play_without_a_focus(dropout: Callable[..., Any]) -> None:
    """Where the lens is scrolled away, Space is the page's own key."""
    it = dropout()
    position = it.page.locator(".player .pos").first
    for key, step in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1)):
        it.page.keyboard.press(key)
        assert f"mask {step} of" in position.inner_text()
        assert silenced(it) == expected(step)
    it.page.keyboard.press(" ")
    it.page.get_by_role("button", name="Pause").first.wait_for()
    it.page.keyboard.press(" ")
    it.page.get_by_role("button", name="Play").first.wait_for()
    it.page.locator(".st-key-experiment-do4").scroll_into_view_if_needed()
    before = position.inner_text()
    it.page.keyboard.press("ArrowRight")
    it.page.keyboard.press(" ")
    assert position.inner_text() == before


def test_play_draws_a_new_mask_again_and_again(dropout: Callable[..., Any]) -> None:
    it = dropout()
    it.page.get_by_role("button", name=re.compile("Play")).first.click()
    seen = set()
    for _ in range(6):
        it.page.wait_for_timeout(400)
        seen.add(tuple(silenced(it)))
    assert len(seen) >= 3


def test_backward_a_silenced_unit_passes_no_gradient(dropout: Callable[..., Any]) -> None:
    it = dropout()
    it.page.get_by_role("button", name="Backward").first.click()
    off, *_ = expected(0)
    it.page.locator(f".network .unit[data-unit='1,{off}']").click()
    assert it.page.locator(".si").inner_text() == f"∂L/∂h₁[{off}]"
    assert shown(it) == 0
    panel = it.page.locator(".sum").inner_text()
    assert "numerical gradient is 0 too" in panel
    kept = next(i for i in range(8) if i not in expected(0))
    it.page.locator(f".network .unit[data-unit='1,{kept}']").click()
    assert shown(it) == pytest.approx(run(DropoutSpec())["dh1"][0, kept], rel=6e-3)
    assert "agrees to" in it.page.locator(".sum").inner_text()


def test_the_caption_says_what_the_mask_does_in_either_direction(dropout: Callable[..., Any]) -> None:
    it = dropout()
    caption, off = it.page.locator(".lens [role=group] > .lane-head").first, len(expected(0))
    assert f"{off} of 14 hidden units, 4.2 expected; values of the others × 1.43" in caption.inner_text()
    masks = [run(DropoutSpec())[name] for name in ("m1", "m2")]
    share = sum((mask == 0).sum() for mask in masks) / sum(mask.size for mask in masks)
    assert f"over all {STEPS} a share of {share:.3f}" in caption.inner_text()
    it.page.get_by_role("button", name="Backward").first.click()
    assert f"{off} of 14 hidden units, 4.2 expected; gradients of the others × 1.43" in caption.inner_text()


def test_where_every_unit_is_silenced_nothing_passes(dropout: Callable[..., Any]) -> None:
    spec = DropoutSpec(rate=0.95)
    step = next(step for step in range(STEPS) if len(expected(step, spec)) == 14)
    it = dropout(f"dropout_rate=0.95&dropout_look=forward.y.0.{step}")
    assert silenced(it) == list(range(14))
    assert shown(it) == 0
    assert "14 of 14 hidden units, 13.3 expected; no value passes" in it.page.locator(".lens").inner_text()


def test_a_step_that_would_overshoot_is_not_taken_and_the_page_says_why(dropout: Callable[..., Any]) -> None:
    it = dropout("dropout_rate=0.95&dropout_learning_rate=0.02")
    told = it.page.locator(".changes").inner_text()
    assert "at a rate of 0.95 kept units are multiplied by 20, and steps overshoot" in told
    assert it.page.get_by_role("radio", name="0.02").count() == 0
    assert "dropout_learning_rate" not in it.page.url


def test_one_play_moves_all_kinds_of_masks_without_a_message(dropout: Callable[..., Any]) -> None:
    it = dropout()
    card = guess(it, "DO6")
    captions = card.locator(".maps .caption")
    captions.nth(3).wait_for()
    first, sent = telling(kinds(KindsSpec())) + 1, len(it.sent)
    on, back = (card.get_by_role("button", name=f"One step {way}") for way in ("on", "back"))
    for press, step in ((None, first), (on.nth(0), first + 1), (on.nth(3), first + 2), (back.nth(1), first + 1)):
        if press:
            press.click()
        assert [caption.split(":")[0] for caption in captions.all_inner_texts()] == [f"step {step}"] * 4
    card.get_by_role("button", name="Play (space)").nth(2).click()
    captions.filter(has_text=f"step {DRAWS}:").nth(3).wait_for()
    assert captions.filter(has_text=f"step {DRAWS}:").count() == 4
    mask = kinds(KindsSpec()).each_step[-1].T  # channels down, time to the right
    row, column = np.argwhere(mask == 0)[0]
    plain = card.locator(".maps").nth(1).locator(".map").nth(1)
    box = plain.locator("canvas").bounding_box()
    cell = (box["width"] - 4) / mask.shape[1]  # within a margin of 2
    it.page.mouse.move(box["x"] + 2 + (column + 0.5) * cell, box["y"] + 2 + (row + 0.5) * cell)
    assert plain.locator(".value").inner_text() == f"[{row}, {column}] silenced"
    assert len(it.sent) == sent


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_silenced_maps_keep_their_numbers(dropout: Callable[..., Any], theme: str) -> None:
    """Where cells are small, hatching stands for them: it lies below the frames and their numbers."""
    card = guess(dropout(width=390, theme=theme), "DO6")
    maps = card.locator(".maps").first.locator("canvas")
    maps.nth(2).wait_for()
    digits = """canvas => {
      const ratio = canvas.width / parseFloat(canvas.style.width), pad = 2
      const [wide, high] = [canvas.width / ratio - 2 * pad, canvas.height / ratio - 2 * pad]
      const box = (k) => [pad + (k % 3) * wide / 3 + 2, pad + Math.floor(k / 3) * high / 2 + 2, 6, 10]
      const g = canvas.getContext("2d"), on = (box) => box.map((place) => Math.round(place * ratio))
      return Array.from({ length: 6 }, (_, k) => Array.from(g.getImageData(...on(box(k))).data))
    }"""
    assert maps.nth(0).evaluate(digits) == maps.nth(2).evaluate(digits)


def test_a_line_that_is_pointed_at_shows_its_weight(dropout: Callable[..., Any]) -> None:
    it = dropout()
    line = it.page.locator(".network [data-line='0,9']")  # from input 1 to unit 1
    line.dispatch_event("pointerenter")
    assert it.page.locator(".si").inner_text() == "W₁[1, 1]"
    assert shown(it) == pytest.approx(run(DropoutSpec())["w1"][0, 1, 1], rel=6e-3)
    line.dispatch_event("pointerleave")
    assert it.page.locator(".si").inner_text() == "d₁[0]"


def test_arrows_move_among_the_units(dropout: Callable[..., Any]) -> None:
    it = dropout()
    it.page.locator(".network .unit[data-unit='1,0']").focus()
    it.page.keyboard.press("ArrowDown")
    assert it.page.locator(".si").inner_text() == "d₁[1]"
    it.page.keyboard.press("ArrowRight")
    assert it.page.locator(".si").inner_text() == "d₂[1]"
    assert it.page.locator(".network .unit[tabindex='0']").count() == 1


@pytest.mark.parametrize(("query", "width"), [("present=1", 1280), ("dropout_rate=0.8", 390)])
def test_units_hold_their_numbers_answers_their_words_and_keys_turn_the_direction(
    dropout: Callable[..., Any], query: str, width: int
) -> None:
    it = dropout(query, width=width)
    for key, word in (("f", "values"), ("b", "gradients")):
        it.page.locator(".network .unit[tabindex='0']").press(key)
        assert f"{word} of the others" in it.page.locator(".lens").inner_text()
        over = "all => all.filter((unit) => unit.scrollWidth > unit.clientWidth).map((unit) => unit.textContent)"
        assert it.page.locator(".network .unit").evaluate_all(over) == []
    answers = it.page.locator("[data-variant=pills] p")  # of all questions, as far as one sees them
    assert answers.count() > 6
    assert answers.evaluate_all(over) == []


def test_the_rate_is_dragged_without_a_run_of_the_page(dropout: Callable[..., Any]) -> None:
    it = dropout()
    slider = it.page.get_by_role("slider", name="rate").first
    box = slider.bounding_box()
    before, sent, y = drawn(it), len(it.sent), box["y"] + box["height"] / 2
    it.page.mouse.move(box["x"] + box["width"] * 0.4, y)
    it.page.mouse.down()
    for step in range(12):
        it.page.mouse.move(box["x"] + box["width"] * (0.4 + 0.045 * step), y)
        it.page.wait_for_timeout(60)
    assert drawn(it) - before >= 4
    assert len(it.sent) == sent
    it.page.mouse.up()
    it.page.wait_for_url("**dropout_rate=**")


def test_at_inference_nothing_is_dark(dropout: Callable[..., Any]) -> None:
    it = dropout()
    before = drawn(it)
    it.page.get_by_role("radio", name="inference").click()
    redrawn(it, before)
    assert silenced(it) == []
    it.page.wait_for_url("**dropout_mode=inference**")
    assert "None of the 14 hidden units is silenced" in it.page.locator(".lens").inner_text()
    assert it.page.locator(".masks").count() == 0
    assert it.page.locator(".player .pos").first.inner_text() == "unit 1 of 8"
    expect(it.page.get_by_text("learning_rate", exact=True)).to_have_count(0)
    expect(it.page.get_by_text("nothing is silenced now, whatever the rate")).to_be_visible()
    expect(it.page.locator(".live_slider", has_text="rate").locator("input")).to_be_hidden()


def test_at_a_rate_of_0_the_first_experiment_asks_about_another_rate(dropout: Callable[..., Any]) -> None:
    card = dropout("dropout_rate=0").page.locator(".st-key-experiment-do1")
    card.get_by_text("The rate is 0.30").wait_for()
    card.get_by_text("sometimes more, sometimes fewer, 4.2 on average").click()
    card.get_by_text("Right.").wait_for()


def test_a_link_shows_exactly_this(dropout: Callable[..., Any]) -> None:
    it = dropout("dropout_rate=0.5&dropout_seed=3&dropout_learning_rate=0.02")
    it.page.get_by_role("button", name="One step on").first.click()
    it.page.locator(".network .unit[data-unit='2,4']").click()
    it.page.wait_for_url("**dropout_look=forward.d2.4.1**")
    again = dropout(it.page.url.split("?")[1])
    assert again.page.locator(".si").inner_text() == it.page.locator(".si").inner_text() == "d₂[4]"
    assert shown(again) == shown(it)
    assert silenced(again) == silenced(it) == expected(1, DropoutSpec(rate=0.5, seed=3, learning_rate=0.02))


def test_training_shows_who_overfits(dropout: Callable[..., Any]) -> None:
    it = dropout()
    card = guess(it, "DO3")
    card.get_by_text("20 % of them labelled wrong").wait_for(timeout=140_000)
    card.get_by_text("0.0", exact=True).click()
    it.page.wait_for_url("**dropout_fit_wrong_labels=0.0**")
    card.get_by_role("button", name="Stop", exact=True).click()  # other settings begin anew
    card.get_by_text("Stopped").wait_for()
