"""Examples to learn from and to judge by, and the plain network that learns their classes.

(dense → ReLU → dropout) × layers → dense → softmax cross-entropy
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array, read_only
from engine.layers import Dense, Dropout, Flatten, Layer, ReLU


class Examples(NamedTuple):
    x: Array  # (N, *S)
    labels: Array  # (N,)


def shared(x: Array, labels: Array) -> Examples:
    """Read-only."""
    return Examples(read_only(x), read_only(labels))


def mislabelled(labels: Array, among: Array, share: float, classes: int, rng: np.random.Generator) -> Array:
    """A copy in which so many of those at `among` have the label of another class."""
    wrong = rng.permutation(among)[: round(share * len(among))]
    labels = labels.copy()
    labels[wrong] = (labels[wrong] + rng.integers(1, classes, len(wrong))) % classes
    return labels


def classifier(width: int, layers: int, classes: int, rate: float) -> tuple[Layer, ...]:
    """Without dropout its rate is 0: from one seed all begin with the same weights."""
    parts: list[Layer] = [Flatten()]
    for _ in range(layers):
        parts += [Dense(width, kernel_initializer="he_normal"), ReLU(), Dropout(rate)]
    return (*parts, Dense(classes))
