"""Everything that a learner can set on the Pooling page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arrays import Array, Shape
from engine.datasets import CROPS, crop, digits
from engine.layers import AveragePooling2D, Conv2D, GlobalAveragePooling2D, GlobalMaxPooling2D, MaxPooling2D, ReLU
from engine.layers.global_pooling import GlobalPooling
from engine.layers.pooling import Pooling
from engine.pictures import LONGEST_TEXT, read
from experiments.convolution.presets import kernel_bank
from experiments.losses import LOSS, LOSSES
from experiments.scene import Scale
from experiments.spec import Spec, choice, number, text

SIDE = 24  # pixels of a photograph or a drawing: small enough to point at a pixel
DIGIT, OWN = "handwritten digit", "your own"
KINDS = MAX, AVERAGE, GLOBAL_MAX, GLOBAL_AVERAGE = "max", "average", "global max", "global average"
PICTURE, EDGES = "the picture", "its edges"
WINDOW = ("pool_size", "strides", "padding", "dilation_rate")


@dataclass(frozen=True)
class PoolingSpec(Spec):
    kind: str = choice(MAX, KINDS, "what becomes of a window: its largest cell, or its mean; global: all is one window")
    picture: str = choice(DIGIT, (DIGIT, *CROPS, OWN), "what is pooled", adapts=True)
    example: int = number(0, 0, 1796, 1, "which of the 1,797 digits", surprise=False)
    map: str = choice(
        EDGES, (EDGES, PICTURE), "the picture as it is, or its upright edges: a 3 × 3 convolution and a ReLU before"
    )
    pool_size: int = choice(2, (2, 3, 4), "cells a side of the window")
    strides: int = choice(2, (1, 2, 3, 4), "cells from one window to the next")
    padding: str = choice("valid", ("valid", "same", "1"), "cells around x that are in no maximum and no mean")
    dilation_rate: int = choice(1, (1, 2), "cells from one tap of the window to the next")
    loss: str = choice(LOSSES[0], LOSSES, LOSS)
    seed: int = number(0, 0, 99, 1, "start of what is random: the random gradient", surprise=False)
    own: str = text("your own picture")

    def __post_init__(self) -> None:
        if len(self.own) > LONGEST_TEXT:
            raise ValueError(f"own must have at most {LONGEST_TEXT:,} characters, not {len(self.own):,}")
        if self.picture == OWN:
            self.image()
        self.windowed(MAX).output_shape(self.input_shape)

    @property
    def is_global(self) -> bool:
        return self.kind in (GLOBAL_MAX, GLOBAL_AVERAGE)

    @property
    def picks(self) -> bool:
        """Whether a window has a winner."""
        return self.kind in (MAX, GLOBAL_MAX)

    @property
    def input_shape(self) -> Shape:
        side = 8 if self.picture == DIGIT else SIDE
        return side, side, 1

    def windowed(self, kind: str) -> Pooling:
        """Max or average pooling with the learner's window."""
        padding = int(self.padding) if self.padding.isdigit() else self.padding
        layer = MaxPooling2D if kind == MAX else AveragePooling2D
        return layer(self.pool_size, self.strides, padding, self.dilation_rate)

    def layer_of(self, kind: str) -> Pooling | GlobalPooling:
        if kind == GLOBAL_MAX:
            return GlobalMaxPooling2D()
        return GlobalAveragePooling2D() if kind == GLOBAL_AVERAGE else self.windowed(kind)

    @property
    def layer(self) -> Pooling | GlobalPooling:
        return self.layer_of(self.kind)

    def rng(self) -> np.random.Generator:
        return np.random.default_rng(self.seed)

    def offered(self, name: str) -> tuple[Any, ...]:
        """A picture of one's own once there is one."""
        return tuple(option for option in super().offered(name) if option != OWN or self.own)

    def image(self) -> Array:
        """(H, W, 1), 0 … 1."""
        if self.picture == DIGIT:
            return digits().images[self.example].astype(np.float64)
        if self.picture == OWN:
            if not self.own:
                raise ValueError("there is no picture of your own yet: upload, photograph or draw one")
            return read(self.own, grey=True).reshape(SIDE, 2, SIDE, 2, 1).mean(axis=(1, 3))
        return crop(self.picture, SIDE)

    def input(self) -> Array:
        """x, (H, W, 1): what comes into the pooling."""
        return self.image() if self.map == PICTURE else edges(self.image()[None])[0]


def edges(images: Array) -> Array:
    """(B, H, W, 1): where they become brighter to the right, by a convolution and a ReLU."""
    layer = Conv2D(1, 3, padding="same", use_bias=False)
    y, _ = layer.forward({"kernel": kernel_bank("edge", 3, 1, 1, 0.0)}, images)
    return np.round(ReLU().forward({}, y)[0], 6)  # equals are equal, whatever order their sums were made in


def reach(spec: PoolingSpec) -> Scale:
    """The fixed scale of what is pooled, and of what comes out."""
    if spec.map == PICTURE:
        return Scale(1, "brightness")
    return Scale(4 if spec.picture == DIGIT else 2, "magnitude")  # ink on paper is twice as sharp as a photograph
