"""Everything that a learner can set on the Convolution page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array, Shape
from engine.datasets import CROPS, crop, digits
from engine.layers import Conv2D
from engine.pictures import LONGEST_TEXT, SIDE, read
from experiments import edits
from experiments.convolution.presets import PRESETS, RANDOM, kernel_bank
from experiments.losses import LOSS, LOSSES
from experiments.spec import Spec, choice, number, text

PHOTOGRAPH_SIZE = SIDE  # pixels a side: large enough to be a picture, small enough to point at a pixel
DIGIT = "handwritten digit"
OWN = "your own"
FILTERS = (
    "how many kernels, each with its own output map. The first is the one that you chose; the others are the same "
    "turned evenly through half a circle, or, if it does not turn, the next of the list; random ones are all drawn anew"
)
NAMES = {"w": "the kernel", "b": "the bias"}  # of what may be changed by hand


class Weights(NamedTuple):
    kernel: Array  # (k, k, channels / groups, filters)
    bias: Array | None  # (filters,)

    @property
    def params(self) -> dict[str, Array]:
        """By the layer's own names."""
        return {"kernel": self.kernel} if self.bias is None else {"kernel": self.kernel, "bias": self.bias}


@dataclass(frozen=True)
class ConvolutionSpec(Spec):
    picture: str = choice(next(iter(CROPS)), (*CROPS, DIGIT, OWN), "what the kernel slides over", adapts=True)
    example: int = number(0, 0, 1796, 1, "which of the 1,797 digits", surprise=False)
    channels: int = choice(1, (1, 3), "1: grey, 3: red, green, blue")
    filters: int = choice(1, (1, 2, 3, 4, 6, 8), FILTERS)
    kernel_size: int = choice(3, (1, 2, 3, 5, 7), "cells a side of the kernel")
    strides: int = choice(1, (1, 2, 3), "cells from one position of the kernel to the next")
    padding: str = choice(
        "valid",
        ("valid", "same", "1", "2"),
        "zeros around x: none (valid), enough for ⌈rows / strides⌉ outputs (same), 1 or 2 a side",
    )
    dilation_rate: int = choice(1, (1, 2, 3), "cells from one tap of the kernel to the next")
    groups: int = choice(1, (1, 3), "parts that channels and filters are split into; 3 of 3: depthwise")
    use_bias: bool = choice(True, (True, False), "add one learned number to every output of a filter")
    kernel: str = choice("edge", (*PRESETS, RANDOM), "what to look for")
    angle: int = number(
        0, 0, 175, 5, "turns the kernel, in degrees: 0 looks for upright edges or stripes, 90 for level ones"
    )
    loss: str = choice(LOSSES[0], LOSSES, LOSS)
    seed: int = number(0, 0, 99, 1, "start of what is random: the random kernel, the random gradient", surprise=False)
    edits: str = text(
        "the weights that you changed", ("channels", "filters", "kernel_size", "groups", "kernel", "seed")
    )

    own: str = text("your own picture")

    def __post_init__(self) -> None:
        least = 1 if self.kernel == RANDOM else PRESETS[self.kernel].least_size
        if self.kernel_size < least:
            raise ValueError(
                f"the {self.kernel} kernel needs a kernel_size of at least {least}, not {self.kernel_size}"
            )
        if self.picture == DIGIT and self.channels != 1:
            raise ValueError(f"the digits are grey: channels must be 1, not {self.channels}")
        if len(self.own) > LONGEST_TEXT:
            raise ValueError(f"own must have at most {LONGEST_TEXT:,} characters, not {len(self.own):,}")
        if self.picture == OWN:
            self.input()
        self.layer.output_shape(self.input_shape)
        if self.edits:
            self.weights()

    @property
    def layer(self) -> Conv2D:
        return Conv2D(
            filters=self.filters,
            kernel_size=self.kernel_size,
            strides=self.strides,
            padding=int(self.padding) if self.padding.isdigit() else self.padding,
            dilation_rate=self.dilation_rate,
            groups=self.groups,
            use_bias=self.use_bias,
        )

    @property
    def input_shape(self) -> Shape:
        side = 8 if self.picture == DIGIT else PHOTOGRAPH_SIZE
        return side, side, self.channels

    @property
    def turns(self) -> bool:
        """Whether the angle has an effect."""
        return self.kernel != RANDOM and PRESETS[self.kernel].turns

    def rng(self) -> np.random.Generator:
        return np.random.default_rng(self.seed)

    def input(self) -> Array:
        """x, (H, W, channels), 0 … 1."""
        if self.picture == DIGIT:
            return digits().images[self.example].astype(np.float64)
        if self.picture == OWN:
            if not self.own:
                raise ValueError("there is no picture of your own yet: upload, photograph or draw one")
            return read(self.own, grey=self.channels == 1)
        return crop(self.picture, PHOTOGRAPH_SIZE, grey=self.channels == 1)

    def offered(self, name: str) -> tuple[Any, ...]:
        """A picture of one's own once there is one."""
        return tuple(option for option in super().offered(name) if option != OWN or self.own)

    def weights(self) -> Weights:
        """The kernel and the bias: preset or random, then the learner's own edits."""
        if self.kernel == RANDOM:
            kernel = self.layer.init(self.rng(), self.input_shape, np.float64)[0]["kernel"]
        else:
            channels = self.channels // self.groups
            kernel = kernel_bank(self.kernel, self.kernel_size, channels, self.filters, np.radians(self.angle))
        bias = np.zeros(self.filters)
        edits.apply(self.edits, {"w": kernel, "b": bias}, NAMES)
        return Weights(kernel, bias if self.use_bias else None)  # without bias, its edits wait

    def with_edit(self, name: str, cell: int, value: float) -> str:
        """The edits with one more or one replaced, at most four decimals; what is no weight changes nothing."""
        return edits.changed(self.edits, "wb", name, cell, value)


@dataclass(frozen=True)
class DigitSpec(ConvolutionSpec):
    """The same on a handwritten digit, small enough to read every number: what the front door shows."""

    picture: str = choice(DIGIT, (DIGIT,), "what the kernel slides over")
