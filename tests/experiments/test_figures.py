"""Figures that stand in a lesson's prose, where nothing fills them: each is a constant of the experiment."""

import re

import pytest

from experiments.backpropagation import check, depth, optimizers, playground
from experiments.batch_normalization import batches
from experiments.dense import growth, shifted
from experiments.flatten.order import UNITS as FLATTENED_INTO
from experiments.layer_normalization import depth as depths
from experiments.pooling import parameters, shift
from experiments.pooling.spec import MAX, PoolingSpec
from ui.prose import LESSONS


@pytest.mark.parametrize(
    ("lesson", "words", "figures"),
    [
        ("backpropagation", "is really moved by #, and", [check.MOVE]),
        ("backpropagation", "dense layers, # units wide", [depth.WIDTH]),
        ("backpropagation", "# layers with the sigmoid", [depth.DEPTH]),
        ("backpropagation", "over the # layers between the last and the first, 0.25¹⁹", [depth.DEPTH - 1]),
        ("backpropagation", "Sigmoid with Xavier at # layers", [depth.DEPTH]),
        ("backpropagation", "at # layers that start too small", [depth.DEPTH]),
        ("backpropagation", "A ravine, # times as steep", [optimizers.STEEP[1] / optimizers.STEEP[0]]),
        ("backpropagation", "of seeds 0–4. At #: SGD {slow_sgd}", [optimizers.SLOW]),
        ("backpropagation", "At #: SGD {fast_sgd}", [optimizers.FAST]),
        ("backpropagation", "rate of # it has not arrived: {slow_adam}", [optimizers.SLOW]),
        ("backpropagation", "At # it has left the ravine: {fast_nesterov}", [optimizers.FAST]),
        ("backpropagation", "At # Nesterov arrives first, at # it diverges", [optimizers.SLOW, optimizers.FAST]),
        (
            "backpropagation",
            "comes to rest: at # with a noise of #,",
            [optimizers.NOISY["restless"].learning_rate, optimizers.NOISY["restless"].noise],
        ),
        (
            "backpropagation",
            "stops on the way: at # with a noise of #,",
            [optimizers.NOISY["arrives"].learning_rate, optimizers.NOISY["arrives"].noise],
        ),
        ("backpropagation", "from its first step to step #. Play", [playground.STEPS]),
        ("backpropagation", "no hidden layer, {one} with one of # units", [playground.PlaygroundSpec().units]),
        ("backpropagation", "with one of # tanh units", [playground.PlaygroundSpec().units]),
        ("dense", "with two layers of # a seed still misses it. Choose a width of #.", [4, 4]),
        ("dense", "growing width learns # real digits", [growth.DIGITS]),
        ("dense", "becomes wider, from # units to #.", [growth.WIDTHS[0], growth.WIDTHS[-1]]),
        ("dense", "a dense layer of # units grows", [growth.OUTPUTS]),
        ("dense", "A convolution with # filters", [growth.OUTPUTS]),
        ("dense", "of # × 8 pixels stand in the middle of a canvas of # × 14", [8, shifted.CANVAS]),
        ("dense", "All digits move by # pixels", [shifted.MARGIN]),
        (
            "pooling",
            "of ten units reads a flattened map of # × 32 cells and # channels",
            [parameters.SIDE, parameters.CHANNELS],
        ),
        ("pooling", "# real digits move to the right", [shift.DIGITS]),
        ("pooling", "if windows are # × 2", [PoolingSpec(kind=MAX).pool_size]),
        ("flatten", "Dense(#) has {parameters}", [FLATTENED_INTO]),
        ("flatten", "a dense layer of # units behind it", [FLATTENED_INTO]),
        ("batch_normalization", "Batches of # to # examples", [batches.SIZES[0], batches.SIZES[-1]]),
        ("layer_normalization", "With # blocks the seeds lie", [depths.SHALLOW]),
        ("layer_normalization", "with # blocks to {pre_last_48} with #,", [depths.SHALLOW, depths.DEEP]),
        ("flatten", "- [ ] # :: That is the example of the notes, [10, 10, 64].", [10 * 10 * 64]),
        ("flatten", "[[10, 10, 64] → [#]]", [10 * 10 * 64]),
        ("flatten", "[# parameters against #]", [10 * 10 * 64 * FLATTENED_INTO + FLATTENED_INTO, 65 * FLATTENED_INTO]),
    ],
)
def test_what_is_told_is_what_runs(lesson: str, words: str, figures: list[float]) -> None:
    text = (LESSONS / f"{lesson}.md").read_text(encoding="utf-8")
    found = re.search(re.escape(words).replace(r"\#", r"(\d[\d,]*(?:\.\d+)?)"), text)
    assert found, f"{lesson} does not say {words!r}"
    assert [float(figure.replace(",", "")) for figure in found.groups()] == pytest.approx(figures)


def test_a_kept_mean_forgets_its_start_as_told() -> None:
    """BN5: 0.9⁵⁰ is next to nothing, 0.99⁵⁰ six tenths."""
    assert "0.9⁵⁰ is left after 50 steps, next to nothing, of Keras's 0.99⁵⁰ six tenths" in LESSONS.joinpath(
        "batch_normalization.md"
    ).read_text(encoding="utf-8")
    assert 0.9**50 < 0.01
    assert pytest.approx(0.6, abs=0.01) == 0.99**50


def test_ten_units_are_ten() -> None:
    assert parameters.UNITS == 10


@pytest.mark.parametrize("pool_size", [2, 3, 4])
@pytest.mark.parametrize("dilation_rate", [1, 2])
def test_at_strides_1_the_window_takes_off_its_border_and_with_padding_nothing(
    pool_size: int, dilation_rate: int
) -> None:
    """PL1, where it stops."""
    span = (pool_size - 1) * dilation_rate + 1
    for padding, less in (("valid", span - 1), ("same", 0)):
        made = PoolingSpec(pool_size=pool_size, strides=1, padding=padding, dilation_rate=dilation_rate)
        rows, columns, _ = made.input_shape
        assert made.layer.output_shape(made.input_shape)[:2] == (rows - less, columns - less)
