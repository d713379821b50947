"""Against overfitting: what can be switched on, one by one or together, and the network that learns with it.

    (noise →) dense → (batch norm →) ReLU → dropout … → dense → softmax cross-entropy

Every network has the same layers, with a rate or a deviation of 0 where a technique is off: from one seed all begin
with the same weights, and see the same batches. A technique more is a field here, what it changes in `recipe`, and a
line in `winners.CANDIDATES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.arrays import Array
from engine.early_stopping import EarlyStopping
from engine.layers import BatchNormalization, GaussianNoise, ReLU
from engine.losses import softmax_cross_entropy
from engine.network import Sequential
from engine.optimizers import Adam
from engine.regularizers import L1L2
from engine.training import Examples as Batch
from engine.training import Training
from experiments.examples import classifier
from experiments.overfitting.data import Parts

RATE = 0.005
BATCH = 16
EVERY = 10  # steps from one look at the losses to the next
PATIENCE = 5  # looks at the validation loss
MOMENTUM = 0.9  # of what batch norm keeps: Keras's 0.99 would still hold its start after so few steps
JITTER = 0.5  # of a table's numbers, in standard deviations
NOTHING = "doing nothing"  # what all others are compared with
SHIFT = 1  # pixels of a digit, at most, each way


@dataclass(frozen=True)
class Techniques:
    """All off."""

    dropout: float = 0.0
    l1: float = 0.0
    l2: float = 0.0
    early_stopping: bool = False
    augmentation: bool = False
    label_smoothing: float = 0.0
    batch_norm: bool = False

    @property
    def stopping(self) -> EarlyStopping | None:
        return EarlyStopping(patience=PATIENCE, restore_best_weights=True) if self.early_stopping else None


@dataclass(frozen=True, eq=False)
class Shifted(Training):
    """Pictures that stand somewhere else at every step; what leaves at one side is lost."""

    def examples(self, step: int) -> Batch:
        examples = super().examples(step)
        rng = np.random.default_rng((self.seed, step, 3))
        return examples._replace(x=shifted(examples.x, rng.integers(-SHIFT, SHIFT + 1, (len(examples.x), 2))))


def shifted(x: Array, by: Array) -> Array:
    """x (B, H, W, C), each by its own (rows, columns), with 0 where nothing was."""
    (_, height, width, _), most = x.shape, int(np.abs(by).max())
    wide = np.pad(x, ((0, 0), (most, most), (most, most), (0, 0)))
    rows = most - by[:, :1] + np.arange(height)  # (B, H)
    columns = most - by[:, 1:] + np.arange(width)
    return wide[np.arange(len(x))[:, None, None], rows[:, :, None], columns[:, None, :]]


def network(
    width: int, layers: int, classes: int, dropout: float = 0.0, jitter: float = 0.0, batch_norm: bool = False
) -> Sequential:
    """Batch norm stands with its ReLU in the place of the ReLU: no other layer moves, and each has its weights."""
    found = classifier(width, layers, classes, dropout)
    normed = (Sequential([BatchNormalization(MOMENTUM), each]) if isinstance(each, ReLU) else each for each in found)
    return Sequential((GaussianNoise(jitter), *(normed if batch_norm else found)))


def recipe(parts: Parts, width: int, layers: int, by: Techniques, seed: int) -> Training:
    """The same seed gives the same first weights and the same batches with any techniques."""
    x, labels = parts.learned
    pictures = x.ndim > 2
    jitter = JITTER if by.augmentation and not pictures else 0.0
    kind = Shifted if by.augmentation and pictures else Training
    return kind(
        network(width, layers, parts.classes, by.dropout, jitter, by.batch_norm),
        Adam(RATE),
        x,
        labels,
        batch_size=min(BATCH, len(x)),
        seed=seed,
        loss=partial(softmax_cross_entropy, label_smoothing=by.label_smoothing),
        regularizer=L1L2(by.l1, by.l2) if by.l1 or by.l2 else None,
    )
