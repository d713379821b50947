"""What learners see of RN4 and RN5: every line, cell and number of results that are made by hand."""

from typing import Any

import numpy as np
import pytest

from experiments.recurrent import forecast, language
from experiments.recurrent.race import Race
from experiments.recurrent.real import ENGLISH, RealSpec
from experiments.simple_rnn import distance, replaced
from experiments.simple_rnn.distance import ADDING, ALL, GAPS, GATED, RECALL, SIMPLE, Distance, DistanceSpec, training
from tests.experiments.recurrent import by_hand
from tests.experiments.runs import at, cells, lines, pictures, shown


def raced(gap: int) -> Race:
    """Medians 0.2, 0.01 and 0.03, and a hundredth more for each step of the gap."""
    more = gap / 100
    return by_hand.raced(
        RNN=(0.1 + more, 0.9 + more, 0.2 + more),
        LSTM=(0.01 + more, 0.005 + more, 0.5 + more),
        GRU=(0.4 + more, 0.03 + more, 0.02 + more),
    )


def test_one_gap_is_told() -> None:
    it = shown(distance, "distance", Distance({10: raced(0)}, 10, raced(0)), DistanceSpec(gap="10"))
    assert it.numbers == {
        "RNN": "0.200",
        "LSTM": "0.010",
        "GRU": "0.030",
        "gap": "10",
        "seeds": "3 seeds",
        "steps": "1,000",
        "guessed": "0.167",
    }
    assert (it.right, it.case) == ({GATED}, "Adding")
    _, chart, table = it.rows
    assert at(chart) == [25, 1000]
    assert lines(chart) == {"RNN": [10.2, 0.2], "LSTM": [10.01, 0.01], "GRU": [10.03, 0.03]}
    assert chart.alt.startswith("mean squared error, gap 10 after 1,000 steps")
    assert list(cells(table).values())[1] == [
        "0.200 (0.100 to 0.900)", "0.010 (0.005 to 0.500)", "0.030 (0.020 to 0.400)",
    ]  # fmt: skip


def test_the_gap_that_is_run_is_told_of_all() -> None:
    """Errors by gap are of all races, the numbers are of the last one."""
    over = {gap: raced(gap) for gap in GAPS}
    it = shown(distance, "distance", Distance(over, 200, over[200]), DistanceSpec(gap=ALL))
    assert {name: it.numbers[name] for name in ("RNN", "LSTM", "GRU", "gap")} == {
        "RNN": "2.200", "LSTM": "2.010", "GRU": "2.030", "gap": "200",
    }  # fmt: skip
    assert it.right == {distance.OTHERWISE}
    _, chart, table, curves, _ = it.rows
    assert at(chart) == [5, 10, 20, 40, 100, 200]
    assert lines(chart) == {
        "RNN": pytest.approx([0.25, 0.3, 0.4, 0.6, 1.2, 2.2]),
        "LSTM": pytest.approx([0.06, 0.11, 0.21, 0.41, 1.01, 2.01]),
        "GRU": pytest.approx([0.08, 0.13, 0.23, 0.43, 1.03, 2.03]),
    }
    assert (chart.x, chart.y) == ("steps of the sequence", "mean squared error")  # type: ignore[union-attr]
    words = "mean squared error by gap, 5 to 200: RNN 0.250 to 2.200; LSTM 0.060 to 2.010; GRU 0.080 to 2.030"
    assert chart.alt == words
    assert table.alt == f"{words}; with the smallest and largest of the seeds"
    assert {name: column[1] for name, column in cells(table).items()} == {
        "gap": 10,
        "RNN": "0.300 (0.200 to 1.000)",
        "LSTM": "0.110 (0.105 to 0.600)",
        "GRU": "0.130 (0.120 to 0.500)",
    }
    assert [cells(table)[name][-1] for name in ("gap", "RNN")] == [200, "2.200 (2.100 to 2.900)"]
    assert curves.alt.startswith("mean squared error, gap 200")


