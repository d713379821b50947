"""The lens on one dense layer, with a drawing of it: a connection is a cell of the kernel.

forward    a_j = b_j + Σ_i x_i W_ij        y_j = f(a_j)
backward   ∂L/∂W_ij = x_i ∂L/∂a_j          ∂L/∂b_j = ∂L/∂a_j        ∂L/∂x_i = Σ_j ∂L/∂a_j W_ij
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.arrays import Array
from experiments.dense.forward import Differences, Run, differences, run
from experiments.dense.spec import DIGIT, KINKS, LINEAR, LOG_SOFTMAX, RELU, SIDE, DenseSpec
from experiments.edits import LIMIT
from experiments.rules import indices, read, rule, same
from experiments.scene import Edit, Grid, Group, Map, Network, Phase, Role, Scale, Scene, Step, Sum, Units

INPUT, UNIT = "input", "unit"
COLUMN = (0, -1)
REACH = 1.5  # of inputs, weights and sums; what lies beyond is marked
GIVEN = "Drawn from the seed, with two decimals. Change it."
PIXELS = f"A digit, averaged to {SIDE} × {SIDE} parts, row by row: 0 paper, 1 ink."
KERNEL = "Drawn from the seed as kernel_initializer says, with two decimals. Change it."
BIAS = "Drawn from the seed, so that there is something to see; a fresh layer begins with 0."
TARGET = "Drawn from the seed: what the layer should answer."
SLOPES = {"tanh": "one minus square", "sigmoid": "times one minus"}  # of a function, from its output


def scene(spec: DenseSpec) -> Scene:
    """The learner's layer, its gradients once more by differences beside them."""
    found = run(spec)
    return scene_of(spec, found, differences(spec, found))


def scene_of(spec: DenseSpec, found: Run, numeric: Differences | None) -> Scene:
    """The grids of one pass, and where each number comes from."""
    return Scene(
        title="A dense layer, forward and backward",
        lanes=("Forward: values, left to right", "Backward: gradients of L = ½ Σ (y − t)², right to left"),
        phases=(
            Phase("forward", "Forward", "right", 0, ("y" if spec.activation == LINEAR else "a", 0)),
            Phase("backward", "Backward", "left", 1, ("dw", 0)),
        ),
        grids=_grids(spec, found, numeric),
        steps=_steps(spec),
        loss=found.loss,
        network=Network(
            units=(
                Units("input", {"forward": "x", "backward": "dx"}),
                Units("output", {"forward": "y", "backward": "dy" if spec.activation == LINEAR else "da"}),
            ),
            weights=("w",),
            slopes=("dw",),
        ),
    )


def _grids(spec: DenseSpec, found: Run, numeric: Differences | None) -> tuple[Grid, ...]:
    scale, edit = Scale(REACH), Edit(-LIMIT, LIMIT, 0.05)
    checked = None if numeric is not None else kink(spec)

    def vector(id_: str, name: str, role: Role, axis: str, column: int, values: Array, **more: Any) -> Grid:
        return Grid(id_, id_, name, role, (axis,), values, scale, column=column, plane=COLUMN, **more)

    def gradient(of: str, symbol: str, axes: tuple[str, ...], column: int, values: Array) -> Grid:
        return Grid(
            f"d{of}", f"∂L/∂{symbol}", "gradient", "gradient", axes, values, scale, lane=1, column=column,
            plane=COLUMN if len(axes) == 1 else None,
            numeric=None if numeric is None else getattr(numeric, f"d{of}"), unchecked=checked,
        )  # fmt: skip

    given = PIXELS if spec.data == DIGIT else GIVEN
    grids = [
        vector("x", "input", "input", INPUT, 0, found.x, edit=edit, note=given),
        Grid("w", "W", "kernel", "weight", (INPUT, UNIT), found.w, scale, column=1, edit=edit, note=KERNEL),
        vector("y", "output", "activation", UNIT, 4, found.y),
        vector("t", "target", "input", UNIT, 5, found.t, note=TARGET),
        gradient("x", "x", (INPUT,), 0, found.dx),
        gradient("w", "W", (INPUT, UNIT), 1, found.dw),
        gradient("y", "y", (UNIT,), 4, found.dy),
    ]
    if found.b is not None and found.db is not None:
        grids.insert(2, vector("b", "bias", "weight", UNIT, 2, found.b, edit=edit, note=BIAS))
        grids.append(gradient("b", "b", (UNIT,), 2, found.db))
    if spec.activation != LINEAR:
        grids.insert(-1, vector("a", "sums", "activation", UNIT, 3, found.a))
        grids.append(gradient("a", "a", (UNIT,), 3, found.da))
    if spec.activation == LOG_SOFTMAX:
        grids.append(
            vector("z", "log of Σ exp a", "activation", "all units", 3, np.logaddexp.reduce(found.a, keepdims=True))
        )
    return tuple(sorted(grids, key=lambda grid: (grid.lane, grid.column)))


