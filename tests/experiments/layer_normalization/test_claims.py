"""LN1 to LN4 at the experiments' settings, seeds 0 to 4: medians, at most at half the measured effect."""

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest

from experiments.layer_normalization import depth as depth_module
from experiments.layer_normalization import lengths as lengths_module
from experiments.layer_normalization.alone import SIZES, alone
from experiments.layer_normalization.alone import show as show_alone
from experiments.layer_normalization.depth import SEEDS, THERE, WORDS, gradients, heard
from experiments.layer_normalization.lengths import (
    ALIKE,
    BATCH,
    HIGHER,
    LAYER,
    LONGEST,
    LOWER,
    NAMES,
    NONE,
    SHORTEST,
    Lengths,
    lengths,
    mixed,
)
from experiments.layer_normalization.spec import (
    BOTH,
    CAUSAL,
    DEPTHS,
    MASKS,
    PADDING,
    PRE,
    PRESETS,
    BlockSpec,
    LayerNormSpec,
    LengthsSpec,
)
from experiments.normalization.distribution import distribution
from experiments.normalization.scene import computed
from experiments.normalization.spec import BATCH as BATCH_NORM
from experiments.normalization.spec import LAYER as LAYER_NORM
from experiments.normalization.spec import MODES
from tests.experiments.runs import last, shown
from tests.test_claims_table import spread, told

POST = "post"


@cache
def in_turn() -> Lengths:
    return last(lengths(LengthsSpec()))


@pytest.mark.parametrize("seed", range(5))
def test_layer_norm_gives_every_place_of_an_example_mean_0(seed: int) -> None:
    """LN1."""
    result = distribution(LayerNormSpec(seed=seed))
    assert len(result.before) == 12  # places of examples
    assert max(result.off) < 1e-12
    worst = min(float(distribution(LayerNormSpec(seed=other)).after[:, 1].min()) for other in range(5))
    assert told("LN1", "the smallest variance is #") == pytest.approx([worst], abs=6e-4)
    least = min(float(distribution(LayerNormSpec(seed=other, epsilon=1.0)).after[:, 1].min()) for other in range(5))
    assert told("LN1", "at ε = 1 #") == pytest.approx([least], abs=6e-4)


def test_an_example_is_the_same_in_every_batch_to_the_last_bit() -> None:
    """LN2: and by batch norm it is not."""
    moved = []
    for seed, neighbours in product(range(5), (-3.0, 0.0, 2.0)):
        result = alone(LayerNormSpec(seed=seed, neighbours=neighbours, gamma=1.7))
        assert result.exact == ["layer", "instance", "group", "RMS"]
        assert (result.moved[BATCH_NORM][1:] > 0.1).all()
        moved.append(alone(LayerNormSpec(seed=seed)).moved[BATCH_NORM].max())
    assert told("LN2", "by batch norm # (# to #)") == pytest.approx(spread(moved), abs=6e-3)
    assert len(alone(LayerNormSpec()).moved[LAYER_NORM]) == len(SIZES)
    assert show_alone(LayerNormSpec()).numbers["layer"] == "0"
    assert show_alone(LayerNormSpec()).right == {0}
    assert show_alone(LayerNormSpec(gamma=0.0)).right == {0, 2}  # batch norm does not move it either


@pytest.mark.parametrize("mode", MODES)
def test_the_buttons_do_what_they_say_whatever_was_set(mode: str) -> None:
    """Example 0 moves with its neighbours by batch norm; by layer norm it does not."""
    for (label, _), values in PRESETS.items():
        there = LayerNormSpec(mode=mode)
        before, after = (computed(replace(there, **{**values, "neighbours": shift}))["y"][0] for shift in (0.0, 3.0))
        assert (before.tobytes() != after.tobytes()) == (label == "The same by batch norm")


def test_pre_norms_seeds_lie_nearer_to_each_other() -> None:
    """LN3: from 12 blocks on; with 6 it makes no difference."""
    for blocks in DEPTHS[1:]:
        assert np.log(gradients(POST, blocks).apart) > 1.5 * np.log(gradients(PRE, blocks).apart)
    assert max(gradients(POST, 6).apart, gradients(PRE, 6).apart) < 1.7
    found = told("LN3", "of 24 blocks pre-norm # (# to #), post-norm # (# to #)")
    assert found == pytest.approx([*spread(gradients(PRE, 24).arrives), *spread(gradients(POST, 24).arrives)], abs=0.01)
    apart = [gradients(norm, blocks).apart for blocks in DEPTHS for norm in (PRE, POST)]
    found = told("LN3", "apart by # and #, of 12 # and #, of 24 # and #, of 48 # and #")
    assert found == pytest.approx(apart, rel=0.02)


