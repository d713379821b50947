"""Dense: every output sees every input.

    y = x W + b

applied along the last axis; any axes before it are kept, as in Keras. Backward:

    dx = dy Wᵀ        dW = xᵀ dy        db = Σ dy        sums over the batch and all kept axes

Shapes: x (B, …, C), y (B, …, units), W = kernel (C, units), b = bias (units,).

Rumelhart, Hinton and Williams 1986, "Learning representations by back-propagating errors", doi:10.1038/323533a0
"""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_flag, check_gradient, check_integer
from engine.initializers import Chosen, initializer
from engine.layers.layer import Layer, Params, State


class DenseTrace(NamedTuple):
    x: Array  # (B, …, C)


@dataclass(frozen=True)
class Dense(Layer):
    """(B, …, C) → (B, …, units)."""

    units: int
    use_bias: bool = True
    kernel_initializer: Chosen = "glorot_uniform"

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", check_integer("units", self.units))
        object.__setattr__(self, "use_bias", check_flag("use_bias", self.use_bias))
        initializer(self.kernel_initializer)

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) < 1 or min(input_shape) < 1:
            raise ValueError(f"Dense takes examples of shape (…, channels), not {input_shape}")
        return (*input_shape[:-1], self.units)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        *_, channels = input_shape
        kernel = (channels, self.units)
        return {"kernel": kernel, "bias": (self.units,)} if self.use_bias else {"kernel": kernel}

    def operation_count(self, input_shape: Shape) -> int:
        return prod(self.output_shape(input_shape)) * input_shape[-1]

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        self.output_shape(input_shape)
        shapes = self.parameter_shapes(input_shape)
        params = {"kernel": initializer(self.kernel_initializer)(rng, shapes["kernel"], dtype)}
        if self.use_bias:
            params["bias"] = np.zeros(shapes["bias"], dtype)
        return params, {}

    def forward(self, params: Params, x: Array) -> tuple[Array, DenseTrace]:
        self.check(params, x)
        # y = x W + b
        y = x.reshape(-1, x.shape[-1]) @ params["kernel"]
        if self.use_bias:
            y += params["bias"]
        return y.reshape(*x.shape[:-1], self.units), DenseTrace(x)

    def backward(self, params: Params, trace: DenseTrace, dy: Array) -> tuple[Array, Params]:
        (x,) = trace
        self.check(params, x)
        check_gradient(dy, (*x.shape[:-1], self.units), x.dtype)
        rows, drows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, self.units)
        grads = {}
        if self.use_bias:
            # y = … + b
            grads["bias"] = drows.sum(axis=0)
        # y = x W
        grads["kernel"] = rows.T @ drows
        return (drows @ params["kernel"].T).reshape(x.shape), grads
