"""What always stands in view: output shape, parameters, operations and memory of the learner's layer."""

from __future__ import annotations

from math import prod

from experiments.numbers import BYTES, whole
from experiments.recurrent.spec import RecurrentSpec


def facts(spec: RecurrentSpec) -> tuple[tuple[str, str, str], ...]:
    """(label, value, how it comes about)."""
    layer, shape = spec.layer, spec.input_shape
    (steps, channels), units, gates = shape, spec.units, len(spec.gates)
    output = layer.output_shape(shape)
    parameters, operations = layer.parameter_count(shape), layer.operation_count(shape)
    each = f"{gates} × " if gates > 1 else ""
    entering = f"{each}({channels} + {units})"
    bias = layer.parameter_shapes(shape).get("bias")
    per_unit = 0 if bias is None else prod(bias) // (gates * units)  # numbers that a gate adds for each unit
    added = f" + {per_unit}" if per_unit else ""
    products = operations // (steps * units) - gates * (channels + units)
    per_step = f"({entering} + {products})" if products else entering
    kept = steps * units * len(layer.states)
    return (
        ("Output shape", str(output), "every state" if spec.return_sequences else f"the last of {steps} states"),
        ("Parameters", whole(parameters), f"{each}{units} × ({channels} + {units}{added})"),
        ("Multiply–adds", whole(operations), f"{steps} × {units} × {per_step}"),
        ("Memory", f"{whole(BYTES * (prod(shape) + parameters + kept))} bytes", "x, weights and states in float32"),
    )
