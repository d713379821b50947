"""The Graph convolution lesson as a learner uses it, in Chromium, on the real server."""

import re
from collections.abc import Callable
from typing import Any

from experiments.graph_convolution.edges import NODES
from tests.browser.tabs import quiet

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


def test_quick_presses_all_count_and_a_full_graph_stays(
    open_page: Callable[..., Any], serve: Callable[..., str]
) -> None:
    """Twenty nodes are added before the first answer comes; a graph with as many nodes as may be takes no more."""
    home = serve("app.py")
    opened = open_page(f"{home}/graph_convolution", ready=GRAPH)
    quiet(opened)
    page = opened.page
    page.get_by_role("button", name="Add a node").click()
    pressed = (
        "node => { for (let k = 0; k < 20; k++) node.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' })) }"
    )
    page.locator(".graph .node[tabindex='0']").evaluate(pressed)
    page.wait_for_selector(".graph[data-nodes='27'][data-edges='28']")
    page = open_page(f"{home}/graph_convolution?graph_graph={','.join(map(str, range(NODES)))}", ready=GRAPH).page
    page.get_by_role("button", name="Add a node").click()
    page.locator(".graph .node[tabindex='0']").press("Enter")
    assert page.get_by_text(f"A graph has at most {NODES} nodes here.").is_visible()
    assert page.locator(GRAPH).get_attribute("data-nodes") == str(NODES)


def test_pointing_at_a_large_graph_draws_only_what_follows(
    open_page: Callable[..., Any], serve: Callable[..., str]
) -> None:
    """Nodes and edges stay as they are; what the node that was looked at before showed is taken back."""
    ring = ",".join(f"{k}-{(k + 1) % 200}" for k in range(200))
    page = open_page(f"{serve('app.py')}/graph_convolution?graph_graph={ring}", ready=GRAPH).page
    graph = page.locator(GRAPH)
    graph.evaluate("root => { root.querySelectorAll('.node, .edge').forEach((each) => { each.kept = true }) }")
    page.locator(".graph .node[tabindex='0']").focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.wait_for_selector(".graph[data-node='2']")
    kept = "root => [...root.querySelectorAll('.node, .edge')].every((each) => each.kept)"
    assert graph.evaluate(kept)
    assert page.locator(".graph .node[tabindex='0']").get_attribute("data-name") == "2"
    assert page.locator(".graph .node[aria-pressed='true'], .graph .node circle[stroke-width='3']").count() == 2
    assert page.locator(".graph tbody tr").count() == 4
    page.get_by_role("button", name="Backward", exact=True).click()
    assert not graph.evaluate(kept)
