"""BN2 to BN6 at the experiments' settings, seeds 0 to 4: medians, at most at half the measured effect."""

from functools import cache

import numpy as np
import pytest

from experiments.batch_normalization import batches as batches_module
from experiments.batch_normalization import inference as inference_module
from experiments.batch_normalization import order as order_module
from experiments.batch_normalization import rates as rates_module
from experiments.batch_normalization import regularizer as regularizer_module
from experiments.batch_normalization.batches import DRAWS, EPOCH_STEPS, SEEDS, SHARED, SIZES, Batches, batches, noise
from experiments.batch_normalization.inference import Inference, inference
from experiments.batch_normalization.order import BEFORE, DEPENDS, Order, order
from experiments.batch_normalization.order import RATES as TRIED
from experiments.batch_normalization.rates import RATES, Rates, rates
from experiments.batch_normalization.regularizer import BOTH, DROPOUT, LARGER, NORM, PLAIN, Slight, regularizer
from tests.experiments.runs import last, shown
from tests.test_claims_table import spread, told


@cache
def by_rate() -> Rates:
    return last(rates())


@cache
def by_size() -> Batches:
    return last(batches())


@cache
def both_modes() -> Inference:
    return last(inference())


def test_batch_norm_trains_where_the_plain_network_does_not() -> None:
    """BN2: at 1 and 3 the plain network guesses. At 0.001 neither has learned anything yet."""
    plain, norm = (np.median(side, axis=0) for side in by_rate())
    for rate in (1.0, 3.0):
        at = RATES.index(rate)
        assert plain[at] < 0.2
        assert norm[at] > plain[at] + 0.35
    assert max(plain[0], norm[0]) < 0.3


def test_small_batches_learn_less_in_a_step() -> None:
    """BN4: batch 2 is worse than 32, and a batch of one example teaches nothing: all it says is β."""
    steps = np.median(by_size().same_steps, axis=0)
    assert steps[SIZES.index(2)] < steps[SIZES.index(32)] - 0.35
    assert steps[SIZES.index(4)] < steps[SIZES.index(32)] - 0.15
    assert steps[SIZES.index(1)] < 0.2


def test_after_as_many_examples_the_largest_batch_is_not_the_best() -> None:
    """BN4, the other story: it has taken too few steps."""
    examples = np.median(by_size().same_examples, axis=0)
    assert examples[SHARED.index(128)] < examples[SHARED.index(8)] - 0.1


def test_the_noise_of_the_mean_is_sigma_over_root_n() -> None:
    """BN4: within five standard deviations of an estimate from so many draws, heavier tails allowed for."""
    for seed in SEEDS:
        result = noise(seed)
        np.testing.assert_allclose(result.of_means, result.spread / np.sqrt(SIZES), rtol=5 * 2 / np.sqrt(2 * DRAWS))


def test_moving_statistics_have_to_arrive() -> None:
    """BN5: after 50 steps Keras's 0.99 still holds 0.6 of where it began; in training mode both are as good."""
    at_inference, in_training = (np.median(share, axis=0) for share in both_modes()[:2])
    assert at_inference[0] > at_inference[1] + 0.07
    assert abs(in_training[0] - in_training[1]) < 1e-9


def test_what_is_kept_is_the_batches_means_averaged() -> None:
    """BN5: by hand, moving ← m · moving + (1 − m) · batch from 0; the one that is nearer to 1 lags further behind."""
    means = both_modes().means
    for momentum in inference_module.MOMENTA:
        kept, expected = 0.0, []
        for batch in means[inference_module.OF_BATCH]:
            kept = momentum * kept + (1 - momentum) * batch
            expected.append(kept)
        np.testing.assert_allclose(means[f"kept, momentum {momentum}"], expected, rtol=1e-4, atol=1e-6)
    away = {name: np.abs(mean - means[inference_module.OF_ALL])[20:].mean() for name, mean in means.items()}
    assert away["kept, momentum 0.9"] < away["kept, momentum 0.99"]


