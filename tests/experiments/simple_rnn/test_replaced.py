"""RN5: all three on real sequences; small settings, seeds 0 to 4."""

from functools import cache

import numpy as np
import pytest

from experiments.recurrent import forecast, language
from experiments.recurrent.forecast import Forecasts, forecasts
from experiments.recurrent.language import Models, models
from experiments.recurrent.race import CELLS
from experiments.recurrent.real import ENGLISH, RealSpec
from experiments.simple_rnn import replaced
from experiments.simple_rnn.replaced import Standing, prediction, show, standing
from tests.experiments.runs import last
from tests.test_claims_table import spread, told


@cache
def texts() -> Models:
    return last(models(RealSpec(data=ENGLISH).corpus, CELLS, range(5), 16, 100))


@cache
def series() -> Forecasts:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forecast, "STEPS", 150)
        patch.setattr(forecast, "EVERY", 75)
        return last(forecasts(RealSpec().values, CELLS, range(5)))


def test_each_is_below_the_unigram_entropy() -> None:
    result = texts()
    assert {name: bits.shape for name, bits in result.bits.items()} == dict.fromkeys(CELLS, (2, 5))
    assert all(np.median(bits[-1]) < result.corpus.unigram for bits in result.bits.values())
    assert prediction(standing(result)) == {replaced.ALL_AHEAD}


def test_each_forecasts_a_nerve_cell_better_than_as_now() -> None:
    at = standing(series())
    assert at.ahead == set(CELLS)


def test_the_table_has_the_runs_that_are_shown() -> None:
    result = series()
    columns = forecast.table(result).columns
    assert list(columns["forecast by"]) == [*CELLS, "as now"]
    for row, cell in enumerate(CELLS):
        errors = [each.error for each in result.now[cell]]
        assert errors == pytest.approx(list(result.errors[cell][-1]))
        text = columns["error, median (smallest to largest)"][row]
        assert str(text).startswith(f"{np.median(errors):.3f} ({min(errors):.3f}")
    assert language.table(texts()).columns["parameters"][1] == f"{texts().parameters['LSTM']:,}"


@pytest.mark.parametrize(
    ("errors", "answer"),
    [
        ((0.9, 0.8, 0.7), replaced.ALL_AHEAD),
        ((1.1, 0.8, 0.7), replaced.GATED_AHEAD),
        ((1.1, 1.2, 1.3), replaced.NONE_AHEAD),
        ((0.9, 1.1, 1.1), replaced.OTHERWISE),
    ],
)
def test_the_answer_follows_the_errors(errors: tuple[float, float, float], answer: int) -> None:
    assert prediction(Standing(dict(zip(CELLS, errors, strict=True)), 1.0)) == {answer}


@pytest.mark.parametrize("data", ["share price", ENGLISH])
def test_lines_grow_and_all_is_told_at_the_end(data: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaced, "STEPS", 3)
    monkeypatch.setattr(forecast, "STEPS", 3)
    for module in (forecast, language):
        monkeypatch.setattr(module, "EVERY", 2)
    drawn = [part.shown for part in show(RealSpec(data=data, seeds=1)) if part.shown]
    assert [len(each.rows[0].at) for each in (drawn[0], drawn[-1])] == [1, 2]  # type: ignore[union-attr]
    assert not drawn[0].numbers
    assert set(drawn[-1].numbers) == {*CELLS, "nothing", "best", "data", "seeds", "steps"}
    assert drawn[-1].numbers["data"] == data


def test_the_table_of_claims_has_the_errors() -> None:
    text, nerve = texts(), series()
    for name in CELLS:
        assert told("RN5", f"{name} # (# to #)") == pytest.approx(spread(text.bits[name][-1]), abs=0.02)
    assert told("RN5", "unigram entropy #") == pytest.approx([text.corpus.unigram], abs=0.006)
    assert told("RN5", "parameters #, #, #") == [text.parameters[name] for name in CELLS]
    errors = [float(np.median(nerve.errors[name][-1])) for name in CELLS]
    assert told("RN5", "error: RNN #, LSTM #, GRU #") == pytest.approx(errors, abs=0.003)
    assert told("RN5", "“as now” #") == pytest.approx([nerve.as_now], abs=0.0006)
    assert text.bits["RNN"][-1].mean() < text.bits["LSTM"][-1].mean()
    assert errors[0] < errors[1]
