"""The lens on a GRU: gates, candidate and state of every unit at every step, forward and backward through time.

z, r = σ(x W + h₋₁ R + b + b′)        h = z ∘ h₋₁ + (1 − z) ∘ n
m = h₋₁ R + b′,   n = tanh(x W + r ∘ m + b)        with reset_after
m = r ∘ h₋₁,      n = tanh(x W + m R + b)          without

da_z = dh ∘ (h₋₁ − n) ∘ z(1 − z)    da_n = dh ∘ (1 − z) ∘ (1 − n²)    da_r = … ∘ r(1 − r)
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.arrays import Array
from experiments.gru.spec import GRUSpec
from experiments.recurrent.clamps import clamps
from experiments.recurrent.differences import Passes, States, differences
from experiments.recurrent.picture import HELD, ONE, SHARE, STEP, UNIT, Picture, k, part, t, u, v
from experiments.recurrent.run import run
from experiments.rules import Index, read, rule
from experiments.scene import Diagram, Group, Mark, Scene, Spot

COLUMNS = {"x": 0, "W": 1, "R": 1, "b": 1, "z": 2, "r": 2, "m": 2, "n": 3, "h": 3, "y": 3}
NAMES = {"z": "update gate", "r": "reset gate", "n": "candidate"}
Z, RESET, N = range(3)
STATE_BEFORE = {STEP: -1}

DIAGRAM = Diagram(
    size=(11, 5.1),
    axes=(STEP, UNIT),
    spots=(
        Spot((0.6, 0.6), {"forward": "h", "backward": "dh"}, STATE_BEFORE, {"forward": "h0", "backward": "dh0"}),
        Spot((0.6, 4.6), {"forward": "x", "backward": "dx"}),
        Spot((2.6, 2.9), {"forward": "r", "backward": "dar"}),
        Spot((4.2, 2.9), {"forward": "m", "backward": "dm"}),
        Spot((5.8, 2.9), {"forward": "n", "backward": "dan"}),
        Spot((7.6, 2.9), {"forward": "z", "backward": "daz"}),
        Spot((10.2, 0.6), {"forward": "h", "backward": "dh"}),
    ),
    marks=(Mark((7.6, 0.6), "×"), Mark((8.8, 0.6), "+"), Mark((6.7, 1.75), "1 −"), Mark((5.8, 1.75), "×")),
    wires=(
        ((0.6, 0.6), (7.6, 0.6)),
        ((7.6, 0.6), (8.8, 0.6)),
        ((8.8, 0.6), (10.2, 0.6)),
        ((7.6, 2.9), (7.6, 0.6)),
        ((7.6, 2.9), (6.7, 1.75)),
        ((6.7, 1.75), (5.8, 1.75)),
        ((5.8, 2.9), (5.8, 1.75)),
        ((5.8, 1.75), (5.8, 1.15), (8.8, 1.15), (8.8, 0.6)),
        ((2.6, 2.9), (4.2, 2.9)),
        ((4.2, 2.9), (5.8, 2.9)),
        # x, below, and h₋₁, above it, both enter r and z; n takes x, and m takes h₋₁
        ((0.6, 4.6), (2.75, 4.6), (2.75, 3.3)),
        ((2.75, 4.6), (5.8, 4.6), (5.8, 3.3)),
        ((5.8, 4.6), (7.75, 4.6), (7.75, 3.3)),
        ((0.6, 0.6), (1.5, 0.6), (1.5, 3.7), (2.45, 3.7), (2.45, 3.3)),
        ((2.45, 3.7), (4.2, 3.7), (4.2, 3.3)),
        ((4.2, 3.7), (7.45, 3.7), (7.45, 3.3)),
    ),
)


def scene(spec: GRUSpec) -> Scene:
    """The learner's layer on its sequence, its gradients once more by differences beside it."""
    made = run(spec)
    passes = Passes(spec, made)
    p = Picture(spec, made, differences(spec, made, passes), dict(COLUMNS))
    p.given()
    _values(p, passes)
    p.output()
    _forward(p)
    _backward(p)
    return p.scene("GRU, step by step", "h", "dh", DIAGRAM)


