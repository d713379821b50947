"""The lens on one tensor under five norms: which numbers share a mean, and the three terms of the backward pass.

L = ½ Σ (y − t)². The steps are those of `engine/layers/normalization.py`, a grid for each number in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.gradient_check import numerical_gradient
from engine.layers.normalization import Normalized
from experiments.normalization.spec import (
    BATCH,
    CHANNELS,
    EXAMPLES,
    GROUP,
    GROUPS,
    INSTANCE,
    LAYER,
    PLACES,
    RMS,
    SHAPE,
    NormSpec,
)
from experiments.rules import Index, indices, read, rule, same
from experiments.scene import Grid, Group, Phase, Role, Scale, Scene, Step, Sum, Window

AXES = "example", "place", "channel"
PER = {
    BATCH: ("channel",),
    LAYER: ("example", "place"),
    RMS: ("example", "place"),
    INSTANCE: ("example", "channel"),
    GROUP: ("example", "group"),
}
# a channel is member k of group g, so that a group is an axis like any other
B, P, G, K = indices("b p g k")
SIZES = {B: EXAMPLES, P: PLACES, G: GROUPS, K: CHANNELS // GROUPS}
KEPT = {BATCH: (G, K), LAYER: (B, P), RMS: (B, P), INSTANCE: (B, G, K), GROUP: (B, G)}
SPLIT = tuple(SIZES.values())
KEPT_NOTE = "Kept from batches before: at inference nothing is averaged."
MEAN = "No parameter: a mean of gradients that backward subtracts, so there are no differences to compare with."
REACH = 6.0  # of x and y; what lies beyond is marked


def scene(spec: NormSpec) -> Scene:
    values = computed(spec)
    shared = (
        "y" if spec.keeps_statistics else "mu" if spec.centres else "var"
    )  # whose cells show which numbers share it
    return Scene(
        title=f"One tensor, {spec.norm} normalization",
        lanes=("Forward: values, left to right", "Backward: gradients of L = ½ Σ (y − t)², right to left"),
        phases=(
            Phase("forward", "Forward", "right", 0, (shared, 0)),
            Phase("backward", "Backward", "left", 1, ("dx", 0)),
        ),
        grids=_grids(spec, values),
        steps=_steps(spec),
        loss=float(np.sum((values["y"] - values["t"]) ** 2) / 2),
    )


def computed(spec: NormSpec) -> Mapping[str, Array]:
    """Every array of the scene, the engine's; "n_…" by differences."""
    layer, params, x, t = spec.layer, spec.params(), spec.input(), spec.target()
    y, trace = layer.forward(params, x, **spec.keywords())
    dy = y - t
    dx, grads = layer.backward(params, trace, dy)
    x_hat, mean, variance, inverse = _laid_out(spec, trace.normalized)
    dx_hat = dy * params["gamma"]
    m1, m2 = _averages(spec, dx_hat), _averages(spec, dx_hat * x_hat)
    values = {"x": x, "t": t, "y": y, "mu": mean, "var": variance, "r": inverse, "xh": x_hat, "dy": dy}
    values |= {"g": params["gamma"], "dxh": dx_hat, "m1": m1, "m2": m2, "dx": dx, "dg": grads["gamma"]}
    if spec.centres:
        values |= {"c": x - _spread(spec, mean), "b": params["beta"], "db": grads["beta"]}

    def loss(given: Array, at: Mapping[str, Array]) -> float:
        return float(np.sum((layer.forward(at, given, **spec.keywords())[0] - t) ** 2) / 2)

    values["n_dx"] = numerical_gradient(lambda moved: loss(moved, params), x)
    values["n_dg"] = numerical_gradient(lambda moved: loss(x, {**params, "gamma": moved}), params["gamma"])
    if spec.centres:
        values["n_db"] = numerical_gradient(lambda moved: loss(x, {**params, "beta": moved}), params["beta"])
    shift = params.get("beta", np.zeros(CHANNELS))
    values["n_dxh"] = numerical_gradient(
        lambda moved: float(np.sum((moved * params["gamma"] + shift - t) ** 2) / 2), x_hat
    )
    values["n_dy"] = numerical_gradient(lambda moved: float(np.sum((moved - t) ** 2) / 2), y)
    return values


def _laid_out(spec: NormSpec, of_x: Normalized) -> tuple[Array, Array, Array, Array]:
    """x̂ like x; μ, σ² and 1 / √(σ² + ε) in the shape of the statistics. A group's row is its places and channels."""
    x_hat = of_x.values
    if spec.norm in (GROUP, INSTANCE):
        x_hat = spec.layer.places(x_hat, SHAPE)  # type: ignore[attr-defined]
    shape = spec.statistics_shape()
    mean = np.zeros(shape) if spec.norm == RMS else of_x.mean.reshape(shape)
    return x_hat.reshape(SHAPE), mean, of_x.variance.reshape(shape), of_x.inverse.reshape(shape)


def _averages(spec: NormSpec, a: Array) -> Array:
    """Over the numbers that share a mean."""
    over = tuple(axis for axis, index in enumerate(SIZES) if index not in KEPT[spec.norm])
    return np.asarray(a.reshape(SPLIT).mean(axis=over)).reshape(spec.statistics_shape())


def _spread(spec: NormSpec, statistics: Array) -> Array:
    """Each number's own mean, SHAPE."""
    shape = tuple(size if index in KEPT[spec.norm] else 1 for index, size in SIZES.items())
    return np.broadcast_to(statistics.reshape(shape), SPLIT).reshape(SHAPE)


