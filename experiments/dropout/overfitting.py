"""DO3: does dropout keep a network from learning its examples by heart? Real digits, few of them, some labelled wrong.

A wide network has room for every single example, wrong labels too. The gap between the cross-entropy on digits held out
and on those that were learned from says how much it has learned that holds for nothing else. Both are measured in
inference mode.

Zhang et al. 2017 (random labels are learned by heart), https://arxiv.org/abs/1611.03530
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from experiments.digits import Looks, learn, partly_wrong, runs_of
from experiments.numbers import counted, spread, whole
from experiments.several import parts
from experiments.shown import Lines, Part, Shown, Table
from experiments.spec import Spec, choice

SEEDS = range(5)
WIDTH, STEPS = 128, 600
RATES = {"without dropout": 0.0, "rate 0.3": 0.3, "rate 0.5": 0.5, "rate 0.8": 0.8}
PLAIN, LIGHT, HALF, MOST = RATES
TOO_MUCH, NOT_YET = "Too much of it", "Not yet too much"  # the lesson's cases: a rate of 0.8
SMALLER, SAME, LARGER = range(3)  # the lesson's answers: what becomes of the gap at a rate of 0.5


@dataclass(frozen=True)
class OverfittingSpec(Spec):
    digits: int = choice(300, (100, 300, 600), "how many the networks learn from; 1,000 others are held out")
    wrong_labels: float = choice(0.2, (0.0, 0.1, 0.2, 0.4), "share of the digits to learn from that are labelled wrong")


class Overfitting(NamedTuple):
    spec: OverfittingSpec
    looks: Looks

    @property
    def right(self) -> set[int]:
        """What becomes of the gap at a rate of 0.5."""
        return {(SMALLER, SAME, LARGER)[1 + self.looks.gap_moves(PLAIN, HALF)]}

    @property
    def too_much(self) -> bool:
        """Whether most networks do worse at a rate of 0.8 than at 0.5, by the cross-entropy on digits held out."""
        worse = self.looks.held[MOST][:, -1] > self.looks.held[HALF][:, -1]
        return bool(worse.mean() > 0.5)


def overfitting(spec: OverfittingSpec) -> Iterator[tuple[float, Overfitting | None]]:
    """Every rate from every seed, side by side: (share that is done, the curves so far)."""
    runs = runs_of(RATES, SEEDS, width=WIDTH, count=spec.digits)
    runs = {run: partly_wrong(training, spec.wrong_labels) for run, training in runs.items()}
    for done, looks in learn(runs, STEPS):
        yield done, None if looks is None else Overfitting(spec, looks)


def show(spec: OverfittingSpec) -> Iterator[Part]:
    """The gap of each rate as it opens, and the curves of both losses."""
    return parts(overfitting(spec), _shown)


def _shown(result: Overfitting) -> Shown:
    looks, spec = result.looks, result.spec
    rows: list[Lines | Table] = [_gaps(looks), _curves(looks, "held"), _curves(looks, "seen"), _table(looks)]
    if looks.at[-1] < STEPS:
        return Shown({}, rows)
    numbers = {
        "count": whole(spec.digits),
        "wrong": whole(100 * spec.wrong_labels),
        "steps": whole(STEPS),
        "seeds": counted(len(SEEDS), "seed"),
    }
    for name, key in ((PLAIN, "plain"), (LIGHT, "light"), (HALF, "half"), (MOST, "most")):
        numbers[f"{key}_gap"] = spread(looks.gap(name))
        numbers[f"{key}_held"] = spread(looks.held[name][:, -1])
        numbers[f"{key}_seen"] = spread(looks.seen[name][:, -1])
        numbers[f"{key}_right"] = spread(looks.right[name][:, -1])
    return Shown(numbers, rows, right=result.right, case=TOO_MUCH if result.too_much else NOT_YET)


def _gaps(looks: Looks) -> Lines:
    """What the claim is about, as it opens: the median of each seed's own gap, as in the table."""
    lines = {name: np.median(looks.gaps(name), axis=0) for name in looks.seen}
    words = ", ".join(f"{name} {spread(looks.gap(name))}" for name in lines)
    alt = f"Gap of the cross-entropy after {looks.at[-1]} steps, medians of {counted(len(SEEDS), 'seed')}: {words}"
    return Lines(looks.at, lines, x="steps of training", y="gap: held out less learned from", alt=alt)


def _curves(looks: Looks, which: str) -> Lines:
    curves, what = (looks.held, "held out") if which == "held" else (looks.seen, "learned from")
    lines = {name: np.median(curve, axis=0) for name, curve in curves.items()}
    words = ", ".join(f"{name} {spread(curves[name][:, -1])}" for name in lines)
    alt = (
        f"Cross-entropy on digits {what} after {looks.at[-1]} steps, medians of {counted(len(SEEDS), 'seed')}: {words}"
    )
    return Lines(looks.at, lines, x="steps of training", y=f"cross-entropy on digits {what}", alt=alt)


def _table(looks: Looks) -> Table:
    names = list(looks.seen)
    columns = {
        "network": names,
        "cross-entropy, learned from": [spread(looks.seen[name][:, -1]) for name in names],
        "held out": [spread(looks.held[name][:, -1]) for name in names],
        "gap": [spread(looks.gap(name)) for name in names],
        "right answers, held out": [spread(looks.right[name][:, -1]) for name in names],
    }
    return Table(columns, "Gap of the cross-entropy: " + "; ".join(f"{n} {spread(looks.gap(n))}" for n in names))
