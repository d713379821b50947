"""Activations: a function of each number by itself.

    y = f(x)            dx = dy f′(x)

    ReLU        y = max(x, 0)                              f′ = 1 where x > 0, else 0
    LeakyReLU   y = x where x > 0, else s x                f′ = 1 where x > 0, else s        s = negative_slope
    PReLU       the same, with a slope s = alpha[c] that is learned, one a channel
                dalpha[c] = Σ dy x  over all x ≤ 0 of the channel
    ELU         y = x where x > 0, else α (eˣ − 1)         f′ = 1 where x > 0, else α eˣ
    SELU        y = λ ELU(x), with the α and λ that keep mean 0 and variance 1 from layer to layer

At 0 there is a kink; there f′ is the one that every library takes, that of the left. A NaN passes in both directions.

Shapes: x, y (B, *S), of PReLU (B, …, C), alpha (C,).

Nair and Hinton 2010, "Rectified linear units improve restricted Boltzmann machines"
Maas, Hannun and Ng 2013 (LeakyReLU), "Rectifier nonlinearities improve neural network acoustic models"
He et al. 2015 (PReLU, begun at 0.25), https://arxiv.org/abs/1502.01852
Clevert, Unterthiner and Hochreiter 2016 (ELU), https://arxiv.org/abs/1511.07289
Klambauer et al. 2017 (SELU), https://arxiv.org/abs/1706.02515
"""

from abc import abstractmethod
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_gradient, check_number
from engine.initializers import Chosen, initializer
from engine.layers.layer import Layer, Params, State

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


class ActivationTrace(NamedTuple):
    x: Array  # (B, *S)


@dataclass(frozen=True)
class Activation(Layer):
    """(B, *S) → (B, *S). What all without parameters share: all but the function and its slope."""

    @abstractmethod
    def function(self, x: Array) -> Array:
        """f(x), number by number."""

    @abstractmethod
    def slope(self, x: Array) -> Array:
        """f′(x), number by number."""

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def operation_count(self, input_shape: Shape) -> int:
        """The function of each number counts as one."""
        return prod(input_shape)

    def forward(self, params: Params, x: Array) -> tuple[Array, ActivationTrace]:
        self.check(params, x)
        # y = f(x)
        return self.function(x), ActivationTrace(x)

    def backward(self, params: Params, trace: ActivationTrace, dy: Array) -> tuple[Array, Params]:
        (x,) = trace
        check_gradient(dy, x.shape, x.dtype)
        # y = f(x)
        return dy * self.slope(x), {}


@dataclass(frozen=True)
class ReLU(Activation):
    """(B, *S) → (B, *S), nothing below zero."""

    def function(self, x: Array) -> Array:
        return np.maximum(x, 0)

    def slope(self, x: Array) -> Array:
        return rectified_slope(x, 0)

    def backward(self, params: Params, trace: ActivationTrace, dy: Array) -> tuple[Array, Params]:
        (x,) = trace
        check_gradient(dy, x.shape, x.dtype)
        # y = max(x, 0);  nothing comes back where it is 0, not even a NaN of dy: no product
        return np.where(x <= 0, 0, dy), {}


@dataclass(frozen=True)
class LeakyReLU(Activation):
    """(B, *S) → (B, *S)."""

    negative_slope: float = 0.3

    def __post_init__(self) -> None:
        object.__setattr__(self, "negative_slope", check_number("negative_slope", self.negative_slope))

    def function(self, x: Array) -> Array:
        return np.where(x <= 0, self.negative_slope * x, x)

    def slope(self, x: Array) -> Array:
        return rectified_slope(x, self.negative_slope)


@dataclass(frozen=True)
class ELU(Activation):
    """(B, *S) → (B, *S), above −α."""

    alpha: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "alpha", check_number("alpha", self.alpha))

    def function(self, x: Array) -> Array:
        return np.where(x <= 0, self.alpha * np.expm1(np.minimum(x, 0)), x)

    def slope(self, x: Array) -> Array:
        return rectified_slope(x, self.alpha * np.exp(np.minimum(x, 0)))


@dataclass(frozen=True)
class SELU(Activation):
    """(B, *S) → (B, *S)."""

    def function(self, x: Array) -> Array:
        return SELU_SCALE * ELU(SELU_ALPHA).function(x)

    def slope(self, x: Array) -> Array:
        return SELU_SCALE * ELU(SELU_ALPHA).slope(x)


@dataclass(frozen=True)
class PReLU(Layer):
    """(B, …, C) → (B, …, C). Keras learns a slope for every number of an example, unless its axes are shared."""

    alpha_initializer: Chosen = "zeros"

    def __post_init__(self) -> None:
        initializer(self.alpha_initializer)

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) < 1:
            raise ValueError(f"PReLU takes examples of shape (…, channels), not {input_shape}")
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return {"alpha": input_shape[-1:]}

    def operation_count(self, input_shape: Shape) -> int:
        return prod(input_shape)

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        shape = self.output_shape(input_shape)[-1:]
        return {"alpha": initializer(self.alpha_initializer)(rng, shape, dtype)}, {}

    def forward(self, params: Params, x: Array) -> tuple[Array, ActivationTrace]:
        self.check(params, x)
        # y = alpha x where x ≤ 0
        return np.where(x <= 0, params["alpha"] * x, x), ActivationTrace(x)

    def backward(self, params: Params, trace: ActivationTrace, dy: Array) -> tuple[Array, Params]:
        (x,) = trace
        self.check(params, x)
        check_gradient(dy, x.shape, x.dtype)
        # y = alpha x where x ≤ 0,  by alpha and by x
        grads = {"alpha": (dy * np.where(x > 0, 0, x)).sum(axis=tuple(range(x.ndim - 1)))}
        return dy * rectified_slope(x, params["alpha"]), grads


def rectified_slope(x: Array, below: float | Array) -> Array:
    """1 where x > 0, else what is given; asked this way round, a NaN in x lets dy pass."""
    return np.where(x <= 0, np.asarray(below, x.dtype), x.dtype.type(1))
