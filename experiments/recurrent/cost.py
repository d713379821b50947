"""What SimpleRNN, GRU and LSTM cost: parameters and multiply–adds counted, the time of a training step measured."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from engine.layers.gru import GRU
from engine.layers.lstm import LSTM
from engine.layers.simple_rnn import SimpleRNN
from experiments.numbers import decimal
from experiments.shown import Table

RNN, PLAIN_GRU, KERAS_GRU, FULL = "SimpleRNN", "GRU, reset_after=False", "GRU", "LSTM"
MEASURED = {"units": 64, "channels": 64, "steps": 50, "batch": 16}
TIMES = 9  # of which the median is told


class Cost(NamedTuple):
    parameters: int
    operations: int  # multiply–adds of one step of one sequence
    seconds: float  # of forward and backward at MEASURED, on this machine, now


def layers(units: int, use_bias: bool = True) -> dict[str, Any]:
    """Of the same size each."""
    size: dict[str, Any] = {"units": units, "use_bias": use_bias}
    return {
        RNN: SimpleRNN(**size),
        PLAIN_GRU: GRU(**size, reset_after=False),
        KERAS_GRU: GRU(**size),
        FULL: LSTM(**size),
    }


def costs(units: int, channels: int, use_bias: bool) -> dict[str, Cost]:
    """Counts at the learner's size, times at one that is large enough to be measured."""
    measured = layers(MEASURED["units"])
    return {
        name: Cost(
            layer.parameter_count((1, channels)), layer.operation_count((1, channels)), seconds_of(measured[name])
        )
        for name, layer in layers(units, use_bias).items()
    }


def seconds_of(layer: Any) -> float:
    """The median time of forward and backward, in float32."""
    rng = np.random.default_rng(0)
    shape = MEASURED["steps"], MEASURED["channels"]
    params, _ = layer.init(rng, shape)
    x = rng.standard_normal((MEASURED["batch"], *shape)).astype(np.float32)
    times = []
    for _ in range(TIMES + 1):
        start = time.perf_counter()
        y, trace = layer.forward(params, x)
        layer.backward(params, trace, y)
        times.append(time.perf_counter() - start)
    return float(np.median(times[1:]))  # the first may have compiled


def table(found: Mapping[str, Cost]) -> Table:
    columns: dict[str, Any] = {
        "layer": list(found),
        "parameters": [cost.parameters for cost in found.values()],
        "multiply–adds a step": [cost.operations for cost in found.values()],
        "milliseconds, measured": [decimal(1000 * cost.seconds) for cost in found.values()],
    }
    said = (f"{name} {cost.parameters} parameters, {decimal(1000 * cost.seconds)} ms" for name, cost in found.items())
    return Table(columns, alt="; ".join(said))


def told() -> dict[str, str]:
    """At which size the time is measured."""
    return {f"measured_{name}": str(value) for name, value in MEASURED.items()} | {"times": str(TIMES)}
