"""DO5: what does dropout cost in time? Epochs until the digits that are learned from are known well.

The loss is measured in inference mode: in training mode part of it is the noise of the masks, and that would be unfair.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.digits import Looks, learn, runs_of
from experiments.numbers import counted, decimal
from experiments.several import parts
from experiments.shown import Lines, Part, Shown, Table

SEEDS = range(5)
WIDTH, DIGITS, STEPS = 64, 320, 1000
EPOCH = DIGITS // 32  # steps
KNOWN = 0.1  # cross-entropy that counts as known
RATES = {"without dropout": 0.0, "rate 0.3": 0.3, "rate 0.5": 0.5, "rate 0.8": 0.8}
PLAIN, LIGHT, HALF, MOST = RATES
MORE, SAME, FEWER = range(3)  # the lesson's answers: the epochs with a rate of 0.5


class Slower(NamedTuple):
    looks: Looks

    def epochs(self, name: str) -> Array:
        """(seeds,): until the loss is at most KNOWN for the first time; infinite where that has not come."""
        reached = self.looks.seen[name] <= KNOWN
        first = self.looks.at[reached.argmax(axis=1)] / EPOCH
        return np.where(reached.any(axis=1), first, np.inf)

    @property
    def times(self) -> Array:
        """(seeds,): epochs at a rate of 0.5, as a multiple of those without; infinite where one was not reached."""
        plain, half = self.epochs(PLAIN), self.epochs(HALF)
        reached = np.isfinite(plain) & np.isfinite(half)
        return np.where(reached, half / np.where(reached, plain, 1), np.inf)

    @property
    def right(self) -> set[int]:
        times = float(np.median(self.times))
        return {MORE if times > 1.1 else FEWER if times < 0.9 else SAME}


def slower() -> Iterator[tuple[float, Slower | None]]:
    """Every rate from every seed, side by side: (share that is done, the curves so far)."""
    for done, looks in learn(runs_of(RATES, SEEDS, width=WIDTH, count=DIGITS), STEPS, EPOCH):
        yield done, None if looks is None else Slower(looks)


def show(_: None = None) -> Iterator[Part]:
    """The loss on the digits that are learned from, epoch by epoch, and when it is low."""
    return parts(slower(), _shown)


def _shown(result: Slower) -> Shown:
    rows: list[Lines | Table] = [_curves(result), _table(result)]
    if result.looks.at[-1] < STEPS:
        return Shown({}, rows)
    numbers = {
        name: _written(result.epochs(of)) for name, of in zip(("plain", "light", "half", "most"), RATES, strict=True)
    }
    numbers |= {
        "times": _times(float(np.median(result.times))),
        "known": decimal(KNOWN, 1),
        "digits": str(DIGITS),
        "last": str(STEPS // EPOCH),
        "seeds": counted(len(SEEDS), "seed"),
    }
    return Shown(numbers, rows, right=result.right)


def _times(times: float) -> str:
    return decimal(times, 1) if np.isfinite(times) else "many"


def _written(epochs: Array) -> str:
    """The median, and the smallest to the largest: "12 (10 to 15)"."""
    numbers = [float(np.median(epochs)), epochs.min(), epochs.max()]
    median, least, most = (decimal(n, 0) if np.isfinite(n) else "not reached" for n in numbers)
    return median if least == most else f"{median} ({least} to {most})"


def _curves(result: Slower) -> Lines:
    looks = result.looks
    lines = {name: np.median(curve, axis=0) for name, curve in looks.seen.items()}
    known = {f"known: at most {decimal(KNOWN, 1)}": (np.zeros(len(looks.at)), np.full(len(looks.at), KNOWN))}
    words = ", ".join(f"{name} {decimal(line[-1], 3)}" for name, line in lines.items())
    return Lines(
        looks.at / EPOCH,
        lines,
        x="epochs",
        y="cross-entropy, dropout off",
        bands=known,
        alt=f"Cross-entropy after {looks.at[-1] // EPOCH} epochs, medians of {counted(len(SEEDS), 'seed')}: {words}",
    )


def _table(result: Slower) -> Table:
    epochs = [_written(result.epochs(name)) for name in RATES]
    columns = {"network": list(RATES), f"epochs until {decimal(KNOWN, 1)}: median (range)": epochs}
    words = "; ".join(f"{name} {written}" for name, written in zip(RATES, epochs, strict=True))
    return Table(columns, f"Epochs until the cross-entropy is {decimal(KNOWN, 1)}: {words}")
