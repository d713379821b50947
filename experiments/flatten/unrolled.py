"""One tensor and its vector, forward and backward. L = ½ Σ y², so ∂L/∂y = y."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.gradient_check import numerical_gradient
from engine.layers import Flatten
from experiments.flatten.spec import FlattenSpec


class Unrolled(NamedTuple):
    """In float64, without the batch axis."""

    x: Array  # (rows, columns, channels)
    y: Array  # (N,)
    dx: Array  # (rows, columns, channels)
    numeric: Array  # dx by differences

    @property
    def loss(self) -> float:
        return float(np.sum(self.y * self.y) / 2)


def unrolled(spec: FlattenSpec) -> Unrolled:
    x = spec.input()
    y, dx = there_and_back(x, spec.axes)
    return Unrolled(x, y, dx, numerical_gradient(lambda a: float(np.sum(there_and_back(a, spec.axes)[0] ** 2) / 2), x))


def there_and_back(x: Array, axes: tuple[int, ...]) -> tuple[Array, Array]:
    """The layer on x with its axes in this order, and what its backward makes of that y, with the axes as they were."""
    turned = np.ascontiguousarray(x.transpose(axes))[None]
    y, trace = Flatten().forward({}, turned)
    dx, _ = Flatten().backward({}, trace, y)
    return y[0], np.ascontiguousarray(dx[0].transpose(np.argsort(axes)))
