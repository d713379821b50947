"""What the experiments show, at many settings: the text is filled, the pictures fit it, and alt says what is there."""

import importlib
import random
import re
from pathlib import Path

import pytest

from experiments.convolution.questions import question_numbers
from experiments.convolution.spec import ConvolutionSpec
from experiments.shown import Lines, Maps
from ui.prose import read

SETTINGS = [
    ConvolutionSpec(),
    ConvolutionSpec(channels=3, filters=3, groups=3, strides=2, padding="same", use_bias=False),
    ConvolutionSpec(picture="handwritten digit", example=7, kernel="blur"),
    *(ConvolutionSpec().surprise(random.Random(seed)) for seed in range(6)),
]
PAGE = Path(__file__).parents[3] / "pages" / "convolution.py"
SHOWS = {
    claim: importlib.import_module(f"experiments.convolution.{module}").show
    for claim, module in re.findall(
        r'lesson\.experiment\("(\w+)", .*?\b(\w+)\.show, spec\)', PAGE.read_text(encoding="utf-8")
    )
}
assert SHOWS, "no experiment found on the page: the tests would look at nothing"
every_show = pytest.mark.parametrize("claim", SHOWS)


@every_show
@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_the_numbers_fill_the_text(claim: str, spec: ConvolutionSpec) -> None:
    shown, asked = SHOWS[claim](spec), read("convolution").fill(question_numbers(spec))[claim]
    assert not re.search(r"\{\w+\}", asked["Predict"].question)  # asked before anything has run
    assert not re.search(r"\{\w+\}", str(asked.fill(shown.numbers)))
    assert shown.case is None or asked[shown.case].text
    answers = asked["Predict"].answers
    right = [i for i, answer in enumerate(answers) if (answer.right if shown.right is None else i in shown.right)]
    assert 1 <= len(right) < len(answers)


@every_show
@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_what_is_drawn_fits_together(claim: str, spec: ConvolutionSpec) -> None:
    for row in SHOWS[claim](spec).rows:
        if isinstance(row, Maps):
            assert {len(picture.values) for picture in row.pictures if picture.values.ndim == 3} <= {
                len(row.frames or ())
            }
        if isinstance(row, Lines):
            assert {len(values) for values in row.lines.values()} == {len(row.at)}


@every_show
def test_alt_says_in_numbers_what_is_shown_now(claim: str) -> None:
    one, other = ([row.alt for row in SHOWS[claim](spec).rows] for spec in (SETTINGS[0], SETTINGS[2]))
    assert all(re.search(r"\d", alt) for alt in one)
    assert all(a != b for a, b in zip(one, other, strict=True) if "a side" not in a)  # growth is of all sides
