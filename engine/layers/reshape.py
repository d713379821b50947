"""Reshape: the numbers of an example in another shape.

    y[b, j₁, …, j_m] = x[b, i₁, …, i_k]      where both stand at the same place, read row by row

Flatten is the case of one axis. Nothing is learned and nothing computed. Backward puts every number back to its place.

Shapes: x (B, *S), y (B, *target_shape) with ΠS numbers each; one entry of target_shape may be −1: what is left over.
"""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from engine.arrays import Array, Shape
from engine.checks import check_gradient, check_integer
from engine.layers.layer import Layer, Params


class ReshapeTrace(NamedTuple):
    x: Array  # (B, *S)


@dataclass(frozen=True)
class Reshape(Layer):
    """(B, *S) → (B, *target_shape)."""

    keeps_steps = False

    target_shape: Shape

    def __post_init__(self) -> None:
        if not isinstance(self.target_shape, tuple | list):
            raise ValueError(f"target_shape must be a tuple of integers, not {self.target_shape!r}")
        sizes = tuple(n if n == -1 else check_integer("target_shape", n) for n in self.target_shape)
        object.__setattr__(self, "target_shape", sizes)
        if sizes.count(-1) > 1:
            raise ValueError(f"target_shape must have at most one −1, not {sizes}")

    def output_shape(self, input_shape: Shape) -> Shape:
        known, numbers = prod(n for n in self.target_shape if n != -1), prod(input_shape)
        fits = numbers % known == 0 and numbers > 0 if -1 in self.target_shape else numbers == known
        if not fits:
            raise ValueError(f"{numbers} numbers, of shape {input_shape}, do not fit into {self.target_shape}")
        return tuple(numbers // known if n == -1 else n for n in self.target_shape)

    def operation_count(self, input_shape: Shape) -> int:
        return 0

    def forward(self, params: Params, x: Array) -> tuple[Array, ReshapeTrace]:
        self.check(params, x)
        # a copy: what forward returns is the caller's to change
        return x.reshape(len(x), *self.output_shape(x.shape[1:])).copy(), ReshapeTrace(x)

    def backward(self, params: Params, trace: ReshapeTrace, dy: Array) -> tuple[Array, Params]:
        (x,) = trace
        check_gradient(dy, (len(x), *self.output_shape(x.shape[1:])), x.dtype)
        return dy.reshape(x.shape).copy(), {}
