"""Pooling: each window of a channel becomes one number.

    MaxPooling       y[b, o, c] = max_t x[b, i(o, t), c]
    AveragePooling   y[b, o, c] = 1/n(o) · Σ_t x[b, i(o, t), c]     n(o): taps that fall on x, not on padding

    i(o, t) = o·stride + t·dilation − pad

o and t have one index a spatial axis. Padding is no cell: it is never the maximum, and does not count in the mean.
Nothing is learned. Backward, the winner takes all, or everyone an equal share:

    MaxPooling       dx[b, i, c] = Σ_o dy[b, o, c]           over all o whose winner is i; the first of equals wins
    AveragePooling   dx[b, i, c] = Σ_o dy[b, o, c] / n(o)    over all o whose window holds i

Shapes: x (B, *S, C), y (B, *O, C).

Zhou and Chellappa 1988, "Computation of optical flow using a neural network", doi:10.1109/ICNN.1988.23914
"""

from dataclasses import dataclass
from math import prod
from typing import ClassVar, NamedTuple

import numpy as np

from engine.arrays import Array, Shape
from engine.checks import check_gradient
from engine.kernels.pooling import max_pool
from engine.kernels.workers import run
from engine.layers.layer import Layer, Params
from engine.layers.planes import from_planes, to_planes, triple
from engine.layers.window import Padding, Size, Windows, check_axes, check_padding, check_size, place_windows


class MaxPoolingTrace(NamedTuple):
    x: Array  # (B, *S, C)
    windows: Windows
    winners: Array  # (B, *O, C)  which cell of its example and channel won: flat index into S, row by row


class AveragePoolingTrace(NamedTuple):
    x: Array  # (B, *S, C)
    windows: Windows
    cells: Array  # (*O, 1)  n(o)


@dataclass(frozen=True)
class Pooling(Layer):
    """What all windowed poolings share. `strides=None` means `pool_size`: windows side by side."""

    pool_size: Size = 2
    strides: Size | None = None
    padding: Padding = "valid"
    dilation_rate: Size = 1

    axes: ClassVar[tuple[str, ...]]
    keeps_steps = False

    def __post_init__(self) -> None:
        rank = len(self.axes)
        size = check_size("pool_size", self.pool_size, rank)
        strides = size if self.strides is None else check_size("strides", self.strides, rank)
        padding, dilation = check_padding(self.padding, rank), check_size("dilation_rate", self.dilation_rate, rank)
        span = tuple(d * (n - 1) + 1 for n, d in zip(size, dilation, strict=True))
        if not isinstance(padding, str) and any(max(pads) >= n for pads, n in zip(padding, span, strict=True)):
            raise ValueError(f"padding must be smaller than a window of {span} cells, or it holds no cell: {padding}")
        checked = {"pool_size": size, "strides": strides, "padding": padding, "dilation_rate": dilation}
        for name, value in checked.items():
            object.__setattr__(self, name, value)  # a frozen dataclass may still settle its own fields here

    def windows(self, input_shape: Shape) -> Windows:
        """Where the windows stand on an input: pads, spans, output size. ValueError if one holds no cell."""
        check_axes(self, self.axes, input_shape)
        assert self.strides is not None  # settled above
        windows = place_windows(input_shape[:-1], self.pool_size, self.strides, self.padding, self.dilation_rate)
        # all taps of a dilated window may step over a small input; side by side they cannot
        rank = len(self.axes)
        if max(windows.dilation) > 1 and not all(windows.taps_inside(a).any(axis=1).all() for a in range(rank)):
            raise ValueError(
                f"every window must hold a cell of the input {windows.input_size}: with dilation_rate "
                f"{windows.dilation} and pads {windows.pads} one holds none"
            )
        return windows

    def output_shape(self, input_shape: Shape) -> Shape:
        return (*self.windows(input_shape).output_size, input_shape[-1])

    def operation_count(self, input_shape: Shape) -> int:
        """Cells compared, or added: every window's, those on the padding not."""
        return int(self.windows(input_shape).cells_inside().sum()) * input_shape[-1]


