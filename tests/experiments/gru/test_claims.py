"""GR1 and GR2: one gate for two, and what that saves."""

import numpy as np
import pytest

from experiments.gru import counting
from experiments.gru import interpolation as interpolation_module
from experiments.gru.cost import AND_MORE, EXACTLY, compare
from experiments.gru.cost import show as show_cost
from experiments.gru.interpolation import Interpolation, interpolation
from experiments.gru.interpolation import show as show_interpolation
from experiments.gru.spec import GRUSpec
from experiments.recurrent.cost import FULL, KERAS_GRU, PLAIN_GRU
from experiments.recurrent.race import CELLS, LSTM_
from experiments.recurrent.tasks import strings

SEEDS = range(5)
SPECS = [
    *(GRUSpec(seed=seed, units=6, word="recurrent") for seed in SEEDS),
    GRUSpec(reset_after=False, sequence="EEG", steps=12),
    GRUSpec(update_bias=3.0, go_backwards=True),
    GRUSpec(clamp_r="0", initial_state="ones"),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_update_gate_interpolates(spec: GRUSpec) -> None:
    """GR1: every state lies between the one before and the candidate, and the formula holds."""
    result = interpolation(spec)
    assert result.difference <= 1e-15
    assert result.outside == 0
    assert np.abs(result.h).max() < 1


def test_an_lstm_adds_and_does_not_interpolate() -> None:
    """GR1: where the two part. Its f and i need not add up to 1, and its cell counts."""
    results = [interpolation(GRUSpec(seed=seed, units=6, word="recurrent")) for seed in SEEDS]
    assert np.median([result.lstm_outside for result in results]) >= 3  # measured: 7 of 54
    for result in results:
        assert np.ptp(result.f + result.i) > 0.1
        assert result.grown == len("recurrent")


def test_what_is_drawn_is_what_is_compared() -> None:
    gru, lstm = show_interpolation(GRUSpec()).rows
    result = interpolation(GRUSpec())
    np.testing.assert_array_equal(gru.pictures[0].values + gru.pictures[1].values, np.ones(result.z.T.shape))
    np.testing.assert_array_equal(lstm.pictures[2].values, result.c.T)


def test_how_both_keep_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """GR1, by a result that is made by hand: f and i add up to 0.75, 1.0625, 1.5 and 0.5."""
    made = Interpolation(
        z=np.array([[0.25, 0.5], [0.75, 0.125]]),
        h=np.array([[0.5, -0.875], [0.25, 0.0]]),
        difference=2e-17,
        outside=1,
        f=np.array([[0.5, 0.8125], [0.75, 0.375]]),
        i=np.array([[0.25, 0.25], [0.75, 0.125]]),
        c=np.array([[0.1, 0.2], [0.3, 1.4]]),
        lstm_outside=2,
        grown=7.0,
    )
    monkeypatch.setattr(interpolation_module, "interpolation", lambda _: made)
    it = show_interpolation(GRUSpec())
    assert it.numbers == {
        "difference": "2×10⁻¹⁷",
        "between": "3",
        "cells": "4",
        "outside": "2",
        "sums": "0.50 to 1.50",
        "grown": "7",
        "most": "0.88",
        "steps": "2",
    }
    gru, lstm = it.rows
    assert gru.alt == "GRU: 3 of 4 states lie between the one before and the candidate"
    assert lstm.alt == "LSTM: f and i add up to 0.50 to 1.50"
    drawn = [*gru.pictures, *lstm.pictures]
    for picture, values in zip(drawn, (made.z, 1 - made.z, made.h, made.f, made.i, made.c), strict=True):
        np.testing.assert_array_equal(picture.values, values.T)


@pytest.mark.parametrize("settings", [{}, {"units": 6, "word": "recurrent"}, {"units": 1, "sequence": "EEG"}])
def test_three_quarters_of_the_parameters_of_an_lstm(settings: dict) -> None:
    """GR2: exactly so with reset_after=False; 3 × units more with Keras's default."""
    spec = GRUSpec(**settings)
    found = compare(spec)
    assert 4 * found[PLAIN_GRU].parameters == 3 * found[FULL].parameters
    assert found[KERAS_GRU].parameters == found[PLAIN_GRU].parameters + 3 * spec.units
    assert found[KERAS_GRU].parameters == spec.layer.parameter_count(spec.input_shape)
    assert found[KERAS_GRU].operations < found[FULL].operations


def test_which_answer_is_right_depends_on_the_second_bias() -> None:
    """GR2."""
    assert show_cost(GRUSpec()).right == {AND_MORE}
    assert show_cost(GRUSpec(reset_after=False)).right == {EXACTLY}
    assert show_cost(GRUSpec(use_bias=False)).right == {EXACTLY}
    assert show_cost(GRUSpec()).case in ("Faster", "Not faster")


def test_gr4_frames_the_steps_that_read_b_on_a_scale_that_holds_what_is_counted() -> None:
    x = strings(np.array([counting.TRAINED])).x[0]
    states = {cell: np.zeros((counting.UNITS, len(x))) for cell in CELLS}
    shown = counting._inside(counting.Counted([1], {}, states))
    for cell, picture in zip(CELLS, shown.pictures, strict=True):
        assert picture.marks is not None
        ((row, first, high, wide),) = picture.marks
        assert (row, high) == (0, counting.UNITS)
        np.testing.assert_array_equal(np.flatnonzero(x[:, 2]), np.arange(first, first + wide))
        assert picture.scale.max == (counting.TRAINED if cell == LSTM_ else 1)
