"""The gradients of a run once more, by central differences of L: what the lens shows beside them.

    ∂L/∂p ≈ (L(p + h) − L(p − h)) / 2h

L is computed by forward passes of the layer; nothing of the backward pass is used. Many are made at once:

    of x            a sequence each, in one batch
    of what enters  the same, with an input more for every gate and unit, whose kernel is the identity:  x W + e I
    of a weight     independent copies of the layer side by side, as one layer: W and b repeated, R block-diagonal
    of a state      the rest of the sequence, begun from that state

Dropout is a factor of x and of R here, so that every pass silences the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.gradient_check import STEP
from engine.layers.layer import Params
from engine.layers.recurrent import Recurrent
from experiments.losses import cell_losses
from experiments.recurrent.run import Run
from experiments.recurrent.spec import RecurrentSpec

WIDE = 96  # units of a layer that holds copies: calls are dearer than the zeros of a larger product

States = tuple[Array, ...]  # (N, U) each: h, and c of an LSTM


class Differences(NamedTuple):
    """Numerical gradients of what every recurrent layer has."""

    params: Params
    dx: Array  # (T, C)
    entering: Array  # (T, G, U)  by what enters each gate
    dh: Array  # (T, U)
    dy: Array
    dinitial: States


class Passes:
    """Forward passes of a learner's layer: what L is when one number is another."""

    def __init__(self, spec: RecurrentSpec, run: Run) -> None:
        self.run = run
        self.layer: Any = replace(
            spec.layer, dropout=0.0, recurrent_dropout=0.0, go_backwards=False, return_sequences=True
        )
        self.sequences = spec.return_sequences
        self.order = slice(None, None, -1 if spec.go_backwards else 1)
        self.x = run.x[self.order] * run.drop_x  # (T, C)

    def losses(self, h: Array) -> Array:
        """(N, T', U), the last states of a sequence → (N,): L, but for what the steps before add."""
        r = self.run.r
        if not self.sequences:
            return cell_losses(h[:, -1], r).sum(axis=-1)
        return cell_losses(h, None if r is None else r[-h.shape[1] :]).sum(axis=(1, 2))

    def folded(self, params: Params) -> Params:
        """(h ∘ drop) R = h (drop R)."""
        return params | {"recurrent_kernel": params["recurrent_kernel"] * self.run.drop_h[:, None]}

    def of_inputs(self, x: Array, params: Params | None = None) -> Array:
        """(N, T, C) → (N,)"""
        first = (np.broadcast_to(state, (len(x), state.size)) for state in self.run.initial)
        h, _ = self.layer.forward(params or self.folded(self.run.params), Recurrent(x, *map(np.array, first)))
        return self.losses(h)

    def from_state(self, step: int, states: States) -> Array:
        """(N,): L, if these are the states after a step, the first of which is 0; −1 is before them."""
        rest, h = (
            self.x[step + 1 :],
            states[0][:, None] if step >= 0 else np.zeros((len(states[0]), 0, states[0].shape[1])),
        )
        if len(rest):
            given = Recurrent(np.array(np.broadcast_to(rest, (len(h), *rest.shape))), *states)
            later, _ = self.layer.forward(self.folded(self.run.params), given)
            h = np.concatenate([h, later], axis=1)
        return self.losses(h)

    def of_weights(self, name: str) -> Array:
        """∂L/∂(a parameter), of its shape."""
        weights = self.run.params[name]
        copies = max(2, WIDE // self.layer.units // 2 * 2)
        h = STEP * np.maximum(1, np.abs(weights.ravel()))
        moved = np.repeat(weights.ravel()[None], 2 * weights.size, axis=0)  # a row up and one down, for each weight
        at = np.arange(weights.size)
        moved[2 * at, at] += h
        moved[2 * at + 1, at] -= h
        rows = moved.reshape(-1, *weights.shape)
        losses = np.concatenate([self._side_by_side(name, rows[k : k + copies]) for k in range(0, len(rows), copies)])
        return ((losses[::2] - losses[1::2]) / (moved[2 * at, at] - moved[2 * at + 1, at])).reshape(weights.shape)

    def _side_by_side(self, name: str, some: Array) -> Array:
        """(K,): L of K layers that differ in one parameter, (K, *shape), computed as one layer of K·U units."""
        count, units, gates = len(some), self.layer.units, len(self.layer.gates)
        params = {key: np.repeat(value[None], count, axis=0) for key, value in self.run.params.items()} | {name: some}
        wide = {key: _wide(value, gates, units) for key, value in params.items() if key != "recurrent_kernel"}
        recurrent = params["recurrent_kernel"].reshape(count, units, gates, units) * self.run.drop_h[:, None, None]
        blocks = np.zeros((count, units, gates, count, units))
        k = np.arange(count)
        blocks[k, :, :, k] = recurrent  # (K, from unit, gate, unit)
        wide["recurrent_kernel"] = blocks.reshape(count * units, gates * count * units)
        first = (np.tile(state, count)[None] for state in self.run.initial)
        h, _ = replace(self.layer, units=count * units).forward(wide, Recurrent(self.x[None], *first))
        return self.losses(np.ascontiguousarray(h[0].reshape(-1, count, units).transpose(1, 0, 2)))

    def of_states(self, states: Callable[[int, Array], States], values: Array) -> Array:
        """∂L/∂(a number of every step and unit), (T, U): `states` says what follows from it within its own step."""
        return np.stack([self.at_step(t, partial(states, t), row) for t, row in enumerate(values)])

    def at_step(self, step: int, states: Callable[[Array], States], row: Array) -> Array:
        """∂L/∂(a number a unit) of one step, (U,)."""
        return central(lambda moved: self.from_state(step, states(moved)), row)


def _wide(some: Array, gates: int, units: int) -> Array:
    """(K, …, G·U) → (…, G·K·U)"""
    split = some.reshape(*some.shape[:-1], gates, units)
    return np.moveaxis(split, 0, -2).reshape(*some.shape[1:-1], gates * len(some) * units)


def central(f: Callable[[Array], Array], x: Array) -> Array:
    """∂f/∂x from one call of f, which takes (N, *shape of x) and gives (N,)."""
    moves = np.zeros((x.size, x.size))
    np.fill_diagonal(moves, STEP * np.maximum(1, np.abs(x.ravel())))
    above, below = x.ravel() + moves, x.ravel() - moves
    losses = f(np.concatenate([above, below]).reshape(-1, *x.shape))
    at = np.arange(x.size)
    return ((losses[: x.size] - losses[x.size :]) / (above - below)[at, at]).reshape(x.shape)


def differences(spec: RecurrentSpec, run: Run, passes: Passes) -> Differences:
    """Every cell of all gradients that every recurrent layer has."""
    layer, (steps, _) = passes.layer, passes.x.shape
    columns = len(layer.gates) * layer.units
    wider = passes.folded(run.params)
    wider["kernel"] = np.concatenate([wider["kernel"], np.eye(columns)])

    def with_more(entering: Array) -> Array:
        x = np.broadcast_to(passes.x, (len(entering), *passes.x.shape))
        return passes.of_inputs(np.concatenate([x, entering], axis=2), wider)

    dx = central(lambda x: passes.of_inputs(x[:, passes.order] * run.drop_x), run.x)
    entering = central(with_more, np.zeros((steps, columns)))
    return Differences(
        params={name: passes.of_weights(name) for name in run.params},
        dx=dx,
        entering=entering.reshape(steps, -1, layer.units),
        dh=passes.of_states(lambda t, h: _others(run, t, h), run.h),
        dy=(cell_losses(run.y + STEP, run.r) - cell_losses(run.y - STEP, run.r)) / ((run.y + STEP) - (run.y - STEP)),
        dinitial=tuple(_of_initial(passes, which) for which in range(len(run.initial))),
    )


def _others(run: Run, step: int, h: Array) -> States:
    """The states after a step, of which h is another one."""
    cells = getattr(run.trace, "c", None)
    return (h,) if cells is None else (h, np.repeat(cells[0, step + 1][None], len(h), axis=0))


def _of_initial(passes: Passes, which: int) -> Array:
    def states(moved: Array) -> States:
        initial = [np.repeat(state[None], len(moved), axis=0) for state in passes.run.initial]
        return tuple(moved if k == which else state for k, state in enumerate(initial))

    return passes.at_step(-1, states, passes.run.initial[which])
