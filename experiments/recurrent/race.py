"""Networks that learn the same task side by side: a step of each in turn, several from every seed.

Where every step draws examples anew, the error before the update is that of examples never seen: a curve of it needs no
others held out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from time import perf_counter
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from engine.arrays import Array
from engine.layers import GRU, LSTM, Dense, SimpleRNN
from engine.layers.recurrent import Chrono, RecurrentLayer
from engine.network import Sequential
from engine.training import Recipe, Step
from experiments.numbers import counted, decimal, spread
from experiments.shown import Lines, Table

BLOCK = 25  # steps: a point of a curve is their mean
CELLS = RNN, LSTM_, GRU_ = "RNN", "LSTM", "GRU"
GATES = CHRONO, KERAS = "chrono", "as in Keras"

Run = TypeVar("Run")
Seen = TypeVar("Seen")


class Looks(NamedTuple, Generic[Seen]):
    """What was seen of networks that learn side by side, each from several seeds, whenever they were looked at."""

    steps: list[int]  # of training, a number a look
    seen: dict[tuple[str, int], list[Seen]]  # (network, seed) → a look each
    seconds: dict[str, float]  # of a step of training, the median

    @property
    def by_seed(self) -> dict[str, list[list[Seen]]]:
        """Network → for each seed, its looks."""
        return {name: [looks for (of, _), looks in self.seen.items() if of == name] for name in self.seconds}


class Lane(NamedTuple):
    """One network."""

    curves: Array  # (seeds, points)
    seconds: float  # of a step, the median
    parameters: int
    operations: int  # of one example, forward

    @property
    def last(self) -> Array:
        """(seeds,): the last point."""
        return self.curves[:, -1]


class Race(NamedTuple):
    at: Array  # (points,)  steps
    lanes: Mapping[str, Lane]


def layer(cell: str, units: int, gates: str, steps: int, *, sequences: bool = False) -> RecurrentLayer:
    """One of CELLS. Chrono starts the biases of the gates so that they keep for up to so many steps."""
    if cell == RNN:
        return SimpleRNN(units, return_sequences=sequences)
    chrono = Chrono(max(3, steps)) if gates == CHRONO else None
    if cell == LSTM_:
        return LSTM(units, forget_bias=chrono or 1.0, return_sequences=sequences)
    return GRU(units, update_bias=chrono or 0.0, return_sequences=sequences)


def network(cell: str, units: int, outputs: int, gates: str, steps: int, *, sequences: bool = False) -> Sequential:
    return Sequential((layer(cell, units, gates, steps, sequences=sequences), Dense(outputs)))


def in_turn(runs: Mapping[Run, Recipe], count: int) -> Iterator[tuple[int, Run, Step, float]]:
    """A step of each, then the next of each: (steps taken, who has taken it, the step, its seconds)."""
    progress = {run: training.start() for run, training in runs.items()}
    for taken, (run, training) in product(range(1, count + 1), runs.items()):
        began = perf_counter()
        step = training.step(progress[run])
        progress[run] = step.after
        yield taken, run, step, perf_counter() - began


def looked_at(
    runs: Mapping[tuple[str, int], Recipe], count: int, every: int, look: Callable[[tuple[str, int], Step], Seen]
) -> Iterator[tuple[float, Looks[Seen] | None]]:
    """`count` steps of all: the share that is done, and all looks so far when every run has been looked at again."""
    seen: dict[tuple[str, int], list[Seen]] = {run: [] for run in runs}
    seconds: dict[str, list[float]] = {name: [] for name, _ in runs}
    steps: list[int] = []
    for number, (taken, run, step, spent) in enumerate(in_turn(runs, count), 1):
        seconds[run[0]].append(spent)
        due = taken % every == 0 or taken == count
        if due:
            seen[run].append(look(run, step))
        news = due and number % len(runs) == 0
        if news:
            steps = [*steps, taken]
            medians = {name: float(np.median(spent)) for name, spent in seconds.items()}
        yield number / (count * len(runs)), Looks(steps, seen, medians) if news else None


def race(
    recipes: Mapping[str, Callable[[int], Recipe]],
    seeds: Sequence[int],
    count: int,
    measure: Callable[[Step], float],
) -> Iterator[tuple[float, Race | None]]:
    """`count` steps of every network from every seed: the share that is done, and the curves when they have grown."""
    runs = {(name, seed): recipe(seed) for (name, recipe), seed in product(recipes.items(), seeds)}
    points: dict[tuple[str, int], list[float]] = {run: [] for run in runs}
    block: dict[tuple[str, int], list[float]] = {run: [] for run in runs}
    seconds: dict[str, list[float]] = {name: [] for name in recipes}
    for number, (taken, run, step, spent) in enumerate(in_turn(runs, count), 1):
        seconds[run[0]].append(spent)
        block[run].append(measure(step))
        full = taken % BLOCK == 0 or taken == count
        if full:
            points[run].append(float(np.mean(block[run])))
            block[run].clear()
        grown = full and number % len(runs) == 0  # by a point in every lane
        yield number / (count * len(runs)), _standing(runs, points, seconds, taken) if grown else None


def _standing(
    runs: Mapping[tuple[str, int], Recipe],
    points: Mapping[tuple[str, int], list[float]],
    seconds: Mapping[str, list[float]],
    taken: int,
) -> Race:
    lanes = {}
    for name, spent in seconds.items():
        first = next(training for (of, _), training in runs.items() if of == name)
        shape = first.examples(0).x.shape[1:]
        lanes[name] = Lane(
            np.array([curve for (of, _), curve in points.items() if of == name]),
            float(np.median(spent)),
            first.network.parameter_count(shape),
            first.network.operation_count(shape),
        )
    return Race(np.minimum(BLOCK * np.arange(1, len(next(iter(points.values()))) + 1), taken), lanes)


def curves(result: Race, y: str) -> Lines:
    """A line a network, the median over the seeds."""
    seeds = counted(len(next(iter(result.lanes.values())).curves), "seed")
    words = ", ".join(f"{name} {decimal(float(np.median(lane.last)), 3)}" for name, lane in result.lanes.items())
    return Lines(
        result.at,
        {name: np.median(lane.curves, axis=0) for name, lane in result.lanes.items()},
        x="steps of training",
        y=y,
        alt=f"{y} after {result.at[-1]:,} steps of training, median of {seeds}: {words}",
    )


def costs(result: Race, what: str, digits: int = 3) -> Table:
    """What each network has reached, with its spread, beside what it costs."""
    lanes = result.lanes
    return Table(
        {
            "network": list(lanes),
            f"{what}, median (smallest to largest)": [spread(lane.last, digits) for lane in lanes.values()],
            "parameters": [lane.parameters for lane in lanes.values()],
            "multiply–adds an example": [lane.operations for lane in lanes.values()],
            "ms a step, measured": [decimal(1000 * lane.seconds, 1) for lane in lanes.values()],
        },
        alt=f"{what}, and costs: "
        + "; ".join(
            f"{name} {spread(lane.last, digits)}, {lane.parameters:,} parameters" for name, lane in lanes.items()
        ),
    )
