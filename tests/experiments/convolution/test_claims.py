"""CV1, CV3, CV5: the lesson's claims, by the very functions that the page calls."""

from typing import Any

import numpy as np
import pytest

from engine.arrays import leaves
from engine.datasets import CROPS
from experiments.convolution.parameters import SIDES, compare, dense, separable
from experiments.convolution.patterns import BRIGHTNESS, NEITHER, PATTERN, case, patterns
from experiments.convolution.patterns import prediction as patterns_prediction
from experiments.convolution.presets import PRESETS, kernel_bank
from experiments.convolution.shift import TRAVEL, shift
from experiments.convolution.shift import show as show_shift
from experiments.convolution.spec import DIGIT, ConvolutionSpec

PICTURES = tuple(CROPS)


@pytest.mark.parametrize("kernel", ["edge", "corner", "Gabor", "Laplacian"])
def test_the_strongest_answers_come_from_places_like_the_kernel(kernel: str) -> None:
    """CV1: over all photographs, the median fit at the strongest places is far above that of any place."""
    found = [patterns(ConvolutionSpec(picture=picture, kernel=kernel)) for picture in PICTURES]
    assert (
        np.median([p.fit for p in found]) > np.median([p.typical_fit for p in found]) + 0.08
    )  # measured: 0.17 to 0.51


def test_patches_and_answers_belong_together() -> None:
    """Each patch times the kernel is the answer shown beside it."""
    p = patterns(ConvolutionSpec())
    np.testing.assert_allclose(np.sum(p.strongest * p.kernel, axis=(1, 2)), p.answers, rtol=1e-12)
    assert p.answers[0] == max(p.answers)
    assert np.all(np.abs(p.fits) <= 1 + 1e-12)
    x = ConvolutionSpec().input()[:, :, 0]
    for (row, column, height, width), patch in zip(p.corners, p.strongest, strict=True):
        np.testing.assert_array_equal(x[row : row + height, column : column + width], patch)


@pytest.mark.parametrize("kernel", ["edge", "blur", "sharpen", "random"])
def test_an_answer_is_pattern_and_brightness(kernel: str) -> None:
    """CV1's words: fit × contrast of both, plus mean brightness × the sum of the weights, plus the bias."""
    p = patterns(ConvolutionSpec(kernel=kernel, edits="b0:0.5"))
    contrast = np.linalg.norm(p.strongest - p.strongest.mean(axis=(1, 2), keepdims=True), axis=(1, 2))
    parts = p.fits * contrast * p.contrast + p.gain * p.strongest.mean(axis=(1, 2)) + 0.5
    np.testing.assert_allclose(parts, p.answers, rtol=1e-10)


def test_the_places_do_not_overlap_and_stand_out() -> None:
    """CV1."""
    spec = ConvolutionSpec(kernel="Gabor", kernel_size=7)
    p = patterns(spec)
    rows, columns = np.abs(p.corners[:, None, :2] - p.corners[None, :, :2]).transpose(2, 0, 1)
    assert np.all((rows >= 7) | (columns >= 7) | np.eye(len(rows), dtype=bool))
    y, _ = spec.layer.forward(spec.weights().params, spec.input()[None])
    assert np.all(p.answers - np.median(y) >= (y.max() - np.median(y)) / 2)


@pytest.mark.parametrize("padding", ["same", "2"])
def test_the_edge_of_the_picture_is_no_pattern_of_it(padding: str) -> None:
    """CV1: against zero padding every picture has an edge; places that read padding do not count."""
    found, plain = patterns(ConvolutionSpec(padding=padding)), patterns(ConvolutionSpec())
    np.testing.assert_array_equal(found.corners, plain.corners)
    np.testing.assert_array_equal(found.answers, plain.answers)


@pytest.mark.parametrize(
    ("kernel", "right"),
    [
        ("edge", {PATTERN}),
        ("corner", {PATTERN}),
        ("emboss", {PATTERN}),
        ("Laplacian", {NEITHER}),  # it fits by a third, and so does much that is weaker: contrast decides
        ("blur", {BRIGHTNESS}),
        ("identity", {BRIGHTNESS}),
    ],
)
def test_which_answer_is_right_depends_on_the_kernel(kernel: str, right: set[int]) -> None:
    """CV1 and its limits, on every photograph."""
    for picture in PICTURES:
        assert patterns_prediction(patterns(ConvolutionSpec(picture=picture, kernel=kernel))) == right


