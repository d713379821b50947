"""What always stands in view: the learner's loss, its minimum, the zeros counted, and whether the gradient is right."""

from __future__ import annotations

import numpy as np

from engine.arrays import Array
from experiments.l1_l2.spec import ELASTIC_NET, L1, L2, NONE, SurfaceSpec
from experiments.l1_l2.surface import agreement, at_minimum
from experiments.numbers import decimal, significant

FORMULAS = {L1: "λ Σ|w|", L2: "λ Σ w²", ELASTIC_NET: "½ λ Σ|w| + ½ λ Σ w²"}


def facts(spec: SurfaceSpec) -> tuple[tuple[str, str, str], ...]:
    """(label, value, how it comes about)."""
    bottom, checked = at_minimum(spec), agreement(spec)
    told = f"to {significant(checked.worst)}" if not checked.wrong else f"{checked.wrong} disagree"
    data, penalty = significant(bottom.data), significant(bottom.penalty)
    added = "" if spec.penalty == NONE else f" + {FORMULAS[spec.penalty]} {penalty}"
    return (
        ("Minimum", ", ".join(significant(float(v)) for v in bottom.w), f"‖w‖ = {decimal(length(bottom.w))}"),
        ("Loss there", significant(bottom.data + bottom.penalty), f"mean (x·w − t)² {data}{added}"),
        ("Exact zeros", f"{int((bottom.w == 0).sum())} of 2", "weights"),
        ("Numerical gradient", "agrees" if not checked.wrong else "disagrees", told),
    )


def length(w: Array) -> float:
    return float(np.linalg.norm(w))