@dataclass(frozen=True)
class MaxPooling(Pooling):
    """The largest of each window."""

    def forward(self, params: Params, x: Array) -> tuple[Array, MaxPoolingTrace]:
        self.check(params, x)
        windows = self.windows(x.shape[1:])
        before = tuple(pad[0] for pad in windows.pads)
        planes = to_planes(x)
        y = np.empty((*planes.shape[:2], *triple(windows.output_size)), x.dtype)
        winners = np.empty(y.shape, np.int64)
        # y = max_t x
        steps = triple(windows.strides), triple(windows.dilation), (0,) * (3 - len(before)) + before
        operations = y.size * prod(windows.size)
        run(max_pool, planes, y, winners, triple(windows.size), steps, items=prod(y.shape[:2]), operations=operations)
        rank = len(self.axes)
        return from_planes(y, rank), MaxPoolingTrace(x, windows, from_planes(winners, rank))

    def backward(self, params: Params, trace: MaxPoolingTrace, dy: Array) -> tuple[Array, Params]:
        x, _, winners = trace
        check_gradient(dy, winners.shape, x.dtype)
        batch, channels, cells = len(x), x.shape[-1], prod(x.shape[1:-1])
        dx = np.zeros(x.shape, x.dtype)  # not like x, whose memory may lie in another order
        # y = max_t x:  all of dy to the winner, which may have won in several windows
        b = np.arange(batch).reshape(-1, *(1,) * (winners.ndim - 1))
        index = (b * cells + winners) * channels + np.arange(channels)
        np.add.at(dx.reshape(-1), index.reshape(-1), dy.reshape(-1))
        return dx, {}


@dataclass(frozen=True)
class AveragePooling(Pooling):
    """The mean of each window."""

    def forward(self, params: Params, x: Array) -> tuple[Array, AveragePoolingTrace]:
        self.check(params, x)
        windows = self.windows(x.shape[1:])
        cells = windows.cells_inside().astype(x.dtype)[..., None]
        padded = np.pad(x, ((0, 0), *windows.pads, (0, 0)))
        total = np.zeros((len(x), *windows.output_size, x.shape[-1]), x.dtype)
        # total = Σ_t x
        for read in windows.reads():
            total += padded[:, *read]
        # y = total / n
        return total / cells, AveragePoolingTrace(x, windows, cells)

    def backward(self, params: Params, trace: AveragePoolingTrace, dy: Array) -> tuple[Array, Params]:
        x, windows, cells = trace
        check_gradient(dy, (len(x), *windows.output_size, x.shape[-1]), x.dtype)
        # y = total / n
        dtotal = dy / cells
        dpadded = np.zeros((len(x), *windows.padded_size, x.shape[-1]), x.dtype)
        # total = Σ_t x
        for read in windows.reads():
            dpadded[:, *read] += dtotal
        return np.ascontiguousarray(dpadded[:, *windows.inside()]), {}


@dataclass(frozen=True)
class MaxPooling1D(MaxPooling):
    """Over a sequence: x (B, T, C)."""

    axes = ("steps",)


@dataclass(frozen=True)
class MaxPooling2D(MaxPooling):
    """Over a picture: x (B, H, W, C)."""

    axes = ("height", "width")


@dataclass(frozen=True)
class MaxPooling3D(MaxPooling):
    """Over a volume or a clip: x (B, D, H, W, C)."""

    axes = ("depth", "height", "width")


@dataclass(frozen=True)
class AveragePooling1D(AveragePooling):
    """Over a sequence: x (B, T, C)."""

    axes = ("steps",)


@dataclass(frozen=True)
class AveragePooling2D(AveragePooling):
    """Over a picture: x (B, H, W, C)."""

    axes = ("height", "width")


@dataclass(frozen=True)
class AveragePooling3D(AveragePooling):
    """Over a volume or a clip: x (B, D, H, W, C)."""

    axes = ("depth", "height", "width")
