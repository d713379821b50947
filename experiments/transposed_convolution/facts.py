"""What always stands in view: output shape, parameters, operations and memory of the learner's layer."""

from __future__ import annotations

from math import prod

from experiments.numbers import BYTES, whole
from experiments.transposed_convolution.spec import TransposedSpec


def output_size(spec: TransposedSpec) -> str:
    """How the rows of the output come about, with the learner's numbers."""
    windows = spec.layer.windows(spec.input_shape)
    span, (before, after), out = windows.span[0], windows.pads[0], windows.input_size[0]
    painted = (spec.side - 1) * spec.strides + span
    extra = out - painted + before + after
    cut = f" − {before} − {after}" if before + after else ""
    added = f" + {extra}" if extra else ""
    return f"({spec.side} − 1) × {spec.strides} + {span}{cut}{added} = {out}"


def facts(spec: TransposedSpec) -> tuple[tuple[str, str, str], ...]:
    """(label, value, how it comes about)."""
    layer, shape, k = spec.layer, spec.input_shape, spec.kernel_size
    maps = spec.filters // spec.groups  # that a channel paints
    parameters, operations = layer.parameter_count(shape), layer.operation_count(shape)
    numbers = prod(shape) + parameters + prod(layer.output_shape(shape))
    bias = f" + {spec.filters}" if spec.use_bias else ""
    return (
        ("Output shape", str(layer.output_shape(shape)), output_size(spec)),
        ("Parameters", whole(parameters), f"{k} × {k} × {maps} × {spec.channels}{bias}"),
        ("Multiply–adds", whole(operations), f"{spec.side} × {spec.side} × {k} × {k} × {maps} × {spec.channels}"),
        ("Memory", f"{whole(BYTES * numbers)} bytes", f"x, w{', b' if spec.use_bias else ''} and y in float32"),
    )
