"""CV4: edges, then shapes, then parts. What the three layers of a network look for, trained and untrained.

Two things grow from layer to layer. The receptive field, by a formula: each layer adds (taps − 1) · dilation, times the
strides before it. And how much a layer knows of the digit: of the variance of its largest answers (one a filter and
picture), the share that lies between the ten digits, and not within them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import Conv2D
from engine.network import Sequential
from experiments.convolution.learning import LearningSpec, network, split, training
from experiments.numbers import counted, decimal, spread
from experiments.scene import Scale
from experiments.several import parts, trained
from experiments.shown import Part, Sheet, Shown, Table

SEEDS = range(5)
STEPS = 300
FILTERS = 4  # of each layer, whose favourites are shown
FAVOURITES = 3  # patches a filter


class Hierarchy(NamedTuple):
    """Three layers, a row a seed that is done."""

    trained: Array  # (seeds, 3)  share of the variance between digits
    untrained: Array  # (seeds, 3)
    first: tuple[Any, Any]  # the parameters of the first seed: trained, untrained
    fields: tuple[int, ...]  # (3,)  receptive field, pixels a side

    @property
    def growth(self) -> tuple[Array, Array]:
        """(seeds,) each: from the first layer to the third, trained and untrained."""
        return self.trained[:, -1] - self.trained[:, 0], self.untrained[:, -1] - self.untrained[:, 0]


def hierarchy() -> Iterator[tuple[float, Hierarchy | None]]:
    """Trains the network of the lesson once a seed: (share that is done, results when there are new ones)."""
    spec, after, before, params = LearningSpec(), [], [], []
    for number, seed in enumerate(SEEDS):
        it = training(spec.runs[0], seed)
        untrained = it.start().params
        learned = (yield from trained(it, STEPS, number, len(SEEDS))).params
        params.append((learned, untrained))
        after.append(between_digits(it.network, learned))
        before.append(between_digits(it.network, untrained))
        fields = receptive_fields(it.network)
        yield (number + 1) / len(SEEDS), Hierarchy(np.array(after), np.array(before), params[0], fields)


def show(_: None = None) -> Iterator[Part]:
    """Each layer's favourite patches, trained and untrained, and both growths in a table."""
    return parts(hierarchy(), _shown)


def receptive_fields(net: Sequential) -> tuple[int, ...]:
    """Pixels a side that one cell of each convolution sees: 1 + Σ (taps − 1) · dilation · Π strides before."""
    fields, side, jump = [], 1, 1
    for layer in net.layers:
        if isinstance(layer, Conv2D):
            taps, dilation, stride = (
                np.ravel(size)[0] for size in (layer.kernel_size, layer.dilation_rate, layer.strides)
            )
            side += int(taps - 1) * int(dilation) * jump
            jump *= int(stride)
            fields.append(side)
    return tuple(fields)


def between_digits(net: Sequential, params: Any) -> Array:
    """(3,): of the variance of each filter's largest answer, the share between the digits, over a layer's filters."""
    data = split()
    shares = []
    for answers in _answers(net, params, data.held_out_x):
        largest = answers.max(axis=(1, 2))  # (N, F)
        counts = np.bincount(data.held_out_labels, minlength=10) / len(largest)
        means = np.stack([largest[data.held_out_labels == digit].mean(axis=0) for digit in range(10)])
        between = (counts[:, None] * (means - largest.mean(axis=0)) ** 2).sum(axis=0)
        shares.append(float(between.sum() / largest.var(axis=0).sum()))
    return np.array(shares)


def favourites(net: Sequential, params: Any, layer: int, filters: int, count: int) -> list[list[Array]]:
    """For each filter the patches that it answers most to, of as many held-out digits: (field, field) each."""
    x, field = split().held_out_x, receptive_fields(net)[layer]
    answers = _answers(net, params, x)[layer]
    found = []
    for f in range(filters):
        best = answers[..., f].reshape(len(x), -1)
        patches = []
        for picture in np.argsort(-best.max(axis=1), kind="stable")[:count]:
            row, column = divmod(int(best[picture].argmax()), answers.shape[2])
            patches.append(x[picture, row : row + field, column : column + field, 0])
        found.append(patches)
    return found


def _answers(net: Sequential, params: Any, x: Array) -> list[Array]:
    """The output of every convolution, behind its ReLU."""
    _, trace = net.forward(params, x)
    return [trace.activations[k + 2] for k, layer in enumerate(net.layers) if isinstance(layer, Conv2D)]


def _shown(result: Hierarchy) -> Shown:
    sides = ", ".join(map(str, result.fields))
    kinds = list(zip(("trained", "untrained"), result.first, strict=True))
    sheet = Sheet(
        [f"Layer {k}, {kind}: {side} × {side}" for k, side in enumerate(result.fields, 1) for kind, _ in kinds],
        [f"filter {number}" for number in range(FILTERS)],
        [
            favourites(network(), params, layer, FILTERS, FAVOURITES)
            for layer in range(len(result.fields))
            for _, params in kinds
        ],
        Scale(1, "brightness"),
        "input",
        f"{FAVOURITES} patches for each of {FILTERS} filters of each layer, trained and untrained, of seed {SEEDS[0]}: "
        f"{sides} pixels a side",
    )
    trained, untrained = np.median(result.trained, axis=0), np.median(result.untrained, axis=0)
    columns: dict[str, list[int] | list[str]] = {
        "layer": [1, 2, 3],
        "receptive field": [f"{field} × {field}" for field in result.fields],
        "knows of the digit, trained": [spread(shares) for shares in result.trained.T],
        "untrained": [spread(shares) for shares in result.untrained.T],
    }
    seeds = len(result.trained)
    both = f"trained {_list(trained)}, untrained {_list(untrained)}"
    alt = f"Share between digits by layer, {counted(seeds, 'seed')}: {both}"
    grown, grown_untrained = (float(np.median(growth)) for growth in result.growth)
    return Shown(
        numbers={
            "seeds": counted(seeds, "seed"),
            "first": decimal(trained[0]),
            "last": decimal(trained[-1]),
            "grown": decimal(grown),
            "grown_untrained": decimal(grown_untrained),
            "field": str(result.fields[-1]),
        },
        rows=[sheet, Table(columns, alt)],
    )


def _list(values: Array) -> str:
    return ", ".join(decimal(value) for value in values)
