"""Networks that name digits, with batch norm and without, and how well they do on digits held out.

    8 × 8 → (dense → batch norm → ReLU → dropout) × depth → dense → softmax cross-entropy

A dense layer before batch norm has no bias: the mean that is subtracted would take it along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from engine.arrays import Array
from engine.layers import BatchNormalization, Dense, Dropout, Flatten, Layer, ReLU
from engine.network import Sequential
from engine.optimizers import SGD
from engine.training import Progress, Training, accuracy
from experiments.digits import few, held_out
from experiments.several import trained

DEPTH, WIDTH, DIGITS = 4, 32, 700
NORM = 2  # the layer that is the first norm, behind Flatten and Dense
MOMENTUM = 0.9  # of the moving statistics: after few steps Keras's 0.99 still holds where it began


def network(
    *,
    norm: bool,
    momentum: float = MOMENTUM,
    after: bool = False,
    depth: int = DEPTH,
    width: int = WIDTH,
    dropout: float = 0.0,
) -> Sequential:
    """`after`: the norm stands behind the activation."""
    layers: list[Layer] = [Flatten()]
    normed: list[Layer] = [BatchNormalization(momentum)] if norm else []
    dropped: list[Layer] = [Dropout(dropout)] if dropout else []
    for _ in range(depth):
        layers.append(Dense(width, use_bias=after or not norm, kernel_initializer="he_normal"))
        layers += [*([ReLU(), *normed] if after else [*normed, ReLU()]), *dropped]
    return Sequential((*layers, Dense(10)))


def training(
    seed: int,
    learning_rate: float,
    *,
    norm: bool,
    batch_size: int = 32,
    momentum: float = MOMENTUM,
    after: bool = False,
) -> Training:
    """The same seed gives the same digits and, for a batch size, the same batches; before and after the activation also
    the same first weights. Without the norm the kernels behind the first are others."""
    net = network(norm=norm, momentum=momentum, after=after)
    return Training(net, SGD(learning_rate), *few(DIGITS, seed), batch_size=batch_size, seed=seed)


def right(recipe: Training, after: Progress) -> float:
    """Share of right answers on digits held out, at inference; of weights that are lost too."""
    with np.errstate(over="ignore", invalid="ignore"):
        return accuracy(recipe.network, after, *held_out())


def shares(
    seeds: Sequence[int], runs: Callable[[int], Sequence[tuple[Training, int]]]
) -> Iterator[tuple[float, Array | None]]:
    """Trains all runs of a seed, each for its number of steps, seed by seed: (share that is done, when a seed is done
    the shares of right answers (seeds, runs))."""
    found: list[list[float]] = []
    for seed in seeds:
        recipes, here = runs(seed), list[float]()
        for number, (recipe, count) in enumerate(recipes):
            after = yield from trained(recipe, count, len(found) * len(recipes) + number, len(seeds) * len(recipes))
            here.append(right(recipe, after))
        found.append(here)
        yield len(found) / len(seeds), np.array(found)
