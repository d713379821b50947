"""A network that learns in the browser: train, pause, step back, open the lens, break it, draw a digit."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from experiments.convolution.learning import LearningSpec, training
from tests.browser.stage import read

READY = ".training[data-drawn]"


@pytest.fixture
def learn(open_page: Callable[..., Any], serve: Callable[..., str]) -> Callable[..., Any]:
    """Opens the Convolution lesson at its training; the query without its question mark."""

    def visit(query: str = "", **options: Any) -> Any:
        it = open_page(f"{serve('app.py')}/convolution?{query}", ready=READY, **options)
        it.page.locator(".training").evaluate("e => e.scrollIntoView()")
        return it

    return visit


def steps(page: Any) -> int:
    return int(page.locator(".training").get_attribute("data-steps"))


def button(page: Any, name: str) -> Any:
    return page.locator(".training").get_by_role("button", name=name, exact=True)


def wait_for_steps(page: Any, at_least: int) -> None:
    page.wait_for_function(
        """(n) => [...document.querySelectorAll('*')].some((e) => e.shadowRoot
          && [...e.shadowRoot.querySelectorAll('.training')].some((t) => +t.dataset.steps >= n))""",
        arg=at_least,
    )


def trained(page: Any, at_least: int) -> int:
    """Trains until so many steps are drawn, and pauses."""
    button(page, "Train").click()
    wait_for_steps(page, at_least)
    button(page, "Pause").click()
    page.wait_for_timeout(300)
    return steps(page)


def test_it_trains_pauses_and_goes_on(learn: Callable[..., Any]) -> None:
    page = learn().page
    assert steps(page) == 0
    at = trained(page, 12)
    page.wait_for_timeout(400)
    assert steps(page) == at
    assert f"After {at} steps: loss " in page.locator(".training .say").inner_text()
    page.locator(".training > .player .ib").nth(1).click()
    wait_for_steps(page, at + 1)
    assert trained(page, at + 5) >= at + 5


def test_three_steps_back_the_lens_shows_the_gradients_of_that_step(learn: Callable[..., Any]) -> None:
    page = learn("cnn_filters=4&cnn_seed=3").page
    at = trained(page, 8) - 3
    for _ in range(3):
        page.locator(".training > .player .ib").first.click()
        page.wait_for_timeout(250)
    assert steps(page) == at
    button(page, "Convolution 1").click()
    page.locator(".training .lens[data-drawn]").wait_for()
    page.locator(".training .lens [data-phase=backward]").click()
    held = read(page.locator(".training .sv").inner_text())
    it = training(LearningSpec(filters=4, seed=3).runs[0], 3)
    progress = it.start()
    for _ in range(at):
        progress = it.step(progress).after
    true = it.step(progress).grads[0]["kernel"]
    assert held == pytest.approx(true.flat[int(np.argmax(np.abs(true)))], rel=6e-3)
    text = page.locator(".training .sum").inner_text()
    assert "ends in the number shown" in text
    assert "checked by differences" in text
    page.locator(".training > .player .ib").first.click()  # the lens goes along
    page.get_by_text(f"Step {at - 1}: where these numbers come from").wait_for()


def test_it_can_go_on_from_an_earlier_step_at_another_rate(learn: Callable[..., Any]) -> None:
    page = learn().page
    at = trained(page, 10)
    page.locator(".training > .player .ib").first.click()
    button(page, "Go on from here").click()
    page.get_by_text(f"step {at - 1} of {at - 1}").wait_for()
    slider = page.locator(".training .rate input")
    before = page.url
    slider.press("ArrowLeft")
    page.wait_for_function("(url) => location.href !== url", arg=before)
    assert "cnn_learning_rate=0.03" in page.url
    assert steps(page) == at - 1  # a rate does not begin anew
    assert trained(page, at + 2) >= at + 2


def test_going_on_from_an_earlier_step_brings_its_rate_back(learn: Callable[..., Any]) -> None:
    page = learn().page
    at = trained(page, 6)
    page.locator(".training .rate input").press("End")
    page.wait_for_function("() => location.search.includes('cnn_learning_rate=1000000.0')")
    page.locator(".training > .player .ib").nth(1).click()
    wait_for_steps(page, at + 1)
    page.locator(".training > .player .ib").first.click()
    page.locator(".training > .player .ib").first.click()
    page.wait_for_timeout(300)
    button(page, "Go on from here").click()
    page.wait_for_function("() => !location.search.includes('cnn_learning_rate')")  # the first rate again, a default
    assert page.locator(".training .rate output").inner_text() == "0.1"


def test_a_rate_that_breaks_it_is_explained_and_one_press_leads_back(learn: Callable[..., Any]) -> None:
    page = learn("cnn_learning_rate=1000000.0").page
    button(page, "Train").click()
    broken = page.locator(".training .broken")
    broken.wait_for()
    assert "At a learning rate of 1000000 every step lands further" in broken.inner_text()
    button(page, "Start again with the first learning rate").click()
    broken.wait_for(state="hidden")
    assert trained(page, 10) >= 10
    assert "∞" not in page.locator(".training .say").inner_text()


def test_twins_learn_side_by_side(learn: Callable[..., Any]) -> None:
    page = learn("cnn_twin=true&cnn_twin_optimizer=Adam&cnn_twin_learning_rate=0.003").page
    assert page.locator(".training .network").count() == 2
    trained(page, 10)
    text = page.locator(".training .say").inner_text()
    a, b = re.findall(r"loss ([\d.]+)", text)
    assert a != b
    assert page.locator(".training .player input").count() == 1  # one cursor for both


def test_other_settings_begin_anew(learn: Callable[..., Any]) -> None:
    page = learn().page
    trained(page, 6)
    page.locator(".st-key-cnn_batch_size [role=radio]").first.click()
    page.wait_for_function(
        """() => [...document.querySelectorAll('*')].some((e) => e.shadowRoot
          && [...e.shadowRoot.querySelectorAll('.training')].some((t) => t.dataset.steps === '0'))"""
    )
    assert "cnn_batch_size=8" in page.url


def test_a_drawn_digit_is_read(learn: Callable[..., Any]) -> None:
    page = learn().page
    trained(page, 10)
    button(page, "Draw a digit").click()
    sheet = page.locator(".training .sheet")
    at = sheet.bounding_box()
    page.mouse.move(at["x"] + 80, at["y"] + 20)
    page.mouse.down()
    page.mouse.move(at["x"] + 80, at["y"] + 140, steps=8)
    page.mouse.up()
    page.get_by_text("your drawing").wait_for()
    assert re.search(r"reads a \d, \d+ % sure", page.locator(".training .answers").inner_text())
    button(page, "Clear").click()
    assert "Draw a digit here." in page.locator(".training .pad").inner_text()
    button(page, "Next digit").click()
    page.get_by_text("held-out digit 2").wait_for()


def test_a_step_of_training_sends_no_run_of_the_page(learn: Callable[..., Any]) -> None:
    it = learn()
    it.page.wait_for_timeout(1000)
    it.sent.clear()
    trained(it.page, 10)
    assert not [message for message in it.sent if not (isinstance(message, str) and message.startswith('{"do"'))]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(width: int, theme: str, learn: Callable[..., Any]) -> None:
    page = learn(width=width, theme=theme).page
    trained(page, 4)
    button(page, "Convolution 2").click()
    page.locator(".training .lens[data-drawn]").wait_for()
    found = Axe().run(page, context=".stBidiComponent, [data-testid^=stBidi]").response
    assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]] == []
