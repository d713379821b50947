"""What learners see of networks side by side, of forecasts and of texts: every line, cell and number, by hand."""

import numpy as np
import pytest

from engine.training import steps
from experiments.recurrent import forecast, language
from experiments.recurrent.language import TEMPERATURES, write
from experiments.recurrent.race import CELLS, costs, curves
from experiments.shown import Passage
from tests.experiments.recurrent import by_hand
from tests.experiments.runs import at, cells, last, lines

# ---------------------------------------------------------------------------------------------------------- forecasts


def test_what_is_forecast_stands_where_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    """before + unit · quantile: of the first seed, at the last two steps of three."""
    monkeypatch.setattr(forecast, "DRAWN", 2)
    row = forecast.drawn(by_hand.forecasts((25, 300)), "LSTM")
    assert at(row) == [8, 9]
    assert lines(row) == {"measured": [11, 18], "forecast": [11.5, 15], "10 %": [9, 11.5], "90 %": [16, 19]}
    assert row.y == "pulse"
    assert row.alt == "The last 2 steps of pulse, the LSTM's forecast and interval; it held 67 % of all"


def test_another_network_has_another_forecast() -> None:
    row = forecast.drawn(by_hand.forecasts((25, 300)), "GRU")
    assert at(row) == [7, 8, 9]
    assert lines(row) == {
        "measured": [13, 11, 18], "forecast": [13, 11, 18], "10 %": [12, 10, 17], "90 %": [14, 13, 19],
    }  # fmt: skip
    assert row.alt == "The last 3 steps of pulse, the GRU's forecast and interval; it held 100 % of all"


def test_errors_over_training_are_medians() -> None:
    row = forecast.learning(by_hand.forecasts((25, 1300)))
    assert at(row) == [25, 1300]
    assert lines(row) == {"LSTM": [4, 1.25], "GRU": [6, 2.5], "as now": [2, 2]}
    assert row.alt == "Error after 1,300 steps of training: LSTM 1.250, GRU 2.500; “as now” 2.000"


def test_the_table_of_forecasts() -> None:
    row = forecast.table(by_hand.forecasts((25, 300)))
    assert cells(row) == {
        "forecast by": ["LSTM", "GRU", "as now"],
        "error, median (smallest to largest)": ["0.917 (0.333 to 1.000)", "1.333 (0.000 to 3.667)", "2.000"],
        "in the 80 % interval, %": ["67 (33 to 100)", "33 (0 to 100)", "–"],
        "width of it": ["3.17", "2.00", "–"],
        "parameters": ["1,267", "1,011", "0"],
        "ms a step, measured": ["12.5", "3.1", "–"],
    }
    assert row.alt == (
        "pulse, 3 seeds: LSTM errs by 0.917 (0.333 to 1.000); GRU errs by 1.333 (0.000 to 3.667); “as now” by 2.000"
    )


# ------------------------------------------------------------------------------------------------------------- a race

RACED = by_hand.raced(RNN=(0.2, 0.9, 0.4), GRU=(0.7, 0.1, 0.15))


def test_curves_are_medians() -> None:
    row = curves(RACED, "error, gap 5")
    assert at(row) == [25, 1000]
    assert lines(row) == {"RNN": [10.4, 0.4], "GRU": [10.15, 0.15]}
    assert (row.x, row.y) == ("steps of training", "error, gap 5")
    assert row.alt == "error, gap 5 after 1,000 steps of training, median of 3 seeds: RNN 0.400, GRU 0.150"


def test_what_a_race_costs() -> None:
    row = costs(RACED, "error", 2)
    assert cells(row) == {
        "network": ["RNN", "GRU"],
        "error, median (smallest to largest)": ["0.40 (0.20 to 0.90)", "0.15 (0.10 to 0.70)"],
        "parameters": [1234, 1235],
        "multiply–adds an example": [56789, 56790],
        "ms a step, measured": ["1.2", "2.2"],
    }
    assert row.alt == (
        "error, and costs: RNN 0.40 (0.20 to 0.90), 1,234 parameters; GRU 0.15 (0.10 to 0.70), 1,235 parameters"
    )


# -------------------------------------------------------------------------------------------------------------- texts

MODELS = by_hand.models((0, 50, 1100), {"LSTM": (3.0, 1.5, 2.0), "GRU": (0.5, 2.75, 4.0)})


