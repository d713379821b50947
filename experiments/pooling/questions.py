"""The numbers of the lesson's questions, from the learner's own settings: right answers and tempting wrong ones."""

from __future__ import annotations

from math import prod

import numpy as np

from experiments.numbers import decimal, whole
from experiments.pooling.spec import AVERAGE, MAX, PoolingSpec


def question_numbers(spec: PoolingSpec) -> dict[str, str]:
    """Of max and average pooling with the learner's window, on the learner's input. A wrong one is there only where
    its reason holds."""
    layer, x = spec.windowed(MAX), spec.input()
    windows = layer.windows(x.shape)
    side, padded, rows = windows.input_size[0], windows.padded_size[0], windows.output_size[0]
    k, step, span = spec.pool_size, spec.strides, windows.span[0]
    numbers = {"rows": rows, "span": span, "side": side}
    if rows > 1:
        numbers["rows_off_by_one"] = rows - 1
    if step > 1:
        numbers["rows_without_strides"] = padded - span + 1
    if padded > side >= span:
        numbers["rows_without_padding"] = (side - span) // step + 1
    inside = windows.cells_inside()
    middle = side // 2
    uses = int(np.sum(windows.positions(0) == middle)) ** 2
    numbers |= {"pixel": middle, "uses": uses, "uses_all": prod(windows.output_size)}
    if uses != 1:
        numbers["uses_once"] = 1
    if uses != k * k:
        numbers["uses_taps"] = k * k
    numbers |= {"corner": int(inside[0, 0])}
    if inside[0, 0] != k * k:
        numbers["corner_taps"] = k * k
    first, _ = spec.windowed(AVERAGE).forward({}, np.full((1, *x.shape), 0.5))
    texts = {name: whole(number) for name, number in numbers.items()}
    return texts | {"even": decimal(float(first[0, 0, 0, 0])), "even_padded": decimal(0.5 * inside[0, 0] / (k * k))}
