"""The microscope's scene: its grids, and for every number the step that made it, forward and backward."""

from __future__ import annotations

import dataclasses

import numpy as np

from engine.arrays import Shape
from engine.layers.window import Windows
from experiments.convolution.differences import Differences, differences
from experiments.convolution.microscope import Microscope, microscope
from experiments.convolution.scales import scales
from experiments.convolution.spec import (
    EDIT_LIMIT,
    HALF_SQUARES,
    ONE_CELL,
    PLAIN_SUM,
    RANDOM_GRADIENT,
    ConvolutionSpec,
)
from experiments.rules import Index, indices, read, rule
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
    edit = Edit(-EDIT_LIMIT, EDIT_LIMIT, 0.05)
    grids = [
        Grid("x", "x", "input", "input", picture, m.x, Scale(1, "brightness"), 0, 0, note="The picture itself."),
        Grid("w", "w", "kernel", "weight", kernel, m.w, scale["w"], 0, 1, edit=edit),
        Grid("y", "y", "output", "activation", feature_map, m.y, scale["y"], 0, 2),
        Grid("dx", "∂L/∂x", "gradient", "gradient", picture, m.dx, scale["dx"], 1, 0, numeric=numeric.dx),
        Grid("dw", "∂L/∂w", "gradient", "gradient", kernel, m.dw, scale["dw"], 1, 1, numeric=numeric.dw),
        Grid(
            "dy",
            "∂L/∂y",
            "gradient",
            "gradient",
            feature_map,
            m.dy,
            scale["dy"],
            1,
            2,
            numeric=numeric.dy,
            note=_DY_NOTES[spec.loss],
        ),
    ]
    if m.b is not None and m.db is not None:
        grids += [
            Grid("b", "b", "bias", "weight", ("filter",), m.b, Scale(1), 0, 1, edit=edit),
            Grid("db", "∂L/∂b", "gradient", "gradient", ("filter",), m.db, scale["dw"], 1, 1, numeric=numeric.db),
        ]
    strongest = int(np.argmax(m.y))
    return Scene(
        title="Convolution, forward and backward",
        lanes=("Forward: values, left to right", f"Backward: gradients of {_LOSS_NAMES[spec.loss]}, right to left"),
        phases=(
            Phase("forward", "Forward", "right", 0, ("y", strongest), step="kernel position"),
            Phase("backward", "Backward", "left", 1, ("dw", int(np.argmax(np.abs(m.dw))))),
        ),
        grids=tuple(_without_single(grid) for grid in grids),
        steps=convolution_steps(m.windows, m.x.shape[-1], m.y.shape[-1], spec.groups, spec.use_bias)
        + ((Sum("dy", "backward", (_same("y", m.y.shape),)),) if spec.loss == HALF_SQUARES else ()),
        loss=m.loss,
    )


_LOSS_NAMES = {
    HALF_SQUARES: "L = ½ Σ y²",
    PLAIN_SUM: "L = Σ y",
    ONE_CELL: "L = one cell of y",
    RANDOM_GRADIENT: "L = Σ r·y, r random",
}
_DY_NOTES = {
    HALF_SQUARES: None,  # a step makes it: ∂L/∂y = y
    PLAIN_SUM: "L is the plain sum of y: every cell counts once.",
    ONE_CELL: "L is one cell of y, the middle one: its gradient is 1, all others are 0.",
    RANDOM_GRADIENT: "Drawn from the seed, as if a layer after this one had sent it back.",
}


def _without_single(grid: Grid) -> Grid:
    """Without the channel or filter axes that have one entry: a learner need not read "× 1". Flat indices stay."""
    keep = [i for i, size in enumerate(grid.values.shape) if size > 1 or i < 2]
    shape = tuple(grid.values.shape[i] for i in keep)
    numeric = None if grid.numeric is None else grid.numeric.reshape(shape)
    axes = tuple(grid.axes[i] for i in keep)
    return dataclasses.replace(grid, axes=axes, values=grid.values.reshape(shape), numeric=numeric)


def convolution_steps(windows: Windows, channels: int, filters: int, groups: int, use_bias: bool) -> tuple[Step, ...]:
    """Forward and backward of a 2-D convolution on one example, as rules over the grids x w b y dx dw db dy."""
    (h, width), (oh, ow), (kh, kw) = windows.input_size, windows.output_size, windows.size
    (sh, sw), (eh, ew), ((ph, _), (pw, _)) = windows.strides, windows.dilation, windows.pads
    channels, filters = channels // groups, filters // groups  # of one group
    x, w, y = (h, width, groups, channels), (kh, kw, channels, groups, filters), (oh, ow, groups, filters)
    o, p, g, f, u, v, c, i, j = indices("o p g f u v c i j")
    # y[o, p, g, f] = b[g, f] + Σ_{u, v, c} x[o·s + u·e − pad, p·s + v·e − pad, g, c] · w[u, v, c, g, f]
    x_at = read(x, sh * o + eh * u - ph, sw * p + ew * v - pw, g, c)
    w_at = read(w, u, v, c, g, f)
    dy_at = read(y, o, p, g, f)
    cells = {o: oh, p: ow, g: groups, f: filters}
    forward = [Group(("x", "w"), rule(cells, {u: kh, v: kw, c: channels}, x_at, w_at))]
    # dx[i, j, g, c] = Σ_{u, v, f} w[u, v, c, g, f] · dy[(i + pad − u·e) / s, (j + pad − v·e) / s, g, f]
    dx_at = read(y, (i - eh * u + ph) / sh, (j - ew * v + pw) / sw, g, f)
    dx = rule({i: h, j: width, g: groups, c: channels}, {u: kh, v: kw, f: filters}, w_at, dx_at)
    # dw[u, v, c, g, f] = Σ_{o, p} x[o·s + u·e − pad, p·s + v·e − pad, g, c] · dy[o, p, g, f]
    dw = rule({u: kh, v: kw, c: channels, g: groups, f: filters}, {o: oh, p: ow}, x_at, dy_at)
    backward = [
        Sum("dx", "backward", (Group(("w", "dy"), dx),)),
        Sum("dw", "backward", (Group(("x", "dy"), dw),)),
    ]
    if use_bias:
        forward.append(Group(("b",), rule(cells, {u: 1}, read((groups, filters), g, f))))
        # db[g, f] = Σ_{o, p} dy[o, p, g, f]
        db = rule({g: groups, f: filters}, {o: oh, p: ow}, dy_at)
        backward.append(Sum("db", "backward", (Group(("dy",), db),)))
    return (Sum("y", "forward", tuple(forward)), *backward)


def _same(grid: str, shape: Shape) -> Group:
    """The very cell of another grid of the same shape."""
    letters = indices(" ".join("abcdef"[: len(shape)]))
    return Group(
        (grid,), rule(dict(zip(letters, shape, strict=True)), {Index((("one", 1),)): 1}, read(shape, *letters))
    )
