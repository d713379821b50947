"""RG1: the loss of two weights is what the data say plus what the penalty adds, and the minimum gives in to both.

    L(w) = D(w) + R(w)        D(w) = 1/n Σ (x·w − t)²        ∂D/∂w = 2 (H w − c),    H = xᵀx / n,  c = xᵀt / n

The minimum is found by coordinate descent: with all other weights held, the best w_j is known in closed form,

    w_j = S(c_j − Σ_{k≠j} H_jk w_k, l1 / 2) / (H_jj + l2)

and for two weights these steps come to rest within rounding. On the way of λ from 0 upwards the minima are a path.

Friedman, Hastie and Tibshirani 2010, "Regularization paths for generalized linear models via coordinate descent",
doi:10.18637/jss.v033.i01
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, read_only
from engine.gradient_check import numerical_gradient, verdicts
from engine.regularizers import L1L2, soft_threshold
from experiments.l1_l2.spec import L1, L2, NONE, SHARES, Data, SurfaceSpec
from experiments.numbers import decimal, significant
from experiments.packing import pack
from experiments.shown import Lines, Shown, Table

REACH = 3.0  # the picture shows both weights from −3 to 3
CELLS = 49  # a side: every eighth
ANGLES = 120  # corners of a drawn boundary; those of the diamond are among them
SWEEPS = 400
RESTS = 1e-9  # what rounding leaves of a pull of 0
STRENGTHS = next(field.options for field in SurfaceSpec.fields() if field.name == "strength")


class Pull(NamedTuple):
    """One place: both parts of the loss and of its gradient."""

    w: Array  # (2,)
    data: float  # D
    penalty: float  # R
    data_gradient: Array  # (2,)
    penalty_gradient: Array  # (2,)


def data_loss(w: Array, data: Data) -> Array:
    """D(w) = 1/n Σ (x·w − t)², of the vectors in the last axis."""
    errors = w @ data.x.T - data.target
    return np.asarray((errors * errors).mean(axis=-1))


def data_gradient(w: Array, data: Data) -> Array:
    """∂D/∂w = 2 (H w − c)"""
    return np.asarray(2 * (w @ data.curvature - data.pull))


def parts(w: Array, data: Data, by: L1L2) -> Pull:
    """What data and penalty say at these weights."""
    return Pull(w, float(data_loss(w, data)), by.value(w), data_gradient(w, data), by.gradient(w))


def minima(data: Data, l1: Array, l2: Array) -> Array:
    """(λ, 2): where the loss is smallest, for many pairs of factors at once."""
    (h11, h12), (_, h22) = data.curvature
    c1, c2 = data.pull
    w1, w2 = np.zeros_like(l1), np.zeros_like(l1)
    for _ in range(SWEEPS):
        w1 = soft_threshold(c1 - h12 * w2, l1 / 2) / (h11 + l2)
        w2 = soft_threshold(c2 - h12 * w1, l1 / 2) / (h22 + l2)
    return np.stack([w1, w2], axis=-1)


def minimum(spec: SurfaceSpec) -> Array:
    """(2,): where the learner's loss is smallest."""
    return np.asarray(path(spec)[STRENGTHS.index(spec.strength)])


@lru_cache(maxsize=256)
def _path(spec: SurfaceSpec) -> Array:
    share, strengths = SHARES[spec.penalty], np.array(STRENGTHS)
    return read_only(minima(spec.data(), share.l1 * strengths, share.l2 * strengths))


def path(spec: SurfaceSpec) -> Array:
    """(λ, 2): the minimum for every λ that the slider has."""
    return _path(spec.without_strength)


def at_minimum(spec: SurfaceSpec) -> Pull:
    """The pulls where they are in balance. On the kink of |w| the penalty's is whatever holds the data's."""
    w = minimum(spec)
    here = parts(w, spec.data(), spec.by)
    held = (w == 0) & (spec.by.l1 > 0)
    return here._replace(penalty_gradient=np.where(held, -here.data_gradient, here.penalty_gradient))


def boundary(w: Array, penalty: str) -> Array:
    """(corners, 2): all weights whose penalty is that of w, a diamond, a circle, or something in between."""
    by = SHARES[penalty]
    angles = 2 * np.pi * np.arange(ANGLES + 1) / ANGLES
    rays = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    rays[np.abs(rays) < 1e-15] = 0
    level, a = by.value(w), by.l1 * np.abs(rays).sum(axis=-1)
    if by.l2 == 0:
        return np.asarray(rays * (level / a if by.l1 else 0 * a)[:, None])
    # l2 r² + a r = level
    return np.asarray(rays * ((np.sqrt(a * a + 4 * by.l2 * level) - a) / (2 * by.l2))[:, None])


def axis() -> Array:
    return np.linspace(-REACH, REACH, CELLS)


def penalty_on_grid(by: L1L2) -> Array:
    """(row, column): R is what w₁ costs and what w₂ costs."""
    costs = np.array([by.value(w) for w in axis()])
    return np.asarray(costs[:, None] + costs)


