"""PL4: how much of a small shift is left after pooling. Real digits, their edges, and four ways to half the size.

A digit moves over an empty canvas, pixel by pixel. How much does each map change, as a share of its own size?

    change = ‖P(x moved) − P(x)‖ / ‖P(x)‖        the median over digits, by way P

Beside max and average pooling of 2 × 2: a convolution of 2 × 2 with strides 2, its weights drawn at random (seeds 0–4,
their median), which is the other usual way to halve the size; and one maximum over the whole map.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.datasets import digits
from engine.layers import AveragePooling2D, Conv2D, GlobalMaxPooling2D, MaxPooling2D
from experiments.numbers import decimal, ends
from experiments.pooling.spec import edges
from experiments.scene import Scale
from experiments.shown import Lines, Maps, Picture, Shown

MARGIN, TRAVEL, DIGITS, SEEDS = 4, 4, 200, range(5)
MAP, MAXIMUM, MEAN, STRIDED = "the map itself", "max pooling", "average pooling", "strided convolution"
GLOBAL = "global max pooling"
EXAMPLE = 0  # that is drawn


class Shifted(NamedTuple):
    changes: dict[str, Array]  # way → (TRAVEL + 1, digits)
    maps: dict[str, Array]  # way → (TRAVEL + 1, rows, columns), of one digit
    strided: Array  # (seeds,)  medians of the strided convolution at a shift of 1

    def median(self, way: str) -> Array:
        """(TRAVEL + 1,)"""
        return np.median(self.changes[way], axis=1)


def shifted() -> Shifted:
    """The first 200 digits at shifts of 0 to 4 pixels to the right."""
    images = digits().images[:DIGITS].astype(np.float64)
    places = [
        np.pad(images, ((0, 0), (MARGIN,) * 2, (MARGIN + by, MARGIN + TRAVEL - by), (0, 0))) for by in range(TRAVEL + 1)
    ]
    maps = np.stack([edges(np.ascontiguousarray(place)) for place in places])  # (shifts, digits, H, W, 1)
    ways = {MAP: maps, MAXIMUM: _each(MaxPooling2D(), {}, maps), MEAN: _each(AveragePooling2D(), {}, maps)}
    layer = Conv2D(1, 2, 2, use_bias=False)
    strided = [
        _each(layer, layer.init(np.random.default_rng(seed), maps.shape[2:], np.float64)[0], maps) for seed in SEEDS
    ]
    whole, _ = GlobalMaxPooling2D().forward({}, maps.reshape(-1, *maps.shape[2:]))
    ways[GLOBAL] = whole.reshape(*maps.shape[:2], 1, 1, 1)
    changes = {way: change(pooled) for way, pooled in ways.items()}
    by_seed = np.stack([change(pooled) for pooled in strided])
    changes[STRIDED] = np.median(by_seed, axis=0)
    drawn = {way: pooled[:, EXAMPLE, ..., 0] for way, pooled in (ways | {STRIDED: strided[0]}).items()}
    return Shifted(changes, drawn, np.median(by_seed[:, 1], axis=1))


def change(maps: Array) -> Array:
    """(shifts, digits): how far each map is from where it began, as a share of its size then."""
    flat = maps.reshape(*maps.shape[:2], -1)
    return np.linalg.norm(flat - flat[0], axis=2) / np.linalg.norm(flat[0], axis=1)


def show(_: None = None) -> Shown:
    result = shifted()
    medians = {way: result.median(way) for way in result.changes}
    at_one = {way: decimal(float(line[1])) for way, line in medians.items()}
    lines = {way: line for way, line in medians.items() if way != GLOBAL}  # which is 0 throughout
    alt = "Change at a shift of 1 pixel, median: " + ", ".join(f"{way} {share}" for way, share in at_one.items())
    pictures = [
        Picture(
            way, maps, Scale(4, "magnitude") if way != STRIDED else Scale(4), "input" if way == MAP else "activation"
        )
        for way, maps in result.maps.items()
    ]
    own = {way: change(maps[:, None])[:, 0] for way, maps in result.maps.items()}  # of the digit that is drawn
    captions = [
        f"this digit, moved by {by}: "
        + ", ".join(f"{way} changes by {decimal(float(line[by]))}" for way, line in own.items())
        for by in range(TRAVEL + 1)
    ]
    return Shown(
        numbers={
            "map": at_one[MAP],
            "max": at_one[MAXIMUM],
            "average": at_one[MEAN],
            "strided": at_one[STRIDED],
            "strided_ends": ends(result.strided),
            "global": at_one[GLOBAL],
            "max_two": decimal(float(medians[MAXIMUM][2])),
            "map_two": decimal(float(medians[MAP][2])),
            "smaller": f"{decimal(100 * float(np.mean(result.changes[MAXIMUM][1] < result.changes[MAP][1])), 0)} %",
        },
        rows=[
            Maps(pictures, alt, frames=captions, start=1),
            Lines(range(TRAVEL + 1), lines, "shift, pixels", "change, median share of the map", alt),
        ],
    )


def _each(layer: MaxPooling2D | AveragePooling2D | Conv2D, params: dict[str, Array], maps: Array) -> Array:
    """The layer on every map: (shifts, digits, OH, OW, 1)."""
    y, _ = layer.forward(params, maps.reshape(-1, *maps.shape[2:]))
    return y.reshape(*maps.shape[:2], *y.shape[1:])
