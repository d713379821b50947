"""BatchNormalization: every channel gets the mean 0 and the variance 1 over the batch, then γ and β.

    in training      μ, σ² of each channel over the batch, and over all axes in between
                     x̂ = (x − μ) / √(σ² + ε)        y = γ x̂ + β
                     moving ← momentum · moving + (1 − momentum) · (μ or σ²)
    at inference     the same with the moving μ and σ² of the state, which do not change

    training     dx̂ = γ dy        dx = (dx̂ − mean dx̂ − x̂ mean (dx̂ x̂)) / √(σ² + ε)
    inference                     dx = dx̂ / √(σ² + ε)
    both         dγ = Σ dy x̂      dβ = Σ dy

In training an example's output depends on who else is in its batch; at inference it does not. As in Keras the moving
variance is that of the batch, Σ (x − μ)² / n; PyTorch's divides by n − 1. PyTorch's momentum is 1 − momentum.

Shapes: x, y (B, *S, C); γ = gamma, β = beta, state moving_mean and moving_variance (C,).

Ioffe and Szegedy 2015, "Batch normalization: accelerating deep network training by reducing internal covariate shift",
https://arxiv.org/abs/1502.03167
"""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_dtype, check_flag, check_gradient, check_number
from engine.layers.layer import Layer, Params, State
from engine.layers.normalization import Normalized, normalized, normalized_dx, scaled, scaled_grads


class BatchNormalizationTrace(NamedTuple):
    normalized: Normalized  # x̂ (B, *S, C); μ, σ², 1 / √(σ² + ε) (1, …, C)
    training: bool  # whether μ and σ² are the batch's own
    state: State  # the new one


@dataclass(frozen=True)
class BatchNormalization(Layer):
    """(B, *S, C) → (B, *S, C)."""

    momentum: float = 0.99
    epsilon: float = 0.001
    center: bool = True
    scale: bool = True

    uses = frozenset({"state", "training"})

    def __post_init__(self) -> None:
        object.__setattr__(self, "momentum", check_number("momentum", self.momentum, least=0, most=1))
        object.__setattr__(self, "epsilon", check_number("epsilon", self.epsilon, above=0))
        for name in ("center", "scale"):
            object.__setattr__(self, name, check_flag(name, getattr(self, name)))

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) < 1 or min(input_shape) < 1:
            raise ValueError(f"BatchNormalization takes examples of shape (…, channels), not {input_shape}")
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return {
            name: input_shape[-1:] for name in ("gamma", "beta") if (self.scale if name == "gamma" else self.center)
        }

    def operation_count(self, input_shape: Shape) -> int:
        """At inference: one multiply–add a number."""
        return prod(input_shape)

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        channels = self.output_shape(input_shape)[-1:]
        start = {"gamma": np.ones(channels, dtype), "beta": np.zeros(channels, dtype)}
        state = {"moving_mean": np.zeros(channels, dtype), "moving_variance": np.ones(channels, dtype)}
        return {name: start[name] for name in self.parameter_shapes(input_shape)}, state

    def forward(
        self, params: Params, x: Array, *, state: State | None = None, training: bool = False
    ) -> tuple[Array, BatchNormalizationTrace]:
        self.check(params, x)
        state = self._checked(state, x)
        # a batch of nobody has no mean: what has been seen so far stands
        use_batch = training and len(x) > 0
        if use_batch:
            of_x = normalized(x, tuple(range(x.ndim - 1)), self.epsilon)
            batch = {"moving_mean": of_x.mean.reshape(-1), "moving_variance": of_x.variance.reshape(-1)}
            kept = x.dtype.type(self.momentum)
            # moving ← momentum · moving + (1 − momentum) · batch
            state = {name: kept * old + (1 - kept) * batch[name] for name, old in state.items()}
        else:
            mean, variance = (state[name].reshape((1,) * (x.ndim - 1) + (-1,)) for name in state)
            inverse = 1 / np.sqrt(variance + x.dtype.type(self.epsilon))
            # x̂ = (x − μ) / √(σ² + ε)
            of_x = Normalized((x - mean) * inverse, mean, variance, inverse)
        # y = γ x̂ + β
        y = scaled(of_x.values, params.get("gamma"), params.get("beta"))
        return y, BatchNormalizationTrace(of_x, use_batch, state)

    def backward(self, params: Params, trace: BatchNormalizationTrace, dy: Array) -> tuple[Array, Params]:
        x_hat = trace.normalized.values
        self.check(params, x_hat)
        check_gradient(dy, x_hat.shape, x_hat.dtype)
        axes = tuple(range(x_hat.ndim - 1))
        # y = γ x̂ + β
        grads = scaled_grads(params, x_hat, dy, axes)
        dx_hat = dy * params["gamma"] if self.scale else dy
        # x̂ = (x − μ) / √(σ² + ε);  at inference μ and σ are not made of x
        if trace.training:
            return normalized_dx(trace.normalized, dx_hat, axes), grads
        return dx_hat * trace.normalized.inverse, grads

    def _checked(self, state: State | None, x: Array) -> State:
        """The moving mean and variance, in this order."""
        names = "moving_mean", "moving_variance"
        if not state or set(state) != set(names):
            raise ValueError(f"BatchNormalization needs the state {', '.join(names)}, got {sorted(state or {})}")
        for name in names:
            if state[name].shape != x.shape[-1:]:
                raise ValueError(f"BatchNormalization needs {name} of shape {x.shape[-1:]}, not {state[name].shape}")
            check_dtype(name, state[name], x.dtype)
        return {name: state[name] for name in names}
