"""A training that is looked at now and then, and how well it does: cross-entropy, right answers, calibration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.arrays import Array
from engine.early_stopping import Watched
from engine.losses import softmax, softmax_cross_entropy
from engine.network import Sequential
from engine.training import Progress, Training
from experiments.calibration import reliability
from experiments.examples import Examples
from experiments.overfitting.data import Parts
from experiments.overfitting.techniques import Techniques

BINS = 10


class Judged(NamedTuple):
    """How well a network does on some examples, in inference mode."""

    loss: float  # cross-entropy
    right: float  # share of right answers
    calibration: float  # its error (ECE)
    said: Array  # (BINS,)  mean probability of the answers in each bin, NaN where there are none
    true: Array  # (BINS,)  share of them that is right
    many: Array  # (BINS,)  how many there are


class Look(NamedTuple):
    """After so many steps."""

    steps: int
    now: Progress
    best: Progress  # what early stopping would leave; without it, what there is now
    learned: Judged
    validation: Judged
    ended: bool  # stopped early


def judged(network: Sequential, at: Progress, examples: Examples) -> Judged:
    logits, _ = network.forward(at.params, examples.x, state=at.state)
    p = softmax(logits)
    right = p.argmax(axis=1) == examples.labels
    found = reliability(p.max(axis=1), right, BINS)
    loss = softmax_cross_entropy(logits, examples.labels)[0]
    return Judged(loss, float(right.mean()), found.error, found.said, found.true, found.many)


def learn(training: Training, parts: Parts, by: Techniques, steps: int, every: int) -> Iterator[Look | None]:
    """None after a step; a look at every `every` steps and the last. It ends where early stopping says so."""
    progress, stopping, watched = training.start(), by.stopping, Watched()
    for taken in range(steps + 1):
        if taken % every == 0 or taken == steps:
            learned, validation = (judged(training.network, progress, part) for part in parts[:2])
            if stopping is not None:
                watched = stopping.watch(watched, validation.loss, progress)
            best = progress if stopping is None else stopping.result(watched, progress)
            yield Look(taken, progress, best, learned, validation, watched.stopped)
            if watched.stopped:
                return
        if taken < steps:
            progress = training.step(progress).after
            yield None


def outcome(training: Training, look: Look, parts: Parts) -> tuple[Judged, Judged]:
    """Of the weights that are kept: on the validation part, by which one may choose, and on the test."""
    validation, test = (judged(training.network, look.best, part) for part in (parts.validation, parts.test))
    return validation, test
