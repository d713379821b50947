"""GIN: a node, and the sum of what it hears. With a small network behind it, a graph isomorphism network's layer.

    y_i = (1 + ε) x_i + Σ_j A_ij x_j

A sum tells one neighbour from two that are alike; a mean or a maximum does not. ε keeps the node itself apart from what
it hears. The network behind it reads every node by itself, so it is made of Dense layers:
`Sequential([GIN(), Dense(16), ReLU(), Dense(16)])`. Backward:

    dx_j = (1 + ε) dy_j + Σ_i A_ij dy_i        dε = Σ x ∘ dy        ε is learned with `learn_eps`, and starts at `eps`

Shapes: x, y (N, C), ε = eps (1,). N is the number of nodes, which stand where the batch stands.

Xu, Hu, Leskovec and Jegelka 2019, "How powerful are graph neural networks?", https://arxiv.org/abs/1810.00826
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_flag, check_gradient, check_number
from engine.graphs import Graph, sums
from engine.layers.graph_layer import GraphLayer
from engine.layers.layer import Params, State


class GINTrace(NamedTuple):
    x: Array  # (N, C)
    neighbours: Array  # (N, C)  Σ_j A_ij x_j
    graph: Graph
    weights: Array  # (E,)  of A, an edge each


@dataclass(frozen=True)
class GIN(GraphLayer):
    """(N, C) → (N, C)."""

    eps: float = 0.0
    learn_eps: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "eps", check_number("eps", self.eps))
        object.__setattr__(self, "learn_eps", check_flag("learn_eps", self.learn_eps))

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return {"eps": (1,)} if self.learn_eps else {}

    def operation_count(self, input_shape: Shape) -> int:
        """Of a node's (1 + ε) x. An edge costs C more; how many there are, the graph says."""
        return self.output_shape(input_shape)[0]

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        self.output_shape(input_shape)
        return {"eps": np.full(1, self.eps, dtype)} if self.learn_eps else {}, {}

    def factor(self, params: Params, x: Array) -> Array:
        """1 + ε, in the dtype of x."""
        return 1 + (params["eps"] if self.learn_eps else np.full(1, self.eps, x.dtype))

    def forward(self, params: Params, x: Array, *, graph: Graph | None = None) -> tuple[Array, GINTrace]:
        over = self.check_graph(params, x, graph)
        weights = over.weights.astype(x.dtype)
        # y = (1 + ε) x + A x
        heard = sums(weights[:, None] * x[over.sources], over.targets, len(x))
        return self.factor(params, x) * x + heard, GINTrace(x, heard, over, weights)

    def backward(self, params: Params, trace: GINTrace, dy: Array) -> tuple[Array, Params]:
        x, _, over, weights = trace
        self.check(params, x)
        check_gradient(dy, x.shape, x.dtype)
        # y = (1 + ε) x + …
        grads = {"eps": (x * dy).sum().reshape(1)} if self.learn_eps else {}
        # y = … + A x,  along every edge back to its source
        dheard = sums(weights[:, None] * dy[over.targets], over.sources, len(x))
        return self.factor(params, x) * dy + dheard, grads
