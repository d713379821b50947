"""Check yourself: the right answers are the engine's, whatever the settings; every placeholder is filled."""

import re

import numpy as np
import pytest

from engine.layers import Dropout
from experiments.dropout import inference, overfitting, slower
from experiments.dropout.network import UNITS
from experiments.dropout.questions import question_numbers
from experiments.dropout.spec import DropoutSpec
from tests.experiments.dropout.test_network import SETTINGS
from tests.test_claims_table import ROOT
from ui.prose import read

RATES = [DropoutSpec(rate=rate) for rate in DropoutSpec.fields()[0].options]
every_setting = pytest.mark.parametrize("spec", [*SETTINGS, *RATES], ids=str)


@every_setting
def test_the_right_answers_are_the_engines(spec: DropoutSpec) -> None:
    numbers = question_numbers(spec)
    layer, x = Dropout(spec.rate), np.ones((1, 1000))
    y, trace = layer.forward({}, x, training=True, rng=np.random.default_rng(0))
    dx, _ = layer.backward({}, trace, 2 * x)
    assert numbers["factor"] == f"{y.max():.2f}"
    assert numbers["twice"] == f"{dx.max():.2f}"
    assert numbers["networks"] == f"{len(np.unique(np.indices((2,) * UNITS).reshape(UNITS, -1).T, axis=0)):,}"


WRITTEN = {  # what the text of a claim says in figures, and no code fills
    "DO2": {inference.RATE, *(100 * inference.ANSWERED)},
    "DO3": {*overfitting.RATES.values()},
    "DO4": set[float](),
    "DO5": {*slower.RATES.values()},
    "DO6": {0, 1},  # what is silenced, and the first step
}


@pytest.mark.parametrize("claim", WRITTEN)
def test_figures_that_no_code_fills_are_those_of_the_experiment(claim: str) -> None:
    lesson = (ROOT / "assets/lessons/dropout.md").read_text(encoding="utf-8")
    section = re.sub(r"\{\w+\}", "", lesson.split(f"## {claim}: ")[1].split("\n## ")[0])
    assert {float(figure) for figure in re.findall(r"\d+(?:\.\d+)?", section)} <= WRITTEN[claim]


@every_setting
def test_every_question_keeps_one_right_and_a_wrong_answer(spec: DropoutSpec) -> None:
    text = read("dropout")["Check yourself"].fill(question_numbers(spec))
    for question in text.sections:
        assert sum(answer.right for answer in question.answers) == 1
        assert len({answer.text for answer in question.answers}) == len(question.answers) >= 2
        assert "{" not in question.question
        assert not any("{" in answer.why for answer in question.answers)
