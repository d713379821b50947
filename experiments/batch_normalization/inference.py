"""BN5: training is not inference. Moving statistics have to arrive first, and in training mode neighbours matter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import BatchNormalization
from engine.network import Sequential
from engine.training import Progress, Step, Training, steps
from experiments.batch_normalization.digits import NORM, right, training
from experiments.digits import held_out
from experiments.numbers import counted, decimal, key, scientific, spread
from experiments.several import parts
from experiments.shown import Lines, Part, Shown, Table

MOMENTA = 0.9, 0.99
SEEDS = range(5)
RATE = 0.1
STEPS = 50
BATCH = 32
OF_BATCH, OF_ALL = "of the batch", "of all that is learned from"


class Inference(NamedTuple):
    """By seed and momentum, (seeds, momenta)."""

    right: Array  # share of right answers at inference
    in_training: Array  # the same digits in batches of BATCH, with the batch's own statistics
    moved: Array  # how far the answers to one digit move with its neighbours, the switch forgotten
    moved_at_inference: Array
    means: dict[str, Array]  # (STEPS,) each, of the first seed: the first unit's mean in every step, and what is kept


def inference() -> Iterator[tuple[float, Inference | None]]:
    """Trains a network for each momentum, seed by seed: (share that is done, results when there are new ones)."""
    found: list[list[tuple[float, float, float, float]]] = []
    means: dict[str, list[float]] = {}
    runs = len(SEEDS) * len(MOMENTA)
    for seed in SEEDS:
        row = []
        for number, momentum in enumerate(MOMENTA, seed * len(MOMENTA)):
            recipe = training(seed, RATE, norm=True, momentum=momentum)
            for step in steps(recipe, STEPS):
                if seed == SEEDS[0]:
                    for name, mean in means_of(recipe, step).items():
                        means.setdefault(name, []).append(mean)
                yield (number + step.after.steps / STEPS) / runs, None
            row.append(asked(recipe, step.after))
        found.append(row)
        right_ones, in_training, moved, at_inference = np.moveaxis(np.array(found), 2, 0)
        curves = {name: np.array(each) for name, each in means.items()}
        yield (seed + 1) / len(SEEDS), Inference(right_ones, in_training, moved, at_inference, curves)


def means_of(recipe: Training, step: Step) -> dict[str, float]:
    """Of the first unit, before the first norm. The momentum has no say in how the weights move: the first tells it."""
    norm = recipe.network.layers[NORM]
    assert isinstance(norm, BatchNormalization)
    kept = {f"kept, momentum {norm.momentum}": float(step.after.state[NORM]["moving_mean"][0])}
    if norm.momentum != MOMENTA[0]:
        return kept
    everybody, _ = Sequential(recipe.network.layers[:NORM]).forward(step.before.params[:NORM], recipe.x)
    batch = float(step.traces[NORM].normalized.mean[0, 0])
    return {OF_BATCH: batch, OF_ALL: float(everybody[:, 0].mean()), **kept}


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
        name = key(momentum)
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
    end = ", ".join(f"{name} {decimal(float(mean[-1]))}" for name, mean in result.means.items())
    curves = Lines(
        np.arange(1, STEPS + 1),
        result.means,
        "step",
        "mean of the first unit, seed 0",
        f"Means after {STEPS} steps: {end}",
    )
    return Shown(numbers, [Table(columns, alt), curves])
