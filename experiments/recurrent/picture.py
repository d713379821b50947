"""What the scenes of recurrent layers share: the grids of input, weights, state and output, and the steps between them.

Time steps are an axis of the grids, left to right, so that what a gate does over time is a heat map. The state before a
step stands one column further left; before the first step it is zero, and its terms are missing, or it is given, h₀.
With recurrent dropout a grid of its own holds what of it enters the products.

    enters gate k      Σ_c x[t, c] W[c, k, u] + Σ_v h[t − 1, v] R[v, k, u] + b[k, u]
    ∂L/∂x[t, c]        Σ_k Σ_u da_k[t, u] W[c, k, u]
    ∂L/∂W[c, k, u]     Σ_t x[t, c] da_k[t, u]
    ∂L/∂R[v, k, u]     Σ_t h[t − 1, v] da_k[t, u]
    ∂L/∂h[t, v]        ∂L/∂y[t, v] + Σ_k Σ_u da_k[t + 1, u] R[v, k, u]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.arrays import Array
from experiments.edits import LIMIT
from experiments.losses import HALF_SQUARES, NAMES, NOTES
from experiments.recurrent.differences import Differences
from experiments.recurrent.run import Run
from experiments.recurrent.sequences import WORD
from experiments.recurrent.spec import RecurrentSpec
from experiments.rules import Index, indices, read, rule, same
from experiments.scene import Diagram, Edit, Grid, Group, Phase, Role, Scale, Scene, Step, Sum, Window

STEP, UNIT, CHANNEL, GATE, FROM, PART = "time step", "unit", "channel", "gate", "from unit", "part"
TIME = (1, 0)  # units are rows, time steps columns
COLUMN = (0, -1)
ONE = Scale(1)
SHARE = Scale(1, "magnitude")  # of a gate, between 0 and 1
UNCHECKED = "not checked by differences here: a ReLU stands on its kink"

t, u, v, c, k, part = indices("t u v c k p")  # step, unit, from unit, channel, gate, part of the bias


@dataclass
class Picture:
    """Collects grids and steps of one run; a lesson adds its own cell between."""

    spec: Any  # a RecurrentSpec
    run: Run
    numeric: Differences
    columns: dict[str, int]  # where each grid stands, by the id of its value
    state_scale: Scale = ONE
    checked: bool = True
    grids: list[Grid] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.T, self.C = self.run.x.shape
        self.U, self.G = self.spec.units, len(self.spec.gates)
        self.initial = tuple(f"{name}0" for name in self.spec.layer.states) if self.run.initial else ()

    # --------------------------------------------------------------------------------------------------- grids

    def grid(
        self,
        id_: str,
        symbol: str,
        name: str,
        role: Role,
        axes: tuple[str, ...],
        values: Array,
        scale: Scale,
        **more: Any,
    ) -> None:
        more = {"column": self.columns.get(id_, 0), "plane": TIME if axes == (STEP, UNIT) else None} | more
        self.grids.append(Grid(id_, symbol, name, role, axes, values, scale, names=self._names(id_, axes), **more))

    def over_time(
        self, id_: str, name: str, values: Array, scale: Scale = ONE, *, symbol: str = "", **more: Any
    ) -> None:
        """A heat map of every unit at every step."""
        self.grid(id_, symbol or id_, name, "activation", (STEP, UNIT), values, scale, **more)

    def gradient(
        self,
        of: str,
        values: Array,
        numeric: Array,
        *,
        symbol: str = "",
        axes: tuple[str, ...] = (STEP, UNIT),
        **more: Any,
    ) -> None:
        """∂L/∂of, below `of`, with the same cells by differences."""
        check: dict[str, Any] = {"numeric": numeric} if self.checked else {"unchecked": UNCHECKED}
        name = more.pop("name", "gradient")
        more = {"column": self.columns[of], "lane": 1} | check | more
        self.grid(f"d{of}", f"∂L/∂{symbol or of}", name, "gradient", axes, values, ONE, **more)

    def _names(self, id_: str, axes: tuple[str, ...]) -> dict[str, tuple[str, ...]] | None:
        """Letters of the word, in the order of the array or of the steps, and of the gates."""
        known: dict[str, tuple[str, ...]] = {}
        if CHANNEL in axes and self.spec.letters:
            known[CHANNEL] = self.spec.letters
        if STEP in axes and self.spec.letters:
            known[STEP] = tuple(self.spec.text[:: -1 if self.spec.go_backwards and id_ not in ("x", "dx") else 1])
        if PART in axes:
            known[PART] = ("input", "recurrent")
        if GATE in axes:
            known[GATE] = tuple(self.spec.gates)
        return known or None

    def given(self) -> None:
        """Input, weights, the state before, and their gradients."""
        spec, run, numeric = self.spec, self.run, self.numeric
        edit, channels = Edit(-LIMIT, LIMIT, 0.05), (STEP, CHANNEL)
        self.grid(
            "x", "x", "input", "input", channels, run.x, ONE, plane=TIME, edit=edit, note=_INPUTS[spec.sequence == WORD]
        )
        self.gradient("x", run.dx, numeric.dx, axes=channels, plane=TIME)
        self.weight("W", "kernel", "kernel", (CHANNEL,), edit)
        self.weight("R", "recurrent kernel", "recurrent_kernel", (FROM,), edit)
        if spec.use_bias:
            self.weight("b", "bias", "bias", (PART,) if run.params["bias"].ndim > 1 else (), edit)
        for id_, values, gradient, by_differences in zip(
            self.initial, run.initial, run.dinitial, numeric.dinitial, strict=False
        ):
            place = {"column": self.columns["x"], "plane": COLUMN}
            symbol = f"{id_[0]}₀"
            self.grid(id_, symbol, "state before", "input", (UNIT,), values, ONE, note="Set by initial_state.", **place)
            self.columns[id_] = self.columns["x"]
            self.gradient(id_, gradient, by_differences, symbol=symbol, axes=(UNIT,), plane=COLUMN)
        self._dropout()

    def output(self) -> None:
        """y and ∂L/∂y."""
        spec, run, numeric = self.spec, self.run, self.numeric
        axes, plane = ((STEP, UNIT), TIME) if spec.return_sequences else ((UNIT,), COLUMN)
        self.grid("y", "y", "output", "activation", axes, run.y, self.state_scale, plane=plane)
        self.gradient("y", run.dy, numeric.dy, axes=axes, plane=plane, note=NOTES[spec.loss])
        y = read((self.T, self.U), t, u) if spec.return_sequences else read((self.T, self.U), Index((), self.T - 1), u)
        self.sum("y", "forward", Group(("h",), self.rule_(y, time=spec.return_sequences)))
        if spec.loss == HALF_SQUARES:
            self.sum("dy", "backward", same("y", run.y.shape))

    def weight(self, id_: str, name: str, key: str, first: tuple[str, ...], edit: Edit) -> None:
        """A parameter and its gradient; one row a channel, one column a unit, a small map a gate."""
        values, sizes = self.run.params[key], () if key == "bias" and not first else self.run.params[key].shape[:1]
        gates = (GATE,) if self.G > 1 else ()
        axes = (*first, *gates, UNIT)
        shape = (*sizes, *((self.G,) if gates else ()), self.U)
        plane = (0, len(axes) - 1) if key != "bias" else (axes.index(GATE) if gates else -1, len(axes) - 1)
        more: dict[str, Any] = {"plane": plane}
        self.grid(id_, id_, name, "weight", axes, values.reshape(shape), ONE, edit=edit, **more)
        gradient, numeric = (array.reshape(shape) for array in (self.run.grads[key], self.numeric.params[key]))
        self.gradient(id_, gradient, numeric, axes=axes, **more)

    def _dropout(self) -> None:
        spec, run = self.spec, self.run
        for silenced, factors, axis in (("x", run.drop_x, CHANNEL), ("h", run.drop_h, UNIT)):
            if not (spec.dropout if silenced == "x" else spec.recurrent_dropout):
                continue
            factor, entering = f"drop_{silenced}", f"{silenced}d"
            self.columns |= {factor: self.columns["x"], entering: self.columns["x"]}
            note = "Drawn from the seed: 0, or 1 / (1 − rate) so that the mean stays. The same at every step."
            self.grid(
                factor,
                f"d{_SMALL[silenced]}",
                f"dropout of {silenced}",
                "input",
                (axis,),
                factors,
                Scale(2),
                plane=COLUMN,
                note=note,
            )
            values, name = run.trace.given.x[0], "what is left of x"
            if silenced == "h":
                values, name = run.trace.h[0, :-1] * factors, "what is left of h before"
            self.grid(entering, f"{silenced}∘d", name, "activation", (STEP, axis), values, Scale(2), plane=TIME)
        T, C, U = self.T, self.C, self.U
        if spec.dropout:
            at = read((T, C), self.when, c)
            self.sum("xd", "forward", Group(("x", "drop_x"), rule({t: T, c: C}, {}, at, read((C,), c))))
        if spec.recurrent_dropout:
            left = [Group((id_, "drop_h"), self.rule_(at, read((U,), u))) for id_, at in self.before(u, dropped=False)]
            self.sum("hd", "forward", *left)

    # --------------------------------------------------------------------------------------------------- steps

    @property
    def when(self) -> Index:
        """Where in the array of x step t reads."""
        return t * -1 + (self.T - 1) if self.spec.go_backwards else t

    def sum(self, target: str, phase: str, *groups: Group, after: str | None = None) -> None:
        self.steps.append(Sum(target, phase, groups, after=after))

    def rule_(self, *reads: Any, loop: dict[Index, int] | None = None, time: bool = True) -> Window:
        """For every step and unit."""
        return rule(({t: self.T} if time else {}) | {u: self.U}, loop or {}, *reads)

    def at(self, when: Index = t, unit: Index = u) -> Any:
        """A heat map, read at a step and a unit."""
        return read((self.T, self.U), when, unit)

    def before(self, unit: Index, when: Index = t, dropped: bool = True) -> list[tuple[str, Any]]:
        """The state before a step: the grids that it stands in, and where."""
        if dropped and self.spec.recurrent_dropout:
            return [("hd", read((self.T, self.U), when, unit))]
        given = [("h0", read((1, self.U), when, unit))] if self.initial else []
        return [("h", read((self.T, self.U), when - 1, unit)), *given]

    @property
    def input(self) -> tuple[str, Any]:
        """x as it enters the product: the grid, and where step t reads it."""
        return (
            ("xd", read((self.T, self.C), t, c)) if self.spec.dropout else ("x", read((self.T, self.C), self.when, c))
        )

    def from_input(self, gate: int) -> Group:
        """Σ_c x W"""
        id_, at = self.input
        return Group(
            (id_, "W"), self.rule_(at, read((self.C, self.G, self.U), c, Index((), gate), u), loop={c: self.C})
        )

    def from_state(self, gate: int) -> list[Group]:
        """Σ_v h R"""
        weights = read((self.U, self.G, self.U), v, Index((), gate), u)
        return [Group((id_, "R"), self.rule_(at, weights, loop={v: self.U})) for id_, at in self.before(v)]

    def from_bias(self, gate: int, part: int = 0) -> list[Group]:
        if not self.spec.use_bias:
            return []
        cells = self.run.params["bias"].size // (self.G * self.U)
        return [Group(("b",), self.rule_(read((cells, self.G, self.U), Index((), part), Index((), gate), u)))]

    def to_input(self, entering: Sequence[str]) -> None:
        """∂L/∂x from the gradients of what enters each gate."""
        drop = [read((self.C,), c)] if self.spec.dropout else []
        factors = ("drop_x",) if drop else ()
        groups = []
        for gate, id_ in enumerate(entering):
            weights = read((self.C, self.G, self.U), c, Index((), gate), u)
            index = rule({t: self.T, c: self.C}, {u: self.U}, self.at(self.when), weights, *drop)
            groups.append(Group((id_, "W", *factors), index))
        self.sum("dx", "backward", *groups)

    def to_kernel(self, entering: Sequence[str]) -> None:
        """∂L/∂W = Σ_t x da"""
        id_, at = self.input
        cells = {c: self.C, k: self.G, u: self.U}
        groups = [
            Group((id_, da), rule(cells, {t: self.T}, at, self.of_gate(gate))) for gate, da in enumerate(entering)
        ]
        self.sum("dW", "backward", *groups)

    def to_recurrent(self, entering: Sequence[str]) -> list[Group]:
        """∂L/∂R = Σ_t h da, a group a gate."""
        cells = {v: self.U, k: self.G, u: self.U}
        return [
            Group((id_, da), rule(cells, {t: self.T}, at, self.of_gate(gate)))
            for gate, da in enumerate(entering)
            for id_, at in self.before(v)
        ]

    def of_gate(self, gate: int) -> Any:
        """A heat map that belongs to a gate, read where the target is of this gate; elsewhere there is no term."""
        return read((self.T, 1, self.U), t, k - gate, u)

    def to_bias(self, entering: Sequence[str]) -> None:
        """∂L/∂b = Σ_t da"""
        if self.spec.use_bias:
            cells = {k: self.G, u: self.U}
            groups = [Group((da,), rule(cells, {t: self.T}, self.of_gate(gate))) for gate, da in enumerate(entering)]
            self.sum("db", "backward", *groups)

    def from_output(self) -> Group:
        """What y says of h."""
        if self.spec.return_sequences:
            return Group(("dy",), self.rule_(self.at()))
        return Group(("dy",), self.rule_(read((1, self.U), t - (self.T - 1), u)))

    def from_next(self, entering: Sequence[str], *, first: bool = False) -> list[Group]:
        """What the next step says of h: Σ_v da R. Of h₀, with `first`, the next step is the first."""
        drop = [read((self.U,), u)] if self.spec.recurrent_dropout else []
        factors = ("drop_h",) if drop else ()
        when = Index((), 0) if first else t + 1
        groups = []
        for gate, da in enumerate(entering):
            weights = read((self.U, self.G, self.U), u, Index((), gate), v)
            index = self.rule_(self.at(when, v), weights, *drop, loop={v: self.U}, time=not first)
            groups.append(Group((da, "R", *factors), index))
        return groups

    # --------------------------------------------------------------------------------------------------- scene

    def scene(self, title: str, forward: str, backward: str, diagram: Diagram | None = None) -> Scene:
        """`forward` and `backward` name the grids that are selected first: at the last step, and at the first."""
        last = (self.T - 1) * self.U
        return Scene(
            title=title,
            lanes=(
                "Forward: values, time left to right",
                f"Backward: gradients of {NAMES[self.spec.loss]}, from the last step to the first",
            ),
            phases=(
                Phase("forward", "Forward", "right", 0, (forward, last), along=STEP),
                Phase("backward", "Backward", "left", 1, (backward, 0), along=STEP),
            ),
            grids=tuple(self.grids),
            steps=tuple(self.steps),
            loss=self.run.loss,
            diagram=diagram,
        )


HELD = "You hold this gate at this value, whatever enters it. No gradient passes through it."
_INPUTS = {True: "Each letter is a row: 1 at the steps where it stands in the word.", False: "A number a step."}
_SMALL = {"x": "ₓ", "h": "ₕ"}


def kink(spec: RecurrentSpec, a: Array) -> bool:
    """Whether a ReLU stands so near to its kink that differences say nothing."""
    return bool(getattr(spec, "activation", "") == "relu" and np.any(np.abs(a) < 1e-4))
