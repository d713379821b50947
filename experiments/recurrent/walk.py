"""The way of a gradient back through time: how much of it arrives at each step of a network.

    L = ⟨v, h_T⟩        v: some direction, of length 1

so the gradient starts at the last state with length 1, and what is left of it at step t is ‖∂L/∂h_t‖. Beside it stands
what one factor a step predicts from the length at the last step, g_T, on:

    ‖∂L/∂h_t‖ ≈ g_T · rate^(T − t)

The rate is ρ for an RNN whose recurrent weights have the spectral radius ρ, and σ(b) for the gate that carries the state
of an LSTM or a GRU on, where only the bias b speaks in it.

Pascanu, Mikolov and Bengio 2013, "On the difficulty of training recurrent neural networks",
https://arxiv.org/abs/1211.5063
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arrays import Array, leaves
from engine.initializers import initializer
from engine.layers.gru import GRU
from engine.layers.lstm import LSTM
from engine.layers.simple_rnn import SimpleRNN
from engine.layers.layer import Params
from engine.layers.recurrent import RecurrentLayer

INITIALIZERS = ORTHOGONAL, GAUSSIAN, IDENTITY = "orthogonal", "gaussian", "identity"


@dataclass(frozen=True)
class Walk:
    """T + 1 places each, from the state before the first step to the one after the last."""

    name: str  # of the network
    of: str  # the state, "h" or "c"
    gradient: Array  # (T + 1,) ‖∂L/∂h_t‖
    gate: str  # what lets the gradient pass from one state to the one before
    passes: Array  # (T + 1,) its mean in step t + 1, which the gradient at t comes through; NaN for t = T
    rate: float | None = None  # what a step multiplies by, as predicted; None where nothing is
    formula: str = ""  # of the rate
    kept: float = 1.0  # the share that clipping leaves of every gradient of the network

    @property
    def predicted(self) -> Array:
        """(T + 1,) from the gradient at the last step on; NaN where nothing is predicted."""
        steps = np.arange(len(self.gradient) - 1, -1, -1)
        return self.gradient[-1] * (np.nan if self.rate is None else self.rate) ** steps

    @property
    def factor(self) -> Array:
        """(T + 1,) what the step from t + 1 to t really multiplies by; NaN for t = T, and where nothing arrives."""
        later = np.append(self.gradient[1:], np.nan)
        return np.divide(self.gradient, later, out=np.full_like(later, np.nan), where=later > 0)

    @property
    def drawn(self) -> dict[str, Any]:
        """As the browser reads it."""
        return vars(self) | {"predicted": self.predicted, "factor": self.factor}


def walk(layer: RecurrentLayer, params: Params, x: Array, v: Array, *, of: str = "h", clip: float | None = None) -> Walk:
    """Forward over x (1, T, C), and back from ∂L/∂h_T = v (1, units)."""
    _, trace = layer.forward(params, x)
    steps = layer.backward_steps(params, trace, v)
    gate, passes = _gate(layer, trace)
    kept = 1.0 if clip is None else clipped(layer.backward(params, trace, v)[1], clip)
    name = "RNN" if isinstance(layer, SimpleRNN) else type(layer).__name__
    gradient = lengths((steps.dc if of == "c" else steps.dh)[0])
    return Walk(name, of, gradient, gate, np.append(passes.mean(axis=1), np.nan), kept=kept)


def _gate(layer: RecurrentLayer, trace: Any) -> tuple[str, Array]:
    """What the state passes from step to step, (T, units): the forget gate, the update gate, or φ′."""
    if isinstance(layer, LSTM):
        return "forget gate", trace.gates[0, :, 1]
    if isinstance(layer, GRU):
        return "update gate", trace.gates[0, :, 0]
    assert isinstance(layer, SimpleRNN)
    h = trace.h[0, 1:]
    slopes = {"tanh": 1 - h * h, "relu": (h > 0) * 1.0, "linear": np.ones_like(h)}
    return f"slope of {layer.activation}", slopes[layer.activation]


def clipped(grads: Any, most: float) -> float:
    """The factor for every gradient of a network, so that all together they are no longer than `most`."""
    length = float(lengths(np.concatenate([array.ravel() for _, array in leaves(grads)])))
    return min(1.0, most / length) if length > 0 else 1.0


def lengths(vectors: Array) -> Array:
    """‖v‖ along the last axis, also of vectors whose squares are too small for a float64."""
    largest = np.abs(vectors).max(axis=-1)
    scale = np.where(largest > 0, largest, 1)
    return largest * np.linalg.norm(vectors / scale[..., None], axis=-1)


def square_weights(rng: np.random.Generator, name: str, units: int) -> Array:
    """(units, units) with a spectral radius of 1: no eigenvalue is larger.

    Only of an orthogonal matrix and of the identity is 1 the norm too; a Gaussian one makes some vectors longer.
    """
    if name == GAUSSIAN:
        drawn = rng.standard_normal((units, units))
        return drawn / np.abs(np.linalg.eigvals(drawn)).max()
    return initializer(name)(rng, (units, units), np.float64)


def recurrent_weights(rng: np.random.Generator, name: str, units: int, gates: int, radius: float) -> Array:
    """(units, gates · units): a matrix of this spectral radius for each gate."""
    return np.concatenate([radius * square_weights(rng, name, units) for _ in range(gates)], axis=1)
