"""BP1: the chain rule's gradients beside what happens when a number is really moved, for every weight and bias."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.backpropagation.graph import FINAL, Agreement, agreement, forward, run
from experiments.backpropagation.spec import GraphSpec
from experiments.numbers import decimal, scientific, significant, whole
from experiments.shown import Shown, Table

MOVE = 0.1  # so large that the curve shows beside its slope
LOW = "₁₂"


class Moved(NamedTuple):
    names: list[str]
    gradients: Array  # ∂L/∂ each
    promised: Array  # gradient · MOVE
    happened: Array  # L with the number moved by MOVE, minus L

    @property
    def apart(self) -> float:
        """How far promise and truth are apart at most."""
        return float(np.abs(self.promised - self.happened).max())


def moved(spec: GraphSpec, by: float = MOVE) -> Moved:
    """Every weight and bias in turn is moved by this much, and the network computed again."""
    given, values = spec.given(), run(spec).values
    names, gradients, happened = [], [], []
    for name in "wbvc":
        for cell in range(given[name].size):
            place = np.unravel_index(cell, given[name].shape)
            names.append(name + "".join(LOW[i] for i in place))
            changed = given[name].copy()
            changed[place] += by
            gradients.append(values[f"d{name}"][place])
            happened.append(float(forward(spec, given | {name: changed})[FINAL] - values[FINAL]))
    slopes = np.array(gradients)
    return Moved(names, slopes, slopes * by, np.array(happened))


def show(spec: GraphSpec) -> Shown:
    """A row a weight."""
    large, small = moved(spec), moved(spec, MOVE / 10)
    checked: Agreement | None = agreement(spec)
    strongest = int(np.abs(large.gradients).argmax())
    table = Table(
        {
            "number": large.names,
            "∂L/∂ it": [significant(v) for v in large.gradients],
            f"moved by {MOVE}: L should change by": [significant(v) for v in large.promised],
            "and changes by": [significant(v) for v in large.happened],
        },
        f"Gradients of all weights; the largest is that of {large.names[strongest]}",
    )
    gradients = f"{checked.gradients}" if checked else "no"
    off = f" {whole(checked.small)} more are 0: nothing passes a ReLU that is off." if checked and checked.small else ""
    return Shown(
        {
            "strongest": large.names[strongest],
            "strongest_slope": significant(float(large.gradients[strongest])),
            "gradients": gradients,
            "small_ones": off,
            "worst": scientific(checked.worst) if checked else "0",
            "apart": significant(large.apart),
            "apart_small": significant(small.apart),
            "move": decimal(MOVE, 1),
            "small": decimal(MOVE / 10),
        },
        [table],
        case="Compared" if checked else "At a kink",
    )
