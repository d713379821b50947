"""The numbers of the GRU lesson's questions, from the learner's own settings."""

from __future__ import annotations

from experiments.gru.spec import GRUSpec
from experiments.numbers import decimal, whole
from experiments.recurrent.questions import counts
from experiments.recurrent.run import run


def question_numbers(spec: GRUSpec) -> dict[str, str]:
    """Name → text, for the placeholders of the lesson's questions."""
    channels, units = spec.input_shape[1], spec.units
    simple = units * (channels + units + int(spec.use_bias))
    numbers = {"parameters_lstm": whole(4 * simple), "parameters_two": whole(2 * simple)}
    if spec.reset_after and spec.use_bias:
        numbers["parameters_one_bias"] = whole(3 * simple)
    return counts(spec) | numbers | _last_state(spec)


def _last_state(spec: GRUSpec) -> dict[str, str]:
    """Unit 0 at the last step."""
    trace = run(spec).trace
    z, r, n = trace.gates[0, -1, :, 0]
    before, h = trace.h[0, -2:, 0]
    numbers = {
        "z": z,
        "r": r,
        "n": n,
        "h_before": before,
        "h": h,
        "h_swapped": (1 - z) * before + z * n,
        "h_added": before + (1 - z) * n,
        "h_reset": r * before + (1 - r) * n,
        "h_middle": (before + n) / 2,
    }
    return {name: decimal(float(value), 3) for name, value in numbers.items()}
