"""DO1 and DO6: masks, at the page's settings, seeds 0 to 4."""

from functools import cache

import numpy as np
import pytest

from experiments.dropout.kinds import CHANNELS, DRAWS, STEPS, UNITS, Kinds, KindsSpec, films, guess, kinds
from experiments.dropout.kinds import show as kinds_shown
from experiments.dropout.masks import MANY, Masks, masks, show
from experiments.dropout.questions import question_numbers
from experiments.dropout.spec import DropoutSpec
from experiments.shown import Lines, Maps

SEEDS = range(5)
every_seed = pytest.mark.parametrize("seed", SEEDS)


@cache
def drawn(seed: int, rate: float = 0.3) -> Masks:
    return masks(DropoutSpec(seed=seed, rate=rate))


@cache
def kind(seed: int, rate: float = 0.3) -> Kinds:
    return kinds(KindsSpec(seed=seed, rate=rate))


# ---------------------------------------------------------------------------------- DO1: masks


@every_seed
@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5, 0.8])
def test_the_share_is_the_rate_and_the_mean_stays(seed: int, rate: float) -> None:
    """Within five standard deviations of that many draws."""
    result = drawn(seed, rate)
    assert abs(result.share - rate) < 5 * np.sqrt(rate * (1 - rate) / result.masks.size)
    noise = np.abs(result.h1) * np.sqrt(rate / (1 - rate) / MANY)
    assert (np.abs(result.d1.mean(axis=0) - result.h1) < 5 * noise).all()


@every_seed
def test_without_the_scaling_the_mean_would_fall(seed: int) -> None:
    result = drawn(seed)
    unscaled = result.d1.mean(axis=0) * 0.7
    assert (np.abs(unscaled - result.h1) > 0.2 * np.abs(result.h1)).all()
    _, means = show(DropoutSpec(seed=seed)).rows
    assert isinstance(means, Lines)
    ends = [means.lines[name][-1] for name in ("scaled", "not scaled", "without dropout")]
    np.testing.assert_allclose(ends, [each[result.unit] for each in (result.d1.mean(axis=0), unscaled, result.h1)])


@every_seed
def test_each_unit_is_decided_on_by_itself(seed: int) -> None:
    """Numbers vary as the binomial distribution does, and no unit is silenced more often than the others."""
    result = drawn(seed)
    units = result.masks.shape[1]
    assert result.off.min() < result.off.max()
    assert result.off.var() == pytest.approx(units * 0.3 * 0.7, rel=0.2)
    assert np.abs((result.masks == 0).mean(axis=0) - 0.3).max() < 5 * np.sqrt(0.21 / MANY)


def test_the_masks_counted_are_those_that_acted() -> None:
    result = drawn(0)
    np.testing.assert_array_equal(result.d1, result.h1 * result.masks[:, : len(result.h1)])


def test_behind_tanh_the_mean_is_not_kept() -> None:
    """Where it stops: beyond the noise of the mean, in the median over the seeds of the unit that is furthest off."""
    off = [np.abs(drawn(seed).bent) / (drawn(seed).h2_masked.std(axis=0) / np.sqrt(MANY)) for seed in SEEDS]
    assert np.median([unit.max() for unit in off]) > 6


def test_at_a_rate_of_0_the_rate_of_the_start_is_asked_about() -> None:
    """At 0 every answer would be right."""
    shown, asked = (show(DropoutSpec(rate=rate)) for rate in (0.0, DropoutSpec().rate))
    assert shown.numbers == asked.numbers
    told, expected = (question_numbers(DropoutSpec(rate=rate)) for rate in (0.0, DropoutSpec().rate))
    about = "asked_rate", "asked_factor", "expected"
    assert [told[name] for name in about] == [expected[name] for name in about] == ["0.30", "1.43", "4.2"]


# ---------------------------------------------------------------------------------- DO6: kinds