def kink(spec: DenseSpec) -> str:
    """Why no gradient is compared."""
    _, taken = KINKS[spec.activation]
    return f"a sum stands on a kink of {spec.activation}, where there is no derivative; {taken} is taken"


def _steps(spec: DenseSpec) -> tuple[Step, ...]:
    n, u = spec.size, spec.units
    i, j = indices("i j")
    linear = spec.activation == LINEAR
    sums, dsums = ("y", "dy") if linear else ("a", "da")
    added = (same("b", (u,)),) if spec.use_bias else ()
    product = Group(("x", "w"), rule({j: u}, {i: n}, read((n,), i), read((n, u), i, j)))
    steps: list[Step] = [
        # a = x W + b
        Sum(sums, "forward", (product, *added)),
        # L = ½ Σ (y − t)²,  dy = y − t
        Sum("dy", "backward", (same("y", (u,)), Group(("t",), same("t", (u,)).index, -1.0))),
        # dW = xᵀ da
        Sum("dw", "backward", (Group(("x", dsums), rule({i: n, j: u}, {}, read((n,), i), read((u,), j))),)),
        # dx = da Wᵀ
        Sum("dx", "backward", (Group((dsums, "w"), rule({i: n}, {j: u}, read((u,), j), read((n, u), i, j))),)),
    ]
    if spec.use_bias:
        steps.append(Sum("db", "backward", (same(dsums, (u,)),)))
    if spec.activation == LOG_SOFTMAX:
        steps += _log_softmax(u)
    elif not linear:
        # y = f(a)
        steps += [Map("y", "forward", spec.activation, (same("a", (u,)),)), _through(spec)]
    return tuple(steps)


def _log_softmax(u: int) -> list[Step]:
    i, j = indices("i j")
    every = rule({j: u}, {i: u}, read((u,), i), read((u,), j))
    return [
        # z = log Σ eᵃ
        Sum("z", "forward", (Group(("a",), rule({j: 1}, {i: u}, read((u,), i)), through=("exp",)),), after="log"),
        # y = a − z
        Sum("y", "forward", (same("a", (u,)), Group(("z",), rule({j: u}, {}, read((1,), 0 * j)), -1.0))),
        # da = dy − eʸ Σ dy
        Sum("da", "backward", (same("dy", (u,)), Group(("dy", "y"), every, -1.0, (None, "exp")))),
    ]


def _through(spec: DenseSpec) -> Step:
    """da from dy: by the slope, from the output if it knows it, else from what the function was given."""
    u, (j,) = spec.units, indices("j")
    if spec.activation not in SLOPES:
        function = "where positive" if spec.activation == RELU else f"through {spec.activation}"
        return Map("da", "backward", function, (same("dy", (u,)), same("a", (u,))))
    index = rule({j: u}, {}, read((u,), j), read((u,), j))
    return Sum("da", "backward", (Group(("dy", "y"), index, through=(None, SLOPES[spec.activation])),))
