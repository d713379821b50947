"""Check yourself: the right answers are the engine's, whatever the settings; every placeholder is filled."""

import numpy as np
import pytest

from engine.layers import Dropout
from experiments.dropout.network import UNITS
from experiments.dropout.questions import question_numbers
from experiments.dropout.spec import DropoutSpec
from tests.experiments.dropout.test_network import SETTINGS
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


@every_setting
def test_every_question_keeps_one_right_and_a_wrong_answer(spec: DropoutSpec) -> None:
    text = read("dropout")["Check yourself"].fill(question_numbers(spec))
    for question in text.sections:
        assert sum(answer.right for answer in question.answers) == 1
        assert len({answer.text for answer in question.answers}) == len(question.answers) >= 2
        assert "{" not in question.question
        assert not any("{" in answer.why for answer in question.answers)
