"""The stamps: what each input cell paints, in frames, and for every number the step that made it, both directions."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.gradient_check import numerical_gradient
from engine.layers.window import Windows
from experiments import losses
from experiments.edits import LIMIT
from experiments.losses import HALF_SQUARES, NAMES, NOTES
from experiments.rules import indices, read, rule, same
from experiments.scene import Edit, Frames, Grid, Group, Phase, Scale, Scene, Step, Sum
from experiments.transposed_convolution.spec import KERNELS, RANDOM, STEPS, TransposedSpec

TURN = "1 for the input cells that have painted by now, row by row; 0 for those still to come."


class Stamps(NamedTuple):
    """One forward and one backward pass in float64, without the batch axis, and the forward pass cell by cell."""

    x: Array  # (H, W, C)
    turn: Array  # (H·W, H, W)  1 for the cells that have painted by then
    w: Array  # (k, k, F / groups, C)
    b: Array | None  # (F,)
    painted: Array  # (H·W, OH, OW, F)  what stands there by then
    y: Array  # (OH, OW, F)
    loss: float
    dy: Array  # (OH, OW, F)
    dx: Array  # (H, W, C)
    dw: Array  # (k, k, F / groups, C)
    db: Array | None  # (F,)
    windows: Windows


def stamps(spec: TransposedSpec) -> Stamps:
    """Runs the layer on the input cell by cell, then whole, the loss, and the layer backward."""
    layer, x, weights = spec.layer, spec.input(), spec.weights()
    count = spec.side**2
    turn = np.tri(count).reshape(count, spec.side, spec.side)
    painted, _ = layer.forward(weights.params, x * turn[..., None])
    y, trace = layer.forward(weights.params, x[None])
    loss, dy = losses.loss_and_gradient(y[0], loss_weights(spec, y[0]))
    dx, grads = layer.backward(weights.params, trace, dy[None])
    return Stamps(x, turn, *weights, painted, y[0], loss, dy, dx[0], grads["kernel"], grads.get("bias"), trace.windows)


def loss_weights(spec: TransposedSpec, y: Array) -> Array | None:
    """r of a loss L = Σ r·y. The one cell is the middle one of the first filter."""
    return losses.loss_weights(spec.loss, y.shape, spec.rng(2), (y.shape[0] // 2, y.shape[1] // 2, 0))


def differences(spec: TransposedSpec, m: Stamps) -> dict[str, Array]:
    """Every cell of all gradients by central differences of L; nothing of the backward pass is used."""
    r = loss_weights(spec, m.y)
    given = {"x": m.x, "w": m.w} | ({} if m.b is None else {"b": m.b})

    def loss(name: str, value: Array) -> float:
        at = given | {name: value}
        params = {"kernel": at["w"]} | ({"bias": at["b"]} if "b" in at else {})
        return float(losses.cell_losses(spec.layer.forward(params, at["x"][None])[0][0], r).sum())

    found = {f"d{name}": numerical_gradient(partial(loss, name), value) for name, value in given.items()}
    return found | {"dy": numerical_gradient(lambda y: float(losses.cell_losses(y, r).sum()), m.y)}


def scene(spec: TransposedSpec) -> Scene:
    """The learner's layer, its gradients once more by differences beside it."""
    m = stamps(spec)
    return scene_of(spec, m, differences(spec, m))


def scene_of(spec: TransposedSpec, m: Stamps, numeric: dict[str, Array]) -> Scene:
    picture, maps = ("row", "column", "channel"), ("row", "column", "filter")
    # with groups, a kernel's filters are not the output's: another word, so that the lens does not link the two
    kernel = ("row", "column", "filter" if spec.groups == 1 else "filter of the group", "channel")
    scale, edit = scales(spec), Edit(-LIMIT, LIMIT, 0.05)
    grids = [
        _grid("x", "x", "input", "input", picture, m.x, scale["x"], column=0, edit=edit),
        Grid("turn", "t", "turn", "input", picture[:2], m.turn, Scale(1, "brightness"), column=0, note=TURN),
        _grid("w", "w", "kernel", "weight", kernel, m.w, scale["w"], column=1, edit=edit),
        _grid("painted", "p", "painted so far", "activation", maps, m.painted, scale["y"], column=2, frames=True),
        _grid("y", "y", "output", "activation", maps, m.y, scale["y"], column=2),
        _gradient("x", picture, m.dx, scale["dx"], numeric, column=0),
        _gradient("w", kernel, m.dw, scale["dw"], numeric, column=1),
        _gradient("y", maps, m.dy, scale["dy"], numeric, column=2, note=NOTES[spec.loss]),
    ]
    if m.b is not None and m.db is not None:
        grids += [
            _grid("b", "b", "bias", "weight", ("filter",), m.b, Scale(1), column=1, edit=edit),
            _gradient("b", ("filter",), m.db, scale["dw"], numeric, column=1),
        ]
    return Scene(
        title="Transposed convolution, forward and backward",
        lanes=("Forward: values, left to right", f"Backward: gradients of {NAMES[spec.loss]}, right to left"),
        phases=(
            Phase("forward", "Forward", "right", 0, ("painted", _first(m))),
            Phase("backward", "Backward", "left", 1, ("dx", int(np.argmax(np.abs(m.dx))))),
        ),
        grids=tuple(grids),
        steps=_steps(spec, m) + ((Sum("dy", "backward", (same("y", m.y.shape),)),) if _squares(spec) else ()),
        loss=m.loss,
        frames=Frames(len(m.turn), "input cell", start=1),
    )


