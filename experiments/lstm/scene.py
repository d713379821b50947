"""The lens on an LSTM: gates, cell and state of every unit at every step, forward and backward through time.

i, f, o = σ(x W + h R + b)    g = tanh(x W + h R + b)    c = f ∘ c₋₁ + i ∘ g    s = tanh c    h = o ∘ s

ds = dh ∘ o    dc = ds ∘ (1 − s²) + dc₊₁ ∘ f₊₁
da_i = dc ∘ g ∘ i(1 − i)    da_f = dc ∘ c₋₁ ∘ f(1 − f)    da_g = dc ∘ i ∘ (1 − g²)    da_o = dh ∘ s ∘ o(1 − o)
"""

from __future__ import annotations

import numpy as np

from engine.arrays import Array
from experiments.lstm.spec import LSTMSpec
from experiments.recurrent.clamps import clamps
from experiments.recurrent.differences import Passes, States, differences
from experiments.recurrent.picture import HELD, ONE, SHARE, STEP, UNIT, Picture, t, u
from experiments.recurrent.run import Run, run
from experiments.rules import Index, read, same
from experiments.scene import Diagram, Group, Map, Mark, Scale, Scene, Spot

COLUMNS = {"x": 0, "W": 1, "R": 1, "b": 1, "i": 2, "f": 2, "g": 2, "o": 2, "c": 3, "s": 3, "h": 3, "y": 3}
NAMES = {"i": "input gate", "f": "forget gate", "g": "candidate", "o": "output gate"}
SLOPES = {"i": "times one minus", "f": "times one minus", "g": "one minus square", "o": "times one minus"}
STATE_BEFORE = {STEP: -1}

DIAGRAM = Diagram(
    size=(11, 4.6),
    axes=(STEP, UNIT),
    spots=(
        Spot((0.6, 0.6), {"forward": "c", "backward": "dc"}, STATE_BEFORE, {"forward": "c0", "backward": "dc0"}),
        Spot((0.6, 4.1), {"forward": "h", "backward": "dh"}, STATE_BEFORE, {"forward": "h0", "backward": "dh0"}),
        Spot((1.9, 4.1), {"forward": "x", "backward": "dx"}),
        Spot((3.0, 2.9), {"forward": "f", "backward": "daf"}),
        Spot((4.5, 2.9), {"forward": "i", "backward": "dai"}),
        Spot((6.1, 2.9), {"forward": "g", "backward": "dag"}),
        Spot((8.7, 2.9), {"forward": "o", "backward": "dao"}),
        Spot((7.4, 0.6), {"forward": "c", "backward": "dc"}),
        Spot((7.4, 1.75), {"forward": "s"}),
        Spot((10.2, 1.75), {"forward": "h", "backward": "dh"}),
    ),
    marks=(Mark((3.0, 0.6), "×"), Mark((5.3, 0.6), "+"), Mark((5.3, 1.75), "×"), Mark((8.7, 1.75), "×")),
    wires=(
        ((0.6, 0.6), (3.0, 0.6)),
        ((3.0, 0.6), (5.3, 0.6)),
        ((5.3, 0.6), (7.4, 0.6)),
        ((3.0, 2.9), (3.0, 0.6)),
        ((4.5, 2.9), (5.3, 1.75)),
        ((6.1, 2.9), (5.3, 1.75)),
        ((5.3, 1.75), (5.3, 0.6)),
        ((7.4, 0.6), (7.4, 1.75)),
        ((7.4, 1.75), (8.7, 1.75)),
        ((8.7, 2.9), (8.7, 1.75)),
        ((8.7, 1.75), (10.2, 1.75)),
        ((0.6, 4.1), (1.9, 4.1), (3.0, 4.1), (3.0, 2.9)),
        ((3.0, 4.1), (4.5, 4.1), (4.5, 2.9)),
        ((4.5, 4.1), (6.1, 4.1), (6.1, 2.9)),
        ((6.1, 4.1), (8.7, 4.1), (8.7, 2.9)),
    ),
)


