"""Tensor and vector under the lens: every number of the one is a number of the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.arrays import Array
from experiments.flatten.spec import FlattenSpec
from experiments.flatten.unrolled import unrolled
from experiments.rules import indices, read, rule, same
from experiments.scene import Grid, Group, Phase, Role, Scale, Scene, Sum

REACH = Scale(4)
NOTE = "Edges of a digit in several directions: a convolution, a ReLU, a max pooling."


def scene(spec: FlattenSpec) -> Scene:
    u = unrolled(spec)
    map_, vector = ("row", "column", "channel"), ("place",)
    letters = indices("i j k")
    shape, turned = spec.shape, tuple(spec.shape[axis] for axis in spec.axes)
    places = tuple(letters[axis] for axis in spec.axes)

    def grid(id_: str, symbol: str, name: str, role: Role, axes: tuple[str, ...], values: Array, **more: Any) -> Grid:
        plane = (-1, 0) if axes == vector else None
        lane = int(role == "gradient")
        return Grid(id_, symbol, name, role, axes, values, REACH, lane=lane, plane=plane, **more)

    # y[n] = x[i, j, k], n runs through i, j, k in the order of the axes
    to_vector = rule(dict(zip(places, turned, strict=True)), {}, read(shape, *letters))
    to_map = rule(dict(zip(letters, shape, strict=True)), {}, read(turned, *places))
    return Scene(
        title="Flatten, forward and backward",
        lanes=("Forward: values, left to right", "Backward: gradients of L = ½ Σ y², right to left"),
        phases=(
            Phase("forward", "Forward", "right", 0, ("y", int(np.argmax(u.y))), step="number"),
            Phase("backward", "Backward", "left", 1, ("dx", int(np.argmax(u.dx)))),
        ),
        grids=(
            grid("x", "x", "tensor", "input", map_, u.x, column=0, note=NOTE),
            grid("y", "y", "vector", "activation", vector, u.y, column=1, span=2),
            grid("dx", "∂L/∂x", "gradient", "gradient", map_, u.dx, column=0, numeric=u.numeric),
            grid("dy", "∂L/∂y", "gradient", "gradient", vector, u.y, column=1, span=2),
        ),
        steps=(
            Sum("y", "forward", (Group(("x",), to_vector),)),
            Sum("dy", "backward", (same("y", u.y.shape),)),
            Sum("dx", "backward", (Group(("dy",), to_map),)),
        ),
        loss=u.loss,
    )
