"""Recomputes the cells of a scene from its steps: what the lens shows as arithmetic.

Tests hold it against the engine's numbers, and the browser's twin (assets/lens/steps.js) against the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.scene.activations import ACTIVATIONS, through
from experiments.scene.format import Group, Listed, Map, Pick, Scene, Select, Step, Window

# The named functions of a Map; assets/lens/functions.js has their twins, a test compares the two.
FUNCTIONS: Mapping[str, Callable[..., Array]] = {
    "identity": lambda a: a,
    "negative": np.negative,
    "relu": lambda a: np.maximum(a, 0),
    "step": lambda a: (a > 0).astype(np.float64),  # slope of ReLU
    "tanh": np.tanh,
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "exp": np.exp,
    "log": np.log,
    "one minus square": lambda a: 1 - a * a,  # slope of tanh, from its output
    "one minus": lambda a: 1 - a,
    "times one minus": lambda a: a * (1 - a),  # slope of σ, from its output
    "one over root": lambda a: 1 / np.sqrt(a),
    "difference": lambda a, b: a - b,
    "quotient": lambda a, b: a / b,
    "where positive": lambda a, b: np.where(b <= 0, 0, a),  # backward of ReLU: a gradient, and what ReLU was given
    **{name: each.f for name, each in ACTIVATIONS.items()},
    **{f"through {name}": through(name) for name in ACTIVATIONS},
}


class Terms(NamedTuple):
    """The terms of every cell of a target, in order: term k adds to cell[k] and reads cells[f][k] of factor f."""

    cell: Array  # (terms,)
    cells: tuple[Array, ...]  # a factor each: (terms,)


def terms(index: Listed | Window) -> Terms:
    """Writes an index out as a list of terms."""
    if isinstance(index, Listed):
        return Terms(np.repeat(np.arange(len(index.start) - 1), np.diff(index.start)), index.cells)
    t = np.indices(index.target).reshape(len(index.target), math.prod(index.target), 1)  # (axes, cells, 1)
    k = np.indices(index.loop).reshape(len(index.loop), 1, math.prod(index.loop))  # (axes, 1, loop)
    exists = np.ones((t.shape[1], k.shape[2]), bool)
    flats = []
    for read in index.reads:
        flat = np.zeros(exists.shape, np.int64)
        for size, by_target, by_loop, offset, divisor in zip(
            read.shape, read.target, read.loop, read.offset, read.divisor, strict=True
        ):
            at = offset + sum(a * t[i] for i, a in enumerate(by_target)) + sum(a * k[i] for i, a in enumerate(by_loop))
            exists &= (at % divisor == 0) & (at >= 0) & (at < size * divisor)
            flat = flat * size + at // divisor
        flats.append(flat)
    return Terms(np.nonzero(exists)[0], tuple(flat[exists] for flat in flats))


def evaluate(scene: Scene, step: Step, frame: int = 0) -> Array:
    """The cells of a step's target from the other grids, flat."""
    size = values(scene, step.target, frame).size
    if isinstance(step, Select):
        return values(scene, step.group.factors[0], frame)[_in_frame(step.winner, size, frame)]
    if isinstance(step, Pick):
        return values(scene, step.group.factors[1], frame)[terms(step.group.index).cells[1]]
    if isinstance(step, Map):
        arguments = [
            g.coefficient * values(scene, g.factors[0], frame)[terms(g.index).cells[0]] for g in step.arguments
        ]
        return FUNCTIONS[step.function](*arguments)
    total = np.zeros(size)
    if step.constant is not None:
        total += _in_frame(step.constant, size, frame)
    for group in step.groups:
        listed = terms(group.index)
        product = np.full(len(listed.cell), group.coefficient)
        for read, cells in zip(_read(scene, group, frame), listed.cells, strict=True):
            product = product * read[cells]
        total = total + np.bincount(listed.cell, product, size)
    return total if step.after is None else FUNCTIONS[step.after](total)


def _read(scene: Scene, group: Group, frame: int) -> Iterator[Array]:
    """The numbers of each factor, through its function if it has one."""
    for factor, function in zip(group.factors, group.through or (None,) * len(group.factors), strict=True):
        read = values(scene, factor, frame)
        yield read if function is None else FUNCTIONS[function](read)


def values(scene: Scene, grid_id: str, frame: int = 0) -> Array:
    """The numbers of a grid in a frame, flat."""
    grid = next(grid for grid in scene.grids if grid.id == grid_id)
    recorded = grid.values.ndim > len(grid.axes)
    return (grid.values[frame] if recorded else grid.values).ravel()


def _in_frame(array: Array, size: int, frame: int) -> Array:
    """What belongs to a frame, flat, of an array that holds one entry a cell, or one a frame and cell."""
    return array.reshape(-1, size)[frame if array.size > size else 0]
