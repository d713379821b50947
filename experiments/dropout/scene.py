"""The lens on the network: every unit of every step, where it comes from, and what the mask does to its gradient."""

from __future__ import annotations

from dataclasses import replace

from experiments.dropout.network import FIRST, INPUTS, OUTPUTS, SECOND, STEPS, Values, differences, run
from experiments.dropout.spec import DropoutSpec
from experiments.rules import indices, read, rule, same
from experiments.scene import Frames, Grid, Group, Network, Phase, Role, Scale, Scene, Step, Sum, Units

INPUT, HIDDEN1, HIDDEN2, OUTPUT = "input", "hidden 1, unit", "hidden 2, unit", "output"
COLUMN = (0, -1)
REACH = 2.0  # of the input and of the weights as they begin; what lies beyond is marked
MASK = "Drawn anew for every step: 0 with the probability of rate, else 1 / (1 − rate)."
AT_INFERENCE = "At inference every factor is 1: nothing is dropped, nothing is scaled."
GIVEN = "Drawn from the seed, and the same in every step."
WEIGHTS = "Drawn from the seed; with a learning rate above 0 changed after every step, by its gradient."
KEPT_WEIGHTS = "Drawn from the seed; at inference nothing is learned."

LAYERS = (  # of the network: weights, values, axis of their outputs, outputs
    ("x", "w1", "h1", INPUT, HIDDEN1, INPUTS, FIRST),
    ("d1", "w2", "h2", HIDDEN1, HIDDEN2, FIRST, SECOND),
    ("d2", "w3", "y", HIDDEN2, OUTPUT, SECOND, OUTPUTS),
)


def scene(spec: DropoutSpec) -> Scene:
    """The steps of the learner's network, its gradients once more by differences beside them."""
    steps = run(spec)
    return scene_of(spec, steps, differences(steps))


def scene_of(spec: DropoutSpec, steps: Values, numeric: Values) -> Scene:
    """A frame for each mask; at inference there is none, and one pass to look at."""
    if not spec.training:
        steps, numeric = ({name: values[0] for name, values in of.items()} for of in (steps, numeric))
    return Scene(
        title="A network with dropout, step by step",
        lanes=("Forward: values, left to right", "Backward: gradients of L = ½ Σ (y − t)², right to left"),
        phases=(
            Phase("forward", "Forward", "right", 0, ("d1", 0), step="unit"),
            Phase("backward", "Backward", "left", 1, ("dh1", 0), step="unit"),
        ),
        grids=_grids(spec, steps, numeric),
        steps=_steps(),
        loss=float(steps["loss"].max()),
        frames=Frames(STEPS, "training step" if spec.learns else "mask") if spec.training else None,
        network=replace(NETWORK, rate=spec.rate if spec.training else 0.0),
    )


NETWORK = Network(
    units=(
        Units("input", {"forward": "x", "backward": "dx"}),
        Units("hidden 1", {"forward": "d1", "backward": "dh1"}, "m1"),
        Units("hidden 2", {"forward": "d2", "backward": "dh2"}, "m2"),
        Units("output", {"forward": "y", "backward": "dy"}),
    ),
    weights=("w1", "w2", "w3"),
)


