"""The numbers of the lessons' questions that all recurrent layers have, from the learner's own settings.

A wrong answer is there only where the reason that the lesson gives for it holds.
"""

from __future__ import annotations

from experiments.numbers import whole
from experiments.recurrent.spec import RecurrentSpec


def counts(spec: RecurrentSpec) -> dict[str, str]:
    """Parameters, and the terms of a weight's gradient."""
    (steps, channels), units, gates = spec.input_shape, spec.units, len(spec.gates)
    parameters = spec.layer.parameter_count(spec.input_shape)
    bias = parameters - gates * units * (channels + units)
    first = 1 if spec.initial_state != "zeros" else 0
    numbers = {
        "steps": steps,
        "units": units,
        "channels": channels,
        "parameters": parameters,
        "parameters_all_steps": parameters * steps,
        "parameters_no_loop": parameters - gates * units * units,
        "terms": steps - 1 + first,
        "terms_all_steps": steps,
        "terms_units": units,
        "terms_one": 1,
    }
    if bias:
        numbers["parameters_without_bias"] = parameters - bias
    if gates > 1:
        numbers["parameters_one_gate"] = parameters // gates
    if first:
        del numbers["terms_all_steps"]  # with a first state every step has one before it
        numbers["terms_without_first"] = steps - 1
    return {name: whole(number) for name, number in numbers.items()}
