"""RN3, to be touched: the gradient's way back through an RNN, an LSTM and a GRU, at the learner's settings.

The three read the same sequence, and their recurrent weights are drawn alike: every gate has a matrix of the same
spectral radius ρ. The loss reads the last state: h, of the LSTM c or h, as the learner wants. Inputs, weights and the
direction v of the loss follow from the seed, each from a stream of its own, so that none changes because another
setting does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import GRU, LSTM, SimpleRNN
from engine.layers.layer import Params
from engine.layers.recurrent import RecurrentLayer
from experiments.numbers import decimal, significant
from experiments.recurrent.walk import GAUSSIAN, INITIALIZERS, ORTHOGONAL, Walk, drawn, recurrent_weights, sigmoid, walk
from experiments.spec import Spec, choice, number

UNITS = 16  # of every network, and channels of the sequence
NO_CLIP = "none"

LENGTH = "time steps of the sequence; the loss reads the state after the last one"
RADIUS = (
    "ρ, the size of the largest eigenvalue of the recurrent weights: of the RNN's, and of each gate's in the other two"
)
FORGET = "where the bias of the LSTM's forget gate starts: σ(b) of the cell is kept in each step"
UPDATE = "where the bias of the GRU's update gate starts: σ(b) of the state is kept in each step"
INPUT = "how large the inputs are: their standard deviation. Large ones drive tanh into saturation"
ACTIVATION = "of the RNN: what a step does to the sum; linear does nothing to it"
INITIALIZER = (
    "how the recurrent weights start. Orthogonal and identity make every vector exactly ρ times as long; Gaussian ones "
    "have the same largest eigenvalue, and yet make some vectors longer"
)
STATE = (
    "the state of the LSTM that the loss reads, and whose gradient is drawn: the cell c, which carries it on, or h, "
    "which is made anew in every step"
)
CLIP = "clips the gradient of all weights of a network together: if it is longer than this, it is made this long"


@dataclass(frozen=True)
class VanishingSpec(Spec):
    length: int = number(30, 2, 500, 1, LENGTH)
    spectral_radius: float = number(0.6, 0.5, 1.5, 0.01, RADIUS)
    forget_bias: float = number(3.0, 0.0, 8.0, 0.1, FORGET)
    update_bias: float = number(2.0, 0.0, 8.0, 0.1, UPDATE)
    input_scale: float = number(1.0, 0.0, 3.0, 0.05, INPUT)
    activation: str = choice("linear", ("linear", "tanh", "relu"), ACTIVATION)
    recurrent_initializer: str = choice(ORTHOGONAL, INITIALIZERS, INITIALIZER)
    global_clipnorm: str = choice(NO_CLIP, (NO_CLIP, "10", "1", "0.1"), CLIP)
    lstm_state: str = choice("c", ("c", "h"), STATE)
    seed: int = number(0, 0, 99, 1, "start of what is random: inputs, weights, the direction of the loss")

    @property
    def clip(self) -> float | None:
        return None if self.global_clipnorm == NO_CLIP else float(self.global_clipnorm)

    @property
    def keeps_length(self) -> bool:
        """The recurrent weights make every vector exactly ρ times as long."""
        return self.recurrent_initializer != GAUSSIAN


SHOWN: Mapping[tuple[str, str], VanishingSpec] = MappingProxyType(
    {
        ("vanishing", "ρ = 0.6: of the gradient at the last step nothing is left at the first"): VanishingSpec(),
        ("exploding", "ρ = 1.3: more than a thousand times as much arrives"): VanishingSpec(spectral_radius=1.3),
        ("cure: an orthogonal start", "ρ = 1: as long as it was, however many steps"): VanishingSpec(
            length=100, spectral_radius=1.0
        ),
        (
            "cure: clipping",
            "an exploding gradient is made short, and still reaches only the first steps",
        ): VanishingSpec(spectral_radius=1.3, global_clipnorm="1"),
        ("tanh saturates", "ρ = 1.5, and yet it vanishes: the slope of tanh"): VanishingSpec(
            length=100, spectral_radius=1.5, activation="tanh"
        ),
        (
            "500 steps",
            "gates that are almost always open carry it all the way; over the LSTM's recurrent weights it even grows",
        ): VanishingSpec(length=500, spectral_radius=0.98, forget_bias=7.0, update_bias=6.0),
    }
)  # settings worth a look: (label, help)
PRESETS: Mapping[tuple[str, str], Mapping[str, Any]] = MappingProxyType(
    {name: {field: value for field, value in vars(spec).items() if field != "seed"} for name, spec in SHOWN.items()}
)  # which leave the seed to the learner


class Networks(NamedTuple):
    x: Array  # (1, T, C) what all of them read
    v: Array  # (1, units) the gradient at the last state, of length 1
    layers: tuple[RecurrentLayer, ...]
    params: tuple[Params, ...]

    @property
    def norm(self) -> float:
        """‖R‖ of the RNN: how many times as long its recurrent weights make a vector at most."""
        return float(np.linalg.norm(self.params[0]["recurrent_kernel"], 2))


def networks(spec: VanishingSpec) -> Networks:
    """RNN, LSTM and GRU, in float64."""
    inputs, direction, *streams = np.random.default_rng(spec.seed).spawn(5)
    x = spec.input_scale * inputs.standard_normal((1, spec.length, UNITS))
    v = direction.standard_normal((1, UNITS))
    layers = (
        SimpleRNN(UNITS, activation=spec.activation),
        LSTM(UNITS, forget_bias=spec.forget_bias),
        GRU(UNITS, update_bias=spec.update_bias),
    )
    return Networks(
        x, v / np.linalg.norm(v), layers,
        tuple(_params(layer, rng, spec) for layer, rng in zip(layers, streams, strict=True)),
    )  # fmt: skip


def _params(layer: RecurrentLayer, rng: np.random.Generator, spec: VanishingSpec) -> Params:
    params, _ = layer.init(rng, (spec.length, UNITS), np.float64)
    drawn = recurrent_weights(rng, spec.recurrent_initializer, UNITS, len(layer.gates), spec.spectral_radius)
    return params | {"recurrent_kernel": drawn}


def walks(spec: VanishingSpec) -> tuple[Walk, Walk, Walk]:
    """The gradient's way back through the three of them, each with what is predicted for it."""
    return _walks(spec, networks(spec))


