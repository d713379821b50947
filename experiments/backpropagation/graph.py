"""BP1: a small network as a graph of single operations, forward, and backward by the chain rule.

    p_ij = x_i w_ij        z_j = Σ_i p_ij + b_j        h_j = φ(z_j)        q_j = h_j v_j        s = Σ_j q_j + c

    squared error           e = s − t                L = ½ e²
    binary cross-entropy    r = ln(1 + eˢ),  m = t s        L = r − m        (y = σ(s) is the probability)

Backward, every node gives what arrives at it times its own slope, and a node that is used twice adds what comes back.

Rumelhart, Hinton and Williams 1986, "Learning representations by back-propagating errors", doi:10.1038/323533a0
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.gradient_check import Verdict, numerical_gradient, verdicts
from engine.layers.smooth import sigmoid
from experiments.backpropagation.spec import CROSS_ENTROPY, RELU, SIGMOID, TANH, GraphSpec

Values = dict[str, Array]
KINK = 1e-3  # a ReLU whose argument is nearer to 0 may switch in between them
FINAL = "L"


PHI: Mapping[str, Callable[[Array], Array]] = {RELU: lambda z: np.maximum(z, 0), SIGMOID: sigmoid, TANH: np.tanh}


def forward(spec: GraphSpec, given: Values, moved: tuple[str, Array] | None = None) -> Values:
    """Every node in order. `moved` puts another array in the place of one, and all that follows from it is of that."""
    values: Values = {}

    def put(name: str, array: Array) -> Array:
        values[name] = np.asarray(moved[1] if moved and moved[0] == name else array)
        return values[name]

    x, w, b, v, c, t = (put(name, given[name]) for name in "xwbvct")
    p = put("p", x[:, None] * w)
    z = put("z", p.sum(axis=0) + b)
    h = put("h", PHI[spec.activation](z))
    q = put("q", h * v)
    s = put("s", q.sum() + c)
    if spec.loss == CROSS_ENTROPY:
        put("y", sigmoid(s))
        r, m = put("r", np.logaddexp(0, s)), put("m", t * s)
        put(FINAL, r - m)
    else:
        e = put("e", s - t)
        put(FINAL, e * e / 2)
    return values


def backward(spec: GraphSpec, values: Values) -> Values:
    """∂L by every node, from the loss back; d of a name is its gradient."""
    x, w, v, z, h = (values[name] for name in "xwvzh")
    d: Values = {FINAL: np.array(1.0)}
    if spec.loss == CROSS_ENTROPY:
        # L = r − m
        d["r"], d["m"] = d[FINAL], -d[FINAL]
        # r = ln(1 + eˢ), whose slope is σ(s) = y;  m = t s
        d["s"] = d["r"] * values["y"] + d["m"] * values["t"]
    else:
        # L = ½ e²;  e = s − t
        d["e"] = d[FINAL] * values["e"]
        d["s"] = d["e"]
    # s = Σ q + c
    d["q"], d["c"] = np.full(len(h), d["s"]), d["s"]
    # q = h v
    d["v"], d["h"] = d["q"] * h, d["q"] * v
    # h = φ(z)
    d["z"] = d["h"] * {RELU: z > 0, SIGMOID: h * (1 - h), TANH: 1 - h * h}[spec.activation]
    # z = Σ p + b
    d["b"], d["p"] = d["z"], np.broadcast_to(d["z"], w.shape).copy()
    # p = x w
    d["w"], d["x"] = d["p"] * x[:, None], (d["p"] * w).sum(axis=1)
    return {f"d{name}": np.asarray(gradient, np.float64) for name, gradient in d.items()}


def differences(spec: GraphSpec, given: Values, names: list[str]) -> Values | None:
    """Every gradient once more: each node is moved a little both ways, and all that follows is computed anew.

    None where a ReLU stands so near its kink that it may switch in between.
    """
    values = forward(spec, given)
    if spec.activation == RELU and np.abs(values["z"]).min() < KINK:
        return None
    return {f"d{name}": _difference(spec, given, name, values[name]) for name in names}


def _difference(spec: GraphSpec, given: Values, name: str, at: Array) -> Array:
    def loss(flat: Array) -> float:
        return float(forward(spec, given, (name, flat.reshape(at.shape)))[FINAL])

    return numerical_gradient(loss, at.ravel()).reshape(at.shape)


class Run(NamedTuple):
    values: Values  # every node, and d… of those that the loss depends on
    numeric: Values | None  # d… by differences


def run(spec: GraphSpec) -> Run:
    """Forward, backward, and the check."""
    given = spec.given()
    values = forward(spec, given)
    gradients = backward(spec, values)
    return Run(values | gradients, differences(spec, given, [name.removeprefix("d") for name in gradients]))


class Agreement(NamedTuple):
    gradients: int  # that were compared
    small: int  # that are too small to be compared, as those of a ReLU that is off
    wrong: int
    worst: float  # the largest difference, as a share of the gradient, of those that differences can tell


def agreement(spec: GraphSpec) -> Agreement | None:
    """Every gradient of the graph against central differences; None where a kink is too near."""
    values, numeric = run(spec)
    if numeric is None:
        return None
    analytic = np.concatenate([values[name].ravel() for name in numeric])
    measured = np.concatenate([array.ravel() for array in numeric.values()])
    said = verdicts(analytic, measured, float(values[FINAL]))
    told, small = said == Verdict.AGREES, said == Verdict.TOO_SMALL
    worst = (np.abs(analytic - measured)[told] / np.abs(analytic[told])).max(initial=0)
    return Agreement(int((~small).sum()), int(small.sum()), int((said == Verdict.DISAGREES).sum()), float(worst))
