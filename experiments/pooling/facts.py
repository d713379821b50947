"""What always stands in view: output shape, what is kept, operations and parameters of the learner's layer."""

from __future__ import annotations

from math import prod

from engine.layers.pooling import Pooling
from experiments.numbers import decimal, whole
from experiments.pooling.spec import PoolingSpec


def facts(spec: PoolingSpec) -> tuple[tuple[str, str, str], ...]:
    """(label, value, how it comes about)."""
    layer, shape = spec.layer, spec.input_shape
    out, cells = layer.output_shape(shape), prod(shape)
    verb = "compared" if spec.picks else "added"
    return (
        ("Output shape", str(out), size_formula(spec)),
        ("Kept", f"{decimal(100 * prod(out) / cells, 1)} %", f"{whole(prod(out))} of {whole(cells)} numbers"),
        (f"Cells {verb}", whole(layer.operation_count(shape)), "those of every window, padding not"),
        ("Parameters", whole(layer.parameter_count(shape)), "nothing is learned"),
    )


def size_formula(spec: PoolingSpec) -> str:
    """Where the number of rows comes from."""
    layer = spec.layer
    if not isinstance(layer, Pooling):
        return "one number a channel"
    windows = layer.windows(spec.input_shape)
    before, after = windows.pads[0]
    side = f"{windows.input_size[0]}" + (f" + {before + after}" if before + after else "")
    return f"⌊({side} − {windows.span[0]}) / {spec.strides}⌋ + 1 = {windows.output_size[0]}"
