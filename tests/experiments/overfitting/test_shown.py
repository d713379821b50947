"""The map: who has won by its own rule, what is said of it, and what stands in its cells while they come in."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.datasets import DIGITS, WINES
from experiments.overfitting import bench, winners
from experiments.overfitting.facts import facts
from experiments.overfitting.learning import learn
from experiments.overfitting.questions import question_numbers
from experiments.overfitting.spec import LabSpec
from experiments.overfitting.techniques import NOTHING, Techniques
from experiments.overfitting.winners import ACROSS, CANDIDATES, DEPENDS, NOBODY, ONE, Asked, Contest, Winners
from experiments.shown import Board
from tests.experiments.runs import last, shown
from ui.prose import read

ASKED = Asked(DIGITS, "", winners.WRONG_LABELS)


def contest(**losses: list[float]) -> Contest:
    """With these losses of some techniques; all others are far behind."""
    loss = {name: np.array(losses.get(name, [9.0, 9.1, 9.2])) for name in CANDIDATES}
    return Contest(loss, {name: -values for name, values in loss.items()}, loss, loss)


CLEAR = contest(dropout=[1.0, 1.1, 1.2], L2=[1.5, 1.7, 1.6])
MUDDY = contest(dropout=[1.0, 1.1, 1.2], L2=[0.5, 1.9, 1.3])
HELPLESS = contest(**{NOTHING: [1.0, 1.1, 1.2]})


def full(*contests: Contest) -> Winners:
    places = [place for line in Winners(ASKED, {}).places for place in line]
    return Winners(ASKED, {place: contests[k % len(contests)] for k, place in enumerate(places)})


def test_a_win_is_a_margin_larger_than_its_spread() -> None:
    assert (CLEAR.winner, MUDDY.winner, HELPLESS.winner) == ("dropout", None, NOTHING)
    margin = CLEAR.margin("dropout", "L2")
    assert np.median(margin) == pytest.approx(0.5)
    # one seed has another order; it differs too much; it is a sample of seeds, so its deviation is 0.584, not 0.477
    for margins in ([-0.01, 0.5, 0.5], [0.1, 0.2, 0.9], [0.1, 0.5, 1.25]):
        assert CLEAR._replace(loss=CLEAR.loss | {"L2": CLEAR.loss["dropout"] + margins}).winner is None
    narrower = [0.1, 0.5, 1.0]  # a deviation of 0.45
    assert CLEAR._replace(loss=CLEAR.loss | {"L2": CLEAR.loss["dropout"] + narrower}).winner == "dropout"


@pytest.mark.parametrize(
    ("contests", "right", "won", "helped"),
    [
        ((CLEAR,), ONE, "dropout wins 9.", 9),
        ((CLEAR, HELPLESS), DEPENDS, "dropout wins 5, and doing nothing wins 4.", 5),
        ((CLEAR, MUDDY), DEPENDS, "dropout wins 5, and 4 have no clear winner.", 9),
        ((MUDDY, CLEAR), NOBODY, "dropout wins 4, and 5 have no clear winner.", 9),
        ((CLEAR,) * 8 + (MUDDY,), DEPENDS, "dropout wins 8, and 1 has no clear winner.", 9),
        (
            (CLEAR, HELPLESS, MUDDY),
            DEPENDS,
            "doing nothing wins 3, dropout wins 3, and 3 have no clear winner.",
            6,
        ),
        ((MUDDY,), NOBODY, "9 have no clear winner.", 9),
    ],
)
def test_what_is_said_follows_from_the_map(contests: tuple[Contest, ...], right: int, won: str, helped: int) -> None:
    sentence = f"Of 9 situations, {won} In {helped} something is clearly better than doing nothing."
    result = full(*contests)
    assert result.right == {right}
    assert winners.sentence(result) == sentence
    drawn = shown(winners, "winners", result, ASKED)
    text = read("overfitting").fill(question_numbers(LabSpec()))["RG6"]
    assert not re.search(r"\{\w+\}", text.text + text["Predict"].question)
    told = text.fill(drawn.numbers)
    for part in ("Predict", "Reveal", "Where it stops"):
        assert not re.search(r"\{\w+\}", str(told[part]))
    assert sentence in told["Reveal"].text
    board = drawn.rows[0]
    assert isinstance(board, Board)
    assert sentence in board.alt
    assert [len(line) for line in board.cells] == [3, 3, 3]


def test_what_is_told_of_gains_and_right_answers_is_of_these_situations() -> None:
    """Where most and least is gained; in how many situations another technique has the most right answers."""
    told = shown(winners, "winners", full(CLEAR, HELPLESS), ASKED).numbers
    assert (told["most_gain"], told["most_where"]) == ("8.00", "40 examples and every label right")
    assert (told["least_gain"], told["least_where"]) == ("0.00", "40 examples and 20 % wrong labels")
    assert told["disagree"] == "0"
    right = dict.fromkeys(CANDIDATES, np.array([0.7, 0.8, 0.7])) | {"L2": np.array([0.9, 0.2, 0.9])}  # by the median
    other = CLEAR._replace(right=right)
    assert (winners._most_right(other), other.order[0]) == ("L2", "dropout")
    assert shown(winners, "winners", full(CLEAR, other), ASKED).numbers["disagree"] == "4"


def test_cells_say_who_and_by_how_much() -> None:
    cell = winners._cell(CLEAR)
    assert cell is not None
    assert (cell.label, cell.marked) == ("dropout", True)
    assert cell.details == [
        "gains 8.00",
        "0.50 (0.40 to 0.60) ahead of L2",
        "clearly better than doing nothing: dropout, L2",
    ]
    open_ = winners._cell(MUDDY)
    assert open_ is not None
    assert (open_.label, open_.marked) == ("dropout", False)
    assert open_.details[1] == "no clear winner: 0.10 (−0.50 to 0.80) ahead of L2"
    behind = winners._cell(contest(dropout=[1.0, 1.1, 1.8], L2=[0.9, 1.2, 1.7]))
    assert behind is not None
    assert behind.details[1] == "no clear winner: seed by seed no better than L2"
    nothing = winners._cell(HELPLESS)
    assert nothing is not None
    assert nothing.details == ["8.00 ahead of dropout", "clearly better than doing nothing: none"]
    assert winners._cell(None) is None


def test_what_has_no_colour_and_no_frame_is_said_in_words() -> None:
    won, open_ = (winners._board(full(*contests)) for contests in ((CLEAR, MUDDY), (MUDDY,)))
    assert won.levels[0] == open_.levels[0] == "no colour: less than 0.05"
    assert (won.mark, open_.mark) == ("clear winner", "clear winner: none")


def test_situations_come_in_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winners, "STEPS", 1)
    known = []
    for done, result in winners.winners(Asked(WINES, "", winners.WIDTH)):
        assert 0 <= done <= 1
        if result is not None:
            known.append(len(result.done))
            assert winners._shown(result).rows
    assert known == list(range(7)), "of 178 wines, 40 and 80 can be had"
    assert done == 1


def test_a_map_is_of_what_is_asked() -> None:
    for across, values in ACROSS.items():
        places = Winners(Asked(DIGITS, "", across), {}).places
        assert [[getattr(place, across) for place in line] for line in places] == [list(values)] * 3
        assert [line[0].samples for line in places] == [40, 80, 160]


def test_maps_of_one_data_set_share_their_plain_column(monkeypatch: pytest.MonkeyPatch) -> None:
    """A training that one of them has made no other makes again; another number of steps is another training."""
    monkeypatch.setattr(winners, "STEPS", 2)
    winners.trained.cache_clear()
    made, one = [], Asked(DIGITS, "", winners.WRONG_LABELS).place(40, 0.0)
    monkeypatch.setattr(winners, "learn", lambda *given: made.append(given) or learn(*given))
    for k, place in enumerate((one, Asked(DIGITS, "", winners.WIDTH).place(40, 64), one)):
        shares = [share for share, _ in winners.contest(place, seeds=[0])]
        assert len(shares) == 1 + sum(map(len, CANDIDATES.values())), f"{k}: between trainings it can be stopped"
        assert len(made) == sum(map(len, CANDIDATES.values()))
    monkeypatch.setattr(winners, "STEPS", 3)
    list(winners.contest(one, seeds=[0]))
    assert len(made) == 2 * sum(map(len, CANDIDATES.values()))


@pytest.mark.parametrize(
    ("gains", "level"),
    [([0.0, 0.04, 3.0], 0), ([0.0, 0.049, 0.1], 1), ([0.2, 0.1, 0.3], 2), ([0.5, 0.6, 0.4], 3), ([1.0, 5.0, 0.1], 4)],
)
def test_the_ground_of_a_cell_is_the_median_gain_whoever_has_won(gains: list[float], level: int) -> None:
    """As it is written in the cell, on a scale that is printed below the map and is in the page's styles."""
    cell = winners._cell(contest(**{NOTHING: [2 + gain for gain in gains], "L2": [2.0, 2.0, 2.0]}))
    assert cell is not None
    assert (cell.label, cell.level) == ("L2", level)
    board = winners._board(full(CLEAR))
    assert level < len(board.levels) == 1 + len(winners.GAINS)
    css = (Path(__file__).parents[3] / "assets/theme/page.css").read_text(encoding="utf-8")
    assert f".level-{level} {{ background:" in css


