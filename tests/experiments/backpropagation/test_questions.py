"""Check yourself: the right answers are the engine's, whatever the settings; every placeholder is filled."""

import pytest

from experiments.backpropagation.facts import facts
from experiments.backpropagation.graph import run
from experiments.backpropagation.questions import question_numbers
from experiments.backpropagation.spec import GraphSpec
from experiments.numbers import decimal, significant
from tests.experiments.backpropagation.test_graph import SETTINGS
from ui.prose import read

SPECS = [GraphSpec(activation, loss, seed) for activation, loss in SETTINGS for seed in range(5)]
KINK = GraphSpec("relu", edits="b0:0,b1:0,x0:0,x1:0")


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_right_answers_are_the_graphs(spec: GraphSpec) -> None:
    numbers, values = question_numbers(spec), run(spec).values
    assert numbers["product"] == significant(float(values["dw"][0, 0]))
    assert numbers["both"] == significant(float(values["dx"][0]))
    assert numbers["after"] == decimal(float(values["w"][0, 0] - 0.1 * values["dw"][0, 0]), 4)
    # what the questions are asked with
    assert numbers["arrives"] == significant(float(values["dp"][0, 0]))
    assert (numbers["x"], numbers["w"]) == (decimal(float(values["x"][0])), decimal(float(values["w"][0, 0])))
    assert (numbers["before"], numbers["slope"]) == (numbers["w"], numbers["product"])


@pytest.mark.parametrize("spec", [*SPECS, KINK, *(GraphSpec("relu", seed=seed) for seed in range(5))], ids=str)
def test_every_question_keeps_one_right_and_a_wrong_answer(spec: GraphSpec) -> None:
    text = read("backpropagation")["Check yourself"].fill(question_numbers(spec))
    for question in text.sections:
        assert sum(answer.right for answer in question.answers) == 1
        assert len(question.answers) >= 2 or spec == KINK  # where all is 0, no other answer is wrong
        assert len({answer.text for answer in question.answers}) == len(question.answers)
        assert "{" not in question.question
        assert not any("{" in answer.why for answer in question.answers)


def test_the_facts_say_whether_the_gradients_hold() -> None:
    told = {label: (value, how) for label, value, how in facts(GraphSpec())}
    assert told["Parameters"][0] == "9"
    assert told["Operations"][0] == "13"
    assert told["Gradients that agree"][0] == "24 of 24"
    assert {label: how for label, _, how in facts(KINK)}["Gradients that agree"] == "a ReLU is at its kink"


def test_gradients_that_a_resting_relu_leaves_are_not_counted_as_compared() -> None:
    resting = GraphSpec("relu", edits="b0:-4")
    values = run(resting).values
    zeros = sum(int((array == 0).sum()) for name, array in values.items() if name.startswith("d"))
    _, value, how = next(fact for fact in facts(resting) if fact[0] == "Gradients that agree")
    assert zeros > 0
    assert value == f"{24 - zeros} of {24 - zeros}"
    assert how.endswith(f"; {zeros} more are 0")
