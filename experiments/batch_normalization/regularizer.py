"""BN3: is batch norm a slight regularizer? The gap of the cross-entropy with it, with dropout, and with both.

Few real digits, some labelled wrong, so that there is something to learn by heart. Medians and ranges over seeds: an
effect smaller than its spread is shown as what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from engine.optimizers import Adam
from engine.training import Training
from experiments.batch_normalization.digits import network
from experiments.digits import Looks, few, learn, partly_wrong
from experiments.numbers import counted, spread, whole
from experiments.several import parts
from experiments.shown import Lines, Part, Shown, Table

SEEDS = range(5)
DEPTH, WIDTH, DIGITS, WRONG, RATE, STEPS = 2, 64, 300, 0.2, 0.5, 300
PLAIN, NORM, DROPOUT, BOTH = "plain", "batch norm", "dropout", "both"
ASKED_NUMBERS = MappingProxyType({"digits": whole(DIGITS), "wrong": whole(100 * WRONG)})
SMALLER, SAME, LARGER = range(3)  # the lesson's answers
KINDS = {PLAIN: (False, 0.0), NORM: (True, 0.0), DROPOUT: (False, RATE), BOTH: (True, RATE)}


def training(name: str, seed: int) -> Training:
    """The same digits and wrong labels for every kind. With another number of layers later kernels are others."""
    norm, rate = KINDS[name]
    net = network(norm=norm, depth=DEPTH, width=WIDTH, dropout=rate)
    return partly_wrong(Training(net, Adam(0.003), *few(DIGITS, seed), batch_size=32, seed=seed), WRONG)


class Slight(NamedTuple):
    looks: Looks

    @property
    def answer(self) -> int:
        """What becomes of the gap with batch norm, by most seeds."""
        return (SMALLER, SAME, LARGER)[1 + self.looks.gap_moves(PLAIN, NORM)]


def regularizer() -> Iterator[tuple[float, Slight | None]]:
    """Every kind from every seed, side by side: (share that is done, the curves so far)."""
    runs = {(name, seed): training(name, seed) for name in KINDS for seed in SEEDS}
    for done, looks in learn(runs, STEPS):
        yield done, None if looks is None else Slight(looks)


def show(_: None = None) -> Iterator[Part]:
    """Cross-entropy held out as it moves, and the gap of each kind."""
    return parts(regularizer(), _shown)


def _shown(result: Slight) -> Shown:
    looks = result.looks
    seeds = counted(len(SEEDS), "seed")
    lines = {name: np.median(looks.held[name], axis=0) for name in KINDS}
    words = "; ".join(f"{name} {spread(looks.held[name][:, -1])}" for name in KINDS)
    alt = f"Cross-entropy on digits held out after {looks.at[-1]} steps, medians of {seeds}: {words}"
    columns = {
        "network": list(KINDS),
        "gap of the cross-entropy": [spread(looks.gap(name)) for name in KINDS],
        "right answers, held out": [spread(looks.right[name][:, -1]) for name in KINDS],
    }
    rows: list[Lines | Table] = [
        Lines(looks.at, lines, x="steps of training", y="cross-entropy, held out", alt=alt),
        Table(columns, f"The gap of each, {seeds}"),
    ]
    if looks.at[-1] < STEPS:
        return Shown({}, rows)
    numbers = {**ASKED_NUMBERS, "seeds": seeds, "steps": whole(STEPS)}
    for key, name in (("plain", PLAIN), ("norm", NORM), ("dropout", DROPOUT), ("both", BOTH)):
        numbers |= {f"{key}_gap": spread(looks.gap(name)), f"{key}_right": spread(looks.right[name][:, -1])}
    return Shown(numbers, rows, right={result.answer})
