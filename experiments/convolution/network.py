"""The lens on a network that learns: one layer of it at one step, on the batch of that step, forward and backward.

The weights are those of the run, in float64 as all that is inspected. Of the batch some examples are drawn; what the
others add to the gradient of a weight is a grid of its own, so that every gradient is the one the step was made with.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array, Shape, leaves, rebuild
from engine.gradient_check import STEP, Verdict, verdicts
from engine.layers import Conv2D, Dense, ReLU
from engine.network import SequentialTrace
from engine.training import Step, Training
from experiments.convolution.scene import convolution_steps
from experiments.numbers import scientific, whole
from experiments.rules import indices, read, rule, same
from experiments.scene import Grid, Group, Map, Phase, Role, Scale, Scene, Select, Sum

DRAWN = 8  # examples of the batch
CHECKED = 4  # cells of a gradient that are taken by differences too: two passes of the network each
WEIGHTS, ACTIVATIONS, GRADIENTS = Scale(0.5), Scale(2), Scale(0.1, "log", decades=4)


class Pass(NamedTuple):
    """One forward and backward pass of the network on the batch of a step, in float64."""

    x: Array  # (B, 8, 8, 1)
    labels: Array  # (B,)
    params: Any
    trace: SequentialTrace
    loss: float
    gradients: tuple[Array, ...]  # ∂L/∂a₀ … ∂L/∂a_n
    grads: Any


def run_again(training: Training, step: Step) -> Pass:
    """The step once more, in float64."""
    params = rebuild(step.before.params, lambda _, array: array.astype(np.float64))
    x, labels = training.x[step.batch].astype(np.float64), training.labels[step.batch]
    with np.errstate(over="ignore", invalid="ignore"):
        y, trace = training.network.forward(params, x)
        loss, dy = training.loss(y, labels)
        gradients, grads = training.network.gradients(params, trace, dy)
    return Pass(x, labels, params, trace, loss, gradients, grads)


def layer_scene(training: Training, step: Step, layer: int) -> Scene:
    """The scene of the convolution 0 … 2, with the ReLU behind it, or of the dense layer, with softmax and loss."""
    learners = [index for index, each in enumerate(training.network.layers) if isinstance(each, Conv2D | Dense)]
    if layer not in range(len(learners)):
        raise ValueError(f"layer must be 0 … {len(learners) - 1}, not {layer}")
    index, run = learners[layer], run_again(training, step)
    if isinstance(training.network.layers[index], Dense):
        return dense_scene(training, run, index)
    return convolution_scene(training, run, index, layer)


def convolution_scene(training: Training, run: Pass, index: int, number: int) -> Scene:
    """x and w to y, and through the ReLU to a; back from ∂L/∂a."""
    layer = training.network.layers[index]
    assert isinstance(layer, Conv2D)
    x, y, a = (run.trace.activations[index + k][:DRAWN] for k in range(3))
    dx, dy, da = (run.gradients[index + k][:DRAWN] for k in range(3))
    before = _digits(run) if number == 0 else f"Made by Convolution {number} and its ReLU. {_digits(run)}"
    behind = "the dense layer" if number == 2 else f"Convolution {number + 2}"
    picture, kernel = ("example", "row", "column"), ("row", "column", "channel", "filter")
    maps = (*picture, "filter")
    scale = Scale(1, "brightness") if number == 0 else ACTIVATIONS
    grids = [
        _of_batch("x", "x", "input", "input", (*picture, "channel"), x, scale, column=0, note=before),
        *_learned(training, run, index, kernel),
        _of_batch("y", "y", "output", "activation", maps, y, ACTIVATIONS, column=2),
        _of_batch("a", "a", "after ReLU", "activation", maps, a, ACTIVATIONS, column=3),
        _of_batch("dx", "∂L/∂x", "gradient", "gradient", (*picture, "channel"), dx, GRADIENTS, lane=1, column=0),
        _of_batch("dy", "∂L/∂y", "gradient", "gradient", maps, dy, GRADIENTS, lane=1, column=2),
        _of_batch(
            "da", "∂L/∂a", "gradient", "gradient", maps, da, GRADIENTS, lane=1, column=3, note=f"Sent by {behind}."
        ),
    ]
    windows = layer.windows(x.shape[1:])
    steps = [
        *convolution_steps(windows, x.shape[-1], layer.filters, layer.groups, layer.use_bias, batch=len(x)),
        Map("a", "forward", "relu", (same("y", y.shape),)),
        Map("dy", "backward", "where positive", (same("da", da.shape), same("y", y.shape))),
    ]
    return _scene(f"Convolution {number + 1}", run, grids, steps, start=("a", int(np.argmax(a))))


class Softmax(NamedTuple):
    """p = softmax(z), step by step: less the largest z, which changes nothing and keeps e finite."""

    m: Array  # (n,)          the largest z
    d: Array  # (n, classes)  z − m
    e: Array  # (n, classes)  exp of d
    s: Array  # (n,)          sum of e
    p: Array  # (n, classes)  e / s


def _softmax(z: Array) -> Softmax:
    with np.errstate(over="ignore", invalid="ignore"):
        m = z.max(axis=1)
        d = z - m[:, None]
        e = np.exp(d)
        s = e.sum(axis=1)
        return Softmax(m, d, e, s, e / s[:, None])


def dense_scene(training: Training, run: Pass, index: int) -> Scene:
    """x and w to z; softmax as exp, sum and quotient; back from p and the labels."""
    z = run.trace.activations[index + 1][:DRAWN]
    through = _softmax(z)
    grids = _dense_grids(training, run, index, through)
    steps = _dense_steps(run.trace.activations[index][:DRAWN].shape, z, batch=len(run.x))
    return _scene("Dense", run, grids, steps, start=("p", int(np.argmax(through.p))))


def _dense_grids(training: Training, run: Pass, index: int, through: Softmax) -> list[Grid]:
    x, z = (run.trace.activations[index + k][:DRAWN] for k in range(2))
    dx, dz = (run.gradients[index + k][:DRAWN] for k in range(2))
    m, d, e, s, p = through
    t = np.eye(z.shape[1])[run.labels[:DRAWN]]
    rows = ("example", "digit")
    return [
        _of_batch(
            "x", "x", "input", "activation", ("example", "unit"), x, ACTIVATIONS, column=0, plane=(0, 1),
            note=f"Made by Convolution 3 and its ReLU, flattened. {_digits(run)}",
        ),
        *_learned(training, run, index, ("unit", "digit")),
        _of_batch("z", "z", "logits", "activation", rows, z, Scale(10), column=2, plane=(0, 1)),
        _of_batch("m", "m", "largest z", "activation", ("example",), m, Scale(10), column=2),
        _of_batch("d", "d", "z − m", "activation", rows, d, Scale(10), column=3, plane=(0, 1)),
        _of_batch("e", "e", "exp of d", "activation", rows, e, Scale(1, "magnitude"), column=3, plane=(0, 1)),
        _of_batch("s", "s", "sum of e", "activation", ("example",), s, Scale(10, "magnitude"), column=4),
        _of_batch("p", "p", "probabilities", "activation", rows, p, Scale(1, "magnitude"), column=4, plane=(0, 1)),
        _of_batch(
            "dx", "∂L/∂x", "gradient", "gradient", ("example", "unit"), dx, GRADIENTS, lane=1, column=0, plane=(0, 1)
        ),
        _of_batch("dz", "∂L/∂z", "gradient", "gradient", rows, dz, GRADIENTS, lane=1, column=2, plane=(0, 1)),
        _of_batch(
            "t", "t", "labels", "input", rows, t, Scale(1, "magnitude"), lane=1, column=4, plane=(0, 1),
            note="1 where the digit is this one.",
        ),
    ]  # fmt: skip


def _dense_steps(x_shape: Shape, z: Array, batch: int) -> list[Sum | Map | Select]:
    (examples, units), (_, classes) = x_shape, z.shape
    n, k, u = indices("n k u")
    x_at, w_at = read((examples, units), n, u), read((units, classes), u, k)
    z_at, of_example = read((examples, classes), n, k), read((examples,), n)
    cells, by_weight = {n: examples, k: classes}, {u: units, k: classes}
    products = Group(("x", "w"), rule(cells, {u: units}, x_at, w_at))
    p, t = same("p", z.shape), same("t", z.shape)
    return [
        Sum("z", "forward", (products, Group(("b",), rule(cells, {}, read((classes,), k))))),
        Select("m", "forward", Group(("z",), rule({n: examples}, {k: classes}, z_at)), _winners(z)),
        Map("d", "forward", "difference", (same("z", z.shape), Group(("m",), rule(cells, {}, of_example)))),
        Map("e", "forward", "exp", (same("d", z.shape),)),
        Sum("s", "forward", (Group(("e",), rule({n: examples}, {k: classes}, z_at)),)),
        Map("p", "forward", "quotient", (same("e", z.shape), Group(("s",), rule(cells, {}, of_example)))),
        # ∂L/∂z = (p − t) / B
        Sum("dz", "backward", (_weighted(p, 1 / batch), _weighted(t, -1 / batch))),
        Sum("dx", "backward", (Group(("w", "dz"), rule({n: examples, u: units}, {k: classes}, w_at, z_at)),)),
        Sum("dw", "backward", (Group(("x", "dz"), rule(by_weight, {n: examples}, x_at, z_at)),)),
        Sum("db", "backward", (Group(("dz",), rule({k: classes}, {n: examples}, z_at)),)),
    ]


def _digits(run: Pass) -> str:
    """Which digits of the batch are drawn: examples are chosen by number."""
    labels = [str(label) for label in run.labels[:DRAWN]]
    return f"Examples 0 … {len(labels) - 1} of the batch are the digits {', '.join(labels)}."


def _winners(z: Array) -> Array:
    """(examples,): the flat index of each row's largest."""
    return (np.arange(len(z)) * z.shape[1] + z.argmax(axis=1)).astype(np.uint32)