@pytest.mark.parametrize(
    ("settings", "right"),
    [
        ({"kernel": "edge"}, {PATTERN}),
        ({"kernel": "identity"}, {BRIGHTNESS, PATTERN}),  # the strongest answer is the brightest pixel, on dark ground
        ({"kernel": "identity", "kernel_size": 2}, {BRIGHTNESS, PATTERN}),
        ({"kernel": "identity", "kernel_size": 5}, {BRIGHTNESS}),
        ({"kernel": "identity", "kernel_size": 7}, {NEITHER}),  # all four places answer 0
        ({"kernel": "random", "kernel_size": 2}, {NEITHER}),  # all weights are negative: it looks for the dark
        ({"edits": ",".join(f"w{cell}:0" for cell in range(9))}, {NEITHER}),
    ],
    ids=str,
)
def test_which_answer_is_right_on_a_digit(settings: dict[str, Any], right: set[int]) -> None:
    """CV1."""
    assert patterns_prediction(patterns(ConvolutionSpec(picture=DIGIT, **settings))) == right


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"kernel": "edge"}, "Better fit"),
        ({"kernel": "edge", "picture": DIGIT}, "Best fit"),
        ({"kernel": "blur", "kernel_size": 2}, "No pattern"),
        ({"kernel": "random", "kernel_size": 2}, "Dark"),
        ({"kernel": "identity", "kernel_size": 7, "picture": DIGIT}, "All alike"),
    ],
    ids=str,
)
def test_what_is_told_is_so(settings: dict[str, Any], told: str) -> None:
    """CV1: the words are chosen by what was found."""
    found = patterns(ConvolutionSpec(**settings))
    assert case(found) == told
    if told == "Better fit":
        assert found.best_fit > found.fits[0]
        assert found.best_answer < found.answers[0]


def test_a_kernel_larger_than_the_picture_still_has_places() -> None:
    """CV1: where every place reads padding, all of them count."""
    found = patterns(ConvolutionSpec(picture=DIGIT, kernel_size=5, dilation_rate=3, padding="same"))
    assert found.corners[:, 2:].tolist() == [[13, 13]] * len(found.corners)
    np.testing.assert_allclose(np.sum(found.strongest * found.kernel, axis=(1, 2)), found.answers, rtol=1e-12)


def test_blur_has_no_pattern_to_look_for() -> None:
    """CV1's limit: the strongest answer of a kernel without a pattern is the brightest place, at no fit at all."""
    box = kernel_bank("blur", 2, 1, 1, 0.0)
    assert np.ptp(box) == 0
    found = patterns(ConvolutionSpec(kernel="blur", kernel_size=2))
    assert np.all(found.fits == 0)
    assert found.brighter[0] == 1