def _grids(spec: NormSpec, values: Mapping[str, Array]) -> tuple[Grid, ...]:
    size, per = Scale(REACH), PER[spec.norm]
    kept = KEPT_NOTE if spec.keeps_statistics else None

    def grid(id_: str, symbol: str, name: str, role: Role, axes: tuple[str, ...], column: int, **more: Any) -> Grid:
        return Grid(id_, symbol, name, role, axes, values[id_], more.pop("scale", size), column=column, **more)

    def gradient(id_: str, symbol: str, name: str, axes: tuple[str, ...], column: int, **more: Any) -> Grid:
        checked = {"numeric": values[f"n_{id_}"]} if f"n_{id_}" in values else {}
        return grid(id_, symbol, name, "gradient", axes, column, lane=1, **checked, **more)

    square = "variance" if spec.centres else "mean square"
    grids = [
        grid("x", "x", "input", "input", AXES, 0, note="Drawn from the seed; each channel has a size of its own."),
        grid("var", "σ²", square, "activation", per, 3, scale=Scale(REACH**2, "magnitude"), note=kept),
        grid("r", "r", "1 / √(σ² + ε)", "activation", per, 4, scale=Scale(min(spec.epsilon**-0.5, 4.0), "magnitude")),
        grid("xh", "x̂", "normalized", "activation", AXES, 5),
        grid("g", "γ", "gamma", "weight", ("channel",), 6, note="Set by the slider."),
        grid("y", "y", "output", "activation", AXES, 8),
        grid("t", "t", "target", "input", AXES, 9, note="Drawn from the seed."),
        gradient("dx", "∂L/∂x", "gradient", AXES, 0),
        gradient("dxh", "∂L/∂x̂", "gradient", AXES, 5),
        gradient("dg", "∂L/∂γ", "gradient", ("channel",), 6, scale=Scale(4 * REACH)),
        gradient("dy", "∂L/∂y", "gradient", AXES, 8),
    ]
    if spec.centres:
        grids += [
            grid("mu", "μ", "mean", "activation", per, 1, note=kept),
            grid("c", "x − μ", "centred", "activation", AXES, 2),
            grid("b", "β", "beta", "weight", ("channel",), 7, note="Set by the slider."),
            gradient("db", "∂L/∂β", "gradient", ("channel",), 7, scale=Scale(4 * REACH)),
        ]
    if not spec.keeps_statistics:
        grids.append(gradient("m2", "m₂", "mean of ∂L/∂x̂ · x̂: through σ", per, 4, unchecked=MEAN))
        if spec.centres:
            grids.append(gradient("m1", "m₁", "mean of ∂L/∂x̂: through μ", per, 3, unchecked=MEAN))
    return tuple(grids)


def _steps(spec: NormSpec) -> tuple[Step, ...]:
    kept, shape = KEPT[spec.norm], spec.statistics_shape()
    target, loop = {i: SIZES[i] for i in kept}, {i: n for i, n in SIZES.items() if i not in kept}
    n = int(np.prod(list(loop.values())))
    cell = read(SPLIT, B, P, G, K)
    own = read(tuple(SIZES[i] for i in kept), *kept)
    channel = read((SIZES[G], SIZES[K]), G, K)

    def each(*reads: tuple[tuple[int, ...], tuple[Index, ...]]) -> Window:
        return rule(SIZES, {}, *reads)

    def mean(*reads: tuple[tuple[int, ...], tuple[Index, ...]]) -> Window:
        return rule(target, loop, *reads)

    over_channel = rule({G: SIZES[G], K: SIZES[K]}, {B: EXAMPLES, P: PLACES}, *[cell] * 2)
    over_channel_alone = rule({G: SIZES[G], K: SIZES[K]}, {B: EXAMPLES, P: PLACES}, cell)
    centred = "c" if spec.centres else "x"
    batch_own = not spec.keeps_statistics
    y = [Group(("xh", "g"), each(cell, channel))]
    # dx = r dx̂ − r m₁ − r x̂ m₂
    dx = [Group(("r", "dxh"), each(own, cell))]
    steps: list[Step] = []
    if spec.centres:
        # x − μ
        steps.append(Sum("c", "forward", (Group(("x",), each(cell)), Group(("mu",), each(own), -1.0))))
        y.append(Group(("b",), each(channel)))
        steps.append(Sum("db", "backward", (Group(("dy",), over_channel_alone),)))
    if batch_own:
        # σ² = mean (x − μ)²,  m₂ = mean (dx̂ x̂)
        steps.append(Sum("var", "forward", (Group((centred, centred), mean(cell, cell), 1 / n),)))
        steps.append(Sum("m2", "backward", (Group(("dxh", "xh"), mean(cell, cell), 1 / n),)))
        if spec.centres:
            # μ = mean x,  m₁ = mean dx̂
            steps.append(Sum("mu", "forward", (Group(("x",), mean(cell), 1 / n),)))
            steps.append(Sum("m1", "backward", (Group(("dxh",), mean(cell), 1 / n),)))
            dx.append(Group(("r", "m1"), each(own, own), -1.0))
        dx.append(Group(("r", "xh", "m2"), each(own, cell, own), -1.0))
    floor = np.full(shape, spec.epsilon)
    return (
        *steps,
        Sum("r", "forward", (same("var", shape),), constant=floor, after="one over root"),
        Sum("xh", "forward", (Group((centred, "r"), each(cell, own)),)),
        Sum("y", "forward", tuple(y)),
        Sum("dy", "backward", (same("y", SHAPE), Group(("t",), same("t", SHAPE).index, -1.0))),
        Sum("dg", "backward", (Group(("dy", "xh"), over_channel),)),
        Sum("dxh", "backward", (Group(("dy", "g"), each(cell, channel)),)),
        Sum("dx", "backward", tuple(dx)),
    )
