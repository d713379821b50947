"""Who has heard whom: as many hops away as the layer has hops."""

import numpy as np
import pytest

from experiments.graph_convolution import messages as messages_module
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
    more = messages(GraphConvolutionSpec(graph=",".join(f"{k}-{k + 1}" for k in range(CHECKED))))
    assert (more.checked, more.difference) == (None, None)
    assert messages(GraphConvolutionSpec(graph=",".join(f"{k}-{k + 1}" for k in range(CHECKED - 1)))).checked


@pytest.mark.parametrize("layer", LAYERS)
def test_the_largest_difference_is_told(layer: str) -> None:
    """Rounding leaves some of it; a gradient that is wrong by 0.01 at one node is told as wrong by that much."""
    assert 0 < (messages(GraphConvolutionSpec(layer)).difference or 0) < 1e-8
    with pytest.MonkeyPatch.context() as patch:
        right, one = messages_module.numerical_gradient, 0.01 * (np.arange(7) == 3)[:, None]
        patch.setattr(messages_module, "numerical_gradient", lambda f, x: right(f, x) + one)
        wrong = messages(GraphConvolutionSpec(layer))
    assert not wrong.checked
    assert wrong.difference == pytest.approx(0.01, abs=1e-7)


def test_a_picture_that_was_made_is_not_made_again() -> None:
    """The fragment makes it first, then the whole page asks for it."""
    assert messages_module.picture(GraphConvolutionSpec()) is messages_module.picture(GraphConvolutionSpec())
