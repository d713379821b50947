"""What always stands in view, worked out by hand; and where the lens begins."""

import dataclasses

import numpy as np
import pytest

from experiments.convolution.facts import facts
from experiments.convolution.microscope import microscope
from experiments.convolution.presets import PRESETS
from experiments.convolution.scene import scene
from experiments.convolution.spec import LOSSES, ConvolutionSpec
from experiments.edits import LIMIT


def test_facts_are_counted_by_hand() -> None:
    spec = ConvolutionSpec(filters=3, channels=3, kernel_size=3, strides=2, padding="1", dilation_rate=2)
    shape, parameters, operations, memory = facts(spec)
    assert shape == ("Output shape", "(23, 23, 3)", "⌊(48 + 2 − 5) / 2⌋ + 1 = 23")
    assert parameters == ("Parameters", "84", "3 × 3 × 3 × 3 + 3")
    assert operations == ("Multiply–adds", f"{23 * 23 * 3 * 3 * 3 * 3:,}", "23 × 23 × 3 × 3 × 3 × 3")
    assert memory == ("Memory", f"{4 * (48 * 48 * 3 + 84 + 23 * 23 * 3):,} bytes", "x, w, b and y in float32")
    plain = facts(ConvolutionSpec(use_bias=False))
    assert plain[1][1:] == ("9", "3 × 3 × 1 × 1")
    assert plain[0][2] == "⌊(48 − 3) / 1⌋ + 1 = 46"


def test_the_lens_begins_at_the_strongest_cell_and_names_its_loss() -> None:
    for loss, words in zip(LOSSES, ("L = ½ Σ y²", "L = Σ y", "L = one cell of y", "L = Σ r·y, r random"), strict=True):
        spec = ConvolutionSpec(loss=loss, filters=2)
        m, drawn = microscope(spec), scene(spec)
        assert drawn.phases[0].start == ("y", int(m.y.argmax()))
        assert drawn.phases[1].start == ("dw", int(np.abs(m.dw).argmax()))
        assert words in drawn.lanes[1]
        grid = {each.id: each for each in drawn.grids}
        assert grid["x"].axes[:2] == grid["y"].axes[:2] == ("row", "column")
        assert (grid["w"].edit.min, grid["w"].edit.max) == (-LIMIT, LIMIT)  # type: ignore[union-attr]
        assert (grid["dy"].note is None) == (loss == LOSSES[0])


def test_presets_are_the_kernels_of_the_books() -> None:
    sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    make = {name: preset.make for name, preset in PRESETS.items()}
    np.testing.assert_allclose(make["edge"](3, 0.0), sobel, atol=1e-12)
    np.testing.assert_allclose(make["edge"](3, np.pi / 2), sobel.T, atol=1e-12)
    np.testing.assert_allclose(make["edge"](3, np.pi / 4), (sobel + sobel.T) / np.sqrt(2), atol=1e-12)
    np.testing.assert_allclose(make["Laplacian"](3, 0.0), [[0, 1, 0], [1, -4, 1], [0, 1, 0]], atol=1e-12)
    np.testing.assert_allclose(make["corner"](3, 0.0), [[1, 0, -1], [0, 0, 0], [-1, 0, 1]], atol=1e-12)
    np.testing.assert_allclose(make["blur"](3, 0.0), np.outer([1, 2, 1], [1, 2, 1]) / 16, atol=1e-12)
    gabor = make["Gabor"](7, 0.0)
    assert gabor.sum() == pytest.approx(0, abs=1e-12)
    assert gabor[3].argmax() == 3  # a bright stripe in the middle, at 0° upright
    assert np.allclose(gabor, gabor[::-1])
    assert np.sign(gabor[3, [1, 3, 5]]).tolist() == [-1, 1, -1]  # stripes two thirds of a kernel apart
    np.testing.assert_allclose(make["Gabor"](7, np.pi / 2), gabor.T, atol=1e-12)


def test_filters_turn_through_half_a_circle_and_channels_share() -> None:
    bank = ConvolutionSpec(filters=4, channels=3).weights().kernel
    for f in range(4):
        turned = ConvolutionSpec(angle=45 * f).weights().kernel[:, :, 0, 0]
        np.testing.assert_allclose(bank[:, :, :, f].sum(axis=2), turned, atol=1e-12)
        np.testing.assert_allclose(bank[:, :, 0, f], bank[:, :, 2, f], atol=0)


def test_random_kernels_follow_the_seed() -> None:
    a, b, again = (ConvolutionSpec(kernel="random", seed=seed).weights().kernel for seed in (1, 2, 1))
    assert not np.array_equal(a, b)
    assert np.array_equal(a, again)


def test_edits_replace_their_own_cell_to_four_decimals() -> None:
    spec = ConvolutionSpec()
    edits = spec.with_edit("w", 4, 0.123456)
    assert edits == "w4:0.1235"
    spec = ConvolutionSpec(edits=edits)
    spec = ConvolutionSpec(edits=spec.with_edit("w", 4, -1.5))
    assert spec.edits == "w4:-1.5"
    spec = ConvolutionSpec(edits=spec.with_edit("b", 0, 0.25))
    assert spec.weights().kernel[1, 1, 0, 0] == -1.5
    assert spec.weights().bias is not None
    assert spec.weights().bias[0] == 0.25  # type: ignore[index]
    assert spec.with_edit("y", 3, 1.0) == spec.edits
    for wrong, words in (("w4:1,w4:2", "changed twice"), ("w4:1," * 4001, "at most 20,000 characters")):
        with pytest.raises(ValueError, match=words):
            ConvolutionSpec(edits=wrong)
    before = ConvolutionSpec(edits="w4:1")
    gone = ConvolutionSpec.mend(dataclasses.asdict(before) | {"filters": 2}, before)
    assert gone.spec.edits == ""
    assert "because filters has changed" in gone.notes[0]
