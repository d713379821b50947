"""The bench: two networks from one seed, one with nothing against overfitting, one with what the learner has chosen.

Both are looked at every few steps, on what they learn from, on the validation part and on the test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.network import Sequential
from experiments.numbers import decimal, significant
from experiments.overfitting.learning import BINS, Judged, Look, judged, learn
from experiments.overfitting.spec import LabSpec
from experiments.overfitting.techniques import EVERY, NOTHING, Techniques, recipe
from experiments.several import parts as drawn
from experiments.shown import Beside, Lines, Part, Shown, Table

STEPS = 200
YOURS = "yours"


class Seen(NamedTuple):
    """Of one network after so many steps; without its weights, which are many."""

    steps: int
    learned: Judged
    validation: Judged
    test: Judged


class Course(NamedTuple):
    """Of one network."""

    looks: list[Seen]
    kept: Seen  # with the weights that would be kept


class Bench(NamedTuple):
    spec: LabSpec
    over: dict[str, Course]

    @property
    def at(self) -> list[int]:
        """Steps at which there is a look at a network."""
        return max(([look.steps for look in each.looks] for each in self.over.values()), key=len)


def bench(spec: LabSpec) -> Iterator[tuple[float, Bench | None]]:
    """A stretch of one, then of the other: (share that is done, all looks so far when there are new ones)."""
    techniques = {NOTHING: Techniques(), YOURS: spec.by}
    if spec.by == Techniques():
        del techniques[YOURS]
    parts = spec.parts
    trainings = {name: recipe(parts, spec.width, spec.layers, by, spec.seed) for name, by in techniques.items()}
    runs = {name: learn(trainings[name], parts, techniques[name], STEPS, EVERY) for name in techniques}
    over: dict[str, Course] = {}
    for taken in range(0, STEPS + EVERY, EVERY):
        for name in runs:
            for look in runs[name]:
                if look is not None:
                    over = over | {name: _followed(spec, trainings[name].network, over.get(name), look)}
                    break
                yield max(0, taken - EVERY) / STEPS, None
        yield min(taken / STEPS, 1.0), Bench(spec, over)


def _followed(spec: LabSpec, network: Sequential, before: Course | None, look: Look) -> Course:
    now = Seen(look.steps, look.learned, look.validation, judged(network, look.now, spec.parts.test))
    looks, kept = before or Course([], now)
    return Course([*looks, now], now if look.best is look.now else kept)


def show(spec: LabSpec) -> Iterator[Part]:
    """Curves of both losses beside the reliability diagram, and what comes out on the test."""
    return drawn(bench(spec), _shown)


def _shown(result: Bench) -> Shown:
    return Shown({}, [Beside([_curves(result), _reliability(result)]), _table(result)])


def _curves(result: Bench) -> Lines:
    lines = {}
    for name, each in result.over.items():
        gap = [np.nan] * (len(result.at) - len(each.looks))
        lines[f"{name}: learned from"] = [*(look.learned.loss for look in each.looks), *gap]
        lines[f"{name}: validation"] = [*(look.validation.loss for look in each.looks), *gap]
    words = "; ".join(
        f"{name}: {decimal(each.looks[-1].learned.loss)} on what is learned from and "
        f"{decimal(each.looks[-1].validation.loss)} on the validation part"
        for name, each in result.over.items()
    )
    return Lines(
        result.at, lines, "steps of training", "cross-entropy", f"Cross-entropy after {result.at[-1]} steps. {words}"
    )


def _reliability(result: Bench) -> Lines:
    """A frame a look, and what is kept as the last. On 0 what is said is what happens."""
    middles = (np.arange(BINS) + 0.5) / BINS
    lines: dict[str, Array] = {}
    for name, each in result.over.items():
        seen = [look.test for look in each.looks[: len(result.at) - 1]]
        seen += [each.kept.test] * (len(result.at) - len(seen))
        lines[name] = np.array([test.true - test.said for test in seen])
    lines["as often as said"] = np.zeros(BINS)
    frames = [f"after {steps} steps" for steps in result.at]
    words = "; ".join(f"{name} {decimal(each.kept.test.calibration, 3)}" for name, each in result.over.items())
    return Lines(
        middles, lines, "how probable it says its answer is", "more often right than said",
        f"Reliability on the test, of the weights that are kept. Calibration error: {words}",
        frames=frames, start=len(frames) - 1,
    )  # fmt: skip


def _table(result: Bench) -> Table:
    over = result.over
    columns: dict[str, Sequence[str] | Sequence[int]] = {
        "network": [_named(result.spec, name) for name in over],
        "cross-entropy, learned from": [significant(each.kept.learned.loss) for each in over.values()],
        "validation": [significant(each.kept.validation.loss) for each in over.values()],
        "test": [significant(each.kept.test.loss) for each in over.values()],
        "right answers, test": [f"{decimal(100 * each.kept.test.right, 1)} %" for each in over.values()],
        "calibration error, test": [decimal(each.kept.test.calibration, 3) for each in over.values()],
        "steps": [each.kept.steps for each in over.values()],
    }
    words = "; ".join(
        f"{name}: cross-entropy {significant(each.kept.test.loss)} and {decimal(100 * each.kept.test.right, 1)} % right"
        for name, each in over.items()
    )
    return Table(columns, f"On the test, {words}")


def _named(spec: LabSpec, name: str) -> str:
    return f"{name}: {chosen(spec)}" if name == YOURS else name


def chosen(spec: LabSpec) -> str:
    """What is switched on."""
    numbers = {"dropout": spec.dropout, "L1": spec.l1, "L2": spec.l2, "label smoothing": spec.label_smoothing}
    flags = {
        "early stopping": spec.early_stopping,
        "augmentation": spec.augmentation,
        "batch norm": spec.batch_norm,
    }
    words = [*(f"{name} {value:g}" for name, value in numbers.items() if value), *(n for n, on in flags.items() if on)]
    return " + ".join(words) or NOTHING
