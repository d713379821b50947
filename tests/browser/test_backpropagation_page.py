"""The Backpropagation page: nodes are stepped, pointed at and changed; a link shows exactly this."""

import math
import re
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


def test_a_step_is_written_as_it_can_be_checked_by_hand(graph: Callable[..., Opened]) -> None:
    """With numbers as they are printed: where these do not give the result, it stands behind ≈. None stands twice."""
    page = graph().page
    chain, walk = page.locator(".chain"), page.get_by_role("button", name="One step on").first
    seen = set()
    for direction, count in (("Forward →", 13), ("← Backward", 24)):
        page.get_by_role("button", name=direction).click()
        for _ in range(count):
            parts = re.split(" (?:=|≈) ", chain.inner_text())
            assert len(set(parts)) == len(parts)
            if "·" in parts[-2]:
                terms = parts[-2].replace("½", "0.5").replace("−", "-").replace("(", "").replace(")", "").split(" + ")
                by_hand = sum(math.prod(map(float, term.split(" · "))) for term in terms)
                exact = f"{by_hand:.3g}" == f"{float(parts[-1].replace('−', '-')):.3g}"
                assert exact == ("≈" not in chain.inner_text())
                seen.add(exact)
            walk.click()
    assert seen == {True, False}


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_a_presenter_has_the_whole_graph_on_one_screen(graph: Callable[..., Opened], size: tuple[int, int]) -> None:
    page = graph("present=1&backprop_look=backward.dw.1", width=size[0], height=size[1]).page
    for node in page.locator(".graph .node").all():
        at = node.bounding_box()
        assert at is not None
        assert at["x"] >= 0
        assert at["y"] + at["height"] <= size[1] + 1


def test_two_units_that_are_off_are_told_of(graph: Callable[..., Opened]) -> None:
    told = "Both ReLUs are off"
    page = graph("backprop_activation=relu").page
    assert page.get_by_text(told).is_visible()
    assert "more are 0" in page.locator(".facts").first.inner_text()
    page = graph("backprop_activation=relu&backprop_edits=b0:2").page
    assert page.get_by_text(told).count() == 0


def test_the_table_names_what_the_graph_names(graph: Callable[..., Opened]) -> None:
    page = graph("backprop_look=backward.dx.1").page
    page.get_by_role("button", name="Show as table").click()
    table = page.locator(".lens-table")
    assert table.locator("th[scope=row]").all_inner_texts() == ["1", "2"]
    assert table.locator("[aria-current]").inner_text() == page.locator(".sv").inner_text()


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
