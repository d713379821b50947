"""What always stands in view: how many examples and numbers the learner's network has to do with."""

from __future__ import annotations

from experiments.numbers import BYTES, decimal, whole
from experiments.overfitting.spec import LabSpec
from experiments.overfitting.techniques import network


def facts(spec: LabSpec) -> tuple[tuple[str, str, str], ...]:
    """(label, value, how it comes about)."""
    parts = spec.parts
    learned, shape = len(parts.learned.x), parts.learned.x.shape[1:]
    net = network(spec.width, spec.layers, parts.classes, batch_norm=spec.batch_norm)
    count = net.parameter_count(shape)
    return (
        ("Learned from", whole(learned), f"{spec.samples - learned} validate and {whole(len(parts.test.x))} test"),
        ("Output shape", f"{net.output_shape(shape)}", "a number for each class"),
        ("Parameters", whole(count), f"{decimal(count / learned, 0)} for each example; {whole(BYTES * count)} bytes"),
        ("Multiply–adds", whole(net.operation_count(shape)), "an example, forward"),
    )
