"""The bench: two networks from one seed, one with nothing against overfitting, one with what the learner has chosen.

Both are looked at every few steps, on what they learn from, on the validation part and on the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.network import Sequential
from experiments.numbers import decimal, significant, whole
from experiments.overfitting.learning import BINS, Judged, Look, judged, learn
from experiments.overfitting.spec import LabSpec
from experiments.overfitting.techniques import EVERY, NOTHING, Techniques, recipe
from experiments.several import parts as drawn
from experiments.shown import Bars, Beside, Lines, Part, Shown, Table

STEPS = 200
YOURS = "yours"
LEARNED, VALIDATION, ON_TEST = range(3)  # dashes: a part has the same one in every chart
MIDDLES = [(k + 0.5) / BINS for k in range(BINS)]
SAID = "said probability, middle of each tenth"
THIN, THICK = 1.5, 3.0  # pixels: of the network with nothing, and of the learner's


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
    """Curves beside reliability, by step and by what was said, and what comes out on the test. A step that is
    pointed at in the curves is shown in all.
    """
    return drawn(bench(spec), _shown)


def _shown(result: Bench) -> Shown:
    curves, calibration = (
        Beside([_curves(result), _reliability(result)]),
        Beside([_calibration(result), _answers(result)]),
    )
    return Shown({}, [curves, calibration, _table(result)])


def _frames(result: Bench) -> list[str]:
    return [_kept(result, k) or f"after {steps} steps" for k, steps in enumerate(result.at)]


def _kept(result: Bench, frame: int) -> str:
    """Of which step the learner's weights are, where the frame shows those that are kept, of an earlier one. A phone
    has no room for more beside the player.
    """
    yours = result.over.get(YOURS)
    if yours is None or frame < min(len(yours.looks), len(result.at) - 1) or yours.kept.steps == result.at[frame]:
        return ""
    return f"at {result.at[frame]}, yours {yours.kept.steps}"


def _wide(name: str) -> float:
    return THIN if name == NOTHING else THICK


def _by_step(result: Bench, each: Course, of: Callable[[Seen], float]) -> list[float]:
    """A number at each look; none after an early end."""
    return [*map(of, each.looks), *[np.nan] * (len(result.at) - len(each.looks))]


def _curves(result: Bench) -> Lines:
    lines, looks = {}, {}
    for name, each in result.over.items():
        lines[f"{name}: learned from"] = _by_step(result, each, lambda look: look.learned.loss)
        lines[f"{name}: validation"] = _by_step(result, each, lambda look: look.validation.loss)
        looks[f"{name}: learned from"] = LEARNED, _wide(name)
        looks[f"{name}: validation"] = VALIDATION, _wide(name)
    words = "; ".join(
        f"{name}: {decimal(each.looks[-1].learned.loss)} on what is learned from and "
        f"{decimal(each.looks[-1].validation.loss)} on the validation part"
        for name, each in result.over.items()
    )
    return Lines(
        result.at, lines, "steps of training", "cross-entropy", f"Cross-entropy after {result.at[-1]} steps. {words}",
        looks=looks, frames=_frames(result), start=len(result.at) - 1, cursor=True,
    )  # fmt: skip


def _calibration(result: Bench) -> Lines:
    lines = {
        f"{name}: test": _by_step(result, each, lambda look: look.test.calibration)
        for name, each in result.over.items()
    }
    words = "; ".join(f"{name} {decimal(each.looks[-1].test.calibration, 3)}" for name, each in result.over.items())
    return Lines(
        result.at, lines, "steps of training", "calibration error, test",
        f"Calibration error on the test after {result.at[-1]} steps: {words}",
        looks=_on_test(result), frames=_frames(result), start=len(result.at) - 1, cursor=True,
    )  # fmt: skip


def _on_test(result: Bench) -> dict[str, tuple[int, float]]:
    return {f"{name}: test": (ON_TEST, _wide(name)) for name in result.over}


def _tests(result: Bench, each: Course) -> list[Judged]:
    """On the test, a frame a look, and of what is kept as the last."""
    seen = [look.test for look in each.looks[: len(result.at) - 1]]
    return seen + [each.kept.test] * (len(result.at) - len(seen))


def _reliability(result: Bench) -> Lines:
    """A frame a look, and what is kept as the last. On 0 what is said is what happens."""
    lines: dict[str, Array] = {
        f"{name}: test": np.array([test.true - test.said for test in _tests(result, each)])
        for name, each in result.over.items()
    }
    lines["as often as said"] = np.zeros(BINS)
    words = "; ".join(f"{name} {decimal(each.kept.test.calibration, 3)}" for name, each in result.over.items())
    return Lines(
        MIDDLES, lines, SAID, "more often right than said, test",
        f"Reliability on the test, of the weights that are kept. Calibration error: {words}",
        looks=_on_test(result) | {"as often as said": (LEARNED, 1)},
        frames=_frames(result), start=len(result.at) - 1, follow=True,
    )  # fmt: skip


def _answers(result: Bench) -> Bars:
    """How many answers each point of the diagram stands for."""
    bins = [f"{middle:g}" for middle in MIDDLES]
    bars = {name: np.array([test.many for test in _tests(result, each)]) for name, each in result.over.items()}
    words = "; ".join(f"{name} {whole(each.kept.test.many[-1])}" for name, each in result.over.items())
    return Bars(
        bins, bars, SAID, "answers, test",
        f"Answers on the test by how probable they are said to be; in the last tenth: {words}",
        frames=_frames(result), start=len(result.at) - 1, player=False,
    )  # fmt: skip


def _table(result: Bench) -> Table:
    """A line a measure, a column a network: no wider than a phone."""
    over = result.over
    columns: dict[str, Sequence[str]] = {
        "of the weights that are kept": [
            "cross-entropy, learned from",
            "cross-entropy, validation",
            "cross-entropy, test",
            "right answers, test",
            "calibration error, test",
            "steps",
            "techniques",
        ]
    }
    for name, each in over.items():
        kept = each.kept
        columns[name] = [
            significant(kept.learned.loss),
            significant(kept.validation.loss),
            significant(kept.test.loss),
            f"{decimal(100 * kept.test.right, 1)} %",
            decimal(kept.test.calibration, 3),
            whole(kept.steps),
            chosen(result.spec) if name == YOURS else "none",
        ]
    words = "; ".join(
        f"{name}: cross-entropy {significant(each.kept.test.loss)} and {decimal(100 * each.kept.test.right, 1)} % right"
        for name, each in over.items()
    )
    return Table(columns, f"On the test, {words}")


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