def _first(m: Stamps) -> int:
    """The cell that is looked at first: of those that the first stamp paints, the one to which the others add most."""
    stamp = m.painted[0] - (0 if m.b is None else m.b)
    added = np.where(stamp != 0, np.abs(m.painted[-1] - m.painted[0]), 0)
    return int(np.argmax(added if added.any() else np.abs(m.painted[0])))


def _squares(spec: TransposedSpec) -> bool:
    return spec.loss == HALF_SQUARES


def _grid(
    id_: str, symbol: str, name: str, role: Any, axes: tuple[str, ...], values: Array, scale: Scale,
    *, frames: bool = False, **more: Any,
) -> Grid:  # fmt: skip
    """Without the channel or filter axes that have one entry: a learner need not read "× 1". Flat indices stay."""
    sizes = values.shape[1:] if frames else values.shape
    keep = [i for i, size in enumerate(sizes) if size > 1 or i < 2]
    shape = (*values.shape[:1], *(sizes[i] for i in keep)) if frames else tuple(sizes[i] for i in keep)
    if more.get("numeric") is not None:
        more["numeric"] = more["numeric"].reshape(shape)
    return Grid(id_, symbol, name, role, tuple(axes[i] for i in keep), values.reshape(shape), scale, **more)


def _gradient(
    of: str, axes: tuple[str, ...], values: Array, scale: Scale, numeric: dict[str, Array], **more: Any
) -> Grid:
    name, check = f"d{of}", numeric[f"d{of}"]
    return _grid(name, f"∂L/∂{of}", "gradient", "gradient", axes, values, scale, lane=1, numeric=check, **more)


def _steps(spec: TransposedSpec, m: Stamps) -> tuple[Step, ...]:
    """Forward and backward as rules over the grids. i is a cell of y, o one of x, t a tap of the kernel."""
    (H, W), (OH, OW), (KH, KW) = m.windows.output_size, m.windows.input_size, m.windows.size
    (s0, s1), (d0, d1), ((a0, _), (a1, _)) = m.windows.strides, m.windows.dilation, m.windows.pads
    groups = spec.groups
    channels, filters = spec.channels // groups, spec.filters // groups  # of one group
    x, w, y = (H, W, groups, channels), (KH, KW, filters, groups, channels), (OH, OW, groups, filters)
    i0, i1, o0, o1, g, f, c, t0, t1 = indices("i0 i1 o0 o1 g f c t0 t1")
    # y[i, g, f] = b[g, f] + Σ_{t, c} x[(i + a − t·d) / s, g, c] · w[t, f, g, c]
    from0, from1 = (i0 - d0 * t0 + a0) / s0, (i1 - d1 * t1 + a1) / s1
    x_from, turn, w_at = read(x, from0, from1, g, c), read((H, W), from0, from1), read(w, t0, t1, f, g, c)
    cells, loop = {i0: OH, i1: OW, g: groups, f: filters}, {t0: KH, t1: KW, c: channels}
    bias = (Group(("b",), rule(cells, {}, read((groups, filters), g, f))),) if m.b is not None else ()
    # dx[o, g, c] = Σ_{t, f} w[t, f, g, c] · dy[o·s + t·d − a, g, f]
    dy_to = read(y, s0 * o0 + d0 * t0 - a0, s1 * o1 + d1 * t1 - a1, g, f)
    dx = rule({o0: H, o1: W, g: groups, c: channels}, {t0: KH, t1: KW, f: filters}, w_at, dy_to)
    # dw[t, f, g, c] = Σ_o x[o, g, c] · dy[o·s + t·d − a, g, f]
    dw = rule({t0: KH, t1: KW, f: filters, g: groups, c: channels}, {o0: H, o1: W}, read(x, o0, o1, g, c), dy_to)
    steps: list[Step] = [
        Sum("y", "forward", (Group(("x", "w"), rule(cells, loop, x_from, w_at)), *bias)),
        Sum("painted", "forward", (Group(("x", "turn", "w"), rule(cells, loop, x_from, turn, w_at)), *bias)),
        Sum("dx", "backward", (Group(("w", "dy"), dx),)),
        Sum("dw", "backward", (Group(("x", "dy"), dw),)),
    ]
    if m.b is not None:
        # db[g, f] = Σ_i dy[i, g, f]
        db = rule({g: groups, f: filters}, {i0: OH, i1: OW}, read(y, i0, i1, g, f))
        steps.append(Sum("db", "backward", (Group(("dy",), db),)))
    return tuple(steps)


def scales(spec: TransposedSpec) -> dict[str, Scale]:
    """The scale of each grid, by its name: from the settings alone, rounded up to a half or a whole number."""
    k, s = spec.kernel_size, spec.strides
    x = spec.side**2 / 10 if spec.cells == STEPS else 1.0
    stamp = np.full((k, k), 0.5) if spec.kernel == RANDOM else np.abs(KERNELS[spec.kernel](k))
    w = float(stamp.max())
    # of the taps that are strides apart, which may meet on one cell, those that together weigh most
    meeting = max(float(stamp[a::s, b::s].sum()) for a in range(min(s, k)) for b in range(min(s, k)))
    y = x * meeting * (spec.channels // spec.groups)
    dy = y if _squares(spec) else 1.0
    sizes = {"x": x, "w": w, "y": y, "dy": dy}
    sizes |= {"dx": dy * float(stamp.sum()) * (spec.filters // spec.groups), "dw": x * dy * spec.side**2 / 2}
    return {name: Scale(float(np.ceil(2 * size) / 2)) for name, size in sizes.items()}
