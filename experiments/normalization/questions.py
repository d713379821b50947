"""The numbers of the lessons' questions, from the learner's own settings: right answers and tempting wrong ones."""

from __future__ import annotations

import math

from experiments.normalization.spec import CHANNELS, EXAMPLES, SHAPE, NormSpec
from experiments.numbers import decimal, whole


def question_numbers(spec: NormSpec) -> dict[str, str]:
    """Name → text, for the placeholders of the questions. A wrong answer is there only where it is wrong."""
    rows = spec.rows(spec.input())
    count, share = rows.shape
    parameters = spec.layer.parameter_count(SHAPE[1:])
    numbers = {
        "norm": spec.norm,
        "examples": whole(EXAMPLES),
        "share": whole(share),
        "share_batch": whole(share * 2),
        "statistics": whole(count),
        "parameters": whole(parameters),
        "epsilon": f"{spec.epsilon:g}",
        "variance": decimal(1 / (1 + spec.epsilon), max(3, round(-math.log10(spec.epsilon)))),  # a little less than 1
    }
    tempting = {
        "share_all": (rows.size, share),
        "share_channels": (CHANNELS, share),
        "share_examples": (EXAMPLES, share),
        "parameters_all": (2 * rows.size, parameters),
        "parameters_one": (2, parameters),
        "parameters_statistics": (2 * count, parameters),
    }
    return numbers | {name: whole(wrong) for name, (wrong, right) in tempting.items() if wrong != right}
