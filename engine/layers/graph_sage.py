"""GraphSAGE: what a node is, and what its neighbours are together, each by weights of its own.

    y_i = x_i W + m_i V + b

    mean    m_i = Σ_j A_ij x_j / Σ_j A_ij
    sum     m_i = Σ_j A_ij x_j
    max     m_i = the largest x_j of every channel; the first of equals wins, and weights of edges do not count

j runs over what i hears, not over i itself. Where i hears nothing, m_i is 0. Backward, with dm = dy Vᵀ:

    dW = xᵀ dy        dV = mᵀ dy        db = Σ dy        dx_j = dy_j Wᵀ + Σ_i what m_i hands back

The mean and the sum hand Ã_ij dm_i to x_j, Ã as `row` and `none` of `engine/graphs.py`; the max hands all of dm_i to
the winner.

Shapes: x (N, C), m (N, C), W = kernel, V = kernel_neighbours (C, units), y (N, units), b = bias (units,). N is the
number of nodes, which stand where the batch stands.

Hamilton, Ying and Leskovec 2017, "Inductive representation learning on large graphs", https://arxiv.org/abs/1706.02216
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_choice, check_flag, check_gradient, check_integer
from engine.graphs import Graph, largest, largest_dvalues, sums
from engine.initializers import Chosen, initializer
from engine.layers.graph_layer import GraphLayer
from engine.layers.layer import Params, State

AGGREGATORS = ("mean", "max", "sum")


class GraphSAGETrace(NamedTuple):
    x: Array  # (N, C)
    neighbours: Array  # (N, C)  m
    graph: Graph
    weights: Array | None  # (E,)  of Ã, an edge each; None of a max
    winners: Array | None  # (N, C)  of a max: the edge that won, E where there was none; None otherwise


@dataclass(frozen=True)
class GraphSAGE(GraphLayer):
    """(N, C) → (N, units)."""

    units: int
    aggregator: str = "mean"
    use_bias: bool = True
    kernel_initializer: Chosen = "glorot_uniform"

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", check_integer("units", self.units))
        check_choice("aggregator", self.aggregator, AGGREGATORS)
        object.__setattr__(self, "use_bias", check_flag("use_bias", self.use_bias))
        initializer(self.kernel_initializer)

    def output_shape(self, input_shape: Shape) -> Shape:
        super().output_shape(input_shape)
        return (self.units,)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        kernel = (*input_shape, self.units)
        bias = {"bias": (self.units,)} if self.use_bias else {}
        return {"kernel": kernel, "kernel_neighbours": kernel} | bias

    def operation_count(self, input_shape: Shape) -> int:
        """Of a node's x W + m V. An edge costs C more; how many there are, the graph says."""
        return 2 * self.output_shape(input_shape)[0] * input_shape[0]

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        self.output_shape(input_shape)
        shapes, draw = self.parameter_shapes(input_shape), initializer(self.kernel_initializer)
        params = {name: draw(rng, shapes[name], dtype) for name in ("kernel", "kernel_neighbours")}
        if self.use_bias:
            params["bias"] = np.zeros(shapes["bias"], dtype)
        return params, {}

    def forward(self, params: Params, x: Array, *, graph: Graph | None = None) -> tuple[Array, GraphSAGETrace]:
        over = self.check_graph(params, x, graph)
        weights, winners = None, None
        if self.aggregator == "max":
            # m_i = max_j x_j
            m, winners = largest(x[over.sources], over.targets, len(x))
        else:
            # m_i = Σ_j Ã_ij x_j
            weights = over.normalized_weights("row" if self.aggregator == "mean" else "none").astype(x.dtype)
            m = sums(weights[:, None] * x[over.sources], over.targets, len(x))
        # y = x W + m V + b
        y = x @ params["kernel"] + m @ params["kernel_neighbours"]
        if self.use_bias:
            y += params["bias"]
        return y, GraphSAGETrace(x, m, over, weights, winners)

    def backward(self, params: Params, trace: GraphSAGETrace, dy: Array) -> tuple[Array, Params]:
        x, m, over, weights, winners = trace
        self.check(params, x)
        check_gradient(dy, (len(x), self.units), x.dtype)
        # y = x W + m V + b
        grads = {"kernel": x.T @ dy, "kernel_neighbours": m.T @ dy}
        if self.use_bias:
            grads["bias"] = dy.sum(axis=0)
        dm = dy @ params["kernel_neighbours"].T
        if winners is not None:
            # m_i = max_j x_j
            dheard = largest_dvalues(dm, winners, (len(over.edges), x.shape[1]))
        else:
            # m_i = Σ_j Ã_ij x_j
            assert weights is not None
            dheard = weights[:, None] * dm[over.targets]
        return dy @ params["kernel"].T + sums(dheard, over.sources, len(x)), grads
