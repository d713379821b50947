"""PL1: pooling makes maps smaller. The learner's input through all four kinds, each checked by its formula."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers.pooling import Pooling
from experiments.numbers import decimal, scientific, whole
from experiments.pooling.facts import size_formula
from experiments.pooling.microscope import microscope
from experiments.pooling.spec import GLOBAL_MAX, KINDS, MAX, PoolingSpec, reach
from experiments.shown import Maps, Picture, Shown, Table

OVER_HALF, OVER_FIFTH, LESS, ONE = range(4)  # the lesson's answers: what share is kept


class Downsampled(NamedTuple):
    x: Array  # (H, W)
    outputs: dict[str, Array]  # kind → (OH, OW), global: (1, 1)
    apart: float  # the largest distance of a cell from its formula, written out window by window

    def kept(self, kind: str) -> float:
        return self.outputs[kind].size / self.x.size


def downsample(spec: PoolingSpec) -> Downsampled:
    x = spec.input()[..., 0]
    outputs, apart = {}, 0.0
    for kind in KINDS:
        y = microscope(spec, kind).y
        outputs[kind] = y.reshape(y.shape[:2] if y.ndim == 3 else (1, 1))
        by_hand = [_pooled(x, kind, window) for window in _windows(spec, kind)]
        apart = max(apart, float(np.abs(outputs[kind].ravel() - np.array(by_hand)).max()))
    return Downsampled(x, outputs, apart)


def prediction(result: Downsampled, kind: str) -> set[int]:
    """Which answer is right: more than half of the numbers, 20 % to half, less, or a single one."""
    kept = result.kept(kind)
    if result.outputs[kind].size == 1:
        return {ONE}
    return {OVER_HALF if kept > 0.5 else OVER_FIFTH if kept >= 0.2 else LESS}


def show(spec: PoolingSpec) -> Shown:
    result = downsample(spec)
    scale = reach(spec)
    pictures = [Picture("x", result.x, scale, "input")]
    pictures += [Picture(kind, y, scale, "activation") for kind, y in result.outputs.items()]
    shapes = {kind: " × ".join(map(str, y.shape)) for kind, y in result.outputs.items()}
    kept = {kind: f"{decimal(100 * result.kept(kind), 1)} %" for kind in KINDS}
    alt = f"x, {result.x.shape[0]} × {result.x.shape[1]}; " + ", ".join(f"{k} {s}" for k, s in shapes.items())
    table = {
        "pooling": list(KINDS),
        "map": [shapes[k] if k in (KINDS[0], KINDS[1]) else "1 number" for k in KINDS],
        "numbers kept": [kept[k] for k in KINDS],
        "mean": [decimal(float(result.outputs[k].mean()), 3) for k in KINDS],
    }
    return Shown(
        numbers={
            "before": whole(result.x.size),
            "after": whole(result.outputs[spec.kind].size),
            "kept": kept[spec.kind],
            "formula": size_formula(spec),
            "apart": scientific(result.apart),
            "mean_x": decimal(float(result.x.mean()), 3),
            "mean_max": table["mean"][0],
            "mean_average": table["mean"][1],
        },
        rows=[Maps(pictures, alt), Table(table, alt)],
        right=prediction(result, spec.kind),
    )


def _windows(spec: PoolingSpec, kind: str) -> list[list[tuple[int, int]]]:
    """The cells of every window, as the formula says: o·stride + t·dilation − pad, where that lies on x."""
    layer, (height, width, _) = spec.layer_of(kind), spec.input_shape
    if not isinstance(layer, Pooling):
        return [[(row, column) for row in range(height) for column in range(width)]]
    windows = layer.windows(spec.input_shape)
    rows, columns = ([[int(i) for i in window] for window in windows.positions(axis)] for axis in (0, 1))
    return [
        [(i, j) for i in down for j in across if 0 <= i < height and 0 <= j < width]
        for down in rows
        for across in columns
    ]


def _pooled(x: Array, kind: str, window: list[tuple[int, int]]) -> float:
    cells = [float(x[cell]) for cell in window]
    return max(cells) if kind in (MAX, GLOBAL_MAX) else sum(cells) / len(cells)
