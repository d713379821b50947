"""What learners see of LS2, LS4 and LS6: every line, cell and number of results that are made by hand."""

from typing import Any

import numpy as np
import pytest

from experiments.lstm import carousel, recall, sequences, subject
from experiments.lstm.recall import CHRONO_NOT_ONE, RecallSpec
from experiments.lstm.sequences import ALIKE, WORSE
from experiments.lstm.subject import FALLS, LENGTH, Look, SubjectSpec
from experiments.recurrent import forecast, language
from experiments.recurrent.real import ENGLISH, RealSpec
from experiments.shown import Passage
from tests.experiments.recurrent import by_hand
from tests.experiments.runs import at, cells, lines, pictures, shown

TOKENS = np.flatnonzero(subject.unseen(0).x[0, :, 1])  # of the sequence whose gates are shown; the first is step 0


def gates(token: float, elsewhere: float) -> np.ndarray:
    """(2, LENGTH): the second unit's are 0.02 more; those of the first step, where nothing is held, are 1."""
    row = np.full(LENGTH, elsewhere)
    row[TOKENS] = token
    row[0] = 1
    return np.stack([row, row + 0.02])


START = Look(0, np.array([0.6, 0.5, 0.9, 0.5, 0.56]), np.array([0.5, 0.25, 1.0, 0.5, 0.8]), np.ones(5), gates(0.5, 0.5))
END = Look(
    2000,
    token=np.array([0.25, 0.5, 0.375, 0.1, 0.11]),
    elsewhere=np.array([0.5, 0.75, 1.0, 0.8, 0.9]),
    error=np.array([0.01, 0.002, 0.03, 0.0004, 0.005]),
    gates=gates(0.3, 0.7),
)


def test_the_forget_gate_is_told_at_a_token_and_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """LS2. Of the ratios 0.50, 0.67, 0.38, 0.13 and 0.12 the median is the third."""
    monkeypatch.setattr(subject, "STEPS", 2000)
    it = shown(subject, "subject", [START, END], SubjectSpec())
    assert it.numbers == {
        "token": "0.25 (0.10 to 0.50)",
        "elsewhere": "0.80 (0.50 to 1.00)",
        "ratio": "0.38",
        "error": "0.0050",
        "before": "1.00",
        "units": "2",
        "seeds": "5 seeds",
        "steps": "2,000",
    }
    assert it.right == {FALLS}
    _, chart, table = it.rows
    assert at(chart) == [0, 2000]
    assert lines(chart) == {"at a token": [0.56, 0.25], "elsewhere": [0.5, 0.8]}
    assert chart.alt == (
        "Mean forget gate after 2,000 steps of training, median of 5 seeds: at a token 0.25, elsewhere 0.80"
    )
    assert cells(table) == {
        "seed": ["0", "1", "2", "3", "4"],
        "f at a token": ["0.25", "0.50", "0.38", "0.10", "0.11"],
        "f elsewhere": ["0.50", "0.75", "1.00", "0.80", "0.90"],
        "the one by the other": ["0.50", "0.67", "0.38", "0.12", "0.12"],
        "mean squared error": ["0.0100", "0.0020", "0.0300", "0.0004", "0.0050"],
    }
    assert table.alt == "By seed, f at a token by f elsewhere: 0.50, 0.67, 0.38, 0.12, 0.12"


def test_the_gates_are_a_film_and_its_words_tell_the_last_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """LS2. Units have 0.30 and 0.32 at tokens, and 0.70 and 0.72 elsewhere."""
    monkeypatch.setattr(subject, "STEPS", 2000)
    film: Any = shown(subject, "subject", [START, END], SubjectSpec()).rows[0]
    read, forget = pictures(film).values()
    assert np.array_equal(read, subject.unseen(0).x[0].T)
    assert np.array_equal(forget, [START.gates, END.gates])
    assert film.frames == ["after 0 steps of training", "after 2,000 steps of training"]
    assert film.start == 1
    assert film.alt == f"Forget gates of 2 units over {LENGTH} steps: 0.31 at tokens, 0.71 elsewhere"