def _weighted(group: Group, coefficient: float) -> Group:
    return replace(group, coefficient=coefficient)


def _learned(training: Training, run: Pass, index: int, axes: tuple[str, ...]) -> list[Grid]:
    """w and b with their gradients, of the whole batch; and what the examples that are not drawn add to these."""
    params, grads = run.params[index], run.grads[index]
    grids = [
        _of_batch("w", "w", "kernel", "weight", axes, params["kernel"], WEIGHTS, column=1),
        _of_batch("b", "b", "bias", "weight", axes[-1:], params["bias"], WEIGHTS, column=1),
    ]
    for name, array in (("kernel", grads["kernel"]), ("bias", grads["bias"])):
        symbol = "w" if name == "kernel" else "b"
        grids.append(
            Grid(
                f"d{symbol}", f"∂L/∂{symbol}", "gradient", "gradient", axes if symbol == "w" else axes[-1:], array,
                GRADIENTS, lane=1, column=1, **_check(training, run, f"{index}.{name}", array),
            )
        )  # fmt: skip
    rest = _of_the_others(training, run, index)
    if rest is not None:
        others = len(run.x) - DRAWN
        for symbol, array in zip("wb", (rest["kernel"], rest["bias"]), strict=True):
            words = (
                f"The batch has {len(run.x)} digits: rest is what the {others} that are not drawn add to ∂L/∂{symbol}."
            )
            grids.append(
                Grid(
                    f"rest {symbol}", "rest", f"of ∂L/∂{symbol}, {others} more", "gradient",
                    axes if symbol == "w" else axes[-1:], array, GRADIENTS, lane=1, column=1, note=words,
                )
            )  # fmt: skip
    return grids


