"""Days of the week as vectors in two dimensions, from what happens on them (EM3).

Real: the bills of a waiter, who served lunch or dinner to few or many guests, smokers or none. Made by a rule: parcels
that come a day early or late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, read_only
from engine.datasets import DAYS, bills, parcels
from engine.layers import Dense, Embedding
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Training
from experiments.embedding.projection import aligned
from experiments.numbers import counted, decimal, ends
from experiments.several import trained
from experiments.shown import Points, Shown, Table

SEEDS = range(5)
MANY = 3  # guests of a large table
KINDS = 8  # of tables
BILL_STEPS, PARCEL_STEPS = 300, 600
WEEKEND = ("Sat", "Sun")


class Week(NamedTuple):
    """Vectors of days, for each seed that is done."""

    days: tuple[str, ...]
    vectors: Array  # (seeds, days, 2)

    def distance(self, one: str, other: str) -> Array:
        """(seeds,)"""
        i, j = self.days.index(one), self.days.index(other)
        return np.asarray(np.linalg.norm(self.vectors[:, i] - self.vectors[:, j], axis=1))

    @property
    def pairs(self) -> dict[tuple[str, str], Array]:
        """Every two days → their distances (seeds,)."""
        return {(a, b): self.distance(a, b) for k, a in enumerate(self.days) for b in self.days[k + 1 :]}

    @property
    def in_order(self) -> Array:
        """(seeds,): whether the days stand around their middle in the order of the week, either way round."""
        offset = self.vectors - self.vectors.mean(axis=1, keepdims=True)
        around = np.argsort(np.arctan2(offset[..., 1], offset[..., 0]), axis=1)
        steps = (np.roll(around, -1, axis=1) - around) % len(self.days)
        return np.asarray((steps == 1).all(axis=1) | (steps == len(self.days) - 1).all(axis=1))

    def apart(self, count: int) -> Array:
        """(seeds, days): the distance of each day from that so many days later."""
        later = np.roll(self.vectors, -count, axis=1)
        return np.asarray(np.linalg.norm(later - self.vectors, axis=2))


@cache
def kinds() -> Array:
    """(244,): which kind of table: lunch or dinner, few or many guests, smokers or none."""
    _, _, dinner, guests, smokers = bills()
    return read_only(4 * dinner.astype(np.int64) + 2 * (guests >= MANY) + smokers)


def week_of_bills() -> Iterator[tuple[float, Week | None]]:
    """From the day, which kind of table."""
    return _week(bills().days, lambda seed: _training(bills().day, kinds(), KINDS, seed), BILL_STEPS)


def week_of_parcels() -> Iterator[tuple[float, Week | None]]:
    """From the day that was ordered, the day of arrival; other parcels for each seed."""
    return _week(DAYS, lambda seed: _training(*parcels(seed), len(DAYS), seed), PARCEL_STEPS)


def _training(x: Array, labels: Array, answers: int, seed: int) -> Training:
    network = Sequential((Embedding(int(x.max()) + 1, 2), Dense(answers)))
    return Training(network, Adam(0.02), x, labels, batch_size=32, seed=seed)


def _week(
    days: tuple[str, ...], training: Callable[[int], Training], steps: int
) -> Iterator[tuple[float, Week | None]]:
    """Trains the table of days once a seed."""
    found: list[Array] = []
    for seed in SEEDS:
        after = yield from trained(training(seed), steps, seed, len(SEEDS))
        found.append(after.params[0]["embeddings"])
        yield (seed + 1) / len(SEEDS), Week(days, np.stack(found))


def bills_shown(week: Week) -> Shown:
    """How far the weekend is from the other days."""
    weekend, first, across = (week.distance(*pair) for pair in (WEEKEND, ("Thu", "Fri"), ("Thu", "Sun")))
    closest = int((weekend == np.stack(list(week.pairs.values())).min(axis=0)).sum())
    alt = f"Saturday and Sunday are {decimal(weekend[0])} apart, Thursday and Sunday {decimal(across[0])}"
    numbers = {
        "seeds": counted(len(weekend), "seed"),
        "weekend": decimal(float(np.median(weekend))),
        "weekdays": decimal(float(np.median(first))),
        "across": decimal(float(np.median(across))),
        "closest": str(closest),
    }
    return Shown(numbers, [_map(week, alt), _distances(week)], case="Bills")


def parcels_shown(week: Week) -> Shown:
    """Whether the week is a ring."""
    ordered = int(week.in_order.sum())
    alt = f"Seven days on a map; in {ordered} of {len(week.vectors)} runs they stand in the order of the week"
    numbers = {
        "seeds": counted(len(week.vectors), "seed"),
        "ordered": str(ordered),
        "near": decimal(float(np.median(week.apart(1)))),
        "far": decimal(float(np.median(week.apart(3)))),
    }
    return Shown(numbers, [_map(week, alt), _distances(week)], case="Parcels")


def _map(week: Week, alt: str) -> Points:
    """A frame a seed, each turned to lie as the first."""
    days = week.days
    centred = [vectors - vectors.mean(axis=0) for vectors in week.vectors]
    turned = np.stack([aligned(points, centred[0]) for points in centred])
    groups = {
        "weekend": [index for index, day in enumerate(days) if day in WEEKEND],
        "weekdays": [index for index, day in enumerate(days) if day not in WEEKEND],
    }
    links = [(index, (index + 1) % 7) for index in range(7)] if days == DAYS else []
    captions = [f"seed {seed}" for seed in SEEDS[: len(turned)]]
    return Points(days, turned, groups, "weight", alt, links=links, frames=captions)


def _distances(week: Week) -> Table:
    order = sorted(week.pairs.items(), key=lambda pair: float(np.median(pair[1])))
    columns = {
        "two days": [f"{one} – {other}" for (one, other), _ in order],
        "distance, median": [decimal(float(np.median(distances))) for _, distances in order],
        "smallest to largest": [ends(distances) for _, distances in order],
    }
    (one, other), least = order[0]
    return Table(columns, f"Closest: {one} and {other}, {decimal(float(np.median(least)))} apart")
