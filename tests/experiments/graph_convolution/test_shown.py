"""What the Graph convolution page shows of its results, against results that are made by hand."""

import numpy as np
import pytest

from engine.datasets import karate_club
from experiments.graph_convolution import apart as neighbourhoods
from experiments.graph_convolution import messages as messages_module
from experiments.graph_convolution import recommend, sides, smoothing
from experiments.graph_convolution.apart import SAME, apart
from experiments.graph_convolution.club import KNOWN
from experiments.graph_convolution.lookup import GRAPHS, KEYS, asked, dealt
from experiments.graph_convolution.messages import messages
from experiments.graph_convolution.sides import Sides
from experiments.graph_convolution.smoothing import DEPTHS, KINDS, Depths
from experiments.graph_convolution.spec import LAYERS, GraphConvolutionSpec
from experiments.numbers import spread
from experiments.shown import Beside, Board, Lines, Points, Table


@pytest.mark.parametrize("layer", LAYERS)
def test_the_loss_is_half_the_squares_and_its_slope_is_y(layer: str) -> None:
    found = messages(GraphConvolutionSpec(layer, seed=7))
    last = found.hops[-1]
    assert found.loss == pytest.approx(float(sum(value * value for value in last.y.tolist())) / 2, rel=1e-12)
    np.testing.assert_array_equal(last.dy, last.y)


def test_the_matrix_counts_what_it_leaves_out() -> None:
    """A path of three and a node by itself: 4 edges of messages and 4 self loops, in 16 cells."""
    numbers = messages_module.show(GraphConvolutionSpec(graph="0-1,1-2,7", hops=1)).numbers
    assert (numbers["messages"], numbers["zeros"], numbers["nodes"]) == ("8", "50", "4")
    assert (numbers["least"], numbers["most"], numbers["hops"]) == ("1", "3", "1")


def test_members_stand_in_the_group_of_their_answer() -> None:
    """Everybody is said to be the president's: who is not, is wrong."""
    side = karate_club().side
    answers = np.stack([side, np.ones_like(side)])
    gradients = np.stack([np.arange(34.0) + 0.123, np.arange(34.0) + 0.123])
    shown = sides._shown(Sides(answers, gradients))
    points, table = shown.rows
    assert isinstance(points, Points)
    assert isinstance(table, Table)
    assert points.groups == {
        "president's, right": np.flatnonzero(side == 1).tolist(),
        "wrong": np.flatnonzero(side == 0).tolist(),
    }
    others = [member for member in range(34) if member not in KNOWN]
    right = [32, sum(side[member] == 1 for member in others)]
    assert shown.numbers["right"] == spread(np.array(right), 0)
    assert shown.numbers["first_gradient"] == "33, 32, 31, 30, 29"
    assert shown.numbers["first_degree"].startswith("33, 0")
    assert shown.numbers["led"] == "0 of 2 seeds"
    assert table.columns["by gradient"][0] == "member 33: 33.1"


def test_depths_are_told_by_kind_and_depth() -> None:
    """All numbers differ, so that none can stand in another's place."""
    shape = 3, len(KINDS), len(DEPTHS)
    start, trained, right = np.arange(3 * 54).reshape(3, *shape) / 200
    right = np.round(right * 200)
    shown = smoothing._shown(Depths(start, trained, right))
    (beside, *_) = shown.rows
    assert isinstance(beside, Beside)
    for lines, values in zip(beside.rows, (start, right), strict=True):
        assert isinstance(lines, Lines)
        for k, kind in enumerate(KINDS):
            np.testing.assert_array_equal(lines.lines[kind], np.median(values, axis=0)[k])
    for name, k, d in (("shallow", 0, 0), ("deep", 0, -1), ("deep_residual", 1, -1), ("deep_pairnorm", 2, -1)):
        assert shown.numbers[name] == spread(start[:, k, d])
    for k, kind in enumerate(KINDS):
        for d, depth in enumerate(DEPTHS):
            assert shown.numbers[f"right_{kind.lower()}_{depth}"] == spread(right[:, k, d], 0)


def test_members_without_a_number_are_alike_to_each_other_and_to_nobody_else() -> None:
    """Likeness where a ReLU has left some members nothing but 0."""
    deep = smoothing.network(smoothing.PLAIN, 1)
    params, _ = deep.init(np.random.default_rng(0), (34,), np.float64)
    silent = (params[0], ({"kernel": np.zeros((16, 16)), "bias": np.full(16, -1.0)}, {}), params[2])
    assert smoothing.likeness(deep, silent) == 1
    one = np.zeros((16, 16))
    one[0, 0] = 1
    some = (params[0], ({"kernel": one, "bias": np.zeros(16)}, {}), params[2])
    heard = deep.forward(some, np.eye(34), graph=smoothing.club())[1].activations[-2][:, 0]
    loud = int((heard > 0).sum())
    assert 0 < loud < 34
    pairs = loud * (loud - 1) + (34 - loud) * (33 - loud)
    assert smoothing.likeness(deep, some) == pytest.approx(pairs / (34 * 33))


def test_a_board_says_apart_where_y_differs() -> None:
    shown = neighbourhoods.show()
    (board,) = shown.rows
    assert isinstance(board, Board)
    for layer, row in zip(board.lines, board.cells, strict=True):
        for name, cell in zip(board.columns, row, strict=True):
            told = apart().differences[layer, name] > SAME
            assert cell is not None
            assert (cell.label, cell.kind) == (("apart", 1) if told else ("the same", 0))


def test_hits_stand_beside_their_hops() -> None:
    shown = recommend.show()
    (table,) = shown.rows
    assert isinstance(table, Table)
    by, hits = table.columns.values()
    assert list(by) == ["1 hop", *(f"{hop} hops" for hop in recommend.HOPS[1:]), "popularity", "chance"]
    expected = (*recommend.recommended().hops, recommend.recommended().popularity, recommend.recommended().chance)
    assert [float(each) for each in hits] == pytest.approx(expected, abs=0.005)


def test_a_question_is_answered_by_the_value_that_stands_with_its_key() -> None:
    x, values = dealt(np.random.default_rng(0))
    keys = x.reshape(GRAPHS, 2, KEYS, 2 * KEYS)[:, 0]
    np.testing.assert_array_equal(keys[..., KEYS:].argmax(axis=-1).ravel(), values)
    np.testing.assert_array_equal(asked(x)[:, :KEYS], np.tile(np.eye(KEYS), (GRAPHS, 1)))
    assert not asked(x)[:, KEYS:].any()
