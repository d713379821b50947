"""LS4, first half: how long an LSTM's cell carries a gradient, by the bias of its forget gate.

    c_t = f ∘ c_{t−1} + i ∘ g        so  ∂L/∂c_{t−1} = f ∘ ∂L/∂c_t  + what comes through the gates

With a bias b and nothing else in the gate, f is σ(b), and σ(b)^(T−t) of a gradient is left at step t. The gates also
read the state before, through which a gradient has further ways back.

Hochreiter and Schmidhuber 1997, "Long short-term memory", doi:10.1162/neco.1997.9.8.1735
Gers, Schmidhuber and Cummins 2000, "Learning to forget", doi:10.1162/089976600300015015
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from engine.layers import LSTM
from experiments.numbers import decimal, significant
from experiments.recurrent.walk import Walk, drawn, sigmoid, walk
from experiments.shown import Shown, Table, Walks

STEPS, UNITS = 100, 16  # UNITS also channels of the sequence
SEEDS = range(5)
BIASES = 0.0, 1.0, 3.0, 5.0


class Carried(NamedTuple):
    """LSTMs whose forget gates start with one bias: a walk of ∂L/∂c a seed."""

    bias: float
    listening: list[Walk]  # weights as Keras starts them
    alone: list[Walk]  # gates that know nothing but their bias

    @property
    def predicted(self) -> float:
        """σ(b)ᵀ"""
        return float(self.alone[0].predicted[0])


def carried(bias: float) -> Carried:
    """The way back through `STEPS` steps, on inputs of size 1."""
    return Carried(bias, *([_walk(bias, seed, deaf=deaf) for seed in SEEDS] for deaf in (False, True)))


def _walk(bias: float, seed: int, *, deaf: bool) -> Walk:
    inputs, direction, weights = np.random.default_rng(seed).spawn(3)
    x = inputs.standard_normal((1, STEPS, UNITS))
    v = direction.standard_normal((1, UNITS))
    layer = LSTM(UNITS, forget_bias=bias)
    params, _ = layer.init(weights, x.shape[1:], np.float64)
    if deaf:
        params = params | {name: np.zeros_like(params[name]) for name in ("kernel", "recurrent_kernel")}
    back = walk(layer, params, x, v / np.linalg.norm(v), of="c")
    return replace(back, name=f"b = {decimal(bias, 0)}", rate=sigmoid(bias), formula="σ(b)")


def show(_spec: object = None) -> Shown:
    """A line a bias on one fixed log scale, and the seeds in numbers."""
    each = [carried(bias) for bias in BIASES]
    listening = [np.array([walk.gradient[0] for walk in at.listening]) for at in each]
    return Shown(
        numbers={
            f"{name}_{decimal(at.bias, 0)}": significant(value)
            for at, arrived in zip(each, listening, strict=True)
            for name, value in (("predicted", at.predicted), ("arrives", float(np.median(arrived))))
        },
        rows=[
            Walks(
                drawn([at.listening[0] for at in each]),
                f"∂L/∂c of four LSTMs over {STEPS} steps, whose forget gates start with different biases b",
            ),
            Table(
                {
                    "b": [decimal(at.bias, 0) for at in each],
                    "σ(b)": [decimal(at.alone[0].rate or 0, 3) for at in each],
                    f"σ(b) to the power of {STEPS}": [significant(at.predicted) for at in each],
                    "the cell alone": [significant(at.alone[0].gradient[0]) for at in each],
                    "with gates that read inputs and state": [significant(float(np.median(a))) for a in listening],
                    "smallest and largest": [f"{significant(a.min())} to {significant(a.max())}" for a in listening],
                },
                alt=f"∂L/∂c at the first of {STEPS} steps, by forget bias: predicted, through the cell alone, "
                f"and with gates that listen, the median of {len(SEEDS)} seeds",
            ),
        ],
    )
