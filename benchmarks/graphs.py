"""The graph of the benchmarks, and the layers that read one, in PyTorch."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  as everybody calls it
from torch import Tensor

from engine.graphs import Graph
from engine.layers import GIN, GATv2, GraphAttention, GraphConvolution, GraphPooling, GraphSAGE, Layer, PairNorm
from engine.layers.graph_layer import GraphLayer

HEARD = 8  # others that a node hears
NODES = 16  # of a graph of the batch, or a divisor of all nodes


@lru_cache(maxsize=4)
def heard(nodes: int) -> Graph:
    """Graphs of 16 nodes, in which every node hears 8 others, of equal weight."""
    rng = np.random.default_rng(0)
    others = np.array([rng.permutation(NODES - 1)[:HEARD] + 1 for _ in range(nodes)])
    i = np.arange(nodes)[:, None]
    sources = i // NODES * NODES + (i + others) % NODES
    pairs = np.stack([sources.ravel(), np.repeat(np.arange(nodes), HEARD)], axis=1)
    return Graph(nodes, pairs, sizes=(NODES,) * (nodes // NODES))


def graph_function(layer: Layer) -> Callable[..., Tensor]:
    """The layer as a function (x, *weights) → y, by `index_add` and `index_select` as PyTorch Geometric does it."""
    of_layer: dict[type[GraphLayer], Callable[..., Callable[..., Tensor]]] = {
        GraphConvolution: _convolution,
        GraphAttention: _attention,
        GATv2: _attention_of_listener,
        GraphSAGE: _sage,
        GIN: lambda _: lambda x, eps: (1 + eps) * x + _summed(x[_edges(len(x))[0]], _edges(len(x))[1], len(x)),
        GraphPooling: lambda _: lambda x: x.view(-1, NODES, x.shape[1]).mean(1),
        PairNorm: _pair_norm,
    }
    return next(make for kind, make in of_layer.items() if isinstance(layer, kind))(layer)


@lru_cache(maxsize=8)
def _edges(nodes: int, loops: bool = False) -> tuple[Tensor, Tensor]:
    graph = heard(nodes).with_self_loops if loops else heard(nodes)
    return torch.tensor(graph.sources.copy()), torch.tensor(graph.targets.copy())


def _summed(values: Tensor, of: Tensor, count: int) -> Tensor:
    return values.new_zeros(count, *values.shape[1:]).index_add(0, of, values)


def _convolution(_: GraphConvolution) -> Callable[..., Tensor]:
    def apply(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        sources, targets = _edges(len(x), True)
        # D is 9 for every node
        return _summed(F.linear(x, w)[sources] / (HEARD + 1), targets, len(x)) + b

    return apply


def _softmax(e: Tensor, targets: Tensor, nodes: int) -> Tensor:
    where = targets[:, None].expand_as(e)
    highest = e.new_zeros(nodes, e.shape[1]).scatter_reduce(0, where, e.detach(), "amax", include_self=False)
    exponentials = (e - highest[targets]).exp()
    return exponentials / _summed(exponentials, targets, nodes)[targets]


def _project(x: Tensor, kernel: Tensor) -> Tensor:
    """(N, heads, units). A kernel (C, heads, units) arrives with its last two axes in front: (units, heads, C)."""
    units, heads, _ = kernel.shape
    return (x @ kernel.permute(2, 1, 0).flatten(1)).view(len(x), heads, units)


def _attention(layer: GraphAttention) -> Callable[..., Tensor]:
    def apply(x: Tensor, w: Tensor, a: Tensor, c: Tensor, b: Tensor) -> Tensor:
        sources, targets = _edges(len(x), True)
        h = _project(x, w)
        e = F.leaky_relu((h * a.T).sum(-1)[sources] + (h * c.T).sum(-1)[targets], layer.negative_slope)
        return _summed(_softmax(e, targets, len(x))[..., None] * h[sources], targets, len(x)).flatten(1) + b

    return apply


def _attention_of_listener(layer: GATv2) -> Callable[..., Tensor]:
    def apply(x: Tensor, w: Tensor, v: Tensor, a: Tensor, b: Tensor) -> Tensor:
        sources, targets = _edges(len(x), True)
        h = _project(x, w)
        e = (F.leaky_relu(h[sources] + _project(x, v)[targets], layer.negative_slope) * a.T).sum(-1)
        return _summed(_softmax(e, targets, len(x))[..., None] * h[sources], targets, len(x)).flatten(1) + b

    return apply


def _sage(_: GraphSAGE) -> Callable[..., Tensor]:
    def apply(x: Tensor, w: Tensor, v: Tensor, b: Tensor) -> Tensor:
        sources, targets = _edges(len(x))
        return F.linear(x, w, b) + F.linear(_summed(x[sources], targets, len(x)) / HEARD, v)

    return apply


def _pair_norm(layer: PairNorm) -> Callable[..., Tensor]:
    def apply(x: Tensor) -> Tensor:
        graphs = x.view(-1, NODES, x.shape[1])
        c = graphs - graphs.mean(1, keepdim=True)
        q = (c * c).sum(2, keepdim=True).mean(1, keepdim=True)
        return (layer.scale * c / (q + layer.epsilon).sqrt()).view_as(x)

    return apply
