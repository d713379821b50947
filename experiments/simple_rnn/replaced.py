"""RN5: replaced by LSTM and GRU? All three on real sequences: a series to forecast, the next character of a text.

Beside them stands who remembers nothing: of a series that it stays as it is, of a text that each character comes as
often as it does (its unigram entropy).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from experiments.numbers import counted, decimal
from experiments.recurrent import forecast, language
from experiments.recurrent.forecast import Forecasts, forecasts
from experiments.recurrent.language import Models, models
from experiments.recurrent.race import CELLS, GRU_, LSTM_
from experiments.recurrent.real import RealSpec
from experiments.several import parts
from experiments.shown import Lines, Part, Shown, Table

UNITS, STEPS = 48, 400  # of the models of a text
ALL_AHEAD, GATED_AHEAD, NONE_AHEAD, OTHERWISE = range(4)  # the lesson's answers


class Standing(NamedTuple):
    errors: dict[str, float]  # network → median over the seeds
    nothing: float  # the error of who remembers nothing

    @property
    def ahead(self) -> set[str]:
        return {name for name, error in self.errors.items() if error < self.nothing}

    @property
    def best(self) -> str:
        return min(self.errors, key=lambda name: self.errors[name])


def standing(result: Forecasts | Models) -> Standing:
    if isinstance(result, Models):
        return Standing({name: float(np.median(v[-1])) for name, v in result.bits.items()}, result.corpus.unigram)
    return Standing({name: float(np.median(v[-1])) for name, v in result.errors.items()}, result.as_now)


def prediction(result: Standing) -> set[int]:
    answers = {
        frozenset(CELLS): ALL_AHEAD,
        frozenset((LSTM_, GRU_)): GATED_AHEAD,
        frozenset[str](): NONE_AHEAD,
    }
    return {answers.get(frozenset(result.ahead), OTHERWISE)}


def show(spec: RealSpec) -> Iterator[Part]:
    """Lines that grow beside that of who remembers nothing, and a table of errors and costs."""
    if spec.is_text:
        yield from parts(models(spec.corpus, CELLS, range(spec.seeds), UNITS, STEPS), partial(_text, spec))
    else:
        yield from parts(forecasts(spec.values, CELLS, range(spec.seeds)), partial(_series, spec))


def _series(spec: RealSpec, result: Forecasts) -> Shown:
    at = standing(result)
    rows: list[Lines | Table] = [forecast.learning(result), forecast.table(result), forecast.drawn(result, at.best)]
    if result.steps[-1] < forecast.STEPS:
        return Shown({}, rows)
    return Shown(_numbers(spec, at, 3) | {"steps": f"{forecast.STEPS:,}"}, rows, prediction(at), "A series")


def _text(spec: RealSpec, result: Models) -> Shown:
    rows: list[Lines | Table] = [language.learning(result), language.table(result)]
    if result.steps[-1] < STEPS:
        return Shown({}, rows)
    at = standing(result)
    return Shown(_numbers(spec, at, 2) | {"steps": f"{STEPS:,}"}, rows, prediction(at), "A text")


def _numbers(spec: RealSpec, at: Standing, digits: int) -> dict[str, str]:
    return {name: decimal(error, digits) for name, error in at.errors.items()} | {
        "nothing": decimal(at.nothing, digits),
        "best": at.best,
        "data": spec.data,
        "seeds": counted(spec.seeds, "seed"),
    }
