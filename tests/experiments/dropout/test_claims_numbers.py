"""docs/claims.md, the measured effects of masks that need no training: computed again."""

import numpy as np
import pytest

from experiments.dropout.kinds import STEPS as SEQUENCE
from experiments.dropout.kinds import KindsSpec, kinds
from experiments.dropout.masks import MANY, masks
from experiments.dropout.network import STEPS, UNITS
from experiments.dropout.scene import scene
from experiments.dropout.spec import DropoutSpec
from experiments.scene import evaluate, values
from tests.test_claims_table import spread, told

SEEDS = range(5)
DEFAULT = DropoutSpec()


def test_how_many_units_are_silenced() -> None:
    results = [masks(DropoutSpec(seed=seed)) for seed in SEEDS]
    shares = [result.share for result in results]
    assert told("DO1", "rate #, # masks of # units, # seeds") == [DEFAULT.rate, MANY, UNITS, len(SEEDS)]
    assert told("DO1", "# to # of all draws are silenced") == pytest.approx([min(shares), max(shares)], abs=6e-4)
    ends = [min(result.off.min() for result in results), max(result.off.max() for result in results)]
    assert told("DO1", "silenced, # to # units a step") == ends


def test_how_near_the_means_stay() -> None:
    results = [masks(DropoutSpec(seed=seed)) for seed in SEEDS]
    away = max(np.abs(result.d1.mean(axis=0) / result.h1 - 1).max() for result in results)
    assert told("DO1", "stays within # % of its value") == pytest.approx([100 * away], abs=0.06)
    spreads = [np.abs(result.d1.std(axis=0) / result.h1) for result in results]
    assert told("DO1", "spreads by # of itself") == pytest.approx([np.median(spreads)], abs=0.006)


def test_how_far_tanh_bends_the_means() -> None:
    results = [masks(DropoutSpec(seed=seed)) for seed in SEEDS]
    bent = spread(np.abs(result.bent).max() for result in results)
    assert told("DO1", "off by up to # (# to #)") == pytest.approx(bent, abs=0.006)
    errors = [result.h2_masked.std(axis=0) / np.sqrt(MANY) for result in results]
    _, *ends = spread((np.abs(result.bent) / error).max() for result, error in zip(results, errors, strict=True))
    assert told("DO1", "# to # times its standard error") == pytest.approx(ends, abs=0.6)


def test_what_the_lens_computes() -> None:
    picture = scene(DEFAULT)
    frames = range(STEPS)
    apart = max(
        np.abs(evaluate(picture, step, frame) - values(picture, step.target, frame)).max()
        for step in picture.steps
        for frame in frames
    )
    digits, steps = told("DO1", "are the engine's to #×10⁻¹⁶, in all # steps")
    assert steps == STEPS
    assert digits == pytest.approx(1e16 * apart, rel=0.75)  # rounding: other processors add in another order


def test_what_a_silenced_number_has_in_common_with_its_neighbours() -> None:
    results = [kinds(KindsSpec(seed=seed)) for seed in SEEDS]
    assert told("DO6", "at all # steps") == [SEQUENCE]
    guessed = spread(result.guessed for result in results)
    assert told("DO6", "a correlation of # (# to #)") == pytest.approx(guessed, abs=0.006)
    kept = {result.guessed_spatial for result in results}
    assert {told("DO6", "silenced # neighbours are kept")[0]} == kept