def scene(spec: LSTMSpec) -> Scene:
    """The learner's layer on its sequence, its gradients once more by differences beside it."""
    made = run(spec)
    passes = Passes(spec, made)
    numeric = differences(spec, made, passes)
    p = Picture(spec, made, numeric, dict(COLUMNS))
    p.given()
    _values(p, passes)
    p.output()
    _forward(p)
    _backward(p)
    return p.scene("LSTM, step by step", "h", "dh", DIAGRAM)


def _values(p: Picture, passes: Passes) -> None:
    made, held = p.run, dict(clamps(p.spec))
    gates, c, s = made.trace.gates[0], made.trace.c[0, 1:], made.trace.state[0, 1:, 2]
    for k, (gate, name) in enumerate(NAMES.items()):
        note = HELD if gate in held else None
        p.over_time(gate, name, gates[:, k], ONE if gate == "g" else SHARE, note=note)
        p.columns[f"a{gate}"] = p.columns[gate]
        p.gradient(
            f"a{gate}", made.steps.da[0, :, k], p.numeric.entering[:, k], name=f"by what enters {gate}", note=note
        )
    p.over_time("c", "cell", c, Scale(2))
    p.over_time("s", "tanh of the cell", s, symbol="tanh c")
    p.over_time("h", "state", made.h)
    p.gradient("c", made.steps.dc[0, 1:], passes.of_states(lambda t, cell: _from_cell(made, t, cell), c))
    p.gradient("h", made.steps.dh[0, 1:], p.numeric.dh)


def _from_cell(made: Run, step: int, cell: Array) -> States:
    """h and c after a step whose cell is another one: h = o ∘ tanh c."""
    return made.trace.gates[0, step, 3] * np.tanh(cell), cell


def _forward(p: Picture) -> None:
    held = dict(clamps(p.spec))
    # i, f, o = σ(x W + h R + b)    g = tanh(…)
    for k, gate in enumerate(NAMES):
        if gate not in held:
            after = "tanh" if gate == "g" else "sigmoid"
            p.sum(gate, "forward", p.from_input(k), *p.from_state(k), *p.from_bias(k), after=after)
    # c = f ∘ c₋₁ + i ∘ g    s = tanh c    h = o ∘ s
    kept = [Group(("f", id_), p.rule_(p.at(), at)) for id_, at in _cell_before(p)]
    p.sum("c", "forward", *kept, Group(("i", "g"), p.rule_(p.at(), p.at())))
    p.steps.append(Map("s", "forward", "tanh", (same("c", p.run.h.shape),)))
    p.sum("h", "forward", Group(("o", "s"), p.rule_(p.at(), p.at())))


def _cell_before(p: Picture) -> list[tuple[str, tuple]]:
    first = [("c0", read((1, p.U), t, u))] if p.initial else []
    return [("c", p.at(t - 1)), *first]


def _backward(p: Picture) -> None:
    held = dict(clamps(p.spec))
    entering = [f"da{gate}" for gate in NAMES]
    # dh = dy + Σ da₊₁ Rᵀ    dc = dh ∘ o ∘ (1 − s²) + dc₊₁ ∘ f₊₁
    p.sum("dh", "backward", p.from_output(), *p.from_next(entering))
    shown = Group(("dh", "o", "s"), p.rule_(p.at(), p.at(), p.at()), through=(None, None, "one minus square"))
    p.sum("dc", "backward", shown, Group(("dc", "f"), p.rule_(p.at(t + 1), p.at(t + 1))))
    # da = d(gate) ∘ slope
    reaches = {
        "i": [("dc", "g", p.at())],
        "f": [("dc", id_, at) for id_, at in _cell_before(p)],
        "g": [("dc", "i", p.at())],
        "o": [("dh", "s", p.at())],
    }
    for gate, partners in reaches.items():
        if gate in held:
            continue
        groups = [
            Group((by, partner, gate), p.rule_(p.at(), at, p.at()), through=(None, None, SLOPES[gate]))
            for by, partner, at in partners
        ]
        p.sum(f"da{gate}", "backward", *groups)
    if p.initial:
        first = Index((), 0)
        p.sum("dh0", "backward", *p.from_next(entering, first=True))
        p.sum("dc0", "backward", Group(("dc", "f"), p.rule_(p.at(first), p.at(first), time=False)))
    p.to_input(entering)
    p.to_kernel(entering)
    p.sum("dR", "backward", *p.to_recurrent(entering))
    p.to_bias(entering)
