"""The playground of the Backpropagation page: it steps, trains, pauses, and tells the numbers of the engine."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from experiments.backpropagation.playground import PlaygroundSpec
from experiments.backpropagation.playing import PlayRun

READY = ".playground[data-drawn]"


@pytest.fixture
def play(open_page: Callable[..., Any], serve: Callable[..., str]) -> Callable[..., Any]:
    def visit(query: str = "", **options: Any) -> Any:
        it = open_page(f"{serve('app.py')}/backpropagation?{query}", ready=READY, **options)
        it.page.locator(".playground").evaluate("e => e.scrollIntoView()")
        return it

    return visit


def button(page: Any, name: str) -> Any:
    return page.locator(".playground").get_by_role("button", name=name, exact=True)


def attribute(page: Any, name: str) -> int:
    return int(page.locator(".playground").get_attribute(f"data-{name}"))


def wait_for_steps(page: Any, at_least: int) -> None:
    deadline = time.monotonic() + 20
    while attribute(page, "steps") < at_least:
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)


def test_it_steps_trains_and_tells_the_numbers_of_the_engine(play: Callable[..., Any]) -> None:
    page = play().page
    run, line = PlayRun(PlaygroundSpec()), page.locator(".playground .say")
    assert line.inner_text().startswith(f"Step 0: loss {run.loss:.3f}")
    button(page, "One step").click()
    wait_for_steps(page, 1)
    run.step()
    assert line.inner_text().startswith(f"Step 1: loss {run.loss:.3f}")
    page.locator(".playground .net").focus()
    page.keyboard.press("ArrowRight")
    weight = f"{run.params['0']['kernel'][0, 1]:.3g}".replace("-", "−")
    assert f"x₁ → layer 1, unit 2: weight {weight}" in page.locator(".playground .edge").inner_text()
    button(page, "backward").click()
    assert page.locator(".playground .step").inner_text().startswith("Backward: ∂L/∂s = p − t")
    button(page, "Train").click()
    wait_for_steps(page, 60)
    button(page, "Pause").click()
    page.wait_for_timeout(300)
    at = attribute(page, "steps")
    page.wait_for_timeout(300)
    assert attribute(page, "steps") == at