@every_seed
@pytest.mark.parametrize("rate", [0.3, 0.5])
def test_masks_have_the_shapes_of_their_kind(seed: int, rate: float) -> None:
    result = kind(seed, rate)
    assert (result.spatial == result.spatial[:, :1, :1]).all()  # whole maps
    assert result.variational.shape == (DRAWS, STEPS, CHANNELS)
    assert result.recurrent.shape == result.states.shape == (DRAWS, STEPS, UNITS)
    for masks_ in (result.variational, result.recurrent):
        assert (masks_ == masks_[:, :1]).all()  # all steps
    assert result.connect.shape == (DRAWS, *result.kernel.shape) == (DRAWS, CHANNELS, UNITS)
    for mask in (result.plain, result.spatial, result.each_step, result.variational, result.recurrent, result.connect):
        assert len(np.unique(mask, axis=0)) > 1  # another in each training step
        np.testing.assert_allclose(mask[mask != 0], 1 / (1 - rate), rtol=1e-6)


@every_seed
def test_plain_masks_follow_no_map_no_step_and_no_row(seed: int) -> None:
    result = kind(seed, 0.5)
    for mask in (result.plain[0].reshape(-1, result.plain.shape[-1]), result.each_step[0], result.connect[0]):
        assert len(np.unique(mask, axis=0)) > 1


@every_seed
def test_noise_moves_every_number_and_silences_none(seed: int) -> None:
    noise = kind(seed).noise
    assert (noise != 0).all()
    assert abs(noise.mean()) < 5 * 0.2 / np.sqrt(noise.size)
    assert noise.std() == pytest.approx(0.2, rel=5 / np.sqrt(2 * noise.size))


def test_a_silenced_number_is_guessed_from_its_neighbours() -> None:
    """Median over the seeds; with whole maps silenced there is no neighbour to guess from."""
    assert np.median([kind(seed).guessed for seed in SEEDS]) > 0.45
    assert {kind(seed).guessed_spatial for seed in SEEDS} == {0}


def test_what_is_struck_is_what_a_mask_silences_and_no_0_that_it_keeps() -> None:
    result = kind(0)
    shown = films(result._replace(maps=np.zeros_like(result.maps)), 1 / 0.7)
    plain, spatial = (picture.left_out for picture in shown[0].pictures[1:])
    assert plain is not None
    assert spatial is not None
    assert [plain.sum(), spatial.sum()] == [(result.plain == 0).sum(), (result.spatial == 0).sum()]
    for row in films(result, 1 / 0.7):
        for picture in row.pictures:
            assert (picture.left_out is None) == (picture.values.ndim == 2)
            if picture.left_out is not None:
                assert (picture.values[picture.left_out] == 0).all()
                assert (picture.struck, picture.left_out.shape) == ("silenced", picture.values.shape)


def test_every_axis_of_a_map_has_a_name() -> None:
    for row in kinds_shown(KindsSpec()).rows:
        assert isinstance(row, Maps)
        assert all("↓" in picture.label and "→" in picture.label for picture in row.pictures)


def test_a_guess_is_the_mean_of_the_kept_neighbours_alone() -> None:
    """Two maps of four numbers in a row: what is silenced next to a silenced number tells nothing of it."""
    maps = np.array([[[2.0, 3.0, 9.0, 7.0]], [[1.0, 4.0, -5.0, 8.0]]])[..., None]
    masks_of = np.array([[[1, 0, 0, 1]], [[1, 0, 0, 1]]])[..., None]
    silenced, guessed = [3.0, 9.0, 4.0, -5.0], [2.0, 7.0, 1.0, 8.0]
    assert guess(maps, masks_of) == pytest.approx(np.corrcoef(silenced, guessed)[0, 1])


def test_noise_cannot_be_guessed() -> None:
    rng = np.random.default_rng(0)
    maps, mask = rng.normal(size=(400, 6, 6, 4)), rng.random((400, 6, 6, 4)) >= 0.3
    assert abs(guess(maps, mask)) < 0.05
    assert np.isnan(guess(maps, np.ones_like(maps)))
