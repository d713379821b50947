"""The numbers of the lesson's questions, from the learner's own settings: right answers and tempting wrong ones.

A wrong answer is there only where the reason that the lesson gives for it holds.
"""

from __future__ import annotations

from math import prod

import numpy as np

from experiments.numbers import whole
from experiments.transposed_convolution.facts import output_size
from experiments.transposed_convolution.spec import TransposedSpec


def question_numbers(spec: TransposedSpec) -> dict[str, str]:
    """Name → text, for the placeholders of the lesson's questions."""
    counts = _rows(spec) | _parameters(spec) | _places(spec)
    return {name: whole(count) for name, count in counts.items()} | {"formula": output_size(spec)}


def _rows(spec: TransposedSpec) -> dict[str, int]:
    side, s = spec.side, spec.strides
    windows = spec.layer.windows(spec.input_shape)
    rows, span, cut = windows.input_size[0], windows.span[0], sum(windows.pads[0])
    numbers = {"rows": rows, "rows_off_by_one": rows + s, "rows_of_a_convolution": max((side - span) // s + 1, 0)}
    if rows != side * s:
        numbers["rows_times_strides"] = side * s
    if cut:
        numbers["rows_uncut"] = rows + cut
    return numbers


def _parameters(spec: TransposedSpec) -> dict[str, int]:
    layer, shape = spec.layer, spec.input_shape
    weights, biases = prod(layer.parameter_shapes(shape)["kernel"]), spec.filters if spec.use_bias else 0
    numbers = {"parameters": weights + biases, "parameters_by_cell": (weights * spec.side**2) + biases}
    if spec.channels > 1:
        numbers["parameters_one_channel"] = weights // spec.channels + biases
    if spec.groups > 1:
        numbers["parameters_all"] = weights * spec.groups + biases
    if spec.use_bias:
        numbers["parameters_without_bias"] = weights
    return numbers


def _places(spec: TransposedSpec) -> dict[str, int]:
    """How many cells of the first channel of x paint the middle cell of y, and how many cells x[0, 0] paints."""
    windows = spec.layer.windows(spec.input_shape)
    positions, middle = windows.positions(0), windows.input_size[0] // 2
    stamps = int(np.sum(positions == middle)) ** 2  # rows and columns are alike
    painted = int(windows.taps_inside(0)[0].sum()) ** 2
    taps = prod(windows.size)
    numbers = {"middle": middle, "stamps": stamps, "painted": painted}
    if stamps != 1:
        numbers["stamps_one"] = 1
    if stamps != taps:
        numbers["stamps_all_taps"] = taps
    if stamps != spec.side**2:
        numbers["stamps_all_cells"] = spec.side**2
    if painted != taps:
        numbers["painted_uncut"] = taps
    if painted != 1:
        numbers["painted_one"] = 1
    if (every := prod(windows.input_size)) != painted:
        numbers["painted_all"] = every
    return numbers
