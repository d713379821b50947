"""BP4: a small network learns points of the plane, step by step: forward, loss, backward, update, again.

    a₀ = x        a_l = φ(a_{l−1} W_l + b_l)        s = a_D W + b        p = σ(s), the probability of the class 1

    L = mean of ln(1 + eˢ) − t s, plus l1 · Σ |W| + l2 · Σ W² of all kernels

All points are one batch, so that nothing but the first weights is random in a run.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np

from engine.arrays import Array
from engine.layers import Dense
from engine.layers.dense import DenseTrace
from engine.layers.layer import Params
from engine.layers.smooth import sigmoid
from experiments.backpropagation.depth import PHI
from experiments.backpropagation.optimizers import MAKERS
from experiments.backpropagation.own_points import unpacked
from experiments.numbers import decimal, significant, spread
from experiments.points import DATA, REACH, XOR, points
from experiments.scene import Scale
from experiments.shown import Beside, Lines, Maps, Part, Picture, Plane, Row, Shown
from experiments.spec import Spec, choice, number, text

POINTS = 200
STEPS = 400
FILM = 40  # frames, about
CELLS = 33  # of the picture, a side: both axes from −REACH to REACH
SEEDS = range(5)
OWN = "only your own"


@dataclass(frozen=True)
class PlaygroundSpec(Spec):
    data: str = choice(XOR, (*DATA, OWN), "200 points of two classes; your own come on top", surprise=False)
    layers: int = choice(1, (0, 1, 2, 3, 4), "hidden layers")
    units: int = number(4, 1, 8, 1, "of each hidden layer")
    activation: str = choice("tanh", ("relu", "tanh", "sigmoid"), "the function φ of the hidden layers")
    optimizer: str = choice("Adam", tuple(MAKERS), "who makes a step of the gradient")
    learning_rate: float = choice(0.03, (0.003, 0.01, 0.03, 0.1, 0.3), "of the optimizer")
    l1: float = choice(0.0, (0.0, 0.001, 0.01), "what Σ |W| is multiplied by in the loss")
    l2: float = choice(0.0, (0.0, 0.001, 0.01), "what Σ W² is multiplied by in the loss")
    noise: float = choice(0.1, (0.0, 0.1, 0.3), "standard deviation of what moves each point")
    seed: int = number(0, 0, 99, 1, "start of what is random: points and first weights")

    own: str = text("your own points")

    def __post_init__(self) -> None:
        unpacked(self.own)

    @property
    def used(self) -> tuple[str, ...]:
        """What is chosen among a few; units are dragged, the seed typed, own points clicked."""
        return "data", "layers", "activation", "optimizer", "learning_rate", "l1", "l2", "noise"

    def points(self) -> tuple[Array, Array]:
        """x (B, 2) and its classes (B,): POINTS, half of each class, and the learner's own."""
        own, classes = unpacked(self.own)
        if self.data == OWN:
            return own, classes
        rng = np.random.default_rng((self.seed, 0))
        x, t = points(self.data, POINTS, self.noise, rng)
        return np.concatenate([x, own]), np.concatenate([t, classes])

    @property
    def widths(self) -> tuple[int, ...]:
        """Outputs of each dense layer."""
        return (*[self.units] * self.layers, 1)

    def start(self) -> dict[str, Params]:
        """The first weights, Glorot's, a stream a layer."""
        shape, params = 2, {}
        for layer, width in enumerate(self.widths):
            rng = np.random.default_rng((self.seed, 1, layer))
            params[str(layer)], _ = Dense(width).init(rng, (shape,), np.float64)
            shape = width
        return params


class Pass(NamedTuple):
    """Forward: what every layer makes, and what backward needs."""

    outputs: list[Array]  # (B, units) of each hidden layer, then s (B, 1)
    sums: list[Array]  # before φ
    traces: list[DenseTrace]


def forward(spec: PlaygroundSpec, params: dict[str, Params], x: Array) -> Pass:
    outputs, sums, traces = [], [], []
    for layer, width in enumerate(spec.widths):
        # z = a W + b
        z, trace = Dense(width).forward(params[str(layer)], x)
        # a = φ(z), of the last layer z itself
        x = z if layer == spec.layers else PHI[spec.activation].of(z)
        outputs.append(x)
        sums.append(z)
        traces.append(trace)
    return Pass(outputs, sums, traces)


def loss(spec: PlaygroundSpec, params: dict[str, Params], logits: Array, t: Array) -> float:
    """Mean cross-entropy, and what the kernels cost; without points that cost alone."""
    s, kernels = logits[:, 0], [layer["kernel"] for layer in params.values()]
    penalty = sum(float(spec.l1 * np.abs(w).sum() + spec.l2 * (w**2).sum()) for w in kernels)
    return (float(np.mean(np.logaddexp(0, s) - t * s)) if len(t) else 0.0) + penalty


def backward(spec: PlaygroundSpec, params: dict[str, Params], made: Pass, t: Array) -> dict[str, Params]:
    """The gradient of the loss by every weight."""
    grads: dict[str, Params] = {}
    # L = mean of ln(1 + eˢ) − t s
    da = (sigmoid(made.outputs[-1]) - t[:, None]) / max(1, len(t))
    for layer in reversed(range(len(spec.widths))):
        # a = φ(z)
        dz = da if layer == spec.layers else da * PHI[spec.activation].slope(made.sums[layer])
        # z = a W + b
        da, given = Dense(spec.widths[layer]).backward(params[str(layer)], made.traces[layer], dz)
        # l1 · Σ |W| + l2 · Σ W²
        w = params[str(layer)]["kernel"]
        grads[str(layer)] = {
            "kernel": given["kernel"] + spec.l1 * np.sign(w) + 2 * spec.l2 * w,
            "bias": given["bias"],
        }
    return grads


