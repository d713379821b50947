"""What layers of a graph share: a row of x for each node, and the graph beside it.

Nodes stand where the batch stands: x is (N, C), and an example is a node. A batch of graphs is one graph of blocks
(`engine.graphs.batch`). Weights are shared by all nodes, so what is learned does not depend on N.
"""

from dataclasses import dataclass

from engine.arrays import Array, Shape
from engine.graphs import Graph
from engine.layers.layer import Layer, Params


@dataclass(frozen=True)
class GraphLayer(Layer):
    """x (N, C), and a graph of N nodes, given as keyword."""

    uses = frozenset({"graph"})

    def output_shape(self, input_shape: Shape) -> Shape:
        """Of a node."""
        if len(input_shape) != 1 or input_shape[0] < 1:
            raise ValueError(f"{type(self).__name__} takes nodes of shape (channels,), not {input_shape}")
        return input_shape

    def check_graph(self, params: Params, x: Array, graph: Graph | None) -> Graph:
        """The graph. ValueError unless it, x and the parameters fit together."""
        self.check(params, x)
        if not isinstance(graph, Graph):
            raise ValueError(f"{type(self).__name__} needs graph, a Graph, not {graph!r}")
        if graph.nodes != len(x):
            raise ValueError(f"x must have a row for each of the graph's {graph.nodes} nodes, not {len(x)}")
        return graph
