"""Layers of graphs against dense formulas, (N, N) matrices and all, with PyTorch's gradients."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812  as everybody calls it
from torch import Tensor

from engine.arrays import rebuild
from engine.graphs import Graph, batch
from engine.layers import (
    GIN,
    Dense,
    GATv2,
    GraphAttention,
    GraphConvolution,
    GraphPooling,
    GraphSAGE,
    Layer,
    PairNorm,
    ReLU,
)
from engine.network import Sequential
from tests.engine.test_graphs import dense, random_edges


def a_batch(seed: int) -> tuple[Graph, Tensor]:
    """Two random graphs, each with a node that is alone and edges given twice; and A, made edge by edge."""
    given = [random_edges(2 * seed), random_edges(2 * seed + 1)]
    blocks = [torch.tensor(dense(*one)) for one in given]
    return batch([Graph(*one) for one in given]), torch.block_diag(*blocks)


def adjacency(a: Tensor, loops: bool) -> Tensor:
    return a + torch.eye(len(a), dtype=a.dtype) if loops else a


def convolution(layer: GraphConvolution, a: Tensor, _: Graph, p: dict[str, Tensor], x: Tensor) -> Tensor:
    a = adjacency(a, layer.self_loops)
    inverse = torch.where(a.sum(1) > 0, 1 / a.sum(1), 0)
    if layer.normalization == "row":
        a = torch.diag(inverse) @ a
    elif layer.normalization == "symmetric":
        a = torch.diag(inverse.sqrt()) @ a @ torch.diag(inverse.sqrt())
    return a @ x @ p["kernel"] + p.get("bias", 0)


def attention(layer: Any, a: Tensor, _: Graph, p: dict[str, Tensor], x: Tensor) -> Tensor:
    there = adjacency(a, layer.self_loops) > 0
    h = torch.einsum("nc,chu->nhu", x, p["kernel"])
    if isinstance(layer, GATv2):
        g = torch.einsum("nc,chu->nhu", x, p["kernel_target"])
        s = F.leaky_relu(h[None] + g[:, None], layer.negative_slope)  # (i, j, heads, units)
        e = (s * p["attention"]).sum(-1)
    else:
        says, asks = (h * p["attention"]).sum(-1), (h * p["attention_target"]).sum(-1)
        e = F.leaky_relu(says[None] + asks[:, None], layer.negative_slope)
    # a node that hears nothing: no share for anybody
    alpha = torch.softmax(e.masked_fill(~there[..., None], -1e9), 1) * there[..., None]
    y = torch.einsum("ijh,jhu->ihu", alpha, h)
    return (y.flatten(1) if layer.concatenate else y.mean(1)) + p.get("bias", 0)


def sage(layer: GraphSAGE, a: Tensor, _: Graph, p: dict[str, Tensor], x: Tensor) -> Tensor:
    if layer.aggregator == "max":
        rows = [x[row > 0].max(0).values if (row > 0).any() else x.new_zeros(x.shape[1]) for row in a]
        m = torch.stack(rows)
    else:
        m = a @ x
        if layer.aggregator == "mean":
            m = m / a.sum(1, keepdim=True).clamp(min=1e-30)
    return x @ p["kernel"] + m @ p["kernel_neighbours"] + p.get("bias", 0)


def isomorphism(layer: GIN, a: Tensor, _: Graph, p: dict[str, Tensor], x: Tensor) -> Tensor:
    return (1 + p.get("eps", layer.eps)) * x + a @ x


def pooling(layer: GraphPooling, _: Tensor, graph: Graph, p: dict[str, Tensor], x: Tensor) -> Tensor:
    parts = x.split(list(graph.sizes or ()))
    reduce: dict[str, Callable[[Tensor], Tensor]] = {
        "sum": lambda part: part.sum(0),
        "mean": lambda part: part.mean(0),
        "max": lambda part: part.max(0).values,
    }
    return torch.stack([reduce[layer.mode](part) for part in parts])


def pair_norm(layer: PairNorm, _: Tensor, graph: Graph, p: dict[str, Tensor], x: Tensor) -> Tensor:
    parts = [part - part.mean(0) for part in x.split(list(graph.sizes or ()))]
    return torch.cat([layer.scale * c / (c.pow(2).sum(1).mean() + layer.epsilon).sqrt() for c in parts])


LAYERS: tuple[tuple[Layer, Any], ...] = (
    *((GraphConvolution(3, n, s), convolution) for n in ("symmetric", "row", "none") for s in (True, False)),
    (GraphConvolution(2, use_bias=False), convolution),
    (GraphAttention(3), attention),
    (GraphAttention(2, 3, negative_slope=0.4), attention),
    (GraphAttention(2, 3, concatenate=False, self_loops=False), attention),
    (GATv2(3), attention),
    (GATv2(2, 3, negative_slope=0), attention),
    (GATv2(2, 3, concatenate=False, self_loops=False, use_bias=False), attention),
    *((GraphSAGE(3, aggregator), sage) for aggregator in ("mean", "max", "sum")),
    (GIN(0.3), isomorphism),
    (GIN(-0.2, learn_eps=False), isomorphism),
    *((GraphPooling(mode), pooling) for mode in ("sum", "mean", "max")),
    (PairNorm(), pair_norm),
    (PairNorm(3, 0.1), pair_norm),
)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("layer", "truth"), LAYERS, ids=lambda value: str(value) if isinstance(value, Layer) else "")
def test_outputs_and_gradients(layer: Layer, truth: Any, seed: int) -> None:
    graph, a = a_batch(seed)
    rng = np.random.default_rng(seed)
    params, _ = layer.init(rng, (4,), np.float64)
    params = rebuild(params, lambda _, array: array + rng.uniform(-0.3, 0.3, array.shape))
    x = rng.standard_normal((graph.nodes, 4))
    y, trace = layer.forward(params, x, graph=graph)
    dy = rng.standard_normal(y.shape)
    dx, grads = layer.backward(params, trace, dy)

    inputs = {name: torch.tensor(array, requires_grad=True) for name, array in ({"x": x} | params).items()}
    expected = truth(layer, a, graph, {n: w for n, w in inputs.items() if n != "x"}, inputs["x"])
    np.testing.assert_allclose(y, expected.detach().numpy(), rtol=1e-11, atol=1e-12)
    gradients = torch.autograd.grad(expected, list(inputs.values()), torch.tensor(dy))
    for (name, _), gradient in zip(inputs.items(), gradients, strict=True):
        np.testing.assert_allclose(({"x": dx} | grads)[name], gradient.numpy(), rtol=1e-10, atol=1e-11, err_msg=name)


@pytest.mark.parametrize("layer", [layer for layer, _ in LAYERS], ids=str)
def test_a_batch_of_graphs_is_each_graph_alone(layer: Layer) -> None:
    rng = np.random.default_rng(0)
    graphs = [Graph(*random_edges(seed)) for seed in range(3)]
    params, _ = layer.init(rng, (4,), np.float64)
    xs = [rng.standard_normal((graph.nodes, 4)) for graph in graphs]
    alone = [layer.forward(params, x, graph=graph)[0] for x, graph in zip(xs, graphs, strict=True)]
    together, _ = layer.forward(params, np.concatenate(xs), graph=batch(graphs))
    np.testing.assert_allclose(together, np.concatenate(alone), rtol=1e-12, atol=1e-13)


def test_the_defaults_are_those_of_torch_geometric() -> None:
    """Of GCNConv, GATConv, GATv2Conv, SAGEConv, GINConv and PairNorm; a read-out has none there."""
    attention = {"heads": 1, "concatenate": True, "self_loops": True, "negative_slope": 0.2, "use_bias": True}
    for layer, expected in (
        (GraphConvolution(3), {"normalization": "symmetric", "self_loops": True, "use_bias": True}),
        (GraphAttention(3), attention),
        (GATv2(3), attention),
        (GraphSAGE(3), {"aggregator": "mean", "use_bias": True}),
        (GIN(), {"eps": 0.0}),  # it learns ε, which theirs does where it is asked
        (PairNorm(), {"scale": 1.0, "epsilon": 1e-5}),
    ):
        assert {name: getattr(layer, name) for name in expected} == expected


def test_the_shares_of_attention_sum_to_one() -> None:
    graph, _ = a_batch(0)
    for layer in (GraphAttention(2, 3), GATv2(2, 3)):
        params, _ = layer.init(np.random.default_rng(0), (4,), np.float64)
        # so large that exp of a score would overflow
        _, trace = layer.forward(params, np.random.default_rng(1).standard_normal((graph.nodes, 4)) * 1e4, graph=graph)
        shares = np.zeros((graph.nodes, 3))
        np.add.at(shares, trace.graph.targets, trace.attention)
        np.testing.assert_allclose(shares, 1, rtol=1e-12)


def test_pair_norm_keeps_the_mean_distance() -> None:
    x = np.random.default_rng(0).standard_normal((6, 4)) * 1e3
    y, _ = PairNorm(1.5).forward({}, x, graph=Graph(6))
    squared = ((y[:, None] - y[None]) ** 2).sum(axis=-1)
    assert squared.mean() == pytest.approx(2 * 1.5**2)


def test_sequential_hands_the_graph_on() -> None:
    network = Sequential([GraphConvolution(5), ReLU(), PairNorm(), GraphPooling("max"), Dense(2)])
    graph, _ = a_batch(1)
    params, _ = network.init(np.random.default_rng(0), (4,))
    x = np.random.default_rng(1).standard_normal((graph.nodes, 4), np.float32)
    y, trace = network.forward(params, x, graph=graph)
    assert y.shape == (2, 2)
    assert y.dtype == np.float32
    dx, _ = network.backward(params, trace, np.ones_like(y))
    assert dx.shape == x.shape


@pytest.mark.parametrize("layer", [layer for layer, _ in LAYERS], ids=str)
def test_a_graph_that_does_not_fit_is_refused(layer: Layer) -> None:
    params, _ = layer.init(np.random.default_rng(0), (4,), np.float64)
    with pytest.raises(ValueError, match="needs graph, a Graph, not None"):
        layer.forward(params, np.ones((3, 4)))
    with pytest.raises(ValueError, match="a row for each of the graph's 5 nodes, not 3"):
        layer.forward(params, np.ones((3, 4)), graph=Graph(5))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GraphConvolution(0), "units must be at least 1, not 0"),
        (lambda: GraphConvolution(1, "column"), "normalization must be one of symmetric, row, none, not 'column'"),
        (lambda: GraphAttention(1, 0), "heads must be at least 1, not 0"),
        (lambda: GATv2(1, negative_slope=-1), "negative_slope must be at least 0, not -1"),
        (lambda: GraphSAGE(1, "median"), "aggregator must be one of mean, max, sum, not 'median'"),
        (lambda: GIN(np.inf), "eps must be finite, not inf"),
        (lambda: GraphPooling("median"), "mode must be one of sum, mean, max, not 'median'"),
        (lambda: PairNorm(0), "scale must be above 0, not 0"),
    ],
)
def test_wrong_hyperparameters_raise(make: Callable[[], Layer], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_a_read_out_of_one_node_is_that_node(mode: str) -> None:
    x, dy = np.array([[2.0], [-3.0], [5.0]]), np.array([[1.0], [2.0], [4.0]])
    pooling = GraphPooling(mode)
    y, trace = pooling.forward({}, x, graph=batch([Graph(1)] * 3))
    assert y.tolist() == x.tolist()
    assert pooling.backward({}, trace, dy)[0].tolist() == dy.tolist()
