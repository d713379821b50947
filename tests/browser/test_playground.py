"""The playground of the Backpropagation page: it steps and trains with the engine's numbers, and points come and go."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from experiments.backpropagation.own_points import unpacked
from experiments.backpropagation.playground import PlaygroundSpec
from experiments.backpropagation.playing import PlayRun

READY = ".playground[data-drawn]"
PLANE = ".playground [role=application]"


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
    button(page, "Step back").click()
    expect(line).to_have_text(re.compile(f"^Step 0: loss {run.losses[0]:.3f}"))
    button(page, "One step").click()
    expect(line).to_have_text(re.compile(f"^Step 1: loss {run.loss:.3f}"))
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


def put_in_view(page: Any, seen: bool) -> None:
    """As a browser does with a tab that another one covers."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true })
            document.dispatchEvent(new Event("visibilitychange"))
        }""",
        not seen,
    )


def test_out_of_view_it_rests_and_goes_on_when_it_is_seen_again(play: Callable[..., Any]) -> None:
    page = play().page
    button(page, "Train").click()
    wait_for_steps(page, 5)
    put_in_view(page, False)
    page.wait_for_timeout(500)  # what is under way arrives
    at = attribute(page, "steps")
    page.wait_for_timeout(700)
    assert attribute(page, "steps") == at
    put_in_view(page, True)
    wait_for_steps(page, at + 5)


def test_points_come_and_go_while_it_learns_and_stand_in_the_address(play: Callable[..., Any]) -> None:
    page = play("play_data=only+your+own").page
    assert page.locator(".playground .say").inner_text().startswith("No points yet")
    plane = page.locator(PLANE)
    plane.click(position={"x": 100, "y": 100})
    button(page, "● class 0").click()
    plane.focus()
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(re.compile(r"play_own=[\w-]{6}$"))
    text = page.url.split("play_own=")[1]
    assert unpacked(text)[1].tolist() == [1, 0]
    button(page, "Train").click()
    wait_for_steps(page, 30)
    button(page, "Undo").click()
    page.wait_for_url(re.compile(r"play_own=[\w-]{3}$"))
    assert attribute(page, "steps") >= 30  # it learns on
    again = play(f"play_data=only+your+own&play_own={text}").page
    assert "of 2 points" in again.locator(".playground .say").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everyone_can_use_it(play: Callable[..., Any], theme: str) -> None:
    page = play(theme=theme, width=390).page
    found = Axe().run(page, context=".stBidiComponent, [data-testid^=stBidi]").response
    assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
