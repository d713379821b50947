"""DN3: a weight for each pair of an input and an output. How many that is, and what a network does with them.

The count comes from the layers themselves, on ever larger pictures: dense H W C · units + units, convolution
k² C · filters + filters. What is learned by heart is measured on few real digits, some of them labelled wrong: the gap
between the cross-entropy on digits held out and on those that were learned from, by the width of a hidden layer.

Zhang et al. 2017 (random labels are learned by heart), https://arxiv.org/abs/1611.03530
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from engine.layers import Conv2D, Dense, Flatten
from engine.network import Sequential
from experiments.digits import Looks, learn, network, partly_wrong, training
from experiments.numbers import counted, decimal, spread, whole
from experiments.several import parts
from experiments.shown import Lines, Part, Shown, Table
from experiments.spec import Spec, choice

SEEDS = range(5)
SIDES = (8, 16, 28, 64, 128, 224)  # pixels of a picture, of CHANNELS channels
CHANNELS, OUTPUTS, KERNEL = 3, 32, 3
WIDTHS = (4, 16, 64, 256)
DIGITS, STEPS, EVERY, RATE = 100, 200, 50, 0.01
GROWS, STAYS, SHRINKS = range(3)  # the lesson's answers


@dataclass(frozen=True)
class GrowthSpec(Spec):
    wrong_labels: float = choice(0.2, (0.0, 0.2, 0.4), f"share of the {DIGITS} digits that are labelled wrong")


class Counts(NamedTuple):
    """Parameters of a layer on pictures of SIDES."""

    dense: list[int]
    convolution: list[int]


class Growth(NamedTuple):
    spec: GrowthSpec
    counts: Counts
    looks: Looks | None  # by width, as a word

    @property
    def answers(self) -> set[int]:
        """From the narrowest to the widest network."""
        assert self.looks is not None
        return {(SHRINKS, STAYS, GROWS)[1 + self.looks.gap_moves(str(WIDTHS[0]), str(WIDTHS[-1]))]}


def counts() -> Counts:
    """As the layers count them, without an array."""
    dense = Sequential((Flatten(), Dense(OUTPUTS)))
    convolution = Conv2D(OUTPUTS, KERNEL, padding="same")
    shapes = [(side, side, CHANNELS) for side in SIDES]
    return Counts(*([layer.parameter_count(shape) for shape in shapes] for layer in (dense, convolution)))


def growth(spec: GrowthSpec) -> Iterator[tuple[float, Growth | None]]:
    """The counts at once, then every width from each seed, side by side: (share that is done, what there is)."""
    found = counts()
    yield 0, Growth(spec, found, None)
    runs = {
        (str(width), seed): partly_wrong(training(width, 0.0, DIGITS, seed, 1, RATE), spec.wrong_labels)
        for width, seed in product(WIDTHS, SEEDS)
    }
    for done, looks in learn(runs, STEPS, EVERY):
        yield done, None if looks is None else Growth(spec, found, looks)


def show(spec: GrowthSpec) -> Iterator[Part]:
    """Parameters by the side of the picture, then both losses by width."""
    return parts(growth(spec), _shown)


def _shown(result: Growth) -> Shown:
    rows: list[Lines | Table] = [_counts(result.counts)]
    if result.looks is None:
        return Shown({}, rows)
    rows += [_widths(result.looks), _table(result.looks)]
    if result.looks.at[-1] < STEPS:
        return Shown({}, rows)
    looks, first, last = result.looks, str(WIDTHS[0]), str(WIDTHS[-1])
    numbers = {
        "small": whole(SIDES[0]),
        "large": whole(SIDES[-1]),
        "dense_small": whole(result.counts.dense[0]),
        "dense_large": whole(result.counts.dense[-1]),
        "convolution": whole(result.counts.convolution[0]),
        "times": whole(result.counts.dense[-1] / result.counts.convolution[-1]),
        "digits": whole(DIGITS),
        "wrong": whole(100 * result.spec.wrong_labels),
        "steps": whole(STEPS),
        "seeds": counted(len(SEEDS), "seed"),
        "narrow": first,
        "wide": last,
    }
    for key, name in (("narrow", first), ("wide", last)):
        numbers[f"{key}_gap"] = spread(looks.gap(name))
        numbers[f"{key}_seen"] = spread(looks.seen[name][:, -1])
        numbers[f"{key}_held"] = spread(looks.held[name][:, -1])
        numbers[f"{key}_right"] = spread(looks.right[name][:, -1])
    return Shown(numbers, rows, right=result.answers)


def _counts(found: Counts) -> Lines:
    words = f"dense {whole(found.dense[0])} to {whole(found.dense[-1])}, convolution {whole(found.convolution[0])}"
    return Lines(
        SIDES,
        {"dense": found.dense, "convolution": found.convolution},
        x="side of the picture, pixels",
        y="parameters",
        alt=f"Parameters of a layer with {OUTPUTS} outputs on pictures from {SIDES[0]} to {SIDES[-1]} pixels: {words}",
        log=True,
    )


def _widths(looks: Looks) -> Lines:
    def last(kind: str) -> dict[str, list[float]]:
        ends = [getattr(looks, kind)[str(width)][:, -1] for width in WIDTHS]
        return {"middle": [float(np.median(end)) for end in ends], "low": [float(end.min()) for end in ends],
                "high": [float(end.max()) for end in ends]}  # fmt: skip

    curves = {"held out": last("held"), "learned from": last("seen")}
    words = "; ".join(f"width {width} {spread(looks.gap(str(width)))}" for width in WIDTHS)
    return Lines(
        [float(np.log2(width)) for width in WIDTHS],
        {name: curve["middle"] for name, curve in curves.items()},
        x="width of the hidden layer, as a power of 2",
        y="cross-entropy",
        alt=f"Cross-entropy by width after {looks.at[-1]} steps. The gap: {words}",
        bands={name: (np.array(curve["low"]), np.array(curve["high"])) for name, curve in curves.items()},
    )


def _table(looks: Looks) -> Table:
    names = [str(width) for width in WIDTHS]
    columns = {
        "width": names,
        "parameters": [whole(network(width, 0.0, 1).parameter_count((8, 8, 1))) for width in WIDTHS],
        "cross-entropy, learned from": [spread(looks.seen[name][:, -1]) for name in names],
        "held out": [spread(looks.held[name][:, -1]) for name in names],
        "gap": [spread(looks.gap(name)) for name in names],
        "right answers, held out": [spread(looks.right[name][:, -1]) for name in names],
    }
    words = "; ".join(f"width {name} {decimal(float(np.median(looks.gap(name))))}" for name in names)
    return Table(columns, f"Gap of the cross-entropy by width, medians: {words}")
