"""The Graph convolution lesson as a learner uses it, in Chromium, on the real server."""

import re
from collections.abc import Callable
from typing import Any

GRAPH = ".graph[data-drawn]"


def test_a_graph_is_pointed_at_cut_extended_and_shared(
    open_page: Callable[..., Any], serve: Callable[..., str]
) -> None:
    """By mouse and by keyboard, forward and backward; another visitor with the address sees the same."""
    home = serve("app.py")
    page = open_page(f"{home}/graph_convolution?graph_layer=GAT", ready=GRAPH).page
    page.locator(".graph .node[data-name='4']").hover()
    page.wait_for_selector(".graph[data-node='4']")
    assert page.locator(".graph tbody tr").count() == 4  # two neighbours, itself, the sum
    page.get_by_role("button", name="Remove", exact=True).click()
    page.locator(".graph .node[data-name='6']").click()
    page.wait_for_selector(".graph[data-nodes='6'][data-edges='7']")
    page.get_by_role("button", name="Add a node").click()
    page.locator(".graph .node[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(".graph[data-nodes='7'][data-edges='8']")
    page.get_by_role("button", name="Backward", exact=True).click()
    page.wait_for_selector(".graph[data-direction='backward']")
    assert "numerical gradient agrees" in page.locator(".graph").inner_text()
    page.wait_for_url(lambda url: "graph_graph=" in url and re.search(r"graph_look=\d+\.\d\.1\.", url))
    table = page.locator(".graph table").inner_text()
    other = open_page(page.url, ready=GRAPH).page
    other.wait_for_selector(".graph[data-nodes='7'][data-direction='backward']")
    assert other.locator(".graph table").inner_text() == table


def test_a_new_node_at_the_frame_is_whole_and_the_circles_are_explained(
    open_page: Callable[..., Any], serve: Callable[..., str]
) -> None:
    page = open_page(f"{serve('app.py')}/graph_convolution?graph_layer=GIN&graph_look=3.2.0.0", ready=GRAPH).page
    page.get_by_role("button", name="Add a node").click()
    frame = page.locator(".graph svg[role='group']").bounding_box()
    page.mouse.click(frame["x"] + 3, frame["y"] + frame["height"] - 3)
    page.wait_for_selector(".graph[data-nodes='8']")
    frame = page.locator(".graph svg[role='group']").bounding_box()  # another row of buttons has moved it
    circle = page.locator(".graph .node[data-name='7'] circle").bounding_box()
    assert circle["x"] >= frame["x"]
    assert circle["y"] + circle["height"] <= frame["y"] + frame["height"]
    said = page.locator(".graph").inner_text()
    assert "Node 3 shows y, the others x, the y of hop 1. Blue: −2 and below; orange: 2 and above." in said
    assert "the layer has no weight" in said
    page.get_by_role("button", name="Backward", exact=True).click()
    page.wait_for_selector(".graph[data-direction='backward']")
    assert "Node 3 shows ∂L/∂x, the others ∂L/∂y. Blue" in page.locator(".graph").inner_text()