def test_the_strength_is_chosen_by_the_validation_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the test says that the other is better, it is not asked."""
    real, told = winners.trained, []

    def turned(*given: Any) -> Any:
        result = real(*given)
        told.append(result.validation)
        return result._replace(loss=-result.validation)

    monkeypatch.setattr(winners, "STEPS", 20)
    monkeypatch.setattr(winners, "trained", turned)
    *_, (_, result) = winners.contest(winners.Place(samples=40), seeds=[0])
    assert result is not None
    losses = iter(told)
    for name, strengths in CANDIDATES.items():
        validation = [next(losses) for _ in strengths]
        assert result.loss[name][0] == -min(validation)
        assert result.strength[name][0] == int(np.argmin(validation))


def test_whatever_is_switched_on_is_named() -> None:
    """Each technique by itself, and what is drawn at last is of the weights that are kept, as in the table."""
    fields = {field.name for field in dataclasses.fields(Techniques)}
    settings = {name: next(o for o in f.options if o) for f in LabSpec.fields() if (name := f.name) in fields}
    assert set(settings) == fields
    names = {bench.chosen(LabSpec(**{name: value})) for name, value in settings.items()}
    assert len(names) == len(fields)
    assert NOTHING not in names


def test_the_facts_count_what_batch_norm_adds() -> None:
    """A factor and a shift for each unit, and a multiply–add: 64 units in each of two layers."""
    plain, normed = ({label: value for label, value, _ in facts(LabSpec(batch_norm=on))} for on in (False, True))
    assert (plain["Parameters"], normed["Parameters"]) == ("8,970", "9,226")
    assert (plain["Multiply–adds"], normed["Multiply–adds"]) == ("9,152", "9,280")


def test_a_frame_says_of_which_step_the_weights_that_are_kept_are() -> None:
    """After an early end, and in the last frame, what is drawn of the learner's network is not of the frame's step."""
    *_, (_, result) = bench.bench(LabSpec(samples=40, width=256, wrong_labels=0.0, early_stopping=True))
    assert result is not None
    yours, frames = result.over[bench.YOURS], bench._frames(result)
    ended = len(yours.looks)
    assert yours.kept.steps < yours.looks[-1].steps < result.at[-1]
    assert frames[:ended] == [f"after {steps} steps" for steps in result.at[:ended]]
    assert frames[ended:] == [f"at {steps}, yours {yours.kept.steps}" for steps in result.at[ended:]]
    *_, (_, plain) = bench.bench(LabSpec(samples=20, width=8, dropout=0.5))
    assert plain is not None
    assert bench._frames(plain) == [f"after {steps} steps" for steps in plain.at]


def test_both_charts_of_what_was_said_name_the_tenths_alike() -> None:
    result = last(bench.bench(LabSpec(samples=20)))
    reliability, answers = bench._reliability(result), bench._answers(result)
    assert [f"{middle:g}" for middle in reliability.at] == answers.groups
    assert reliability.x == answers.x
