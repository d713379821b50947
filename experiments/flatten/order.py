"""FL1: [10, 10, 64] → [6400], a bridge without parameters. Where each number goes, and that it comes back.

    n = (a·B + b)·C + c        a, b, c: the three indices, the slowest first; B, C: the sizes of the last two axes

Any order will do, as long as it stays the same: weights that were learned behind one order are wrong behind another,
and right again once their rows are put into it.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, Shape
from engine.layers import Dense, Flatten, GlobalAveragePooling2D
from engine.network import Sequential
from experiments.flatten.spec import AXES, ORDERS, ROW_MAJOR, FlattenSpec
from experiments.flatten.unrolled import there_and_back
from experiments.numbers import significant, whole
from experiments.scene import Scale
from experiments.shown import Maps, Picture, Shown, Table

NOTES: Shape = (10, 10, 64)  # the example of the notes
UNITS = 10
LETTERS = "ijk"


class Order(NamedTuple):
    places: dict[str, Array]  # order → (rows, columns, channels): the index of each number, by the layer
    by_formula: bool  # all of them, of the notes' shape as well, are what the formula says
    exact: bool  # there and back, every number is the same bit by bit
    flat: int  # length of the notes' vector
    mixed: float  # largest change of ten outputs, when their weights are behind another order
    sorted: float  # the same once the rows of the weights are in that order


def order(spec: FlattenSpec) -> Order:
    places = {name: placed(spec.shape, axes) for name, axes in AXES.items()}
    by_formula = all(
        np.array_equal(placed(shape, axes), index(tuple(np.indices(shape)), shape, axes))
        for axes in AXES.values()
        for shape in (spec.shape, NOTES)
    )
    x = np.random.default_rng(0).standard_normal(NOTES)
    exact = all(
        np.array_equal(there_and_back(each, axes)[1], each) for axes in AXES.values() for each in (x, spec.input())
    )
    # a dense layer of ten units, behind the learner's order and behind row-major
    (flat,) = Flatten().output_shape(NOTES)
    dense = Dense(UNITS)
    params, _ = dense.init(np.random.default_rng(0), (flat,), np.float64)
    axes = spec.axes if spec.order != ROW_MAJOR else AXES[ORDERS[2]]
    before, after = (there_and_back(x, each)[0][None] for each in (AXES[ROW_MAJOR], axes))
    rows = placed(NOTES, AXES[ROW_MAJOR]).transpose(axes).ravel()
    y = dense.forward(params, before)[0]
    moved = {**params, "kernel": np.ascontiguousarray(params["kernel"][rows])}
    return Order(
        places=places,
        by_formula=by_formula,
        exact=exact,
        flat=flat,
        mixed=float(np.abs(dense.forward(params, after)[0] - y).max()),
        sorted=float(np.abs(dense.forward(moved, after)[0] - y).max()),
    )


def placed(shape: Shape, axes: tuple[int, ...]) -> Array:
    """The index in the vector of every number of a tensor, asked of the layer: it flattens their own numbers."""
    turned = tuple(shape[axis] for axis in axes)
    y, trace = Flatten().forward({}, np.zeros((1, *turned)))
    back, _ = Flatten().backward({}, trace, np.arange(y.size, dtype=np.float64)[None])
    return np.ascontiguousarray(back[0].transpose(np.argsort(axes))).astype(np.int64)


def index(i: tuple[Array, ...], shape: Shape, axes: tuple[int, ...]) -> Array:
    """n of the formula."""
    a, b, c = (i[axis] for axis in axes)
    return (a * shape[axes[1]] + b) * shape[axes[2]] + c


def formula(spec: FlattenSpec, name: str | None = None) -> str:
    """With the learner's sizes: "(i·3 + j)·2 + k"."""
    axes = AXES[name or spec.order]
    a, b, c = (LETTERS[axis] for axis in axes)
    return f"({a}·{spec.shape[axes[1]]} + {b})·{spec.shape[axes[2]]} + {c}"


def heads() -> dict[str, tuple[Shape, int]]:
    """What a dense layer of ten units is given, and its parameters: behind Flatten and behind global pooling."""
    bridges = {"Flatten": Flatten(), "global average pooling": GlobalAveragePooling2D()}
    return {
        name: (bridge.output_shape(NOTES), Sequential((bridge, Dense(UNITS))).parameter_count(NOTES))
        for name, bridge in bridges.items()
    }


def show(spec: FlattenSpec) -> Shown:
    result, behind = order(spec), heads()
    size = float(max(prod(spec.shape) - 1, 1))
    pictures = [
        Picture(name, np.moveaxis(places, -1, 0).astype(np.float64), Scale(size, "magnitude"), "input", printed=True)
        for name, places in result.places.items()
    ]
    last = tuple(n - 1 for n in spec.shape)
    corner = (spec.rows - 1, 0, spec.channels - 1)
    goes = {name: int(places[corner]) for name, places in result.places.items()}
    alt = f"The index of x{list(corner)}: " + ", ".join(f"{name} {n}" for name, n in goes.items())
    return Shown(
        numbers={
            "flat": whole(result.flat),
            "shape": str([result.flat]),
            "agree": "All" if result.by_formula else "Not all",
            "exact": "bit by bit" if result.exact else "not exactly",
            "mixed": significant(result.mixed),
            "sorted": significant(result.sorted),
            "formula": formula(spec),
            "cell": f"x[{', '.join(map(str, corner))}]",
            "goes": whole(goes[spec.order]),
            "last": f"x[{', '.join(map(str, last))}]",
            "last_goes": whole(int(result.places[spec.order][last])),
            "parameters": whole(behind["Flatten"][1]),
            "parameters_global": whole(behind["global average pooling"][1]),
        },
        rows=[
            Maps(pictures, alt, frames=[f"index in the vector, channel {k}" for k in range(spec.channels)]),
            Table(
                {
                    "order": list(result.places),
                    "index of x[i, j, k]": [formula(spec, name) for name in result.places],
                    f"x{list(corner)} goes to": list(goes.values()),
                },
                alt,
            ),
            Table(
                {
                    "bridge, from [10, 10, 64]": list(behind),
                    "Dense(10) is given": [str(shape) for shape, _ in behind.values()],
                    "its parameters": [parameters for _, parameters in behind.values()],
                },
                f"Dense(10) behind Flatten: {whole(behind['Flatten'][1])} parameters",
            ),
        ],
    )
