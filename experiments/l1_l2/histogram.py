"""RG2: L2 makes all weights small and leaves none at 0; L1 leaves many at exactly 0. Weights counted by size, by λ."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.regularizers import L1
from experiments.l1_l2.linear import Made, fitted, made, ridge
from experiments.numbers import counted, ends, scientific
from experiments.shown import Bars, Shown, Table

SEEDS = range(5)
EXAMPLES, FEATURES, RELEVANT, NOISE = 120, 60, 12, 0.5
STRENGTHS = 0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0
EDGES = 0.001, 0.01, 0.1, 0.3, 1.0  # of the sizes that are counted together
SIZES = (
    "exactly 0",
    f"below {EDGES[0]:g}",
    *(f"{low:g} to {high:g}" for low, high in pairwise(EDGES)),
    f"from {EDGES[-1]:g}",
)
ASKED = STRENGTHS.index(0.3)  # the λ of the question
ASKED_NUMBERS = MappingProxyType(
    {"features": str(FEATURES), "examples": str(EXAMPLES), "relevant": str(RELEVANT), "asked": f"{STRENGTHS[ASKED]:g}"}
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


def problem(seed: int) -> Made:
    return made(seed, EXAMPLES, FEATURES, RELEVANT, NOISE)


@cache  # no setting changes it: one for all learners
def weights() -> Weights:
    """Fitted with each λ, on each seed's data."""
    problems = [problem(seed).problem for seed in SEEDS]
    start = np.zeros(FEATURES)
    return Weights(
        np.array([[fitted(data, L1(strength), start) for strength in STRENGTHS] for data in problems]),
        np.array([[ridge(data, strength) for strength in STRENGTHS] for data in problems]),
    )


def counts(w: Array) -> Array:
    """(λ, sizes): how many weights are exactly 0, and how many of each size, on average over the seeds."""
    sizes = np.abs(w)
    # with no edge below the first 0 and none above the last: 0, (0, 0.001), [0.001, 0.01), …
    places = np.where(sizes == 0, 0, 1 + np.searchsorted(EDGES, sizes, side="right"))
    return np.asarray((places[..., None] == np.arange(len(SIZES))).sum(axis=2).mean(axis=0))


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
    frames = [
        f"λ = {strength:g}: exactly 0 are {ends(a, 0)} with L1, {ends(b, 0)} with L2"
        for strength, a, b in zip(STRENGTHS, l1.T, l2.T, strict=True)
    ]
    alt = f"Weights by size, the mean of {counted(len(l1), 'seed')}. {frames[ASKED]}, of {FEATURES}"
    bars = {"L1": counts(found.l1), "L2": counts(found.l2)}
    histogram = Bars(SIZES, bars, "size of a weight", "how many weights", alt, frames=frames, start=ASKED)
    return Shown(numbers, [histogram, _by_strength(found)])


def _by_strength(found: Weights) -> Table:
    columns = {
        "λ": [f"{strength:g}" for strength in STRENGTHS],
        "exact zeros with L1": [ends(column, 0) for column in found.l1_zeros.T],
        "exact zeros with L2": [ends(column, 0) for column in found.l2_zeros.T],
        "mean size with L2": [ends(column, 3) for column in found.l2_sizes.T],
    }
    return Table(columns, f"Of {FEATURES} weights, the range over {counted(len(SEEDS), 'seed')}")
