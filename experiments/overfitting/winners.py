"""RG6: who wins where? Many small trainings in a grid of situations, each technique at two strengths, on five seeds.

Of a technique's strengths the validation part chooses, for each seed; it also says when to stop. What is reported is
the cross-entropy on the test, which chooses nothing. In a cell the techniques are compared seed by seed: the margin is
by how much the best is ahead of the next, the median of the seeds. Where any seed has another order, or the margin is
not larger than its own standard deviation, nobody has won.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.datasets import DIGITS
from experiments.numbers import counted, decimal, ends, spread
from experiments.overfitting.data import most_samples, parts
from experiments.overfitting.learning import learn, outcome
from experiments.overfitting.techniques import EVERY, NOTHING, Techniques, recipe
from experiments.several import parts as drawn
from experiments.shown import Board, Cell, Part, Shown, Table
from experiments.spec import Spec, choice

SEEDS = range(5)
STEPS = 150
LAYERS = 2
CANDIDATES: Mapping[str, tuple[Techniques, ...]] = MappingProxyType(
    {
        NOTHING: (Techniques(),),
        "dropout": (Techniques(dropout=0.2), Techniques(dropout=0.5)),
        "L1": (Techniques(l1=0.0003), Techniques(l1=0.003)),
        "L2": (Techniques(l2=0.001), Techniques(l2=0.01)),
        "early stopping": (Techniques(early_stopping=True),),
        "augmentation": (Techniques(augmentation=True),),
        "batch norm": (Techniques(batch_norm=True),),
        "label smoothing": (Techniques(label_smoothing=0.1), Techniques(label_smoothing=0.3)),
    }
)
WRONG_LABELS, WIDTH, NOISE = "wrong_labels", "width", "noise"
ACROSS: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {WRONG_LABELS: (0.0, 0.2, 0.4), WIDTH: (8, 64, 256), NOISE: (0.0, 0.5, 1.0)}
)
SAMPLES = 40, 80, 160  # where there are so many
ONE, DEPENDS, NOBODY = range(3)  # the lesson's answers
GAINS = 0.05, 0.2, 0.5, 1.0  # of cross-entropy: where another ground of the map begins


@dataclass(frozen=True)
class MapSpec(Spec):
    across: str = choice(
        WRONG_LABELS, tuple(ACROSS), "what changes from column to column; from line to line the data grow"
    )


@dataclass(frozen=True)
class Place:
    """One situation."""

    data: str = DIGITS
    table: str = ""
    samples: int = 80
    width: int = 64
    wrong_labels: float = 0.0
    noise: float = 0.0


@dataclass(frozen=True)
class Asked:
    """Which map: of the bench's data, and what changes."""

    data: str
    table: str
    across: str

    @property
    def samples(self) -> list[int]:
        return [count for count in SAMPLES if count <= most_samples(self.data, self.table)]

    def place(self, samples: int, value: float) -> Place:
        changed: Any = {self.across: value}
        return replace(Place(self.data, self.table, samples), **changed)


class Contest(NamedTuple):
    """One situation. By technique, (seeds,) each: on the test, at the strength that the validation part chose."""

    loss: Mapping[str, Array]
    right: Mapping[str, Array]
    calibration: Mapping[str, Array]
    strength: Mapping[str, Array]  # which was chosen

    @property
    def order(self) -> list[str]:
        """By the median loss, the best first."""
        return sorted(self.loss, key=lambda name: float(np.median(self.loss[name])))

    def margin(self, name: str, over: str) -> Array:
        """(seeds,): by how much `name` is better."""
        return self.loss[over] - self.loss[name]

    @property
    def winner(self) -> str | None:
        """The best, if it is ahead of the next on every seed, and by more than that differs between them."""
        best, next_ = self.order[:2]
        return best if self.clearly(best, next_) else None

    @property
    def helps(self) -> list[str]:
        """Who is clearly better than nothing at all, the best first."""
        return [name for name in self.order if self.clearly(name, NOTHING)]

    def clearly(self, name: str, over: str) -> bool:
        """On every seed, and by a median margin larger than its standard deviation."""
        margin = self.margin(name, over)
        return bool(margin.min() > 0 and np.median(margin) > np.std(margin, ddof=1))


