"""The convolution microscope: one layer on one picture, forward and backward."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array, Shape
from engine.layers.window import Windows
from experiments.convolution.spec import HALF_SQUARES, ONE_CELL, PLAIN_SUM, ConvolutionSpec


class Microscope(NamedTuple):
    """One forward and one backward pass in float64, without the batch axis."""

    x: Array  # (H, W, C)
    w: Array  # (k, k, C / groups, F)
    b: Array | None  # (F,)
    y: Array  # (OH, OW, F)
    loss: float
    dy: Array  # (OH, OW, F)
    dx: Array  # (H, W, C)
    dw: Array  # (k, k, C / groups, F)
    db: Array | None  # (F,)
    windows: Windows


def microscope(spec: ConvolutionSpec) -> Microscope:
    """Runs the layer forward, the loss, and the layer backward."""
    layer, x = spec.layer, spec.input()
    weights = spec.weights()
    y, trace = layer.forward(weights.params, x[None])
    loss, dy = loss_and_gradient(spec, y[0])
    dx, grads = layer.backward(weights.params, trace, dy[None])
    return Microscope(x, *weights, y[0], loss, dy, dx[0], grads["kernel"], grads.get("bias"), layer.windows(x.shape))


def loss_and_gradient(spec: ConvolutionSpec, y: Array) -> tuple[float, Array]:
    """L and ∂L/∂y."""
    r = loss_weights(spec, y.shape)
    return float(np.sum(cell_losses(y, r))), y if r is None else r


def loss_weights(spec: ConvolutionSpec, shape: Shape) -> Array | None:
    """r of a loss L = Σ r·y, shaped like y; None for L = ½ Σ y²."""
    if spec.loss == HALF_SQUARES:
        return None
    if spec.loss == PLAIN_SUM:
        return np.ones(shape)
    if spec.loss == ONE_CELL:
        r = np.zeros(shape)
        r[shape[0] // 2, shape[1] // 2, 0] = 1
        return r
    return np.round(spec.rng().uniform(-1, 1, shape), 2)


def cell_losses(y: Array, r: Array | None) -> Array:
    """What each cell of y adds to L."""
    return y * y / 2 if r is None else r * y
