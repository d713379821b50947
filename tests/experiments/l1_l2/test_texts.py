"""What the page says: every placeholder filled, one right answer a question, scripts that give the page's numbers."""

import contextlib
import io
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.datasets import tumours
from engine.regularizers import L1, L2
from experiments.l1_l2 import confidence, decay, features, histogram, surface
from experiments.l1_l2.code import keras, pytorch
from experiments.l1_l2.facts import facts
from experiments.l1_l2.questions import RATE, SMALL, STEPPED, question_numbers
from experiments.l1_l2.spec import NONE, SurfaceSpec
from experiments.l1_l2.surface import minimum, parts, picture
from experiments.live import payload
from experiments.numbers import decimal, whole
from experiments.shown import Maps, Shown, Table
from tests.experiments.l1_l2.test_claims import SETTINGS
from ui.prose import read

every_setting = pytest.mark.parametrize("spec", SETTINGS, ids=str)


def check(claim: str, shown: Shown, numbers: Any) -> None:
    asked = read("l1_l2")[claim].fill(numbers)
    assert not re.search(r"\{\w+\}", asked.text + asked["Predict"].question)  # before anything has run
    told = asked.fill(shown.numbers)
    for part in ("Predict", "Reveal", "Where it stops", *((shown.case,) if shown.case else ())):
        assert not re.search(r"\{\w+\}", str(told[part]))
    assert all(re.search(r"\d", row.alt) or len(row.alt) > 20 for row in shown.rows)


@every_setting
def test_the_first_experiment_follows_the_settings(spec: SurfaceSpec) -> None:
    check("RG1", surface.show(spec), {})


@pytest.mark.parametrize(
    ("claim", "show", "numbers"),
    [
        ("RG2", histogram.show, histogram.ASKED_NUMBERS),
        ("RG4", confidence.show, confidence.ASKED_NUMBERS),
        ("RG5", decay.show, decay.ASKED_NUMBERS),
    ],
)
def test_texts_are_filled(claim: str, show: Callable[[], Shown], numbers: Any) -> None:
    check(claim, show(), numbers)


def test_a_small_length_is_not_written_as_0() -> None:
    table = confidence.show().rows[-1]
    assert isinstance(table, Table)
    assert table.columns["‖w‖"][-1] == "0.00648 to 0.00741"


def test_what_the_headings_count_is_so() -> None:
    text = read("l1_l2")
    assert text["RG2"].title == "RG2: What is left of sixty weights?"
    assert histogram.FEATURES == 60
    assert text["RG3"].title == f"RG3: Can {features.RELEVANT} of {whole(features.FEATURES)} be found?"
    assert tumours().x.shape == (confidence.TUMOURS, confidence.MEASUREMENTS)


def test_the_long_path_is_shown_as_it_comes() -> None:
    shown = [part.shown for part in features.show(features.FeaturesSpec()) if part.shown is not None]
    check("RG3", shown[-1], features.ASKED_NUMBERS)
    assert shown[-1].right == {2}
    first = shown[0].rows[0]
    assert isinstance(first, Maps)
    assert not shown[0].numbers  # nothing is told before the end
    frames = [len(each.rows[0].frames or ()) for each in shown if isinstance(each.rows[0], Maps)]
    assert frames[:3] == [1, 2, 3]


def minima(found: int, extra: int) -> list[features.Minimum]:
    return [features.Minimum(1.0, np.zeros(2), found, extra, 1.0, np.zeros(20), 0.0)] * 5


@pytest.mark.parametrize(("found", "extra", "answer"), [(0, 0, 0), (0, 9, 0), (19, 0, 1), (20, 6, 1), (20, 5, 2)])
def test_which_prediction_is_right_depends_on_what_was_found(found: int, extra: int, answer: int) -> None:
    assert features.prediction(minima(found, extra)) == answer


@every_setting
def test_the_answers_are_what_the_formulas_give(spec: SurfaceSpec) -> None:
    numbers, w = question_numbers(spec), np.array([SMALL])
    strength = spec.strength if spec.penalty != NONE and spec.strength else SurfaceSpec().strength
    assert numbers["l1_pull"] == decimal(float(L1(strength).gradient(w)[0]), 3)
    assert numbers["l2_small"] == decimal(float(L2(strength).gradient(w)[0]), 3)
    after = float(L1(strength).proximal(np.array([STEPPED]), RATE)[0])
    assert numbers["after_l1"] == decimal(after, 3)


@every_setting
def test_every_question_keeps_one_right_and_a_wrong_answer(spec: SurfaceSpec) -> None:
    for question in read("l1_l2")["Check yourself"].fill(question_numbers(spec)).sections:
        assert sum(answer.right for answer in question.answers) == 1
        assert len(question.answers) >= 2
        assert "{" not in question.question + "".join(answer.why for answer in question.answers)


def run(script: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(script, names)
    return names


@every_setting
@pytest.mark.parametrize("write", [pytorch, keras])
def test_a_script_gives_the_same_numbers(write: Callable[[SurfaceSpec], str], spec: SurfaceSpec) -> None:
    ours, theirs = parts(minimum(spec), spec.data(), spec.by), run(write(spec))
    close = 1e-6 if write is keras else 1e-10  # what Keras's Dense gives out is float32, whatever its dtype
    for name in ("data", "penalty", "data_gradient", "penalty_gradient"):
        np.testing.assert_allclose(theirs[name].detach().numpy(), getattr(ours, name), rtol=close, atol=close)


@every_setting
def test_facts_count_the_zeros(spec: SurfaceSpec) -> None:
    told = {label: value for label, value, _ in facts(spec)}
    assert told["Exact zeros"] == f"{int((minimum(spec) == 0).sum())} of 2"
    assert told["Numerical gradient"] == "agrees"
    assert [text == "0" for text in told["Minimum"].split(", ")] == (minimum(spec) == 0).tolist()  # small is not 0


def test_the_picture_answers_by_address() -> None:
    assert payload("reg", {"reg_strength": "2.0", "reg_penalty": "L2"}) == picture(SurfaceSpec("L2", 2.0))
    assert payload("reg", {"reg_strength": "99"}) == picture(SurfaceSpec())


def test_without_a_penalty_no_strength_is_told() -> None:
    """Its slider keeps its λ, which counts for nothing."""
    told = read("l1_l2")["RG1"].fill(surface.show(SurfaceSpec(penalty=NONE)).numbers)
    assert "(no penalty)" in str(told["Reveal"])
    assert "λ = 1.60" not in str(told["Reveal"])
    assert surface.added(SurfaceSpec()) == "L1, λ = 1.60"