def test_only_in_training_mode_neighbours_matter() -> None:
    """BN5: at inference float32 products of another batch may sum in another order, no more."""
    result = both_modes()
    assert result.moved.min() > 0.1
    assert result.moved_at_inference.max() < 1e-4


@cache
def slight() -> Slight:
    return last(regularizer())


@cache
def both_orders() -> Order:
    return last(order())


def test_equally_many_steps_learn_more_by_heart() -> None:
    """BN3: with batch norm the gap is larger in every seed; with dropout beside it, it is as with dropout."""
    gap = slight().looks.gap
    assert (gap(NORM) > gap(PLAIN)).all()
    assert slight().answer == LARGER
    assert np.median(gap(DROPOUT)) < np.median(gap(PLAIN)) - 0.2
    assert abs(np.median(gap(BOTH)) - np.median(gap(DROPOUT))) < 0.15


def test_before_or_after_depends_on_the_rate() -> None:
    """BN6: behind the activation more is right at the smallest rate, before it at the largest, in every seed."""
    result = both_orders()
    assert result.ahead[0] == len(SEEDS)
    assert result.ahead[-1] == 0
    assert result.answer == DEPENDS
    assert Order(result.after, result.before - 1).answer == BEFORE


def test_the_table_of_claims_has_the_rates() -> None:
    plain, norm = (np.median(side, axis=0) for side in by_rate())
    at = {rate: (plain[RATES.index(rate)], norm[RATES.index(rate)]) for rate in RATES}
    assert told("BN2", "of 0.1 plain #, batch norm #") == pytest.approx(at[0.1], abs=0.02)
    assert told("BN2", "at 1 # and #;") == pytest.approx(at[1.0], abs=0.02)
    assert told("BN2", "at 3 # and #.") == pytest.approx(at[3.0], abs=0.03)
    assert told("BN2", "at 0.001 # and #") == pytest.approx(at[0.001], abs=0.02)


def test_the_table_of_claims_has_the_gaps() -> None:
    gap = slight().looks.gap
    for name in (PLAIN, NORM, DROPOUT, BOTH):
        assert told("BN3", f"{name} # (# to #)") == pytest.approx(spread(gap(name)), abs=0.04)


def test_the_table_of_claims_has_the_sizes() -> None:
    steps, examples = (np.median(side, axis=0) for side in by_size())
    found = told("BN4", "batches of 1 #, 2 #, 4 #, 8 #, 32 #, 128 #")
    assert found == pytest.approx(steps, abs=0.03)
    after, *found = told("BN4", "after # examples batches of 2 have #, 8 #, 128 #")
    assert after == EPOCH_STEPS * SIZES[-1]
    assert found == pytest.approx([examples[SHARED.index(size)] for size in (2, 8, 128)], abs=0.03)


def test_the_table_of_claims_has_the_modes() -> None:
    result = both_modes()
    assert told("BN5", "momentum 0.9 # (# to #)") == pytest.approx(spread(result.right[:, 0]), abs=0.02)
    assert told("BN5", "Keras's 0.99 # (# to #)") == pytest.approx(spread(result.right[:, 1]), abs=0.03)
    assert told("BN5", "an answer moves by # (# to #)") == pytest.approx(spread(result.moved[:, 0]), abs=0.05)
    assert told("BN5", "both momenta have #") == pytest.approx([np.median(result.in_training)], abs=0.02)


def test_the_table_of_claims_has_the_orders() -> None:
    before, after = (np.median(side, axis=0) for side in both_orders())
    found = np.array(told("BN6", "of 0.01 before # and after #, at 0.1 # and #, at 1 # and #, at 3 # and #"))
    assert len(TRIED) == 4
    np.testing.assert_allclose(found.reshape(-1, 2), np.stack([before, after], axis=1), atol=0.04)


def test_what_is_shown_has_the_numbers_of_the_result() -> None:
    for module, name, result in (
        (rates_module, "rates", by_rate()),
        (batches_module, "batches", by_size()),
        (inference_module, "inference", both_modes()),
        (regularizer_module, "regularizer", slight()),
        (order_module, "order", both_orders()),
    ):
        drawn = shown(module, name, result)
        assert drawn.rows
        assert all(drawn.numbers.values())
