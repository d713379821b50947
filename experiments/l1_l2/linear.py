"""Linear models with a penalty: made data of which few features matter, and the weights that fit them best.

D(w) = 1/n Σ (x·w − t)²        L = D + R        the steps are those of `engine/linear.py`
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, read_only
from engine.linear import LinearProblem, at, proximal_step
from engine.regularizers import L1L2


class Made(NamedTuple):
    """Examples whose targets only few of the features have made."""

    problem: LinearProblem
    w: Array  # (features,) the weights that made them, most of them 0

    @property
    def relevant(self) -> Array:
        return np.flatnonzero(self.w)


def made(
    seed: int, examples: int, features: int, relevant: int, noise: float, dtype: npt.DTypeLike = np.float64
) -> Made:
    """Features drawn from N(0, 1); the relevant ones, drawn too, have weights from 1 to 2 of either sign."""
    places, inputs, errors = np.random.default_rng(seed).spawn(3)
    w = np.zeros(features)
    chosen = places.choice(features, relevant, replace=False)
    w[chosen] = places.uniform(1, 2, relevant) * places.choice([-1, 1], relevant)
    x = inputs.standard_normal((examples, features), np.float32).astype(dtype, copy=False)
    target = x[:, chosen].astype(np.float64) @ w[chosen] + noise * errors.standard_normal(examples)
    target = target.astype(dtype, copy=False)
    return Made(LinearProblem(read_only(x), read_only(target)), read_only(w))


def fitted(problem: LinearProblem, by: L1L2, start: Array, steps: int = 5000, tolerance: float = 1e-7) -> Array:
    """The minimum of D + R, by accelerated proximal steps from `start` on, until they come to rest."""
    rate, now = problem.safe_rate(), at(start)
    for _ in range(steps):
        before, now = now, proximal_step(problem, by, rate, now, accelerated=True)
        if np.abs(now.w - before.w).max() < tolerance:
            break
    return now.w


def ridge(problem: LinearProblem, strength: float) -> Array:
    """The minimum of D + λ Σ w², in closed form: (xᵀx / n + λ I) w = xᵀt / n."""
    n, features = problem.x.shape
    curvature = problem.x.T @ problem.x / n + strength * np.eye(features)
    return np.linalg.solve(curvature, problem.x.T @ problem.target / n)