class Learned(NamedTuple):
    losses: Array  # (STEPS + 1,) before each step, and after the last
    right: float  # share of right answers after the last step
    kept: tuple[dict[str, Params], ...]  # the weights at frames()

    @property
    def fell(self) -> float:
        """What is left of the loss, as a share of the first."""
        return float(self.losses[-1] / self.losses[0]) if self.losses[0] else 1.0


def frames() -> list[int]:
    """The steps that are shown: all of the first, then ever fewer."""
    return sorted({int(step) for step in np.geomspace(1, STEPS, FILM)} | set(range(min(6, STEPS + 1))))


def learning(spec: PlaygroundSpec) -> Generator[float, None, Learned]:
    """Forward, loss, backward, update: STEPS times. Yields the share that is done."""
    x, t = spec.points()
    params, shown = spec.start(), set(frames())
    optimizer = MAKERS[spec.optimizer](spec.learning_rate)
    slots, losses, kept = optimizer.init(params), [], []
    for step in range(STEPS + 1):
        made = forward(spec, params, x)
        losses.append(loss(spec, params, made.outputs[-1], t))
        if step in shown:
            kept.append(params)
        if step < STEPS:
            params, slots = optimizer.update(params, backward(spec, params, made, t), slots)
            yield step / STEPS
    return Learned(np.array(losses), right(made.outputs[-1], t), tuple(kept))


def right(logits: Array, t: Array) -> float:
    """Share of right answers; of no points 0."""
    return float(((logits[:, 0] > 0) == (t == 1)).sum() / max(1, len(t)))


def axis() -> Array:
    return np.linspace(-REACH, REACH, CELLS)


def pictures(spec: PlaygroundSpec, kept: Sequence[dict[str, Params]]) -> list[Array]:
    """Every unit as a function of the plane, (frames, rows, columns): hidden ones, then the probability."""
    plane = np.stack(np.meshgrid(axis(), axis()), axis=-1).reshape(-1, 2)
    films = []
    for params in kept:
        *hidden, s = forward(spec, params, plane).outputs
        films.append(np.concatenate([*hidden, PHI["sigmoid"].of(s)], axis=1))
    values = np.stack(films).astype(np.float32)  # (frames, cells, units)
    return [values[:, :, unit].reshape(-1, CELLS, CELLS) for unit in range(values.shape[2])]


COMPARED = (0, 1)  # hidden layers, on XOR


def show(spec: PlaygroundSpec) -> Iterator[Part]:
    """The learner's network first; then those that the text compares, a seed each."""
    others = [PlaygroundSpec(XOR, layers, seed=seed) for layers in COMPARED for seed in SEEDS]
    count = 1 + len(others)
    found = yield from _part(learning(spec), 0, count, None)
    rows = _rows(spec, found)
    learned = []
    for place, other in enumerate(others, 1):
        learned.append((yield from _part(learning(other), place, count, Shown({}, rows))))
    none, one = learned[: len(SEEDS)], learned[len(SEEDS) :]
    numbers = {
        "first": significant(float(found.losses[0])),
        "last": significant(float(found.losses[-1])),
        "right": decimal(100 * found.right, 0),
        "data": spec.data,
        "steps": str(STEPS),
        "none": spread(np.array([each.right for each in none])),
        "one": spread(np.array([each.right for each in one])),
        "falls": spread(np.array([each.fell for each in one])),
    }
    yield Part(1, Shown(numbers, rows))


def _part(
    run: Generator[float, None, Learned], number: int, count: int, shown: Shown | None
) -> Generator[Part, None, Learned]:
    """One of so many runs, while this is shown."""
    while True:
        try:
            yield Part((number + next(run)) / count, shown)
        except StopIteration as end:
            return cast(Learned, end.value)


def _rows(spec: PlaygroundSpec, found: Learned) -> list[Row]:
    """The plane as the network divides it, its loss, and what every hidden unit answers to."""
    x, t = spec.points()
    *hidden, probability = pictures(spec, found.kept)
    captions = [f"step {step}" for step in frames()]
    last = len(captions) - 1
    plane = Plane(
        axis(), probability, {"class 0": x[t == 0], "class 1": x[t == 1]}, "x₁", "x₂",
        f"Probability of class 1 over the plane, and the points: after {STEPS} steps "
        f"{100 * found.right:.0f} % are right",
        captions, last,
    )  # fmt: skip
    losses = Lines(
        np.arange(STEPS + 1), {"loss": found.losses}, "step", "loss",
        f"The loss goes from {significant(found.losses[0])} to {significant(found.losses[-1])}", span=(1e-4, 1e1),
    )  # fmt: skip
    rows: list[Row] = [Beside([plane, losses])]
    if hidden:
        reach = Scale(3.0 if spec.activation == "relu" else 1.0)
        units = [
            Picture(f"layer {1 + at // spec.units}, unit {1 + at % spec.units}", film[:, ::-1], reach, "activation")
            for at, film in enumerate(hidden)
        ]
        told = f"What each of {len(units)} hidden units answers, over the plane"
        rows.append(Maps(units, told, captions, last))
    return rows
