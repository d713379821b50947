"""A gradient by rows: zero everywhere but in a few rows of a matrix, and only those are stored.

A batch of 1,000 words out of 50,000 gives a gradient to at most 1,000 rows. As a whole array it would hold 49,000 rows
of zeros, and an optimizer would compute with all of them. By rows it computes with 1,000; what it still does for all is
one copy of the weights and of what it remembers, since nothing that is given is written to: the steps of before stay
what they were, for whoever goes back to them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arrays import Array, Shape


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a matrix that are not zero. NumPy takes it for the whole array wherever one is asked for."""

    indices: Array  # (R,)  int64, ascending, each once
    values: Array  # (R, C)
    shape: Shape  # (V, C)  of the whole

    @property
    def dtype(self) -> Any:
        return self.values.dtype

    def __post_init__(self) -> None:
        rows, indices = self.shape[0], self.indices
        if self.values.shape != (len(indices), *self.shape[1:]):
            raise ValueError(f"values must have the shape {(len(indices), *self.shape[1:])}, not {self.values.shape}")
        if len(indices) and not (indices[0] >= 0 and indices[-1] < rows and (np.diff(indices) > 0).all()):
            raise ValueError(f"indices must ascend from 0 to at most {rows - 1}, each once, not {indices}")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        whole = np.zeros(self.shape, self.dtype if dtype is None else dtype)
        whole[self.indices] = self.values
        return whole
