"""The lens on a SimpleRNN: every unit at every step, forward and backward through time.

a = x W + h R + b        h = φ(a)        da = dh ∘ φ′(a)
"""

from __future__ import annotations

from experiments.recurrent.differences import Passes, differences
from experiments.recurrent.picture import STEP, UNIT, Picture, kink
from experiments.recurrent.run import run
from experiments.rules import same
from experiments.scene import Diagram, Group, Map, Mark, Scale, Scene, Spot
from experiments.simple_rnn.spec import SimpleRNNSpec

COLUMNS = {"x": 0, "W": 1, "R": 1, "b": 1, "a": 2, "h": 2, "y": 3}
BOUNDED = {"tanh"}  # what these give lies between −1 and 1
LARGE = 2.0  # of a state that nothing bounds

DIAGRAM = Diagram(
    size=(10, 3),
    axes=(STEP, UNIT),
    spots=(
        Spot((0.8, 0.6), {"forward": "h", "backward": "dh"}, {STEP: -1}, {"forward": "h0", "backward": "dh0"}),
        Spot((0.8, 2.0), {"forward": "x", "backward": "dx"}),
        Spot((5.2, 1.3), {"forward": "a", "backward": "da"}),
        Spot((8.4, 1.3), {"forward": "h", "backward": "dh"}),
    ),
    marks=(Mark((2.4, 0.6), "× R"), Mark((2.4, 2.0), "× W"), Mark((3.8, 1.3), "+"), Mark((6.8, 1.3), "φ")),
    wires=(
        ((0.8, 0.6), (2.4, 0.6)),
        ((0.8, 2.0), (2.4, 2.0)),
        ((2.4, 0.6), (3.8, 1.3)),
        ((2.4, 2.0), (3.8, 1.3)),
        ((3.8, 1.3), (5.2, 1.3)),
        ((5.2, 1.3), (6.8, 1.3)),
        ((6.8, 1.3), (8.4, 1.3)),
        ((8.4, 1.3), (9.6, 1.3), (9.6, 0.08), (0.2, 0.08), (0.2, 0.6), (0.8, 0.6)),
    ),
)


def scene(spec: SimpleRNNSpec) -> Scene:
    """The learner's layer on its sequence, its gradients once more by differences beside it."""
    made = run(spec)
    numeric = differences(spec, made, Passes(spec, made))
    scale = Scale(1.0 if spec.activation in BOUNDED else LARGE)
    p = Picture(spec, made, numeric, dict(COLUMNS), scale, checked=not kink(spec, made.trace.a))
    p.given()
    p.over_time("a", "before φ", made.trace.a[0], Scale(2))
    p.over_time("h", "state", made.h, scale)
    p.gradient("a", made.steps.da[0], numeric.entering[:, 0])
    p.gradient("h", made.steps.dh[0, 1:], numeric.dh)
    p.output()
    # a = x W + h R + b    h = φ(a)
    p.sum("a", "forward", p.from_input(0), *p.from_state(0), *p.from_bias(0))
    function = {"tanh": "tanh", "relu": "relu", "linear": "identity"}[spec.activation]
    p.steps.append(Map("h", "forward", function, (same("a", made.h.shape),)))
    # da = dh ∘ φ′(a)
    p.sum("da", "backward", _through_slope(p, spec.activation))
    p.sum("dh", "backward", p.from_output(), *p.from_next(["da"]))
    for id_ in p.initial:
        p.sum(f"d{id_}", "backward", *p.from_next(["da"], first=True))
    p.to_input(["da"])
    p.to_kernel(["da"])
    p.sum("dR", "backward", *p.to_recurrent(["da"]))
    p.to_bias(["da"])
    return p.scene("SimpleRNN, step by step", "h", "dh", DIAGRAM)


def _through_slope(p: Picture, activation: str) -> Group:
    """dh ∘ φ′, from h where φ is tanh and from a where it is a ReLU."""
    if activation == "linear":
        return Group(("dh",), p.rule_(p.at()))
    source, slope = {"tanh": ("h", "one minus square"), "relu": ("a", "step")}[activation]
    return Group(("dh", source), p.rule_(p.at(), p.at()), through=(None, slope))
