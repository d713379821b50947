"""What a penalty adds to the loss, and the step that it takes by itself.

    R(w) = l1 Σ |w| + l2 Σ w²               ∂R/∂w = l1 sign(w) + 2 l2 w          sign(0) = 0

    prox(w) = argmin over u of  ½ (u − w)² + rate · R(u) = S(w, rate · l1) / (1 + 2 rate · l2)
    S(w, t) = sign(w) · max(|w| − t, 0)                    soft threshold: what lies within t of 0 becomes exactly 0

The factors are those of Keras: its `L2(λ)` is λ Σ w², without a half.

Tibshirani 1996, "Regression shrinkage and selection via the lasso", doi:10.1111/j.2517-6161.1996.tb02080.x
Zou and Hastie 2005 (elastic net), doi:10.1111/j.1467-9868.2005.00503.x
Parikh and Boyd 2014, "Proximal algorithms", doi:10.1561/2400000003
"""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.checks import check_number

NONE, L1, L2, ELASTIC_NET = "none", "L1", "L2", "elastic net"


class Factors(NamedTuple):
    l1: float
    l2: float


SHARES = MappingProxyType(
    {NONE: Factors(0.0, 0.0), L1: Factors(1.0, 0.0), L2: Factors(0.0, 1.0), ELASTIC_NET: Factors(0.5, 0.5)}
)  # of λ


def factors(penalty: str, strength: float) -> Factors:
    """λ, shared out: all of it to one, or a half each."""
    if penalty not in SHARES:
        raise ValueError(f"penalty must be one of {', '.join(SHARES)}, not {penalty!r}")
    check_number("strength", strength, least=0)
    share = SHARES[penalty]
    return Factors(share.l1 * strength, share.l2 * strength)


def penalty_value(w: Array, by: Factors) -> Array:
    """R of the vectors in the last axis, (…)."""
    return np.asarray(by.l1 * np.abs(w).sum(axis=-1) + by.l2 * (w * w).sum(axis=-1))


def penalty_gradient(w: Array, by: Factors) -> Array:
    """∂R/∂w; at the kink of |w|, where any number from −l1 to l1 would do, 0 as in every library."""
    return np.asarray(by.l1 * np.sign(w) + 2 * by.l2 * w)


def soft_threshold(w: Array, threshold: float | Array) -> Array:
    """S(w, t): nearer to 0 by t, and exactly 0 from there on."""
    return np.asarray(np.sign(w) * np.maximum(np.abs(w) - threshold, 0))


def proximal(w: Array, rate: float, by: Factors) -> Array:
    """Where a step along the data's gradient alone has led, brought back by the penalty."""
    return soft_threshold(w, rate * by.l1) / (1 + 2 * rate * by.l2)
