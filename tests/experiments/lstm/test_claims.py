"""LS1, LS3 and LS5: what the gates of an LSTM do, and what they cost."""

import numpy as np
import pytest

from experiments.lstm.cost import compare
from experiments.lstm.cost import show as show_cost
from experiments.lstm.gates import GATES, plan, run_held, saved
from experiments.lstm.keep import NEARLY, STEPS, keep
from experiments.lstm.keep import show as show_keep
from experiments.lstm.spec import LSTMSpec
from experiments.recurrent.cost import FULL, KERAS_GRU, PLAIN_GRU, RNN

SEEDS = range(5)


@pytest.mark.parametrize("spec", [*(LSTMSpec(seed=seed) for seed in SEEDS), LSTMSpec(sequence="EEG", units=6)])
def test_held_open_and_shut_the_cell_stays_to_the_last_bit(spec: LSTMSpec) -> None:
    """LS1."""
    result = keep(spec)
    cells = result.cells["f = 1, i = 0"]
    assert len(cells) == STEPS + 1
    np.testing.assert_array_equal(cells, np.broadcast_to(cells[0], cells.shape))
    assert result.moved == 0
    assert result.left["f = 1, i = 0"] == 1


def test_a_gate_a_little_below_one_forgets() -> None:
    """LS1: where it stops. f = 0.99 keeps 0.99 to the power of the steps, and a layer that is not trained nothing."""
    for seed in SEEDS:
        left = keep(LSTMSpec(seed=seed)).left
        assert left[f"f = {NEARLY}, i = 0"] == pytest.approx(NEARLY**STEPS, rel=1e-9)
        assert left["free"] < 1e-6
    assert float(show_keep(LSTMSpec(forget_bias=6.0)).numbers["shut"]) == pytest.approx(
        1 - 1 / (1 + np.exp(-6)), rel=5e-3
    )
    assert keep(LSTMSpec(forget_bias=6.0)).left["free"] > 100 * keep(LSTMSpec()).left["free"]


@pytest.mark.parametrize(
    "spec", [*(LSTMSpec(seed=seed) for seed in SEEDS), LSTMSpec(sequence="EEG", units=6), LSTMSpec(word="ab")]
)
def test_the_first_step_is_saved_hidden_and_revealed(spec: LSTMSpec) -> None:
    """LS3."""
    result = saved(spec)
    assert result.arithmetic <= 1e-15
    assert np.all(result.h[:-1] == 0)
    np.testing.assert_array_equal(result.c, np.broadcast_to(result.c[0], result.c.shape))
    np.testing.assert_allclose(result.h[-1], np.tanh(result.c[-1]), rtol=1e-14)
    first, later, closed = result.changes.values()
    assert first > 0.01
    assert later == 0
    assert closed == pytest.approx(np.abs(result.h[-1]).max())


def test_with_both_gates_open_the_later_steps_get_in() -> None:
    """LS3: the claim can fail."""
    spec = LSTMSpec()
    x = spec.given().x
    open_ = np.ones((len(x), len(GATES)))
    without = x.copy()
    without[1:] = 0
    assert np.abs(run_held(spec, x, open_)[1][-1] - run_held(spec, without, open_)[1][-1]).max() > 0.1
    assert plan(4).tolist() == [[1, 1, 0], [0, 1, 0], [0, 1, 0], [0, 1, 1]]


@pytest.mark.parametrize("spec", [LSTMSpec(), LSTMSpec(units=6, word="recurrent"), LSTMSpec(use_bias=False)])
def test_four_times_the_parameters_of_a_simple_rnn(spec: LSTMSpec) -> None:
    """LS5: counted by hand."""
    units, channels, bias = spec.units, spec.input_shape[1], int(spec.use_bias)
    found = compare(spec)
    assert found[RNN].parameters == units * (channels + units + bias)
    assert found[FULL].parameters == 4 * found[RNN].parameters == spec.layer.parameter_count(spec.input_shape)
    assert found[RNN].operations == units * (channels + units)
    assert found[FULL].operations == 4 * units * (channels + units) + 3 * units
    assert found[FULL].operations > found[KERAS_GRU].operations == found[PLAIN_GRU].operations > found[RNN].operations


def test_times_are_measured() -> None:
    found = compare(LSTMSpec())
    assert all(1e-5 < cost.seconds < 5 for cost in found.values())
    assert len({cost.seconds for cost in found.values()}) == len(found)
    assert set(show_cost(LSTMSpec()).numbers) >= {"time_ratio", "gru_time_ratio", "operations_ratio"}
