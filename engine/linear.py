"""Linear regression with a penalty: few examples, any number of features, and weights that may become exactly 0.

    D(w) = 1/n Σ (x·w − t)²        ∂D/∂w = 2/n xᵀ(x w − t)        R(w) as in `engine/regularizers.py`

    proximal       w ← prox(w − rate ∂D/∂w)                  the loss D + R falls with every step if rate ≤ 1 / L,
                   L = 2/n σ², σ the largest singular value of x: how fast ∂D/∂w changes at most
    accelerated    a ← w + (k − 1)/k′ · (w − w before),   w ← prox(a − rate ∂D/∂w(a)),   k′ = (1 + √(1 + 4k²)) / 2
    subgradient    w ← w − rate (∂D/∂w + ∂R/∂w)              never lands on 0

The data are shared: a step reads x twice and allocates nothing of its size. There is no intercept: subtract the means.

Shapes: x (n, p), t = target (n,), w (p,).

Beck and Teboulle 2009 (FISTA), "A fast iterative shrinkage-thresholding algorithm for linear inverse problems",
doi:10.1137/080716542
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.checks import check_dtype, check_float, check_number
from engine.regularizers import L1L2


@dataclass(frozen=True, eq=False)
class LinearProblem:
    """The data's part, by itself. `x` and `target` are not copied and not written to."""

    x: Array  # (n, p)
    target: Array  # (n,)

    def __post_init__(self) -> None:
        check_float("x", self.x)
        if self.x.ndim != 2 or not self.x.size:
            raise ValueError(f"x must have the shape (n, p), and at least one number, not {self.x.shape}")
        if self.target.shape != self.x.shape[:1]:
            raise ValueError(f"target must have the shape {self.x.shape[:1]}, not {self.target.shape}")
        check_dtype("target", self.target, self.x.dtype)

    def loss(self, w: Array) -> float:
        """D"""
        errors = self._errors(w)
        return float(np.square(errors, dtype=np.float64).mean())

    def gradient(self, w: Array) -> Array:
        """∂D/∂w"""
        # 2/n xᵀ(x w − t);  a row vector from the left, so that x is read in the order in which it lies
        return self._errors(w) @ self.x * (2 / len(self.x))

    def safe_rate(self) -> float:
        """1 / L. The smaller of xxᵀ and xᵀx has the same σ²: 400 examples of 10,000 features take 400 × 400 numbers."""
        x = self.x
        product = x @ x.T if len(x) <= x.shape[1] else x.T @ x
        largest = float(np.linalg.eigvalsh(product)[-1])
        if not largest > 0:
            raise ValueError("x must have a number that is not 0: without one no step is too long")
        return len(x) / (2 * largest)

    def largest_l1(self) -> float:
        """From this l1 on all weights are 0: no feature's gradient at w = 0 is larger."""
        return float(np.abs(self.gradient(np.zeros(self.x.shape[1], self.x.dtype))).max())

    def _errors(self, w: Array) -> Array:
        """x w − t"""
        if w.shape != self.x.shape[1:]:
            raise ValueError(f"w must have the shape {self.x.shape[1:]}, not {w.shape}")
        check_dtype("w", w, self.x.dtype)
        return self.x @ w - self.target


class Descent(NamedTuple):
    """Where proximal steps have come to: enough to go on from there."""

    w: Array  # (p,)
    ahead: Array  # (p,)  a: where the next gradient is taken; w itself unless accelerated
    inertia: float = 1.0  # k


def at(w: Array) -> Descent:
    """No step taken from w: zeros, or the weights found for another penalty."""
    return Descent(w, w)


def proximal_step(
    problem: LinearProblem, by: L1L2, rate: float, before: Descent, *, accelerated: bool = False
) -> Descent:
    """One step. Accelerated, the loss may rise now and then, and is near its least in far fewer steps."""
    check_number("rate", rate, above=0)
    w, ahead, k = before
    # w ← prox(a − rate ∂D/∂w(a))
    new = by.proximal(ahead - rate * problem.gradient(ahead), rate)
    if not accelerated:
        return at(new)
    # k′ = (1 + √(1 + 4k²)) / 2,   a ← w + (k − 1)/k′ · (w − w before)
    following = float((1 + np.sqrt(1 + 4 * k * k)) / 2)
    return Descent(new, new + (k - 1) / following * (new - w), following)


def subgradient_step(problem: LinearProblem, by: L1L2, rate: float, w: Array) -> Array:
    """One step with the penalty in the gradient."""
    check_number("rate", rate, above=0)
    # w ← w − rate (∂D/∂w + ∂R/∂w)
    return np.asarray(w - rate * (problem.gradient(w) + by.gradient(w)))