def grid() -> Array:
    """(row, column, 2): w₂ grows upwards, w₁ to the right; the first row is the lowest."""
    return np.stack(np.meshgrid(axis(), axis()), axis=-1)


@lru_cache(maxsize=64)
def _data_on_grid(spec: SurfaceSpec) -> tuple[Array, Array]:
    return data_loss(grid(), spec.data()), data_gradient(grid(), spec.data())


def picture(spec: SurfaceSpec) -> bytes:
    """What the browser draws, as float32: the engine computed every number in it."""
    loss, gradient = _data_on_grid(replace(spec.without_strength, penalty=NONE))
    best, bottom = path(replace(spec, penalty=L1))[0], at_minimum(spec)

    def small(array: Array) -> Array:
        return array.astype(np.float32)

    return pack(
        {
            "penalty": spec.penalty,
            "strength": spec.strength,
            "l1": spec.by.l1,
            "l2": spec.by.l2,
            "axis": small(axis()),
            "data": small(loss),
            "extra": small(penalty_on_grid(spec.by)),
            "dataGradient": small(gradient),
            "extraGradient": small(spec.by.gradient(grid())),
            "boundary": small(boundary(bottom.w, spec.penalty)),
            "strengths": small(np.array(STRENGTHS)),
            "path": path(spec),
            "best": best,
            "minimum": bottom.w,
            "bottom": {
                "data": bottom.data,
                "extra": bottom.penalty,
                "dataGradient": bottom.data_gradient,
                "extraGradient": bottom.penalty_gradient,
            },
        }
    )


class Agreement(NamedTuple):
    checked: int  # derivatives
    worst: float  # the largest difference, as a share of the derivative
    wrong: int


def agreement(spec: SurfaceSpec) -> Agreement:
    """∂L/∂w against central differences, at some places of the picture beside the kinks."""
    data, by = spec.data(), spec.by
    places = grid()[::8, ::8].reshape(-1, 2)
    places = places[(places != 0).all(axis=1)]
    worst, wrong = 0.0, 0
    for w in places:
        here = parts(w, data, by)
        analytic = here.data_gradient + here.penalty_gradient

        def loss(u: Array) -> float:
            return float(data_loss(u, data)) + by.value(u)

        numeric = numerical_gradient(loss, w)
        wrong += int((verdicts(analytic, numeric, loss(w)) == 1).sum())
        worst = max(worst, float((np.abs(analytic - numeric) / np.maximum(np.abs(analytic), 1)).max()))
    return Agreement(places.size, worst, wrong)


def first_zero(spec: SurfaceSpec) -> list[float | None]:
    """From which λ on each weight is exactly 0; None: for no λ of the slider."""
    zeros = path(spec) == 0
    return [STRENGTHS[int(column.argmax())] if column.any() else None for column in zeros.T]


def show(spec: SurfaceSpec) -> Shown:
    """Both paths beside each other, and the pulls at the learner's own minimum."""
    bottom, checked = at_minimum(spec), agreement(spec)
    zeros = first_zero(replace(spec, penalty=L1))
    lines = {
        f"{name} with {penalty}": path(replace(spec, penalty=penalty))[:, index]
        for penalty in (L1, L2)
        for index, name in enumerate(("w₁", "w₂"))
    }
    numbers = {
        "added": added(spec),
        "minimum": ", ".join(significant(float(v)) for v in bottom.w),  # an exact zero is written 0
        "data_pull": ", ".join(decimal(float(v), 3) for v in -bottom.data_gradient),
        "penalty_pull": ", ".join(decimal(float(v), 3) for v in -bottom.penalty_gradient),
        "first_zero": " and ".join(
            f"w{mark} at λ = {decimal(at)}" if at is not None else f"w{mark} for no λ up to {decimal(STRENGTHS[-1], 0)}"
            for mark, at in zip("₁₂", zeros, strict=True)
        ),
        "checked": str(checked.checked),
        "worst": significant(checked.worst),
    }
    alt = f"Both weights of the minimum by λ. With L1 exactly 0: {numbers['first_zero']}."
    right = {0, 1} if np.abs(bottom.data_gradient).max() < RESTS else {1}  # without a penalty, nothing pulls
    paths = Lines(STRENGTHS, lines, "λ", "weight at the minimum", alt)
    return Shown(numbers, [paths, _pulls(spec, bottom)], right=right)


def added(spec: SurfaceSpec) -> str:
    """To the loss of the data, in words."""
    return "no penalty" if spec.penalty == NONE else f"{spec.penalty}, λ = {decimal(spec.strength)}"


def _pulls(spec: SurfaceSpec, bottom: Pull) -> Table:
    columns = {
        "at the minimum": ["w₁", "w₂"],
        "weight": [significant(float(v)) for v in bottom.w],
        "pull of the data, −∂D/∂w": [decimal(float(v), 3) for v in -bottom.data_gradient],
        "pull of the penalty, −∂R/∂w": [decimal(float(v), 3) for v in -bottom.penalty_gradient],
    }
    return Table(columns, f"{added(spec)}: the two pulls add up to 0")