def test_recall_is_told_as_such() -> None:
    race = by_hand.raced(RNN=(0.1, 0.3, 0.2), LSTM=(0.7, 0.74, 0.75), GRU=(0.5, 0.72, 0.71))
    for between, case in ((distance.QUIET, "Recall"), (distance.OTHERS, "Among others")):
        spec = DistanceSpec(task=RECALL, gap="20", between=between)
        it = shown(distance, "distance", Distance({20: race}, 20, race), spec)
        assert it.numbers == {
            "RNN": "0.200",
            "LSTM": "0.740",
            "GRU": "0.710",
            "gap": "20",
            "seeds": "3 seeds",
            "steps": "400",
            "guessed": "0.750",
        }
        assert (it.right, it.case) == ({SIMPLE}, case)
        assert it.rows[1].y == "share of wrong answers, gap 20"  # type: ignore[union-attr]


@pytest.mark.parametrize("task", [ADDING, RECALL])
def test_the_example_is_asked_what_its_sequence_says(task: str) -> None:
    spec = DistanceSpec(task=task, gap="10")
    it = shown(distance, "distance", Distance({}, 10, None), spec)
    assert not it.numbers
    (row,) = it.rows
    ((label, values),) = pictures(row).items()
    x = training("RNN", 10, spec, 0).examples(0).x[0]
    assert np.array_equal(values, x.T)
    asked = f"{x[:, 0] @ x[:, 1]:.2f}" if task == ADDING else f"row {x[0].argmax()}"
    assert label.endswith(f"asked at the end: {asked}")
    assert row.alt.endswith(f"What is asked at the end is {asked}")


def test_a_series_is_told() -> None:
    """RN5. Of 1.25 and 2.5 the first is below what "as now" errs by, 2, and is the one that is drawn."""
    result = by_hand.forecasts((25, forecast.STEPS))
    it = shown(replaced, "forecasts", result, RealSpec(data="EEG", seeds=3))
    assert it.numbers == {
        "LSTM": "1.250",
        "GRU": "2.500",
        "nothing": "2.000",
        "best": "LSTM",
        "data": "EEG",
        "seeds": "3 seeds",
        "steps": "300",
    }
    assert (it.right, it.case) == ({replaced.OTHERWISE}, "A series")
    chart, table, drawn = it.rows
    assert lines(chart) == {"LSTM": [4, 1.25], "GRU": [6, 2.5], "as now": [2, 2]}
    assert cells(table) == cells(forecast.table(result))
    assert lines(drawn)["forecast"] == [11, 11.5, 15]
    worse: Any = result.errors | {"LSTM": 10 * result.errors["LSTM"]}
    other = shown(replaced, "forecasts", result._replace(errors=worse), RealSpec(data="EEG", seeds=3))
    assert other.numbers["best"] == "GRU"
    assert lines(other.rows[2])["forecast"] == [13, 11, 18]


def test_a_text_is_told() -> None:
    """RN5. Beside a unigram entropy of 0.811 bits."""
    bits = {"RNN": (0.9, 0.5, 1.0), "LSTM": (0.2, 0.7, 0.6), "GRU": (0.4, 0.3, 0.8)}
    result = by_hand.models((50, replaced.STEPS), bits)
    it = shown(replaced, "models", result, RealSpec(data=ENGLISH, seeds=3))
    assert it.numbers == {
        "RNN": "0.90",
        "LSTM": "0.60",
        "GRU": "0.40",
        "nothing": "0.81",
        "best": "GRU",
        "data": ENGLISH,
        "seeds": "3 seeds",
        "steps": "400",
    }
    assert (it.right, it.case) == ({replaced.GATED_AHEAD}, "A text")
    chart, table = it.rows
    assert lines(chart) == lines(language.learning(result))
    assert cells(table) == cells(language.table(result))
