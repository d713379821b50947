"""GC1: a layer of a graph is a sum of messages: each neighbour says a number, a coefficient says how much it counts.

    y_i = Σ_j c_ij k x_j + own_i + b          c: Ã of a GCN, α of a GAT, a share of a SAGE, A of a GIN
    dx_j = Σ_i c_ij k dy_i + own + what goes through the attention           L = ½ Σ y² of the last hop

k is the weight (a head each, whose mean is taken); own is x_i W of a SAGE, (1 + ε) x_i of a GIN. All numbers are read
from the traces of the engine's layers.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from engine.arrays import Array
from engine.gradient_check import agrees, numerical_gradient
from engine.graphs import Graph, sums
from engine.layers.graph_attention import GraphAttentionTrace
from engine.layers.graph_convolution import GraphConvolutionTrace
from engine.layers.graph_sage import GraphSAGETrace
from experiments.graph_convolution.edges import EDGES, NODES
from experiments.graph_convolution.layout import layout
from experiments.graph_convolution.spec import GAT, GAT2, GCN, GraphConvolutionSpec
from experiments.numbers import decimal, scientific
from experiments.packing import pack
from experiments.scene import Scale
from experiments.shown import Maps, Picture, Shown

CHECKED = 40  # nodes; of more, differences would take too long
MATRIX = 24  # nodes whose matrix is drawn


class Hop(NamedTuple):
    """One layer, forward and backward."""

    x: Array  # (N,)
    y: Array  # (N,)
    dx: Array  # (N,)
    dy: Array  # (N,)
    edges: Array  # (E, 2)  source, target; self loops too
    shares: Array  # (E, heads)  c
    weights: Array  # (heads,)  k
    own: Array  # (N,)  of y_i, what comes from the node itself beside the edges
    own_back: Array  # (N,)  of dx_j, the same
    bias: float

    @property
    def messages(self) -> Array:
        """(E,): c_ij k x_j"""
        return np.asarray((self.shares * self.weights).mean(axis=1) * self.x[self.edges[:, 0]])

    @property
    def returns(self) -> Array:
        """(E,): c_ij k dy_i, on the way back"""
        return np.asarray((self.shares * self.weights).mean(axis=1) * self.dy[self.edges[:, 1]])

    @property
    def summed(self) -> Array:
        """(N,): the sum that makes y."""
        return sums(self.messages, self.edges[:, 1], len(self.x)) + self.own + self.bias

    @property
    def through_attention(self) -> Array:
        """(N,): what reaches dx because x decides the coefficients too; 0 where it does not."""
        return np.asarray(self.dx - sums(self.returns, self.edges[:, 0], len(self.x)) - self.own_back)


class Messages(NamedTuple):
    hops: tuple[Hop, ...]
    heard: Array  # (hops, N)  how many nodes each has heard after so many hops, itself among them where it is heard
    loss: float
    checked: bool | None  # whether differences agree with ∂L/∂x; None where there are too many nodes
    difference: float | None  # the largest between the two


def messages(spec: GraphConvolutionSpec) -> Messages:
    """Forward, and back from L = ½ Σ y²."""
    graph, x, network = spec.drawn.graph, spec.input(), spec.network()
    params, _ = network.init(np.random.default_rng(spec.seed), (1,), np.float64)
    y, trace = network.forward(params, x, graph=graph)
    gradients, _ = network.gradients(params, trace, y)
    hops = tuple(
        _hop(own, child, *(values[:, 0] for values in (before, after, dbefore, dafter)))
        for own, child, before, after, dbefore, dafter in zip(
            params, trace.children, trace.activations, trace.activations[1:], gradients, gradients[1:], strict=False
        )
    )
    checked = difference = None
    if graph.nodes <= CHECKED:

        def loss(values: Array) -> float:
            return float((network.forward(params, values, graph=graph)[0] ** 2).sum() / 2)

        numeric = numerical_gradient(loss, x)
        checked = bool(agrees(gradients[0], numeric, loss(x)).all())
        difference = float(np.abs(gradients[0] - numeric).max())
    return Messages(hops, _heard(hops, spec.adds_itself), float((y**2).sum() / 2), checked, difference)


def _hop(params: Any, trace: Any, x: Array, y: Array, dx: Array, dy: Array) -> Hop:
    graph: Graph = trace.graph
    none, bias = np.zeros_like(x), float(params["bias"][0]) if "bias" in params else 0.0
    if isinstance(trace, GraphConvolutionTrace):
        return Hop(x, y, dx, dy, graph.edges, trace.weights[:, None], params["kernel"][0], none, none, bias)
    if isinstance(trace, GraphAttentionTrace):
        return Hop(x, y, dx, dy, graph.edges, trace.attention, params["kernel"][0, :, 0], none, none, bias)
    if isinstance(trace, GraphSAGETrace):
        won = trace.weights
        if won is None:
            assert trace.winners is not None
            won = (trace.winners[graph.targets, 0] == np.arange(len(graph.edges))).astype(x.dtype)
        own, to = float(params["kernel"][0, 0]), params["kernel_neighbours"][0]
        return Hop(x, y, dx, dy, graph.edges, won[:, None], to, own * x, own * dy, bias)
    factor = 1 + float(params["eps"][0])
    return Hop(x, y, dx, dy, graph.edges, trace.weights[:, None], np.ones(1), factor * x, factor * dy, bias)


def _heard(hops: tuple[Hop, ...], itself: bool) -> Array:
    """(hops, N). `itself`: whether a node adds what it says beside its edges."""
    nodes = len(hops[0].x)
    seen, counts = np.eye(nodes), []
    for hop in hops:
        step = csr_array((np.ones(len(hop.edges)), (hop.edges[:, 1], hop.edges[:, 0])), (nodes, nodes))
        seen = ((step @ seen + itself * seen) > 0).astype(np.float64)
        counts.append(seen.sum(axis=1))
    return np.array(counts)


@lru_cache(maxsize=16)
def picture(spec: GraphConvolutionSpec) -> bytes:
    """For assets/graph/graph.js."""
    found, drawn = messages(spec), spec.drawn
    hops = [
        {
            "x": hop.x, "y": hop.y, "dx": hop.dx, "dy": hop.dy, "edges": hop.edges.astype(np.int32),
            "shares": hop.shares, "heads": hop.shares.shape[1], "weights": hop.weights, "own": hop.own,
            "ownBack": hop.own_back, "bias": hop.bias, "messages": hop.messages, "returns": hop.returns,
            "attention": hop.through_attention,
        }
        for hop in found.hops
    ]  # fmt: skip
    return pack(
        {
            "names": list(drawn.names),
            "pairs": [list(pair) for pair in drawn.pairs],
            "at": layout(drawn),
            "hops": hops,
            "heard": found.heard,
            "loss": found.loss,
            "checked": found.checked,
            "difference": found.difference,
            "most": {"nodes": NODES, "edges": EDGES},
            "layer": spec.layer,
            "attends": spec.layer in (GAT, GAT2),
        }
    )


def show(spec: GraphConvolutionSpec) -> Shown:
    """The first hop as a matrix: y = Ã x W + b, beside what the layer gave."""
    found = messages(spec)
    hop = found.hops[0]
    matrix = np.zeros((len(hop.x), len(hop.x)))
    matrix[hop.edges[:, 1], hop.edges[:, 0]] = (hop.shares * hop.weights).mean(axis=1)
    by_matrix = matrix @ hop.x + hop.own + hop.bias
    difference = float(np.abs(by_matrix - hop.y).max(initial=0))
    n = min(MATRIX, len(hop.x))
    pictures = [
        Picture("coefficients × weight, row: who hears", matrix[:n, :n], Scale(1), "weight"),
        Picture("x", hop.x[:n, None], Scale(2), "input"),
        Picture("y, by the matrix", by_matrix[:n, None], Scale(2), "activation"),
        Picture("y, by messages", hop.y[:n, None], Scale(2), "activation"),
    ]
    last = found.heard[-1]
    numbers = {
        "nodes": str(len(hop.x)),
        "messages": str(len(hop.edges)),
        "zeros": decimal(100 * float((matrix == 0).mean()), 0),
        "difference": scientific(difference),
        "hops": str(spec.hops),
        "least": str(int(last.min())),
        "most": str(int(last.max())),
        "layer": spec.layer,
    }
    alt = f"A matrix of {n} × {n} coefficients, times x, is y; the largest difference is {numbers['difference']}"
    return Shown(numbers=numbers, rows=[Maps(pictures, alt=alt)], case=None if spec.layer == GCN else "Other layers")
