"""The gradients of the microscope once more, by central differences of L: what the lens shows beside them.

    ∂L/∂p ≈ (L(p + h) − L(p − h)) / 2h,    L = Σ over the cells of y of what each adds to it

L is computed by forward passes of the layer, and nothing of the backward pass is used. Cells that share no output are
moved together, and each cell of y tells which of them moved it: of x those a kernel's span apart, of w one tap in
every filter.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.gradient_check import COPIES, STEP, numerical_gradient, sparse_numerical_gradient
from engine.layers import Conv2D
from experiments.convolution.microscope import Microscope, loss_weights
from experiments.convolution.spec import ConvolutionSpec, Weights
from experiments.losses import cell_losses

BUDGET = 40_000_000  # multiply–adds that a check may cost, some 40 ms: a learner waits for it
TOO_COSTLY = "not checked by differences here: it would take too long"


class Differences(NamedTuple):
    """Numerical gradients; None where checking every cell would take too long."""

    dx: Array | None
    dw: Array | None
    db: Array | None
    dy: Array


def differences(spec: ConvolutionSpec, m: Microscope) -> Differences:
    """Every cell of all gradients, by differences."""
    layer, windows, r = spec.layer, m.windows, loss_weights(spec, m.y.shape)
    weights = Weights(m.w, m.b)
    operations = layer.operation_count(m.x.shape)
    span = min(windows.span[0], m.x.shape[0]) * min(windows.span[1], m.x.shape[1])

    def losses(x: Array, bias: Array | None = m.b) -> Array:
        """What each cell of y adds to L, for a batch of inputs."""
        return cell_losses(layer.forward(Weights(m.w, bias).params, x)[0], r)

    dx = dw = None
    if 2 * span * m.x.shape[-1] * operations <= BUDGET:
        dx = sparse_numerical_gradient(losses, m.x[None], np.ones((1, *m.y.shape)), windows)[0]
    if 2 * m.w[..., 0].size * operations <= BUDGET:
        dw = _kernel_differences(layer, m.x, weights, r)
    db = None if m.b is None else numerical_gradient(lambda b: float(losses(m.x[None], b).sum()), m.b)
    dy = (cell_losses(m.y + STEP, r) - cell_losses(m.y - STEP, r)) / ((m.y + STEP) - (m.y - STEP))
    return Differences(dx, dw, db, dy)


def _kernel_differences(layer: Conv2D, x: Array, weights: Weights, r: Array | None) -> Array:
    """∂L/∂w from forward passes of banks that hold every filter with some of its weights moved up and down."""
    w, b = weights
    kh, kw, channels, filters = w.shape
    taps = kh * kw * channels
    flat = w.reshape(taps, filters)
    h = STEP * np.maximum(1.0, np.abs(flat))

    def moved(some: Array) -> Array:
        """(some taps, F): the difference of L when one of these taps moves, in every filter for itself."""
        moves = np.eye(taps)[some][:, None, :, None] * np.array([1.0, -1.0])[None, :, None, None] * h
        bank = flat + moves  # (some taps, ±, taps, F)
        steps = (bank[:, 0] - bank[:, 1])[np.arange(len(some)), some]  # (some taps, F) as rounded
        # filters of one group stay together: (taps, G, F/G, tap moved, ±)
        grouped = bank.reshape(len(some), 2, taps, layer.groups, -1).transpose(2, 3, 4, 0, 1)
        kernel = np.ascontiguousarray(grouped.reshape(kh, kw, channels, -1))
        biases = None if b is None else np.repeat(b, 2 * len(some))
        y, _ = replace(layer, filters=kernel.shape[-1]).forward(Weights(kernel, biases).params, x[None])
        # (OH, OW, F, tap moved, ±)
        cells = y[0].reshape(*y.shape[1:3], filters, len(some), 2)
        losses = cell_losses(cells, None if r is None else r[..., None, None])
        return (losses[..., 0] - losses[..., 1]).sum(axis=(0, 1)).T / steps

    a_part = max(1, COPIES // (2 * prod(layer.output_shape(x.shape))))  # so many at once that the maps stay small
    parts = [moved(np.arange(first, min(first + a_part, taps))) for first in range(0, taps, a_part)]
    return np.concatenate(parts).reshape(w.shape)
