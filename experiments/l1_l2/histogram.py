"""RG2: L2 makes all weights small and leaves none at 0; L1 leaves many at exactly 0. Weights counted by size, by λ."""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.l1_l2.linear import Sparse, lasso, ridge, sparse
from experiments.numbers import counted, ends, scientific
from experiments.shown import Lines, Shown, Table

SEEDS = range(5)
EXAMPLES, FEATURES, RELEVANT, NOISE = 120, 60, 12, 0.5
STRENGTHS = 0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0
EDGES = np.linspace(-2.05, 2.05, 42)  # of the histogram: one of its bins is around 0
ASKED = STRENGTHS.index(0.3)  # the λ of the question
ASKED_NUMBERS = MappingProxyType(
    {"features": str(FEATURES), "relevant": str(RELEVANT), "asked": f"{STRENGTHS[ASKED]:g}"}
)  # of the question


class Weights(NamedTuple):
    """Minima of one data set a seed."""

    l1: Array  # (seeds, λ, features)
    l2: Array  # (seeds, λ, features)

    @property
    def l1_zeros(self) -> Array:
        """(seeds, λ): weights that are exactly 0."""
        return np.asarray((self.l1 == 0).sum(axis=-1))

    @property
    def l2_zeros(self) -> Array:
        return np.asarray((self.l2 == 0).sum(axis=-1))

    @property
    def l2_sizes(self) -> Array:
        """(seeds, λ): the mean size of a weight."""
        return np.asarray(np.abs(self.l2).mean(axis=-1))


def problem(seed: int) -> Sparse:
    return sparse(seed, EXAMPLES, FEATURES, RELEVANT, NOISE)


def weights() -> Weights:
    """Fitted with each λ, on each seed's data."""
    problems = [problem(seed) for seed in SEEDS]
    start = np.zeros(FEATURES)
    return Weights(
        np.array([[lasso(data, strength, start) for strength in STRENGTHS] for data in problems]),
        np.array([[ridge(data, strength) for strength in STRENGTHS] for data in problems]),
    )


def counts(w: Array) -> Array:
    """(λ, bins): how many weights of the first seed lie where."""
    return np.array([np.histogram(row, EDGES)[0] for row in w])


def show(_: None = None) -> Shown:
    found = weights()
    l1, l2 = found.l1_zeros, found.l2_zeros
    numbers = {
        **ASKED_NUMBERS,
        "l1_zeros": ends(l1[:, ASKED], 0),
        "l2_zeros": ends(l2, 0),
        "strongest": f"{STRENGTHS[-1]:g}",
        "l1_strongest": ends(l1[:, -1], 0),
        "l2_smallest": scientific(float(np.abs(found.l2).min())),
        "seeds": counted(len(l1), "seed"),
    }
    middles = (EDGES[1:] + EDGES[:-1]) / 2
    frames = [
        f"λ = {strength:g}: exactly 0 are {a} with L1, {b} with L2"
        for strength, a, b in zip(STRENGTHS, l1[0], l2[0], strict=True)
    ]
    alt = f"Weights by size. {frames[ASKED]}, of {FEATURES}"
    lines = {"L1": counts(found.l1[0]), "L2": counts(found.l2[0])}
    histogram = Lines(middles, lines, "weight", "how many weights", alt, frames=frames, start=ASKED)
    return Shown(numbers, [histogram, _by_strength(found)])


def _by_strength(found: Weights) -> Table:
    columns = {
        "λ": [f"{strength:g}" for strength in STRENGTHS],
        "exact zeros with L1": [ends(column, 0) for column in found.l1_zeros.T],
        "exact zeros with L2": [ends(column, 0) for column in found.l2_zeros.T],
        "mean size with L2": [ends(column, 3) for column in found.l2_sizes.T],
    }
    return Table(columns, f"Of {FEATURES} weights, the range over {counted(len(SEEDS), 'seed')}")
