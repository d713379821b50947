"""The numbers of the lesson's questions, from the learner's own settings: right answers and tempting wrong ones.

A wrong answer is there only where the reason that the lesson gives for it holds.
"""

from __future__ import annotations

from experiments.dense import surfaces
from experiments.dense.spec import DenseSpec
from experiments.numbers import whole


def question_numbers(spec: DenseSpec) -> dict[str, str]:
    """Name → text, for the placeholders of the lesson's questions."""
    n, u = spec.size, spec.units
    biases = u if spec.use_bias else 0
    counts = {
        "inputs": n,
        "outputs": u,
        "parameters": n * u + biases,
        "doubled": 2 * n * u + biases,
        "terms_back": u,
        "learned": surfaces.LEARNED,
    }
    tempting = {
        "parameters_other": (n * u + (0 if spec.use_bias else u), "parameters"),
        "parameters_sum": (n + u + biases, "parameters"),
        "doubled_all": (2 * (n * u + biases), "doubled"),
        "doubled_not": (n * u + biases, "doubled"),
        "terms_forward": (n, "terms_back"),
        "terms_all": (n * u, "terms_back"),
        "terms_more": (u + 1, "terms_back"),
    }
    counts |= {name: wrong for name, (wrong, right) in tempting.items() if wrong != counts[right]}
    return {name: whole(count) for name, count in counts.items()} | {"bias": "with" if spec.use_bias else "without"}
