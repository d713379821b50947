"""BN2, BN4 and BN5 at the experiments' settings, seeds 0 to 4: medians, at most at half the measured effect."""

from functools import cache

import numpy as np

from experiments.batch_normalization import batches as batches_module
from experiments.batch_normalization import inference as inference_module
from experiments.batch_normalization import rates as rates_module
from experiments.batch_normalization.batches import DRAWS, SEEDS, SHARED, SIZES, Batches, batches, noise
from experiments.batch_normalization.inference import Inference, inference
from experiments.batch_normalization.rates import RATES, Rates, rates
from tests.experiments.runs import last, shown


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


def test_only_in_training_mode_neighbours_matter() -> None:
    """BN5: at inference float32 products of another batch may sum in another order, no more."""
    result = both_modes()
    assert result.moved.min() > 0.1
    assert result.moved_at_inference.max() < 1e-4


def test_what_is_shown_has_the_numbers_of_the_result() -> None:
    for module, name, result in (
        (rates_module, "rates", by_rate()),
        (batches_module, "batches", by_size()),
        (inference_module, "inference", both_modes()),
    ):
        drawn = shown(module, name, result)
        assert drawn.rows
        assert all(drawn.numbers.values())
