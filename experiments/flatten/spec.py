"""Everything that a learner can set on the Flatten page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array, Shape
from engine.datasets import digits
from engine.layers import Conv2D, MaxPooling2D, ReLU
from experiments.convolution.presets import kernel_bank
from experiments.spec import Spec, choice, number

ORDERS = ROW_MAJOR, COLUMN_MAJOR, CHANNELS_FIRST = "row-major", "column-major", "channels first"
AXES = {ROW_MAJOR: (0, 1, 2), COLUMN_MAJOR: (1, 0, 2), CHANNELS_FIRST: (2, 0, 1)}  # the slowest first


@dataclass(frozen=True)
class FlattenSpec(Spec):
    rows: int = choice(3, (1, 2, 3, 4), "rows of the map")
    columns: int = choice(3, (1, 2, 3, 4), "columns of the map")
    channels: int = choice(2, (1, 2, 3, 4), "channels: edges of so many directions")
    order: str = choice(
        ROW_MAJOR,
        ORDERS,
        "which axis runs fastest. Row-major: channel, then column, then row, as the layer has it; the others turn the "
        "axes before it",
    )
    example: int = number(0, 0, 1796, 1, "which of the 1,797 digits", surprise=False)

    @property
    def shape(self) -> Shape:
        return self.rows, self.columns, self.channels

    @property
    def axes(self) -> tuple[int, ...]:
        """Of (row, column, channel), the slowest first."""
        return AXES[self.order]

    def input(self) -> Array:
        """(rows, columns, channels): edges of a digit, pooled to 4 × 4, and of these the first rows and columns."""
        kernel = kernel_bank("edge", 3, 1, self.channels, 0.0)
        edges, _ = Conv2D(self.channels, 3, padding="same", use_bias=False).forward(
            {"kernel": kernel}, digits().images[self.example : self.example + 1].astype(np.float64)
        )
        pooled, _ = MaxPooling2D().forward({}, ReLU().forward({}, edges)[0])
        return np.round(pooled[0, : self.rows, : self.columns], 6)  # what rounding leaves of a 0 is 0
