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
    said = page.locator(".graph").inner_text()
    assert re.search(r"numerical gradient agrees with ∂L/∂x, the largest difference is \d×10⁻[⁰¹²³⁴-⁹]+\.", said)
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


def test_on_a_phone_the_graph_comes_before_its_settings_and_facts(
    open_page: Callable[..., Any], serve: Callable[..., str]
) -> None:
    page = open_page(f"{serve('app.py')}/graph_convolution", ready=GRAPH).page
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_selector(".graph.narrow")
    tops = [page.locator(each).bounding_box()["y"] for each in (GRAPH, ".st-key-graph-settings", ".facts")]
    assert tops == sorted(tops)


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


def test_a_setting_changes_the_numbers_of_a_large_graph_and_leaves_its_nodes(
    open_page: Callable[..., Any], serve: Callable[..., str]
) -> None:
    """What stands stays: numbers and colours are told anew, a node that is removed takes all to be drawn again."""
    ring = ",".join(f"{k}-{(k + 1) % 200}" for k in range(200))
    page = open_page(f"{serve('app.py')}/graph_convolution?graph_graph={ring}", ready=GRAPH).page
    graph = page.locator(GRAPH)
    node = page.locator(".graph .node[data-name='7']")
    graph.evaluate("root => { root.querySelectorAll('.node, .edge').forEach((each) => { each.kept = true }) }")
    kept = "root => [...root.querySelectorAll('.node, .edge')].every((each) => each.kept)"
    before = node.get_attribute("aria-label")
    page.locator(".st-key-graph_hops [role=radio]").nth(2).click()
    page.wait_for_selector(".graph[data-hop='3']")
    hops = node.get_attribute("aria-label")
    page.get_by_role("button", name="Backward", exact=True).click()
    page.wait_for_selector(".graph[data-direction='backward']")
    back = node.get_attribute("aria-label")
    assert len({before, hops, back}) == 3
    assert back.startswith("node 7: ∂L/∂y ")
    arrow = page.locator(".graph marker path")
    assert arrow.get_attribute("fill") == "var(--k-gradient)"
    assert graph.evaluate(kept)
    page.get_by_role("button", name="Remove", exact=True).click()
    page.locator(".graph .node[tabindex='0']").press("Enter")
    page.wait_for_selector(".graph[data-nodes='199']")
    assert not graph.evaluate(kept)


def test_the_script_of_a_large_graph_is_not_coloured(open_page: Callable[..., Any], serve: Callable[..., str]) -> None:
    """Each word in colour is an element, and a list of 500 nodes has thousands of words."""
    home = serve("app.py")
    script = ".st-key-prose-elsewhere pre"
    small = open_page(f"{home}/graph_convolution", ready=GRAPH).page
    small.locator(script).wait_for()
    assert small.locator(f"{script} span").count() > 50
    ring = ",".join(f"{k}-{(k + 1) % NODES}" for k in range(NODES))
    large = open_page(f"{home}/graph_convolution?graph_graph={ring}", ready=GRAPH).page
    large.locator(script).wait_for()
    assert "loss.backward()" in large.locator(script).inner_text()
    assert large.locator(f"{script} span").count() < 50
