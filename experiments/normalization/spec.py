"""Everything that a learner can set of one tensor and five norms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from engine.arrays import Array, Shape
from engine.layers import (
    BatchNormalization,
    GroupNormalization,
    InstanceNormalization,
    Layer,
    LayerNormalization,
    RMSNormalization,
)
from engine.layers.layer import Params, State
from experiments.spec import Spec, choice, number

NORMS = BATCH, LAYER, INSTANCE, GROUP, RMS = "batch", "layer", "instance", "group", "RMS"
MODES = TRAINING, INFERENCE = "training", "inference"
EXAMPLES, PLACES, CHANNELS, GROUPS = 3, 4, 4, 2
SHAPE = EXAMPLES, PLACES, CHANNELS
BETA = "is added to every normalized number; RMS norm has none"
MODE = "only batch norm has two: in training its mean and variance are the batch's, at inference those kept so far"
NEIGHBOURS = "is added to all numbers of examples 1 and 2, the neighbours of example 0"

OF_BATCH: Mapping[str, object] = MappingProxyType(
    {"norm": BATCH, "mode": TRAINING, "epsilon": 0.001, "neighbours": 0.0}
)
PRESETS: Mapping[tuple[str, str], Mapping[str, object]] = MappingProxyType(
    {
        ("Other neighbours", "examples 1 and 2 move away, and example 0 with them"): {**OF_BATCH, "neighbours": 3.0},
        ("The same at inference", "what was kept is used: neighbours have no say"): {
            **OF_BATCH,
            "mode": INFERENCE,
            "neighbours": 3.0,
        },
        ("A large ε", "1 is added to every variance: what varies little stays small"): {**OF_BATCH, "epsilon": 1.0},
    }
)


@dataclass(frozen=True)
class NormSpec(Spec):
    norm: str = choice(BATCH, NORMS, "which numbers share a mean and a variance")
    mode: str = choice(TRAINING, MODES, MODE)
    gamma: float = number(1.0, -2.0, 2.0, 0.1, "multiplies every normalized number")
    beta: float = number(0.0, -2.0, 2.0, 0.1, BETA)
    epsilon: float = choice(0.001, (1e-6, 0.001, 0.1, 1.0), "is added to the variance before the root is taken")
    neighbours: float = number(0.0, -3.0, 3.0, 0.5, NEIGHBOURS)
    seed: int = number(0, 0, 99, 1, "start of what is random: the numbers, and their targets", surprise=False)

    @property
    def used(self) -> tuple[str, ...]:
        """RMS norm has no β, and only batch norm has two modes."""
        idle = {name for name, counts in (("mode", self.norm == BATCH), ("beta", self.centres)) if not counts}
        return tuple(name for name in super().used if name not in idle)

    @property
    def layer(self) -> Layer:
        """The norm, with the learner's ε."""
        if self.norm == GROUP:
            return GroupNormalization(GROUPS, self.epsilon)
        norms = {
            BATCH: BatchNormalization,
            LAYER: LayerNormalization,
            INSTANCE: InstanceNormalization,
            RMS: RMSNormalization,
        }
        return norms[self.norm](epsilon=self.epsilon)

    @property
    def keeps_statistics(self) -> bool:
        """Whether the mean and the variance are those of the state."""
        return self.norm == BATCH and self.mode == INFERENCE

    @property
    def centres(self) -> bool:
        """Whether a mean is subtracted, and β added."""
        return self.norm != RMS

    def params(self) -> Params:
        """γ and β, the same for every channel."""
        both = {"gamma": np.full(CHANNELS, self.gamma), "beta": np.full(CHANNELS, self.beta)}
        return both if self.centres else {"gamma": both["gamma"]}

    def state(self) -> State:
        """What batch norm has kept of batches before: channels have means and sizes of their own."""
        return {"moving_mean": _means(), "moving_variance": _sizes() ** 2}

    def keywords(self) -> dict[str, object]:
        """What batch norm is given besides."""
        return {"state": self.state(), "training": self.mode == TRAINING} if self.norm == BATCH else {}

    def input(self) -> Array:
        """x, SHAPE: each channel around a mean of its own, with a size of its own."""
        x = _means() + _sizes() * np.random.default_rng((self.seed, 0)).standard_normal(SHAPE)
        x[1:] += self.neighbours
        return x

    def target(self) -> Array:
        """t, SHAPE."""
        return np.random.default_rng((self.seed, 1)).standard_normal(SHAPE)

    def rows(self, a: Array) -> Array:
        """(rows, n): the numbers of a tensor of SHAPE, those that share a mean in a row."""
        if self.norm == BATCH:
            return a.reshape(-1, CHANNELS).T
        if self.norm == INSTANCE:
            return a.transpose(0, 2, 1).reshape(-1, PLACES)
        if self.norm == GROUP:
            split = a.reshape(EXAMPLES, PLACES, GROUPS, CHANNELS // GROUPS)
            return split.transpose(0, 2, 1, 3).reshape(EXAMPLES * GROUPS, -1)
        return a.reshape(-1, CHANNELS)

    def row_names(self) -> list[str]:
        """Of the rows."""
        parts = {
            BATCH: [f"channel {c}" for c in range(CHANNELS)],
            INSTANCE: [f"example {b}, channel {c}" for b in range(EXAMPLES) for c in range(CHANNELS)],
            GROUP: [f"example {b}, group {g}" for b in range(EXAMPLES) for g in range(GROUPS)],
        }
        return parts.get(self.norm, [f"example {b}, place {p}" for b in range(EXAMPLES) for p in range(PLACES)])

    def statistics_shape(self) -> Shape:
        """Of the means and variances."""
        shapes = {
            BATCH: (CHANNELS,),
            LAYER: (EXAMPLES, PLACES),
            RMS: (EXAMPLES, PLACES),
            INSTANCE: (EXAMPLES, CHANNELS),
            GROUP: (EXAMPLES, GROUPS),
        }
        return shapes[self.norm]


def _means() -> Array:
    return np.linspace(-1, 1, CHANNELS)


def _sizes() -> Array:
    return np.linspace(0.5, 2, CHANNELS)
