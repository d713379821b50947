"""DO1: a random share of the units is silenced in each step, and what is kept is scaled so that the mean stays.

The number of silenced units of n follows the binomial distribution of n and the rate.
"""

from __future__ import annotations

from dataclasses import replace
from math import comb
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import Dense
from experiments.dropout.network import FIRST, SECOND, UNITS, example, weights
from experiments.dropout.spec import DropoutSpec
from experiments.numbers import decimal, significant, whole
from experiments.shown import Lines, Shown

MANY = 2000  # masks


class Masks(NamedTuple):
    """One example under many masks, with the weights as they begin."""

    masks: Array  # (MANY, UNITS)  factors of both hidden layers
    h1: Array  # (FIRST,)  before the mask
    d1: Array  # (MANY, FIRST)  after it
    h2: Array  # (SECOND,)  at inference
    h2_masked: Array  # (MANY, SECOND)  behind the first mask

    @property
    def off(self) -> Array:
        """(MANY,): how many units are silenced in each."""
        return (self.masks == 0).sum(axis=1)

    @property
    def share(self) -> float:
        """Of all draws, those that are silenced."""
        return float((self.masks == 0).mean())

    @property
    def unit(self) -> int:
        """Of hidden 1, the one with the largest value."""
        return int(np.abs(self.h1).argmax())

    @property
    def bent(self) -> Array:
        """(SECOND,): how far behind tanh the mean over the masks is from the value at inference."""
        return self.h2_masked.mean(axis=0) - self.h2


def asked(spec: DropoutSpec) -> DropoutSpec:
    """What DO1 is about: at a rate of 0 every answer would be right, so it asks about the rate of the start."""
    return spec if spec.rate > 0 else replace(spec, rate=DropoutSpec().rate)


def masks(spec: DropoutSpec) -> Masks:
    """A batch of the same example: each row has a mask of its own, as in a batch of different examples."""
    w, (x, _) = weights(spec), example(spec)
    first, second = spec.rng(3).spawn(2)
    h1 = np.tanh(Dense(FIRST, use_bias=False).forward({"kernel": w["w1"]}, x[None])[0][0])
    rows, dense2 = np.repeat(h1[None], MANY, axis=0), Dense(SECOND, use_bias=False)
    d1, _ = spec.layer.forward({}, rows, training=True, rng=first)
    both, _ = spec.layer.forward({}, np.ones((MANY, SECOND)), training=True, rng=second)
    of_first, _ = spec.layer.forward({}, np.ones((MANY, FIRST)), training=True, rng=spec.rng(3).spawn(2)[0])
    h2, h2_masked = (np.tanh(dense2.forward({"kernel": w["w2"]}, d)[0]) for d in (h1[None], d1))
    return Masks(np.concatenate([of_first, both], axis=1), h1, d1, h2[0], h2_masked)


def show(spec: DropoutSpec) -> Shown:
    """How many units are silenced, and the mean of a value as more masks are seen."""
    spec = asked(spec)
    result = masks(spec)
    unit, off = result.unit, result.off
    seen, times = result.d1[:, unit], (result.masks == 0).mean(axis=0)
    numbers = {
        "many": whole(MANY),
        "least": whole(off.min()),
        "most": whole(off.max()),
        "mean_off": decimal(off.mean(), 1),
        "rarest": decimal(times.min()),
        "oftenest": decimal(times.max()),
        "draws": whole(result.masks.size),
        "share": decimal(result.share, 3),
        "unit": whole(unit),
        "value": significant(result.h1[unit]),
        "mean": significant(float(seen.mean())),
        "mean_unscaled": significant(float(seen.mean()) * (1 - spec.rate)),
        "spread": significant(float(seen.std())),
        "bent": significant(float(np.abs(result.bent).max())),
    }
    return Shown(numbers, [_counts(spec, result), _means(spec, result)])


def _counts(spec: DropoutSpec, result: Masks) -> Lines:
    """Measured, and by the formula."""
    numbers, p = range(UNITS + 1), spec.rate
    measured = np.bincount(result.off, minlength=UNITS + 1) / MANY
    binomial = [comb(UNITS, k) * p**k * (1 - p) ** (UNITS - k) for k in numbers]
    alt = f"{whole(result.off.min())} to {whole(result.off.max())} units silenced, most often {measured.argmax()}"
    return Lines(
        numbers,
        {"of these masks": measured, "binomial distribution": binomial},
        x=f"units silenced in a step, of {UNITS}",
        y="share of the steps",
        alt=alt,
    )


def _means(spec: DropoutSpec, result: Masks) -> Lines:
    """The mean of one unit's values over the first so many masks."""
    at = np.unique(np.round(np.geomspace(1, MANY, 60)).astype(int))
    value = result.h1[result.unit]
    mean = (np.cumsum(result.d1[:, result.unit]) / np.arange(1, MANY + 1))[at - 1]
    alt = f"Mean of unit {result.unit}: {significant(mean[-1])} with the scaling, without dropout {significant(value)}"
    return Lines(
        at,
        {"scaled": mean, "not scaled": mean * (1 - spec.rate), "without dropout": np.full(len(at), value)},
        x="masks seen",
        y=f"mean of unit {result.unit} of hidden 1",
        alt=alt,
    )
