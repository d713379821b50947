"""LS6: an LSTM on real sequences: it forecasts a series with intervals, or writes a text as it learns it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from experiments.numbers import counted, decimal, spread
from experiments.recurrent import forecast, language
from experiments.recurrent.forecast import HELD, Forecasts, forecasts
from experiments.recurrent.language import Models, models
from experiments.recurrent.race import LSTM_
from experiments.recurrent.real import RealSpec
from experiments.several import parts
from experiments.shown import Lines, Part, Shown, Table, Text

UNITS, STEPS = 64, 800  # of the model of a text
BETTER, ALIKE, WORSE = range(3)  # the lesson's answers
CLOSE = 0.02  # of the error: what counts as alike


def prediction(error: float, nothing: float) -> set[int]:
    """Beside who remembers nothing."""
    return {BETTER if error < (1 - CLOSE) * nothing else WORSE if error > (1 + CLOSE) * nothing else ALIKE}


def show(spec: RealSpec) -> Iterator[Part]:
    """What is measured, forecast and held; or what is written, at four temperatures."""
    if spec.is_text:
        writing = models(spec.corpus, (LSTM_,), range(spec.seeds), UNITS, STEPS, writes=True)
        yield from parts(writing, partial(_text, spec))
    else:
        yield from parts(forecasts(spec.values, (LSTM_,), range(spec.seeds)), partial(_series, spec))


def _series(spec: RealSpec, result: Forecasts) -> Shown:
    rows: list[Lines | Table] = [forecast.drawn(result, LSTM_), forecast.learning(result), forecast.table(result)]
    if result.steps[-1] < forecast.STEPS:
        return Shown({}, rows)
    error, held = float(np.median(result.errors[LSTM_][-1])), coverage(result)
    return Shown(
        numbers=_told(spec, error, result.as_now, 3)
        | {
            "steps": f"{forecast.STEPS:,}",
            "held": spread(100 * held, 0),
            "named": decimal(100 * HELD, 0),
            "width": decimal(float(np.median([each.width for each in result.now[LSTM_]]))),
        },
        rows=rows,
        right=prediction(error, result.as_now),
        case="A series",
    )


def coverage(result: Forecasts) -> np.ndarray:
    """(seeds,): share of what came that lay in the LSTM's interval."""
    return np.array([each.coverage for each in result.now[LSTM_]])


def _text(spec: RealSpec, result: Models) -> Shown:
    rows: list[Lines | Table | Text] = [language.writing(result), language.learning(result), language.table(result)]
    if result.steps[-1] < STEPS:
        return Shown({}, rows)
    bits, unigram = float(np.median(result.bits[LSTM_][-1])), result.corpus.unigram
    return Shown(
        numbers=_told(spec, bits, unigram, 2) | {"steps": f"{STEPS:,}", "letters": str(len(result.corpus.alphabet))},
        rows=rows,
        right=prediction(bits, unigram),
        case="A text",
    )


def _told(spec: RealSpec, error: float, nothing: float, digits: int) -> dict[str, str]:
    return {
        "error": decimal(error, digits),
        "nothing": decimal(nothing, digits),
        "data": spec.data,
        "seeds": counted(spec.seeds, "seed"),
    }
