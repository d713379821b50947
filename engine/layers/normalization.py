"""What all norms share: numbers become how many standard deviations they lie from a mean.

    μ = mean x        σ² = mean (x − μ)²        x̂ = (x − μ) / √(σ² + ε)        y = γ x̂ + β

Which numbers share a mean is all that differs: a channel over the batch (batch norm), the features of an example (layer
norm), some channels of an example (group norm), one channel of it (instance norm). RMS norm leaves out μ and β.
Every x acts on y in three ways, by itself, through μ and through σ, so backward has three terms:

    dx̂ = γ dy        dx = (dx̂ − mean dx̂ − x̂ mean (dx̂ x̂)) / √(σ² + ε)        dγ = Σ dy x̂        dβ = Σ dy

The means run over the numbers that share μ and σ, the sums over all numbers that share γ and β.
"""

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers.layer import Params


class Normalized(NamedTuple):
    values: Array  # x̂, the shape of x
    mean: Array  # μ, of size 1 along the axes that are averaged over; 0 where it is left out
    variance: Array  # σ²
    inverse: Array  # 1 / √(σ² + ε)


def normalized(x: Array, axes: tuple[int, ...], epsilon: float, center: bool = True) -> Normalized:
    """x̂, and what made it."""
    # μ = mean x
    mean = x.mean(axis=axes, keepdims=True) if center else np.zeros((1,) * x.ndim, x.dtype)
    centred = x - mean
    # σ² = mean (x − μ)²
    variance = np.square(centred).mean(axis=axes, keepdims=True)
    inverse = 1 / np.sqrt(variance + x.dtype.type(epsilon))
    # x̂ = (x − μ) / √(σ² + ε)
    return Normalized(centred * inverse, mean, variance, inverse)


def normalized_dx(to: Normalized, dx_hat: Array, axes: tuple[int, ...], center: bool = True) -> Array:
    """dx, given dx̂."""
    x_hat = to.values
    # x̂ = (x − μ) / √(σ² + ε),  by x itself and by σ
    dx = dx_hat - x_hat * (dx_hat * x_hat).mean(axis=axes, keepdims=True)
    if center:
        # … and by μ
        dx -= dx_hat.mean(axis=axes, keepdims=True)
    dx *= to.inverse
    return dx


def scaled(x_hat: Array, gamma: Array | None, beta: Array | None) -> Array:
    """y = γ x̂ + β. Never x̂ itself, which the trace holds."""
    y = x_hat.copy() if gamma is None else x_hat * gamma
    if beta is not None:
        y += beta
    return y


def scaled_grads(params: Params, x_hat: Array, dy: Array, axes: tuple[int, ...]) -> Params:
    """dγ and dβ, of those that there are."""
    grads = {}
    if "gamma" in params:
        # y = γ x̂ + …
        grads["gamma"] = (dy * x_hat).sum(axis=axes)
    if "beta" in params:
        # y = … + β
        grads["beta"] = dy.sum(axis=axes)
    return grads
