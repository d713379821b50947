"""DropConnect: a Dense layer whose weights, not its inputs, are silenced in training.

    y = x (W ∘ m) + b        m = 0 with the probability of rate, else 1 / (1 − rate)

Backward, with sums over the batch and all kept axes:

    dx = dy (W ∘ m)ᵀ        dW = (xᵀ dy) ∘ m        db = Σ dy

One mask serves all examples of a batch: one product of matrices, as in a Dense layer. In the paper every example has
its own, and inference draws from a normal distribution in place of y; here inference is the plain Dense layer, the
mean of y.

Shapes: x (B, …, C), y (B, …, units), W = kernel and m (C, units), b = bias (units,).

Wan et al. 2013, "Regularization of neural networks using DropConnect", https://proceedings.mlr.press/v28/wan13.html
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_number
from engine.layers.dense import Dense, DenseTrace
from engine.layers.dropout import check_mask, drop_factors
from engine.layers.layer import Layer, Params, State


class DropConnectTrace(NamedTuple):
    x: Array  # (B, …, C)
    drop: Array  # (C, units)  m; 1 at inference


@dataclass(frozen=True)
class DropConnect(Layer):
    """(B, …, C) → (B, …, units)."""

    units: int
    rate: float
    use_bias: bool = True
    kernel_initializer: str = "glorot_uniform"

    uses = frozenset({"training", "rng"})

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", check_number("rate", self.rate, least=0, below=1))
        object.__setattr__(self, "units", self.dense.units)
        object.__setattr__(self, "use_bias", self.dense.use_bias)

    @property
    def dense(self) -> Dense:
        """The layer that it is at inference."""
        return Dense(self.units, self.use_bias, self.kernel_initializer)

    def output_shape(self, input_shape: Shape) -> Shape:
        return self.dense.output_shape(input_shape)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return self.dense.parameter_shapes(input_shape)

    def operation_count(self, input_shape: Shape) -> int:
        return self.dense.operation_count(input_shape) + input_shape[-1] * self.units

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        return self.dense.init(rng, input_shape, dtype)

    def forward(
        self, params: Params, x: Array, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, DropConnectTrace]:
        self.check(params, x)
        return self.forward_with(params, x, drop_factors(self.rate, params["kernel"].shape, training, rng, x.dtype))

    def forward_with(self, params: Params, x: Array, drop: Array) -> tuple[Array, DropConnectTrace]:
        """Forward under a mask that is given: that of another step, or one made by hand."""
        self.check(params, x)
        check_mask(drop, params["kernel"].shape, x)
        # y = x (W ∘ m) + b
        y, _ = self.dense.forward(params | {"kernel": params["kernel"] * drop}, x)
        return y, DropConnectTrace(x, drop)

    def backward(self, params: Params, trace: DropConnectTrace, dy: Array) -> tuple[Array, Params]:
        x, drop = trace
        self.check(params, x)
        # y = x (W ∘ m) + b
        dx, grads = self.dense.backward(params | {"kernel": params["kernel"] * drop}, DenseTrace(x), dy)
        # W ∘ m
        return dx, grads | {"kernel": grads["kernel"] * drop}