def _values(p: Picture, passes: Passes) -> None:
    made, held, gates = p.run, dict(clamps(p.spec)), p.run.trace.gates[0]
    for gate, index in (("z", Z), ("r", RESET), ("m", None), ("n", N)):
        if index is None:
            name = "what r lets pass" if p.spec.reset_after else "what r has let pass"
            p.over_time("m", name, made.trace.m[0])
            p.gradient("m", made.steps.dm[0], passes.of_states(_state_from_m(p), made.trace.m[0]))
            continue
        note = HELD if gate in held else None
        p.over_time(gate, NAMES[gate], gates[:, index], ONE if gate == "n" else SHARE, note=note)
        p.columns[f"a{gate}"] = p.columns[gate]
        gradient, numeric = made.steps.da[0, :, index], p.numeric.entering[:, index]
        p.gradient(f"a{gate}", gradient, numeric, name=f"by what enters {gate}", note=note)
    p.over_time("h", "state", made.h)
    p.gradient("h", made.steps.dh[0, 1:], p.numeric.dh)


def _state_from_m(p: Picture) -> Callable[[int, Array], States]:
    """h after a step whose m is another one."""
    made, spec = p.run, p.spec
    z, r, n = (made.trace.gates[0, :, index] for index in (Z, RESET, N))
    a = made.trace.given.x[0] @ made.params["kernel"][:, 2 * p.U :]
    if spec.use_bias:
        a = a + made.params["bias"].reshape(-1, 3, p.U)[0, N]
    recurrent = made.params["recurrent_kernel"][:, 2 * p.U :]
    held = dict(clamps(spec))

    def states(step: int, m: Array) -> States:
        candidate = np.tanh(a[step] + (r[step] * m if spec.reset_after else m @ recurrent))
        candidate = np.broadcast_to(n[step], m.shape) if "n" in held else candidate
        return (z[step] * made.trace.h[0, step] + (1 - z[step]) * candidate,)

    return states


def _forward(p: Picture) -> None:
    held, after = dict(clamps(p.spec)), p.spec.reset_after
    # z, r = σ(x W + h₋₁ R + b + b′)
    for gate, index in (("z", Z), ("r", RESET)):
        if gate not in held:
            second = p.from_bias(index, 1) if after else []
            groups = p.from_input(index), *p.from_state(index), *p.from_bias(index), *second
            p.sum(gate, "forward", *groups, after="sigmoid")
    # m = h₋₁ R + b′    n = tanh(x W + r ∘ m + b),    or    m = r ∘ h₋₁    n = tanh(x W + m R + b)
    if after:
        p.sum("m", "forward", *p.from_state(N), *p.from_bias(N, 1))
        reset = Group(("r", "m"), p.rule_(p.at(), p.at()))
    else:
        p.sum("m", "forward", *(Group(("r", id_), p.rule_(p.at(), at)) for id_, at in p.before(u)))
        weights = read((p.U, 3, p.U), v, Index((), N), u)
        reset = Group(("m", "R"), p.rule_(p.at(t, v), weights, loop={v: p.U}))
    if "n" not in held:
        p.sum("n", "forward", p.from_input(N), reset, *p.from_bias(N), after="tanh")
    # h = z ∘ h₋₁ + (1 − z) ∘ n
    kept = [Group(("z", id_), p.rule_(p.at(), at)) for id_, at in p.before(u, dropped=False)]
    new = Group(("z", "n"), p.rule_(p.at(), p.at()), through=("one minus", None))
    p.sum("h", "forward", *kept, new)


