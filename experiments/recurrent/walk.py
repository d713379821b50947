"""The way of a gradient back through time: how much of it arrives at each step of a network.

    L = ⟨v, s_T⟩        s: the state that carries the gradient, h, of an LSTM c;  v: some direction, of length 1

so the gradient starts at the last state with length 1, and what is left of it at step t is ‖∂L/∂s_t‖. Beside it stands
what one factor a step predicts:

    ‖∂L/∂s_t‖ ≈ rate^(T − t)

The rate is ρ for an RNN whose recurrent weights have the spectral radius ρ, and σ(b) for the gate that carries the
state of an LSTM or a GRU on, where only the bias b speaks in it.

Pascanu, Mikolov and Bengio 2013, "On the difficulty of training recurrent neural networks",
https://arxiv.org/abs/1211.5063
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.clipping import clip_factor, global_norm
from engine.initializers import initializer
from engine.layers import GRU, LSTM, SimpleRNN
from engine.layers.layer import Params
from engine.layers.recurrent import Recurrent, RecurrentLayer
from experiments.packing import pack

INITIALIZERS = ORTHOGONAL, GAUSSIAN, IDENTITY = "orthogonal", "gaussian", "identity"


@dataclass(frozen=True)
class Walk:
    """T + 1 places each, from the state before the first step to the one after the last."""

    name: str  # of the network
    of: str  # the state s, "h" or "c"
    gradient: Array  # (T + 1,) ‖∂L/∂s_t‖
    gate: str  # what lets the gradient pass from one state to the one before
    passes: Array  # (T + 1,) its mean in step t + 1, which the gradient at t comes through; NaN for t = T
    rate: float | None = None  # what a step multiplies by, as predicted; None where nothing is
    formula: str = ""  # of the rate
    total: float | None = None  # ‖∂L/∂θ‖ of all weights of the network together, where it is clipped
    clip: float | None = None  # at this length

    @property
    def predicted(self) -> Array:
        """(T + 1,) rate^(T − t); NaN where nothing is predicted."""
        if self.rate is None:
            return np.full_like(self.gradient, np.nan)
        return self.rate ** np.arange(len(self.gradient) - 1.0, -1, -1)

    @property
    def kept(self) -> float:
        """The share that clipping leaves of every gradient of the network."""
        return 1.0 if self.clip is None or self.total is None else clip_factor(self.clip, self.total)

    @property
    def factor(self) -> Array:
        """(T + 1,) what the step from t + 1 to t really multiplies by; NaN for t = T, and where nothing arrives."""
        later = np.append(self.gradient[1:], np.nan)
        return np.divide(self.gradient, later, out=np.full_like(later, np.nan), where=later > 0)


def drawn(walks: Sequence[Walk], told: Sequence[str] = (), numbers: Mapping[str, str] | None = None) -> bytes:
    """As the browser reads it: at most four walks, names of the texts that go with them, and the numbers of these."""
    return pack({"walks": [_drawn(w) for w in walks], "told": list(told), "numbers": dict(numbers or {})})


def _drawn(w: Walk) -> dict[str, Any]:
    """`arrives` and `predicted` are what clipping leaves; `before` is the gradient before it, where that is another."""
    said = {name: getattr(w, name) for name in ("name", "of", "gate", "passes", "rate", "formula", "factor")}
    before = None if w.kept == 1 else w.gradient
    return said | {"arrives": w.kept * w.gradient, "before": before, "predicted": w.kept * w.predicted}


def walk(
    layer: RecurrentLayer, params: Params, x: Array, v: Array, *, of: str = "h", clip: float | None = None
) -> Walk:
    """Forward over x (1, T, C), and back from ∂L/∂s_T = v (1, units), where `of` names the state s."""
    network: Any = replace(layer, return_state=True)  # each has a trace, and gradients of its steps, of its own type
    dy = Recurrent(None, **{of: v})
    _, trace = network.forward(params, x)
    steps = network.backward_steps(params, trace, dy)
    gate, passes = _gate(layer, trace)
    length = None if clip is None else global_norm(network.backward(params, trace, dy)[1])
    name = "RNN" if isinstance(layer, SimpleRNN) else type(layer).__name__
    gradient = lengths((steps.dc if of == "c" else steps.dh)[0])
    return Walk(name, of, gradient, gate, np.append(passes.mean(axis=1), np.nan), total=length, clip=clip)


def _gate(layer: RecurrentLayer, trace: Any) -> tuple[str, Array]:
    """What the state passes from step to step, (T, units): the forget gate, the update gate, or φ′."""
    if isinstance(layer, LSTM):
        return "forget gate", trace.gates[0, :, 1]
    if isinstance(layer, GRU):
        return "update gate", trace.gates[0, :, 0]
    assert isinstance(layer, SimpleRNN)
    return f"slope of {layer.activation}", layer.slope(trace.h[0, 1:])


def sigmoid(x: float) -> float:
    """σ(x): a gate in which only the bias x speaks."""
    return float(1 / (1 + np.exp(-x)))


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
