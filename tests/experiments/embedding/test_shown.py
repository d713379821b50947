"""What the experiments show: the text is filled, by names that no question has taken, and alt says what is there."""

import re
from functools import cache
from typing import Any

import pytest

from experiments.embedding import categories, equality, size, words
from experiments.embedding.categories import BILLS, MEETINGS, PARCELS, CategoriesSpec
from experiments.embedding.questions import question_numbers
from experiments.embedding.size import SizeSpec
from experiments.embedding.spec import EmbeddingSpec
from experiments.embedding.words import WordsSpec
from experiments.shown import Lines, Points, Shown
from tests.experiments.embedding.test_lookup import SETTINGS
from ui.prose import read


@cache
def ended(show: Any, spec: Any) -> list[Shown]:
    """Everything that a long experiment has shown, the last of it complete."""
    kept: list[Shown] = []
    for part in show(spec):
        if part.shown is not None and (not kept or part.shown is not kept[-1]):
            kept.append(part.shown)
    assert part.done == 1
    return kept


def check(claim: str, shown: Shown, spec: EmbeddingSpec) -> None:
    asked = read("embedding").fill(question_numbers(spec))[claim]
    assert not re.search(r"\{\w+\}", asked["Predict"].question)  # asked before anything has run
    told = asked.fill(shown.numbers)
    for part in ("Predict", "Reveal", "Where it stops", *([shown.case] if shown.case else [])):
        assert not re.search(r"\{\w+\}", str(told[part]))
    assert all(re.search(r"\d", row.alt) or len(row.alt) > 20 for row in shown.rows)
    for row in shown.rows:
        if isinstance(row, Points) and row.frames is not None:
            assert len(row.at) == len(row.frames)
        if isinstance(row, Lines):
            assert {len(values) for values in row.lines.values()} == {len(row.at)}


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_em1_fills_its_text(spec: EmbeddingSpec) -> None:
    shown = equality.show(spec)
    check("EM1", shown, spec)
    assert shown.right is not None
    assert len(shown.right) < 3


@pytest.mark.parametrize("dimensions", [2, 8])
def test_em2_fills_its_text_once_it_is_known(dimensions: int) -> None:
    kept = ended(words.show, WordsSpec(output_dim=dimensions))
    assert not kept[0].numbers  # the map moves, and nothing is told yet
    assert isinstance(kept[0].rows[0], Points)
    for shown in kept:
        if shown.numbers:
            check("EM2", shown, EmbeddingSpec())
    moving = [row for row in kept[-1].rows if isinstance(row, Points)]
    assert len(moving) == 2
    assert all(row.follow for row in moving)


@pytest.mark.parametrize("data", [BILLS, PARCELS, MEETINGS])
def test_em3_fills_its_text(data: str) -> None:
    for shown in ended(categories.show, CategoriesSpec(data=data)):
        check("EM3", shown, EmbeddingSpec())


@pytest.mark.parametrize(
    "spec", [SizeSpec(), SizeSpec(input_dim=1_000, buckets=500, output_dim=50, factors=16), SizeSpec(input_dim=250_000)]
)
def test_em4_fills_its_text(spec: SizeSpec) -> None:
    check("EM4", size.show(spec), EmbeddingSpec())


def test_no_number_of_an_experiment_is_taken_by_a_question() -> None:
    """The page fills the questions' numbers first, everywhere: a name that both had would say the wrong thing."""
    taken = question_numbers(EmbeddingSpec())
    everything = [
        equality.show(EmbeddingSpec()),
        size.show(SizeSpec()),
        *(ended(categories.show, CategoriesSpec(data=data))[-1] for data in (BILLS, PARCELS, MEETINGS)),
        ended(words.show, WordsSpec())[-1],
    ]
    for shown in everything:
        assert not set(shown.numbers) & set(taken)
