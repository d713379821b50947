"""Linear models with a penalty: made data of which few features matter, and the steps that fit them.

    D(w) = 1/n Σ (x·w − t)²        L = D + R        ∂D/∂w = 2/n xᵀ(x w − t)

    subgradient step    w ← w − rate · (∂D/∂w + ∂R/∂w)
    proximal step       w ← prox(w − rate · ∂D/∂w)

Both with rate = 1 / (2 λmax(xᵀx / n)), the longest step for which D cannot grow.

Beck and Teboulle 2009, "A fast iterative shrinkage-thresholding algorithm", doi:10.1137/080716542
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array
from experiments.l1_l2.penalties import Factors, penalty_gradient, proximal


class Sparse(NamedTuple):
    """Examples whose targets only few of the features have made."""

    x: Array  # (n, features)
    target: Array  # (n,)
    w: Array  # (features,) the weights that made them, most of them 0

    @property
    def relevant(self) -> Array:
        return np.flatnonzero(self.w)


def sparse(
    seed: int, examples: int, features: int, relevant: int, noise: float, dtype: npt.DTypeLike = np.float64
) -> Sparse:
    """Features drawn from N(0, 1); the relevant ones, drawn too, have weights from 1 to 2 of either sign."""
    places, inputs, errors = np.random.default_rng(seed).spawn(3)
    w = np.zeros(features)
    chosen = places.choice(features, relevant, replace=False)
    w[chosen] = places.uniform(1, 2, relevant) * places.choice([-1, 1], relevant)
    x = inputs.standard_normal((examples, features), np.float32).astype(dtype, copy=False)
    target = x[:, chosen].astype(np.float64) @ w[chosen] + noise * errors.standard_normal(examples)
    for array in (x, target, w):
        array.flags.writeable = False
    return Sparse(x, target, w)


def slope(data: Sparse, w: Array) -> Array:
    """∂D/∂w"""
    return np.asarray(2 / len(data.x) * ((data.x @ w - data.target) @ data.x))


def longest_rate(data: Sparse) -> float:
    return float(len(data.x) / (2 * np.linalg.norm(data.x, 2) ** 2))


def subgradient_step(data: Sparse, w: Array, rate: float, by: Factors) -> Array:
    """What any optimizer does that only knows a gradient."""
    return np.asarray(w - rate * (slope(data, w) + penalty_gradient(w, by)))


def proximal_step(data: Sparse, w: Array, rate: float, by: Factors) -> Array:
    """The penalty is not followed by its gradient, but solved."""
    return proximal(w - rate * slope(data, w), rate, by)


def lasso(data: Sparse, strength: float, w: Array, steps: int = 5000, tolerance: float = 1e-7) -> Array:
    """The minimum of D + λ Σ|w|, by proximal steps with momentum from w on, until they come to rest."""
    rate, ahead, t, by = longest_rate(data), w, 1.0, Factors(strength, 0.0)
    for _ in range(steps):
        new = proximal_step(data, ahead, rate, by)
        after = (1 + np.sqrt(1 + 4 * t * t)) / 2
        ahead, moved = new + (t - 1) / after * (new - w), float(np.abs(new - w).max(initial=0))
        w, t = new, after
        if moved < tolerance:
            break
    return w


def ridge(data: Sparse, strength: float) -> Array:
    """The minimum of D + λ Σ w², in closed form: (xᵀx / n + λ I) w = xᵀt / n."""
    n, features = data.x.shape
    return np.linalg.solve(data.x.T @ data.x / n + strength * np.eye(features), data.x.T @ data.target / n)
