"""CV6: what is far apart does not meet in one window.

A picture of one row holds two dots, each bright (1) or dark (−1). "Is the other dot like this one?" is asked at the
first dot, and answered from one output cell, the one at its place. With k taps and dilations d the cell sees
Σ d·(k − 1) / 2 cells to either side; what lies beyond cannot change its answer. Global max-pooling answers at any
distance: it asks for the brightest and the darkest anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import Conv2D, Dense, GlobalMaxPooling2D, ReLU
from engine.losses import softmax_cross_entropy
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Training
from experiments.numbers import counted, decimal, spread
from experiments.scene import Scale
from experiments.several import parts, trained
from experiments.shown import Lines, Maps, Part, Picture, Shown, Table

SEEDS = range(5)
FARTHEST = 10  # cells from one dot to the other, at most
LENGTH = 2 * FARTHEST + 1
PLACE = FARTHEST  # of the dot that is asked
STEPS, EXAMPLES, WIDTH = 600, 2000, 12
DILATIONS = {"2 layers": (1, 1), "4 layers": (1, 1, 1, 1), "3 layers, dilated 1 2 4": (1, 2, 4)}
POOLED = "global max-pooling"


class Far(NamedTuple):
    """Accuracy by distance: (seeds done, FARTHEST), for each network that is trained."""

    accuracy: dict[str, Array]


def reach(name: str) -> int:
    """How far the answering cell sees, by the formula: Σ dilation · (taps − 1) / 2."""
    return FARTHEST if name == POOLED else sum(DILATIONS[name])


def far() -> Iterator[tuple[float, Far | None]]:
    """Trains every network once a seed, on all distances: (share that is done, results when there are new ones)."""
    found: dict[str, list[Array]] = {name: [] for name in (*DILATIONS, POOLED)}
    runs = list(product(SEEDS, found))
    yield 0, _result(found)
    for number, (seed, name) in enumerate(runs):
        training = _training(name, seed)
        after = yield from trained(training, STEPS, number, len(runs))
        found[name].append(_accuracies(training.network, after.params, name))
        yield (number + 1) / len(runs), _result(found)


def show(_: None = None) -> Iterator[Part]:
    """Two examples at once, and the accuracy of each network by distance as soon as it is trained."""
    return parts(far(), _shown)


def _shown(result: Far) -> Shown:
    """The text tells of all networks: before each has been trained once, there are pictures and lines alone."""
    lines = {name: np.median(rows, axis=0) for name, rows in result.accuracy.items()}
    if not lines:
        return Shown({}, [_examples()])
    seeds = min(map(len, result.accuracy.values()))
    rows: list[Maps | Lines | Table] = [_examples(), _by_distance(lines, seeds), _spread(result)]
    if POOLED not in lines:  # it is trained last
        return Shown({}, rows)
    within = {name: line[: reach(name)].min() for name, line in lines.items()}
    beyond = {name: line[reach(name) :].max() for name, line in lines.items() if name != POOLED}
    return Shown(
        numbers={
            "seeds": counted(seeds, "seed"),
            "within": decimal(min(within.values())),
            "beyond": decimal(max(beyond.values())),
            "worst": decimal(min(line[:, : reach(name)].min() for name, line in result.accuracy.items())),
            "reach_2": str(reach("2 layers")),
            "reach_4": str(reach("4 layers")),
            "reach_dilated": str(reach("3 layers, dilated 1 2 4")),
            "pooled": decimal(lines[POOLED].min()),
        },
        rows=rows,
    )


def _examples() -> Maps:
    x, labels = pictures(np.array([2, 7]), np.array([[1, 1], [1, -1]]), np.array([1, -1]))
    examples = [
        Picture(f"{'alike' if label else 'not alike'}, {distance} apart", row[0].T, Scale(1), "input")
        for row, label, distance in zip(x, labels, (2, 7), strict=True)
    ]
    alt = "Two pictures of one row: two bright dots two cells apart, a bright and a dark dot seven apart"
    return Maps(examples, alt)


def _by_distance(lines: dict[str, Array], seeds: int) -> Lines:
    words = "; ".join(
        f"{name} {decimal(line[0])} at 1 to {decimal(line[-1])} at {FARTHEST}" for name, line in lines.items()
    )
    return Lines(
        range(1, FARTHEST + 1),
        lines,
        x="distance of the dots, in cells",
        y="share of right answers",
        alt=f"Share of right answers, median of {counted(seeds, 'seed')}: {words}",
    )


def _spread(result: Far) -> Table:
    """Within and beyond its reach: the median over seeds of each network's mean, and the smallest to the largest."""
    columns: dict[str, list[str]] = {"network": [], "reach": [], "right within it": [], "right beyond it": []}
    for name, rows in result.accuracy.items():
        within, beyond = rows[:, : reach(name)].mean(axis=1), rows[:, reach(name) :]
        columns["network"].append(name)
        columns["reach"].append("any" if name == POOLED else counted(reach(name), "cell"))
        columns["right within it"].append(spread(within))
        columns["right beyond it"].append(spread(beyond.mean(axis=1)) if beyond.size else "–")
    words = "; ".join(f"{name} {within}" for name, _, within, _ in zip(*columns.values(), strict=True))
    return Table(columns, f"Share of right answers within the reach, with its spread over the seeds: {words}")


