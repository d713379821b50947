"""One pooling of one picture, forward and backward, and its gradients once more by differences.

Which cell wins, and so where max pooling sends its gradient, depends on the order of the cells alone. Where two of them
tie, max has no derivative; so its differences are taken at cells of the same order that stand GAP apart.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers.global_pooling import GlobalMaxPooling, GlobalPooling
from engine.layers.pooling import MaxPooling, Pooling
from experiments import losses
from experiments.losses import cell_losses
from experiments.pooling.spec import PoolingSpec

GAP = 0.01
STEP = GAP / 4  # all here is linear or square between two ties: central differences are exact at any step


class Microscope(NamedTuple):
    """In float64, without the batch axis."""

    x: Array  # (H, W, 1)
    y: Array  # (OH, OW, 1), or (1,)
    winners: Array | None  # of a max pooling, the shape of y: flat index of the cell that won
    share: Array | None  # of an average pooling, (OH, OW) or (1,): 1 / cells of the window
    loss: float
    dy: Array
    dx: Array


class Differences(NamedTuple):
    dx: Array
    dy: Array


def microscope(spec: PoolingSpec, kind: str | None = None) -> Microscope:
    """The learner's pooling, or another kind with the same window."""
    layer, x = spec.layer_of(kind or spec.kind), spec.input()
    y, trace = layer.forward({}, x[None])
    loss, dy = losses.loss_and_gradient(y[0], loss_weights(spec, y[0]))
    dx, _ = layer.backward({}, trace, dy[None])
    winners = trace.winners[0] if isinstance(layer, MaxPooling | GlobalMaxPooling) else None
    return Microscope(x, y[0], winners, _share(layer, x) if winners is None else None, loss, dy, dx[0])


def loss_weights(spec: PoolingSpec, y: Array) -> Array | None:
    """r of a loss L = Σ r·y. The one cell is the middle one."""
    cell = (*(n // 2 for n in y.shape[:-1]), 0)
    return losses.loss_weights(spec.loss, y.shape, spec.rng(), cell)


def differences(spec: PoolingSpec, m: Microscope) -> Differences:
    """Every cell of both gradients."""
    r = loss_weights(spec, m.y)
    dy = (cell_losses(m.y + STEP, r) - cell_losses(m.y - STEP, r)) / (2 * STEP)
    at, weights = (m.x, r) if m.winners is None else (in_order(m.x), m.dy)
    moves = STEP * np.eye(at.size).reshape(-1, *at.shape)
    above, below = (spec.layer.forward({}, at + sign * moves)[0] for sign in (1, -1))
    steps = cell_losses(above, weights) - cell_losses(below, weights)
    return Differences(steps.reshape(at.size, -1).sum(axis=1).reshape(at.shape) / (2 * STEP), dy)


def in_order(x: Array) -> Array:
    """Cells in the same order as these, GAP apart; of equals the first is the largest, as it wins."""
    falling = np.argsort(-x.ravel(), kind="stable")
    apart = np.empty(x.size)
    apart[falling] = -GAP * np.arange(x.size)
    return apart.reshape(x.shape)


def _share(layer: Pooling | GlobalPooling, x: Array) -> Array:
    if isinstance(layer, GlobalPooling):
        return np.array([1 / x.size])
    return 1 / layer.windows(x.shape).cells_inside()
