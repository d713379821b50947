"""The numbers of the lesson's questions, from the learner's own settings: right answers and tempting wrong ones.

A wrong answer is there only where the reason that the lesson gives for it holds.
"""

from __future__ import annotations

from math import prod

import numpy as np

from engine.layers.window import Windows
from experiments.convolution.parameters import dense
from experiments.convolution.spec import ConvolutionSpec
from experiments.numbers import decimal, whole

GREY = 0.5


def question_numbers(spec: ConvolutionSpec) -> dict[str, str]:
    """Name → text, for the placeholders of the lesson's questions."""
    windows = spec.layer.windows(spec.input_shape)
    counts = {"side": spec.input_shape[0], "strides": spec.strides}
    counts |= _rows(spec, windows) | _parameters(spec, windows) | _places(spec, windows)
    return {name: whole(count) for name, count in counts.items()} | _even(spec)


def _rows(spec: ConvolutionSpec, windows: Windows) -> dict[str, int]:
    side, span, step, k = windows.input_size[0], windows.span[0], windows.strides[0], windows.size[0]
    padded = windows.padded_size[0]
    numbers = {
        "rows": windows.output_size[0],
        "span": span,
        "rows_of_input": side,
        "rows_off_by_one": (padded - span) // step,
    }
    if span > k:
        numbers["rows_without_dilation"] = (padded - k) // step + 1
    if padded > side >= span:
        numbers["rows_without_padding"] = (side - span) // step + 1
    if step > 1:
        numbers["rows_without_strides"] = padded - span + 1
    if step < k:
        numbers["rows_side_by_side"] = padded // k
    return numbers


def _parameters(spec: ConvolutionSpec, windows: Windows) -> dict[str, int]:
    layer, shape = spec.layer, spec.input_shape
    weights = prod(layer.parameter_shapes(shape)["kernel"])
    biases = spec.filters if spec.use_bias else 0
    numbers = {
        "parameters": layer.parameter_count(shape),
        "parameters_dense": dense(layer, shape).parameter_count(shape),
    }
    if spec.filters > 1:
        numbers["parameters_one_filter"] = (weights + biases) // spec.filters
    if spec.groups > 1:
        numbers["parameters_all_channels"] = weights * spec.groups + biases
    if spec.use_bias:
        numbers["parameters_without_bias"] = weights
    else:
        numbers["parameters_with_bias"] = weights + spec.filters
    return numbers


def _places(spec: ConvolutionSpec, windows: Windows) -> dict[str, int]:
    """In how many windows the middle pixel lies, and at how many places the first tap stands on the picture."""
    side, taps = windows.input_size[0], prod(windows.size)
    numbers = {
        "pixel": side // 2,
        "uses": int(np.sum(windows.positions(0) == side // 2)) ** 2,  # rows and columns are alike
        "uses_everywhere": prod(windows.output_size),
        "terms": int(windows.taps_inside(0)[:, 0].sum()) ** 2,
        "terms_of_output": taps * (spec.channels // spec.groups),
        "terms_one": 1,
    }
    if numbers["uses"] > 1:
        numbers["uses_once"] = 1
    if numbers["uses"] < taps:
        numbers["uses_all_taps"] = taps
    return numbers


def _even(spec: ConvolutionSpec) -> dict[str, str]:
    w, b = spec.weights()
    first, bias = w[..., 0], 0.0 if b is None else float(b[0])
    numbers = {
        "even_answer": GREY * first.sum() + bias,
        "even_grey": GREY,
        "even_none": 0.0,
        "even_sum": first.sum() + bias,
        "even_peak": GREY * first[first > 0].sum() + bias,
    }
    return {name: decimal(value) for name, value in numbers.items()}
