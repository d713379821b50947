"""GR3 and GR4: small settings, seeds 0 to 4; the page's own were measured once."""

from functools import cache

import numpy as np
import pytest

from engine.datasets import english
from experiments.gru import counting, small_data
from experiments.gru.counting import ALIKE, GRU_FARTHER, LSTM_FARTHER, MOST, Counted, count_on, longest
from experiments.gru.small_data import GRU_AHEAD, LSTM_AHEAD, MIXED, SIZES, compare, part
from experiments.recurrent import language, tasks
from experiments.recurrent.race import CELLS, GRU_, LSTM_
from experiments.recurrent.real import CHAPTER
from tests.experiments.runs import last
from tests.test_claims_table import spread, told


@cache
def counted_on() -> Counted:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "STEPS", 1000)
        patch.setattr(counting, "EVERY", 500)
        return last(count_on((LSTM_, GRU_)))


def test_the_lstm_counts_farther() -> None:
    """GR4, in 1,000 steps; the page takes 1,500."""
    result = counted_on()
    lstm, gru = (np.median(result.longest[cell][-1]) for cell in (LSTM_, GRU_))
    assert all(values.shape == (2, 5) for values in result.longest.values())
    assert lstm > gru
    assert lstm > counting.TRAINED  # it generalises
    assert counting.prediction(result) == {LSTM_FARTHER}


def test_a_cell_grows_and_a_state_stays_within_one() -> None:
    states = counted_on().states
    assert np.abs(states[LSTM_]).max() > 2
    assert np.abs(states[GRU_]).max() <= 1
    assert states[LSTM_].shape == (counting.UNITS, 2 * counting.TRAINED + 1)


class Answers:
    """A network that counts right up to some n, and for one more, but not in between."""

    def __init__(self, right: set[int]) -> None:
        self.right = right

    def forward(self, _params: object, x: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, None]:
        _, following, *_ = tasks.strings(np.arange(1, MOST + 1))
        y = np.eye(4)[following]
        for n in set(range(1, MOST + 1)) - self.right:
            y[n - 1, 2 * n] = [0, 0, 1, 0]  # one b more instead of the end
        return y, None


@pytest.mark.parametrize(
    ("right", "expected"), [(set(range(1, 18)) | {20}, 17), (set(), 0), (set(range(1, MOST + 1)), MOST), ({2, 3}, 0)]
)
def test_longest_is_what_all_up_to_it_are_right(right: set[int], expected: int) -> None:
    assert longest(Answers(right), None) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(("lstm", "gru", "answer"), [(20, 17, LSTM_FARTHER), (15, 17, GRU_FARTHER), (16, 16, ALIKE)])
def test_the_answer_follows_the_counts(lstm: int, gru: int, answer: int) -> None:
    counts = {LSTM_: np.full((1, 5), lstm), GRU_: np.full((1, 5), gru)}
    assert counting.prediction(Counted([1], counts, {})) == {answer}


def test_counting_is_told_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "STEPS", 2)
    monkeypatch.setattr(counting, "EVERY", 1)
    drawn = [each.shown for each in counting.show() if each.shown]
    assert not drawn[0].numbers
    assert set(drawn[-1].numbers) >= {*CELLS, "LSTM_all", "cell", "state", "trained"}
    assert all(row.alt for row in drawn[-1].rows)


# ---------------------------------------------------------------------------------------------------------------- GR3


@pytest.mark.parametrize("size", SIZES)
def test_both_sets_are_judged_by_the_same_part(size: str) -> None:
    text, whole = part(size), english(CHAPTER)
    assert text.end == SIZES[size]
    learned, judged = ("".join(text.alphabet[k] for k in codes) for codes in np.split(text.codes, [text.end]))
    kept = "".join(c if c in text.alphabet else language.RARE for c in whole)
    assert learned == kept[: text.end]
    assert judged == kept[int(language.TRAINED * len(kept)) :]


def test_pairs_learn_from_the_same_pieces_and_every_seed_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_data, "STEPS", 20)
    result = last(compare())
    assert list(result.over) == list(SIZES)
    for size in SIZES:
        bits = result.over[size].bits
        assert bits[LSTM_].shape == bits[GRU_].shape == (1, 5)
        assert result.difference(size) == pytest.approx(bits[LSTM_][-1] - bits[GRU_][-1])
    pair = [language.training(part("small"), cell, 8, 2).examples(4) for cell in (LSTM_, GRU_)]
    assert np.array_equal(pair[0].x, pair[1].x)
    shown = small_data._shown(result)
    table = shown.rows[-1].columns  # type: ignore[union-attr]
    assert all(len(cell.split(", ")) == 5 for cell in table["LSTM less GRU, by seed"])
    assert set(shown.numbers) >= {"small_difference", "larger_difference", "small_ahead", "larger_ahead"}


@pytest.mark.parametrize(
    ("differences", "answer"),
    [([0.1] * 5, GRU_AHEAD), ([-0.1] * 5, LSTM_AHEAD), ([0.1, -0.1, 0.1, 0.1, 0.1], MIXED)],
)
def test_the_answer_follows_the_seeds(differences: list[float], answer: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_data.Compared, "difference", lambda _self, _size: np.array(differences))
    assert small_data.prediction(small_data.Compared({}, "small", None)) == {answer}  # type: ignore[arg-type]


def test_the_table_of_claims_has_the_differences() -> None:
    """At the page's own setting: the order of the two turns as training goes on."""
    result = last(compare())
    small, larger = (result.difference(size) for size in SIZES)
    words = "(smallest to largest): # (# to #) from 2,000 characters, # (# to #) from 50,000"
    assert told("GR3", words) == pytest.approx([*spread(small), *spread(larger)], abs=0.03)
    assert told("GR3", "on the larger set, in # of 5") == [(larger > 0).sum()]
    assert told("GR3", "on the small one, ahead in # of 5") == [(small > 0).sum()]
    models = result.over["small"]
    early = models.steps.index(100)
    ahead = models.bits[LSTM_][early] - models.bits[GRU_][early]
    assert told("GR3", "on the small one too, by # (# to #)") == pytest.approx(spread(ahead), abs=0.03)


def test_the_table_of_claims_has_the_counts() -> None:
    """From processor to processor a single seed moves far, the longest of the LSTM by ten: the median holds."""
    lstm, gru = (spread(counted_on().longest[cell][-1]) for cell in (LSTM_, GRU_))
    assert told("GR4", "LSTM #, GRU #") == pytest.approx([lstm[0], gru[0]], abs=1.5)
    assert told("GR4", "seeds of the LSTM lie between # and #") == pytest.approx(lstm[1:], rel=0.3)
    assert told("GR4", "of the GRU between # and #") == pytest.approx(gru[1:], abs=6)
