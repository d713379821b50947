"""Reliability and calibration error, by hand and of who says how often it happens."""

import numpy as np
import pytest

from experiments.calibration import reliability


def test_bins_and_error_by_hand() -> None:
    found = reliability(np.array([[0.95, 0.91], [0.55, 0.51]]), np.array([[True, False], [True, True]]), 10)
    assert (found.many[9], found.many[5], found.many.sum()) == (2, 2, 4)
    np.testing.assert_allclose((found.said[9], found.true[9], found.said[5], found.true[5]), (0.93, 0.5, 0.53, 1.0))
    assert np.isnan(found.said[0])
    assert np.isnan(found.true[0])
    assert found.error == pytest.approx((2 * 0.43 + 2 * 0.47) / 4)


def test_what_is_certain_is_in_the_last_bin() -> None:
    found = reliability(np.array([1.0]), np.array([True]), 7)
    assert found.many.tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert found.error == 0


def test_who_says_what_happens_lies_on_the_diagonal() -> None:
    rng = np.random.default_rng(0)
    said = rng.random(200_000)
    true = (rng.random(200_000) < said).astype(float)
    assert reliability(said, true, 5).error < 0.01
    assert reliability(np.clip(2 * said - 0.5, 0, 1), true, 5).error > 0.05
    assert int(reliability(said, true, 5).many.sum()) == 200_000