def _of_the_others(training: Training, run: Pass, index: int) -> Any:
    """The gradients that the examples which are not drawn add."""
    if len(run.x) <= DRAWN:
        return None
    layer, params = training.network.layers[index], run.params[index]
    with np.errstate(over="ignore", invalid="ignore"):
        _, trace = layer.forward(params, np.ascontiguousarray(run.trace.activations[index][DRAWN:]))
        return layer.backward(params, trace, np.ascontiguousarray(run.gradients[index + 1][DRAWN:]))[1]


def _check(training: Training, run: Pass, path: str, gradient: Array) -> dict[str, Any]:
    """Some cells of a gradient, drawn at random, by differences: in words.

    Where a ReLU anywhere in the batch switches within the step, L has a kink, and differences say nothing.
    """
    w = dict(leaves(run.params))[path]
    cells = np.random.default_rng(0).permutation(w.size)[:CHECKED]
    found = [_difference(training, run, path, int(cell)) for cell in cells]
    smooth = [(gradient.flat[cell], numeric) for cell, numeric in zip(cells, found, strict=True) if numeric is not None]
    if not smooth:
        return {"unchecked": "Not checked by differences: a ReLU switches within every step that was tried."}
    analytic, numeric = np.array(smooth).T
    wrong = int((verdicts(analytic, numeric, run.loss) == Verdict.DISAGREES).sum())
    largest = scientific(float(np.abs(analytic - numeric).max()))
    words = f"{wrong} differ" if wrong else f"the largest difference is {largest}"
    return {"unchecked": f"{len(smooth)} of {whole(w.size)} checked by differences, drawn at random: {words}."}


