"""Where the windows of a convolution or a pooling lie.

Along one axis of L cells, with pads a and b, a window of k taps, stride s and dilation d:

    span          = d·(k − 1) + 1                            cells from the first tap to the last
    output size   = ⌊(a + L + b − span) / s⌋ + 1
    output o reads the inputs   o·s + t·d − a   for t = 0 … k − 1      (outside 0 … L − 1 they are padding)

    "valid"   a = b = 0
    "same"    output size ⌈L / s⌉; a + b = max((⌈L / s⌉ − 1)·s + span − L, 0), the odd one goes to b
    "causal"  a = span − 1, b = 0: no output sees a later input (one axis only)

`same` is Keras's and TensorFlow's: with a stride it depends on L, and the two sides may differ. PyTorch's differs.
Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning", https://arxiv.org/abs/1603.07285
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import TypeAlias

import numpy as np

from engine.arrays import Array, Shape
from engine.checks import check_integer

Size: TypeAlias = int | tuple[int, ...]
Pads: TypeAlias = tuple[tuple[int, int], ...]
Padding: TypeAlias = str | int | Pads


@dataclass(frozen=True)
class Windows:
    """The windows on one example, one entry a spatial axis. Made by `place_windows`."""

    input_size: Shape
    size: Shape  # taps: kernel_size or pool_size
    strides: Shape
    dilation: Shape
    pads: Pads  # (before, after)
    output_size: Shape

    @property
    def span(self) -> Shape:
        """Cells from a window's first tap to its last."""
        return tuple(_span(k, d) for k, d in zip(self.size, self.dilation, strict=True))

    @property
    def padded_size(self) -> Shape:
        return tuple(n + a + b for n, (a, b) in zip(self.input_size, self.pads, strict=True))

    def positions(self, axis: int) -> Array:
        """(outputs, taps): which input cell each tap reads along an axis; below 0 or past the end it is padding."""
        outputs, taps = np.arange(self.output_size[axis]), np.arange(self.size[axis])
        # i = o·s + t·d − a
        return outputs[:, None] * self.strides[axis] + taps * self.dilation[axis] - self.pads[axis][0]

    def taps_inside(self, axis: int) -> Array:
        """(outputs, taps): whether the tap reads a cell of the input along an axis, and not padding."""
        positions = self.positions(axis)
        return (positions >= 0) & (positions < self.input_size[axis])

    def reads(self) -> Iterator[tuple[slice, ...]]:
        """For each tap of the window, row by row: the slices of the padded input that it reads, one cell an output."""
        for tap in product(*map(range, self.size)):
            yield tuple(
                slice(t * d, t * d + (n - 1) * s + 1, s)
                for t, d, n, s in zip(tap, self.dilation, self.output_size, self.strides, strict=True)
            )

    def inside(self) -> tuple[slice, ...]:
        """The slices of the padded input that are the input itself."""
        return tuple(slice(a, a + n) for n, (a, _) in zip(self.input_size, self.pads, strict=True))

    def cells_inside(self) -> Array:
        """(*O): how many taps of each window fall on the input, not on padding."""
        counts = [self.taps_inside(axis).sum(axis=1) for axis in range(len(self.size))]
        return reduce(np.multiply, np.ix_(*counts))


def place_windows(
    input_size: Shape, size: Size, strides: Size = 1, padding: Padding = "valid", dilation: Size = 1
) -> Windows:
    """Pads and output size for an input. ValueError if not one window fits."""
    rank = len(input_size)
    size, strides = check_size("size", size, rank), check_size("strides", strides, rank)
    dilation = check_size("dilation", dilation, rank)
    spans = tuple(_span(k, d) for k, d in zip(size, dilation, strict=True))
    pads = _resolve(check_padding(padding, rank), input_size, spans, strides)
    # ⌊(a + L + b − span) / s⌋ + 1
    output_size = tuple(
        (n + sum(pad) - span) // s + 1 for n, pad, span, s in zip(input_size, pads, spans, strides, strict=True)
    )
    windows = Windows(input_size, size, strides, dilation, pads, output_size)
    if min(output_size) < 1:
        raise ValueError(
            f"a window that spans {spans} cells does not fit into {windows.padded_size} cells "
            f"(the input {input_size}, padding included)"
        )
    return windows


def check_axes(layer: object, axes: tuple[str, ...], input_shape: Shape) -> None:
    """Raise ValueError unless an example has these spatial axes, channels, and no empty axis."""
    if len(input_shape) != len(axes) + 1 or min(input_shape) < 1:
        form = ", ".join((*axes, "channels"))
        raise ValueError(f"{type(layer).__name__} takes examples of shape ({form}), not {input_shape}")


def check_size(name: str, value: Size, rank: int, least: int = 1) -> Shape:
    """One number for each axis, each at least 1, or `least`; a single number stands for all."""
    values = tuple(value) if isinstance(value, tuple | list) else (value,) * rank
    if len(values) != rank:
        raise ValueError(f"{name} must be one integer or {rank}, one a spatial axis, not {value!r}")
    return tuple(check_integer(name, v, least=least) for v in values)


def check_padding(padding: Padding, rank: int, words: tuple[str, ...] | None = None) -> str | Pads:
    """A known word, or a pair (before, after) for each axis; a single number stands for both sides of all."""
    words = words or (("valid", "same", "causal") if rank == 1 else ("valid", "same"))
    if isinstance(padding, str):
        if padding not in words:
            raise ValueError(f"padding must be one of {', '.join(words)}, a number or pairs, not {padding!r}")
        return padding
    if not isinstance(padding, tuple | list):
        number = check_integer("padding", padding, least=0)
        return ((number, number),) * rank
    if len(padding) != rank or not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in padding):
        raise ValueError(f"padding must be {rank} pairs (before, after), one a spatial axis, not {padding!r}")
    return tuple((check_integer("padding", a, least=0), check_integer("padding", b, least=0)) for a, b in padding)


def _span(taps: int, dilation: int) -> int:
    return dilation * (taps - 1) + 1


def _resolve(padding: str | Pads, input_size: Shape, spans: Shape, strides: Shape) -> Pads:
    """The pads that a word stands for."""
    if not isinstance(padding, str):
        return padding
    if padding == "valid":
        return ((0, 0),) * len(input_size)
    if padding == "causal":
        return ((spans[0] - 1, 0),)
    # a + b = max((⌈L / s⌉ − 1)·s + span − L, 0)
    totals = [max((-(-n // s) - 1) * s + span - n, 0) for n, s, span in zip(input_size, strides, spans, strict=True)]
    return tuple((total // 2, total - total // 2) for total in totals)
