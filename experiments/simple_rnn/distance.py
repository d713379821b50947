"""RN4: what is far back. RNN, LSTM and GRU learn to add two marked numbers, or to recall a symbol, over a gap.

The adding problem asks for the sum of two numbers, one of which stands in the first half of the sequence: whoever has
forgotten it can do no better than guess their mean, which errs by 1/6 in the square. A simple RNN with orthogonal
weights turns what it holds without losing it, as long as nothing else comes in.

Hochreiter and Schmidhuber 1997, "Long short-term memory", doi:10.1162/neco.1997.9.8.1735
Le, Jaitly and Hinton 2015 (RNNs that keep), https://arxiv.org/abs/1504.00941
Tallec and Ollivier 2018 (chrono initialisation), https://arxiv.org/abs/1804.11188
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from engine.losses import mean_squared_error, softmax_cross_entropy
from engine.optimizers import Adam
from engine.training import Drawn, Step
from experiments.numbers import counted, decimal, spread
from experiments.recurrent.race import CELLS, CHRONO, GATES, GRU_, LSTM_, RNN, Race, costs, curves, network, race
from experiments.recurrent.tasks import BETWEEN, OTHERS, QUIET, SYMBOLS, adding, recall
from experiments.scene import Scale
from experiments.several import parts
from experiments.shown import Lines, Maps, Part, Picture, Shown, Table
from experiments.spec import Spec, choice

TASKS = ADDING, RECALL = "adding problem", "first symbol"
GAPS = (5, 10, 20, 40, 100, 200)
ALL = "5 … 200"
UNITS = {ADDING: 32, RECALL: 16}
STEPS = {ADDING: 1000, RECALL: 400}
RATE, CLIP = 0.005, 1.0
GUESSED = {ADDING: 1 / 6, RECALL: 1 - 1 / SYMBOLS}  # the error of who knows nothing
EVERY_CELL, GATED, SIMPLE, OTHERWISE = range(4)  # the lesson's answers


@dataclass(frozen=True)
class DistanceSpec(Spec):
    task: str = choice(ADDING, TASKS, "what is asked at the end: the sum of two marked numbers, or the first symbol")
    gap: str = choice("100", (*map(str, GAPS), ALL), "steps of the sequence; with the last, each in turn")
    gates: str = choice(CHRONO, GATES, "how the biases of gates start: for gaps up to this one, or as in Keras")
    between: str = choice(QUIET, BETWEEN, "what is read after the first symbol: faint noise, or other symbols")
    seeds: int = choice(3, (1, 3, 5), "runs of each network; more take longer", surprise=False)

    @property
    def used(self) -> tuple[str, ...]:
        """The settings that matter for this task."""
        return "task", "gap", "gates", *(("between",) if self.task == RECALL else ()), "seeds"

    @property
    def gaps(self) -> tuple[int, ...]:
        return GAPS if self.gap == ALL else (int(self.gap),)


class Distance(NamedTuple):
    """Races that are over, by gap, and the one that is run: at a gap of so many steps."""

    over: dict[int, Race]
    gap: int
    race: Race | None


def distance(spec: DistanceSpec) -> Iterator[tuple[float, Distance | None]]:
    """A race for each gap: (share that is done, results when there are new ones)."""
    over: dict[int, Race] = {}
    work, behind = sum(spec.gaps), 0
    yield 0, Distance({}, spec.gaps[0], None)
    for gap in spec.gaps:
        recipes = {cell: partial(training, cell, gap, spec) for cell in CELLS}
        for done, standing in race(recipes, range(spec.seeds), STEPS[spec.task], partial(error, spec.task)):
            if standing is not None and done == 1:
                over = over | {gap: standing}
            yield (behind + done * gap) / work, None if standing is None else Distance(over, gap, standing)
        behind += gap


def training(cell: str, gap: int, spec: DistanceSpec, seed: int) -> Drawn:
    draw = partial(adding, steps=gap) if spec.task == ADDING else partial(recall, steps=gap, between=spec.between)
    loss = mean_squared_error if spec.task == ADDING else softmax_cross_entropy
    outputs = 1 if spec.task == ADDING else SYMBOLS
    net = network(cell, UNITS[spec.task], outputs, spec.gates, gap)
    return Drawn(net, Adam(RATE, global_clipnorm=CLIP), draw, seed, loss)


def error(task: str, step: Step) -> float:
    """Of a batch that was not seen before: mean squared error, or share of wrong answers."""
    if task == ADDING:
        return step.loss
    return float((step.activations[-1].argmax(axis=1) != step.examples.target).mean())


def learned(task: str, result: Race) -> set[str]:
    """Networks that have left less than half of what guessing leaves, in the median."""
    return {name for name, lane in result.lanes.items() if np.median(lane.last) < GUESSED[task] / 2}


def prediction(task: str, result: Race) -> set[int]:
    answers = {frozenset(CELLS): EVERY_CELL, frozenset((LSTM_, GRU_)): GATED, frozenset((RNN,)): SIMPLE}
    return {answers.get(frozenset(learned(task, result)), OTHERWISE)}


def show(spec: DistanceSpec) -> Iterator[Part]:
    """An example at once, then lines that grow; one more for error by gap where all are run."""
    return parts(distance(spec), partial(_shown, spec))


def _shown(spec: DistanceSpec, result: Distance) -> Shown:
    rows: list[Maps | Lines | Table] = [_example(spec, result.gap)]
    y = "mean squared error" if spec.task == ADDING else "share of wrong answers"
    if result.race is None:
        return Shown({}, rows)
    rows += [curves(result.race, f"{y}, gap {result.gap}"), costs(result.race, y)]
    if len(spec.gaps) > 1 and result.over:
        rows[1:1] = _by_gap(result.over, y)
    if len(result.over) < len(spec.gaps):
        return Shown({}, rows)
    errors = {name: decimal(float(np.median(lane.last)), 3) for name, lane in result.race.lanes.items()}
    return Shown(
        numbers=errors
        | {
            "gap": str(result.gap),
            "seeds": counted(spec.seeds, "seed"),
            "steps": f"{STEPS[spec.task]:,}",
            "guessed": decimal(GUESSED[spec.task], 3),
        },
        rows=rows,
        right=prediction(spec.task, result.race),
        case="Adding" if spec.task == ADDING else "Among others" if spec.between == OTHERS else "Recall",
    )


def _example(spec: DistanceSpec, gap: int) -> Maps:
    """One sequence, as it is read."""
    x, target, *_ = training(RNN, gap, spec, 0).examples(0)
    rows = "numbers, and which are marked" if spec.task == ADDING else "a row a symbol"
    asked = decimal(float(target[0, 0])) if spec.task == ADDING else f"row {target[0]}"
    picture = Picture(f"{rows}; asked at the end: {asked}", x[0].T, Scale(1), "input")
    return Maps([picture], f"A sequence of {gap} steps: {rows}. What is asked at the end is {asked}")


def _by_gap(over: dict[int, Race], y: str) -> list[Lines | Table]:
    gaps = list(over)
    found = {name: [over[gap].lanes[name].last for gap in gaps] for name in CELLS}
    lines = {name: [float(np.median(at)) for at in values] for name, values in found.items()}
    words = "; ".join(f"{name} {decimal(line[0], 3)} to {decimal(line[-1], 3)}" for name, line in lines.items())
    table = {"gap": gaps} | {name: [spread(at, 3) for at in values] for name, values in found.items()}
    alt = f"{y} by gap, {gaps[0]} to {gaps[-1]}: {words}"
    chart = Lines(gaps, lines, x="steps of the sequence", y=y, alt=alt)
    return [*([chart] if len(gaps) > 1 else []), Table(table, f"{alt}; with the smallest and largest of the seeds")]
