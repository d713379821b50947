"""What always stands in view: shape, index formula, parameters."""

from __future__ import annotations

from engine.layers import Flatten
from experiments.flatten.order import formula
from experiments.flatten.spec import FlattenSpec
from experiments.numbers import whole


def facts(spec: FlattenSpec) -> tuple[tuple[str, str, str], ...]:
    """(label, value, how it comes about)."""
    layer, shape = Flatten(), spec.shape
    return (
        ("Output shape", str(layer.output_shape(shape)), " × ".join(map(str, shape))),
        ("Index", formula(spec), f"of x[i, j, k], {spec.order}"),
        ("Parameters", whole(layer.parameter_count(shape)), "nothing is learned"),
        ("Multiply–adds", whole(layer.operation_count(shape)), "nothing is computed"),
    )
