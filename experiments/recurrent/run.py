"""One forward and one backward pass of a learner's recurrent layer, in float64."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers.layer import Params
from engine.layers.recurrent import Recurrent
from experiments.losses import loss_and_gradient, loss_weights
from experiments.recurrent.spec import DROPOUT, GRADIENT, RecurrentSpec


class Run(NamedTuple):
    """Without the batch axis. What has a T is in the order of the steps, x and dx in the order of the array."""

    params: Params
    x: Array  # (T, C)
    initial: tuple[Array, ...]  # (U,) each: h, and c of an LSTM; empty where they are zero
    trace: Any  # of the layer, with its batch axis
    y: Array  # (U,) or (T, U)
    r: Array | None  # of a loss Σ r·y, shaped like y
    loss: float
    dy: Array
    steps: Any  # the gradient at every step and gate, with its batch axis
    dx: Array  # (T, C)
    dinitial: tuple[Array, ...]
    grads: Params

    @property
    def drop_x(self) -> Array:
        """(C,): the factors of the dropout on x; 1 without."""
        return self.trace.given.drop_x[0]

    @property
    def drop_h(self) -> Array:
        """(U,)"""
        return self.trace.given.drop_h[0]

    @property
    def h(self) -> Array:
        """(T, U): h_1 … h_T."""
        return self.trace.h[0, 1:]


def run(spec: RecurrentSpec) -> Run:
    """Runs the layer forward, the loss, and the layer backward."""
    layer: Any = spec.layer
    params, x, initial = spec.given()
    given = Recurrent(x[None], *(state[None] for state in initial)) if initial else x[None]
    y, trace = layer.forward(params, given, training=spec.trains, rng=spec.rng(DROPOUT))
    r = loss_weights(spec.loss, y.shape[1:], spec.rng(GRADIENT), (*(n - 1 for n in y.shape[1:-1]), 0))
    loss, dy = loss_and_gradient(y[0], r)
    steps = layer.backward_steps(params, trace, dy[None])
    back, grads = layer.backward(params, trace, dy[None])
    dx, *dinitial = back if initial else (back,)
    states = tuple(np.array(state[0]) for state in dinitial if state is not None)
    return Run(params, x, initial, trace, y[0], r, loss, dy, steps, dx[0], states, grads)
