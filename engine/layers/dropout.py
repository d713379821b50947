"""Dropout: in training a random mask multiplies every number; at inference nothing happens.

    y = x ∘ m        m = 0 with the probability of rate, else 1 / (1 − rate)        dx = dy ∘ m

The mean of m is 1, so the mean of y over masks is x, and inference needs no factor of its own (inverted scaling).

Shapes: x, y, m (B, *S).

Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting",
https://jmlr.org/papers/v15/srivastava14a.html
"""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, Shape
from engine.checks import check_gradient, check_number
from engine.layers.layer import Layer, Params


class DropoutTrace(NamedTuple):
    drop: Array  # (B, *S)  m; 1 at inference


@dataclass(frozen=True)
class Dropout(Layer):
    """(B, *S) → (B, *S)."""

    rate: float

    uses = frozenset({"training", "rng"})

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", check_number("rate", self.rate, least=0, below=1))

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def operation_count(self, input_shape: Shape) -> int:
        return prod(input_shape)

    def forward(
        self, params: Params, x: Array, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, DropoutTrace]:
        self.check(params, x)
        drop = np.ones_like(x)
        if training and self.rate > 0:
            if rng is None:
                raise ValueError("dropout in training needs rng, a generator")
            # m = 0 with the probability of rate, else 1 / (1 − rate)
            drop = ((rng.random(x.shape) >= self.rate) / (1 - self.rate)).astype(x.dtype)
        # y = x ∘ m
        return x * drop, DropoutTrace(drop)

    def backward(self, params: Params, trace: DropoutTrace, dy: Array) -> tuple[Array, Params]:
        (drop,) = trace
        check_gradient(dy, drop.shape, drop.dtype)
        # y = x ∘ m
        return dy * drop, {}
