"""What always stands in view on the first screen: what is learned, what it costs, and whether the gradients hold."""

from __future__ import annotations

from experiments.backpropagation.graph import FINAL, agreement, forward, run
from experiments.backpropagation.scene import scene
from experiments.backpropagation.spec import RELU, GraphSpec
from experiments.numbers import scientific, significant, whole


def facts(spec: GraphSpec) -> tuple[tuple[str, str, str], ...]:
    """(label, value, how it comes about)."""
    values, checked, drawn = run(spec).values, agreement(spec), scene(spec)
    parameters = sum(values[name].size for name in "wbvc")
    assert drawn.graph is not None
    made = sum(bool(node.operation) for node in drawn.graph.nodes)
    agrees = f"{checked.gradients} of {checked.gradients}" if checked and not checked.wrong else "not told"
    how = f"to {scientific(checked.worst)}" if checked else "a ReLU is at its kink"
    if checked and checked.small:
        how += f"; {checked.small} more are 0"
    return (
        ("Parameters", whole(parameters), "weights and biases"),
        ("Operations", whole(made), "a node each, forward"),
        ("Loss", significant(float(values[FINAL])), "L, at the end"),
        (
            "Gradients that agree",
            agrees,
            how,
        ),
    )


def asleep(spec: GraphSpec) -> tuple[str, ...]:
    """Why most gradients are 0, where both ReLUs are off."""
    if spec.activation != RELU or (forward(spec, spec.given())["z"] > 0).any():
        return ()
    return (
        "Both ReLUs are off: z₁ and z₂ are not above 0, so h₁ and h₂ are 0 and no gradient comes back through them. "
        "Change x, w or b, or the seed.",
    )
