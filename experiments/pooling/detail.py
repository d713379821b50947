"""PL5: pooling throws detail away. Another input with the same output, found for whatever the learner has set.

    max        x′[i] = min y[o] over all windows o that hold i: the largest input that has the same maxima;
               if that is x, all cells that win nowhere are lowered
    average    x′ = x + z − A⁺A z: a change that the averages A do not see; z is drawn at random

and what comes back when each window is filled again with what is left of it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.numbers import decimal, scientific, significant, whole
from experiments.pooling.microscope import microscope
from experiments.pooling.spec import PoolingSpec, reach
from experiments.scene import Scale
from experiments.shown import Maps, Picture, Shown

SAME = 1e-9  # two numbers that differ by less are one here


class Twin(NamedTuple):
    x: Array  # (H, W)
    other: Array  # (H, W)
    y: Array  # (OH, OW)
    other_y: Array
    back: Array  # (H, W)  the output, spread over its windows again; where windows overlap their mean

    @property
    def changed(self) -> int:
        return int(np.sum(np.abs(self.x - self.other) > SAME))

    @property
    def outputs_apart(self) -> float:
        return float(np.abs(self.y - self.other_y).max())

    @property
    def lost(self) -> float:
        """Of the variation of x around its mean, what the spread output does not give back: 0 nothing, 1 all.

        Of an even x, which does not vary, 0.
        """
        varies = np.sum((self.x - self.x.mean()) ** 2)
        return float(np.sum((self.x - self.back) ** 2) / varies) if varies > 0 else 0.0


def twin(spec: PoolingSpec) -> Twin:
    """The learner's input, and another one that pools to the same."""
    x = spec.input()[..., 0]
    m, held = microscope(spec), held_by(spec)
    y = m.y.ravel()
    if spec.picks:
        # a cell in no window may be anything: it stays
        other = np.where(held, y[:, None], np.inf).min(axis=0).reshape(x.shape)
        other = np.where(np.isinf(other), x, other)
        if np.abs(other - x).max() <= SAME:  # nothing can be raised: then all that no window takes can be lowered
            _, trace = spec.layer.forward({}, x[None, ..., None])
            taken, _ = spec.layer.backward({}, trace, np.ones((1, *m.y.shape)))
            other = np.where(taken[0, ..., 0] > 0, x, x - reach(spec).max)
    else:
        means = held / held.sum(axis=1, keepdims=True)
        z = np.random.default_rng(0).normal(size=x.size)  # no picture is special to it
        seen = np.linalg.lstsq(means, means @ z, rcond=None)[0]
        other = x + (z - seen).reshape(x.shape)
    count = held.sum(axis=0)
    back = np.where(count > 0, y @ held / np.maximum(count, 1), 0.0).reshape(x.shape)
    other_y = spec.layer.forward({}, other[None, ..., None])[0][0]
    two = (1, 1) if m.y.ndim == 1 else m.y.shape[:2]
    return Twin(x, other, m.y.reshape(two), other_y.reshape(two), back)


def held_by(spec: PoolingSpec) -> Array:
    """(windows, cells of x): 1 where the window holds the cell. It is the gradient of the sums, so the engine's own."""
    layer = spec.layer
    if spec.is_global:
        return np.ones((1, spec.input().size))
    average = spec.windowed("average")
    shape = layer.output_shape(spec.input_shape)
    dy = np.eye(int(np.prod(shape))).reshape(-1, *shape)
    _, trace = average.forward({}, np.zeros((len(dy), *spec.input_shape)))
    dx, _ = average.backward({}, trace, dy)
    return (dx.reshape(len(dy), -1) > 0).astype(np.float64)


def show(spec: PoolingSpec) -> Shown:
    result = twin(spec)
    scale = reach(spec)
    pictures = [
        Picture("x", result.x, scale, "input"),
        Picture("another x", result.other, scale if result.other.min() >= 0 else Scale(scale.max), "input"),
        Picture("y of x", result.y, scale, "activation"),
        Picture("y of the other", result.other_y, scale, "activation"),
        Picture("y, spread again", result.back, scale, "activation"),
        Picture("x − y spread", result.x - result.back, Scale(scale.max), "input"),
    ]
    apart = scientific(result.outputs_apart)
    alt = (
        f"Two inputs that differ in {whole(result.changed)} of {whole(result.x.size)} cells; their outputs differ by "
        f"at most {apart}. Spread again, y misses a share of {decimal(result.lost)} of the variation of x"
    )
    return Shown(
        numbers={
            "changed": whole(result.changed),
            "cells": whole(result.x.size),
            "apart": apart,
            "distance": significant(float(np.abs(result.x - result.other).max())),
            "lost": f"{decimal(100 * result.lost, 0)} %",
        },
        rows=[Maps(pictures, alt)],
        right={0} if result.changed else {1},
        case="Lost" if result.changed else "Kept",
    )
