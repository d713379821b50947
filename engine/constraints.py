"""Constraints: weights that a step has led too far are brought back onto the border.

    MaxNorm      w ← w · min(1, max_value / ‖w‖)        ‖w‖ is the length of what arrives at one unit

A penalty pulls at all weights all the time; max-norm leaves alone what is short enough. With dropout it allows large
learning rates. Keras divides by ‖w‖ + 10⁻⁷ instead, so that there a constraint shortens, by that much, everything.

Srivastava et al. 2014 (section 5.1), https://jmlr.org/papers/v15/srivastava14a.html
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arrays import Array, rebuild
from engine.checks import check_integer, check_number
from engine.regularizers import is_weight


@dataclass(frozen=True)
class MaxNorm:
    """axis: along which a length is taken. None is all but the last: what arrives at a unit, or at a filter."""

    max_value: float = 2
    axis: int | tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "max_value", check_number("max_value", self.max_value, above=0))
        if self.axis is not None:
            axes = self.axis if isinstance(self.axis, tuple) else (self.axis,)
            object.__setattr__(self, "axis", tuple(check_integer("axis", axis, least=0) for axis in axes))

    def __call__(self, w: Array) -> Array:
        axis = tuple(range(w.ndim - 1)) if self.axis is None else self.axis
        norm = np.sqrt(np.square(w).sum(axis=axis, keepdims=True))
        # w · min(1, max_value / ‖w‖)
        return np.asarray(w * (self.max_value / np.maximum(norm, self.max_value)).astype(w.dtype))


def constrained(constraint: MaxNorm, params: Any) -> Any:
    """A tree of parameters with every layer's weights within the constraint; biases are free, as in a penalty."""
    return rebuild(params, lambda path, w: constraint(w) if is_weight(path) else w)
