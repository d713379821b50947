"""The layer under the lens: one example, forward and backward, in float64.

a = x W + b        y = f(a)        L = ½ Σ (y − t)²
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.gradient_check import numerical_gradient
from experiments.dense.spec import KINKS, DenseSpec

KINK = 1e-4  # a sum so near to a kink is moved across it by the differences


class Run(NamedTuple):
    """One forward and one backward pass, without the batch axis."""

    x: Array  # (size,)
    w: Array  # (size, units)
    b: Array | None  # (units,)
    a: Array  # (units,)  the sums
    y: Array  # (units,)  the function of each sum
    t: Array  # (units,)
    loss: float
    dy: Array  # (units,)
    da: Array  # (units,)
    dx: Array  # (size,)
    dw: Array  # (size, units)
    db: Array | None  # (units,)


class Differences(NamedTuple):
    """The gradients once more, by central differences of L."""

    dx: Array
    dw: Array
    db: Array | None
    da: Array
    dy: Array


def run(spec: DenseSpec) -> Run:
    layer, function = spec.layer, spec.function
    x, params, t = spec.values()
    a, trace = layer.forward(params, x[None])
    y, shape = (a, None) if function is None else function.forward({}, a)
    # L = ½ Σ (y − t)²
    dy = y - t
    # y = f(a)
    da = dy if function is None else function.backward({}, shape, dy)[0]
    # a = x W + b
    dx, grads = layer.backward(params, trace, da)
    loss = float((dy * dy).sum() / 2)
    return Run(x, params["kernel"], params.get("bias"), a[0], y[0], t, loss, dy[0], da[0], dx[0],
               grads["kernel"], grads.get("bias"))  # fmt: skip


def differences(spec: DenseSpec, found: Run) -> Differences | None:
    """By forward passes alone; None where a sum stands on a kink of the function."""
    places, _ = KINKS.get(spec.activation, ((), ""))
    if any(np.abs(found.a - place).min() < KINK for place in places):
        return None
    layer, function, t = spec.layer, spec.function, found.t

    def of_output(y: Array) -> float:
        return float(((y - t) ** 2).sum() / 2)

    def of_sums(a: Array) -> float:
        return of_output(a if function is None else function.forward({}, a[None])[0][0])

    def of(x: Array, w: Array, b: Array | None) -> float:
        params = {"kernel": w} if b is None else {"kernel": w, "bias": b}
        return of_sums(layer.forward(params, x[None])[0][0])

    x, w, b = found.x, found.w, found.b
    return Differences(
        dx=numerical_gradient(lambda moved: of(moved, w, b), x),
        dw=numerical_gradient(lambda moved: of(x, moved, b), w),
        db=None if b is None else numerical_gradient(lambda moved: of(x, w, moved), b),
        da=numerical_gradient(of_sums, found.a),
        dy=numerical_gradient(of_output, found.y),
    )
