"""The numbers of the lesson's questions, from the learner's own settings: right answers and tempting wrong ones."""

from __future__ import annotations

import numpy as np

from experiments.l1_l2.penalties import Factors, proximal
from experiments.l1_l2.spec import SurfaceSpec
from experiments.numbers import decimal

SMALL, LARGE = 0.1, 2.0  # weights that are asked for
RATE, STEPPED = 0.1, 0.3  # of the step, and where the data's gradient has led


def question_numbers(spec: SurfaceSpec) -> dict[str, str]:
    """Name → text, for the placeholders of the lesson's questions."""
    strength = spec.strength
    by_l1, by_l2 = Factors(strength, 0.0), Factors(0.0, strength)

    def after(by: Factors) -> float:
        return float(proximal(np.array([STEPPED]), RATE, by)[0])

    return {
        "strength": decimal(strength),
        "small": decimal(SMALL, 1),
        "large": decimal(LARGE, 1),
        "rate": decimal(RATE, 1),
        "stepped": decimal(STEPPED, 1),
        "l1_pull": decimal(strength),
        "l1_pull_wrong": decimal(strength * SMALL),
        "l1_pull_double": decimal(2 * strength * SMALL, 3),
        "l2_small": decimal(2 * strength * SMALL),
        "l2_small_half": decimal(strength * SMALL),
        "l2_same": decimal(2 * strength * LARGE),
        "after_l1": decimal(after(by_l1), 3),
        "after_l2": decimal(after(by_l2), 3),
        "after_over": decimal(STEPPED - strength, 3),
        "threshold": decimal(RATE * strength, 3),
    }