def test_bits_over_training_are_medians() -> None:
    row = language.learning(MODELS)
    assert at(row) == [0, 50, 1100]
    entropy = MODELS.corpus.unigram
    assert lines(row) == {"LSTM": [4, 3, 2], "GRU": [4.75, 3.75, 2.75], "unigram entropy": [entropy] * 3}
    assert row.alt == "Bits a character after 1,100 steps: LSTM 2.00, GRU 2.75; unigram entropy 0.81"


def test_the_table_of_models() -> None:
    row = language.table(MODELS)
    assert cells(row) == {
        "network": ["LSTM", "GRU", "unigram entropy"],
        "bits a character, median (smallest to largest)": ["2.00 (1.50 to 3.00)", "2.75 (0.50 to 4.00)", "0.81"],
        "parameters": ["4,321", "4,322", "–"],
        "ms a step, measured": ["7.7", "8.7", "–"],
    }
    assert row.alt == (
        "Bits a character, 3 seeds: LSTM 2.00 (1.50 to 3.00), GRU 2.75 (0.50 to 4.00); unigram entropy 0.81"
    )


@pytest.mark.parametrize(
    ("looks", "earlier"),
    [
        ((1100,), {}),
        ((50, 1100), {50: "after 50 steps"}),
        ((0, 50, 1100), {0: "after 0 steps", 50: "after 50 steps"}),
        ((0, 50, 1050, 1100), {0: "after 0 steps", 1050: "after 1,050 steps"}),
    ],
)
def test_what_was_written_last_and_before(looks: tuple[int, ...], earlier: dict[int, str]) -> None:
    row = language.writing(by_hand.models(looks, {"LSTM": (1.0,)}))
    now = [(f"τ = {tau}", f"1100 at {tau}") for tau in (0.3, 0.7, 1.0, 1.5)]
    before = [(f"{label}, τ = 0.7", f"{step} at 0.7") for step, label in earlier.items()]
    assert row.passages == [Passage(label, text, [0] * len(text)) for label, text in [*now, *before]]
    assert row.alt == "Written after 1,100 steps of training, at 4 temperatures"


def test_each_temperature_writes_with_the_first_seeds_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """After every look, by the weights of that step, from the same random numbers."""
    monkeypatch.setattr(language, "EVERY", 2)
    text = language.corpus("the cat sat. " * 40)
    result = last(language.models(text, CELLS[:2], (4, 2), 6, 3, writes=True))
    run = language.training(text, CELLS[0], 6, 4)
    _, second, third = (step.after.params for step in steps(run, 3))
    assert result.written == [
        (step, {tau: write(text, run.network, params, tau, np.random.default_rng(0)) for tau in TEMPERATURES})
        for step, params in ((2, second), (3, third))
    ]
    assert len(set(result.written[-1][1].values())) == len(TEMPERATURES)


def test_models_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bits of every network and seed, after each look: those of a training on its own."""
    monkeypatch.setattr(language, "EVERY", 2)
    text = language.corpus("the cat sat. " * 40)
    result = last(language.models(text, CELLS, (4, 2), 6, 3))
    assert result.steps == [2, 3]
    for cell in CELLS:
        for k, seed in enumerate((4, 2)):
            run = language.training(text, cell, 6, seed)
            after = [step.after.params for step in steps(run, 3)]
            alone = [language.bits(text, run.network, params) for params in after[1:]]
            assert list(result.bits[cell][:, k]) == alone
        assert result.parameters[cell] == run.network.parameter_count((language.WINDOW, len(text.alphabet)))


def test_forecasts_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors of every network and seed, after each look, and what each forecasts in the end."""
    monkeypatch.setattr(forecast, "STEPS", 3)
    monkeypatch.setattr(forecast, "EVERY", 2)
    series = forecast.prepared("walk", np.cumsum(np.random.default_rng(0).standard_normal(300)))
    result = last(forecast.forecasts(series, CELLS[:2], (4, 2)))
    assert result.steps == [2, 3]
    for cell in CELLS[:2]:
        for k, seed in enumerate((4, 2)):
            run = forecast.training(series, cell, seed)
            alone = [forecast.look(series, run, step.after.params) for step in steps(run, 3)][1:]
            assert list(result.errors[cell][:, k]) == [each.error for each in alone]
            assert np.array_equal(result.now[cell][k].quantiles, alone[-1].quantiles)
