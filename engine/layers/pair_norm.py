"""PairNorm: the nodes of a graph are centred, and their mean distance is kept, so that depth cannot make them alike.

    c_i = x_i − mean_j x_j        q = mean_i |c_i|²        y_i = s c_i / √(q + ε)

i, j run over the n nodes of a graph, each graph of a batch by itself; |c_i|² sums over the channels. The mean squared
distance of two nodes becomes 2 s², however near they were. s = scale is chosen, nothing is learned. Backward:

    dc_i = s (dy_i − c_i mean_j (dy_j · c_j) / (q + ε)) / √(q + ε)        dx_i = dc_i − mean_j dc_j

Shapes: x, c, y (N, C), q (G, 1). N is the number of nodes, which stand where the batch stands, and G that of graphs.

Zhao and Akoglu 2020, "PairNorm: tackling oversmoothing in GNNs", https://arxiv.org/abs/1909.12223
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, Shape
from engine.checks import check_gradient, check_number
from engine.graphs import Graph, sums
from engine.layers.graph_layer import GraphLayer
from engine.layers.layer import Params


class PairNormTrace(NamedTuple):
    centred: Array  # (N, C)  c
    root: Array  # (G, 1)  √(q + ε)
    graph: Graph


@dataclass(frozen=True)
class PairNorm(GraphLayer):
    """(N, C) → (N, C)."""

    scale: float = 1.0
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        for name in ("scale", "epsilon"):
            object.__setattr__(self, name, check_number(name, getattr(self, name), above=0))

    def operation_count(self, input_shape: Shape) -> int:
        """Mean, q and y: a multiply–add a number for each."""
        return 3 * self.output_shape(input_shape)[0]

    def forward(self, params: Params, x: Array, *, graph: Graph | None = None) -> tuple[Array, PairNormTrace]:
        over = self.check_graph(params, x, graph)
        # c = x − mean x
        c = x - means(x, over)[over.graph_of]
        # q = mean |c|²
        root = np.sqrt(means((c * c).sum(axis=1, keepdims=True), over) + x.dtype.type(self.epsilon))
        # y = s c / √(q + ε)
        return self.scale * c / root[over.graph_of], PairNormTrace(c, root, over)

    def backward(self, params: Params, trace: PairNormTrace, dy: Array) -> tuple[Array, Params]:
        c, root, over = trace
        check_gradient(dy, c.shape, c.dtype)
        # y = s c / √(q + ε),  with q = mean |c|²
        along = means((dy * c).sum(axis=1, keepdims=True), over) / root**2
        dc = self.scale * (dy - c * along[over.graph_of]) / root[over.graph_of]
        # c = x − mean x
        return dc - means(dc, over)[over.graph_of], {}


def means(values: Array, graph: Graph) -> Array:
    """(N, …) → (G, …): the mean over the nodes of each graph; 0 where there are none."""
    nodes = np.maximum(np.array(graph.sizes, values.dtype).reshape(graph.graphs, 1), 1)
    return sums(values, graph.graph_of, graph.graphs) / nodes
