"""The numbers of the lesson's questions, from the learner's own settings: right answers and tempting wrong ones."""

from __future__ import annotations

import numpy as np

from engine.regularizers import L1, L1L2, L2
from experiments.l1_l2.spec import SurfaceSpec
from experiments.numbers import decimal

SMALL, LARGE = 0.1, 2.0  # weights that are asked for
RATE, STEPPED = 0.1, 0.3  # of the step, and where the data's gradient has led


def question_numbers(spec: SurfaceSpec) -> dict[str, str]:
    """Name → text, for the placeholders of the lesson's questions."""
    strength = spec.by.l1 + spec.by.l2 or SurfaceSpec().strength

    def after(by: L1L2) -> float:
        return float(by.proximal(np.array([STEPPED]), RATE)[0])

    return {
        "strength": decimal(strength),
        "fallback": decimal(SurfaceSpec().strength),
        "small": decimal(SMALL, 1),
        "large": decimal(LARGE, 1),
        "rate": decimal(RATE, 1),
        "stepped": decimal(STEPPED, 1),
        "l1_pull": decimal(strength, 3),
        "l1_pull_wrong": decimal(strength * SMALL, 3),
        "l1_pull_double": decimal(2 * strength * SMALL, 3),
        "l2_small": decimal(2 * strength * SMALL, 3),
        "l2_small_half": decimal(strength * SMALL, 3),
        "l2_same": decimal(2 * strength * LARGE, 3),
        "after_l1": decimal(after(L1(strength)), 3),
        "after_l2": decimal(after(L2(strength)), 3),
        "after_over": decimal(STEPPED - strength, 3),
        "threshold": decimal(RATE * strength, 3),
    }
