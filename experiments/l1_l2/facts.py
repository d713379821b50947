"""What always stands in view: the learner's loss, its minimum, the zeros counted, and whether the gradient is right."""

from __future__ import annotations

import numpy as np

from experiments.l1_l2.penalties import ELASTIC_NET, L1, L2, NONE
from experiments.l1_l2.spec import SurfaceSpec
from experiments.l1_l2.surface import agreement, data_loss, minimum
from experiments.numbers import decimal, significant

FORMULAS = {L1: "λ Σ|w|", L2: "λ Σ w²", ELASTIC_NET: "½ λ Σ|w| + ½ λ Σ w²", NONE: "0"}


def facts(spec: SurfaceSpec) -> tuple[tuple[str, str, str], ...]:
    """(label, value, how it comes about)."""
    w, checked = minimum(spec), agreement(spec)
    told = f"to {significant(checked.worst)}" if not checked.wrong else f"{checked.wrong} disagree"
    return (
        ("Loss", "D + R", f"mean (x·w − t)² + {FORMULAS[spec.penalty]}"),
        ("Minimum", ", ".join(decimal(float(v), 2) for v in w), f"‖w‖ = {decimal(float(np.linalg.norm(w)))}"),
        ("Exact zeros", f"{int((w == 0).sum())} of 2", f"data’s part {significant(error(spec))}"),
        ("Numerical gradient", "agrees" if not checked.wrong else "disagrees", told),
    )


def error(spec: SurfaceSpec) -> float:
    """D at the minimum: what the penalty costs in fit."""
    return float(data_loss(minimum(spec), spec.data()))
