"""CV7: a convolution is pointless where neighbours mean nothing. The digits again, with their pixels shuffled.

Two small networks, a convolutional and a dense one, learn from few digits: as they are, and with all pixels moved by
one and the same random permutation. To the dense layer a permutation is another order of the same inputs; a convolution
looks for patterns among neighbours, and finds strangers. Every comparison is paired: same digits, same first weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import Conv2D, Dense, Flatten, MaxPooling2D, ReLU
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Training, accuracy
from experiments.convolution.learning import split
from experiments.numbers import counted, decimal, whole
from experiments.scene import Scale
from experiments.several import parts, trained
from experiments.shown import Part, Sheet, Shown, Table

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
EXAMPLE_DIGITS = (2, 5, 8)  # that are shown
CONVOLUTION, DENSE, BOTH = 0, 1, 2  # the lesson's answers


class Shuffled(NamedTuple):
    """Accuracy on held-out digits, for each network that is trained both ways: the seeds that are done."""

    natural: dict[str, Array]  # network → (seeds,)
    shuffled: dict[str, Array]

    def lost(self, network: str) -> Array:
        """(seeds,): what the shuffling costs."""
        return self.natural[network] - self.shuffled[network]


def shuffled() -> Iterator[tuple[float, Shuffled | None]]:
    """Trains twenty networks, one after the other: (share that is done, results when there are new ones)."""
    rows: dict[tuple[str, bool], list[float]] = {run: [] for run in product(NETWORKS, (False, True))}
    runs = [(seed, *run) for seed in SEEDS for run in rows]
    yield 0, _result(rows)
    for number, (seed, name, moved) in enumerate(runs):
        training, held_out, labels = _training(name, seed, moved)
        after = yield from trained(training, STEPS, number, len(runs))
        rows[name, moved].append(accuracy(training.network, after, held_out, labels))
        yield (number + 1) / len(runs), _result(rows)


def show(_: None = None) -> Iterator[Part]:
    """The digits as they are and shuffled, and a table that grows network by network and seed by seed."""
    return parts(shuffled(), _shown)


def prediction(result: Shuffled) -> set[int]:
    """Which network loses more."""
    return {CONVOLUTION if result.lost("convolution").mean() > result.lost("dense").mean() else DENSE}


def _training(name: str, seed: int, moved: bool) -> tuple[Training, Array, Array]:
    """With the held-out digits and their labels: both ways the same digits, and the same first weights."""
    data, rng = split(), np.random.default_rng((seed, 7))
    order, chosen = rng.permutation(64), rng.permutation(len(data.x))[:EXAMPLES]
    x, held_out = (_moved(images, order) if moved else images for images in (data.x[chosen], data.held_out_x))
    training = Training(NETWORKS[name], Adam(0.003), x, data.labels[chosen], seed=seed)
    return training, held_out, data.held_out_labels


def _shown(result: Shuffled) -> Shown:
    """The text compares two networks: before each has been trained both ways, there are digits and a table alone."""
    if not result.natural:
        return Shown({}, [_digits()])
    seeds = counted(min(map(len, result.natural.values())), "seed")
    changed = {name: _changed(result.lost(name).mean()) for name in result.natural}
    alt = f"{seeds}: {', '.join(f'{name} {words}' for name, words in changed.items())}"
    rows: list[Sheet | Table] = [_digits(), _table(result, alt)]
    if len(changed) < len(NETWORKS):
        return Shown({}, rows)
    return Shown(
        numbers={
            "seeds": seeds,
            "convolution": changed["convolution"],
            "dense": changed["dense"],
            "examples": whole(EXAMPLES),
        },
        rows=rows,
        right=prediction(result),
    )


def _digits() -> Sheet:
    """Different digits, as they are and shuffled."""
    data, order = split(), np.random.default_rng((0, 7)).permutation(64)
    images = np.stack([data.held_out_x[data.held_out_labels == digit][0] for digit in EXAMPLE_DIGITS])
    names = [f"digit {digit}" for digit in EXAMPLE_DIGITS]
    return Sheet(
        ["as they are", "shuffled"],
        names,
        [[[image[..., 0]] for image in shown] for shown in (images, _moved(images, order))],
        Scale(1, "brightness"),
        "input",
        f"{', '.join(names)}: as they are, and with their pixels shuffled",
    )


def _table(result: Shuffled, alt: str) -> Table:
    names = list(result.natural)
    return Table(
        {
            "network": names,
            "as they are": [_percent(result.natural[name].mean()) for name in names],
            "shuffled": [_percent(result.shuffled[name].mean()) for name in names],
            "change, points": [_signed(-result.lost(name).mean()) for name in names],
            "change, by seed": [", ".join(_signed(-lost) for lost in result.lost(name)) for name in names],
        },
        alt,
    )


def _moved(images: Array, order: Array) -> Array:
    """Every picture with its pixels in this order."""
    return np.ascontiguousarray(images.reshape(len(images), -1)[:, order].reshape(images.shape))


def _result(rows: dict[tuple[str, bool], list[float]]) -> Shuffled:
    """Of the networks that are trained both ways, and the seeds for which all of these are."""
    names = [name for name in NETWORKS if rows[name, False] and rows[name, True]]
    seeds = min((len(rows[name, moved]) for name in names for moved in (False, True)), default=0)
    natural, moved = ({name: np.array(rows[name, kind][:seeds]) for name in names} for kind in (False, True))
    return Shuffled(natural, moved)


def _percent(share: float) -> str:
    return f"{decimal(100 * share, 1)} %"


def _changed(lost: float) -> str:
    """A share of accuracy, in points: "loses 4.7 points"; what is lost below zero is a gain."""
    points = decimal(abs(100 * lost), 1)
    return f"{'gains' if lost < 0 and points != '0.0' else 'loses'} {points} points"


def _signed(share: float) -> str:
    """In points: "−4.7", "+0.5"."""
    points = decimal(100 * share, 1)
    return f"+{points}" if share > 0 and points != "0.0" else points
