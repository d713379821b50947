"""Norms within one example: layer, RMS, group and instance normalization. No batch, no state, no training mode.

    μ = mean x        σ² = mean (x − μ)²        x̂ = (x − μ) / √(σ² + ε)        y = γ x̂ + β

    LayerNormalization       over the channels, at every place by itself
    RMSNormalization         the same, without μ and β: x̂ = x / √(mean x² + ε), y = γ x̂
    GroupNormalization       over all places, and over the channels of a group: C / groups of them
    InstanceNormalization    over all places, each channel by itself: groups of one channel

    dx̂ = γ dy        dx = (dx̂ − mean dx̂ − x̂ mean (dx̂ x̂)) / √(σ² + ε)        dγ = Σ dy x̂        dβ = Σ dy

The sums run over the batch and all places. RMS norm has no term of μ: dx = (dx̂ − x̂ mean (dx̂ x̂)) / √(mean x² + ε).

Shapes: x, y (B, *S, C); γ = gamma, β = beta (C,).

Ba, Kiros and Hinton 2016, "Layer normalization", https://arxiv.org/abs/1607.06450
Wu and He 2018, "Group normalization", https://arxiv.org/abs/1803.08494
Ulyanov, Vedaldi and Lempitsky 2016, "Instance normalization", https://arxiv.org/abs/1607.08022
Zhang and Sennrich 2019, "Root mean square layer normalization", https://arxiv.org/abs/1910.07467
"""

from abc import abstractmethod
from dataclasses import dataclass
from math import prod
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_flag, check_gradient, check_integer, check_number
from engine.layers.layer import Layer, Params, State
from engine.layers.normalization import Normalized, normalized, normalized_dx, scaled, scaled_grads


class LayerNormalizationTrace(NamedTuple):
    normalized: Normalized  # a row for all numbers that share a mean: x̂ (B·…, n); μ, σ², 1 / √(σ² + ε) (B·…, 1)
    shape: Shape  # of x


@dataclass(frozen=True)
class WithinExample(Layer):
    """(B, *S, C) → (B, *S, C). What differs is which numbers of an example share a mean."""

    subtracts_mean: ClassVar[bool] = True

    @property
    def parameters(self) -> tuple[str, ...]:
        """Of gamma and beta those that there are."""
        return tuple(name for name, there in (("gamma", "scale"), ("beta", "center")) if getattr(self, there))

    @property
    def floor(self) -> float:
        """ε"""
        return float(self.epsilon)  # type: ignore[attr-defined]

    def rows(self, x: Array) -> Array:
        """(B·…, n): a row for all numbers that share a mean."""
        return np.ascontiguousarray(x).reshape(-1, x.shape[-1])

    def places(self, rows: Array, shape: Shape) -> Array:
        """Rows back in x's shape."""
        return rows.reshape(shape)

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) < 1 or min(input_shape) < 1:
            raise ValueError(f"{type(self).__name__} takes examples of shape (…, channels), not {input_shape}")
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return dict.fromkeys(self.parameters, input_shape[-1:])

    def operation_count(self, input_shape: Shape) -> int:
        """Mean, variance, x̂ and y: a multiply–add a number for each; RMS norm has no mean."""
        return (4 if self.subtracts_mean else 3) * prod(input_shape)

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        channels = self.output_shape(input_shape)[-1:]
        return {name: np.full(channels, name == "gamma", dtype) for name in self.parameters}, {}

    def forward(self, params: Params, x: Array) -> tuple[Array, LayerNormalizationTrace]:
        self.check(params, x)
        # x̂ = (x − μ) / √(σ² + ε)
        of_x = normalized(self.rows(x), (1,), self.floor, self.subtracts_mean)
        # y = γ x̂ + β
        y = scaled(self.places(of_x.values, x.shape), params.get("gamma"), params.get("beta"))
        return y, LayerNormalizationTrace(of_x, x.shape)

    def backward(self, params: Params, trace: LayerNormalizationTrace, dy: Array) -> tuple[Array, Params]:
        of_x, shape = trace
        x_hat = self.places(of_x.values, shape)
        self.check(params, x_hat)
        check_gradient(dy, shape, x_hat.dtype)
        # y = γ x̂ + β
        grads = scaled_grads(params, x_hat, dy, tuple(range(len(shape) - 1)))
        dx_hat = dy * params["gamma"] if "gamma" in params else dy
        # x̂ = (x − μ) / √(σ² + ε)
        dx = normalized_dx(of_x, self.rows(dx_hat), (1,), self.subtracts_mean)
        return np.ascontiguousarray(self.places(dx, shape)), grads


@dataclass(frozen=True)
class LayerNormalization(WithinExample):
    """Over the channels, at every place by itself."""

    epsilon: float = 0.001
    center: bool = True
    scale: bool = True

    def __post_init__(self) -> None:
        _check(self, "center", "scale")


@dataclass(frozen=True)
class RMSNormalization(WithinExample):
    """Over the channels, without a mean."""

    epsilon: float = 1e-6

    subtracts_mean: ClassVar[bool] = False

    @property
    def parameters(self) -> tuple[str, ...]:
        return ("gamma",)

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True)
class Grouped(WithinExample):
    """Over all places of some neighbouring channels."""

    @abstractmethod
    def group_count(self, channels: int) -> int:
        """Into how many groups the channels fall. ValueError if they do not."""

    def output_shape(self, input_shape: Shape) -> Shape:
        shape = super().output_shape(input_shape)
        self.group_count(shape[-1])
        return shape

    def rows(self, x: Array) -> Array:
        batch, *places, channels = x.shape
        groups = self.group_count(channels)
        apart = x.reshape(batch, prod(places), groups, channels // groups)
        return np.ascontiguousarray(apart.transpose(0, 2, 1, 3)).reshape(-1, prod(places) * channels // groups)

    def places(self, rows: Array, shape: Shape) -> Array:
        batch, *places, channels = shape
        groups = self.group_count(channels)
        return rows.reshape(batch, groups, prod(places), channels // groups).transpose(0, 2, 1, 3).reshape(shape)


@dataclass(frozen=True)
class GroupNormalization(Grouped):
    """Over all places, and over the channels of a group."""

    groups: int = 32
    epsilon: float = 0.001
    center: bool = True
    scale: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", check_integer("groups", self.groups))
        _check(self, "center", "scale")

    def group_count(self, channels: int) -> int:
        if channels % self.groups:
            raise ValueError(f"groups must divide the channels: {channels} channels, {self.groups} groups")
        return self.groups


@dataclass(frozen=True)
class InstanceNormalization(Grouped):
    """Over all places, each channel by itself: Keras's GroupNormalization with groups = −1."""

    epsilon: float = 0.001
    center: bool = True
    scale: bool = True

    def __post_init__(self) -> None:
        _check(self, "center", "scale")

    def group_count(self, channels: int) -> int:
        return channels


def _check(layer: WithinExample, *flags: str) -> None:
    object.__setattr__(layer, "epsilon", check_number("epsilon", layer.floor, above=0))
    for name in flags:
        object.__setattr__(layer, name, check_flag(name, getattr(layer, name)))
