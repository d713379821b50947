"""The Backpropagation page: nodes are stepped, pointed at and changed; a link shows exactly this."""

from collections.abc import Callable
from typing import Any

import pytest

from experiments.backpropagation.graph import FINAL, run
from experiments.backpropagation.scene import START
from experiments.backpropagation.spec import GraphSpec
from tests.browser.stage import box
from tests.browser.tabs import Opened, guess, quiet


@pytest.fixture
def graph(serve: Callable[..., str], open_page: Callable[..., Opened]) -> Callable[..., Opened]:
    def opened(query: str = "", **more: Any) -> Opened:
        it = open_page(f"{serve('app.py')}/backpropagation?{query}", **more)
        it.page.locator(".graph .node").nth(20).wait_for()
        quiet(it)
        return it

    return opened


def test_a_step_back_through_the_graph_is_written_with_its_numbers(graph: Callable[..., Opened]) -> None:
    it = graph()
    page, sent = it.page, len(it.sent)
    page.get_by_role("button", name="← Backward").click()
    assert page.locator(".sum .note").inner_text() == START[FINAL]
    assert page.locator(".chain").inner_text().endswith("by definition")
    for _ in range(2):
        page.get_by_role("button", name="One step on").first.click()
    assert page.locator(".pos").first.inner_text() == "node 3 of 24"
    assert page.locator(".chain").inner_text().startswith("∂L/∂s = ∂L/∂e")
    assert page.locator(".graph .grad span", has_text="…").count() == 21  # still to come
    page.get_by_role("button", name="One step back").first.click()
    assert page.locator(".chain").inner_text().startswith("∂L/∂e = ∂L/∂L · e")
    assert len(it.sent) == sent


def test_a_changed_weight_changes_all_that_follows(graph: Callable[..., Opened]) -> None:
    page = graph().page
    page.get_by_role("button", name="v₂, second weights").click()
    page.locator(".edit .field").fill("-2")
    page.locator(".edit .field").press("Enter")
    page.wait_for_url("**backprop_edits=v1**")
    loss = float(run(GraphSpec(edits="v1:-2")).values["L"])
    page.get_by_role("button", name=f"L, loss: {loss:.3g}", exact=True).wait_for()


def test_keys_walk_through_the_graph_from_its_first_number(graph: Callable[..., Opened]) -> None:
    """As they are made, in either direction, while nothing has the focus."""
    page = graph().page
    position, symbol = page.locator(".pos").first, page.locator(".graph .mine b")
    assert (position.inner_text(), symbol.inner_text()) == ("node 1 of 13", "p₁₁")
    page.keyboard.press("ArrowRight")
    assert (position.inner_text(), symbol.inner_text()) == ("node 2 of 13", "p₁₂")
    page.keyboard.press("b")
    assert position.inner_text() == "node 1 of 24"
    page.keyboard.press("ArrowRight")
    assert position.inner_text() == "node 2 of 24"
    assert page.locator(".chain").inner_text().startswith("∂L/∂e")
    page.keyboard.press("ArrowLeft")
    assert position.inner_text() == "node 1 of 24"


def test_keys_walk_on_where_a_grid_has_nothing_to_the_left_and_right(graph: Callable[..., Opened]) -> None:
    """One number, or a column of them; in a matrix they move within it."""
    page = graph().page
    position, now = page.locator(".pos").first, page.locator(".si")
    box(page, "s").focus()
    page.keyboard.press("b")
    for at in range(2, 6):
        page.keyboard.press("ArrowRight")
        assert position.inner_text() == f"node {at} of 24"
    assert now.inner_text() == "∂L/∂q[2]"
    page.keyboard.press("ArrowLeft")
    assert position.inner_text() == "node 4 of 24"
    page.keyboard.press("Enter")
    assert now.inner_text() == "∂L/∂L"
    box(page, "dq").focus()
    assert now.inner_text() == "∂L/∂q[2]"
    page.keyboard.press("ArrowUp")
    assert now.inner_text() == "∂L/∂q[1]"
    page.keyboard.press("ArrowRight")
    assert now.inner_text() == "∂L/∂v[2]"
    box(page, "dp").focus()
    page.keyboard.press("ArrowRight")
    assert now.inner_text() == "∂L/∂p[1, 2]"


def test_arrows_walk_from_node_to_node(graph: Callable[..., Opened]) -> None:
    page = graph().page
    page.get_by_role("button", name="L, loss").focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator(".graph .mine b").inner_text() == "e"


def test_on_a_phone_the_node_that_is_looked_at_is_in_view(graph: Callable[..., Opened]) -> None:
    page = graph(width=390, height=844).page
    node = page.locator(".graph .mine")
    made_of, seen = (
        page.locator(".graph .node", has_text="x₁").bounding_box(),
        page.locator(".graph-scroll").bounding_box(),
    )
    assert made_of is not None
    assert seen is not None
    assert made_of["x"] >= seen["x"]
    for look in ("p₁₁", "L"):
        assert look in node.inner_text()
        at = node.bounding_box()
        assert at is not None
        assert 0 <= at["x"] <= at["x"] + at["width"] <= 390
        page.get_by_role("button", name="L, loss").evaluate("node => node.click()")


def test_a_link_shows_exactly_this(graph: Callable[..., Opened]) -> None:
    page = graph("backprop_loss=binary+cross-entropy&backprop_look=backward.dv.1").page
    assert page.locator(".chain").inner_text().startswith("∂L/∂v₂ = ∂L/∂q₂ · h₂")
    assert "agrees" in page.locator(".sum").inner_text()


def test_a_link_opens_a_race_whose_rate_falls(graph: Callable[..., Opened]) -> None:
    it = graph("race_schedule=cosine")
    card = guess(it, "BP3")
    card.get_by_text("(cosine)").wait_for(timeout=60_000)
    card.get_by_label("The rate is at most 0.0300").wait_for()
