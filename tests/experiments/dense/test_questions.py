"""The questions' numbers are counted on the arrays; no wrong answer is right by accident."""

import pytest

from experiments.dense.forward import run
from experiments.dense.questions import question_numbers
from experiments.dense.spec import DenseSpec
from tests.experiments.dense.test_scene import SETTINGS
from ui.prose import read


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_right_answers_are_the_sizes_of_the_arrays(spec: DenseSpec) -> None:
    found, numbers = run(spec), question_numbers(spec)
    biases = 0 if found.b is None else found.b.size
    assert numbers["parameters"] == str(found.w.size + biases)
    assert numbers["doubled"] == str(2 * found.w.size + biases)
    assert numbers["terms_back"] == str(found.dw.shape[1])
    assert numbers["bias"] == ("without" if found.b is None else "with")
    assert numbers.get("doubled_all", numbers["doubled"]) == str(2 * (found.w.size + biases))


def test_the_smallest_layer_has_wrong_answers_too() -> None:
    for question in read("dense").fill(question_numbers(DenseSpec(inputs=1, units=1)))["Check yourself"].sections:
        assert len(question.answers) > 1, question.title


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_no_wrong_answer_is_the_right_number(spec: DenseSpec) -> None:
    for question in read("dense").fill(question_numbers(spec))["Check yourself"].sections:
        (right,) = (answer.text for answer in question.answers if answer.right)
        wrong = [answer.text for answer in question.answers if not answer.right and "{" not in answer.text]
        assert right not in wrong
        assert "{" not in right
