"""Everything that a learner can set on the Transposed convolution page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, Shape
from engine.layers import Conv2DTranspose
from experiments import edits
from experiments.losses import LOSS, LOSSES
from experiments.spec import Spec, choice, number, text

NAMES = {"x": "the input", "w": "the kernel", "b": "the bias"}  # of what may be changed by hand
DEFAULT = "default"
RANDOM = "random"
EVEN, ONE, STEPS = "even", "one cell", "steps"


class Weights(NamedTuple):
    kernel: Array  # (k, k, filters / groups, channels)
    bias: Array | None  # (filters,)

    @property
    def params(self) -> dict[str, Array]:
        """By the layer's own names."""
        return {"kernel": self.kernel} if self.bias is None else {"kernel": self.kernel, "bias": self.bias}


def _ones(size: int) -> Array:
    return np.ones((size, size))


def _tent(size: int) -> Array:
    """1 in the middle, falling evenly to both sides: with the right size it interpolates linearly."""
    at = np.arange(size) - (size - 1) / 2
    row = 1 - np.abs(at) / ((size + 1) // 2)
    return np.outer(row, row)


def _ring(size: int) -> Array:
    """1 along the border, 0 inside: a stamp with an edge, so that overlaps are seen."""
    kernel = np.ones((size, size))
    kernel[1:-1, 1:-1] = 0
    return kernel


def _slope(size: int) -> Array:
    """From −1 at the left to 1 at the right."""
    return np.tile(np.linspace(-1, 1, size) if size > 1 else np.ones(1), (size, 1))


KERNELS: Mapping[str, Callable[[int], Array]] = {"ones": _ones, "tent": _tent, "ring": _ring, "slope": _slope}


@dataclass(frozen=True)
class TransposedSpec(Spec):
    cells: str = choice(
        STEPS,
        (STEPS, ONE, EVEN, RANDOM),
        "what paints: falling by 0.1 from cell to cell; a single 1; all 1; random",
    )
    side: int = choice(4, (2, 3, 4, 5), "rows and columns of the input")
    channels: int = choice(1, (1, 2), "numbers in each cell of the input")
    filters: int = choice(1, (1, 2, 4), "output maps, each with a kernel of its own for every channel")
    kernel_size: int = choice(3, (1, 2, 3, 4, 5), "cells a side of what one input cell paints")
    strides: int = choice(2, (1, 2, 3), "cells of the output from one stamp to the next")
    padding: str = choice(
        "valid", ("valid", "same", "1", "2"), "cut off: nothing (valid), down to side × strides (same), 1 or 2 a side"
    )
    output_padding: str = choice(
        DEFAULT, (DEFAULT, "0", "1", "2"), "rows and columns added behind the last; must be smaller than strides"
    )
    dilation_rate: int = choice(1, (1, 2), "cells from one tap of the kernel to the next")
    groups: int = choice(1, (1, 2), "parts that channels and filters are split into")
    use_bias: bool = choice(True, (True, False), "add one learned number to every output of a filter")
    kernel: str = choice("tent", (*KERNELS, RANDOM), "what one input cell of 1 paints")
    loss: str = choice(LOSSES[0], LOSSES, LOSS)
    seed: int = number(0, 0, 99, 1, "start of what is random: input, kernel, gradient", surprise=False)
    edits: str = text(
        "the numbers that you changed",
        ("cells", "side", "channels", "filters", "kernel_size", "groups", "kernel", "seed"),
    )

    def __post_init__(self) -> None:
        self.layer.output_shape(self.input_shape)
        if self.edits:
            self.input()
            self.weights()

    @property
    def layer(self) -> Conv2DTranspose:
        return Conv2DTranspose(
            filters=self.filters,
            kernel_size=self.kernel_size,
            strides=self.strides,
            padding=int(self.padding) if self.padding.isdigit() else self.padding,
            output_padding=None if self.output_padding == DEFAULT else int(self.output_padding),
            dilation_rate=self.dilation_rate,
            groups=self.groups,
            use_bias=self.use_bias,
        )

    @property
    def input_shape(self) -> Shape:
        return self.side, self.side, self.channels

    def rng(self, purpose: int) -> np.random.Generator:
        """0 input, 1 kernel, 2 gradient."""
        return np.random.default_rng((self.seed, purpose))

    def input(self) -> Array:
        """x, (side, side, channels), as set and then as edited."""
        return self._edited()["x"]

    def weights(self) -> Weights:
        """The kernel and the bias, as set and then as edited. A second filter is the first, turned by a right angle."""
        found = self._edited()
        return Weights(found["w"], found["b"] if self.use_bias else None)  # without bias, its edits wait

    def _edited(self) -> dict[str, Array]:
        shape = self.input_shape
        steps = np.arange(self.side**2, 0, -1).reshape(self.side, self.side, 1) / 10
        start: dict[str, Array] = {
            EVEN: np.ones(shape),
            STEPS: np.repeat(steps, self.channels, axis=2),
            ONE: np.zeros(shape),
        }
        start[RANDOM] = np.round(self.rng(0).uniform(-1, 1, shape), 2)
        start[ONE][self.side // 2, self.side // 2] = 1
        w: Array
        if self.kernel == RANDOM:
            w = np.round(self.layer.init(self.rng(1), shape, np.float64)[0]["kernel"], 2)
        else:
            stamp = KERNELS[self.kernel](self.kernel_size)
            turned = np.stack([np.rot90(stamp, f) for f in range(self.filters // self.groups)], axis=-1)
            w = np.repeat(turned[..., None], self.channels, axis=-1) + 0.0
        found: dict[str, Array] = {"x": start[self.cells], "w": w, "b": np.zeros(self.filters)}
        edits.apply(self.edits, found, NAMES)
        return found

    def with_edit(self, name: str, cell: int, value: float) -> str:
        """The edits with one more or one replaced, at most four decimals; what may not be changed changes nothing."""
        return edits.changed(self.edits, "".join(NAMES), name, cell, value)
