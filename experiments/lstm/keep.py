"""LS1: the cell keeps what it holds while f is 1 and i is 0. The learner's layer over many steps, gates held."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers.recurrent import Recurrent
from experiments.lstm.spec import LSTMSpec
from experiments.numbers import decimal, scientific, significant
from experiments.recurrent.spec import STATE
from experiments.recurrent.walk import sigmoid
from experiments.shown import Lines, Shown

STEPS = 200
ASKED_NUMBERS = {"steps": str(STEPS)}
NEARLY = 0.99
HELD: dict[str, dict[str, float]] = {
    "f = 1, i = 0": {"f": 1, "i": 0},
    f"f = {NEARLY}, i = 0": {"f": NEARLY, "i": 0},
    "free": {},
}


class Kept(NamedTuple):
    cells: dict[str, Array]  # (STEPS + 1, U)  c_0 … c_T
    left: dict[str, float]  # of the distance between two first cells, the share that is left after the last step
    moved: float  # how far the cell has moved from c_0, at most, while f is 1 and i is 0


def keep(spec: LSTMSpec) -> Kept:
    """The learner's sequence over and over, from two first cells."""
    params, x, _ = replace(spec, initial_state="zeros").given()
    sequence = np.resize(x, (STEPS, x.shape[1]))  # again and again
    first = spec.rng(STATE).uniform(-1, 1, (2, spec.units))  # two cells, in one batch
    given = Recurrent(np.stack([sequence] * 2), np.zeros_like(first), first)
    plain = replace(spec.layer, dropout=0.0, recurrent_dropout=0.0)
    cells = {name: replace(plain, clamp=clamp).forward(params, given)[1].c for name, clamp in HELD.items()}
    apart = {name: np.linalg.norm(c[0] - c[1], axis=1) for name, c in cells.items()}
    left = {name: float(distance[-1] / distance[0]) for name, distance in apart.items()}
    moved = float(np.abs(cells["f = 1, i = 0"] - first[:, None]).max())
    return Kept({name: c[0] for name, c in cells.items()}, left, moved)


def show(spec: LSTMSpec) -> Shown:
    """The first unit's cell over all steps."""
    result = keep(spec)
    bias = spec.forget_bias if spec.has_forget_bias else 0.0
    gate = sigmoid(bias)
    kept, nearly, free = result.left.values()
    return Shown(
        numbers=ASKED_NUMBERS
        | {
            "moved": significant(result.moved),
            "kept": significant(kept),
            "nearly": significant(nearly),
            "nearly_gate": str(NEARLY),
            "free": significant(free),
            "bias": decimal(bias),
            "shut": significant(1 - gate),
            "gate_left": significant(left) if (left := gate**STEPS) > 1e-3 else scientific(left),
        },
        rows=[
            Lines(
                np.arange(STEPS + 1),
                {name: c[:, 0] for name, c in result.cells.items()},
                x="time step",
                y="cell of unit 0",
                alt=f"Cell of unit 0 from {significant(result.cells['free'][0, 0])}: after {STEPS} steps "
                + ", ".join(f"{name} {significant(c[-1, 0])}" for name, c in result.cells.items()),
            )
        ],
    )