def pictures(distances: Array, signs: Array, sides: Array) -> tuple[Array, Array]:
    """(N, 1, LENGTH, 1), and whether the dots are alike. signs (N, 2), sides (N,) −1 left, 1 right."""
    rows, x = np.arange(len(distances)), np.zeros((len(distances), 1, LENGTH, 1), np.float32)
    x[:, 0, PLACE, 0] = signs[:, 0]
    x[rows, 0, PLACE + sides * distances, 0] = signs[:, 1]
    return x, (signs[:, 0] == signs[:, 1]).astype(np.int64)


def _training(name: str, seed: int) -> Training:
    rng = np.random.default_rng((seed, 6))
    signs, sides = rng.choice([-1, 1], (EXAMPLES, 2)), rng.choice([-1, 1], EXAMPLES)
    x, labels = pictures(rng.integers(1, FARTHEST + 1, EXAMPLES), signs, sides)
    loss = softmax_cross_entropy if name == POOLED else at_one_cell
    return Training(network(name), Adam(0.01), x, labels, batch_size=32, seed=seed, loss=loss)


def network(name: str) -> Sequential:
    if name == POOLED:
        return Sequential((Conv2D(WIDTH, (1, 1)), ReLU(), GlobalMaxPooling2D(), Dense(WIDTH), ReLU(), Dense(2)))
    layers: list[Conv2D | ReLU] = []
    for dilation in DILATIONS[name]:
        layers += [Conv2D(WIDTH, (1, 3), padding="same", dilation_rate=(1, dilation)), ReLU()]
    return Sequential((*layers, Conv2D(2, 1)))


def at_one_cell(y: Array, labels: Array) -> tuple[float, Array]:
    """Softmax cross-entropy of the answer at the first dot's place; the other cells are not asked."""
    loss, gradient = softmax_cross_entropy(np.ascontiguousarray(y[:, 0, PLACE]), labels)
    dy = np.zeros_like(y)
    dy[:, 0, PLACE] = gradient
    return loss, dy


def _accuracies(network: Sequential, params: Any, name: str) -> Array:
    """(FARTHEST,): over all pictures there are at each distance."""
    cases = np.array(list(product(range(1, FARTHEST + 1), (-1, 1), (-1, 1), (-1, 1))))
    x, labels = pictures(cases[:, 0], cases[:, 1:3], cases[:, 3])
    y, _ = network.forward(params, x)
    answers = (y if name == POOLED else y[:, 0, PLACE]).argmax(axis=1)
    return (answers == labels).reshape(FARTHEST, -1).mean(axis=1)


def _result(found: dict[str, list[Array]]) -> Far:
    """Of the networks that are trained, and the seeds for which all of these are."""
    trained_once = {name: rows for name, rows in found.items() if rows}
    seeds = min(map(len, trained_once.values()), default=0)
    return Far({name: np.array(rows[:seeds]) for name, rows in trained_once.items()})
