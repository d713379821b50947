"""Networks that learn the names of few digits, and how well they do on others, at inference, from several seeds.

8 × 8 → (dense → ReLU → dropout) × depth → dense → softmax cross-entropy
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.datasets import digits
from engine.losses import softmax_cross_entropy
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Progress, Training
from experiments.examples import Examples, classifier, mislabelled, shared

HELD_OUT = 1000
EVERY = 20  # steps from one look at the losses to the next
ALIKE = 0.15  # of a gap: a difference that is called about the same


class Looks(NamedTuple):
    """How each network does after so many steps, in inference mode. By name: (seeds, points)."""

    at: Array  # (points,)  steps
    seen: Mapping[str, Array]  # cross-entropy on the digits that are learned from
    held: Mapping[str, Array]  # on those held out
    right: Mapping[str, Array]  # share of right answers on those held out

    def gaps(self, name: str) -> Array:
        """(seeds, points): held out less seen."""
        return self.held[name] - self.seen[name]

    def gap(self, name: str) -> Array:
        """(seeds,): at the last point."""
        return self.gaps(name)[:, -1]

    def gap_moves(self, one: str, other: str) -> int:
        """1 where most seeds have a larger gap in the other, −1 a smaller one, by their own difference; else 0."""
        difference, limit = self.gap(other) - self.gap(one), ALIKE * np.abs(self.gap(one))
        larger, smaller = (difference > limit).mean(), (difference < -limit).mean()
        return int(larger > 0.5) - int(smaller > 0.5)


@cache
def held_out() -> Examples:
    """The same for every run; shared and read-only."""
    images, labels = digits()
    order = np.random.default_rng(0).permutation(len(images))[:HELD_OUT]
    return shared(images[order], labels[order])


@cache
def few(count: int, seed: int) -> Examples:
    """So many of the others, drawn by the seed; shared and read-only."""
    images, labels = digits()
    rest = np.random.default_rng(0).permutation(len(images))[HELD_OUT:]
    order = np.random.default_rng((seed, 5)).permutation(rest)[:count]
    return shared(images[order], labels[order])


def network(width: int, rate: float, depth: int = 2) -> Sequential:
    return Sequential(classifier(width, depth, 10, rate))


def training(width: int, rate: float, count: int, seed: int, depth: int = 2, learning_rate: float = 0.003) -> Training:
    """The same seed gives the same digits, the same first weights and the same batches at any rate."""
    examples = few(count, seed)
    return Training(network(width, rate, depth), Adam(learning_rate), *examples, batch_size=32, seed=seed)


def partly_wrong(training: Training, share: float) -> Training:
    """The same with so many labels replaced by others, the same ones for the same seed."""
    labels, rng = training.labels, np.random.default_rng((training.seed, 6))
    return replace(training, labels=mislabelled(labels, np.arange(len(labels)), share, 10, rng))


def judged(network: Sequential, params: Any, examples: Examples, state: Any = None) -> tuple[float, float]:
    """Cross-entropy and share of right answers, in inference mode."""
    y, _ = network.forward(params, examples.x, state=state)
    return softmax_cross_entropy(y, examples.labels)[0], float((y.argmax(axis=1) == examples.labels).mean())


def learn(
    runs: Mapping[tuple[str, int], Training], steps: int, every: int = EVERY
) -> Iterator[tuple[float, Looks | None]]:
    """All networks side by side, by name and seed: (share that is done, the looks whenever all have had another)."""
    progress = {run: training.start() for run, training in runs.items()}
    points: dict[tuple[str, int], list[tuple[float, float, float]]] = {run: [] for run in runs}
    at: list[int] = []
    for taken in range(steps + 1):
        looked = taken % every == 0 or taken == steps
        for number, (run, training) in enumerate(runs.items(), 1):
            if looked:
                points[run].append(_look(training, progress[run]))
            if taken < steps:
                progress[run] = training.step(progress[run]).after
            last = number == len(runs)
            if looked and last:
                at.append(taken)
            share = (taken + number / len(runs)) / (steps + 1)
            yield share, _looks(at, points) if looked and last else None


def _look(training: Training, progress: Progress) -> tuple[float, float, float]:
    seen, held = (
        judged(training.network, progress.params, examples, progress.state)
        for examples in (Examples(training.x, training.labels), held_out())
    )
    return seen[0], *held


def _looks(at: Sequence[int], points: Mapping[tuple[str, int], Sequence[tuple[float, float, float]]]) -> Looks:
    names = dict.fromkeys(name for name, _ in points)
    kinds = [
        {
            name: np.array([[point[kind] for point in p] for (of, _), p in points.items() if of == name])
            for name in names
        }
        for kind in range(3)
    ]
    return Looks(np.array(at), *kinds)


def runs_of(rates: Mapping[str, float], seeds: Sequence[int], **more: Any) -> dict[tuple[str, int], Training]:
    """A training for each rate and seed: (name of the rate, seed) → training."""
    return {
        (name, seed): training(rate=rate, seed=seed, **more) for (name, rate), seed in product(rates.items(), seeds)
    }
