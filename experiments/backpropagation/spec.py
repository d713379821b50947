"""Everything that a learner can set on the first screen of the Backpropagation page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from experiments import edits
from experiments.spec import Spec, choice, number, text

ACTIVATIONS = RELU, SIGMOID, TANH = "relu", "sigmoid", "tanh"
LOSSES = SQUARED, CROSS_ENTROPY = "squared error", "binary cross-entropy"
INPUTS, UNITS = 2, 2
NAMES = {
    "x": "the input",
    "w": "the first weights",
    "b": "the first biases",
    "v": "the second weights",
    "c": "the second bias",
    "t": "the target",
}
LOSS = (
    "what is made small. squared error: ½ (s − t)² of the output s. binary cross-entropy: −t ln y − (1 − t) ln (1 − y) "
    "of the probability y = σ(s), computed from s as ln(1 + eˢ) − t s, so that no logarithm of 0 is taken"
)


@dataclass(frozen=True)
class GraphSpec(Spec):
    activation: str = choice(TANH, ACTIVATIONS, "the function φ of the two hidden units")
    loss: str = choice(SQUARED, LOSSES, LOSS)
    seed: int = number(0, 0, 99, 1, "start of what is random: input, weights, target")
    edits: str = text("the changed numbers", cleared_by=("seed",))

    def __post_init__(self) -> None:
        given = self.given()  # refuses what cannot be changed
        if not 0 <= given["t"] <= 1:
            raise ValueError(f"the target must be between 0 and 1, not {given['t']:g}")

    def given(self) -> dict[str, Array]:
        """What nothing in the network computes: drawn from the seed, then as the learner has changed it."""
        rng = np.random.default_rng(self.seed)
        drawn = {
            "x": rng.uniform(-1.5, 1.5, INPUTS),
            "w": rng.uniform(-1.5, 1.5, (INPUTS, UNITS)),
            "b": rng.uniform(-0.5, 0.5, UNITS),
            "v": rng.uniform(-1.5, 1.5, UNITS),
            "c": rng.uniform(-0.5, 0.5, ()),
            "t": rng.integers(0, 2, ()).astype(np.float64),
        }
        given = {name: np.array(np.round(values, 2)) for name, values in drawn.items()}
        edits.apply(self.edits, given, NAMES)
        return given

    def with_edit(self, name: str, cell: int, value: float) -> str:
        """The edits with one more or one replaced."""
        return edits.changed(self.edits, "".join(NAMES), name, cell, value)
