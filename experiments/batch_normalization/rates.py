"""BN2: with batch norm a network trains at learning rates at which the plain one does not. Real digits, plain SGD."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.batch_normalization.digits import shares, training
from experiments.numbers import counted, key, spread
from experiments.several import parts
from experiments.shown import Bars, Part, Shown, Table

RATES = 0.001, 0.01, 0.1, 0.3, 1.0, 3.0
SEEDS = range(5)
STEPS = 100


class Rates(NamedTuple):
    """Shares of right answers, (seeds, rates)."""

    plain: Array
    norm: Array


def rates() -> Iterator[tuple[float, Rates | None]]:
    """Trains both networks at every rate, seed by seed: (share that is done, results when there are new ones)."""
    sides = list(product((False, True), RATES))
    for done, right in shares(SEEDS, lambda seed: [(training(seed, rate, norm=norm), STEPS) for norm, rate in sides]):
        yield done, None if right is None else Rates(*np.split(right, 2, axis=1))


def show(_: None = None) -> Iterator[Part]:
    """Right answers by learning rate."""
    return parts(rates(), _shown)


def _shown(result: Rates) -> Shown:
    seeds = counted(len(result.plain), "seed")
    sides = {"plain": result.plain, "batch norm": result.norm}
    medians = {name: np.median(side, axis=0) for name, side in sides.items()}
    numbers = {"seeds": seeds, "steps": str(STEPS)}
    for name, side in (("plain", result.plain), ("norm", result.norm)):
        numbers |= {f"{name}_{key(rate)}": spread(side[:, at]) for at, rate in enumerate(RATES)}
    columns = {"learning rate": [f"{rate:g}" for rate in RATES]}
    columns |= {name: [spread(column) for column in side.T] for name, side in sides.items()}
    told = f"Right answers, median of {seeds}, at a learning rate of 1: plain {numbers['plain_1']}, "
    alt = told + f"with batch norm {numbers['norm_1']}"
    bars = Bars([f"{rate:g}" for rate in RATES], medians, "learning rate", "share of right answers", alt)
    return Shown(numbers, [bars, Table(columns, alt)])
