"""RG6, at the page's own setting, seeds 0 to 4, never chosen; medians, of two situations that the map holds."""

from functools import cache

import numpy as np
import pytest

from experiments.overfitting.data import DIGITS
from experiments.overfitting.techniques import NOTHING
from experiments.overfitting.winners import SAMPLES, SEEDS, WRONG_LABELS, Asked, Contest, contest
from tests.test_claims_table import told

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
    for name, least in ((SMOOTHING, 0.8), ("L1", 0.5), ("L2", 0.5), ("dropout", 0.5)):
        gain = hard.margin(name, NOTHING)
        assert np.median(gain) > least
        assert np.median(gain) > np.std(gain, ddof=1)
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


def test_the_table_of_claims_has_the_figures() -> None:
    easy, hard = at(SAMPLES[-1], 0.0), at(SAMPLES[0], 0.4)
    losses = [float(np.median(hard.loss[name])) for name in (NOTHING, SMOOTHING, "L2", "dropout", "early stopping")]
    words = "cross-entropy # doing nothing, # with label smoothing, # with L2, # with dropout, # with early stopping"
    assert told("RG6", words) == pytest.approx(losses, rel=0.1)
    errors = [float(np.median(hard.calibration[name])) for name in (NOTHING, SMOOTHING)]
    assert told("RG6", "calibration error # and #") == pytest.approx(errors, abs=0.05)
    losses = [float(np.median(easy.loss[name])) for name in (NOTHING, "L2", SMOOTHING, "augmentation")]
    words = "# doing nothing, # with L2, # with label smoothing, # with augmentation"
    assert told("RG6", words) == pytest.approx(losses, rel=0.15)
    right = [float(np.median(hard.right[name])) for name in (NOTHING, SMOOTHING)]
    assert told("RG6", "right answers # and #") == pytest.approx(right, abs=0.05)
