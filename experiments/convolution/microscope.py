"""The convolution microscope: one layer on one picture, forward and backward."""

from __future__ import annotations

from typing import NamedTuple

from engine.arrays import Array, Shape
from engine.layers.window import Windows
from experiments import losses
from experiments.convolution.spec import ConvolutionSpec


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
    loss, dy = losses.loss_and_gradient(y[0], loss_weights(spec, y.shape[1:]))
    dx, grads = layer.backward(weights.params, trace, dy[None])
    return Microscope(x, *weights, y[0], loss, dy, dx[0], grads["kernel"], grads.get("bias"), layer.windows(x.shape))


def loss_weights(spec: ConvolutionSpec, shape: Shape) -> Array | None:
    """r of a loss L = Σ r·y, shaped like y; None for L = ½ Σ y². The one cell is the middle one of the first filter."""
    return losses.loss_weights(spec.loss, shape, spec.rng(), (shape[0] // 2, shape[1] // 2, 0))
