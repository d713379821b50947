"""DO2: off at inference. Left on by mistake the answers are noisy; left on on purpose they say how sure they are.

    ȳ = 1/n Σ softmax(y of one mask)        agreement = the largest entry of ȳ

Gal and Ghahramani 2016, "Dropout as a Bayesian approximation", https://arxiv.org/abs/1506.02142
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.losses import softmax
from engine.network import Sequential
from experiments.digits import held_out, training
from experiments.numbers import counted, decimal, significant, spread
from experiments.scene import Scale
from experiments.several import parts, trained
from experiments.shown import Lines, Maps, Part, Picture, Shown, Table

SEEDS = range(5)
WIDTH, DIGITS, STEPS = 64, 160, 600
RATE, PASSES = 0.5, 50
ANSWERED = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 1.0])  # shares of the digits, the surest first
SHOWN = 10  # passes that are drawn: with more, their cells would be smaller than those beside them


class Answers(NamedTuple):
    """Of one trained network, on the digits that are held out."""

    off: Array  # (N, 10)  probabilities with dropout off
    again: Array  # (N, 10)  the same once more
    on: Array  # (PASSES, N, 10)  with dropout left on
    labels: Array  # (N,)

    @property
    def mean(self) -> Array:
        """(N, 10): over the passes."""
        return self.on.mean(axis=0)

    @property
    def unsure(self) -> int:
        """The digit on which the passes agree least."""
        return int(self.mean.max(axis=1).argmin())


class Inference(NamedTuple):
    """Shares of right answers by seed, and the answers of the first."""

    first: Answers
    off: Array  # (seeds,)
    single: Array  # (seeds, PASSES)  of each pass alone
    mean: Array  # (seeds,)  of the mean over the passes
    moved: Array  # (seeds,)  share of the digits that two passes answer differently, over all pairs of neighbours
    differing: Array  # (seeds,)  largest difference of two calls with dropout off
    by_agreement: Array  # (seeds, ANSWERED)  right answers among the surest, by the agreement of the passes
    by_confidence: Array  # (seeds, ANSWERED)  by the probability that the network itself gives, dropout off

    @property
    def once(self) -> Array:
        """(seeds,): of a pass, the median over all of them."""
        return np.median(self.single, axis=1)


def inference() -> Iterator[tuple[float, Inference | None]]:
    """Trains a network a seed, and asks it: (share that is done, results when there are new ones)."""
    found: list[Answers] = []
    for number, seed in enumerate(SEEDS):
        recipe = training(WIDTH, RATE, DIGITS, seed)
        after = yield from trained(recipe, STEPS, number, len(SEEDS))
        found.append(answers(recipe.network, after.params, seed))
        yield (number + 1) / len(SEEDS), _result(found)


def answers(network: Sequential, params: Any, seed: int) -> Answers:
    examples, rng = held_out(), np.random.default_rng((seed, 7))

    def asked(*, on: bool) -> Array:
        return softmax(network.forward(params, examples.x, training=on, rng=rng)[0])

    off, again = asked(on=False), asked(on=False)
    return Answers(off, again, np.array([asked(on=True) for _ in range(PASSES)]), examples.labels)


def _result(found: list[Answers]) -> Inference:
    def right(p: Array, labels: Array) -> Array:
        return p.argmax(axis=-1) == labels

    each = [right(a.on, a.labels) for a in found]  # (PASSES, N)
    passes = [a.on.argmax(axis=2) for a in found]
    return Inference(
        found[0],
        off=np.array([right(a.off, a.labels).mean() for a in found]),
        single=np.array([of_passes.mean(axis=1) for of_passes in each]),
        mean=np.array([right(a.mean, a.labels).mean() for a in found]),
        moved=np.array([(one[1:] != one[:-1]).mean() for one in passes]),
        differing=np.array([np.abs(a.off - a.again).max() for a in found]),
        by_agreement=np.array([_surest(a.mean, a.labels) for a in found]),
        by_confidence=np.array([_surest(a.off, a.labels) for a in found]),
    )


def _surest(p: Array, labels: Array) -> Array:
    """(ANSWERED,): share of right answers among those with the largest probabilities."""
    order = np.argsort(-p.max(axis=1), kind="stable")
    right = (p.argmax(axis=1) == labels)[order]
    return np.array([right[: round(share * len(right))].mean() for share in ANSWERED])


def show(_: None = None) -> Iterator[Part]:
    """Some answers to the same digit with dropout on, and what asking often is good for."""
    return parts(inference(), _shown)


def _shown(result: Inference) -> Shown:
    seeds = counted(len(result.off), "seed")
    numbers = {
        "seeds": seeds,
        "passes": str(PASSES),
        "digits": str(DIGITS),
        "rate": decimal(RATE, 1),
        "differing": significant(float(result.differing.max())),
        "off": spread(result.off, 3),
        "single": spread(result.once, 3),
        "mean": spread(result.mean, 3),
        "moved": spread(100 * result.moved, 0),
        "surest": spread(result.by_agreement[:, ANSWERED == 0.8], 3),
        "confident": spread(result.by_confidence[:, ANSWERED == 0.8], 3),
    }
    return Shown(numbers, [_same_digit(result.first), _by_sureness(result, seeds), _table(result)])


def _same_digit(first: Answers) -> Maps:
    """The digit that divides the passes most, and the probabilities of some of them, a row each."""
    unsure, one = first.unsure, Scale(1, "magnitude")
    digit = held_out().x[unsure, :, :, 0]
    passes = first.on[:SHOWN, unsure]
    pictures = [
        Picture(f"a digit {first.labels[unsure]}\nrow ↓, column →", digit, Scale(1, "brightness"), "input"),
        Picture("dropout on\ncall ↓, digit 0–9 →", passes, one, "activation"),
        Picture(
            "off, two calls\ncall ↓, digit 0–9 →", np.stack([first.off[unsure], first.again[unsure]]), one, "activation"
        ),
        Picture("mean of all calls\ndigit 0–9 →", first.mean[unsure][None], one, "activation"),
    ]
    named = ", ".join(map(str, passes.argmax(axis=1)))
    alt = f"Probabilities of the ten digits. With dropout on, {SHOWN} calls name {named}; off, both calls name "
    return Maps(pictures, alt + f"{first.off[unsure].argmax()}, with the same numbers")


def _by_sureness(result: Inference, seeds: str) -> Lines:
    """From all digits to the surest half."""
    lines = {
        "the calls disagree": np.median(result.by_agreement, axis=0)[::-1],
        "a low probability with dropout off": np.median(result.by_confidence, axis=0)[::-1],
    }
    both = np.concatenate([result.by_agreement, result.by_confidence])[:, ::-1]
    words = "; ".join(f"{name} {decimal(line[0], 3)} to {decimal(line[-1], 3)}" for name, line in lines.items())
    return Lines(
        np.round(1 - ANSWERED[::-1], 1),
        lines,
        x="share of the digits left to a human, where …",
        y="right answers among the others",
        bands={"smallest to largest of both": (both.min(axis=0), both.max(axis=0))},
        alt=f"Right answers among all digits to the surest half, median of {seeds}; left out where {words}",
    )


def _table(result: Inference) -> Table:
    columns = {
        "asked": ["once, dropout off", "once, dropout left on", f"{PASSES} times, the mean"],
        "right answers: median (range)": [
            spread(result.off, 3),
            spread(result.once, 3),
            spread(result.mean, 3),
        ],
    }
    return Table(columns, f"Right answers: off {spread(result.off, 3)}, left on {spread(result.once, 3)}")
