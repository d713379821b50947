"""LS3: the input gate saves, the output gate reveals. The first step is written, kept hidden, and shown at the end."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers.recurrent import Recurrent
from experiments.lstm.spec import LSTMSpec
from experiments.numbers import significant
from experiments.scene import Scale
from experiments.shown import Maps, Picture, Shown, Table

GATES = ("i", "f", "o")


class Saved(NamedTuple):
    held: Array  # (T, 3)  what i, f and o are held at
    c: Array  # (T, U)
    h: Array  # (T, U)
    arithmetic: float  # largest difference of c from i g + f c, and of h from o tanh c
    changes: dict[str, float]  # what is changed → how much the last state changes, at most


def plan(steps: int) -> Array:
    """(T, 3): i is open at the first step, o at the last, and f keeps."""
    held = np.zeros((steps, len(GATES)))
    held[0, 0] = held[-1, 2] = 1
    held[:, 1] = 1
    return held


def run_held(spec: LSTMSpec, x: Array, held: Array) -> tuple[Array, Array, Array]:
    """(c, h, g), (T, U) each: the learner's layer, a step at a time, with the gates held as planned."""
    params = spec.given().params
    plain = replace(spec.layer, dropout=0.0, recurrent_dropout=0.0, return_sequences=False, go_backwards=False)
    state = Recurrent(None, np.zeros((1, spec.units)), np.zeros((1, spec.units)))
    cells, states, candidates = [], [], []
    for x_t, values in zip(x, held, strict=True):
        layer = replace(plain, clamp=dict(zip(GATES, values.tolist(), strict=True)))
        _, trace = layer.forward(params, state._replace(sequence=x_t[None, None]))
        state = Recurrent(None, trace.h[:, 1], trace.c[:, 1])
        cells.append(trace.c[0, 1])
        states.append(trace.h[0, 1])
        candidates.append(trace.gates[0, 0, 2])
    return np.array(cells), np.array(states), np.array(candidates)


def saved(spec: LSTMSpec) -> Saved:
    """What the plan does, and what of the input reaches the last state."""
    x = spec.given().x
    held = plan(len(x))
    c, h, g = run_held(spec, x, held)
    i, f, o = held.T[:, :, None]
    before = np.concatenate([np.zeros((1, spec.units)), c[:-1]])
    arithmetic = max(np.abs(c - (f * before + i * g)).max(), np.abs(h - o * np.tanh(c)).max())

    def change(x: Array, held: Array = held) -> float:
        return float(np.abs(run_held(spec, x, held)[1][-1] - h[-1]).max())

    without_first, without_others = x.copy(), x.copy()
    without_first[0] = 0
    without_others[1:] = 0
    closed = held.copy()
    closed[0, 0] = 0
    changes = {
        "the first step reads nothing": change(without_first),
        "all later steps read nothing": change(without_others),
        "i = 0 at the first step": change(x, closed),
    }
    return Saved(held, c, h, float(arithmetic), changes)


def show(spec: LSTMSpec) -> Shown:
    """The plan of the gates, the cell and the state over time; and what changes the last state."""
    result = saved(spec)
    first, later, closed = (significant(change) for change in result.changes.values())
    hidden = float(np.abs(result.h[:-1]).max(initial=0.0))
    return Shown(
        numbers={
            "hidden": significant(hidden),
            "cell": significant(float(np.abs(result.c[-1]).max())),
            "shown": significant(float(np.abs(result.h[-1]).max())),
            "first": first,
            "later": later,
            "closed": closed,
            "last": str(len(result.h) - 1),
        },
        rows=[
            Maps(
                [
                    Picture("gates: i, f, o from above", result.held.T, Scale(1, "magnitude"), "activation"),
                    Picture("cell c", result.c.T, Scale(1), "activation"),
                    Picture("state h", result.h.T, Scale(1), "activation"),
                ],
                alt=f"The cell is written at step 0 and kept; h is {significant(hidden)} until the last step",
            ),
            Table(
                {
                    "what is changed": list(result.changes),
                    "the last h changes by": [significant(v) for v in result.changes.values()],
                },
                alt=f"The last state changes by {first} without the first step, by {later} without the others",
            ),
        ],
    )
