"""Gaussian noise: in training every number is moved a little at random; at inference nothing happens.

    y = x + n        n ~ N(0, stddev²)        dx = dy

In front of a network it is the simplest augmentation: for small noise and a squared error, the same as a penalty on the
slopes of the network (Tikhonov).

Shapes: x, y, n (B, *S). The same generator gives the same noise in both precisions, up to rounding.

Bishop 1995, "Training with noise is equivalent to Tikhonov regularization", doi:10.1162/neco.1995.7.1.108
"""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, Shape
from engine.checks import check_gradient, check_number
from engine.layers.layer import Layer, Params


class GaussianNoiseTrace(NamedTuple):
    noise: Array  # (B, *S)  n; 0 at inference


@dataclass(frozen=True)
class GaussianNoise(Layer):
    """(B, *S) → (B, *S)."""

    stddev: float

    uses = frozenset({"training", "rng"})

    def __post_init__(self) -> None:
        object.__setattr__(self, "stddev", check_number("stddev", self.stddev, least=0))

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def operation_count(self, input_shape: Shape) -> int:
        return prod(input_shape)

    def forward(
        self, params: Params, x: Array, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, GaussianNoiseTrace]:
        self.check(params, x)
        noise = np.zeros_like(x)
        if training and self.stddev > 0:
            if rng is None:
                raise ValueError("noise in training needs rng, a generator")
            noise = (self.stddev * rng.standard_normal(x.shape)).astype(x.dtype)
        # y = x + n
        return x + noise, GaussianNoiseTrace(noise)

    def backward(self, params: Params, trace: GaussianNoiseTrace, dy: Array) -> tuple[Array, Params]:
        (noise,) = trace
        check_gradient(dy, noise.shape, noise.dtype)
        # y = x + n
        return dy.copy(), {}