def _difference(training: Training, run: Pass, path: str, cell: int) -> float | None:
    """∂L/∂w of one weight by central differences; None where a ReLU switches in between."""
    above, below = (dict(leaves(run.params))[path].copy() for _ in range(2))
    above.flat[cell] += STEP
    below.flat[cell] -= STEP
    passes = [_forward(training, run, path, w) for w in (above, below)]
    if any(open_ != _open_units(training, run.trace) for _, open_ in passes):
        return None
    return (passes[0][0] - passes[1][0]) / (above.flat[cell] - below.flat[cell])


def _forward(training: Training, run: Pass, path: str, w: Array) -> tuple[float, bytes]:
    """The loss with another parameter, and which ReLU units are open."""
    params = rebuild(run.params, lambda at, array: w if at == path else array)
    with np.errstate(over="ignore", invalid="ignore"):
        y, trace = training.network.forward(params, run.x)
        return training.loss(y, run.labels)[0], _open_units(training, trace)


def _open_units(training: Training, trace: SequentialTrace) -> bytes:
    """Which ReLU units, in all examples, let something pass: a pattern to be compared."""
    after = zip(training.network.layers, trace.activations[1:], strict=True)
    return b"".join(np.packbits(a > 0).tobytes() for layer, a in after if isinstance(layer, ReLU))


def _of_batch(
    id: str, symbol: str, name: str, role: Role, axes: tuple[str, ...], values: Array, scale: Scale, **more: Any
) -> Grid:
    """A grid whose first axis, the example, is not drawn but chosen, where there are rows and columns."""
    plane = (axes.index("row"), axes.index("column")) if "row" in axes else None
    return Grid(id, symbol, name, role, axes, values, scale, **{"plane": plane, **more})


def _scene(title: str, run: Pass, grids: list[Grid], steps: list[Any], start: tuple[str, int]) -> Scene:
    if any(grid.id == "rest w" for grid in grids):
        shapes = {grid.id: grid.values.shape for grid in grids}
        others = {f"d{symbol}": same(f"rest {symbol}", shapes[f"d{symbol}"]) for symbol in "wb"}
        steps = [
            replace(step, groups=(*step.groups, others[step.target])) if step.target in others else step
            for step in steps
        ]
    dw = next(grid.values for grid in grids if grid.id == "dw")
    return Scene(
        title=f"{title}, forward and backward",
        lanes=("Forward: values, left to right", "Backward: gradients of the loss of the batch, right to left"),
        phases=(
            Phase("forward", "Forward", "right", 0, start),
            Phase("backward", "Backward", "left", 1, ("dw", int(np.argmax(np.abs(dw))))),
        ),
        grids=tuple(grids),
        steps=tuple(steps),
        loss=run.loss if np.isfinite(run.loss) else None,
    )
