"""What always stands in view: output shape, parameters, operations and memory of the two dropout layers."""

from __future__ import annotations

from experiments.dropout.network import FIRST, SECOND, UNITS
from experiments.dropout.spec import DropoutSpec
from experiments.numbers import decimal, whole

BYTES = 4  # of a float32


def facts(spec: DropoutSpec) -> tuple[tuple[str, str, str], ...]:
    """(label, value, how it comes about)."""
    layer = spec.layer
    parameters = sum(layer.parameter_count((units,)) for units in (FIRST, SECOND))
    operations = sum(layer.operation_count((units,)) for units in (FIRST, SECOND)) if spec.training else 0
    kept = f"1 / (1 − {decimal(spec.rate)})" if spec.training else "at inference"
    return (
        ("Output shape", f"{layer.output_shape((FIRST,))} and {layer.output_shape((SECOND,))}", "that of its input"),
        ("Parameters", whole(parameters), "nothing is learned"),
        ("Multiplications", whole(operations), "one a unit" if spec.training else "values pass as they are"),
        (
            "Memory",
            f"{whole(BYTES * UNITS if spec.training else 0)} bytes",
            "the masks in float32" if spec.training else "no masks",
        ),
        ("Kept units", f"× {decimal(spec.factor)}", kept),
    )
