"""What always stands in view: output shape, parameters, operations and memory of the learner's layer."""

from __future__ import annotations

from experiments.dense.spec import DenseSpec
from experiments.numbers import BYTES, whole


def facts(spec: DenseSpec) -> tuple[tuple[str, str, str], ...]:
    """(label, value, how it comes about)."""
    layer, shape = spec.layer, (spec.size,)
    parameters = layer.parameter_count(shape)
    product = f"{spec.size} × {spec.units}"
    return (
        ("Output shape", str(layer.output_shape(shape)), "units"),
        ("Parameters", whole(parameters), f"{product} + {spec.units}" if spec.use_bias else product),
        ("Multiply–adds", whole(layer.operation_count(shape)), f"{product}, an example"),
        ("Memory", f"{whole(BYTES * (parameters + spec.units))} bytes", "weights and y in float32"),
    )
