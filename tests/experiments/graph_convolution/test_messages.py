"""Who has heard whom: as many hops away as the layer has hops."""

import pytest

from experiments.graph_convolution.messages import CHECKED, messages
from experiments.graph_convolution.spec import LAYERS, GraphConvolutionSpec

LINE = "0-1,1-2,2-3,3-4"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_node_has_heard_all_that_are_as_many_hops_away(layer: str) -> None:
    found = messages(GraphConvolutionSpec(layer, graph=LINE, hops=3))
    assert found.heard.tolist() == [[2, 3, 3, 3, 2], [3, 4, 5, 4, 3], [4, 5, 5, 5, 4]]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_node_whose_number_is_0_is_heard_all_the_same(layer: str) -> None:
    """Seed 1 gives a node of the first graph the number 0. Another number would change the sum."""
    zero, other = (GraphConvolutionSpec(layer, seed=seed) for seed in (1, 0))
    assert 0 in zero.input()
    assert 0 not in other.input()
    assert messages(zero).heard.tolist() == messages(other).heard.tolist()


def test_without_itself_a_node_hears_itself_by_way_of_its_neighbours() -> None:
    found = messages(GraphConvolutionSpec(graph=LINE, hops=2, self_loops=False))
    assert found.heard.tolist() == [[1, 2, 2, 2, 1], [2, 2, 3, 2, 2]]


def test_differences_check_as_many_nodes_as_is_said() -> None:
    assert messages(GraphConvolutionSpec(graph=f"{CHECKED - 1}")).checked
    assert messages(GraphConvolutionSpec(graph=",".join(f"{k}-{k + 1}" for k in range(CHECKED)))).checked is None
    assert messages(GraphConvolutionSpec(graph=",".join(f"{k}-{k + 1}" for k in range(CHECKED - 1)))).checked
