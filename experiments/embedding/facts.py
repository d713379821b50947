"""What always stands in view: output shape, parameters, operations and memory of the learner's layer."""

from __future__ import annotations

from experiments.embedding.spec import EmbeddingSpec
from experiments.numbers import BYTES, whole


def facts(spec: EmbeddingSpec) -> tuple[tuple[str, str, str], ...]:
    """(label, value, how it comes about)."""
    layer, shape = spec.layer, spec.numbers().shape
    (places,), rows, columns = shape, spec.input_dim, spec.output_dim
    parameters = layer.parameter_count(shape)
    return (
        ("Output shape", str(layer.output_shape(shape)), "places × output_dim"),
        ("Parameters", whole(parameters), f"{rows} × {columns}"),
        (
            "Multiply–adds",
            whole(layer.operation_count(shape)),
            f"as one-hot × W: {places} × {rows} × {columns} = {whole(places * rows * columns)}",
        ),
        ("Memory", f"{whole(BYTES * (parameters + places * columns))} bytes", "W and y in float32"),
    )