def test_before_the_end_nothing_is_told() -> None:
    assert not shown(subject, "subject", [START], SubjectSpec()).numbers


def test_recall_is_told_by_bias() -> None:
    """LS4. σ(1)⁵⁰ = 0.731⁵⁰ and σ(5)⁵⁰ = 0.9933⁵⁰."""
    race = by_hand.raced(
        chrono=(1.0, 0.95, 0.7), bias_1=(0.25, 0.4, 0.31), bias_3=(0.5, 0.6, 0.9), bias_5=(1, 0.8, 0.85)
    )
    race = race._replace(at=np.array([25, recall.STEPS]))
    it = shown(recall, "recalled", race, RecallSpec(gap=50, seeds=3))
    assert it.numbers == {
        "chrono": "0.950",
        "bias_1": "0.310",
        "bias_3": "0.600",
        "bias_5": "0.850",
        "gap": "50",
        "seeds": "3 seeds",
        "steps": "400",
        "guessed": "0.250",
        "kept_1": "2×10⁻⁷",
        "kept_5": "0.715",
    }
    assert it.right == {CHRONO_NOT_ONE}
    chart, table, *gradients = it.rows
    assert lines(chart) == {
        "chrono": [10.95, 0.95], "bias 1": [10.31, 0.31], "bias 3": [10.6, 0.6], "bias 5": [10.85, 0.85],
    }  # fmt: skip
    assert chart.alt.startswith("share of right answers, gap 50 after 400 steps")
    assert list(cells(table).values())[1] == [
        "0.95 (0.70 to 1.00)", "0.31 (0.25 to 0.40)", "0.60 (0.50 to 0.90)", "0.85 (0.80 to 1.00)",
    ]  # fmt: skip
    assert [row.alt for row in gradients] == [row.alt for row in carousel.show().rows]


def test_a_series_is_told() -> None:
    """LS6. The medians: it errs by 1.25 at the last look, holds 67 % and is 3.17 wide; "as now" errs by 2."""
    result = by_hand.forecasts((25, forecast.STEPS))
    it = shown(sequences, "forecasts", result, RealSpec(data="EEG", seeds=3))
    assert it.numbers == {
        "error": "1.250",
        "nothing": "2.000",
        "data": "EEG",
        "seeds": "3 seeds",
        "steps": "300",
        "held": "67 (33 to 100)",
        "named": "80",
        "width": "3.17",
    }
    assert (it.right, it.case) == ({sequences.BETTER}, "A series")
    drawn, chart, table = it.rows
    assert lines(drawn)["forecast"] == [11, 11.5, 15]
    assert lines(chart)["LSTM"] == [4, 1.25]
    assert cells(table) == cells(forecast.table(result))


def test_a_text_is_told() -> None:
    """LS6. The unigram entropy is 0.811 bits; 0.82 is alike, 2 is worse."""
    result = by_hand.models((50, sequences.STEPS), {"LSTM": (3.0, 1.5, 2.0)})
    it = shown(sequences, "models", result, RealSpec(data=ENGLISH, seeds=3))
    assert it.numbers == {
        "error": "2.00",
        "nothing": "0.81",
        "data": ENGLISH,
        "seeds": "3 seeds",
        "steps": "800",
        "letters": "2",
    }
    assert (it.right, it.case) == ({WORSE}, "A text")
    written, chart, table = it.rows
    assert written.passages[0] == Passage("τ = 0.3", "800 at 0.3", [0] * 10)  # type: ignore[union-attr]
    assert lines(chart) == lines(language.learning(result))
    assert cells(table) == cells(language.table(result))
    alike = by_hand.models((sequences.STEPS,), {"LSTM": (0.82,)})
    assert shown(sequences, "models", alike, RealSpec(data=ENGLISH, seeds=1)).right == {ALIKE}
