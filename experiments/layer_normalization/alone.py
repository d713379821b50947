"""LN2: an example comes out the same whatever its batch. Measured on the learner's example 0, by every norm."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.normalization.spec import BATCH, LAYER, NORMS, SHAPE, TRAINING, NormSpec
from experiments.numbers import decimal, significant
from experiments.shown import Shown, Table

SIZES = 1, 2, 8, 64  # of the batch


class Alone(NamedTuple):
    """By norm: how far the output of example 0 is from what it is alone, at most, for each of SIZES."""

    moved: dict[str, Array]

    @property
    def exact(self) -> list[str]:
        """Norms by which it is the same to the last bit in every batch."""
        return [name for name, of in self.moved.items() if not of.any()]


def alone(spec: NormSpec) -> Alone:
    """Example 0 by itself, and among others that are drawn from the seed; batch norm in training."""
    first = spec.input()[:1]
    others = 2 * np.random.default_rng((spec.seed, 2)).standard_normal((max(SIZES), *SHAPE[1:])) + spec.neighbours
    moved = {}
    for norm in NORMS:
        own = replace(spec, norm=norm, mode=TRAINING)
        layer, params = own.layer, own.params()

        def output(batch: Array) -> Array:
            return layer.forward(params, batch, **own.keywords())[0][0]  # noqa: B023  called within the loop

        by_itself = output(first)
        batches = [np.concatenate([first, others[: size - 1]]) for size in SIZES]
        moved[norm] = np.array([np.abs(output(batch) - by_itself).max() for batch in batches])
    return Alone(moved)


def show(spec: NormSpec) -> Shown:
    result = alone(spec)
    columns = {"norm": list(result.moved)}
    columns |= {
        f"batch of {size}": ["0, exactly" if move == 0 else significant(float(move)) for move in column]
        for size, column in zip(SIZES, np.array([*result.moved.values()]).T, strict=True)
    }
    numbers = {
        "exact": ", ".join(result.exact),
        "layer": decimal(float(result.moved[LAYER].max()), 0),
        "batch": significant(float(result.moved[BATCH].max())),
        "sizes": ", ".join(map(str, SIZES[1:])),
    }
    alt = f"How far example 0 moves among others: layer norm {numbers['layer']}, batch norm {numbers['batch']}"
    right = {0} if result.moved[BATCH].any() else {0, 2}  # with a γ of 0 nothing moves by any norm
    return Shown(numbers, [Table(columns, alt)], right=right)
