"""TC1–TC3: what the page says, measured by the functions that it calls."""

import numpy as np
import pytest

from engine.layers import UpSampling2D
from experiments.transposed_convolution.adjoint import AdjointSpec, adjoint
from experiments.transposed_convolution.overlap import EVEN, HOLES, SIZES, STRIDES, cure, overlap
from experiments.transposed_convolution.painting import painting
from experiments.transposed_convolution.scene import stamps
from experiments.transposed_convolution.spec import TransposedSpec
from tests.experiments.transposed_convolution.test_scene import SETTINGS
from tests.test_claims_table import spread, told

SEEDS = range(5)


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_the_stamps_add_up_to_the_output(spec: TransposedSpec) -> None:
    """TC1: to 1e-13 of what they add up to."""
    result = painting(spec)
    assert result.difference <= 1e-13 * max(1.0, float(np.abs(result.stamps).sum(axis=0).max()))
    np.testing.assert_array_equal(result.y, stamps(spec).y)


def test_a_stamp_is_as_large_as_the_kernel() -> None:
    """TC1: at the settings that the page begins with."""
    spec = TransposedSpec()
    result = painting(spec)
    assert told("TC1", "# input cells paint # cells each into # × #") == [
        len(result.stamps),
        result.covered,
        *result.counts.shape,
    ]
    assert told("TC1", "at most # stamps on one cell") == [result.counts.max()]
    assert [result.counts.min(), result.counts.sum()] == [1, 16 * 9]


def test_where_nothing_paints_there_is_the_bias() -> None:
    """TC1: where it stops."""
    result = painting(TransposedSpec(kernel_size=1, strides=3, padding="same", kernel="ones", edits="b0:0.5"))
    assert told("TC1", "with a kernel of 1 and strides of 3, # of # cells hold the bias alone") == [
        (result.counts == 0).sum(),
        result.counts.size,
    ]
    assert set(result.y[result.counts == 0].ravel()) == {0.5}


ADJOINTS = [
    AdjointSpec(length, kernel_size, strides, seed)
    for length in (6, 8, 10, 12)
    for kernel_size in (2, 3, 4)
    for strides in (1, 2, 3, 4)
    for seed in SEEDS
]


def test_it_is_the_adjoint() -> None:
    """TC2: at every setting of the page, 5 seeds."""
    results = [adjoint(spec) for spec in ADJOINTS]
    assert told("TC2", "at all # settings with 5 seeds") == [len(results) / len(SEEDS)]
    for result in results:
        assert result.difference <= 1e-10
        np.testing.assert_array_equal(result.t, result.c.T)


def test_it_is_not_the_inverse() -> None:
    """TC2: what comes back, at its best scale; the other way round it is the inverse if no stamps overlap."""
    lost = [100 * adjoint(AdjointSpec(seed=seed)).lost for seed in SEEDS]
    assert min(lost) > spread(lost)[0] / 2
    assert told("TC2", "misses # % of x (# to #)") == pytest.approx(spread(lost), abs=0.5)
    for spec in ADJOINTS:
        result = adjoint(spec)
        assert (result.lost_the_other_way < 1e-10) == (spec.strides >= spec.kernel_size or len(result.y) == 1)


def test_overlap_is_uneven_exactly_when_the_strides_do_not_divide_the_kernel() -> None:
    """TC3: every kernel of 1 to 7 with every stride of 1 to 4; the inside repeats, whatever the size of the input."""
    for k in SIZES:
        for s in STRIDES:
            assert overlap(k, s).even == (k % s == 0)
            assert (overlap(k, s).kind == HOLES) == (k < s)
    even = sum(overlap(k, s).even for k in SIZES for s in STRIDES)
    assert told("TC3", "even for # of # pairs") == [even, len(SIZES) * len(STRIDES)]
    uneven = overlap(3, 2).inside
    assert told("TC3", "kernel 3 with strides 2: # to # stamps") == [uneven.min(), uneven.max()]


def test_the_counts_are_those_of_loops() -> None:
    for k, s, d in ((3, 2, 1), (5, 2, 1), (4, 2, 1), (3, 2, 2), (2, 3, 1), (3, 4, 3)):
        result = overlap(k, s, d)
        side = next(n for n in range(1, 40) if max((n - 1) * s + d * (k - 1) + 1, n * s) == len(result.counts))
        line = np.zeros(len(result.counts))
        for o in range(side):
            for t in range(k):
                line[o * s + t * d] += 1
        np.testing.assert_array_equal(result.counts, np.outer(line, line))
        period = next(line[n * s : (n + 1) * s] for n in range(side) if n * s > d * (k - 1))
        np.testing.assert_array_equal(result.inside, np.outer(period, period))


def test_with_a_dilation_the_rule_is_another() -> None:
    """TC3: where it stops: 3 taps 2 apart do not reach every other cell; 4 taps 3 apart do fall evenly at strides 2."""
    assert overlap(4, 2, 2).kind == HOLES
    assert overlap(4, 2, 3).kind == EVEN


def test_resizing_first_is_even_under_any_weights() -> None:
    """TC3: the cure, for every kernel and stride; stamped, random weights are uneven even where stamps are even."""
    found = cure(3, 2).unevenness[:, 0]
    assert told("TC3", "differ by # of their size (# to #)") == pytest.approx(spread(found), abs=0.005)
    assert np.median(found) > told("TC3", "differ by # of their size")[0] / 2
    for k in SIZES:
        for s in STRIDES:
            assert cure(k, s).unevenness[:, 1].max() <= 1e-12
            if s > 1:
                assert cure(k, s).unevenness[:, 0].min() > 0.01
    even = cure(4, 2).unevenness[:, 0]
    assert told("TC3", "where the strides divide, kernel 4 with strides 2, still by #") == pytest.approx(
        [float(np.median(even))], abs=0.005
    )


def test_resizing_repeats_every_cell() -> None:
    """What the cure resizes with is the nearest neighbour."""
    x = np.random.default_rng(0).standard_normal((1, 3, 2, 1))
    for s in STRIDES:
        y, _ = UpSampling2D(s).forward({}, x)
        np.testing.assert_array_equal(y, x.repeat(s, axis=1).repeat(s, axis=2))