class Winners(NamedTuple):
    asked: Asked
    done: Mapping[Place, Contest]

    @property
    def places(self) -> list[list[Place]]:
        return [[self.asked.place(n, value) for value in ACROSS[self.asked.across]] for n in self.asked.samples]

    @property
    def wins(self) -> dict[str, int]:
        """How many situations each has won; who has won none is left out."""
        names = [contest.winner for contest in self.done.values()]
        return {name: names.count(name) for name in CANDIDATES if name in names}

    @property
    def open(self) -> int:
        """Situations without a clear winner."""
        return sum(contest.winner is None for contest in self.done.values())

    @property
    def right(self) -> set[int]:
        most = max(self.wins.values(), default=0)
        return {ONE if most == len(self.done) else NOBODY if self.open > len(self.done) / 2 else DEPENDS}


class Trained(NamedTuple):
    """What one training has come to."""

    validation: float  # cross-entropy
    loss: float  # and on the test, as all that follows
    right: float
    calibration: float


@lru_cache(maxsize=2048)  # the three maps of a data set are 1,260 trainings: what they share is made once
def trained(place: Place, seed: int, by: Techniques, steps: int) -> Trained:
    """One network, from its first weights to the weights that are kept."""
    split = parts(place.data, place.samples, seed, place.wrong_labels, place.noise, place.table)
    training = recipe(split, int(place.width), LAYERS, by, seed)
    *_, last = filter(None, learn(training, split, by, steps, EVERY))
    validation, test = outcome(training, last, split)
    return Trained(validation.loss, test.loss, test.right, test.calibration)


def contest(place: Place, seeds: Sequence[int] = SEEDS) -> Iterator[tuple[float, Contest | None]]:
    """All techniques at all their strengths, a training a step: (share that is done, the results at the end)."""
    tried = [(name, by) for name, strengths in CANDIDATES.items() for by in strengths]
    found: dict[tuple[int, str], list[tuple[float, int, float, float, float]]] = {}
    for number, (seed, (name, by)) in enumerate(product(seeds, tried), 1):
        one = trained(place, seed, by, STEPS)
        results = found.setdefault((seed, name), [])
        results.append((one.validation, len(results), one.loss, one.right, one.calibration))
        yield number / (len(seeds) * len(tried)), None
    best = {name: np.array([min(found[seed, name]) for seed in seeds]) for name in CANDIDATES}
    strength, loss, right, calibration = ({name: rows[:, k] for name, rows in best.items()} for k in range(1, 5))
    yield 1.0, Contest(loss, right, calibration, strength)


def winners(asked: Asked) -> Iterator[tuple[float, Winners | None]]:
    """Situation by situation: (share that is done, the map so far)."""
    done: dict[Place, Contest] = {}
    places = [place for line in Winners(asked, {}).places for place in line]
    yield 0.0, Winners(asked, done)
    for number, place in enumerate(places):
        for share, result in contest(place):
            if result is not None:
                done = done | {place: result}
            yield (number + share) / len(places), None if result is None else Winners(asked, done)


def show(asked: Asked) -> Iterator[Part]:
    """The map as its cells come in, and the numbers behind it."""
    return drawn(winners(asked), _shown)


def _shown(result: Winners) -> Shown:
    rows: list[Board | Table] = [_board(result)]
    if result.done:
        rows.append(_table(result))
    if len(result.done) < sum(map(len, result.places)):
        return Shown({}, rows)
    gains = {place: _gain(contest) for place, contest in result.done.items()}
    most, least = (choose(gains, key=lambda place: float(np.median(gains[place]))) for choose in (max, min))
    numbers = {
        "sentence": sentence(result),
        "cells": str(len(result.done)),
        "open": str(result.open),
        "most_gain": spread(gains[most]),
        "most_where": _where(most, result.asked),
        "least_gain": spread(gains[least]),
        "least_where": _where(least, result.asked),
        "trainings": f"{len(result.done) * len(SEEDS) * sum(map(len, CANDIDATES.values())):,}",
        "seeds": counted(len(SEEDS), "seed"),
        "comparisons": str(comparisons := len(result.done) * (len(CANDIDATES) - 1)),
        "luck": f"{comparisons / 2 ** len(SEEDS):.1f}",
        "disagree": str(sum(_most_right(contest) != contest.order[0] for contest in result.done.values())),
    }
    return Shown(numbers, rows, right=result.right)


