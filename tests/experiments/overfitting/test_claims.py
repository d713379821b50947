"""RG6, at the page's own setting, seeds 0 to 4, never chosen; medians, of two situations that the map holds."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest

from engine.arrays import Array
from experiments.datasets import DIGITS
from experiments.overfitting.techniques import NOTHING
from experiments.overfitting.winners import SAMPLES, SEEDS, WRONG_LABELS, Asked, Contest, contest
from tests.test_claims_table import spread, told

ASKED = Asked(DIGITS, "", WRONG_LABELS)
SMOOTHING = "label smoothing"


@cache
def at(samples: int, wrong_labels: float) -> Contest:
    *_, (done, result) = contest(ASKED.place(samples, wrong_labels))
    assert done == 1
    assert result is not None
    assert {len(values) for values in result.loss.values()} == {len(SEEDS)}
    return result


def test_with_few_examples_and_wrong_labels_four_techniques_clearly_help() -> None:
    hard = at(SAMPLES[0], 0.4)
    for name, least in ((SMOOTHING, 0.7), ("L1", 0.5), ("L2", 0.6), ("dropout", 0.4)):
        assert np.median(hard.margin(name, NOTHING)) > least
        assert name in hard.helps
    assert np.median(hard.calibration[NOTHING] - hard.calibration[SMOOTHING]) > 0.1


def test_with_enough_right_labels_the_best_hardly_helps_and_some_harm() -> None:
    easy, hard = at(SAMPLES[-1], 0.0), at(SAMPLES[0], 0.4)
    gain = np.median(easy.margin(easy.order[0], NOTHING))
    assert 0 <= gain < 0.1 * np.median(hard.margin(hard.order[0], NOTHING))
    assert np.median(easy.margin(SMOOTHING, NOTHING)) < -0.05
    assert np.median(easy.margin("augmentation", NOTHING)) < -0.1


def test_right_answers_hardly_tell_it() -> None:
    """Where it stops."""
    hard = at(SAMPLES[0], 0.4)
    assert abs(np.median(hard.right[SMOOTHING] - hard.right[NOTHING])) < 0.05


def each(numbers: Mapping[str, Array], *names: str) -> list[float]:
    """What the table says of these techniques, one after the other."""
    return [number for name in names for number in spread(numbers[name])]


def test_the_table_of_claims_has_the_figures() -> None:
    easy, hard = at(SAMPLES[-1], 0.0), at(SAMPLES[0], 0.4)
    names = SMOOTHING, "L2", "dropout", "L1", "early stopping"
    words = "cross-entropy # (# to #) doing nothing, " + ", ".join(f"# (# to #) with {name}" for name in names)
    assert told("RG6", words) == pytest.approx(each(hard.loss, NOTHING, *names), rel=0.15)
    errors = each(hard.calibration, NOTHING, SMOOTHING)
    assert told("RG6", "calibration error # (# to #) and # (# to #)") == pytest.approx(errors, abs=0.05)
    names = "L2", SMOOTHING, "augmentation"
    words = "all right: # (# to #) doing nothing, " + ", ".join(f"# (# to #) with {name}" for name in names)
    assert told("RG6", words) == pytest.approx(each(easy.loss, NOTHING, *names), rel=0.15)
    right = each(hard.right, NOTHING, SMOOTHING)
    assert told("RG6", "right answers # (# to #) and # (# to #)") == pytest.approx(right, abs=0.05)
