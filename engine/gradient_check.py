"""Is a gradient right? Compare it with differences of the function itself.

    ∂L/∂x_i ≈ (L(x + h e_i) − L(x − h e_i)) / 2h          h = ∛ε · max(1, |x_i|), which balances the rounding of L
                                                           (ε L / h) against the third derivative (h² L‴ / 6)

An analytic gradient a agrees with a numeric one n when, in float64 and away from kinks,

    |a − n| ≤ 10⁻⁷ max(|a|, |n|) + 10⁻⁹ max(1, |L|)

If both lie below the last term, which is what rounding leaves of L, differences can say nothing: too small to check.
"""

from collections.abc import Callable
from copy import deepcopy
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape, leaves, rebuild
from engine.layers.layer import Layer
from engine.layers.window import Windows

STEP = float(np.cbrt(np.finfo(np.float64).eps))  # 6e-6
COPIES = 500_000  # cells that are held in copies at a time: 4 MB
RELATIVE, FLOOR = 1e-7, 1e-9


class Verdict(IntEnum):
    AGREES = 0
    DISAGREES = 1
    TOO_SMALL = 2  # to check by differences


class Check(NamedTuple):
    """One comparison: the derivative of the loss along a direction."""

    name: str  # "x", or the parameter's path
    analytic: float
    numeric: float
    loss: float

    @property
    def verdict(self) -> Verdict:
        return Verdict(int(verdicts(self.analytic, self.numeric, self.loss)))


def agrees(analytic: npt.ArrayLike, numeric: npt.ArrayLike, loss: float) -> npt.NDArray[np.bool_]:
    """Cell by cell: |a − n| ≤ 10⁻⁷ max(|a|, |n|) + 10⁻⁹ max(1, |L|). NaN agrees with nothing."""
    a, n = _same_shape(analytic, numeric)
    with np.errstate(invalid="ignore"):  # ∞ − ∞
        return np.abs(a - n) <= RELATIVE * np.maximum(np.abs(a), np.abs(n)) + _floor(loss)


def verdicts(analytic: npt.ArrayLike, numeric: npt.ArrayLike, loss: float) -> npt.NDArray[np.int8]:
    """Cell by cell, a `Verdict`."""
    a, n = _same_shape(analytic, numeric)
    compared = np.where(agrees(a, n, loss), Verdict.AGREES, Verdict.DISAGREES)
    return np.where(np.maximum(np.abs(a), np.abs(n)) <= _floor(loss), Verdict.TOO_SMALL, compared).astype(np.int8)


def numerical_gradient(f: Callable[[Array], float], x: Array) -> Array:
    """∂f/∂x by central differences, two calls of f a cell. x is float64 and is not written to."""
    x = _float64("x", x)
    gradient = np.empty_like(x)
    for cell in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        h = STEP * max(1.0, abs(float(x[cell])))
        above[cell] += h
        below[cell] -= h
        # above − below, as rounded, is the step that was really taken
        gradient[cell] = (f(above) - f(below)) / (above[cell] - below[cell])
    return gradient


def directional_check(
    layer: Layer, params: Any, x: Any, rng: np.random.Generator, /, **keywords: Any
) -> tuple[Check, ...]:
    """Check `layer.backward` along one random direction of x, and one of every parameter.

        L(p) = Σ r · y(p)        Σ u · ∂L/∂p  against  (L(p + h u) − L(p − h u)) / 2h        r, u random normal

    A wrong cell shows along almost every direction. `keywords` go to forward, each call with its own copy of them, so
    that a generator gives all calls the same numbers. Arrays are float64; of x, integer arrays are left alone.
    """

    def forward(point: dict[str, Any]) -> tuple[Any, Any]:
        return layer.forward(point["params"], point["x"], **deepcopy(keywords))

    def loss(point: dict[str, Any]) -> float:
        y, _ = forward(point)
        return sum(float(np.sum(r * a)) for (_, r), (_, a) in zip(leaves(dy), leaves(y), strict=True))

    point = {"x": x, "params": params}
    arrays = [(path, _float64(path, a)) for path, a in leaves(point) if np.issubdtype(a.dtype, np.floating)]
    y, trace = forward(point)
    dy = rebuild(y, lambda _, a: rng.standard_normal(a.shape))
    dx, grads = layer.backward(params, trace, dy)
    gradients = dict(leaves({"x": dx, "params": grads}))
    checks = []
    for path, array in arrays:
        u = rng.standard_normal(array.shape)
        # Σ u · ∂L/∂p; a gradient that is missing, or None, means zero
        a, _ = _same_shape(gradients.get(path, np.zeros(array.shape)), u)
        analytic = float(np.sum(u * a))
        # (L(p + h u) − L(p − h u)) / 2h
        above, below = loss(_moved(point, path, STEP * u)), loss(_moved(point, path, -STEP * u))
        checks.append(Check(path.removeprefix("params."), analytic, (above - below) / (2 * STEP), loss(point)))
    return tuple(checks)


