"""Everything that a learner can set on the L1 and L2 page: two weights, their data, and the penalty."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, read_only
from engine.regularizers import L1L2
from experiments.spec import Spec, choice, number

NONE, L1, L2, ELASTIC_NET = "none", "L1", "L2", "elastic net"
SHARES = MappingProxyType({NONE: L1L2(), L1: L1L2(l1=1.0), L2: L1L2(l2=1.0), ELASTIC_NET: L1L2(l1=0.5, l2=0.5)})  # of λ
TRY = MappingProxyType(
    {L1: "Try this", L2: "Try L2", ELASTIC_NET: "Try both", NONE: "Try one"}
)  # the heading of what the lesson asks to be tried
KEYS = MappingProxyType({"1": L1, "2": L2, "3": ELASTIC_NET, "0": NONE})  # of the keyboard
EXAMPLES = 40

STRENGTH = "λ, how much the penalty counts beside the data"
PENALTY = "what is added to the loss: λ Σ|w|, λ Σw², half of each, or nothing"
W = "the weight {} that made the data; the data's own minimum lies near it"
CORRELATION = "of the two features: with 0 the loss is round, near ±1 a long valley, along which weights can be traded"
NOISE = "standard deviation of what is added to the targets: it moves the data's minimum away from the true weights"


class Data(NamedTuple):
    x: Array  # (n, 2)
    target: Array  # (n,)

    @property
    def curvature(self) -> Array:
        """H = xᵀx / n, (2, 2)"""
        return np.asarray(self.x.T @ self.x / len(self.x))

    @property
    def pull(self) -> Array:
        """c = xᵀt / n, (2,)"""
        return np.asarray(self.x.T @ self.target / len(self.x))


@dataclass(frozen=True)
class SurfaceSpec(Spec):
    penalty: str = choice(L1, (L1, L2, ELASTIC_NET, NONE), PENALTY)
    strength: float = number(1.6, 0.0, 6.0, 0.02, STRENGTH)
    w1: float = number(2.0, -2.5, 2.5, 0.1, W.format("w₁"))
    w2: float = number(0.6, -2.5, 2.5, 0.1, W.format("w₂"))
    correlation: float = number(0.0, -0.9, 0.9, 0.1, CORRELATION)
    noise: float = choice(0.5, (0.0, 0.5, 1.0, 2.0), NOISE)
    seed: int = number(0, 0, 99, 1, "start of what is random: features and noise")

    @property
    def by(self) -> L1L2:
        """The penalty: λ, shared out between its two parts."""
        share = SHARES[self.penalty]
        return L1L2(share.l1 * self.strength, share.l2 * self.strength)

    @property
    def used(self) -> tuple[str, ...]:
        """Without a penalty there is no λ to set."""
        return tuple(name for name in super().used if name != "strength" or self.penalty != NONE)

    @property
    def without_strength(self) -> SurfaceSpec:
        """All that holds while λ is dragged."""
        return replace(self, strength=0.0)

    def data(self) -> Data:
        """Forty examples: t = w₁ x₁ + w₂ x₂ + noise."""
        return _data(self.w1, self.w2, self.correlation, self.noise, self.seed)


@lru_cache(maxsize=256)
def _data(w1: float, w2: float, correlation: float, noise: float, seed: int) -> Data:
    """Features and noise come from streams of their own: changing a weight draws nothing anew."""
    features, errors = np.random.default_rng(seed).spawn(2)
    z = features.standard_normal((EXAMPLES, 2))
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    x = np.stack([z[:, 0], correlation * z[:, 0] + np.sqrt(1 - correlation**2) * z[:, 1]], axis=1)
    target = x @ np.array([w1, w2]) + noise * errors.standard_normal(EXAMPLES)
    return Data(read_only(x), read_only(target))
