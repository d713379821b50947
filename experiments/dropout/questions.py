"""The numbers of the lesson's questions, from the learner's own settings: right answers and tempting wrong ones.

A wrong answer is there only where the reason that the lesson gives for it holds.
"""

from __future__ import annotations

from experiments.digits import HELD_OUT
from experiments.dropout import inference, overfitting, slower, superstar
from experiments.dropout.masks import MANY, asked
from experiments.dropout.network import UNITS
from experiments.dropout.spec import DropoutSpec
from experiments.numbers import decimal, whole


def question_numbers(spec: DropoutSpec) -> dict[str, str]:
    """Name → text, for the placeholders of the lesson's questions."""
    rate, kept = spec.rate, 1 - spec.rate
    about = asked(spec)
    numbers = {
        "rate": decimal(rate),
        "asked_rate": decimal(about.rate),
        "asked_factor": decimal(1 / (1 - about.rate)),
        "asked_instead": decimal(DropoutSpec().rate),
        "many": whole(MANY),
        "digits_uncertain": whole(inference.DIGITS),
        "others": whole(HELD_OUT),
        "fit_steps": whole(overfitting.STEPS),
        "star_width": whole(superstar.WIDTH),
        "star_digits": whole(superstar.DIGITS),
        "slow_digits": whole(slower.DIGITS),
        "units": whole(UNITS),
        "expected": decimal(about.rate * UNITS, 1),
        "kept": decimal(kept),
        "factor": decimal(1 / kept),
        "twice": decimal(2 / kept),
        "networks": whole(2**UNITS),
    }
    if rate > 0:  # else both are the right answer
        numbers |= {"factor_one": "1.00", "twice_unscaled": "2.00", "twice_at_inference": decimal(2 * kept)}
        if decimal(1 / rate) != numbers["factor"]:
            numbers["factor_rate"] = decimal(1 / rate)
    return numbers
