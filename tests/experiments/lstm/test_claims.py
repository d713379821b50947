"""LS1, LS3 and LS5: what the gates of an LSTM do, and what they cost."""

import numpy as np
import pytest

from experiments.lstm import gates
from experiments.lstm.cost import compare
from experiments.lstm.cost import show as show_cost
from experiments.lstm.gates import GATES, Saved, plan, run_held, saved
from experiments.lstm.gates import show as show_gates
from experiments.lstm.keep import NEARLY, STEPS, keep
from experiments.lstm.keep import show as show_keep
from experiments.lstm.spec import LSTMSpec
from experiments.recurrent.cost import FULL, KERAS_GRU, PLAIN_GRU, RNN
from tests.experiments.runs import cells

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
    ("settings", "bias", "shut", "gate_left"),
    [  # σ(b) = 0.7311, 0.9975, 0.9526 and 0.5, to the power of 200
        ({}, "1.00", "0.269", "6×10⁻²⁸"),
        ({"forget_bias": 6.0}, "6.00", "0.00247", "0.609"),
        ({"forget_bias": 3.0}, "3.00", "0.0474", "6×10⁻⁵"),
        ({"unit_forget_bias": False}, "0.00", "0.500", "6×10⁻⁶¹"),
    ],
)
def test_what_a_forget_bias_alone_would_leave_is_told(settings: dict, bias: str, shut: str, gate_left: str) -> None:
    """LS1."""
    numbers = show_keep(LSTMSpec(**settings)).numbers
    assert (numbers["bias"], numbers["shut"], numbers["gate_left"]) == (bias, shut, gate_left)


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


def test_what_is_saved_hidden_and_revealed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """LS3, by a result that is made by hand: no number stands in another's place."""
    c = np.array([[0.1, -0.2], [0.3, 0.4], [-0.9, 0.5]])
    h = np.array([[0.01, 0.02], [-0.03, 0.0], [0.6, -0.7]])
    changes = {"without the first": 0.25, "without the others": 0.125, "shut": 0.5}
    monkeypatch.setattr(gates, "saved", lambda _: Saved(plan(3), c, h, 0.0, changes))
    it = show_gates(LSTMSpec())
    assert it.numbers == {
        "hidden": "0.0300",
        "cell": "0.900",
        "shown": "0.700",
        "first": "0.250",
        "later": "0.125",
        "closed": "0.500",
        "last": "2",
    }
    maps, table = it.rows
    for picture, values in zip(maps.pictures, (plan(3), c, h), strict=True):
        np.testing.assert_array_equal(picture.values, values.T)
    assert maps.alt == "The cell is written at step 0 and kept; h is 0.0300 until the last step"
    assert cells(table) == {"what is changed": list(changes), "the last h changes by": ["0.250", "0.125", "0.500"]}
    assert table.alt == "The last state changes by 0.250 without the first step, by 0.125 without the others"


def test_each_change_is_what_its_name_says() -> None:
    """LS3. A candidate has its bias where a step reads nothing, and a gate that is shut lets nothing in."""
    spec = LSTMSpec(edits="b6:0.5,b7:-0.5,b8:1")  # of g, three units
    params, x, _ = spec.given()
    h = saved(spec).h[-1]
    bias = params["bias"][6:]
    assert bias[:3].tolist() == [0.5, -0.5, 1]
    alone = np.tanh(np.tanh(bias[:3]))
    assert saved(spec).changes == pytest.approx(
        {
            "the first step reads nothing": np.abs(alone - h).max(),
            "all later steps read nothing": 0,
            "i = 0 at the first step": np.abs(h).max(),
        }
    )
    assert len(x) > 2


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
