"""The claims PL1 to PL5, by the very functions that the page calls."""

import random
from functools import cache

import numpy as np
import pytest

from experiments.pooling import detail, downsample, parameters, routes, shift
from experiments.pooling.detail import twin
from experiments.pooling.downsample import downsample as pooled
from experiments.pooling.parameters import head
from experiments.pooling.routes import routes as routed
from experiments.pooling.shift import MAP, MAXIMUM, MEAN, STRIDED, shifted
from experiments.pooling.spec import AVERAGE, GLOBAL_AVERAGE, GLOBAL_MAX, KINDS, MAX, PoolingSpec
from experiments.shown import Maps
from tests.test_claims_table import told

SETTINGS = [PoolingSpec(kind=kind) for kind in KINDS]
SETTINGS += [PoolingSpec().surprise(random.Random(seed)) for seed in range(10)]
every = pytest.mark.parametrize("spec", SETTINGS, ids=str)


@cache
def digits_moved() -> shift.Shifted:
    return shifted()


@every
def test_all_cells_are_those_of_the_formula(spec: PoolingSpec) -> None:
    assert pooled(spec).apart < 1e-14
    assert downsample.show(spec).right


def test_a_window_of_two_keeps_a_quarter() -> None:
    """PL1."""
    result = downsample.downsample(PoolingSpec())
    assert told("PL1", "# of # numbers are left") == [result.outputs[MAX].size, result.x.size]
    means = [result.x.mean(), result.outputs[MAX].mean(), result.outputs[AVERAGE].mean()]
    assert told("PL1", "the mean is # before, # after max pooling, # after average") == pytest.approx(means, abs=6e-4)
    slow = downsample.downsample(PoolingSpec(strides=1))
    assert told("PL1", "at strides 1, # are left") == [slow.outputs[MAX].size]


@every
def test_the_gradient_goes_to_the_winner_or_to_all(spec: PoolingSpec) -> None:
    found = routed(spec)
    for route in found.values():
        assert route.checked
        assert route.arrived == pytest.approx(route.sent, rel=1e-12)
    assert found[GLOBAL_MAX].reached == 1
    assert found[GLOBAL_AVERAGE].reached == spec.input().size
    assert found[MAX].reached <= np.prod(spec.windowed(MAX).output_shape(spec.input_shape))
    assert routes.show(spec).right


def test_who_gets_the_gradient_at_the_pages_settings() -> None:
    """PL2."""
    found = routes.routes(PoolingSpec())
    assert told("PL2", "by max in # of # cells, average #") == [found[MAX].reached, 64, found[AVERAGE].reached]
    overlap = routes.routes(PoolingSpec(pool_size=3, strides=1))
    assert told("PL2", "a winner gets up to #") == [overlap[MAX].dx.max()]
    gaps = routes.routes(PoolingSpec(strides=4))
    assert told("PL2", "at strides 4 average reaches # of 64") == [gaps[AVERAGE].reached]


@every
def test_counts_are_the_sizes_of_the_arrays(spec: PoolingSpec) -> None:
    result = parameters.parameters(spec)
    shape = result.pooled.shape
    assert result.pooled.parameters == np.prod(shape) * 10 + 10
    assert parameters.show(spec).right


def test_a_quarter_of_the_cells_is_a_quarter_of_the_weights() -> None:
    """PL3."""
    result = parameters.parameters(PoolingSpec())
    counts = [
        result.without.parameters,
        result.pooled.parameters,
        head(PoolingSpec(kind=GLOBAL_MAX).layer, 32).parameters,
    ]
    assert told("PL3", "# parameters, # behind a pooling of 2 × 2, # behind a global one") == counts


def test_max_pooling_changes_less_than_the_map() -> None:
    """PL4."""
    result = digits_moved()
    one = {way: result.median(way)[1] for way in result.changes}
    assert one[MAP] - one[MAXIMUM] > 0.12
    assert one[MAXIMUM] < one[MEAN] < one[STRIDED]
    assert one[shift.GLOBAL] == 0
    figures = [one[way] for way in (MAP, MAXIMUM, MEAN, STRIDED)]
    assert told("PL4", "the map changes by #, max pooling by #, average by #, a strided convolution by #") == (
        pytest.approx(figures, abs=6e-3)
    )
    ends = [result.strided.min(), result.strided.max()]
    assert told("PL4", "(# to #)") == pytest.approx(ends, abs=6e-3)
    two = [result.median(MAXIMUM)[2], result.median(MAP)[2]]
    assert told("PL4", "at 2 pixels max pooling changes by #, the map by #") == pytest.approx(two, abs=6e-3)


def test_the_caption_of_a_digit_has_its_own_numbers_and_the_spread_is_told() -> None:
    """PL4."""
    result, drawn = digits_moved(), shift.show()
    maps, lines = drawn.rows
    assert isinstance(maps, Maps)
    assert maps.frames is not None
    for by, caption in enumerate(maps.frames):
        for way in (MAP, MAXIMUM, MEAN):
            assert f"{way} changes by {result.changes[way][by, shift.EXAMPLE]:.2f}" in caption
    assert drawn.numbers["strided_ends"] == f"{result.strided.min():.2f} to {result.strided.max():.2f}"
    assert "median" in lines.y  # type: ignore[union-attr]


def test_a_map_that_stands_still_does_not_change() -> None:
    maps = np.ones((2, 3, 4, 4, 1))
    np.testing.assert_array_equal(shift.change(maps), np.zeros((2, 3)))
    assert shift.show().numbers["global"] == "0.00"


@every
def test_another_input_pools_to_the_same(spec: PoolingSpec) -> None:
    result = twin(spec)
    assert result.outputs_apart < 1e-12
    assert result.changed == np.sum(np.abs(result.x - result.other) > detail.SAME)
    assert detail.show(spec).right == ({0} if result.changed else {1})


def test_an_even_input_has_a_twin_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """PL5: none of its cells can be raised, and those that win nowhere can be lowered."""
    monkeypatch.setattr(PoolingSpec, "input", lambda spec: np.ones(spec.input_shape))
    for spec in (PoolingSpec(), PoolingSpec(kind=GLOBAL_MAX), PoolingSpec(strides=1, pool_size=3)):
        result = twin(spec)
        assert result.changed > 0
        assert result.outputs_apart == 0
        assert result.lost == 0
        assert detail.show(spec).case == "Lost"


def test_a_collision_is_found() -> None:
    """PL5."""
    most, mean = (detail.twin(PoolingSpec(kind=kind)) for kind in (MAX, AVERAGE))
    assert told("PL5", "another input for max differs in # of # cells, for average in #") == (
        [most.changed, most.x.size, mean.changed]
    )
    shares = [100 * mean.lost, 100 * most.lost]
    assert told("PL5", "misses # % of the variation, the maxima # %") == pytest.approx(shares, abs=0.6)


def test_windows_that_overlap_enough_can_be_undone() -> None:
    """Average over 2 × 2 windows at every place, borders included: as many outputs as inputs."""
    result = twin(PoolingSpec(kind=AVERAGE, strides=1, padding="same"))
    assert told("PL5", "with strides 1 and same padding # cells differ") == [result.changed]
    assert detail.show(PoolingSpec(kind=AVERAGE, strides=1, padding="same")).case == "Kept"
