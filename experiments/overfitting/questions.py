"""The numbers of the lesson's questions, from the learner's own settings."""

from __future__ import annotations

from experiments.numbers import decimal, whole
from experiments.overfitting import winners
from experiments.overfitting.spec import LabSpec

ASKED_SMOOTHING = 0.1  # where the learner's own is 0


def question_numbers(spec: LabSpec) -> dict[str, str]:
    """Name → text, for the placeholders of the lesson's questions."""
    parts = spec.parts
    learned, classes = len(parts.learned.x), parts.classes
    share = spec.label_smoothing or ASKED_SMOOTHING
    return {
        "samples": whole(spec.samples),
        "learned": whole(learned),
        "validation": whole(spec.samples - learned),
        "test": whole(len(parts.test.x)),
        "classes": whole(classes),
        "smoothing": decimal(share, 1),
        "fallback": decimal(ASKED_SMOOTHING, 1),
        "smoothed": decimal(1 - share + share / classes, 3),
        "unsmoothed": decimal(1 - share, 3),
        "dealt": decimal(share / classes, 3),
        "techniques": whole(len(winners.CANDIDATES) - 1),
        "map_seeds": whole(len(winners.SEEDS)),
        "map_steps": whole(winners.STEPS),
    }
