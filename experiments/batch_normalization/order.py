"""BN6: before the activation or after it? Both, at the same rates, from the same kernels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.training import Training
from experiments.batch_normalization.digits import shares, training
from experiments.numbers import counted, key, spread
from experiments.several import parts
from experiments.shown import Bars, Part, Shown, Table

RATES = 0.01, 0.1, 1.0, 3.0
SEEDS = range(5)
STEPS = 100
BEFORE, AFTER, DEPENDS = range(3)  # the lesson's answers


class Order(NamedTuple):
    """Shares of right answers, (seeds, rates)."""

    before: Array
    after: Array

    @property
    def ahead(self) -> Array:
        """Seeds at each rate for which behind the activation is better."""
        return np.asarray((self.after > self.before).sum(axis=0))

    @property
    def answer(self) -> int:
        """Which has the larger median at every rate."""
        larger = np.median(self.after, axis=0) > np.median(self.before, axis=0)
        return DEPENDS if len(set(larger.tolist())) > 1 else AFTER if larger[0] else BEFORE


def order() -> Iterator[tuple[float, Order | None]]:
    """Trains both at every rate, seed by seed: (share that is done, results when there are new ones)."""
    sides = list(product((False, True), RATES))

    def runs(seed: int) -> list[tuple[Training, int]]:
        return [(training(seed, rate, norm=True, after=after), STEPS) for after, rate in sides]

    for done, right in shares(SEEDS, runs):
        yield done, None if right is None else Order(*np.split(right, 2, axis=1))


def show(_: None = None) -> Iterator[Part]:
    """Right answers by learning rate, both ways."""
    return parts(order(), _shown)


def _shown(result: Order) -> Shown:
    seeds = counted(len(result.before), "seed")
    sides = {"before": result.before, "after": result.after}
    numbers = {"seeds": seeds, "steps": str(STEPS)}
    for name, side in sides.items():
        numbers |= {f"{name}_{key(rate)}": spread(side[:, at]) for at, rate in enumerate(RATES)}
    columns = {"learning rate": [f"{rate:g}" for rate in RATES]}
    columns |= {f"norm {name} ReLU": [spread(column) for column in side.T] for name, side in sides.items()}
    columns["seeds with more right after it"] = [f"{n} of {len(result.before)}" for n in result.ahead]
    words = "; ".join(
        f"at {rate:g} {numbers[f'before_{key(rate)}']} before and {numbers[f'after_{key(rate)}']} after it"
        for rate in RATES
    )
    alt = f"Right answers with the norm before and after the ReLU, median of {seeds}: {words}"
    medians = {f"{name} ReLU": np.median(side, axis=0) for name, side in sides.items()}
    bars = Bars([f"{rate:g}" for rate in RATES], medians, "learning rate", "share of right answers", alt)
    return Shown(numbers, [bars, Table(columns, alt)], right={result.answer})
