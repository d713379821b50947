"""Dropout: in training a random mask multiplies the numbers; at inference nothing happens.

    y = x ∘ m        m = 0 with the probability of rate, else 1 / (1 − rate)        dx = dy ∘ m

The mean of m is 1, so the mean of y over masks is x, and inference needs no factor of its own (inverted scaling).
Neighbours in a picture or a sequence say nearly the same, and a single number that is silenced is hardly missed:
spatial dropout silences whole channels.

    Dropout              m (B, *S)              a factor a number
    SpatialDropout1D     m (B, 1, C)            a factor a channel, the same at all steps
    SpatialDropout2D     m (B, 1, 1, C)         … at all places of a picture
    SpatialDropout3D     m (B, 1, 1, 1, C)      … of a volume

Shapes: x, y (B, *S). The same generator gives the same mask in both precisions.

Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting",
https://jmlr.org/papers/v15/srivastava14a.html
Tompson et al. 2015 (spatial), "Efficient object localization using convolutional networks",
https://arxiv.org/abs/1411.4280
"""

from abc import abstractmethod
from dataclasses import dataclass
from math import prod
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_dtype, check_gradient, check_number
from engine.layers.layer import Layer, Params


class DropoutTrace(NamedTuple):
    drop: Array  # m, of the mask's shape; 1 at inference
    shape: Shape  # of x


def drop_factors(
    rate: float, shape: Shape, training: bool, rng: np.random.Generator | None, dtype: npt.DTypeLike = np.float64
) -> Array:
    """m: 0 with the probability of rate, else 1 / (1 − rate); 1 where nothing is dropped, which needs no generator."""
    if not training or rate == 0:
        return np.ones(shape, dtype)
    if rng is None:
        raise ValueError("dropout in training needs rng, a generator")
    # drawn in float64 whatever the dtype, so that a step looked at in float64 has the mask that it was trained with
    return ((rng.random(shape) >= rate) / (1 - rate)).astype(dtype)


@dataclass(frozen=True)
class Dropping(Layer):
    """(B, *S) → (B, *S). What differs is which numbers share a factor."""

    rate: float

    uses = frozenset({"training", "rng"})

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", check_number("rate", self.rate, least=0, below=1))

    @abstractmethod
    def mask_shape(self, shape: Shape) -> Shape:
        """Of m, for x of that shape, its batch included; an axis of 1 shares a factor."""

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def operation_count(self, input_shape: Shape) -> int:
        return prod(input_shape)

    def forward(
        self, params: Params, x: Array, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, DropoutTrace]:
        self.check(params, x)
        return self.forward_with(x, drop_factors(self.rate, self.mask_shape(x.shape), training, rng, x.dtype))

    def forward_with(self, x: Array, drop: Array) -> tuple[Array, DropoutTrace]:
        """Forward under a mask that is given: that of another step, or one made by hand."""
        self.check({}, x)
        check_mask(drop, self.mask_shape(x.shape), x)
        # y = x ∘ m
        return x * drop, DropoutTrace(drop, x.shape)

    def backward(self, params: Params, trace: DropoutTrace, dy: Array) -> tuple[Array, Params]:
        drop, shape = trace
        check_gradient(dy, shape, drop.dtype)
        # y = x ∘ m
        return dy * drop, {}


@dataclass(frozen=True)
class Dropout(Dropping):
    """(B, *S) → (B, *S), number by number."""

    def mask_shape(self, shape: Shape) -> Shape:
        return shape


@dataclass(frozen=True)
class SpatialDropout(Dropping):
    """(B, *S, C) → (B, *S, C), channel by channel."""

    spatial_axes: ClassVar[int]

    def mask_shape(self, shape: Shape) -> Shape:
        return (shape[0], *(1,) * self.spatial_axes, shape[-1])

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != self.spatial_axes + 1:
            axes = ("T",) if self.spatial_axes == 1 else ("D", "H", "W")[-self.spatial_axes :]
            raise ValueError(f"{type(self).__name__} takes examples of shape ({', '.join(axes)}, C), not {input_shape}")
        return input_shape


@dataclass(frozen=True)
class SpatialDropout1D(SpatialDropout):
    """(B, T, C) → (B, T, C)."""

    spatial_axes = 1


@dataclass(frozen=True)
class SpatialDropout2D(SpatialDropout):
    """(B, H, W, C) → (B, H, W, C)."""

    spatial_axes = 2


@dataclass(frozen=True)
class SpatialDropout3D(SpatialDropout):
    """(B, D, H, W, C) → (B, D, H, W, C)."""

    spatial_axes = 3


def check_mask(drop: Array, shape: Shape, x: Array) -> None:
    """Of the shape that it must have, in the dtype of x."""
    if drop.shape != shape:
        raise ValueError(f"drop must have the shape {shape}, not {drop.shape}")
    check_dtype("drop", drop, x.dtype)