def sparse_numerical_gradient(f: Callable[[Array], Array], x: Array, dy: Array, windows: Windows) -> Array:
    """∂(Σ dy · f(x)) / ∂x by central differences, with one call of f, where an output reads only its window.

    Two cells a span apart on some axis share no window, so both may be changed at once, and each output tells which of
    them moved it. Cells are coloured by their position modulo the span, and by their channel; all cells of one colour
    are changed together, in all examples: 2 · Πspan · C copies of x, instead of 2 · ΠS · C.

    f maps any batch (N, *S, C) to (N, *O, F); x (B, *S, C) and dy (B, *O, F) in float64; the result is shaped like x.

    Curtis, Powell and Reid 1974, "On the estimation of sparse Jacobian matrices", doi:10.1093/imamat/13.1.117
    """
    x, dy = _float64("x", x), _float64("dy", dy)
    colour = _colours(windows, x.shape[1:])
    h = STEP * np.maximum(1, np.abs(x))
    above, below = x + h, x - h

    def moved_by(colours: Array) -> Array:
        """(K, B, *O): what each output adds to the loss when all cells of a colour move, a colour at a time."""
        chosen = (colour == colours.reshape(-1, *(1,) * colour.ndim))[:, None]  # (K, 1, *S, C)
        copies = np.stack([np.where(chosen, above, x), np.where(chosen, below, x)])  # (2, K, B, *S, C)
        y = f(copies.reshape(-1, *x.shape[1:])).reshape(2, len(colours), *dy.shape)
        return ((y[0] - y[1]) * dy).sum(axis=-1)

    # so many colours at once that the copies stay small
    a_part = max(1, COPIES // (2 * max(x.size, dy.size)))
    colours = np.arange(int(colour.max()) + 1)
    moved = np.concatenate([moved_by(colours[k : k + a_part]) for k in range(0, len(colours), a_part)])
    return _collect(moved, colour, windows) / (above - below)


def _colours(windows: Windows, shape: Shape) -> Array:
    """(*S, C): (…(i₁ mod span₁)·span₂ + i₂ mod span₂ …)·C + c."""
    *size, channels = shape
    spans = [min(span, n) for span, n in zip(windows.span, size, strict=True)]
    residues = [np.arange(n) % span for n, span in zip(size, spans, strict=True)]
    return np.ravel_multi_index(np.broadcast_arrays(*np.ix_(*residues, np.arange(channels))), (*spans, channels))


def _collect(moved: Array, colour: Array, windows: Windows) -> Array:
    """(K, B, *O) → (B, *S, C): for each cell, the sum of what its colour moved in the windows that hold it."""
    collected = np.zeros((moved.shape[1], *colour.shape))
    axes = range(len(windows.size))
    positions, inside = [windows.positions(axis) for axis in axes], [windows.taps_inside(axis) for axis in axes]
    for tap in np.ndindex(*windows.size):
        # the windows whose tap reads a cell, and which; on the padding there is none
        reading = [np.flatnonzero(i[:, t]) for i, t in zip(inside, tap, strict=True)]
        cells = np.ix_(*(p[o, t] for p, o, t in zip(positions, reading, tap, strict=True)))
        outputs = [o[..., None] for o in np.ix_(*reading)]
        for b in range(len(collected)):
            collected[b][cells] += moved[:, b][colour[cells], *outputs]  # a tap reads no cell twice
    return collected


def _moved(tree: Any, path: str, step: Array) -> Any:
    """The tree with one of its arrays moved."""
    return rebuild(tree, lambda at, array: array + step if at == path else array)


def _float64(name: str, array: Array) -> Array:
    if array.dtype != np.float64:
        raise ValueError(f"a gradient is checked in float64, and {name} is {array.dtype}")
    return array


def _same_shape(a: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Array, Array]:
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError(f"gradients must have one shape, not {a.shape} and {b.shape}")
    return a, b


def _floor(loss: float) -> float:
    return FLOOR * max(1.0, abs(loss))
