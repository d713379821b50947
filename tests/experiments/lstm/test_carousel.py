"""LS4, first half: σ(b)ᵗ is what the cell alone carries, and the bias decides how far."""

import numpy as np
import pytest

from experiments.lstm.carousel import BIASES, STEPS, carried, show
from tests.test_claims_table import told


@pytest.mark.parametrize("bias", BIASES)
def test_a_gate_that_knows_only_its_bias_keeps_exactly_its_sigmoid(bias: float) -> None:
    at = carried(bias)
    assert at.predicted == pytest.approx((1 / (1 + np.exp(-bias))) ** STEPS)
    for walk in at.alone:
        np.testing.assert_allclose(walk.gradient, walk.predicted, rtol=1e-10)


def test_the_bias_decides_how_far_a_gradient_is_carried() -> None:
    """Medians of five seeds, 100 steps back: 3e-24, 6e-11, 0.19, 12 for the biases 0, 1, 3, 5."""
    arrives = [np.median([walk.gradient[0] for walk in carried(bias).listening]) for bias in BIASES]
    assert arrives == sorted(arrives)
    assert arrives[0] < 1e-12
    assert arrives[1] < 1e-5
    assert arrives[2] > 0.05
    assert arrives[3] > 1


def test_what_comes_through_the_gates_adds_to_it() -> None:
    for bias in BIASES:
        at = carried(bias)
        assert np.median([walk.gradient[0] for walk in at.listening]) > 2 * at.predicted


def test_what_is_shown_is_measured() -> None:
    shown = show()
    assert shown.numbers["predicted_5"] == "0.511"
    assert len(shown.rows[1].columns["b"]) == len(BIASES)
    assert shown.rows[1].columns["the cell alone"] == shown.rows[1].columns[f"σ(b) to the power of {STEPS}"]


def test_the_table_of_claims_has_what_is_carried() -> None:
    each = [carried(bias) for bias in BIASES]
    alone = [np.log10(at.alone[0].gradient[0]) for at in each]
    listening = [np.log10(np.median([walk.gradient[0] for walk in at.listening])) for at in each]
    assert told("LS4", "the cell alone 10^#, 10^#, 10^#, 10^#") == pytest.approx(alone, abs=0.06)
    assert told("LS4", "gates that listen 10^#, 10^#, 10^#, 10^#") == pytest.approx(listening, abs=0.06)
