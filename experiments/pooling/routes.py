"""PL2: backward, max sends all of a window's gradient to its winner, average an equal share to every cell."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.gradient_check import agrees
from experiments.losses import PLAIN_SUM
from experiments.numbers import counted, scientific, significant, whole
from experiments.pooling.microscope import differences, microscope
from experiments.pooling.spec import KINDS, PoolingSpec
from experiments.scene import Scale
from experiments.shown import Maps, Picture, Shown, Table

FEW, MOST, EVERY = range(3)  # the lesson's answers: which share of the cells gets a gradient


class Route(NamedTuple):
    dx: Array  # (H, W)  when every cell of y sends back 1
    sent: float  # Σ dy
    reached: int  # cells of x that get some
    checked: bool  # every cell agrees with differences

    @property
    def arrived(self) -> float:
        return float(self.dx.sum())


def routes(spec: PoolingSpec) -> dict[str, Route]:
    """Kind → where its gradient goes, when every cell of y sends back the same."""
    found = {}
    for kind in KINDS:
        plain = replace(spec, kind=kind, loss=PLAIN_SUM)
        m = microscope(plain)
        checked = bool(np.all(agrees(m.dx, differences(plain, m).dx, m.loss)))
        found[kind] = Route(m.dx[..., 0], float(m.dy.sum()), int(np.count_nonzero(m.dx)), checked)
    return found


def prediction(route: Route) -> set[int]:
    share = route.reached / route.dx.size
    return {EVERY if share == 1 else MOST if share > 0.5 else FEW}


def show(spec: PoolingSpec) -> Shown:
    found = routes(spec)
    mine = found[spec.kind]
    pictures = [Picture(f"∂L/∂x, {kind}", route.dx, Scale(1), "gradient") for kind, route in found.items()]
    reached = {kind: f"{whole(r.reached)} of {whole(r.dx.size)}" for kind, r in found.items()}
    alt = "Cells that get a gradient: " + ", ".join(f"{kind} {cells}" for kind, cells in reached.items())
    table = {
        "pooling": list(KINDS),
        "cells that get some": list(reached.values()),
        "largest": [significant(float(route.dx.max())) for route in found.values()],
        "sum sent": [significant(route.sent) for route in found.values()],
        "sum that arrives": [significant(route.arrived) for route in found.values()],
    }
    largest = max(abs(route.arrived - route.sent) for route in found.values())
    return Shown(
        numbers={
            "reached": reached[spec.kind],
            "sent": significant(mine.sent),
            "arrived": significant(mine.arrived),
            "apart": scientific(largest),
            "checked": counted(sum(route.checked for route in found.values()), "kind"),
            "most": significant(float(found["max"].dx.max())),
        },
        rows=[Maps(pictures, alt), Table(table, alt)],
        right=prediction(mine),
    )
