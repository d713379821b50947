"""The numbers of the LSTM lesson's questions, from the learner's own settings."""

from __future__ import annotations

import numpy as np

from experiments.lstm.spec import LSTMSpec
from experiments.numbers import decimal, significant, whole
from experiments.recurrent.questions import counts
from experiments.recurrent.run import run
from experiments.recurrent.walk import sigmoid


def question_numbers(spec: LSTMSpec) -> dict[str, str]:
    """Name → text, for the placeholders of the lesson's questions."""
    simple = spec.units * (spec.input_shape[1] + spec.units + int(spec.use_bias))
    three = {"parameters_three": whole(3 * simple), "parameters_simple": whole(simple)}
    return counts(spec) | three | _last_cell(spec) | _kept(spec)


def _last_cell(spec: LSTMSpec) -> dict[str, str]:
    """Unit 0 at the last step."""
    trace = run(spec).trace
    i, f, g, o = trace.gates[0, -1, :, 0]
    before, c = trace.c[0, -2:, 0]
    numbers = {
        "i": i,
        "f": f,
        "g": g,
        "o": o,
        "c_before": before,
        "c": c,
        "c_added": before + g,
        "c_swapped": i * before + f * g,
        "c_shown": o * c,
        "h": o * np.tanh(c),
        "h_without_tanh": o * c,
        "h_without_gate": np.tanh(c),
        "h_forgotten": f * np.tanh(c),
    }
    return {name: decimal(float(value), 3) for name, value in numbers.items()}


def _kept(spec: LSTMSpec) -> dict[str, str]:
    """What is left of a cell to which nothing is added, with the forget gate at σ(forget_bias)."""
    bias, steps = spec.forget_bias if spec.has_forget_bias else 0.0, spec.input_shape[0]
    gate = sigmoid(bias)
    numbers = {
        "gate": gate,
        "left": gate**steps,
        "left_once": gate,
        "left_times": gate / steps,
        "left_other": (1 - gate) ** steps,
    }
    return {"bias": decimal(bias)} | {name: significant(value) for name, value in numbers.items()}