def sentence(result: Winners) -> str:
    """What the map says."""
    wins = sorted(result.wins.items(), key=lambda pair: -pair[1])
    outcomes = [f"{name} wins {count}" for name, count in wins]
    if result.open:
        outcomes.append(f"{result.open} {'has' if result.open == 1 else 'have'} no clear winner")
    text = outcomes[0] if len(outcomes) == 1 else f"{', '.join(outcomes[:-1])}, and {outcomes[-1]}"
    helped = sum(bool(contest.helps) for contest in result.done.values())
    return (
        f"Of {counted(len(result.done), 'situation')}, {text}. In {helped} something is clearly better than {NOTHING}."
    )


def _gain(contest: Contest) -> Array:
    """(seeds,): by how much the best is better than doing nothing."""
    return contest.margin(contest.order[0], NOTHING)


def _most_right(contest: Contest) -> str:
    """Who has the largest median of right answers."""
    return max(contest.right, key=lambda name: float(np.median(contest.right[name])))


def _where(place: Place, asked: Asked) -> str:
    return f"{place.samples} examples and {_value(asked.across, getattr(place, asked.across))}"


def _value(across: str, value: float) -> str:
    if across == WRONG_LABELS:
        return f"{decimal(100 * value, 0)} % wrong labels" if value else "every label right"
    if across == NOISE:
        return f"noise {value:g}" if value else "no noise"
    return f"{LAYERS} × {value} units"


def _board(result: Winners) -> Board:
    asked = result.asked
    cells = [[_cell(result.done.get(place)) for place in line] for line in result.places]
    return Board(
        corner="learned from and validated with",
        lines=[f"{samples} examples" for samples in asked.samples],
        columns=[_value(asked.across, value) for value in ACROSS[asked.across]],
        cells=cells,
        alt=f"Who wins where: {sentence(result)}" if result.done else "Who wins where: nothing is known yet",
        measure="what the best gains over doing nothing, in cross-entropy:",
        levels=[f"no colour: less than {GAINS[0]:g}", *(f"from {gain:g}" for gain in GAINS)],
        mark="clear winner" if result.wins else "clear winner: none",
    )


def _cell(contest: Contest | None) -> Cell | None:
    if contest is None:
        return None
    best, next_ = contest.order[:2]
    margin = contest.margin(best, next_)
    # ahead by its median, the best may yet be behind on most seeds
    ahead = f"{spread(margin)} ahead of {next_}" if np.median(margin) > 0 else f"seed by seed no better than {next_}"
    helped = f"clearly better than {NOTHING}: {', '.join(contest.helps) or 'none'}"
    gain = _gain(contest)
    won = contest.winner is not None
    gained = [] if best == NOTHING else [f"gains {spread(gain)}"]
    # a step as the gain is written: what is told as 0.20 is from 0.2
    level = int(np.searchsorted(GAINS, round(float(np.median(gain)), 2), side="right"))
    details = [*gained, ahead if won else f"no clear winner: {ahead}", helped]
    return Cell(best, details, level=level, marked=won)


def _table(result: Winners) -> Table:
    """Every technique in every situation that is done."""
    asked = result.asked
    columns: dict[str, list[str]] = {"cross-entropy, test": [_where(place, asked) for place in result.done]}
    for name in CANDIDATES:
        columns[name] = [spread(contest.loss[name]) for contest in result.done.values()]
    lowest = "; ".join(
        f"{_where(place, asked)}: {each.order[0]} {ends(each.loss[each.order[0]])}"
        for place, each in result.done.items()
    )
    return Table(columns, f"Cross-entropy on the test, median (smallest to largest) over the seeds. Lowest: {lowest}")
