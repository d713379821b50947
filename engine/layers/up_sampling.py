"""Up-sampling: a map becomes s times as long along each axis, without a weight to learn.

    nearest    y[b, o, c] = x[b, ⌊o / s⌋, c]                             every cell, s times along an axis
    bilinear   y[b, i·s + r, c] = (1 − |f|) x[b, i, c] + |f| x[b, j, c]      f = (r + ½) / s − ½,  r = 0 … s − 1

Bilinear goes along one axis after the other. f is how far the middle of an output cell lies from that of its input
cell i, counted in input cells; j is the neighbour on that side, or i itself at the border. Backward, what was copied is
summed, and what was mixed goes back with the same weights:

    nearest    dx[b, i, c] = Σ_r dy[b, i·s + r, c]
    bilinear   dx[b, i, c] += (1 − |f|) dy[b, i·s + r, c]        dx[b, j, c] += |f| dy[b, i·s + r, c]

Shapes: x (B, *S, C), y (B, *O, C) with O = S · s. Bilinear is Keras's, and PyTorch's with `align_corners=False`.

Odena, Dumoulin and Olah 2016, "Deconvolution and checkerboard artifacts", doi:10.23915/distill.00003
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Literal, NamedTuple

import numpy as np

from engine.arrays import Array, Shape
from engine.checks import check_gradient
from engine.layers.layer import Layer, Params
from engine.layers.window import Size, check_axes, check_size


class UpSamplingTrace(NamedTuple):
    x: Array  # (B, *S, C)


@dataclass(frozen=True)
class UpSampling(Layer):
    """Every cell repeated: what all ranks share."""

    size: Size = 2

    axes: ClassVar[tuple[str, ...]]
    keeps_steps = False

    def __post_init__(self) -> None:
        # a frozen dataclass may still settle its own fields here
        object.__setattr__(self, "size", check_size("size", self.size, len(self.axes)))

    @property
    def sizes(self) -> Shape:
        """One number a spatial axis."""
        return check_size("size", self.size, len(self.axes))

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, self.axes, input_shape)
        return (*(n * s for n, s in zip(input_shape, self.sizes, strict=False)), input_shape[-1])

    def operation_count(self, input_shape: Shape) -> int:
        """Copying takes none."""
        check_axes(self, self.axes, input_shape)
        return 0

    def forward(self, params: Params, x: Array) -> tuple[Array, UpSamplingTrace]:
        self.check(params, x)
        y = x
        # y_o = x_⌊o / s⌋
        for axis, s in enumerate(self.sizes, start=1):
            y = _repeat(y, axis, s)
        return np.array(y) if y is x else y, UpSamplingTrace(x)

    def backward(self, params: Params, trace: UpSamplingTrace, dy: Array) -> tuple[Array, Params]:
        (x,) = trace
        check_gradient(dy, (len(x), *self.output_shape(x.shape[1:])), x.dtype)
        # y_o = x_⌊o / s⌋:  the sum over the copies
        apart = [part for n, s in zip(x.shape[1:], self.sizes, strict=False) for part in (n, s)]
        copies = tuple(range(2, 2 * len(self.axes) + 1, 2))
        return dy.reshape(len(x), *apart, x.shape[-1]).sum(axis=copies), {}


@dataclass(frozen=True)
class UpSampling1D(UpSampling):
    """Over a sequence: x (B, T, C)."""

    axes = ("steps",)


@dataclass(frozen=True)
class UpSampling2D(UpSampling):
    """Over a picture: x (B, H, W, C)."""

    interpolation: Literal["nearest", "bilinear"] = "nearest"

    axes = ("height", "width")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.interpolation not in ("nearest", "bilinear"):
            raise ValueError(f"interpolation must be nearest or bilinear, not {self.interpolation!r}")

    def operation_count(self, input_shape: Shape) -> int:
        """Bilinear mixes two cells along each axis, rows first."""
        height, width, channels = self.output_shape(input_shape)
        return 0 if self.interpolation == "nearest" else 2 * prod((height, input_shape[1] + width, channels))

    def forward(self, params: Params, x: Array) -> tuple[Array, UpSamplingTrace]:
        if self.interpolation == "nearest":
            return super().forward(params, x)
        self.check(params, x)
        # y = x along the rows, then along the columns
        y = x
        for axis, s in enumerate(self.sizes, start=1):
            y = _mix(y, axis, s)
        return y, UpSamplingTrace(x)

    def backward(self, params: Params, trace: UpSamplingTrace, dy: Array) -> tuple[Array, Params]:
        if self.interpolation == "nearest":
            return super().backward(params, trace, dy)
        (x,) = trace
        check_gradient(dy, (len(x), *self.output_shape(x.shape[1:])), x.dtype)
        dx = dy
        # y = x along the rows, then along the columns
        for axis, s in reversed(tuple(enumerate(self.sizes, start=1))):
            dx = _unmix(dx, axis, s)
        return dx, {}


@dataclass(frozen=True)
class UpSampling3D(UpSampling):
    """Over a volume or a clip: x (B, D, H, W, C)."""

    axes = ("depth", "height", "width")


def _repeat(x: Array, axis: int, s: int) -> Array:
    return x if s == 1 else x.repeat(s, axis=axis)


def _phases(s: int) -> Iterator[tuple[int, float]]:
    for r in range(s):
        # f = (r + ½) / s − ½
        yield r, (r + 0.5) / s - 0.5


def _mix(x: Array, axis: int, s: int) -> Array:
    cells = np.moveaxis(x, axis, 0)
    n, *rest = cells.shape
    before, after = cells[[0, *range(n - 1)]], cells[[*range(1, n), n - 1]]
    y = np.empty((n, s, *rest), x.dtype)
    for r, f in _phases(s):
        # y_{i·s + r} = (1 − |f|) x_i + |f| x_j
        y[:, r] = (1 - abs(f)) * cells + abs(f) * (after if f > 0 else before) if f else cells
    return np.ascontiguousarray(np.moveaxis(y.reshape(n * s, *rest), 0, axis))


def _unmix(dy: Array, axis: int, s: int) -> Array:
    parts = np.moveaxis(dy, axis, 0)
    n, rest = len(parts) // s, parts.shape[1:]
    parts = parts.reshape(n, s, *rest)
    dx = np.zeros((n, *rest), dy.dtype)
    for r, f in _phases(s):
        # y_{i·s + r} = (1 − |f|) x_i + |f| x_j:  at the border j is i itself
        own, other = (1 - abs(f)) * parts[:, r], abs(f) * parts[:, r]
        dx += own
        if f > 0:
            dx[1:] += other[:-1]
            dx[-1] += other[-1]
        elif f < 0:
            dx[:-1] += other[1:]
            dx[0] += other[0]
    return np.ascontiguousarray(np.moveaxis(dx, 0, axis))
