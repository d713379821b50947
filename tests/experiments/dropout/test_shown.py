"""What the experiments show: the text is filled, by names that no question has taken, and alt says what is there."""

import re
from typing import Any

import numpy as np
import pytest

from experiments.digits import EVERY
from experiments.dropout import inference, kinds, masks, overfitting, slower, superstar
from experiments.dropout.kinds import KindsSpec
from experiments.dropout.overfitting import OverfittingSpec
from experiments.dropout.questions import question_numbers
from experiments.dropout.spec import DropoutSpec
from experiments.shown import Beside, Lines, Maps, Shown
from tests.experiments.dropout.test_network import SETTINGS
from ui.prose import read


def ended(parts: Any) -> Shown:
    """The last of what a long experiment has shown, complete; before that, rows alone."""
    kept: list[Shown] = []
    for part in parts:
        if part.shown is not None and (not kept or part.shown is not kept[-1]):
            kept.append(part.shown)
    assert part.done == 1
    assert all(shown.rows for shown in kept)
    return kept[-1]


def check(claim: str, shown: Shown, spec: DropoutSpec) -> None:
    asked = read("dropout").fill(question_numbers(spec))[claim]
    assert not re.search(r"\{\w+\}", asked["Predict"].question)  # asked before anything has run
    assert not re.search(r"\{\w+\}", asked.text) or claim == "DO2"
    told = asked.fill(shown.numbers)
    for part in ("Predict", "Reveal", "Where it stops", *filter(None, [shown.case])):
        assert not re.search(r"\{\w+\}", str(told[part]))
    assert "nan" not in str(told).lower().split()
    assert all(re.search(r"\d", row.alt) or len(row.alt) > 20 for row in shown.rows if not isinstance(row, Beside))
    for row in shown.rows:
        if isinstance(row, Lines):
            assert {len(values) for values in row.lines.values()} == {len(row.at)}


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_what_is_drawn_at_once_fills_its_text(spec: DropoutSpec) -> None:
    check("DO1", masks.show(spec), spec)


@pytest.mark.parametrize("spec", [KindsSpec(), KindsSpec(rate=0.8, stddev=0.5, seed=3), KindsSpec(rate=0.1)], ids=str)
def test_kinds_fill_their_text(spec: KindsSpec) -> None:
    shown = kinds.show(spec)
    check("DO6", shown, DropoutSpec())
    for row in shown.rows:
        assert isinstance(row, Maps)
        assert len(row.frames or ()) == kinds.DRAWS
        assert row.start == kinds.telling(kinds.kinds(spec))
        assert row.frames is not None
        assert row.frames[row.start] in row.alt


@pytest.mark.parametrize("rate", [0.3, 0.5])
@pytest.mark.parametrize("seed", range(5))
def test_the_first_masks_that_are_seen_silence_something_and_not_everything(rate: float, seed: int) -> None:
    spec = KindsSpec(rate=rate, seed=seed)
    result, step = kinds.kinds(spec), kinds.telling(kinds.kinds(spec))
    for masks_of in (result.spatial, result.variational, result.recurrent, result.rows, result.connect):
        assert 0 < (masks_of[step] == 0).mean() < 1


def test_the_gap_is_drawn_as_it_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overfitting, "STEPS", 4)
    *_, (_, result) = overfitting.overfitting(OverfittingSpec(digits=100))
    assert result is not None
    gap = overfitting._shown(result).rows[0]
    assert isinstance(gap, Lines)
    assert "gap" in gap.y
    for name, line in gap.lines.items():
        between = np.subtract(result.looks.held[name], result.looks.seen[name])
        np.testing.assert_allclose(line, np.median(between, axis=0))
        assert np.median(result.looks.gap(name)) == pytest.approx(line[-1])


@pytest.mark.parametrize("steps", [1, EVERY + 1])
def test_what_trains_fills_its_text(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a network has learned so little that a loss is never reached."""
    for module in (inference, overfitting, slower, superstar):
        monkeypatch.setattr(module, "STEPS", steps)
    check("DO2", ended(inference.show()), DropoutSpec())
    check("DO3", ended(overfitting.show(OverfittingSpec(wrong_labels=0.0, digits=100))), DropoutSpec())
    check("DO4", ended(superstar.show()), DropoutSpec())
    check("DO5", ended(slower.show()), DropoutSpec())
