"""BP1: gradients keep their promise, the better the smaller the move."""

import numpy as np
import pytest

from experiments.backpropagation.check import MOVE, moved, show
from experiments.backpropagation.spec import GraphSpec
from tests.experiments.backpropagation.test_graph import SETTINGS
from tests.test_claims_table import told


def test_a_tenth_of_the_move_leaves_a_hundredth_of_the_difference() -> None:
    """BP1."""
    ratios = [moved(GraphSpec(seed=seed)).apart / moved(GraphSpec(seed=seed), MOVE / 10).apart for seed in range(5)]
    assert np.median(ratios) > 50
    assert told("BP1", "# (# to #) times") == pytest.approx(
        [round(float(value)) for value in (np.median(ratios), min(ratios), max(ratios))]
    )


@pytest.mark.parametrize(("activation", "loss"), SETTINGS)
def test_it_is_shown_for_every_weight(activation: str, loss: str) -> None:
    shown = show(GraphSpec(activation, loss))
    assert len(shown.rows[0].columns["number"]) == 9  # type: ignore[union-attr]


def test_at_a_kink_nothing_is_compared() -> None:
    assert show(GraphSpec("relu", edits="b0:0,b1:0,x0:0,x1:0")).case == "At a kink"
    assert show(GraphSpec("relu")).case == "Compared"
