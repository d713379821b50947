"""GraphPooling: each channel of a graph becomes one number, whatever the number and the order of its nodes.

    sum     y_g = Σ_i x_i               dx_i = dy_g
    mean    y_g = Σ_i x_i / n_g         dx_i = dy_g / n_g
    max     y_g = max_i x_i             dx_i = dy_g for the winner, 0 elsewhere; the first of equals wins

i runs over the n_g nodes of graph g. A graph without a node gives 0. Nothing is learned, and edges are not read. What
comes after has a row for each graph of the batch, so no layer that takes the graph may follow.

Shapes: x (N, C), y (G, C). N is the number of nodes, which stand where the batch stands, and G that of graphs.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, Shape
from engine.checks import check_choice, check_gradient
from engine.graphs import Graph, largest, largest_dvalues, sums
from engine.layers.graph_layer import GraphLayer
from engine.layers.layer import Params

READ_OUTS = ("sum", "mean", "max")


class GraphPoolingTrace(NamedTuple):
    x: Array  # (N, C)
    graph: Graph
    winners: Array | None  # (G, C)  of a max: the node that won, N where there is none; None otherwise


@dataclass(frozen=True)
class GraphPooling(GraphLayer):
    """(N, C) → (G, C)."""

    mode: str = "mean"

    def __post_init__(self) -> None:
        check_choice("mode", self.mode, READ_OUTS)

    def operation_count(self, input_shape: Shape) -> int:
        """Every number is added, or compared, once."""
        return self.output_shape(input_shape)[0]

    def forward(self, params: Params, x: Array, *, graph: Graph | None = None) -> tuple[Array, GraphPoolingTrace]:
        over = self.check_graph(params, x, graph)
        if self.mode == "max":
            # y_g = max_i x_i
            y, winners = largest(x, over.graph_of, over.graphs)
            return y, GraphPoolingTrace(x, over, winners)
        # y_g = Σ_i x_i, or its share
        return sums(x, over.graph_of, over.graphs) * self.shares(x, over), GraphPoolingTrace(x, over, None)

    def backward(self, params: Params, trace: GraphPoolingTrace, dy: Array) -> tuple[Array, Params]:
        x, over, winners = trace
        check_gradient(dy, (over.graphs, x.shape[1]), x.dtype)
        if winners is not None:
            # y_g = max_i x_i
            return largest_dvalues(dy, winners, x.shape), {}
        # y_g = Σ_i x_i, or its share
        return (dy * self.shares(x, over))[over.graph_of], {}

    def shares(self, x: Array, graph: Graph) -> Array:
        """(G, 1): 1, or 1 / n_g."""
        nodes = np.array(graph.sizes, x.dtype).reshape(graph.graphs, 1)
        return np.ones_like(nodes) if self.mode == "sum" else 1 / np.maximum(nodes, 1)
