"""Check yourself: the right answers are the engine's, whatever the settings; every placeholder is filled."""

import numpy as np
import pytest

from experiments.embedding.lookup import lookup
from experiments.embedding.questions import question_numbers
from experiments.embedding.scene import scene
from experiments.embedding.spec import EmbeddingSpec
from experiments.scene import Sum, terms
from tests.experiments.embedding.test_lookup import SETTINGS
from ui.prose import read

every_setting = pytest.mark.parametrize("spec", SETTINGS, ids=str)


@every_setting
def test_the_right_answers_are_the_engines(spec: EmbeddingSpec) -> None:
    run, numbers = lookup(spec), question_numbers(spec)
    assert numbers["parameters"] == f"{run.w.size:,}"
    assert numbers["different"] == f"{int(run.dw.any(axis=1).sum()):,}"
    product = next(step for step in scene(spec).steps if step.target == "p")
    assert isinstance(product, Sum)
    assert numbers["products"] == f"{len(terms(product.groups[0].index).cell):,}"
    dw = next(step for step in scene(spec).steps if step.target == "dw")
    assert isinstance(dw, Sum)
    row = int(np.flatnonzero(run.rows == spec.vocabulary.index(numbers["often"]))[0])
    assert numbers["terms"] == f"{int((terms(dw.groups[0].index).cell == row * spec.output_dim).sum()):,}"


@every_setting
def test_every_question_keeps_one_right_and_a_wrong_answer(spec: EmbeddingSpec) -> None:
    text = read("embedding")["Check yourself"].fill(question_numbers(spec))
    for question in text.sections:
        assert sum(answer.right for answer in question.answers) == 1
        assert len(question.answers) >= 2
        assert "{" not in question.question
        assert not any("{" in answer.why for answer in question.answers)


def test_a_reason_is_told_only_where_it_holds() -> None:
    """Nothing is said of repeated words where none is repeated."""
    text = read("embedding")["Check yourself"]
    for untold in ("It stands more than once", "A word that stands more than once"):
        assert untold in str(text), "the sentence has changed: this test would find nothing"
        filled = text.fill(question_numbers(EmbeddingSpec(sentence="old king")))
        assert not any(untold in answer.why for question in filled.sections for answer in question.answers)
