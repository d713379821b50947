"""What the experiments show and what is asked: the text is filled, at every setting, and alt says what is there."""

import random
import re

import pytest

from experiments.shown import Beside, Shown
from experiments.transposed_convolution import adjoint, overlap, painting
from experiments.transposed_convolution.adjoint import AdjointSpec
from experiments.transposed_convolution.overlap import OverlapSpec
from experiments.transposed_convolution.questions import question_numbers
from experiments.transposed_convolution.spec import TransposedSpec
from tests.experiments.transposed_convolution.test_scene import SETTINGS
from ui.prose import read


def check(claim: str, shown: Shown) -> None:
    asked = read("transposed_convolution")[claim]
    assert not re.search(r"\{\w+\}", asked["Predict"].question + asked.text)  # asked before anything has run
    told = asked.fill(shown.numbers)
    for part in ("Predict", "Reveal", "Where it stops", *filter(None, [shown.case])):
        assert not re.search(r"\{\w+\}", str(told[part])), part
    assert "nan" not in str(told).lower().split()
    drawn = [each for row in shown.rows for each in (row.rows if isinstance(row, Beside) else [row])]
    assert all(re.search(r"\d", row.alt) for row in drawn)


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_the_stamps_fill_their_text(spec) -> None:
    check("TC1", painting.show(spec))


@pytest.mark.parametrize("seed", range(8))
def test_what_has_settings_of_its_own_fills_its_text(seed: int) -> None:
    check("TC2", adjoint.show(AdjointSpec().surprise(random.Random(seed))))
    check("TC3", overlap.show(OverlapSpec().surprise(random.Random(seed))))


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_every_question_has_one_right_answer_and_a_wrong_one(spec) -> None:
    questions = read("transposed_convolution")["Check yourself"].fill(question_numbers(spec)).sections
    for question in questions:
        answers = [answer for answer in question.answers if "{" not in answer.text]
        assert sum(answer.right for answer in answers) == 1
        assert len(answers) >= 2, question.title


def test_the_numbers_of_the_questions_by_hand() -> None:
    """3 cells a side, kernel 4, strides 2, 1 cut off a side: (3 − 1) · 2 + 4 − 2 = 6 rows. 2 channels, 2 filters."""
    spec = TransposedSpec(side=3, kernel_size=4, strides=2, padding="1", channels=2, filters=2)
    numbers = question_numbers(spec)
    assert [numbers[f"rows{of}"] for of in ("", "_off_by_one", "_uncut")] == ["6", "8", "8"]
    assert numbers["rows_of_a_convolution"] == "0"
    assert [numbers[f"parameters{of}"] for of in ("", "_by_cell", "_one_channel", "_without_bias")] == [
        str(64 + 2),
        str(64 * 9 + 2),
        str(32 + 2),
        "64",
    ]
    # row 3 is tap 2 of cell 1 and tap 0 of cell 2; of what x[0, 0] paints, one row and one column are cut off
    assert [numbers[name] for name in ("middle", "stamps", "painted")] == ["3", "4", "9"]
    assert [numbers[name] for name in ("stamps_one", "stamps_all_taps", "stamps_all_cells")] == ["1", "16", "9"]
    assert [numbers[name] for name in ("painted_uncut", "painted_one", "painted_all")] == ["16", "1", "36"]
