"""The numbers of the Simple RNN lesson's questions, from the learner's own settings."""

from __future__ import annotations

from experiments.numbers import significant
from experiments.recurrent.questions import counts
from experiments.simple_rnn.loop import told
from experiments.simple_rnn.spec import SimpleRNNSpec

RADII = 0.5, 1.1  # asked about where the learner's own would make the answer 1 or 0


def question_numbers(spec: SimpleRNNSpec) -> dict[str, str]:
    """Name → text, for the placeholders of the lesson's questions."""
    steps = spec.input_shape[0]
    radius = spec.spectral_radius if spec.spectral_radius not in (0.0, 1.0) else RADII[0]
    rate = {
        "radius": significant(radius),
        "steps_back": str(steps - 1),
        "rate": significant(radius ** (steps - 1)),
        "rate_times": significant(radius * (steps - 1)),
        "rate_once": significant(radius),
        "rate_kept": "1",
    }
    return counts(spec) | rate | told(spec)
