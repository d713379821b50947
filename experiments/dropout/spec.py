"""Everything that a learner can set on the Dropout page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.layers import Dropout
from experiments.numbers import decimal
from experiments.spec import Spec, choice, number

RATE = "the share of units that is silenced, on average; below 1, as kept units are multiplied by 1 / (1 − rate)"
MODES = TRAINING, INFERENCE = "training", "inference"
STEEPEST = 0.9  # the largest rate at which steps of 0.02 stay near the target
LEARNING_RATE = (
    "of plain gradient descent, one step after each mask; at 0 the weights stay as they are, and only the mask changes"
)


@dataclass(frozen=True)
class DropoutSpec(Spec):
    rate: float = number(0.3, 0.0, 0.95, 0.05, RATE)
    mode: str = choice(TRAINING, MODES, "training: a new mask for every step. inference: nothing is dropped or scaled")
    learning_rate: float = choice(0.0, (0.0, 0.01, 0.02), LEARNING_RATE)
    seed: int = number(0, 0, 99, 1, "start of what is random: the masks, the weights, the example", surprise=False)

    def __post_init__(self) -> None:
        if self.learns and self.rate > STEEPEST:
            factor = decimal(self.factor, 0)
            raise ValueError(f"at a rate of {self.rate} kept units are multiplied by {factor}, and steps overshoot")

    @property
    def used(self) -> tuple[str, ...]:
        """At inference nothing is silenced, and nothing learned."""
        return tuple(name for name in super().used if name not in ("rate", "learning_rate") or self.training)

    @property
    def tried(self) -> str:
        """The heading of what the lesson asks to be tried."""
        if not self.training:
            return "Try at inference"
        return "Try this" if self.drops else "Try at rate 0"

    @property
    def learns(self) -> bool:
        """Whether the weights change after a step."""
        return self.training and self.learning_rate > 0

    @property
    def layer(self) -> Dropout:
        return Dropout(self.rate)

    @property
    def training(self) -> bool:
        return self.mode == TRAINING

    @property
    def drops(self) -> bool:
        """Whether a unit can be silenced at all."""
        return self.training and self.rate > 0

    @property
    def factor(self) -> float:
        """What a unit that is kept is multiplied by."""
        return 1 / (1 - self.rate) if self.training else 1.0

    def rng(self, *more: int) -> np.random.Generator:
        """For one purpose: 0 weights, 1 example, 2 and a step's number its masks."""
        return np.random.default_rng((self.seed, *more))
