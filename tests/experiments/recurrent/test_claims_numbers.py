"""docs/claims.md, the measured effects of recurrent layers that are not trained: computed again."""

from typing import Any

import numpy as np
import pytest

from experiments.gru.cost import compare as compare_gru
from experiments.gru.interpolation import interpolation
from experiments.gru.scene import scene as gru_scene
from experiments.gru.spec import GRUSpec
from experiments.lstm.cost import compare as compare_lstm
from experiments.lstm.gates import saved
from experiments.lstm.keep import NEARLY, STEPS, keep
from experiments.lstm.scene import scene as lstm_scene
from experiments.lstm.spec import LSTMSpec
from experiments.recurrent.cost import FULL, KERAS_GRU, PLAIN_GRU, RNN
from experiments.scene import Scene, evaluate, values
from experiments.simple_rnn.loop import loop
from experiments.simple_rnn.order import order
from experiments.simple_rnn.scene import scene as simple_rnn_scene
from experiments.simple_rnn.spec import SimpleRNNSpec
from tests.test_claims_table import told

SEEDS = range(5)


def cells_and_difference(picture: Scene) -> tuple[int, float]:
    """How many cells the lens computes, and the largest difference from the engine's."""
    found = [np.abs(evaluate(picture, step) - values(picture, step.target)) for step in picture.steps]
    return sum(map(len, found)), float(max(each.max() for each in found))


def gradient_difference(picture: Scene) -> float:
    """The largest, of the backward pass from differences."""
    checked = [grid for grid in picture.grids if grid.role == "gradient" and grid.numeric is not None]
    return float(max(np.abs(grid.values - grid.numeric).max() for grid in checked))


def about(value: float) -> Any:
    """A rounding error or one of finite differences: other processors add in another order."""
    return pytest.approx(value, rel=0.75)


def test_what_the_lens_of_a_simple_rnn_computes() -> None:
    picture = simple_rnn_scene(SimpleRNNSpec())
    cells, difference = cells_and_difference(picture)
    assert told("RN1", "all # cells that the lens computes") == [cells]
    assert told("RN1", "are the engine's to #×10⁻¹⁶") == [about(1e16 * difference)]
    assert told("RN1", "agree with differences to #×10⁻¹¹") == [about(1e11 * gradient_difference(picture))]


def test_the_formula_and_the_loop() -> None:
    results = [loop(SimpleRNNSpec(seed=seed)) for seed in SEEDS]
    assert told("RN1", "the layer agree to #×10⁻¹⁶") == [about(1e16 * max(result.by_hand for result in results))]
    apart = np.median([result.difference for result in results])
    assert told("RN1", "that are # apart") == pytest.approx([apart], abs=0.006)
    assert told("RN1", "without the loop # apart") == [loop(SimpleRNNSpec(spectral_radius=0.0)).difference]
    radius, small = told("RN1", "with spectral radius # #")
    found = np.median([loop(SimpleRNNSpec(spectral_radius=radius, seed=seed)).difference for seed in SEEDS])
    assert small == pytest.approx(found, abs=0.006)


def test_how_far_orders_move_a_state() -> None:
    results = [order(SimpleRNNSpec(seed=seed)) for seed in SEEDS]
    furthest = np.median([result.distances(result.states).max() for result in results])
    assert told("RN2", "the last state moves by up to #") == pytest.approx([furthest], abs=0.006)
    assert told("RN2", "by exactly #") == [max(result.distances(result.bags).max() for result in results)]
    radius, share = told(
        "RN2", "with spectral radius # and nine letters, changing the first two moves the state # times"
    )
    ends = [order(SimpleRNNSpec(word="notebooks", spectral_radius=radius, seed=seed)).ends for seed in SEEDS]
    assert share == pytest.approx(np.median([first / last for first, last in ends]), abs=6e-5)


def test_what_a_cell_keeps() -> None:
    results = [keep(LSTMSpec(seed=seed)) for seed in SEEDS]
    open_, shut, steps = told("LS1", "with f = # and i = # the cell is the same bits after # steps")
    assert (open_, shut, steps) == (1, 0, STEPS)
    kept, nearly, free = ([result.left[name] for result in results] for name in results[0].left)
    assert told("LS1", "stays # times") == [min(kept)] == [max(kept)]
    assert [result.moved for result in results] == [0] * len(SEEDS)
    said, left = told("LS1", "f = # leaves #")
    assert said == NEARLY
    assert nearly == pytest.approx([left] * len(SEEDS), abs=6e-4)
    assert told("LS1", "free and untrained gates #⁻¹⁵ or less") == [10]
    assert 0.5e-15 < max(free) < 1.5e-15


def test_what_the_lens_of_an_lstm_computes() -> None:
    picture = lstm_scene(LSTMSpec())
    cells, difference = cells_and_difference(picture)
    assert told("LS3", "all # cells that the lens computes") == [cells]
    assert told("LS3", "are the engine's to #×10⁻¹⁶") == [about(1e16 * difference)]
    assert told("LS3", "agree with differences to #×10⁻¹¹") == [about(1e11 * gradient_difference(picture))]


def test_what_is_saved_and_revealed() -> None:
    results = [saved(LSTMSpec(seed=seed)) for seed in SEEDS]
    assert told("LS3", "h is exactly # in between") == [max(np.abs(result.h[:-1]).max() for result in results)]
    first, later = ([list(result.changes.values())[k] for result in results] for k in (0, 1))
    assert told("LS3", "changes by # to # (# seeds)") == pytest.approx([min(first), max(first), len(SEEDS)], abs=0.006)
    assert told("LS3", "by exactly # if all later ones do") == [max(later)]


def test_what_an_lstm_costs() -> None:
    found = compare_lstm(LSTMSpec())
    full, simple = found[FULL], found[RNN]
    assert told("LS5", "# parameters against #, four times") == [full.parameters, simple.parameters]
    counts = [full.operations, simple.operations, full.operations / simple.operations]
    assert told("LS5", "# multiply–adds a step against #, # times") == pytest.approx(counts, abs=0.006)


def test_what_the_lens_of_a_gru_computes() -> None:
    cells, difference = cells_and_difference(gru_scene(GRUSpec()))
    assert told("GR1", "all # cells that the lens computes") == [cells]
    assert told("GR1", "are the engine's to #×10⁻¹⁶") == [about(1e16 * difference)]


def test_what_a_gru_and_an_lstm_interpolate() -> None:
    results = [interpolation(GRUSpec(seed=seed, units=6, word="recurrent")) for seed in SEEDS]
    assert told("GR1", "gives every state to #×10⁻¹⁷") == [about(1e17 * max(result.difference for result in results))]
    sums = np.array([result.f + result.i for result in results])
    assert told("GR1", "f and i add up to # to #") == pytest.approx([sums.min(), sums.max()], abs=0.006)
    outside = np.median([result.lstm_outside for result in results])
    assert told("GR1", "# of its # cells (median of # seeds)") == [outside, results[0].c.size, len(SEEDS)]


def test_what_a_gru_costs() -> None:
    found = compare_gru(GRUSpec())
    plain, keras, full = found[PLAIN_GRU], found[KERAS_GRU], found[FULL]
    counts = [plain.parameters, full.parameters, keras.parameters]
    assert told("GR2", "# parameters against # with reset_after=False, # with Keras's default") == counts
    assert told("GR2", "default: # × units more") == [(keras.parameters - plain.parameters) / GRUSpec().units]
    assert told("GR2", "# multiply–adds a step against #") == [plain.operations, full.operations]
    assert keras.operations == plain.operations
