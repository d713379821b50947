"""What always stands in view: output shape, parameters, operations and memory of the learner's layer."""

from __future__ import annotations

from math import prod

from experiments.convolution.spec import ConvolutionSpec
from experiments.numbers import BYTES, whole


def facts(spec: ConvolutionSpec) -> tuple[tuple[str, str, str], ...]:
    """(label, value, how it comes about)."""
    layer, shape = spec.layer, spec.input_shape
    windows = layer.windows(shape)
    (side, _), (out, _), (before, after) = windows.input_size, windows.output_size, windows.pads[0]
    k, step, channels = spec.kernel_size, spec.strides, spec.channels // spec.groups
    padded = f"{side} + {before + after}" if before + after else f"{side}"
    parameters, operations = layer.parameter_count(shape), layer.operation_count(shape)
    numbers = prod(shape) + parameters + prod(layer.output_shape(shape))
    bias = f" + {spec.filters}" if spec.use_bias else ""
    return (
        ("Output shape", str(layer.output_shape(shape)), f"⌊({padded} − {windows.span[0]}) / {step}⌋ + 1 = {out}"),
        ("Parameters", whole(parameters), f"{k} × {k} × {channels} × {spec.filters}{bias}"),
        ("Multiply–adds", whole(operations), f"{out} × {out} × {k} × {k} × {channels} × {spec.filters}"),
        ("Memory", f"{whole(BYTES * numbers)} bytes", f"x, w{', b' if spec.use_bias else ''} and y in float32"),
    )
