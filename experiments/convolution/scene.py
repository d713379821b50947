"""The microscope's scene: its grids, and for every number the step that made it, forward and backward."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.layers.window import Windows
from experiments.convolution.differences import TOO_COSTLY, Differences, differences
from experiments.convolution.microscope import Microscope, microscope
from experiments.convolution.scales import scales
from experiments.convolution.spec import ConvolutionSpec
from experiments.edits import LIMIT
from experiments.losses import HALF_SQUARES, NAMES, NOTES
from experiments.rules import indices, read, rule, same
from experiments.scene import Edit, Grid, Group, Phase, Scale, Scene, Step, Sum


def scene(spec: ConvolutionSpec) -> Scene:
    """The learner's layer under the microscope, its gradients once more by differences beside it."""
    m = microscope(spec)
    return scene_of(spec, m, differences(spec, m))


def scene_of(spec: ConvolutionSpec, m: Microscope, numeric: Differences) -> Scene:
    """The grids of a microscope, and where each number comes from."""
    scale = scales(spec)
    picture, feature_map = ("row", "column", "channel"), ("row", "column", "filter")
    # with groups, a kernel's channels are not the picture's: another word, so that the lens does not link the two
    kernel = ("row", "column", "channel" if spec.groups == 1 else "channel of the group", "filter")
    edit = Edit(-LIMIT, LIMIT, 0.05)
    grids = [
        Grid("x", "x", "input", "input", picture, m.x, Scale(1, "brightness"), column=0, note="The picture itself."),
        Grid("w", "w", "kernel", "weight", kernel, m.w, scale["w"], column=1, edit=edit),
        Grid("y", "y", "output", "activation", feature_map, m.y, scale["y"], column=2),
        _gradient("x", picture, m.dx, scale["dx"], numeric.dx, column=0),
        _gradient("w", kernel, m.dw, scale["dw"], numeric.dw, column=1),
        _gradient("y", feature_map, m.dy, scale["dy"], numeric.dy, column=2, note=NOTES[spec.loss]),
    ]
    if m.b is not None and m.db is not None:
        grids += [
            Grid("b", "b", "bias", "weight", ("filter",), m.b, Scale(1), column=1, edit=edit),
            _gradient("b", ("filter",), m.db, scale["dw"], numeric.db, column=1),
        ]
    strongest = int(np.argmax(m.y))
    return Scene(
        title="Convolution, forward and backward",
        lanes=("Forward: values, left to right", f"Backward: gradients of {NAMES[spec.loss]}, right to left"),
        phases=(
            Phase("forward", "Forward", "right", 0, ("y", strongest), step="kernel position"),
            Phase("backward", "Backward", "left", 1, ("dw", int(np.argmax(np.abs(m.dw))))),
        ),
        grids=tuple(_without_single(grid) for grid in grids),
        steps=convolution_steps(m.windows, m.x.shape[-1], m.y.shape[-1], spec.groups, spec.use_bias)
        + ((Sum("dy", "backward", (same("y", m.y.shape),)),) if spec.loss == HALF_SQUARES else ()),
        loss=m.loss,
    )


def _gradient(
    of: str, axes: tuple[str, ...], values: Array, scale: Scale, numeric: Array | None, *, column: int, **more: Any
) -> Grid:
    """The grid of ∂L/∂of: with the same cells by differences, or why there are none."""
    check = {"unchecked": TOO_COSTLY} if numeric is None else {"numeric": numeric}
    return Grid(
        f"d{of}", f"∂L/∂{of}", "gradient", "gradient", axes, values, scale, lane=1, column=column, **check, **more
    )


def _without_single(grid: Grid) -> Grid:
    """Without the channel or filter axes that have one entry: a learner need not read "× 1". Flat indices stay."""
    keep = [i for i, size in enumerate(grid.values.shape) if size > 1 or i < 2]
    shape = tuple(grid.values.shape[i] for i in keep)
    numeric = None if grid.numeric is None else grid.numeric.reshape(shape)
    axes = tuple(grid.axes[i] for i in keep)
    return dataclasses.replace(grid, axes=axes, values=grid.values.reshape(shape), numeric=numeric)


def convolution_steps(
    windows: Windows, channels: int, filters: int, groups: int, use_bias: bool, batch: int = 1
) -> tuple[Step, ...]:
    """Forward and backward of a 2-D convolution, as rules over the grids x w b y dx dw db dy.

    The axis of the examples stands in front; with one example it need not be there.
    """
    (H, W), (OH, OW), (KH, KW) = windows.input_size, windows.output_size, windows.size
    (s0, s1), (d0, d1), ((a0, _), (a1, _)) = windows.strides, windows.dilation, windows.pads
    channels, filters = channels // groups, filters // groups  # of one group
    x, w, y = (batch, H, W, groups, channels), (KH, KW, channels, groups, filters), (batch, OH, OW, groups, filters)
    n, o0, o1, g, f, t0, t1, c, i0, i1 = indices("n o0 o1 g f t0 t1 c i0 i1")
    # y[n, o0, o1, g, f] = b[g, f] + Σ_{t0, t1, c} x[n, o0·s + t0·d − a, o1·s + t1·d − a, g, c] · w[t0, t1, c, g, f]
    x_at = read(x, n, s0 * o0 + d0 * t0 - a0, s1 * o1 + d1 * t1 - a1, g, c)
    w_at = read(w, t0, t1, c, g, f)
    dy_at = read(y, n, o0, o1, g, f)
    cells = {n: batch, o0: OH, o1: OW, g: groups, f: filters}
    forward = [Group(("x", "w"), rule(cells, {t0: KH, t1: KW, c: channels}, x_at, w_at))]
    # dx[n, i0, i1, g, c] = Σ_{t0, t1, f} w[t0, t1, c, g, f] · dy[n, (i0 + a − t0·d) / s, (i1 + a − t1·d) / s, g, f]
    dx_at = read(y, n, (i0 - d0 * t0 + a0) / s0, (i1 - d1 * t1 + a1) / s1, g, f)
    dx = rule({n: batch, i0: H, i1: W, g: groups, c: channels}, {t0: KH, t1: KW, f: filters}, w_at, dx_at)
    # dw[t0, t1, c, g, f] = Σ_{n, o0, o1} x[n, o0·s + t0·d − a, o1·s + t1·d − a, g, c] · dy[n, o0, o1, g, f]
    dw = rule({t0: KH, t1: KW, c: channels, g: groups, f: filters}, {n: batch, o0: OH, o1: OW}, x_at, dy_at)
    backward = [
        Sum("dx", "backward", (Group(("w", "dy"), dx),)),
        Sum("dw", "backward", (Group(("x", "dy"), dw),)),
    ]
    if use_bias:
        forward.append(Group(("b",), rule(cells, {}, read((groups, filters), g, f))))
        # db[g, f] = Σ_{n, o0, o1} dy[n, o0, o1, g, f]
        db = rule({g: groups, f: filters}, {n: batch, o0: OH, o1: OW}, dy_at)
        backward.append(Sum("db", "backward", (Group(("dy",), db),)))
    return (Sum("y", "forward", tuple(forward)), *backward)