def test_presets_have_the_sizes_that_their_table_says() -> None:
    for name, preset in PRESETS.items():
        for size in (size for size in (1, 2, 3, 5, 7) if size >= preset.least_size):
            kernel = preset.make(size, 0.0)
            assert kernel.shape == (size, size), name
            np.testing.assert_allclose(kernel[kernel > 0].sum(), preset.peak, err_msg=name)
            np.testing.assert_allclose(kernel.sum(), preset.gain, atol=1e-12, err_msg=name)
    np.testing.assert_array_equal(PRESETS["edge"].make(3, 0.0), [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


@pytest.mark.parametrize(
    "spec",
    [
        ConvolutionSpec(),
        ConvolutionSpec(filters=6, channels=3, groups=3, kernel_size=5, padding="same", use_bias=False),
        ConvolutionSpec(filters=4, strides=2, dilation_rate=2, padding="1"),
    ],
    ids=str,
)
def test_counts_are_the_sizes_of_the_arrays(spec: ConvolutionSpec) -> None:
    """CV3, for the layer, the separable pair and the dense layer."""
    shape, rng = (12, 12, spec.channels), np.random.default_rng(0)
    for network in (spec.layer, separable(spec.layer, spec.channels), dense(spec.layer, shape)):
        params, _ = network.init(rng, shape)
        assert network.parameter_count(shape) == sum(array.size for _, array in leaves(params))


def test_the_dense_layer_grows_with_the_picture_and_the_kernel_does_not() -> None:
    """CV3."""
    result = compare(ConvolutionSpec(), 48)
    assert result.sides == SIDES
    assert len(set(result.convolution)) == 1
    side = np.array(SIDES)
    np.testing.assert_array_equal(result.dense, (side**2 + 1) * (side - 2) ** 2)
    assert result.ratio == 487_738


def test_strides_and_separable_kernels_save_work() -> None:
    """CV3: strides cut operations, not parameters; a separable layer cuts both once there are channels and filters."""
    rows = {row.label: row for row in compare(ConvolutionSpec(channels=3, filters=8), 48).rows}
    assert rows["strides 2"].parameters == rows["your layer"].parameters
    assert rows["strides 2"].operations * 3 < rows["your layer"].operations
    assert rows["depthwise-separable"].parameters * 2 < rows["your layer"].parameters
    assert rows["depthwise-separable"].operations * 2 < rows["your layer"].operations


@pytest.mark.parametrize("settings", [{}, {"channels": 3}, {"filters": 8}], ids=str)
def test_a_separable_layer_is_left_out_where_it_saves_nothing(settings: dict[str, Any]) -> None:
    """CV3: with one channel there is nothing to mix, with one filter nothing to share."""
    result = compare(ConvolutionSpec(**settings), 48)
    assert "depthwise-separable" not in result.by_label
    assert not result.separable
    assert compare(ConvolutionSpec(channels=3, filters=8), 48).separable


@pytest.mark.parametrize("kernel", list(PRESETS))
@pytest.mark.parametrize("picture", [*PICTURES[:2], "handwritten digit"])
@pytest.mark.parametrize("padding", ["valid", "same", "2"])
def test_moving_the_input_moves_the_output_exactly(kernel: str, picture: str, padding: str) -> None:
    """CV5: conv(shift(x)) = shift(conv(x)), bit for bit."""
    result = shift(ConvolutionSpec(kernel=kernel, picture=picture, padding=padding))
    assert np.all(result.compared >= 100)
    np.testing.assert_array_equal(result.agreeing, result.compared)
    assert np.ptp(result.outputs[0]) > 0.1  # there is something to move


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_the_pooled_answer_stands_still(padding: str) -> None:
    """CV5: the largest output is the same wherever the picture stands."""
    spec = ConvolutionSpec(filters=4, padding=padding)
    result = shift(spec)
    assert show_shift(spec).case == "Still"
    assert np.ptp(result.pooled, axis=0).tolist() == [0, 0, 0, 0]
    assert np.all(np.abs(result.pooled) > 0.1)


def test_the_canvas_adds_no_edge_of_its_own() -> None:
    """CV5: beside the picture an edge kernel finds nothing, and the largest output is the picture's."""
    spec = ConvolutionSpec()
    result, margin = shift(spec), spec.kernel_size - 1
    np.testing.assert_array_equal(result.outputs[-1][:, :TRAVEL], 0)
    picture = result.moved[0][margin:-margin, margin : -margin - TRAVEL]
    y, _ = spec.layer.forward(spec.weights().params, picture[None, :, :, None])
    assert result.outputs.max() == y.max()


@pytest.mark.parametrize("strides", [1, 2, 3])
def test_the_shift_opens_where_the_kernel_has_gone_one_place(strides: int) -> None:
    """CV5: unmoved, there is nothing to see."""
    spec = ConvolutionSpec(strides=strides)
    row, result = show_shift(spec).rows[0], shift(spec)
    assert row.start == strides
    assert result.whole[row.start]
    assert np.any(result.outputs[row.start] != result.outputs[0])


def test_with_strides_only_whole_steps_carry_over() -> None:
    """CV5's limit: at strides 2, moving by one column gives other numbers, not the same ones elsewhere."""
    result = shift(ConvolutionSpec(strides=2))
    whole = result.whole
    np.testing.assert_array_equal(whole, result.shifts % 2 == 0)
    np.testing.assert_array_equal(result.agreeing[whole], result.compared[whole])
    assert np.all(result.agreeing[~whole] < 0.7 * result.compared[~whole])  # measured: at most 0.43
    assert np.all(np.abs(result.difference[~whole]).max(axis=(1, 2)) > 0.5)
    assert show_shift(ConvolutionSpec(strides=2)).case == "Not still"
    between = result.outputs[1][:, :-1]
    assert not np.isin(np.round(between, 9), np.round(result.outputs[0], 9)).all()
