"""Networks that name digits, with batch norm and without, and how well they do on digits held out.

    8 × 8 → (dense → batch norm → ReLU) × 4 → dense → softmax cross-entropy

A dense layer before batch norm has no bias: the mean that is subtracted would take it along.
"""

from __future__ import annotations

import numpy as np

from engine.layers import BatchNormalization, Dense, Flatten, Layer, ReLU
from engine.network import Sequential
from engine.optimizers import SGD
from engine.training import Progress, Training, accuracy
from experiments.dropout.digits import few, held_out

DEPTH, WIDTH, DIGITS = 4, 32, 700
MOMENTUM = 0.9  # of the moving statistics: after few steps Keras's 0.99 still holds where it began


def network(*, norm: bool, momentum: float = MOMENTUM, after: bool = False) -> Sequential:
    """`after`: the norm stands behind the activation."""
    layers: list[Layer] = [Flatten()]
    for _ in range(DEPTH):
        layers.append(Dense(WIDTH, use_bias=after or not norm, kernel_initializer="he_normal"))
        normed: list[Layer] = [BatchNormalization(momentum)] if norm else []
        layers += [ReLU(), *normed] if after else [*normed, ReLU()]
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


def right(trained: Training, progress: Progress) -> float:
    """Share of right answers on digits held out, at inference; of weights that are lost too."""
    with np.errstate(over="ignore", invalid="ignore"):
        return accuracy(trained.network, progress, *held_out())
