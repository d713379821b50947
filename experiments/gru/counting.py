"""GR4: counting. RNN, LSTM and GRU read aⁿ bⁿ, n up to 15, and say what comes next; how far beyond do they count?

From the first b on everything is settled: n − 1 more b, then the end. A cell that is added to can hold a number of any
size; a GRU's state is a mean of what is between −1 and 1, and stays there.

Gers and Schmidhuber 2001, "LSTM recurrent networks learn simple context-free and context-sensitive languages",
doi:10.1109/72.963769
Weiss, Goldberg and Yahav 2018, "On the practical computational power of finite precision RNNs for language
recognition", https://arxiv.org/abs/1805.04908
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Drawn, Step
from experiments.numbers import counted, decimal
from experiments.recurrent.race import CELLS, GRU_, KERAS, LSTM_, RNN, Looks, looked_at, network
from experiments.recurrent.tasks import counting, settled, settled_cross_entropy, strings
from experiments.scene import Scale
from experiments.several import parts
from experiments.shown import Lines, Maps, Part, Picture, Shown, Table

SEEDS = range(5)
TRAINED, MOST = 15, 60  # n in training; n that is tried
UNITS, RATE, CLIP = 8, 0.01, 1.0
STEPS, EVERY = 1500, 100
LSTM_FARTHER, GRU_FARTHER, ALIKE = range(3)  # the lesson's answers


class Look(NamedTuple):
    longest: int
    states: Array | None  # of the first seed's


class Counted(NamedTuple):
    steps: list[int]
    longest: dict[str, Array]  # network → (looks, seeds)  every n up to this is counted right
    states: dict[str, Array]  # network → (units, T)  what the first seed's holds while it reads n = TRAINED


def count_on(cells: Sequence[str] = CELLS) -> Iterator[tuple[float, Counted | None]]:
    """Trains each from five seeds, all side by side: (share that is done, results when they are looked at)."""
    runs = {(cell, seed): training(cell, seed) for cell, seed in product(cells, SEEDS)}

    def look(run: tuple[str, int], step: Step) -> Look:
        net, params = runs[run].network, step.after.params
        return Look(longest(net, params), inside(run[0], net, params) if run[1] == SEEDS[0] else None)

    for done, looks in looked_at(runs, STEPS, EVERY, look):
        yield done, None if looks is None else _result(looks)


def training(cell: str, seed: int) -> Drawn:
    net = network(cell, UNITS, 4, KERAS, 2 * TRAINED, sequences=True)
    return Drawn(
        net,
        Adam(RATE, global_clipnorm=CLIP),
        lambda rng: counting(rng, TRAINED),
        seed,
        settled_cross_entropy,
    )


def longest(net: Sequential, params: Any) -> int:
    """The largest n up to which all are counted right: at every settled step the largest output is what comes."""
    x, following, there, *_ = strings(np.arange(1, MOST + 1))
    assert there is not None
    y, _ = net.forward(params, x, mask=there)
    right = ((y.argmax(axis=2) == following) | ~settled(following, there)).all(axis=1)
    return MOST if right.all() else int(np.argmin(right))


def inside(cell: str, net: Sequential, params: Any) -> Array:
    """(units, T): what it holds while it reads n = TRAINED."""
    _, trace = net.forward(params, strings(np.array([TRAINED])).x)
    held = trace.children[0]
    return np.asarray((held.c if cell == LSTM_ else held.h)[0, 1:].T)


def _result(looks: Looks[Look]) -> Counted:
    of = looks.by_seed
    return Counted(
        looks.steps,
        {cell: np.array([[each.longest for each in seen] for seen in seeds]).T for cell, seeds in of.items()},
        {cell: states for cell, (first, *_) in of.items() if (states := first[-1].states) is not None},
    )


def prediction(result: Counted) -> set[int]:
    lstm, gru = (float(np.median(result.longest[cell][-1])) for cell in (LSTM_, GRU_))
    return {LSTM_FARTHER if lstm > gru else GRU_FARTHER if gru > lstm else ALIKE}


def show(_: None = None) -> Iterator[Part]:
    """How far each counts as it learns, and what it holds while it counts."""
    return parts(count_on(), _shown)


def _shown(result: Counted) -> Shown:
    last = {cell: values[-1] for cell, values in result.longest.items()}
    middle = {cell: decimal(float(np.median(values)), 0) for cell, values in last.items()}
    words = ", ".join(f"{cell} {n}" for cell, n in middle.items())
    rows: list[Lines | Table | Maps] = [_lines(result, words), _table(last), _inside(result)]
    if result.steps[-1] < STEPS:
        return Shown({}, rows)
    return Shown(
        numbers=middle
        | {f"{cell}_all": ", ".join(map(str, sorted(values))) for cell, values in last.items()}
        | {
            "trained": str(TRAINED),
            "most": str(MOST),
            "seeds": counted(len(SEEDS), "seed"),
            "steps": f"{STEPS:,}",
            "cell": decimal(float(np.abs(result.states[LSTM_]).max()), 1),
            "state": decimal(float(np.abs(result.states[GRU_]).max()), 2),
        },
        rows=rows,
        right=prediction(result),
    )


def _lines(result: Counted, words: str) -> Lines:
    lines = {cell: np.median(values, axis=1) for cell, values in result.longest.items()}
    alt = f"Longest n after {result.steps[-1]:,} steps, median of {counted(len(SEEDS), 'seed')}: {words}"
    y = f"longest n, trained up to {TRAINED}"
    return Lines(result.steps, lines, x="steps of training", y=y, alt=alt)


def _table(last: dict[str, Array]) -> Table:
    return Table(
        {
            "network": list(last),
            "longest n, median": [decimal(float(np.median(values)), 0) for values in last.values()],
            "by seed": [", ".join(map(str, values)) for values in last.values()],
        },
        alt="Longest n by seed: " + "; ".join(f"{cell} {', '.join(map(str, values))}" for cell, values in last.items()),
    )


def _inside(result: Counted) -> Maps:
    names = {RNN: "RNN: state h", LSTM_: "LSTM: cell c", GRU_: "GRU: state h"}
    # a state lies between −1 and 1; a cell gains at most 1 a step, so TRAINED holds it to the last a
    scales = {cell: Scale(TRAINED if cell == LSTM_ else 1) for cell in result.states}
    b = np.array([[0, 1 + TRAINED, UNITS, TRAINED]])  # after the start and all a
    pictures = [
        Picture(f"{names[cell]} (frame 1: b)", state, scales[cell], "activation", marks=b)
        for cell, state in result.states.items()
    ]
    sizes = ", ".join(f"{cell} {decimal(float(np.abs(state).max()), 1)}" for cell, state in result.states.items())
    return Maps(
        pictures,
        f"What each holds over the steps of a{TRAINED} b{TRAINED}, a row a unit, the b framed. Largest: {sizes}",
    )
