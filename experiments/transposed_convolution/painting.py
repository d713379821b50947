"""TC1: every input cell paints its kernel, at its place, times its number; y is what all stamps add up to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.numbers import scientific, whole
from experiments.shown import Maps, Picture, Shown
from experiments.transposed_convolution.facts import output_size
from experiments.transposed_convolution.scene import scales
from experiments.transposed_convolution.spec import TransposedSpec

ALL, ONE, COVERED = range(3)  # the lesson's answers; the last, those that its stamp covers, is always right


class Painting(NamedTuple):
    """Each input cell alone, in order, and what the layer makes of all."""

    stamps: Array  # (H·W, OH, OW, F)  what each cell adds
    bias: Array  # (F,)
    y: Array  # (OH, OW, F)
    counts: Array  # (OH, OW)  stamps on each cell
    covered: int  # cells of the first map that the stamp of the middle cell of the input covers

    @property
    def difference(self) -> float:
        return float(np.abs(self.stamps.sum(axis=0) + self.bias - self.y).max())


def painting(spec: TransposedSpec) -> Painting:
    """The layer on one input cell at a time. Counts are of an input of ones under a kernel of ones."""
    layer, x, weights = spec.layer, spec.input(), spec.weights()
    count = spec.side**2
    alone = np.eye(count).reshape(count, spec.side, spec.side, 1)
    bias = np.zeros(spec.filters) if weights.bias is None else weights.bias
    stamps = layer.forward(weights.params, x * alone)[0] - bias
    ones = {name: np.full_like(w, float(name == "kernel")) for name, w in weights.params.items()}
    reached = layer.forward(ones, alone * np.ones(x.shape))[0][..., 0] > 0
    middle = (spec.side // 2) * (spec.side + 1)
    y = layer.forward(weights.params, x[None])[0][0]
    return Painting(stamps, bias, y, reached.sum(axis=0), int(reached[middle].sum()))


def show(spec: TransposedSpec) -> Shown:
    """The stamps of the first map one by one, and how many lie on each cell."""
    result = painting(spec)
    cells, scale = result.counts.size, scales(spec)["y"]
    numbers = {
        "painted": whole(result.covered),
        "cells": whole(cells),
        "formula": output_size(spec),
        "stamps": whole(len(result.stamps)),
        "taps": whole(spec.kernel_size**2),
        "strides": whole(spec.strides),
        "difference": scientific(result.difference),
        "most": whole(result.counts.max()),
        "empty": whole((result.counts == 0).sum()),
    }
    right = {COVERED} | ({ALL} if result.covered == cells else set()) | ({ONE} if result.covered == 1 else set())
    maps = Maps(
        [
            Picture("this stamp", result.stamps[..., 0], scale, "activation"),
            Picture("all stamps so far", np.cumsum(result.stamps[..., 0], axis=0), scale, "activation"),
        ],
        alt=f"{numbers['stamps']} stamps, of which at most {numbers['most']} lie on one cell",
        frames=[f"input cell {i // spec.side}, {i % spec.side}" for i in range(len(result.stamps))],
    )
    return Shown(numbers, [maps], right=right)
