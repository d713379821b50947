"""TC3: where stamps overlap unevenly, checkerboards appear: exactly when the strides do not divide the kernel.

Counted by the layer itself: a kernel of ones on an input of ones paints, into every cell, how many stamps it has.
The cure is to enlarge first, by repeating every cell, and to let a convolution do the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import Conv2D, Conv2DTranspose, UpSampling2D
from experiments.numbers import decimal, ends, spread, whole
from experiments.scene import Scale
from experiments.shown import Board, Cell, Maps, Picture, Row, Shown
from experiments.spec import Spec, choice

SIDE = 6  # of the input
SEEDS = range(5)
SIZES, STRIDES = range(1, 8), range(1, 5)
EVEN, UNEVEN, HOLES = range(3)  # kinds on the board
WORDS = ("even", "uneven", "holes")
YES, NO = 0, 1  # the lesson's answers


@dataclass(frozen=True)
class OverlapSpec(Spec):
    kernel_size: int = choice(3, tuple(SIZES), "cells a side of the kernel")
    strides: int = choice(2, tuple(STRIDES), "cells of the output from one stamp to the next")
    dilation_rate: int = choice(1, (1, 2, 3), "cells from one tap of the kernel to the next")


class Overlap(NamedTuple):
    counts: Array  # (rows, columns)  stamps on each cell
    inside: Array  # (strides, strides)  one period of it, away from the border

    @property
    def even(self) -> bool:
        return bool((self.inside == self.inside[0, 0]).all())

    @property
    def kind(self) -> int:
        return EVEN if self.even else UNEVEN if self.inside.min() > 0 else HOLES


def overlap(kernel_size: int, strides: int, dilation_rate: int = 1) -> Overlap:
    """Counts the stamps on every cell."""
    side, inside = _away_from_borders(kernel_size, strides, dilation_rate)
    layer = Conv2DTranspose(1, kernel_size, strides, dilation_rate=dilation_rate, use_bias=False)
    counts = layer.forward({"kernel": np.ones((kernel_size, kernel_size, 1, 1))}, np.ones((1, side, side, 1)))[0]
    return Overlap(counts[0, :, :, 0], counts[0, inside, inside, 0])


def _away_from_borders(kernel_size: int, strides: int, dilation_rate: int) -> tuple[int, slice]:
    """A side of the input that is large enough, and, along a side of the output, one period that no border reaches."""
    span = dilation_rate * (kernel_size - 1) + 1
    reach = -(-span // strides)  # stamps that lie on one cell, at most
    # from here on the first stamps have ended, and the last have not begun
    return max(SIDE, 2 * reach + 2), slice(reach * strides, (reach + 1) * strides)


class Cure(NamedTuple):
    """Random kernels on an input of ones, a seed each: enlarged by the stamps, and enlarged first."""

    stamped: Array  # (seeds, rows, columns)
    resized: Array  # (seeds, rows, columns)
    unevenness: Array  # (seeds, 2)  inside: spread of the cells, as a share of their size (root mean square)


def cure(kernel_size: int, strides: int, dilation_rate: int = 1) -> Cure:
    """A transposed convolution, and nearest-neighbour resizing before a convolution, with the same random kernel."""
    side, inside = _away_from_borders(kernel_size, strides, dilation_rate)
    x = np.ones((1, side, side, 1))
    paint = Conv2DTranspose(1, kernel_size, strides, dilation_rate=dilation_rate, use_bias=False)
    resize = UpSampling2D(strides)
    convolve = Conv2D(1, kernel_size, padding="same", dilation_rate=dilation_rate, use_bias=False)
    stamped, resized = [], []
    for seed in SEEDS:
        params, _ = paint.init(np.random.default_rng(seed), x.shape[1:], np.float64)
        stamped.append(paint.forward(params, x)[0][0, :, :, 0])
        resized.append(convolve.forward(params, resize.forward({}, x)[0])[0][0, :, :, 0])
    rows = [[_unevenness(y[inside, inside]) for y in pair] for pair in zip(stamped, resized, strict=True)]
    return Cure(np.array(stamped), np.array(resized), np.array(rows))


def _unevenness(cells: Array) -> float:
    return float(cells.std() / np.sqrt(np.mean(cells**2)))


def show(spec: OverlapSpec) -> Shown:
    """The counts at the chosen settings, one period of them, and every kernel with every stride."""
    result = overlap(spec.kernel_size, spec.strides, spec.dilation_rate)
    inside = result.inside
    cured = cure(spec.kernel_size, spec.strides, spec.dilation_rate)
    numbers = {
        "stamped": spread(cured.unevenness[:, 0]),
        "resized": decimal(float(cured.unevenness[:, 1].max())),
        "least": whole(inside.min()),
        "most": whole(inside.max()),
        "kind": WORDS[result.kind],
        "ratio": decimal(inside.max() / inside.min()) if inside.min() else "",
    }
    scale = Scale(float(max(4, spec.kernel_size**2)), "magnitude")
    maps = Maps(
        [Picture("stamps on each cell of y", result.counts, scale, "activation")],
        alt=f"Inside, a cell has {numbers['least']} to {numbers['most']} stamps: {numbers['kind']}",
    )
    rows: list[Row] = [maps, _board(spec.dilation_rate), _cured(cured, numbers)]
    case = {EVEN: "Even", UNEVEN: "Uneven", HOLES: "Holes"}[result.kind]
    return Shown(numbers, rows, right={NO if result.even else YES}, case=case)


def _cured(cured: Cure, numbers: dict[str, str]) -> Maps:
    """Of the first seed."""
    pair = {"random kernel, stamped": cured.stamped[0], "resized, then convolved": cured.resized[0]}
    return Maps(
        [Picture(label, y, Scale(2), "activation") for label, y in pair.items()],
        alt=f"An even input under random weights. Unevenness inside: stamped {numbers['stamped']}, resized first "
        f"{numbers['resized']}",
    )


def _stamps(inside: Array) -> str:
    told = ends(inside, 0)
    return f"{told} stamp" if told == "1" else f"{told} stamps"


def _board(dilation_rate: int) -> Board:
    """Even or not, for every kernel and every stride."""
    found = [[overlap(k, s, dilation_rate) for k in SIZES] for s in STRIDES]
    cells = [[Cell(WORDS[each.kind], (_stamps(each.inside),), each.kind) for each in line] for line in found]
    even = sum(each.even for line in found for each in line)
    return Board(
        corner="strides ↓  kernel_size →",
        lines=[str(s) for s in STRIDES],
        columns=[str(k) for k in SIZES],
        cells=cells,
        alt=f"{even} of {len(SIZES) * len(STRIDES)} pairs of kernel_size and strides are even",
    )
