"""BN2: with batch norm a network trains at learning rates at which the plain one does not. Real digits, plain SGD."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.batch_normalization.digits import right, training
from experiments.numbers import counted, spread
from experiments.several import parts, trained
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
    found: list[Array] = []
    runs = [(norm, rate) for norm in (False, True) for rate in RATES]
    for seed in SEEDS:
        shares = []
        for number, (norm, rate) in enumerate(runs):
            recipe = training(seed, rate, norm=norm)
            after = yield from trained(recipe, STEPS, seed * len(runs) + number, len(SEEDS) * len(runs))
            shares.append(right(recipe, after))
        found.append(np.array(shares).reshape(2, len(RATES)))
        both = np.array(found)
        yield (seed + 1) / len(SEEDS), Rates(both[:, 0], both[:, 1])


def show(_: None = None) -> Iterator[Part]:
    """Right answers by learning rate."""
    return parts(rates(), _shown)


def _shown(result: Rates) -> Shown:
    seeds = counted(len(result.plain), "seed")
    sides = {"plain": result.plain, "batch norm": result.norm}
    medians = {name: np.median(side, axis=0) for name, side in sides.items()}
    numbers = {"seeds": seeds, "steps": str(STEPS)}
    for name, side in (("plain", result.plain), ("norm", result.norm)):
        numbers |= {f"{name}_{rate:g}".replace(".", "_"): spread(side[:, at]) for at, rate in enumerate(RATES)}
    columns = {"learning rate": [f"{rate:g}" for rate in RATES]}
    columns |= {name: [spread(column) for column in side.T] for name, side in sides.items()}
    told = f"Right answers, median of {seeds}, at a learning rate of 1: plain {spread(result.plain[:, 4])}, "
    alt = told + f"with batch norm {spread(result.norm[:, 4])}"
    bars = Bars([f"{rate:g}" for rate in RATES], medians, "learning rate", "share of right answers", alt)
    return Shown(numbers, [bars, Table(columns, alt)])
