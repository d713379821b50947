"""Check yourself, and what always stands in view: the right answers are the engine's, whatever the settings."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from experiments.gru import questions as gru_questions
from experiments.gru.spec import GRUSpec
from experiments.lstm import questions as lstm_questions
from experiments.lstm.spec import LSTMSpec
from experiments.recurrent.facts import facts
from experiments.recurrent.run import run
from experiments.recurrent.spec import RecurrentSpec
from experiments.scene import terms
from experiments.simple_rnn import questions as simple_rnn_questions
from experiments.simple_rnn.spec import SimpleRNNSpec
from tests.experiments.recurrent.test_scenes import SETTINGS, scene
from ui.prose import Section, read

LESSONS: dict[type, tuple[str, ModuleType]] = {
    SimpleRNNSpec: ("simple_rnn", simple_rnn_questions),
    LSTMSpec: ("lstm", lstm_questions),
    GRUSpec: ("gru", gru_questions),
}
every_setting = pytest.mark.parametrize("spec", SETTINGS, ids=str)


def numbers(spec: RecurrentSpec) -> dict[str, str]:
    return LESSONS[type(spec)][1].question_numbers(spec)


def asked(spec: RecurrentSpec) -> Section:
    return read(LESSONS[type(spec)][0])["Check yourself"].fill(numbers(spec))


def value(text: str) -> float:
    return float(text.replace("−", "-"))


@every_setting
def test_the_right_answers_are_the_engines(spec: RecurrentSpec) -> None:
    made, told = run(spec), numbers(spec)
    assert told["parameters"] == f"{sum(array.size for array in made.params.values()):,}"
    if isinstance(spec, SimpleRNNSpec):
        step = next(step for step in scene(spec).steps if step.target == "dR")
        first = sum(int(np.sum(terms(group.index).cell == 0)) for group in step.groups)
        assert told["terms"] == str(first)
    if isinstance(spec, LSTMSpec):
        assert value(told["c"]) == pytest.approx(made.trace.c[0, -1, 0], abs=5.1e-4)
        assert value(told["h"]) == pytest.approx(made.trace.h[0, -1, 0], abs=5.1e-4)
    if isinstance(spec, GRUSpec):
        assert value(told["h"]) == pytest.approx(made.trace.h[0, -1, 0], abs=5.1e-4)


@every_setting
def test_every_question_keeps_one_right_and_a_wrong_answer(spec: RecurrentSpec) -> None:
    for question in asked(spec).sections:
        assert sum(answer.right for answer in question.answers) == 1
        assert len(question.answers) >= 2
        assert "{" not in question.question
        assert not any("{" in answer.why for answer in question.answers)


@pytest.mark.parametrize(
    ("spec", "untold"),
    [
        (SimpleRNNSpec(use_bias=False), "Do not forget the biases"),
        (SimpleRNNSpec(initial_state="ones"), "its product is missing"),
        (SimpleRNNSpec(), "you have set one"),
        (SimpleRNNSpec(recurrent_dropout=0.5), "you have set one"),
        (GRUSpec(reset_after=False), "With reset_after there are two"),
        (GRUSpec(use_bias=False), "With reset_after there are two"),
    ],
    ids=str,
)
def test_a_reason_is_told_only_where_it_holds(spec: RecurrentSpec, untold: str) -> None:
    text = str(read(LESSONS[type(spec)][0])["Check yourself"])
    assert untold in text, "the sentence has changed: this test would find nothing"
    assert not any(untold in answer.why for question in asked(spec).sections for answer in question.answers)


def test_how_a_linear_gradient_grows() -> None:
    """The answer of “Back through time” is what the layer does."""
    spec = SimpleRNNSpec(activation="linear", spectral_radius=0.8, units=4, word="abcde", loss="Σ y")
    length = np.linalg.norm(run(spec).steps.dh[0, 1:], axis=1)
    assert value(numbers(spec)["rate"]) == pytest.approx(length[0] / length[-1], rel=2e-3)


@pytest.mark.parametrize(
    ("spec", "counted"),
    [
        (SimpleRNNSpec(), ("(3,)", "24", "105", 4 * (5 * 4 + 24 + 5 * 3))),
        (SimpleRNNSpec(use_bias=False, return_sequences=True), ("(5, 3)", "21", "105", 4 * (5 * 4 + 21 + 5 * 3))),
        (LSTMSpec(), ("(3,)", "96", "465", 4 * (5 * 4 + 96 + 2 * 5 * 3))),
        (GRUSpec(), ("(3,)", "81", "360", 4 * (5 * 4 + 81 + 5 * 3))),
        (GRUSpec(reset_after=False), ("(3,)", "72", "360", 4 * (5 * 4 + 72 + 5 * 3))),
    ],
    ids=str,
)
def test_facts_are_counted_by_hand(spec: RecurrentSpec, counted: tuple[Any, ...]) -> None:
    shape, parameters, operations, memory = facts(spec)
    assert (shape[1], parameters[1], operations[1], memory[1]) == (*counted[:3], f"{counted[3]} bytes")


@every_setting
def test_the_formulas_of_the_facts_give_their_numbers(spec: RecurrentSpec) -> None:
    for _, told, formula in facts(spec)[1:3]:
        assert eval(formula.replace("×", "*")) == int(told.replace(",", ""))
