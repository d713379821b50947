"""GR1: one gate instead of two, no cell beside the state. A GRU and an LSTM on the same sequence."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers.lstm import LSTM
from experiments.gru.spec import GRUSpec
from experiments.numbers import decimal, ends, scientific
from experiments.recurrent.spec import WEIGHTS, ZEROS
from experiments.scene import Scale
from experiments.shown import Maps, Picture, Shown

ROUNDING = 1e-15


class Interpolation(NamedTuple):
    """(T, U) each."""

    z: Array
    h: Array
    difference: float  # largest, of h from z h₋₁ + (1 − z) n
    outside: int  # states that do not lie between h₋₁ and n
    f: Array
    i: Array
    c: Array
    lstm_outside: int  # cells of the LSTM that do not lie between c₋₁ and g
    grown: float  # the LSTM's cell after as many steps with f = i = g = 1


def interpolation(spec: GRUSpec) -> Interpolation:
    """The learner's GRU, and an LSTM of the same size from the same seed, on the learner's sequence."""
    spec = replace(spec, initial_state=ZEROS, dropout=0.0, recurrent_dropout=0.0)
    params, x, _ = spec.given()
    _, trace = spec.layer.forward(params, x[None])
    z, _, n = trace.gates[0].transpose(1, 0, 2)
    before, h = trace.h[0, :-1], trace.h[0, 1:]
    lstm = LSTM(spec.units, use_bias=spec.use_bias, go_backwards=spec.go_backwards)
    theirs, _ = lstm.init(spec.rng(WEIGHTS), x.shape, np.float64)
    _, other = lstm.forward(theirs, x[None])
    i, f, g, _ = other.gates[0].transpose(1, 0, 2)
    c = other.c[0]
    _, counted = replace(lstm, clamp={"i": 1, "f": 1, "g": 1}).forward(theirs, x[None])
    return Interpolation(
        z,
        h,
        float(np.abs(h - (z * before + (1 - z) * n)).max()),
        _outside(h, before, n),
        f,
        i,
        c[1:],
        _outside(c[1:], c[:-1], g),
        float(counted.c[0, -1].max()),
    )


def _outside(values: Array, a: Array, b: Array) -> int:
    """How many do not lie between a and b."""
    low, high = np.minimum(a, b) - ROUNDING, np.maximum(a, b) + ROUNDING
    return int(np.sum((values < low) | (values > high)))


def show(spec: GRUSpec) -> Shown:
    """Gates and states of both over time."""
    result = interpolation(spec)
    gate, one = Scale(1, "magnitude"), Scale(1)
    cells, most = result.h.size, float(np.abs(result.h).max())
    return Shown(
        numbers={
            "difference": "0" if result.difference == 0 else scientific(result.difference),
            "between": str(cells - result.outside),
            "cells": str(cells),
            "outside": str(result.lstm_outside),
            "sums": ends((result.f + result.i).ravel()),
            "grown": decimal(result.grown, 0),
            "most": decimal(most),
            "steps": str(len(result.h)),
        },
        rows=[
            Maps(
                [
                    Picture("GRU: z keeps", result.z.T, gate, "activation"),
                    Picture("GRU: 1 − z renews", 1 - result.z.T, gate, "activation"),
                    Picture("GRU: state h", result.h.T, one, "activation"),
                ],
                alt=f"GRU: {cells - result.outside} of {cells} states lie between the one before and the candidate",
            ),
            Maps(
                [
                    Picture("LSTM: f keeps", result.f.T, gate, "activation"),
                    Picture("LSTM: i writes", result.i.T, gate, "activation"),
                    Picture("LSTM: cell c", result.c.T, one, "activation"),
                ],
                alt=f"LSTM: f and i add up to {ends((result.f + result.i).ravel())}",
            ),
        ],
    )
