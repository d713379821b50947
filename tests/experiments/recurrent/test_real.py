"""Forecasts and models of characters: numbers by hand, nothing from the future, and what is written."""

import numpy as np
import pytest

from engine.datasets import english, recording
from engine.losses import softmax
from experiments.recurrent import forecast, language
from experiments.recurrent.forecast import Forecast, look, prepared, training
from experiments.recurrent.language import RARE, bits, corpus, write
from experiments.recurrent.race import CELLS
from experiments.recurrent.real import ENGLISH, OWN_SERIES, OWN_TEXT, RealSpec

VALUES = np.cumsum(np.random.default_rng(0).standard_normal(400))


def test_what_is_read_by_hand() -> None:
    series = prepared("walk", VALUES)
    unit = np.std([VALUES[k + 1] - VALUES[k] for k in range(239)])
    assert series.ends == (240, 320)
    assert series.unit == pytest.approx(unit)
    for k in (0, 5, 19, 20, 200, 398):
        recent = VALUES[max(0, k - 19) : k + 1]
        change = (VALUES[k] - VALUES[k - 1]) / unit if k else 0
        assert series.x[k] == pytest.approx([change, (VALUES[k] - recent.mean()) / (4 * unit)], abs=1e-4)
        assert series.change[k, 0] == pytest.approx((VALUES[k + 1] - VALUES[k]) / unit, abs=1e-4)


def test_nothing_of_the_future_is_read() -> None:
    changed = VALUES.copy()
    changed[350:] += 7
    a, b = prepared("walk", VALUES), prepared("walk", changed)
    assert np.array_equal(a.x[:350], b.x[:350])
    assert a.unit == b.unit
    run = training(a, "LSTM", 0)
    params = run.start().params
    one, other = (look(series, run, params) for series in (a, b))
    # what is forecast until then, width of the interval included
    assert np.array_equal(one.quantiles[: 350 - 320], other.quantiles[: 350 - 320])


@pytest.mark.parametrize("seed", range(3))
def test_pieces_are_of_the_part_that_trains(seed: int) -> None:
    series = prepared("walk", VALUES)
    run = training(series, "RNN", seed)
    for step in range(5):
        x, change, *_ = run.examples(step)
        assert x.shape == (forecast.BATCH, forecast.WINDOW, 2)
        first = [int(np.flatnonzero((series.x == piece[0]).all(axis=1))[0]) for piece in x]
        assert max(first) + forecast.WINDOW <= series.ends[0]
        for at, piece, coming in zip(first, x, change, strict=True):
            assert np.array_equal(piece, series.x[at : at + forecast.WINDOW])
            assert np.array_equal(coming, series.change[at : at + forecast.WINDOW])


def test_the_width_is_what_would_have_held() -> None:
    """On the middle part, four fifths lie in the interval that is found there, whatever the network says."""
    series = prepared("walk", VALUES)
    run = training(series, "GRU", 1)
    params = run.start().params
    y, _ = run.network.forward(params, series.x[None, :-1])
    low, _, high = np.sort(y[0], axis=1).T
    forecast_ = look(series, run, params)
    more = forecast_.quantiles[0, 2] - high[320]
    change = series.change[240:320, 0]
    assert np.mean((low[240:320] - more <= change) & (change <= high[240:320] + more)) == pytest.approx(0.8, abs=0.02)


def test_coverage_error_and_width_are_counted() -> None:
    it = Forecast(np.array([[-1, 0, 1], [-1, 0.5, 1], [2, 3, 4]]), np.array([0.5, 2.0, 2.0]))
    assert it.coverage == pytest.approx(2 / 3)
    assert it.error == pytest.approx((0.5 + 1.5 + 1) / 3)
    assert it.width == 2


# --------------------------------------------------------------------------------------------------------------- texts


def test_unigram_entropy_by_hand() -> None:
    assert corpus("ab" * 50).unigram == pytest.approx(1)
    assert corpus("aaab" * 50).unigram == pytest.approx(-(0.75 * np.log2(0.75) + 0.25 * np.log2(0.25)))


def test_rare_characters_share_one() -> None:
    text = corpus("".join(chr(200 + k) * (100 - k) for k in range(100)))
    assert len(text.alphabet) == language.MOST
    assert text.alphabet[-1] == RARE
    assert (text.codes == language.MOST - 1).sum() == sum(100 - k for k in range(language.MOST - 1, 100))
    few = corpus("abcab")
    assert (few.alphabet, list(few.codes)) == ("abc", [0, 1, 2, 0, 1])


def test_pieces_of_a_text_are_followed_by_what_follows() -> None:
    text = corpus(english("comparisons"))
    x, following, *_ = language.training(text, "LSTM", 4, 0).examples(3)
    assert np.array_equal(x.argmax(axis=2)[:, 1:], following[:, :-1])
    joined = "".join(text.alphabet[k] for k in text.codes[: text.end])
    assert all("".join(text.alphabet[k] for k in row) in joined for row in following)


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_written_is_drawn_from_the_whole_network(cell: str) -> None:
    """Step by step with a state handed on, or all at once: the same probabilities, hence the same characters."""
    text = corpus(english("comparisons"))
    run = language.training(text, cell, 12, 0)
    params = run.start().params
    written = write(text, run.network, params, 0.7, np.random.default_rng(5))
    assert len(written) == language.WRITTEN
    codes = [text.alphabet.index("."), *(text.alphabet.index(c) for c in written)]
    z, _ = run.network.forward(params, np.eye(len(text.alphabet), dtype=np.float32)[None, codes[:-1]])
    p, rng = softmax(z[0].astype(np.float64) / 0.7), np.random.default_rng(5)
    again = "".join(text.alphabet[rng.choice(len(row), p=row / row.sum())] for row in p)
    assert again == written


def test_a_low_temperature_takes_the_likeliest() -> None:
    text = corpus(english("comparisons"))
    run = language.training(text, "GRU", 12, 1)
    params = run.start().params
    cold = {write(text, run.network, params, 1e-8, np.random.default_rng(seed)) for seed in range(3)}
    warm = {write(text, run.network, params, 1.0, np.random.default_rng(seed)) for seed in range(3)}
    assert (len(cold), len(warm)) == (1, 3)


def test_bits_of_a_network_that_knows_nothing() -> None:
    text = corpus(english("comparisons"))
    run = language.training(text, "LSTM", 4, 0)
    nothing = tuple({key: np.zeros_like(w) for key, w in layer.items()} for layer in run.start().params)
    assert bits(text, run.network, nothing) == pytest.approx(np.log2(len(text.alphabet)), rel=1e-5)


# ------------------------------------------------------------------------------------------------------------ settings


def test_data_of_ones_own_are_offered_once_they_are_there() -> None:
    assert not {OWN_SERIES, OWN_TEXT} & set(RealSpec().offered("data"))
    for own, rule in ((OWN_SERIES, "no series of your own yet"), (OWN_TEXT, "no text of your own yet")):
        with pytest.raises(ValueError, match=rule):
            RealSpec(data=own)


def test_recordings_and_the_text_are_those_that_ship() -> None:
    assert np.array_equal(RealSpec(data="EEG").values.values, recording("EEG"))
    text = RealSpec(data=ENGLISH).corpus
    assert len(text.codes) == len(english("specialnames")) > 50_000
