"""The numbers of the lesson's questions, from the learner's own settings: right answers and tempting wrong ones.

A wrong answer is there only where it differs from the right one. Where a unit is dead and its gradients are 0, one is
left: that which forgets what arrives.
"""

from __future__ import annotations

from experiments.backpropagation.graph import run
from experiments.backpropagation.spec import GraphSpec
from experiments.numbers import decimal, significant


def question_numbers(spec: GraphSpec) -> dict[str, str]:
    """Name → text, for the placeholders of the lesson's questions."""
    v = run(spec).values
    rate = 0.1
    arrives, x, w = float(v["dp"][0, 0]), float(v["x"][0]), float(v["w"][0, 0])
    before, slope, parts = float(v["w"][0, 0]), float(v["dw"][0, 0]), v["dp"][0] * v["w"][0]
    right = {
        "product": significant(arrives * x),
        "both": significant(float(parts.sum())),
        "after": decimal(before - rate * slope, 4),
    }
    tempting = {
        "product": {
            "product_other": significant(arrives * w),
            "product_plain": significant(arrives),
            "product_slope": significant(x),
        },
        "both": {
            "both_one": significant(float(parts[0])),
            "both_mean": significant(float(parts.mean())),
            "both_slope": significant(w),
        },
        "after": {
            "after_up": decimal(before + rate * slope, 4),
            "after_whole": decimal(before - slope, 4),
            "after_rate": decimal(before - rate, 4),
        },
    }
    numbers = {
        "arrives": significant(arrives),
        "x": decimal(x),
        "w": decimal(w),
        "part_one": significant(float(parts[0])),
        "part_two": significant(float(parts[1])),
        "before": decimal(before),
        "slope": significant(slope),
        "rate": decimal(rate, 1),
        **right,
    }
    for name, wrong in tempting.items():
        taken = {right[name]}
        for key, text in wrong.items():
            if text not in taken:
                numbers[key] = text
                taken.add(text)
    return numbers
