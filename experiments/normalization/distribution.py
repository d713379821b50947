"""BN1 and LN1: what shares a mean has mean 0 and variance σ² / (σ² + ε) afterwards, then γ and β move it on purpose.

RMS norm subtracts no mean; its mean square becomes that of x over itself and ε. At inference batch norm uses what it
has kept, and its batch has whatever mean it has.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.normalization.scene import computed
from experiments.normalization.spec import NormSpec
from experiments.numbers import decimal, scientific
from experiments.shown import Bars, Shown, Table

EDGES = np.arange(-6.5, 7.0)  # of the bars, 1 wide
NORMED, ROOT_MEAN_SQUARE, KEPT = "Normalized", "RMS norm", "At inference"  # the lesson's cases


class Distribution(NamedTuple):
    """Of the numbers that share a mean, a row each; flat."""

    before: Array  # (rows, 2)  mean and variance of x
    after: Array  # (rows, 2)  of x̂
    expected: Array  # (rows,)  σ² / (σ² + ε); of RMS norm the mean square / (mean square + ε)
    x: Array
    y: Array

    @property
    def off(self) -> tuple[float, float]:
        """How far means of x̂ are from 0, and its variances from what is expected, at most."""
        return float(np.abs(self.after[:, 0]).max()), float(np.abs(self.after[:, 1] - self.expected).max())


def distribution(spec: NormSpec) -> Distribution:
    """Of the learner's tensor, by its own norm."""
    values = computed(spec)
    x, normalized = (spec.rows(values[name]) for name in ("x", "xh"))
    if spec.centres:
        before, after = (np.stack([a.mean(axis=1), a.var(axis=1)], axis=1) for a in (x, normalized))
    else:
        before, after = (np.stack([a.mean(axis=1), (a**2).mean(axis=1)], axis=1) for a in (x, normalized))
    expected = before[:, 1] / (before[:, 1] + spec.epsilon)
    return Distribution(before, after, expected, values["x"].ravel(), values["y"].ravel())


def show(spec: NormSpec) -> Shown:
    result = distribution(spec)
    size = "variance" if spec.centres else "mean square"
    mean_off, size_off = result.off
    counts = {name: np.histogram(np.clip(a, -6, 6), EDGES)[0] for name, a in (("x", result.x), ("y", result.y))}
    bars = Bars(
        [f"{edge + 0.5:g}" for edge in EDGES[:-1]], counts, "value, rounded", "numbers of the tensor",
        f"How the {result.x.size} numbers lie: x with a mean of {decimal(result.x.mean())} and a standard deviation of "
        f"{decimal(result.x.std())}, y with {decimal(result.y.mean())} and {decimal(result.y.std())}",
    )  # fmt: skip
    columns = {
        f"shares a {'mean' if spec.centres else size}": spec.row_names(),
        "mean of x": [decimal(float(mean)) for mean in result.before[:, 0]],
        f"{size} of x": [decimal(float(of)) for of in result.before[:, 1]],
        "mean of x̂": [decimal(float(mean), 4) for mean in result.after[:, 0]],
        f"{size} of x̂": [decimal(float(of), 4) for of in result.after[:, 1]],
        "σ² / (σ² + ε)" if spec.centres else "its share with ε": [decimal(float(of), 4) for of in result.expected],
    }
    alt = f"Mean and {size} before and after: {len(result.before)} rows"
    case = KEPT if spec.keeps_statistics else NORMED if spec.centres else ROOT_MEAN_SQUARE
    numbers = {
        "norm": spec.norm,
        "rows": str(len(result.before)),
        "mean_off": scientific(mean_off) if mean_off < 1e-3 else decimal(mean_off),
        "size_off": scientific(size_off) if size_off < 1e-3 else decimal(size_off),
        "epsilon": f"{spec.epsilon:g}",
        "least": decimal(float(result.after[:, 1].min()), 4),
        "gamma": decimal(spec.gamma, 1),
        "beta": f" and β = {decimal(spec.beta, 1)}" if spec.centres else "",
        "y_mean": decimal(float(result.y.mean())),
        "y_size": decimal(float(result.y.std())),
    }
    return Shown(numbers, [bars, Table(columns, alt)], case=case)
