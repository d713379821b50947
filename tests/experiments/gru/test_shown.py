"""What learners see of GR3 and GR4: every line, cell and number of results that are made by hand."""

import numpy as np

from experiments.gru import counting, small_data
from experiments.gru.counting import GRU_FARTHER, Counted
from experiments.gru.small_data import MIXED, Compared
from tests.experiments.recurrent import by_hand
from tests.experiments.runs import at, cells, lines, pictures, shown

STATES = {
    "RNN": np.array([[0.5, -0.75], [0.25, 0.125]]),
    "LSTM": np.array([[2.0, 3.0], [-12.25, 1.0]]),
    "GRU": np.array([[0.9375, -0.25], [0.5, 0.75]]),
}
COUNTED = Counted(
    [100, counting.STEPS],
    {
        "RNN": np.array([[0, 1, 2, 9, 3], [7, 4, 5, 12, 6]]),
        "LSTM": np.array([[8, 14, 11, 13, 10], [15, 60, 16, 17, 19]]),
        "GRU": np.array([[20, 25, 24, 23, 30], [18, 22, 21, 40, 50]]),
    },
    STATES,
)


def test_how_far_each_counts_is_told() -> None:
    """GR4. Medians of 4, 5, 6, 7, 12, of 15, 16, 17, 19, 60, and of 18, 21, 22, 40, 50."""
    it = shown(counting, "count_on", COUNTED)
    assert it.numbers == {
        "RNN": "6",
        "LSTM": "17",
        "GRU": "22",
        "RNN_all": "4, 5, 6, 7, 12",
        "LSTM_all": "15, 16, 17, 19, 60",
        "GRU_all": "18, 21, 22, 40, 50",
        "trained": "15",
        "most": "60",
        "seeds": "5 seeds",
        "steps": "1,500",
        "cell": "12.2",
        "state": "0.94",
    }
    assert it.right == {GRU_FARTHER}
    chart, table, inside = it.rows
    assert at(chart) == [100, 1500]
    assert lines(chart) == {"RNN": [2, 6], "LSTM": [11, 17], "GRU": [24, 22]}
    assert chart.alt == "Longest n after 1,500 steps, median of 5 seeds: RNN 6, LSTM 17, GRU 22"
    assert cells(table) == {
        "network": ["RNN", "LSTM", "GRU"],
        "longest n, median": ["6", "17", "22"],
        "by seed": ["7, 4, 5, 12, 6", "15, 60, 16, 17, 19", "18, 22, 21, 40, 50"],
    }
    assert table.alt == ("Longest n by seed: RNN 7, 4, 5, 12, 6; LSTM 15, 60, 16, 17, 19; GRU 18, 22, 21, 40, 50")
    for (label, values), (name, state) in zip(pictures(inside).items(), STATES.items(), strict=True):
        assert label == f"{name}: {'cell c' if name == 'LSTM' else 'state h'} (frame 1: b)"
        assert np.array_equal(values, state)
    assert inside.alt.endswith("Largest: RNN 0.8, LSTM 12.2, GRU 0.9")


def test_before_the_end_lines_and_table_stand_alone() -> None:
    it = shown(counting, "count_on", COUNTED._replace(steps=[100, 200]))
    assert not it.numbers
    assert at(it.rows[0]) == [100, 200]


SMALL = {"LSTM": (3.0, 2.5, 2.75, 3.5, 3.25), "GRU": (2.75, 2.625, 2.0, 3.375, 1.25)}
LARGER = {"LSTM": (1.5, 1.0, 1.75, 1.125, 0.5), "GRU": (2.0, 1.25, 1.5, 2.125, 0.75)}


def test_the_pairs_of_little_and_of_much_are_told() -> None:
    """GR3. LSTM less GRU, on little: 0.25, −0.125, 0.75, 0.125 and 2; on much: −0.5, −0.25, 0.25, −1 and −0.25."""
    small, larger = by_hand.models((50, 300), SMALL), by_hand.models((50, 300), LARGER)
    it = shown(small_data, "compare", Compared({"small": small, "larger": larger}, "larger", larger))
    assert it.numbers == {
        "small": "2,000",
        "larger": "50,000",
        "small_ahead": "4 of 5",
        "larger_ahead": "1 of 5",
        "small_difference": "0.25 (−0.12 to 2.00)",
        "larger_difference": "−0.25 (−1.00 to 0.25)",
        "seeds": "5 seeds",
        "steps": "300",
    }
    assert it.right == {MIXED}
    little, much, table = it.rows
    assert at(little) == at(much) == [50, 300]
    assert lines(little) == {"LSTM": [4, 3], "GRU": [3.625, 2.625]}
    assert lines(much) == {"LSTM": [2.125, 1.125], "GRU": [2.5, 1.5]}
    assert little.alt == "bits a character, learned from 2,000: after 300 steps, median of 5 seeds, LSTM 3.00, GRU 2.62"
    assert much.alt == "bits a character, learned from 50,000: after 300 steps, median of 5 seeds, LSTM 1.12, GRU 1.50"
    assert cells(table) == {
        "characters to learn from": [2000, 50000],
        "LSTM, bits a character": ["3.00 (2.50 to 3.50)", "1.12 (0.50 to 1.75)"],
        "GRU": ["2.62 (1.25 to 3.38)", "1.50 (0.75 to 2.12)"],
        "LSTM less GRU, by seed": ["0.25, −0.12, 0.75, 0.12, 2.00", "−0.50, −0.25, 0.25, −1.00, −0.25"],
        "GRU ahead": ["4 of 5", "1 of 5"],
    }
    assert table.alt == (
        "LSTM less GRU, bits a character: 2,000 characters 0.25 (−0.12 to 2.00); "
        "50,000 characters −0.25 (−1.00 to 0.25)"
    )


def test_the_set_that_is_over_is_told_while_the_other_runs() -> None:
    small, larger = by_hand.models((50, 300), SMALL), by_hand.models((50,), LARGER)
    it = shown(small_data, "compare", Compared({"small": small}, "larger", larger))
    assert not it.numbers
    assert [lines(row) for row in it.rows[:2]] == [
        {"LSTM": [4, 3], "GRU": [3.625, 2.625]},
        {"LSTM": [1.125], "GRU": [1.5]},
    ]
    assert cells(it.rows[2])["characters to learn from"] == [2000]
    (alone,) = shown(small_data, "compare", Compared({}, "small", small)).rows
    assert lines(alone) == {"LSTM": [4, 3], "GRU": [3.625, 2.625]}