def _backward(p: Picture) -> None:
    held, after = dict(clamps(p.spec)), p.spec.reset_after
    entering, slope = ["daz", "dar", "dan"], "times one minus"
    # da_z = dh ∘ (h₋₁ − n) ∘ z(1 − z)    da_n = dh ∘ (1 − z) ∘ (1 − n²)
    if "z" not in held:
        kept = [
            Group(("dh", id_, "z"), p.rule_(p.at(), at, p.at()), through=(None, None, slope))
            for id_, at in p.before(u, dropped=False)
        ]
        new = Group(("dh", "n", "z"), p.rule_(p.at(), p.at(), p.at()), -1.0, through=(None, None, slope))
        p.sum("daz", "backward", *kept, new)
    if "n" not in held:
        through = (None, "one minus", "one minus square")
        p.sum("dan", "backward", Group(("dh", "z", "n"), p.rule_(p.at(), p.at(), p.at()), through=through))
    # dm = da_n ∘ r    da_r = da_n ∘ m ∘ r(1 − r),    or    dm = da_n R_nᵀ    da_r = dm ∘ h₋₁ ∘ r(1 − r)
    if after:
        p.sum("dm", "backward", Group(("dan", "r"), p.rule_(p.at(), p.at())))
        reaches = [("dan", "m", p.at())]
    else:
        weights = read((p.U, 3, p.U), u, Index((), N), v)
        p.sum("dm", "backward", Group(("dan", "R"), p.rule_(p.at(t, v), weights, loop={v: p.U})))
        reaches = [("dm", id_, at) for id_, at in p.before(u)]
    if "r" not in held:
        groups = [
            Group((by, partner, "r"), p.rule_(p.at(), at, p.at()), through=(None, None, slope))
            for by, partner, at in reaches
        ]
        p.sum("dar", "backward", *groups)
    # dh = dy + dh₊₁ ∘ z₊₁ + what the next step's products with R say
    p.sum("dh", "backward", p.from_output(), *_from_next(p, first=False))
    if p.initial:
        p.sum("dh0", "backward", *_from_next(p, first=True))
    p.to_input(entering)
    p.to_kernel(entering)
    _to_recurrent(p)
    _to_bias(p)


def _from_next(p: Picture, *, first: bool) -> list[Group]:
    """What the next step says of h."""
    when = Index((), 0) if first else t + 1
    kept = Group(("dh", "z"), p.rule_(p.at(when), p.at(when), time=not first))
    if p.spec.reset_after:
        return [kept, *p.from_next(["daz", "dar", "dm"], first=first)]
    # m = r ∘ h₋₁ ∘ drop
    drop = [read((p.U,), u)] if p.spec.recurrent_dropout else []
    passed = Group(("dm", "r", *(("drop_h",) if drop else ())), p.rule_(p.at(when), p.at(when), *drop, time=not first))
    return [kept, passed, *p.from_next(["daz", "dar"], first=first)]


def _to_recurrent(p: Picture) -> None:
    """∂L/∂R: for the candidate, of m = h₋₁ R + b′, or of m R."""
    if p.spec.reset_after:
        p.sum("dR", "backward", *p.to_recurrent(["daz", "dar", "dm"]))
        return
    cells = {v: p.U, k: 3, u: p.U}
    of_n = Group(("m", "dan"), rule(cells, {t: p.T}, p.at(t, v), p.of_gate(N)))
    p.sum("dR", "backward", *p.to_recurrent(["daz", "dar"]), of_n)


def _to_bias(p: Picture) -> None:
    """∂L/∂b; with reset_after there is b′ as well, which for the candidate stands within m."""
    if not p.spec.use_bias:
        return
    if not p.spec.reset_after:
        p.to_bias(["daz", "dar", "dan"])
        return
    cells = {part: 2, k: 3, u: p.U}

    def of(which: int | None, gate: int):  # type: ignore[no-untyped-def]
        """A heat map of one gate, for one part of the bias or for both."""
        if which is None:
            return read((p.T, 1, p.U), t, k - gate, u)
        return read((p.T, 1, 1, p.U), t, part - which, k - gate, u)

    places = [("daz", None, Z), ("dar", None, RESET), ("dan", 0, N), ("dm", 1, N)]
    groups = [Group((da,), rule(cells, {t: p.T}, of(which, gate))) for da, which, gate in places]
    p.sum("db", "backward", *groups)
