"""GraphConvolution: every node takes a weighted mean of what it hears, and of itself. A GCN's layer.

    y = Ã x W + b        symmetric: Ã = D^-1/2 (A + I) D^-1/2        row: Ã = D^-1 (A + I)        none: Ã = A + I

A[i, j] is the weight of the edge from j to i, D that of all that i hears (`engine/graphs.py`). Without `self_loops`
there is no I. A node reads its neighbours only: k layers let it see what is k edges away. Backward:

    dh = Ãᵀ dy        dW = xᵀ dh        dx = dh Wᵀ        db = Σ dy        along every edge, back to its source

Shapes: x (N, C), Ã (N, N), E edges of which are stored, h = x W (N, units), y (N, units), W = kernel (C, units),
b = bias (units,). N is the number of nodes, which stand where the batch stands.

Kipf and Welling 2017, "Semi-supervised classification with graph convolutional networks",
https://arxiv.org/abs/1609.02907
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_choice, check_flag, check_gradient, check_integer
from engine.graphs import NORMALIZATIONS, Graph, sums
from engine.initializers import Chosen, initializer
from engine.layers.graph_layer import GraphLayer
from engine.layers.layer import Params, State


class GraphConvolutionTrace(NamedTuple):
    x: Array  # (N, C)
    h: Array  # (N, units)  x W, what a node says
    graph: Graph  # with its self loops
    weights: Array  # (E,)  of Ã, an edge each


@dataclass(frozen=True)
class GraphConvolution(GraphLayer):
    """(N, C) → (N, units)."""

    units: int
    normalization: str = "symmetric"
    self_loops: bool = True
    use_bias: bool = True
    kernel_initializer: Chosen = "glorot_uniform"

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", check_integer("units", self.units))
        check_choice("normalization", self.normalization, NORMALIZATIONS)
        for name in ("self_loops", "use_bias"):
            object.__setattr__(self, name, check_flag(name, getattr(self, name)))
        initializer(self.kernel_initializer)

    def output_shape(self, input_shape: Shape) -> Shape:
        super().output_shape(input_shape)
        return (self.units,)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        kernel = (*input_shape, self.units)
        return {"kernel": kernel, "bias": (self.units,)} if self.use_bias else {"kernel": kernel}

    def operation_count(self, input_shape: Shape) -> int:
        """Of a node's x W. An edge costs `units` more; how many there are, the graph says."""
        return self.output_shape(input_shape)[0] * input_shape[0]

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        self.output_shape(input_shape)
        shapes = self.parameter_shapes(input_shape)
        params = {"kernel": initializer(self.kernel_initializer)(rng, shapes["kernel"], dtype)}
        if self.use_bias:
            params["bias"] = np.zeros(shapes["bias"], dtype)
        return params, {}

    def forward(self, params: Params, x: Array, *, graph: Graph | None = None) -> tuple[Array, GraphConvolutionTrace]:
        given = self.check_graph(params, x, graph)
        over = given.with_self_loops if self.self_loops else given
        weights = over.normalized_weights(self.normalization).astype(x.dtype)
        # h = x W
        h = x @ params["kernel"]
        # y = Ã h + b
        y = sums(weights[:, None] * h[over.sources], over.targets, len(x))
        if self.use_bias:
            y += params["bias"]
        return y, GraphConvolutionTrace(x, h, over, weights)

    def backward(self, params: Params, trace: GraphConvolutionTrace, dy: Array) -> tuple[Array, Params]:
        x, h, over, weights = trace
        self.check(params, x)
        check_gradient(dy, h.shape, x.dtype)
        grads = {}
        if self.use_bias:
            # y = … + b
            grads["bias"] = dy.sum(axis=0)
        # y = Ã h,  along every edge back to its source
        dh = sums(weights[:, None] * dy[over.targets], over.sources, len(x))
        # h = x W
        grads["kernel"] = x.T @ dh
        return dh @ params["kernel"].T, grads
