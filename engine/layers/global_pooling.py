"""Global pooling: each channel of an example becomes one number, wherever its cells stand.

    GlobalMaxPooling       y[b, c] = max_i x[b, i, c]        dx[b, i, c] = dy[b, c] for the winner, 0 elsewhere
    GlobalAveragePooling   y[b, c] = 1/n · Σ_i x[b, i, c]    dx[b, i, c] = dy[b, c] / n

i runs over all n cells of the spatial axes; the first of equals wins. Nothing is learned.

Shapes: x (B, *S, C), y (B, C).

Lin, Chen and Yan 2014, "Network in network", https://arxiv.org/abs/1312.4400
"""

from dataclasses import dataclass
from math import prod
from typing import ClassVar, NamedTuple

import numpy as np

from engine.arrays import Array, Shape
from engine.checks import check_gradient
from engine.layers.layer import Layer, Params
from engine.layers.window import check_axes


class GlobalMaxPoolingTrace(NamedTuple):
    x: Array  # (B, *S, C)
    winners: Array  # (B, C)  flat index into S, row by row


class GlobalAveragePoolingTrace(NamedTuple):
    x: Array  # (B, *S, C)


@dataclass(frozen=True)
class GlobalPooling(Layer):
    """What both global poolings share."""

    axes: ClassVar[tuple[str, ...]]
    keeps_steps = False

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, self.axes, input_shape)
        return input_shape[-1:]

    def operation_count(self, input_shape: Shape) -> int:
        """Every cell is compared, or added, once."""
        check_axes(self, self.axes, input_shape)
        return prod(input_shape)


@dataclass(frozen=True)
class GlobalMaxPooling(GlobalPooling):
    """The largest of each channel."""

    def forward(self, params: Params, x: Array) -> tuple[Array, GlobalMaxPoolingTrace]:
        self.check(params, x)
        flat = x.reshape(len(x), prod(x.shape[1:-1]), x.shape[-1])
        # y = max_i x
        winners = flat.argmax(axis=1)
        y = np.take_along_axis(flat, winners[:, None], axis=1)[:, 0]
        return y, GlobalMaxPoolingTrace(x, winners)

    def backward(self, params: Params, trace: GlobalMaxPoolingTrace, dy: Array) -> tuple[Array, Params]:
        x, winners = trace
        check_gradient(dy, winners.shape, x.dtype)
        dflat = np.zeros((len(x), prod(x.shape[1:-1]), x.shape[-1]), x.dtype)
        # y = max_i x:  all of dy to the winner
        np.put_along_axis(dflat, winners[:, None], dy[:, None], axis=1)
        return dflat.reshape(x.shape), {}


@dataclass(frozen=True)
class GlobalAveragePooling(GlobalPooling):
    """The mean of each channel."""

    def forward(self, params: Params, x: Array) -> tuple[Array, GlobalAveragePoolingTrace]:
        self.check(params, x)
        # y = 1/n Σ_i x
        return x.mean(axis=tuple(range(1, x.ndim - 1))), GlobalAveragePoolingTrace(x)

    def backward(self, params: Params, trace: GlobalAveragePoolingTrace, dy: Array) -> tuple[Array, Params]:
        (x,) = trace
        check_gradient(dy, (len(x), x.shape[-1]), x.dtype)
        cells = prod(x.shape[1:-1])
        # y = 1/n Σ_i x:  an equal share to every cell
        share = (dy / cells).reshape(len(x), *(1,) * (x.ndim - 2), x.shape[-1])
        return np.broadcast_to(share, x.shape).copy(), {}


@dataclass(frozen=True)
class GlobalMaxPooling1D(GlobalMaxPooling):
    """Over a sequence: x (B, T, C)."""

    axes = ("steps",)


@dataclass(frozen=True)
class GlobalMaxPooling2D(GlobalMaxPooling):
    """Over a picture: x (B, H, W, C)."""

    axes = ("height", "width")


@dataclass(frozen=True)
class GlobalMaxPooling3D(GlobalMaxPooling):
    """Over a volume or a clip: x (B, D, H, W, C)."""

    axes = ("depth", "height", "width")


@dataclass(frozen=True)
class GlobalAveragePooling1D(GlobalAveragePooling):
    """Over a sequence: x (B, T, C)."""

    axes = ("steps",)


@dataclass(frozen=True)
class GlobalAveragePooling2D(GlobalAveragePooling):
    """Over a picture: x (B, H, W, C)."""

    axes = ("height", "width")


@dataclass(frozen=True)
class GlobalAveragePooling3D(GlobalAveragePooling):
    """Over a volume or a clip: x (B, D, H, W, C)."""

    axes = ("depth", "height", "width")
