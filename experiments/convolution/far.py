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
from engine.training import Training, steps
from experiments.numbers import counted, decimal
from experiments.scene import Scale
from experiments.shown import Lines, Maps, Part, Picture, Shown

SEEDS = range(5)
FARTHEST = 10  # cells between the dots, at most
LENGTH = 2 * FARTHEST + 1
PLACE = FARTHEST  # of the dot that is asked
STEPS, EXAMPLES, WIDTH = 300, 2000, 12
DILATIONS = {"2 layers": (1, 1), "4 layers": (1, 1, 1, 1), "3 layers, dilated 1 2 4": (1, 2, 4)}
POOLED = "global max-pooling"


class Far(NamedTuple):
    """Accuracy by distance: (seeds done, FARTHEST), for each network."""

    accuracy: dict[str, Array]


def reach(name: str) -> int:
    """How far the answering cell sees, by the formula: Σ dilation · (taps − 1) / 2."""
    return FARTHEST if name == POOLED else sum(DILATIONS[name])


def far() -> Iterator[tuple[float, Far | None]]:
    """Trains every network once a seed, on all distances: (share that is done, results when there are new ones)."""
    found: dict[str, list[Array]] = {name: [] for name in (*DILATIONS, POOLED)}
    for number, (seed, name) in enumerate(product(SEEDS, found)):
        training = _training(name, seed)
        for step in steps(training, STEPS):
            yield (number + step.after.steps / STEPS) / (len(SEEDS) * len(found)), None
        found[name].append(_accuracies(training.network, step.after.params, name))
        if name == POOLED:
            yield (seed + 1) / len(SEEDS), _result(found)


def show(_: None = None) -> Iterator[Part]:
    """Two examples, and the accuracy of every network by distance."""
    shown = None
    for done, result in far():
        shown = _shown(result) if result else shown
        yield Part(done, shown)


def _shown(result: Far) -> Shown:
    x, labels = pictures(np.array([2, 7]), np.array([[1, 1], [1, -1]]), np.array([1, -1]))
    examples = [
        Picture(f"{'alike' if label else 'not alike'}, {distance} apart", row[0].T, Scale(1), "input")
        for row, label, distance in zip(x, labels, (2, 7), strict=True)
    ]
    lines = {name: np.median(rows, axis=0) for name, rows in result.accuracy.items()}
    seeds = len(result.accuracy[POOLED])
    within = {name: line[: reach(name)].min() for name, line in lines.items()}
    beyond = {name: line[reach(name) :].max() for name, line in lines.items() if name != POOLED}
    words = "; ".join(
        f"{name} {decimal(line[0])} at 1 to {decimal(line[-1])} at {FARTHEST}" for name, line in lines.items()
    )
    return Shown(
        numbers={
            "seeds": counted(seeds, "seed"),
            "within": decimal(min(within.values())),
            "beyond": decimal(max(beyond.values())),
            "reach_2": str(reach("2 layers")),
            "reach_4": str(reach("4 layers")),
            "reach_dilated": str(reach("3 layers, dilated 1 2 4")),
            "pooled": decimal(lines[POOLED].min()),
        },
        rows=[
            Maps(
                examples,
                "Two pictures of one row: two bright dots two cells apart, a bright and a dark dot seven apart",
            ),
            Lines(
                range(1, FARTHEST + 1),
                lines,
                x="cells between the dots",
                y="share of right answers",
                alt=f"Share of right answers, median of {counted(seeds, 'seed')}: {words}",
            ),
        ],
    )


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
    seeds = min(map(len, found.values()))
    return Far({name: np.array(rows[:seeds]) for name, rows in found.items()})
