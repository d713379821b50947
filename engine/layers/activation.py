"""Activations: a function of each number by itself.

    ReLU    y = max(x, 0)        dx = dy where x > 0, else 0

At 0 the ReLU has a kink; of its subgradients 0 … 1 we take 0, as every library does. A NaN passes in both directions.

Shapes: x, y (B, *S).

Nair and Hinton 2010, "Rectified linear units improve restricted Boltzmann machines"
"""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, Shape
from engine.checks import check_gradient
from engine.layers.layer import Layer, Params


class ReLUTrace(NamedTuple):
    x: Array  # (B, *S)


@dataclass(frozen=True)
class ReLU(Layer):
    """(B, *S) → (B, *S), nothing below zero."""

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def operation_count(self, input_shape: Shape) -> int:
        return prod(input_shape)

    def forward(self, params: Params, x: Array) -> tuple[Array, ReLUTrace]:
        self.check(params, x)
        # y = max(x, 0)
        return np.maximum(x, 0), ReLUTrace(x)

    def backward(self, params: Params, trace: ReLUTrace, dy: Array) -> tuple[Array, Params]:
        (x,) = trace
        check_gradient(dy, x.shape, x.dtype)
        # y = max(x, 0);  asked this way round, a NaN in x lets dy pass
        return np.where(x <= 0, 0, dy), {}
