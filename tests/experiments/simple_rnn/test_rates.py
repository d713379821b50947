"""RN3: the law of the textbooks, and where it stops. Thresholds are at most half of what was measured."""

import numpy as np
import pytest

from experiments.simple_rnn.rates import RADII, SEEDS, STEPS, powers, rates, show
from tests.test_claims_table import told
from ui.prose import read


@pytest.mark.parametrize("radius", RADII)
def test_linear_and_orthogonal_follow_the_radius(radius: float) -> None:
    measured = rates(radius)
    assert measured.error < 1e-6
    np.testing.assert_allclose(powers(measured.linear), STEPS * np.log10(radius), atol=1e-9)


def test_tanh_does_not_explode_where_the_radius_says_so() -> None:
    """Predicted 10^17.6; measured in the median 10^−7.5, at a mean slope of 0.47."""
    measured = rates(1.5)
    assert measured.predicted > 17
    assert np.median(powers(measured.tanh)) < -3.7
    assert 1.5 * measured.slope < 0.85
    assert np.median(powers(measured.linear)) > 17  # and the same weights without tanh do


def test_saturation_takes_more_than_the_radius() -> None:
    """At every radius tanh stays far below ρᵗ: at least 20 powers of ten in the median."""
    assert all(rates(radius).predicted - np.median(powers(rates(radius).tanh)) > 9 for radius in RADII)


def test_with_small_inputs_tanh_keeps_to_the_prediction() -> None:
    quiet, loud = rates(0.8, input_scale=0.05), rates(0.8)
    assert abs(np.median(powers(quiet.tanh)) - quiet.predicted) < 1
    assert abs(np.median(powers(loud.tanh)) - loud.predicted) > 9


def test_gaussian_weights_go_above_the_prediction() -> None:
    assert max(rates(radius).above for radius in RADII) > 1.1
    assert all((walk.gradient <= walk.predicted * (1 + 1e-9)).all() for walk in rates(0.8).tanh)


def test_relu_depends_on_the_seed() -> None:
    spread = powers(rates(1.5).relu)
    assert len(spread) == len(SEEDS)
    assert np.ptp(spread) > 8


def test_what_is_shown_is_measured() -> None:
    shown, large = show(), rates(1.5)
    assert shown.numbers["tanh"] == f"{np.median(powers(large.tanh)):.1f}".replace("-", "−")
    table = shown.rows[1].columns
    assert all(len(column) == len(RADII) for column in table.values())
    text = read("simple_rnn")["RN3"].fill(shown.numbers)
    for section in text.sections:
        assert "{" not in section.text


def test_the_table_of_claims_says_what_is_measured() -> None:
    large, quiet = rates(1.5), rates(0.8, input_scale=0.05)
    spread = powers(large.tanh)
    words = "at ρ = 1.5, 100 steps, tanh leaves 10^# (# to #) where 10^# is predicted, its slope is # on average"
    measured = np.median(spread), spread.min(), spread.max(), large.predicted, large.slope
    np.testing.assert_allclose(told("RN3", words), measured, atol=0.05)
    both = told("RN3", "keeps to the prediction (10^#, predicted 10^#)")
    np.testing.assert_allclose(both, [np.median(powers(quiet.tanh)), quiet.predicted], atol=0.05)
    np.testing.assert_allclose(
        told("RN3", "relu gives # to # by seed"), np.sort(powers(large.relu))[[0, -1]], atol=0.05
    )