def rnn(spec: VanishingSpec) -> Walk:
    """The first of them alone."""
    return _rnn(spec, networks(spec))


def _walks(spec: VanishingSpec, made: Networks) -> tuple[Walk, Walk, Walk]:
    (_, lstm, gru), (_, lstm_params, gru_params) = made.layers, made.params
    kept = walk(lstm, lstm_params, made.x, made.v, of=spec.lstm_state, clip=spec.clip)
    return (
        _rnn(spec, made),
        replace(kept, rate=sigmoid(spec.forget_bias), formula="σ(b)") if spec.lstm_state == "c" else kept,
        replace(walk(gru, gru_params, made.x, made.v, clip=spec.clip), rate=sigmoid(spec.update_bias), formula="σ(b)"),
    )


def _rnn(spec: VanishingSpec, made: Networks) -> Walk:
    back = walk(made.layers[0], made.params[0], made.x, made.v, clip=spec.clip)
    return replace(back, rate=spec.spectral_radius, formula="ρ")


def picture(spec: VanishingSpec) -> bytes:
    """What the browser draws: every network's walk, and the texts that say what its prediction is worth."""
    made = networks(spec)
    shown = _walks(spec, made)
    return drawn(shown, _told(spec), _numbers(spec, made, *shown))


def _told(spec: VanishingSpec) -> list[str]:
    """The names of the texts: one a network, and one for clipping."""
    linear = spec.activation == "linear"
    if spec.keeps_length:
        rnn = "exact" if linear else f"bound of {spec.activation}"
    else:
        rnn = "in the long run" if linear else "no bound"
    texts = [rnn, "cell" if spec.lstm_state == "c" else "hidden", "update"]
    return [*texts, "clipped"] if spec.clip is not None else texts


def _numbers(spec: VanishingSpec, made: Networks, rnn: Walk, lstm: Walk, gru: Walk) -> dict[str, str]:
    """Of the texts."""
    return {
        "radius": decimal(spec.spectral_radius),
        "norm": decimal(made.norm),
        "activation": spec.activation,
        "slope": decimal(float(np.nanmean(rnn.passes))),
        "forget": decimal(float(np.nanmean(lstm.passes)), 3),
        "forget_start": decimal(sigmoid(spec.forget_bias), 3),
        "update": decimal(float(np.nanmean(gru.passes)), 3),
        "update_start": decimal(sigmoid(spec.update_bias), 3),
        "clip": spec.global_clipnorm,
        **{f"total_{walk.name}": significant(walk.total) for walk in (rnn, lstm, gru) if walk.total is not None},
    }
