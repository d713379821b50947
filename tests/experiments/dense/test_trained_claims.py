"""Networks that are trained, at the page's settings, seeds 0 to 4."""

from functools import cache

import numpy as np
import pytest

from experiments.dense import shifted as shifted_module
from experiments.dense import surfaces as surfaces_module
from experiments.dense.shifted import (
    ANYWHERE,
    CANVAS,
    CONVOLUTION,
    DENSE,
    FALLS,
    MARGIN,
    MORE_STEPS,
    NETWORKS,
    PLACES,
    STEPS,
    Shifted,
    ShiftedSpec,
    held_out,
    placed,
    shifted,
    training,
)
from experiments.dense.shifted import (
    LEARNED as DIGITS,
)
from experiments.dense.surfaces import DEPTHS, LEARNED, Surfaces, SurfacesSpec, drawn, network, surfaces
from experiments.points import REACH, SPIRALS, XOR
from experiments.shown import Bars, Beside, Maps
from tests.experiments.runs import cells, last, lines, shown
from tests.test_claims_table import spread, told

NONE, ONE, TWO = DEPTHS


@cache
def learned(points: str, width: int) -> Surfaces:
    return last(surfaces(SurfacesSpec(points, width)))


# ---------------------------------------------------------------------------------- DN1: straight lines


def test_without_a_hidden_layer_xor_is_a_guess_and_one_is_enough() -> None:
    right = learned(XOR, 16).right
    assert abs(np.median(right[NONE]) - 0.5) < 0.1
    assert np.median(right[ONE]) > 0.95
    assert np.median(right[TWO]) > 0.95
    assert learned(XOR, 16).answers == {1}


def test_the_edge_without_a_hidden_layer_is_straight() -> None:
    """From left to right it rises in every row of the picture, or falls in every row; with a hidden layer both."""

    def directions(surface: np.ndarray) -> set[float]:
        return set(np.sign(surface[:, -1] - surface[:, 0]).tolist())

    assert len(directions(learned(XOR, 16).surfaces[NONE][-1])) == 1
    assert directions(learned(XOR, 16).surfaces[ONE][-1]) >= {-1, 1}


def test_spirals_need_more_than_a_line() -> None:
    right = learned(SPIRALS, 16).right
    assert np.median(right[NONE]) < 0.75
    assert np.median(right[ONE]) > 0.9


def test_where_it_stops_layers_of_four_units_can_and_need_not() -> None:
    """|x₁ + x₂| − |x₁ − x₂|, by four units and four more that pass them on, has every point of XOR right; training
    misses it from some seed.
    """
    kernel = np.array([[1, -1, 1, -1], [1, -1, -1, 1]], np.float32)
    out = np.array([[1, 0], [1, 0], [-1, 0], [-1, 0]], np.float32)
    none, two = np.zeros(4, np.float32), np.zeros(2, np.float32)
    first, last_ = {"kernel": kernel, "bias": none}, {"kernel": out, "bias": two}
    points = drawn(XOR, 1000, 7)
    for depth, params in (
        (1, (first, {}, last_)),
        (2, (first, {}, {"kernel": np.eye(4, dtype="f4"), "bias": none}, {}, last_)),
    ):
        assert (network(depth, 4).forward(params, points.x)[0].argmax(axis=1) == points.target).all()
    assert learned(XOR, 4).right[TWO].min() < 0.95


def test_points_are_as_is_said() -> None:
    for kind in (XOR, SPIRALS):
        points = drawn(kind, LEARNED, 0, 1)
        assert np.abs(points.x).max() < REACH
        assert points.target.mean() == 0.5
    xor = drawn(XOR, LEARNED, 0, 1)
    for column in xor.x.T:  # neither input by itself says anything
        assert abs(np.corrcoef(column, xor.target)[0, 1]) < 0.2


def test_the_table_of_claims_has_the_shares() -> None:
    right, spirals = learned(XOR, 16).right, learned(SPIRALS, 16).right
    assert told("DN1", "no hidden layer # (# to #)") == pytest.approx(spread(right[NONE]), abs=6e-3)
    assert told("DN1", "one # (# to #)") == pytest.approx(spread(right[ONE]), abs=6e-3)
    assert told("DN1", "Spirals: # with none, # with one, # with two") == pytest.approx(
        [np.median(spirals[name]) for name in DEPTHS], abs=6e-3
    )
    assert told("DN1", "with two layers of 4 units, which are enough, # of 5 seeds") == [
        int((learned(XOR, 4).right[TWO] > 0.95).sum())
    ]


