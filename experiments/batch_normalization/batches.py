"""BN4: in small batches the batch's mean is noise. Its standard deviation is σ / √n, and few steps teach little.

Equally many steps ask what a step is worth; equally many examples give a small batch far more steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.training import Training
from experiments.batch_normalization.digits import DIGITS, NORM, shares, training
from experiments.digits import few
from experiments.numbers import counted, significant, spread
from experiments.several import parts
from experiments.shown import Part, Shown, Table

SIZES = 1, 2, 4, 8, 32, 128
SEEDS = range(5)
RATE = 0.1
STEPS = 100
SHARED = SIZES[1:]  # compared after equally many examples: batches of one learn nothing, in however many steps
EPOCH_STEPS = 6  # of the largest batch; the others take as many examples, in more steps
DRAWS = 4000  # batches whose mean is taken


class Batches(NamedTuple):
    """Shares of right answers."""

    same_steps: Array  # (seeds, SIZES)
    same_examples: Array  # (seeds, SHARED)


class Noise(NamedTuple):
    spread: float  # σ, of one value over the digits
    of_means: Array  # (sizes,)  standard deviation of the batch means


def noise(seed: int) -> Noise:
    """Of what the first hidden unit gets, before its norm; batches are drawn with replacement."""
    recipe, digits = training(seed, RATE, norm=True), few(DIGITS, seed)
    start = recipe.start()
    _, trace = recipe.network.forward(start.params, digits.x, state=start.state)
    values = trace.activations[NORM][:, 0].astype(np.float64)
    rng = np.random.default_rng((seed, 8))
    means = [rng.choice(values, (DRAWS, size)).mean(axis=1).std() for size in SIZES]
    return Noise(float(values.std()), np.array(means))


def batches() -> Iterator[tuple[float, Batches | None]]:
    """Trains a network for each size and both counts, seed by seed: (share that is done, results when new)."""
    counts = [(size, STEPS) for size in SIZES] + [(size, EPOCH_STEPS * SIZES[-1] // size) for size in SHARED]

    def runs(seed: int) -> list[tuple[Training, int]]:
        return [(training(seed, RATE, norm=True, batch_size=size), count) for size, count in counts]

    for done, right in shares(SEEDS, runs):
        yield done, None if right is None else Batches(*np.split(right, [len(SIZES)], axis=1))


def show(_: None = None) -> Iterator[Part]:
    """Right answers by the size of the batch, and the noise of its mean."""
    return parts(batches(), lambda result: _shown(result, noise(SEEDS[0])))


def _shown(result: Batches, by_seed: Noise) -> Shown:
    seeds = counted(len(result.same_steps), "seed")
    numbers = {"seeds": seeds, "steps": str(STEPS), "sigma": significant(by_seed.spread)}
    for at, size in enumerate(SIZES):
        numbers |= {f"steps_{size}": spread(result.same_steps[:, at])}
        numbers |= {f"noise_{size}": significant(float(by_seed.of_means[at]))}
    numbers |= {f"examples_{size}": spread(result.same_examples[:, at]) for at, size in enumerate(SHARED)}
    columns = {
        "batch size": [str(size) for size in SIZES],
        "σ / √n": [significant(by_seed.spread / size**0.5) for size in SIZES],
        "measured": [significant(float(of)) for of in by_seed.of_means],
        f"right after {STEPS} steps": [spread(column) for column in result.same_steps.T],
        f"right after {EPOCH_STEPS * SIZES[-1]:,} examples": ["", *map(spread, result.same_examples.T)],
    }
    alt = f"Right answers after {STEPS} steps, median of {seeds}: batches of 2 {numbers['steps_2']}, "
    return Shown(numbers, [Table(columns, alt + f"of 32 {numbers['steps_32']}")])
