"""Whether what happens happens as often as was said: reliability by bins of what was said, and the calibration error.

    ECE = Σ over bins  n_bin / n · |mean of said − share that was true|

Guo et al. 2017, "On calibration of modern neural networks", https://arxiv.org/abs/1706.04599
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array


class Reliability(NamedTuple):
    """By bin (bins,), from 0 to 1 of what was said. NaN where nothing was said."""

    said: Array  # the mean of it
    true: Array  # how often it was true
    many: Array  # how many there are

    @property
    def apart(self) -> Array:
        """How much more often it was true than was said: above 0 too modest, below 0 too sure."""
        return self.true - self.said

    @property
    def error(self) -> float:
        """The mean distance of what was said from how often it was true."""
        return float(np.nansum(np.abs(self.apart) * self.many) / self.many.sum())


def reliability(said: Array, true: Array, bins: int) -> Reliability:
    """Of probabilities and of what happened, of any one shape."""
    said, true = said.ravel(), true.ravel()
    places = np.minimum((said * bins).astype(int), bins - 1)  # what is certain is in the last bin
    many = np.bincount(places, minlength=bins)
    with np.errstate(invalid="ignore"):
        return Reliability(np.bincount(places, said, bins) / many, np.bincount(places, true, bins) / many, many)
