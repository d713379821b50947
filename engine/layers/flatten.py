"""Flatten: an example of any shape becomes a vector.

    y[b, n] = x[b, i₁, …, i_k]     n = (…(i₁·S₂ + i₂)·S₃ + …)·S_k + i_k     row-major: the last axis runs fastest

The same numbers in the same order, so [10, 10, 64] → [6400]; the channels of one cell stay neighbours. Nothing is
learned and nothing computed. Backward puts every number back to its place:

    dx[b, i₁, …, i_k] = dy[b, n]

Shapes: x (B, *S), y (B, ΠS).
"""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from engine.arrays import Array, Shape
from engine.checks import check_gradient
from engine.layers.layer import Layer, Params


class FlattenTrace(NamedTuple):
    x: Array  # (B, *S)


@dataclass(frozen=True)
class Flatten(Layer):
    """(B, *S) → (B, ΠS)."""

    keeps_steps = False

    def output_shape(self, input_shape: Shape) -> Shape:
        return (prod(input_shape),)

    def operation_count(self, input_shape: Shape) -> int:
        return 0

    def forward(self, params: Params, x: Array) -> tuple[Array, FlattenTrace]:
        self.check(params, x)
        # a copy: what forward returns is the caller's to change
        return x.reshape(len(x), prod(x.shape[1:])).copy(), FlattenTrace(x)

    def backward(self, params: Params, trace: FlattenTrace, dy: Array) -> tuple[Array, Params]:
        (x,) = trace
        check_gradient(dy, (len(x), prod(x.shape[1:])), x.dtype)
        return dy.reshape(x.shape).copy(), {}
