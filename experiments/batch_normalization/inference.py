"""BN5: training is not inference. Moving statistics have to arrive first, and in training mode neighbours matter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.training import Progress, Training
from experiments.batch_normalization.digits import right, training
from experiments.dropout.digits import held_out
from experiments.numbers import counted, scientific, spread
from experiments.several import parts, trained
from experiments.shown import Part, Shown, Table

MOMENTA = 0.9, 0.99
SEEDS = range(5)
RATE = 0.1
STEPS = 50
BATCH = 32


class Inference(NamedTuple):
    """By seed and momentum, (seeds, momenta)."""

    right: Array  # share of right answers at inference
    in_training: Array  # the same digits in batches of BATCH, with the batch's own statistics
    moved: Array  # how far the answers to one digit move with its neighbours, the switch forgotten
    moved_at_inference: Array


def inference() -> Iterator[tuple[float, Inference | None]]:
    """Trains a network for each momentum, seed by seed: (share that is done, results when there are new ones)."""
    found: list[list[tuple[float, float, float, float]]] = []
    for seed in SEEDS:
        row = []
        for number, momentum in enumerate(MOMENTA):
            recipe = training(seed, RATE, norm=True, momentum=momentum)
            at = seed * len(MOMENTA) + number
            after = yield from trained(recipe, STEPS, at, len(SEEDS) * len(MOMENTA))
            row.append(asked(recipe, after))
        found.append(row)
        yield (seed + 1) / len(SEEDS), Inference(*np.moveaxis(np.array(found), 2, 0))


def asked(recipe: Training, after: Progress) -> tuple[float, float, float, float]:
    """A row of each of the fields of `Inference`."""
    digits, labels = held_out()

    def answers(x: Array, *, training: bool) -> Array:
        y, _ = recipe.network.forward(after.params, x, state=after.state, training=training)
        return y

    whole = len(digits) // BATCH * BATCH
    named = [answers(x, training=True).argmax(axis=1) for x in digits[:whole].reshape(-1, BATCH, *digits.shape[1:])]
    # the same digit among two sets of neighbours
    one, other = digits[:BATCH], np.concatenate([digits[:1], digits[BATCH : 2 * BATCH - 1]])
    moved, moved_at_inference = (
        float(np.abs(answers(one, training=mode)[0] - answers(other, training=mode)[0]).max()) for mode in (True, False)
    )
    in_training = float((np.concatenate(named) == labels[:whole]).mean())
    return right(recipe, after), in_training, moved, moved_at_inference


def show(_: None = None) -> Iterator[Part]:
    """Right answers in both modes, and how far a digit's answers move with its neighbours."""
    return parts(inference(), _shown)


def _shown(result: Inference) -> Shown:
    seeds = counted(len(result.right), "seed")
    numbers = {"seeds": seeds, "steps": str(STEPS)}
    for at, momentum in enumerate(MOMENTA):
        name = str(momentum).replace(".", "_")
        numbers |= {f"right_{name}": spread(result.right[:, at]), f"training_{name}": spread(result.in_training[:, at])}
    numbers |= {
        "moved": spread(result.moved[:, 0]),
        "moved_at_inference": scientific(float(result.moved_at_inference.max())),
    }
    columns = {
        "momentum": [str(momentum) for momentum in MOMENTA],
        f"right at inference, after {STEPS} steps": [spread(column) for column in result.right.T],
        f"right in training mode, in batches of {BATCH}": [spread(column) for column in result.in_training.T],
        "largest change of an answer with its neighbours, in training mode": [spread(c) for c in result.moved.T],
    }
    alt = f"Right answers at inference, {seeds}: {numbers['right_0_9']} and {numbers['right_0_99']}"
    return Shown(numbers, [Table(columns, alt)])
