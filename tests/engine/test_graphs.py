"""Graphs: what is kept, what is refused, and the numbers against matrices."""

from typing import Any

import numpy as np
import pytest

from engine.graphs import Graph, batch, largest, largest_dvalues, sums


def dense(nodes: int, edges: Any, weights: Any) -> np.ndarray:
    """A, edge by edge."""
    a = np.zeros((nodes, nodes))
    for (source, target), weight in zip(edges, weights, strict=True):
        a[target, source] += weight
    return a


def random_edges(seed: int) -> tuple[int, np.ndarray, np.ndarray]:
    """Nodes, of which the last is alone, edges, some of them twice and some to themselves, and weights."""
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(3, 8))
    edges = rng.integers(0, nodes - 1, (int(rng.integers(6, 20)), 2))
    edges = np.concatenate([edges, edges[:3]])
    return nodes, edges, rng.uniform(0.2, 2, len(edges))


@pytest.mark.parametrize("seed", range(5))
def test_edges_given_twice_are_summed(seed: int) -> None:
    nodes, edges, weights = random_edges(seed)
    graph = Graph(nodes, edges, weights)
    a = dense(nodes, edges, weights)
    np.testing.assert_allclose(graph.adjacency, a, rtol=1e-15)
    assert len(graph.edges) == len({tuple(edge) for edge in edges.tolist()})
    assert (np.diff(graph.targets) >= 0).all()
    np.testing.assert_allclose(graph.degrees, a.sum(axis=1))
    np.testing.assert_allclose(graph.with_self_loops.adjacency, a + np.eye(nodes))
    np.testing.assert_allclose(graph.add_self_loops(0.5).adjacency, a + np.eye(nodes) / 2)
    np.testing.assert_allclose(graph.both_ways().adjacency, np.maximum(a, a.T))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("loops", [False, True])
def test_normalization_by_matrices(seed: int, loops: bool) -> None:
    nodes, edges, weights = random_edges(seed)
    graph = Graph(nodes, edges, weights)
    graph = graph.with_self_loops if loops else graph
    a = graph.adjacency
    d = a.sum(axis=1)
    with np.errstate(divide="ignore"):
        inverse = np.where(d > 0, 1 / d, 0)
    expected = {
        "none": a,
        "row": np.diag(inverse) @ a,
        "symmetric": np.diag(np.sqrt(inverse)) @ a @ np.diag(np.sqrt(inverse)),
    }
    for name, matrix in expected.items():
        ours = np.zeros_like(a)
        ours[graph.targets, graph.sources] = graph.normalized_weights(name)
        np.testing.assert_allclose(ours, matrix, rtol=1e-14, atol=1e-15)


def test_a_batch_is_made_of_blocks() -> None:
    one, none, two = Graph(2, [(0, 1)], [3]), Graph(0), Graph(3, [(2, 0), (1, 1)])
    together = batch([one, none, two])
    expected = np.zeros((5, 5))
    expected[:2, :2], expected[2:, 2:] = one.adjacency, two.adjacency
    np.testing.assert_array_equal(together.adjacency, expected)
    assert together.sizes == (2, 0, 3)
    assert together.graphs == 3
    assert together.graph_of.tolist() == [0, 0, 2, 2, 2]
    # a batch of batches keeps all graphs
    assert batch([together, one]).sizes == (2, 0, 3, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1,), "nodes must be at least 0, not -1"),
        ((2.5,), "nodes must be an integer, not 2.5"),
        ((2, [(0, 2)]), "an edge must join nodes 0 … 1, as there are 2, not 2"),
        ((2, [(-1, 0)]), "an edge must join nodes 0 … 1, as there are 2, not -1"),
        ((2, [0, 1]), r"edges must be pairs \(source, target\), an array \(E, 2\), not \(2,\)"),
        ((2, [(0, 1, 1)]), r"not \(1, 3\)"),
        ((2, [(0.0, 1.0)]), "edges must be whole numbers, not float64"),
        ((2, [(0, 1)], [1, 2]), r"weights must have one number an edge, \(1,\), not \(2,\)"),
        ((2, [(0, 1)], [0]), "weights must be finite and above 0, not 0"),
        ((2, [(0, 1)], [np.nan]), "weights must be finite and above 0, not nan"),
        ((3, [], None, (1, 1)), "sizes must sum to the 3 nodes, not to 2"),
        ((3, [(0, 2)], None, (1, 2)), r"an edge must stay in its graph, and \(0, 2\) leads to another"),
    ],
)
def test_what_is_no_graph_is_refused(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Graph(*arguments)


def test_other_refusals() -> None:
    with pytest.raises(ValueError, match="a batch must have at least one graph"):
        batch([])
    with pytest.raises(ValueError, match="normalization must be one of symmetric, row, none, not 'column'"):
        Graph(1).normalized_weights("column")


def test_a_graph_cannot_be_written_and_does_not_see_what_is() -> None:
    edges, weights = np.array([(0, 1)]), np.array([2.0])
    graph = Graph(2, edges, weights)
    edges[:], weights[:] = 0, 9
    assert graph.edges.tolist() == [[0, 1]]
    assert graph.weights.tolist() == [2]
    for array in (graph.edges, graph.weights, graph.graph_of):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0


def test_sums_and_largest_by_loops() -> None:
    rng = np.random.default_rng(0)
    values, of = rng.standard_normal((9, 2)), np.array([0, 0, 1, 1, 1, 3, 3, 3, 3])
    values[4] = values[2]  # equals, and the first wins
    y, winners = largest(values, of, 5)
    for r in range(5):
        inside = np.flatnonzero(of == r)
        np.testing.assert_allclose(sums(values, of, 5)[r], values[inside].sum(axis=0), atol=1e-15)
        for c in range(2):
            best = inside[values[inside, c].argmax()] if len(inside) else len(of)
            assert winners[r, c] == best
            assert y[r, c] == (values[best, c] if len(inside) else 0)
    dy = rng.standard_normal((5, 2))
    expected = np.zeros_like(values)
    for r, c in np.ndindex(5, 2):
        if winners[r, c] < len(of):
            expected[winners[r, c], c] += dy[r, c]
    np.testing.assert_array_equal(largest_dvalues(dy, winners, values.shape), expected)
