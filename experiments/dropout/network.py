"""A small network with dropout after each hidden layer: one example, many steps, every step with a mask of its own.

    h₁ = tanh(x W₁)     d₁ = h₁ ∘ m₁     h₂ = tanh(d₁ W₂)     d₂ = h₂ ∘ m₂     y = d₂ W₃     L = ½ Σ (y − t)²

Backward, ∂L/∂d is what arrives at a mask and ∂L/∂h what it lets through:

    ∂L/∂h = ∂L/∂d ∘ m        ∂L/∂W₂ = d₁ᵀ (∂L/∂h₂ ∘ (1 − h₂²))        ∂L/∂d₁ = (∂L/∂h₂ ∘ (1 − h₂²)) W₂ᵀ
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from engine.arrays import Array
from engine.gradient_check import STEP
from engine.initializers import initializer
from engine.layers import Dense
from experiments.dropout.spec import DropoutSpec

SIZES = INPUTS, FIRST, SECOND, OUTPUTS = 5, 8, 6, 3
STEPS = 40
UNITS = FIRST + SECOND
GRADIENTS = ("x", "w1", "h1", "d1", "w2", "h2", "d2", "w3", "y")

Values = Mapping[str, Array]  # name → the numbers of one step, or (steps, …) of all


def weights(spec: DropoutSpec) -> dict[str, Array]:
    """W₁, W₂, W₃ as they begin, each from a generator of its own."""
    draw = initializer("glorot_normal")
    shapes = pairwise(SIZES)
    return {f"w{k}": draw(spec.rng(0, k), shape, np.float64) for k, shape in enumerate(shapes, 1)}


def example(spec: DropoutSpec) -> tuple[Array, Array]:
    """x and its target t, written with one decimal."""
    rng = spec.rng(1)
    return np.round(rng.normal(size=INPUTS), 1), np.round(rng.uniform(-1, 1, OUTPUTS), 1)


def run(spec: DropoutSpec) -> dict[str, Array]:
    """All steps: name → (steps, …), at inference a single one, as nothing changes from one to the next.

    Gradients are named by what they are of, `dx`, `dw1`, …; `loss` is (steps,).
    """
    w, steps = weights(spec), []
    for step in range(STEPS if spec.training else 1):
        values = once(spec, w, step)
        steps.append(values)
        w = {name: kernel - spec.learning_rate * values[f"d{name}"] for name, kernel in w.items()}
    return {name: np.array([values[name] for values in steps]) for name in steps[0]}


def once(spec: DropoutSpec, w: Values, step: int) -> dict[str, Array]:
    """Forward and backward of one step, by the engine's layers; tanh and its slope stand between them."""
    x, t = example(spec)
    first, second = spec.rng(2, step).spawn(2)
    dropout, (dense1, dense2, dense3) = spec.layer, (Dense(size, use_bias=False) for size in SIZES[1:])
    kernels = [{"kernel": w[name]} for name in ("w1", "w2", "w3")]
    a1, trace1 = dense1.forward(kernels[0], x[None])
    h1 = np.tanh(a1)
    d1, drop1 = dropout.forward({}, h1, training=spec.training, rng=first)
    a2, trace2 = dense2.forward(kernels[1], d1)
    h2 = np.tanh(a2)
    d2, drop2 = dropout.forward({}, h2, training=spec.training, rng=second)
    y, trace3 = dense3.forward(kernels[2], d2)
    # L = ½ Σ (y − t)²
    dy = y - t
    # y = d₂ W₃
    dd2, grads3 = dense3.backward(kernels[2], trace3, dy)
    # d₂ = h₂ ∘ m₂
    dh2, _ = dropout.backward({}, drop2, dd2)
    # h₂ = tanh(d₁ W₂)
    dd1, grads2 = dense2.backward(kernels[1], trace2, dh2 * (1 - h2 * h2))
    # d₁ = h₁ ∘ m₁
    dh1, _ = dropout.backward({}, drop1, dd1)
    # h₁ = tanh(x W₁)
    dx, grads1 = dense1.backward(kernels[0], trace1, dh1 * (1 - h1 * h1))
    rows = {"x": x, "h1": h1[0], "m1": mask(spec, step, 0), "d1": d1[0], "h2": h2[0], "m2": mask(spec, step, 1)}
    rows |= {"d2": d2[0], "y": y[0], "t": t, "loss": np.array((dy * dy).sum() / 2)}
    back = {"dx": dx[0], "dh1": dh1[0], "dd1": dd1[0], "dh2": dh2[0], "dd2": dd2[0], "dy": dy[0]}
    kernel_gradients = [grads["kernel"] for grads in (grads1, grads2, grads3)]
    return {**rows, **w, **back, **dict(zip(("dw1", "dw2", "dw3"), kernel_gradients, strict=True))}


def mask(spec: DropoutSpec, step: int, layer: int) -> Array:
    """The factors of one step: what the layer makes of ones, from the same generator."""
    rng = spec.rng(2, step).spawn(2)[layer]
    ones = np.ones((1, (FIRST, SECOND)[layer]))
    return spec.layer.forward({}, ones, training=spec.training, rng=rng)[0][0]


def differences(steps: Values) -> dict[str, Array]:
    """Every gradient once more, by central differences of L, the masks held: the same names and shapes."""
    found = {}
    for name in GRADIENTS:
        at = steps[name]  # (steps, …)
        count, cells = len(at), at[0].size
        h = STEP * np.maximum(1, np.abs(at)).reshape(count, cells)
        moves = np.eye(cells) * h[:, None]  # (steps, cell that is moved, cells)
        flat = at.reshape(count, 1, cells)
        above, below = flat + moves, flat - moves
        taken = np.diagonal(above - below, axis1=1, axis2=2)
        losses = [_losses(steps, name, side.reshape(count, cells, *at.shape[1:])) for side in (above, below)]
        found[f"d{name}"] = ((losses[0] - losses[1]) / taken).reshape(at.shape)
    return found


def _losses(steps: Values, moved: str, copies: Array) -> Array:
    """(steps, copies): L with one of the arrays replaced, and all that follows from it computed anew."""
    given = {name: _batched(steps[name], name) for name in ("x", "w1", "m1", "w2", "m2", "w3", "t")}
    given[moved] = copies if moved.startswith("w") else copies[..., None, :]

    def take(name: str, computed: Array) -> Array:
        return given[name] if name == moved else computed

    h1 = take("h1", np.tanh(given["x"] @ given["w1"]))
    d1 = take("d1", h1 * given["m1"])
    h2 = take("h2", np.tanh(d1 @ given["w2"]))
    d2 = take("d2", h2 * given["m2"])
    error = take("y", d2 @ given["w3"]) - given["t"]
    return (error * error).sum(axis=(-2, -1)) / 2


def _batched(array: Array, name: str) -> Array:
    """(steps, 1, rows, columns), a vector as one row."""
    return array[:, None] if name.startswith("w") else array[:, None, None]
