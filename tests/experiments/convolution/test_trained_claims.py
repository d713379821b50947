"""Claims that need training: the functions that the page runs, at its settings, seeds 0 to 4: medians and means."""

from functools import cache
from itertools import islice
from typing import Any

import numpy as np
import pytest

from engine.layers import Conv2D, ReLU
from engine.network import Sequential
from experiments.convolution import far, hierarchy, shuffled
from experiments.convolution.learning import network, split
from experiments.several import parts
from experiments.shown import Maps, Sheet, Shown
from tests.experiments.runs import last
from tests.test_claims_table import told


@cache
def grown() -> hierarchy.Hierarchy:
    return last(hierarchy.hierarchy())


@cache
def answered() -> far.Far:
    return last(far.far())


@cache
def lost() -> shuffled.Shuffled:
    return last(shuffled.shuffled())


# ------------------------------------------------------------------------------------------------------ CV4: hierarchy


def test_the_patches_shown_are_of_the_first_seed_trained_and_untrained() -> None:
    learned, untrained = grown().first
    assert hierarchy.between_digits(network(), learned) == pytest.approx(grown().trained[0])
    assert hierarchy.between_digits(network(), untrained) == pytest.approx(grown().untrained[0])


@pytest.mark.parametrize(
    "net",
    [
        network(),
        Sequential((Conv2D(2, 5), ReLU(), Conv2D(2, 3, dilation_rate=2), ReLU())),
        Sequential((Conv2D(2, 3, strides=2), ReLU(), Conv2D(2, 2), ReLU(), Conv2D(1, 3, strides=2), ReLU())),
    ],
)
def test_the_receptive_field_is_what_a_cell_really_sees(net: Sequential) -> None:
    """By the formula, and by the gradient of one cell: which pixels it reaches when all weights are 1."""
    for layer, field in enumerate(hierarchy.receptive_fields(net)):
        layers = net.layers[: 2 * (layer + 1)]
        part, shape = Sequential(layers), (40, 40, 1)
        params, _ = part.init(np.random.default_rng(0), shape, np.float64)
        ones = tuple({name: np.ones_like(array) for name, array in each.items()} for each in params)
        y, trace = part.forward(ones, np.ones((1, *shape)))
        dy = np.zeros_like(y)
        dy[0, y.shape[1] // 2, y.shape[2] // 2, 0] = 1
        dx, _ = part.backward(ones, trace, dy)
        rows = np.flatnonzero(dx[0].any(axis=(1, 2)))
        assert rows[-1] - rows[0] + 1 == field


def test_deeper_layers_know_more_of_the_digit_and_training_adds_to_it() -> None:
    result = grown()
    assert result.trained.shape == (5, 3)
    trained, untrained = result.growth
    assert np.median(trained) > 0.15  # measured 0.30
    assert np.median(trained - untrained) > 0.09  # measured 0.18
    assert np.median(untrained) > 0  # where the claim stops: without training it grows too


def test_the_claims_table_has_the_shares_of_the_layers() -> None:
    result = grown()
    trained, untrained = np.median(result.trained, axis=0), np.median(result.untrained, axis=0)
    assert told("CV4", "receptive fields #, #, # pixels") == list(result.fields)
    assert told("CV4", "trained #, #, #; untrained #, #, #") == pytest.approx([*trained, *untrained], abs=0.006)
    after, before = (float(np.median(growth)) for growth in result.growth)
    assert told("CV4", "(# against #)") == pytest.approx([before, after], abs=0.006)


def test_the_share_between_digits_is_an_analysis_of_variance() -> None:
    net = network()
    params, _ = net.init(np.random.default_rng(1), (8, 8, 1))
    data, shares = split(), hierarchy.between_digits(net, params)
    _, trace = net.forward(params, data.held_out_x)
    largest = trace.activations[2].max(axis=(1, 2)).astype(np.float64)
    within = sum(
        ((largest[data.held_out_labels == d] - largest[data.held_out_labels == d].mean(axis=0)) ** 2).sum()
        for d in range(10)
    )
    total = ((largest - largest.mean(axis=0)) ** 2).sum()
    assert shares[0] == pytest.approx(1 - within / total, rel=1e-4)


def test_favourites_are_the_largest_answers() -> None:
    net = network()
    params, _ = net.init(np.random.default_rng(1), (8, 8, 1))
    patches = hierarchy.favourites(net, params, 0, 2, 3)
    assert [[patch.shape for patch in place] for place in patches] == [[(3, 3)] * 3] * 2
    answers = net.layers[0].forward(params[0], split().held_out_x)[0]
    kernel = params[0]["kernel"][:, :, 0, 1]
    assert float((patches[1][0] * kernel).sum()) == pytest.approx(float(answers[..., 1].max()), abs=1e-5)


# ------------------------------------------------------------------------------------------------------------ CV6: far


def test_every_single_network_has_learned_what_it_sees() -> None:
    """CV6: with half of the steps one in two four-layer networks has not."""
    for name, rows in answered().accuracy.items():
        assert (rows[:, : far.reach(name)] > 0.95).all()


@pytest.mark.parametrize("name", far.DILATIONS)
def test_a_cell_answers_within_its_reach_and_guesses_beyond(name: str) -> None:
    by_distance = np.median(answered().accuracy[name], axis=0)
    edge = far.reach(name)
    assert (by_distance[:edge] > 0.95).all()
    assert (np.abs(by_distance[edge:] - 0.5) <= 0.05).all()


def test_the_edge_moves_with_depth_and_dilation() -> None:
    assert [far.reach(name) for name in far.DILATIONS] == [2, 4, 7]


def test_global_max_pooling_answers_at_any_distance() -> None:
    assert (np.median(answered().accuracy[far.POOLED], axis=0) > 0.95).all()


def test_the_claims_table_has_the_reaches() -> None:
    reaches = [far.reach(name) for name in far.DILATIONS]
    lines = {name: np.median(rows, axis=0) for name, rows in answered().accuracy.items()}
    within = min(lines[name][: far.reach(name)].min() for name in far.DILATIONS)
    beyond = max(lines[name][far.reach(name) :].max() for name in far.DILATIONS)
    assert told("CV6", "# within #, # and # cells") == pytest.approx([within, *reaches], abs=0.006)
    assert told("CV6", "# beyond") == pytest.approx([beyond], abs=0.006)
    assert told("CV6", "global max-pooling #") == pytest.approx([lines[far.POOLED].min()], abs=0.006)


def test_a_network_that_sees_nothing_cannot_do_better_than_half() -> None:
    """Not chance but necessity: at the answering cell the two pictures are one."""
    x, _ = far.pictures(np.array([9, 9]), np.array([[1, 1], [1, -1]]), np.array([1, 1]))
    net = far.network("4 layers")
    params, _ = net.init(np.random.default_rng(0), x.shape[1:])
    y, _ = net.forward(params, x)
    assert np.array_equal(y[0, 0, far.PLACE], y[1, 0, far.PLACE])


# ------------------------------------------------------------------------------------------------------- CV7: shuffled


def test_shuffling_costs_the_convolution_more() -> None:
    result = lost()
    convolution, dense = result.lost("convolution"), result.lost("dense")
    assert len(convolution) == len(dense) == 5
    assert convolution.mean() > dense.mean()
    assert convolution.mean() > 0.023  # measured 0.047
    assert abs(dense.mean()) < 0.015
    assert shuffled.prediction(result) == {shuffled.CONVOLUTION}


def test_the_claims_table_has_what_is_lost() -> None:
    result = lost()
    assert told("CV7", "# digits") == [shuffled.EXAMPLES]
    for name, words in (("convolution", "loses # (# to #)"), ("dense", "gains # (# to #)")):
        points = 100 * result.lost(name) * (1 if name == "convolution" else -1)
        said = [points.mean(), points.min(), points.max()]
        assert told("CV7", f"{name} {words}") == pytest.approx(said, abs=0.06)
    assert told("CV7", "still names # %") == pytest.approx([100 * result.shuffled["convolution"].mean()], abs=0.06)


def test_shuffling_moves_every_pixel_to_one_place_and_loses_none() -> None:
    images = split().held_out_x[:5]
    order = np.random.default_rng(3).permutation(64)
    moved = shuffled._moved(images, order)
    assert np.array_equal(moved.reshape(5, 64)[:, np.argsort(order)], images.reshape(5, 64))


# ---------------------------------------------------------------------------------------------------- what is shown


@pytest.mark.parametrize("module", [hierarchy, far, shuffled], ids=lambda module: module.__name__.split(".")[-1])
def test_something_is_shown_before_the_end(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEPS", 3)
    shown = list(module.show())
    assert shown[-1].done == 1
    first = next(part for part in shown if part.shown and part.shown.numbers)
    assert first.done < 0.5
    assert first.shown is not None
    assert first.shown.numbers["seeds"] == "1 seed"
    assert shown[-1].shown is not None
    assert shown[-1].shown.numbers["seeds"] == "5 seeds"
    assert all(row.alt for row in shown[-1].shown.rows)


@pytest.mark.parametrize("module", [far, shuffled], ids=lambda module: module.__name__.split(".")[-1])
def test_examples_are_there_at_once_and_results_network_by_network(
    module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stops before the first seed is over keeps what there is; the text would need all networks."""
    monkeypatch.setattr(module, "STEPS", 1)
    shown = list(islice(module.show(), 6))
    assert shown[0].done == 0
    assert [type(row) for row in shown[0].shown.rows] == [Maps if module is far else Sheet]
    assert len(shown[-1].shown.rows) == (3 if module is far else 2)
    assert not shown[-1].shown.numbers


def test_what_was_drawn_stays_until_there_is_news() -> None:
    results = iter([(0.1, None), (0.2, "one"), (0.3, None), (1.0, "two")])
    drawn = [(part.done, part.shown and part.shown.case) for part in parts(results, lambda it: Shown({}, [], case=it))]
    assert drawn == [(0.1, None), (0.2, "one"), (0.3, "one"), (1.0, "two")]


def test_networks_that_have_not_learned_all_they_see_are_told_of() -> None:
    """Of two seeds the second fails at distance 2, and the median alone would hide a third."""
    rows = np.where(np.arange(1, 11) <= 2, 1.0, 0.5) * np.ones((3, 1))
    rows[1, 1] = 0.75
    accuracy = {name: rows if name == "2 layers" else np.ones((3, 10)) for name in (*far.DILATIONS, far.POOLED)}
    shown = far._shown(far.Far(accuracy))
    assert shown.numbers["within"] == "1.00"
    assert shown.numbers["worst"] == "0.75"
    assert shown.rows[2].columns["right within it"][0] == "1.00 (0.88 to 1.00)"
    assert shown.rows[2].columns["right beyond it"] == ["0.50", "1.00", "1.00", "–"]


def test_a_loss_below_zero_is_a_gain() -> None:
    """In words and in the table: the convolution lost 4.7 points, the dense network half a point less than nothing."""
    result = shuffled.Shuffled(
        {"convolution": np.array([0.923]), "dense": np.array([0.87])},
        {"convolution": np.array([0.876]), "dense": np.array([0.875])},
    )
    shown = shuffled._shown(result)
    assert shown.numbers["convolution"] == "loses 4.7 points"
    assert shown.numbers["dense"] == "gains 0.5 points"
    assert shown.rows[1].columns["change, points"] == ["−4.7", "+0.5"]
    assert shown.rows[1].columns["change, by seed"] == ["−4.7", "+0.5"]
    assert [shuffled._changed(share) for share in (0.0, -0.0004)] == ["loses 0.0 points"] * 2
    assert shuffled._signed(0.0004) == "0.0"


def test_three_different_digits_are_shown_both_ways() -> None:
    sheet, data = shuffled._digits(), split()
    assert sheet.columns == ["digit 2", "digit 5", "digit 8"]
    for name, (as_it_is,), (moved,) in zip(sheet.columns, *sheet.places, strict=True):
        assert not np.array_equal(as_it_is, moved)
        assert np.array_equal(np.sort(as_it_is.ravel()), np.sort(moved.ravel()))
        at = next(k for k, image in enumerate(data.held_out_x[..., 0]) if np.array_equal(image, as_it_is))
        assert name == f"digit {data.held_out_labels[at]}"


def test_the_favourites_stand_in_layers_and_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hierarchy, "STEPS", 30)
    shown = next(part.shown for part in hierarchy.show() if part.shown)
    sheet = shown.rows[0]
    kinds = ("trained", "untrained")
    assert sheet.lines == [f"Layer {k}, {kind}: {2 * k + 1} × {2 * k + 1}" for k in (1, 2, 3) for kind in kinds]
    assert sheet.columns == ["filter 0", "filter 1", "filter 2", "filter 3"]
    learned, untrained = (np.array(line).ravel() for line in sheet.places[:2])
    assert not np.array_equal(learned, untrained)
    for field, line in zip((3, 3, 5, 5, 7, 7), sheet.places, strict=True):
        assert [[patch.shape for patch in place] for place in line] == [[(field, field)] * 3] * 4
