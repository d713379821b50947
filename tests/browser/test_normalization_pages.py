"""The Batch and the Layer normalization page as a learner uses them, in Chromium, on the real server."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from experiments.layer_normalization.spec import LayerNormSpec
from experiments.normalization.scene import computed
from experiments.normalization.spec import BATCH, GROUP, INFERENCE, LAYER, RMS, NormSpec
from tests.browser.stage import selected
from tests.browser.tabs import guess
from tests.browser.test_convolution_page import drawn, redrawn, shown

PAGES = {"batch_normalization": ("bn", NormSpec), "layer_normalization": ("ln", LayerNormSpec)}


def pointed(it: Any, values: Any) -> float:
    """Of an array of the engine, the number whose place the panel names: y[1, 0, 2]."""
    return float(values[tuple(map(int, re.findall(r"\d+", selected(it.page).split("[")[1])))])


every_page = pytest.mark.parametrize("page", PAGES)


@every_page
def test_a_number_is_pointed_at_and_stepped_from(open_lesson: Callable[..., Any], page: str) -> None:
    """By a link, then by a key, without a run of the page."""
    name, spec = PAGES[page]
    it, y = open_lesson(page, f"{name}_look=forward.y.0"), computed(spec())["y"]
    first, sent = selected(it.page), len(it.sent)
    assert shown(it) == pytest.approx(pointed(it, y), rel=6e-3)
    it.page.locator('.grid[data-grid="y"] > canvas').first.focus()
    it.page.keyboard.press("ArrowRight")
    assert selected(it.page) != first
    assert shown(it) == pytest.approx(pointed(it, y), rel=6e-3)
    assert len(it.sent) == sent


@every_page
def test_backward_ends_in_the_number_shown_and_is_checked(open_lesson: Callable[..., Any], page: str) -> None:
    name, spec = PAGES[page]
    it, dx = open_lesson(page, f"{name}_look=forward.y.0"), computed(spec())["dx"]
    it.page.get_by_role("button", name="Backward").click()
    assert selected(it.page).startswith("∂L/∂x[")
    assert shown(it) == pytest.approx(pointed(it, dx), rel=6e-3)
    panel = it.page.locator(".sum").inner_text()
    assert "ends in the number shown" in panel
    assert "agrees" in panel


@every_page
@pytest.mark.parametrize(("norm", "through"), [(GROUP, ["m₁", "m₂"]), (RMS, ["m₂"])])
def test_each_term_of_backward_has_the_names_of_its_factors(
    open_lesson: Callable[..., Any], page: str, norm: str, through: list[str]
) -> None:
    """A term of fewer factors than another too: by itself, through the mean, through the root."""
    name, _ = PAGES[page]
    it = open_lesson(page, f"{name}_norm={norm}&{name}_look=backward.dx.0")
    headings = it.page.locator(".sum tr.gh").all()
    names = [row.locator(".sym").all_inner_texts() for row in headings]
    assert names == [["r", "∂L/∂x̂"], *(["r", m] if m == "m₁" else ["r", "x̂", m] for m in through)]
    terms = [row.locator("button.fac").all() for row in it.page.locator(".sum tr.term").all()]
    for heading, factors in zip(headings, terms, strict=True):  # a name stands above its number
        for above, factor in zip(heading.locator("th:has(.sym)").all(), factors, strict=True):
            column, number = above.bounding_box(), factor.bounding_box()
            assert column["x"] - 1 <= number["x"] + number["width"] <= column["x"] + column["width"] + 1


@every_page
@pytest.mark.parametrize("norm", [BATCH, LAYER])
def test_neighbours_change_example_0_of_batch_norm_alone(open_lesson: Callable[..., Any], page: str, norm: str) -> None:
    """The slider is moved by a key; what is shown is the engine's number at the new setting."""
    name, spec = PAGES[page]
    it = open_lesson(page, f"{name}_norm={norm.replace(' ', '+')}&{name}_look=forward.y.0")
    before, was = drawn(it), shown(it)
    it.page.get_by_role("slider", name="neighbours").focus()
    it.page.keyboard.press("End")
    redrawn(it, before)
    it.page.wait_for_url(f"**{name}_neighbours=**")
    (most,) = (field.options[-1] for field in spec.fields() if field.name == "neighbours")
    assert shown(it) == pytest.approx(computed(spec(norm=norm, neighbours=most))["y"].ravel()[0], rel=6e-3)
    assert (shown(it) == was) == (norm == LAYER)


@every_page
def test_a_setting_stands_in_the_address_and_comes_back_from_it(open_lesson: Callable[..., Any], page: str) -> None:
    name, spec = PAGES[page]
    it = open_lesson(page)
    it.page.locator(".stMainBlockContainer").get_by_text(GROUP, exact=True).first.click()
    it.page.wait_for_url(f"**{name}_norm={GROUP}*")
    address = it.page.url.split("?")[1]
    again = open_lesson(page, f"{address}&{name}_look=forward.y.0")
    assert shown(again) == pytest.approx(computed(spec(norm=GROUP))["y"].ravel()[0], rel=6e-3)


@pytest.mark.parametrize(("page", "claim"), [("batch_normalization", "BN5"), ("layer_normalization", "LN4")])
def test_an_experiment_trains_to_its_end(open_lesson: Callable[..., Any], page: str, claim: str) -> None:
    it = open_lesson(page)
    card = guess(it, claim)
    card.locator(".chart[data-drawn], table").first.wait_for(timeout=60_000)
    card.get_by_role("progressbar").wait_for(state="detached", timeout=120_000)
    assert not it.errors


def test_a_preset_sets_several_and_the_engine_follows(open_lesson: Callable[..., Any]) -> None:
    """At inference the neighbours that have moved far away have no say."""
    it = open_lesson("batch_normalization", "bn_look=forward.y.0")
    it.page.get_by_role("button", name="The same at inference").click()
    it.page.wait_for_url("**bn_mode=inference**")
    it.page.wait_for_url("**bn_neighbours=3.0**")
    settings = {"mode": INFERENCE, "neighbours": 3.0}
    assert shown(it) == pytest.approx(pointed(it, computed(NormSpec(**settings))["y"]), rel=6e-3)
    assert pointed(it, computed(NormSpec(mode=INFERENCE))["y"]) == pointed(it, computed(NormSpec(**settings))["y"])
