"""CV7: a convolution is pointless where neighbours mean nothing. The digits again, with their pixels shuffled.

Two small networks, a convolutional and a dense one, learn from few digits: as they are, and with all pixels moved by
one and the same random permutation. To the dense layer a permutation is another order of the same inputs; a convolution
looks for patterns among neighbours, and finds strangers. Every comparison is paired: same digits, same first weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import Conv2D, Dense, Flatten, MaxPooling2D, ReLU
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Training, accuracy, steps
from experiments.convolution.learning import split
from experiments.numbers import counted, decimal, whole
from experiments.scene import Scale
from experiments.shown import Maps, Part, Picture, Shown, Table

SEEDS = range(5)
EXAMPLES = 200
STEPS = 200
NETWORKS = {
    "convolution": Sequential(
        (
            Conv2D(8, 3, padding="same"),
            ReLU(),
            MaxPooling2D(),
            Conv2D(16, 3, padding="same"),
            ReLU(),
            MaxPooling2D(),
            Flatten(),
            Dense(10),
        )
    ),
    "dense": Sequential((Flatten(), Dense(64), ReLU(), Dense(10))),
}
CONVOLUTION, DENSE, BOTH = 0, 1, 2  # the lesson's answers


class Shuffled(NamedTuple):
    """Accuracy on held-out digits, a row a seed that is done."""

    natural: dict[str, Array]  # network → (seeds,)
    shuffled: dict[str, Array]

    def lost(self, network: str) -> Array:
        """(seeds,): what the shuffling costs."""
        return self.natural[network] - self.shuffled[network]


def shuffled() -> Iterator[tuple[float, Shuffled | None]]:
    """Trains twenty networks, one after the other: (share that is done, results when there are new ones)."""
    data, rows = split(), {(name, kind): [] for name in NETWORKS for kind in (False, True)}  # type: ignore[var-annotated]
    trainings = len(SEEDS) * len(rows)
    for seed in SEEDS:
        rng = np.random.default_rng((seed, 7))
        order, chosen = rng.permutation(64), rng.permutation(len(data.x))[:EXAMPLES]
        for (name, moved), accuracies in rows.items():
            x, held_out = (_moved(images, order) if moved else images for images in (data.x[chosen], data.held_out_x))
            training = Training(NETWORKS[name], Adam(0.003), x, data.labels[chosen], seed=seed)
            begun = sum(map(len, rows.values()))
            for step in steps(training, STEPS):
                yield (begun + step.after.steps / STEPS) / trainings, None
            accuracies.append(accuracy(training.network, step.after, held_out, data.held_out_labels))
        yield (seed + 1) / len(SEEDS), _result(rows)


def show(_: None = None) -> Iterator[Part]:
    """The digits as they are and shuffled, and a table that grows seed by seed."""
    shown = None
    for done, result in shuffled():
        shown = _shown(result) if result else shown
        yield Part(done, shown)


def prediction(result: Shuffled) -> set[int]:
    """Which network loses more."""
    return {CONVOLUTION if result.lost("convolution").mean() > result.lost("dense").mean() else DENSE}


def _shown(result: Shuffled) -> Shown:
    order = np.random.default_rng((0, 7)).permutation(64)
    digits, grey = split().held_out_x[:3], Scale(1, "brightness")
    pictures = [Picture(f"digit {k + 1}", digit[..., 0], grey, "input") for k, digit in enumerate(digits)]
    pictures += [
        Picture(f"digit {k + 1}, shuffled", digit[..., 0], grey, "input")
        for k, digit in enumerate(_moved(digits, order))
    ]
    seeds = len(result.natural["dense"])
    columns: dict[str, list[str]] = {"network": [], "as they are": [], "shuffled": [], "lost": [], "lost, by seed": []}
    for name in NETWORKS:
        columns["network"].append(name)
        columns["as they are"].append(_percent(result.natural[name].mean()))
        columns["shuffled"].append(_percent(result.shuffled[name].mean()))
        columns["lost"].append(_points(result.lost(name).mean()))
        columns["lost, by seed"].append(", ".join(_points(lost) for lost in result.lost(name)))
    lost = {name: _points(result.lost(name).mean()) for name in NETWORKS}
    both = f"the convolution loses {lost['convolution']} points of accuracy, dense {lost['dense']}"
    words = f"{counted(seeds, 'seed')}: {both}"
    return Shown(
        numbers={
            "seeds": counted(seeds, "seed"),
            "lost_convolution": lost["convolution"],
            "lost_dense": lost["dense"],
            "examples": whole(EXAMPLES),
        },
        rows=[Maps(pictures, f"Three digits, and the same with their pixels shuffled. {words}"), Table(columns, words)],
        right=prediction(result),
    )


def _moved(images: Array, order: Array) -> Array:
    """Every picture with its pixels in this order."""
    return np.ascontiguousarray(images.reshape(len(images), -1)[:, order].reshape(images.shape))


def _result(rows: dict[tuple[str, bool], list[float]]) -> Shuffled:
    """Of the seeds whose four networks are trained."""
    seeds = min(map(len, rows.values()))
    natural, moved = ({name: np.array(rows[name, kind][:seeds]) for name in NETWORKS} for kind in (False, True))
    return Shuffled(natural, moved)


def _percent(share: float) -> str:
    return f"{decimal(100 * share, 1)} %"


def _points(share: float) -> str:
    return decimal(100 * share, 1)