@pytest.mark.parametrize("points", [XOR, SPIRALS])
def test_what_is_shown_is_what_was_measured(points: str) -> None:
    result = learned(points, 16)
    seen = shown(surfaces_module, "surfaces", result, result.spec)
    assert seen.right == result.answers
    films, table = seen.rows
    assert isinstance(films, Maps)
    assert [picture.label for picture in films.pictures] == ["the points", *DEPTHS]
    assert films.frames is not None
    assert all(len(picture.values) == len(films.frames) for picture in films.pictures)
    assert cells(table)["parameters"] == ["6", "82", "354"]
    assert seen.numbers["none"].startswith(f"{np.median(result.right[NONE]):.3f}")


# ---------------------------------------------------------------------------------- DN4: moved digits


@cache
def moved() -> Shifted:
    return last(shifted(ShiftedSpec()))


def test_moved_by_3_pixels_the_convolution_knows_digits_and_the_dense_network_does_not() -> None:
    right = moved().right
    for name in NETWORKS:  # in the middle both have learned them
        assert np.median(right[name][:, 0]) > 0.93
    assert np.median(right[CONVOLUTION][:, MARGIN]) > 0.9
    assert np.median(right[DENSE][:, MARGIN]) < 0.5
    assert np.median(right[DENSE][:, 1]) < 0.5  # a single pixel is enough
    assert moved().answers == {FALLS}


def test_where_it_stops_shown_all_places_it_is_alike_at_all_and_good_at_none() -> None:
    rows = moved().right[ANYWHERE]
    assert np.abs(np.median(rows[:, 0] - rows[:, MARGIN])) < 0.1
    assert np.median(rows[:, MARGIN] - moved().right[DENSE][:, MARGIN]) > 0.3
    assert np.median(rows[:, 0] - moved().right[DENSE][:, 0]) < -0.1


def test_no_digit_is_cut_off_and_none_is_learned_from_that_is_held_out() -> None:
    images, _ = held_out()
    for place in ((MARGIN, MARGIN), (-MARGIN, MARGIN), (0, 0)):
        np.testing.assert_allclose(placed(images, *place).sum(axis=(1, 2, 3)), images.sum(axis=(1, 2, 3)), rtol=1e-5)
    seen = {image.tobytes() for image in placed(images, 0, 0)}
    for seed in range(5):
        both = [training(name, seed) for name in NETWORKS]
        np.testing.assert_array_equal(both[0].x, both[1].x)
        # a few digits of the data set are alike to the pixel
        assert sum(image.tobytes() in seen for image in both[0].x) <= 1


def test_the_film_shows_what_the_networks_say() -> None:
    seen = shown(shifted_module, "shifted", moved(), ShiftedSpec())
    side, curves, _ = seen.rows
    assert isinstance(side, Beside)
    maps, bars = side.rows
    assert isinstance(maps, Maps)
    assert isinstance(bars, Bars)
    assert maps.frames == bars.frames
    assert len(maps.frames or []) == 2 * MARGIN + 1
    for short, p in zip(("dense", "convolution"), bars.bars.values(), strict=True):
        np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
        assert f"{short} {p[MARGIN].argmax()}" in (maps.frames or [])[MARGIN]
    assert lines(curves)[DENSE] == np.median(moved().right[DENSE], axis=0).tolist()
    assert seen.right == {FALLS}


def test_the_table_of_claims_has_the_shifted_shares() -> None:
    assert told("DN4", "# digits, # steps") == [DIGITS, STEPS]
    for name, words in ((DENSE, "dense"), (CONVOLUTION, "convolution with global max")):
        rows = moved().right[name]
        figures = told("DN4", f"{words} # in the middle, # after 1 pixel, # after 3 (# to #)")
        expected = [np.median(rows[:, 0]), np.median(rows[:, 1]), *spread(rows[:, MARGIN])]
        assert figures == pytest.approx(expected, abs=0.02)
    anywhere = np.median(moved().right[ANYWHERE], axis=0)
    assert told("DN4", "at # places drawn from all, in # steps") == [PLACES, MORE_STEPS]
    assert told("DN4", "has # in the middle and # after 3") == pytest.approx(anywhere[[0, -1]], abs=0.02)
    counts = [NETWORKS[name].parameter_count((CANVAS, CANVAS, 1)) for name in NETWORKS]
    assert told("DN4", "with # and # parameters") == counts