def test_the_last_blocks_gradient_falls_with_depth_by_pre_norm_alone() -> None:
    """LN3: which is why post-norm begins with small steps."""
    medians = {(norm, d): float(np.median(gradients(norm, d).last)) for norm in (PRE, POST) for d in (6, 48)}
    assert medians[PRE, 48] < 0.6 * medians[PRE, 6]
    assert 0.6 < medians[POST, 48] / medians[POST, 6] < 1.7
    found = told("LN3", "falls from # to # by pre-norm, by post-norm # and #")
    assert found == pytest.approx([medians[n, d] for n in (PRE, POST) for d in (6, 48)], abs=0.01)


@pytest.mark.parametrize(("norm", "mask"), product((PRE, POST), MASKS))
def test_masks_hide_what_they_say(norm: str, mask: str) -> None:
    attention = heard(BlockSpec(norm, mask, 6)).attention
    np.testing.assert_allclose(attention.sum(axis=-1), 1, rtol=1e-12)
    steps = np.arange(len(WORDS))
    hidden = np.zeros((len(WORDS), len(WORDS)), bool)
    if mask in (PADDING, BOTH):
        hidden |= steps >= THERE
    if mask in (CAUSAL, BOTH):
        hidden |= steps > steps[:, None]
    assert ((attention == 0) == hidden).all()


def test_what_is_shown_of_the_blocks() -> None:
    drawn = depth_module.show(BlockSpec())
    assert drawn.right == {0}
    assert all(drawn.numbers.values())
    chart, _, maps = drawn.rows
    assert all(len(line) == 25 for line in chart.lines.values())
    low, high = chart.span
    assert all(low < edge.min() and edge.max() < high for band in chart.bands.values() for edge in band)
    assert maps.pictures[0].values.shape == (24, len(WORDS), len(WORDS))
    deepest = [gradients(norm, 48).gradients for norm in (PRE, POST)]
    assert low < min(map(np.min, deepest)) <= max(map(np.max, deepest)) < high


def test_layer_norm_ends_below_batch_norm_in_an_lstm() -> None:
    """LN4: after 500 steps. Earlier batch norm is ahead, and without a norm it is as low in the end."""
    result = in_turn()
    end = {name: float(np.median(result.errors[name][:, -1])) for name in NAMES}
    middle = {name: float(np.median(result.errors[name][:, 2])) for name in NAMES}
    assert end[BATCH] > 1.5 * end[LAYER]
    assert result.answer == LOWER
    assert middle[BATCH] < 0.75 * middle[LAYER]
    assert end[NONE] < end[BATCH]


def test_with_two_sequences_a_batch_norm_is_ahead() -> None:
    result = last(lengths(LengthsSpec(batch_size=2)))
    assert result.answer == HIGHER
    found = told("LN4", "with two sequences each # and #")
    assert found == pytest.approx([np.median(result.errors[name][:, -1]) for name in (LAYER, BATCH)], abs=0.02)


def test_the_table_of_claims_has_the_errors() -> None:
    errors = in_turn().errors
    for name in NAMES:
        found = told("LN4", f"{name} # (# to #)")
        assert found == pytest.approx(spread(errors[name][:, -1]), abs=0.01)
    found = told("LN4", "after 300 steps # and #")
    assert found == pytest.approx([np.median(errors[name][:, 2]) for name in (LAYER, BATCH)], abs=0.03)


def test_the_answer_follows_from_the_seeds() -> None:
    low, high = np.full((5, 1), 0.1), np.full((5, 1), 0.2)
    both = np.array([[0.1], [0.3], [0.1], [0.3], [0.1]])
    for layer, batch, answer in ((low, high, LOWER), (high, low, HIGHER), (both, high, ALIKE)):
        assert Lengths(np.array([1]), {LAYER: layer, BATCH: batch}).answer == answer


def test_sums_of_two_numbers_of_sequences_of_mixed_length() -> None:
    x, target, mask, *_ = mixed(np.random.default_rng(0), 200)
    n = mask.sum(axis=1)
    assert (n.min(), n.max()) == (SHORTEST, LONGEST)
    assert (x[:, :, 1].sum(axis=1) == 2).all()
    assert not x[~mask].any()
    np.testing.assert_allclose(target[:, 0], (x[:, :, 0] * x[:, :, 1]).sum(axis=1))


def test_what_is_shown_has_the_numbers_of_the_result() -> None:
    drawn = shown(lengths_module, "lengths", in_turn(), LengthsSpec())
    assert drawn.right == {in_turn().answer}
    assert all(drawn.numbers.values())
    assert drawn.numbers["of"] == str(len(SEEDS))