def _grids(spec: DropoutSpec, steps: Values, numeric: Values) -> tuple[Grid, ...]:
    factor, size = Scale(1 / (1 - spec.rate)), Scale(REACH)
    slope = Scale(REACH / (1 - spec.rate))
    mask, learned = (MASK, WEIGHTS) if spec.training else (AT_INFERENCE, KEPT_WEIGHTS)

    def vector(id_: str, symbol: str, name: str, role: Role, axis: str, column: int, scale: Scale, note: str) -> Grid:
        return Grid(id_, symbol, name, role, (axis,), steps[id_], scale, column=column, plane=COLUMN, note=note or None)

    def matrix(id_: str, symbol: str, axes: tuple[str, str], column: int) -> Grid:
        return Grid(id_, symbol, "weights", "weight", axes, steps[id_], size, column=column, note=learned)

    def gradient(of: str, symbol: str, name: str, axes: tuple[str, ...], column: int) -> Grid:
        plane = COLUMN if len(axes) == 1 else None
        id_ = f"d{of}"
        return Grid(
            id_, f"∂L/∂{symbol}", name, "gradient", axes, steps[id_], slope,
            lane=1, column=column, plane=plane, numeric=numeric[id_],
        )  # fmt: skip

    return (
        vector("x", "x", "input", "input", INPUT, 0, size, GIVEN),
        matrix("w1", "W₁", (INPUT, HIDDEN1), 1),
        vector("h1", "h₁", "before dropout", "activation", HIDDEN1, 2, Scale(1), ""),
        vector("m1", "m₁", "mask", "input", HIDDEN1, 3, factor, mask),
        vector("d1", "d₁", "after dropout", "activation", HIDDEN1, 4, factor, ""),
        matrix("w2", "W₂", (HIDDEN1, HIDDEN2), 5),
        vector("h2", "h₂", "before dropout", "activation", HIDDEN2, 6, Scale(1), ""),
        vector("m2", "m₂", "mask", "input", HIDDEN2, 7, factor, mask),
        vector("d2", "d₂", "after dropout", "activation", HIDDEN2, 8, factor, ""),
        matrix("w3", "W₃", (HIDDEN2, OUTPUT), 9),
        vector("y", "y", "output", "activation", OUTPUT, 10, size, ""),
        vector("t", "t", "target", "input", OUTPUT, 11, size, GIVEN),
        gradient("x", "x", "gradient", (INPUT,), 0),
        gradient("w1", "W₁", "gradient", (INPUT, HIDDEN1), 1),
        gradient("h1", "h₁", "let through", (HIDDEN1,), 2),
        gradient("d1", "d₁", "arrives", (HIDDEN1,), 4),
        gradient("w2", "W₂", "gradient", (HIDDEN1, HIDDEN2), 5),
        gradient("h2", "h₂", "let through", (HIDDEN2,), 6),
        gradient("d2", "d₂", "arrives", (HIDDEN2,), 8),
        gradient("w3", "W₃", "gradient", (HIDDEN2, OUTPUT), 9),
        gradient("y", "y", "gradient", (OUTPUT,), 10),
    )


def _steps() -> tuple[Step, ...]:
    i, j = indices("i j")
    steps: list[Step] = []
    for number, (before, w, after, _, _, ins, outs) in enumerate(LAYERS, 1):
        hidden = number < len(LAYERS)
        # h = tanh(d W),  y = d W
        product = rule({j: outs}, {i: ins}, read((ins,), i), read((ins, outs), i, j))
        steps.append(Sum(after, "forward", (Group((before, w), product),), after="tanh" if hidden else None))
        # da = dh ∘ (1 − h²) for a hidden layer:  dW = dᵀ da,  dd = da Wᵀ
        slope = (after,) if hidden else ()
        through = (None, None, "one minus square") if hidden else None
        by = [read((outs,), j) for _ in slope]
        kernel = rule({i: ins, j: outs}, {}, read((ins,), i), read((outs,), j), *by)
        steps.append(Sum(f"d{w}", "backward", (Group((before, f"d{after}", *slope), kernel, through=through),)))
        back = rule({i: ins}, {j: outs}, read((outs,), j), read((ins, outs), i, j), *by)
        steps.append(Sum(f"d{before}", "backward", (Group((f"d{after}", w, *slope), back, through=through),)))
        if hidden:
            # d = h ∘ m,  dh = dd ∘ m
            cell = rule({j: outs}, {}, read((outs,), j), read((outs,), j))
            steps.append(Sum(f"d{number}", "forward", (Group((after, f"m{number}"), cell),)))
            steps.append(Sum(f"d{after}", "backward", (Group((f"dd{number}", f"m{number}"), cell),)))
    # L = ½ Σ (y − t)²,  dy = y − t
    minus = Group(("t",), same("t", (OUTPUTS,)).index, -1.0)
    steps.append(Sum("dy", "backward", (same("y", (OUTPUTS,)), minus)))
    return tuple(steps)
