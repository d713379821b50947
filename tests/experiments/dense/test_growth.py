"""DN3: how many parameters a dense layer has, and what becomes of the gap as it grows wider. Seeds 0 to 4."""

from functools import cache

import numpy as np
import pytest

from engine.layers import Conv2D, Dense
from experiments.dense import growth as module
from experiments.dense.growth import (
    CHANNELS,
    DIGITS,
    GROWS,
    KERNEL,
    OUTPUTS,
    SIDES,
    STEPS,
    WIDTHS,
    Growth,
    GrowthSpec,
    counts,
    growth,
)
from experiments.digits import Looks
from tests.experiments.runs import cells, last, lines, shown
from tests.test_claims_table import spread, told

NARROW, WIDE = str(WIDTHS[0]), str(WIDTHS[-1])


@cache
def result(wrong: float) -> Growth:
    return last(growth(GrowthSpec(wrong)))


def looks(wrong: float) -> Looks:
    found = result(wrong).looks
    assert found is not None
    return found


def test_counts_are_the_formula_and_the_sizes_of_the_arrays() -> None:
    found = counts()
    assert found.dense == [side * side * CHANNELS * OUTPUTS + OUTPUTS for side in SIDES]
    assert set(found.convolution) == {KERNEL * KERNEL * CHANNELS * OUTPUTS + OUTPUTS}
    rng, side = np.random.default_rng(0), SIDES[0]
    for layer, shape, count in (
        (Dense(OUTPUTS), (side * side * CHANNELS,), found.dense[0]),
        (Conv2D(OUTPUTS, KERNEL, padding="same"), (side, side, CHANNELS), found.convolution[0]),
    ):
        assert sum(array.size for array in layer.init(rng, shape)[0].values()) == count


def test_with_wrong_labels_the_gap_grows_with_the_width() -> None:
    assert np.median(looks(0.2).gap(WIDE) - looks(0.2).gap(NARROW)) > 0.3
    assert result(0.2).answers == {GROWS}


def test_where_it_stops_with_right_labels_it_does_not_grow() -> None:
    assert np.median(looks(0.0).gap(WIDE) - looks(0.0).gap(NARROW)) < 0.15
    assert result(0.0).answers != {GROWS}


@pytest.mark.parametrize("wrong", [0.0, 0.2, 0.4])
def test_wide_networks_are_right_more_often_all_the_same(wrong: float) -> None:
    right = looks(wrong).right
    assert np.median(right[WIDE][:, -1]) > np.median(right[NARROW][:, -1])


def test_the_table_of_claims_has_the_counts_and_the_gaps() -> None:
    found = counts()
    assert told("DN3", "with # outputs, from # to # pixels") == [OUTPUTS, SIDES[0], SIDES[-1]]
    assert told("DN3", "dense from # to # parameters, convolution # at every size") == [
        found.dense[0],
        found.dense[-1],
        found.convolution[0],
    ]
    assert told("DN3", "# digits, 20 % labelled wrong, # steps") == [DIGITS, STEPS]
    gaps = [*spread(looks(0.2).gap(NARROW)), *spread(looks(0.2).gap(WIDE))]
    assert told("DN3", "from # at width 4 (# to #) to # at 256 (# to #)") == pytest.approx(gaps, abs=0.03)
    plain = [np.median(looks(0.0).gap(NARROW)), np.median(looks(0.0).gap(WIDE))]
    assert told("DN3", "it is # at width 4 and # at 256") == pytest.approx(plain, abs=0.03)
    right = [np.median(looks(0.2).right[name][:, -1]) for name in (NARROW, WIDE)]
    assert told("DN3", "with the width, from # to #") == pytest.approx(right, abs=0.02)


def test_what_is_shown_is_what_was_measured() -> None:
    seen = shown(module, "growth", result(0.2), GrowthSpec())
    by_side, by_width, table = seen.rows
    assert lines(by_side)["dense"] == counts().dense
    held = looks(0.2).held
    assert lines(by_width)["held out"] == [np.median(held[str(width)][:, -1]) for width in WIDTHS]
    assert cells(table)["parameters"] == [f"{64 * width + width + 10 * width + 10:,}" for width in WIDTHS]
    assert seen.right == {GROWS}
    assert seen.numbers["wide_gap"].startswith(f"{np.median(looks(0.2).gap(WIDE)):.2f}")
