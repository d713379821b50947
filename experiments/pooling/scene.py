"""The window under the lens: its grids, and for every number the step that made it, forward and backward."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.arrays import Array
from engine.layers.pooling import Pooling
from experiments.losses import HALF_SQUARES, NAMES, NOTES
from experiments.pooling.microscope import Microscope, differences, microscope
from experiments.pooling.spec import PICTURE, PoolingSpec, reach
from experiments.rules import indices, read, rule, same
from experiments.scene import Grid, Group, Listed, Phase, Role, Scale, Scene, Select, Step, Sum, Window

MAP = ("row", "column")
SHARE = "1 / n, for the n cells of this window: padding does not count. Nothing of it is learned."
NOTE = {True: "The picture itself.", False: "The picture's upright edges: a 3 × 3 convolution and a ReLU."}


def scene(spec: PoolingSpec) -> Scene:
    m = microscope(spec)
    numeric = differences(spec, m)
    size = reach(spec)
    slope = Scale(size.max if spec.loss == HALF_SQUARES else 1)
    out = ("channel",) if spec.is_global else MAP
    y, dx, dy = (_flat(values, spec) for values in (m.y, m.dx, m.dy))

    def grid(id_: str, symbol: str, name: str, role: Role, axes: tuple[str, ...], values: Array, **more: Any) -> Grid:
        scale = slope if role == "gradient" else size
        return Grid(id_, symbol, name, role, axes, values, scale, lane=int(role == "gradient"), **more)

    grids = [
        grid("x", "x", "input", "input", MAP, m.x[..., 0], column=0, note=NOTE[spec.map == PICTURE]),
        grid("y", "y", "output", "activation", out, y, column=2),
        grid("dx", "∂L/∂x", "gradient", "gradient", MAP, dx, column=0, numeric=numeric.dx[..., 0]),
        grid(
            "dy",
            "∂L/∂y",
            "gradient",
            "gradient",
            out,
            dy,
            column=2,
            numeric=_flat(numeric.dy, spec),
            note=NOTES[spec.loss],
        ),
    ]
    if _uneven(m):
        assert m.share is not None
        grids.append(Grid("a", "1/n", "share", "weight", out, m.share, Scale(1, "magnitude"), column=2, note=SHARE))
    return Scene(
        title=f"{spec.kind.capitalize()} pooling, forward and backward",
        lanes=("Forward: values, left to right", f"Backward: gradients of {NAMES[spec.loss]}, right to left"),
        phases=(
            Phase("forward", "Forward", "right", 0, ("y", int(np.argmax(y))), step="window"),
            Phase("backward", "Backward", "left", 1, ("dx", int(np.argmax(np.abs(dx))))),
        ),
        grids=tuple(grids),
        steps=_steps(spec, m),
        loss=m.loss,
    )


def _steps(spec: PoolingSpec, m: Microscope) -> tuple[Step, ...]:
    window, back = _rules(spec, m)
    steps: list[Step] = []
    if m.winners is not None:
        winners = m.winners if spec.is_global else m.winners[..., 0]
        # y[o] = max_t x[o·s + t·d − a],  dx[i] = Σ dy[o] over all o whose winner is i
        steps = [
            Select("y", "forward", Group(("x",), window(1)), winners),
            Sum("dx", "backward", (Group(("dy",), _won(winners, m.x.size)),)),
        ]
    elif _uneven(m):
        # y[o] = Σ_t x[o·s + t·d − a] · 1/n[o],  dx[i] = Σ_t dy[o] · 1/n[o]
        steps = [
            Sum("y", "forward", (Group(("x", "a"), window(2)),)),
            Sum("dx", "backward", (Group(("dy", "a"), back(2)),)),
        ]
    else:
        assert m.share is not None
        share = float(m.share.flat[0])
        steps = [
            Sum("y", "forward", (Group(("x",), window(1), share),)),
            Sum("dx", "backward", (Group(("dy",), back(1), share),)),
        ]
    if spec.loss == HALF_SQUARES:
        steps.append(Sum("dy", "backward", (same("y", (1,) if spec.is_global else m.y.shape[:2]),)))
    return tuple(steps)


def _rules(spec: PoolingSpec, m: Microscope) -> tuple[Any, Any]:
    """Which cells of x a cell of y reads, and the other way round: for the first factor, and for 1/n beside it."""
    layer, shape = spec.layer, m.x.shape[:2]
    o0, o1, i0, i1, t0, t1, c = indices("o0 o1 i0 i1 t0 t1 c")
    if not isinstance(layer, Pooling):
        # one window: all of x
        return (
            lambda _: rule({c: 1}, {i0: shape[0], i1: shape[1]}, read(shape, i0, i1)),
            lambda _: rule({i0: shape[0], i1: shape[1]}, {c: 1}, read((1,), c)),
        )
    windows = layer.windows(m.x.shape)
    (OH, OW), (KH, KW) = windows.output_size, windows.size
    (s0, s1), (d0, d1), ((a0, _), (a1, _)) = windows.strides, windows.dilation, windows.pads
    out = (OH, OW)
    x_at = read(shape, s0 * o0 + d0 * t0 - a0, s1 * o1 + d1 * t1 - a1)
    dy_at = read(out, (i0 - d0 * t0 + a0) / s0, (i1 - d1 * t1 + a1) / s1)

    def window(factors: int) -> Window:
        return rule({o0: OH, o1: OW}, {t0: KH, t1: KW}, *(x_at, read(out, o0, o1))[:factors])

    def back(factors: int) -> Window:
        return rule({i0: shape[0], i1: shape[1]}, {t0: KH, t1: KW}, *(dy_at, dy_at)[:factors])

    return window, back


def _won(winners: Array, cells: int) -> Listed:
    """For each cell of x, the windows that it won."""
    flat = winners.ravel()
    order = np.argsort(flat, kind="stable")
    return Listed(np.searchsorted(flat[order], np.arange(cells + 1)).astype(np.uint32), (order.astype(np.uint32),))


def _uneven(m: Microscope) -> bool:
    """Whether windows of an average differ in their number of cells, because some hang over the border."""
    return m.share is not None and bool(np.ptp(m.share) > 0)


def _flat(values: Array, spec: PoolingSpec) -> Array:
    """Without the one channel: a learner need not read "× 1"."""
    return values[..., 0] if values.ndim == 3 else values
