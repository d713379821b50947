"""Softmax and its logarithm: the channels of a place share 1 among them.

    Softmax      y_k = e^{x_k} / Σ_j e^{x_j}          dx = y (dy − Σ_k dy_k y_k)
    LogSoftmax   y_k = x_k − log Σ_j e^{x_j}          dx = dy − e^y Σ_k dy_k

The largest x of a place is subtracted first, which changes nothing and keeps every e^x finite. A classifier is trained
on the logits, with the softmax in its loss (`engine/losses.py`): what both do to a gradient is there one difference.

Shapes: x, y (B, …, C); all sums run over the channels.

Bridle 1990, "Probabilistic interpretation of feedforward classification network outputs",
doi:10.1007/978-3-642-76153-9_28
"""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, Shape
from engine.checks import check_gradient
from engine.layers.layer import Layer, Params
from engine.losses import softmax


class SoftmaxTrace(NamedTuple):
    x: Array  # (B, …, C)


@dataclass(frozen=True)
class OverChannels(Layer):
    """(B, …, C) → (B, …, C). What both share."""

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) < 1 or input_shape[-1] < 1:
            raise ValueError(f"{type(self).__name__} takes examples of shape (…, channels), not {input_shape}")
        return input_shape

    def operation_count(self, input_shape: Shape) -> int:
        """The function of each number counts as one."""
        return prod(input_shape)


@dataclass(frozen=True)
class Softmax(OverChannels):
    """(B, …, C) → (B, …, C), positive, and 1 in sum."""

    def forward(self, params: Params, x: Array) -> tuple[Array, SoftmaxTrace]:
        self.check(params, x)
        # y = e^x / Σ e^x
        return softmax(x), SoftmaxTrace(x)

    def backward(self, params: Params, trace: SoftmaxTrace, dy: Array) -> tuple[Array, Params]:
        (x,) = trace
        check_gradient(dy, x.shape, x.dtype)
        # y = e^x / Σ e^x
        y = softmax(x)
        return y * (dy - (dy * y).sum(axis=-1, keepdims=True)), {}


@dataclass(frozen=True)
class LogSoftmax(OverChannels):
    """(B, …, C) → (B, …, C), at most 0."""

    def forward(self, params: Params, x: Array) -> tuple[Array, SoftmaxTrace]:
        self.check(params, x)
        # y = x − log Σ e^x
        with np.errstate(invalid="ignore"):  # ∞ − ∞
            z = x - x.max(axis=-1, keepdims=True)
            return z - np.log(np.exp(z).sum(axis=-1, keepdims=True)), SoftmaxTrace(x)

    def backward(self, params: Params, trace: SoftmaxTrace, dy: Array) -> tuple[Array, Params]:
        (x,) = trace
        check_gradient(dy, x.shape, x.dtype)
        # y = x − log Σ e^x
        return dy - softmax(x) * dy.sum(axis=-1, keepdims=True), {}
