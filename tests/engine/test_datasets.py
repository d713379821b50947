import subprocess
import sys
from collections.abc import Callable
from pydoc_data.topics import topics

import numpy as np
import pytest
from matplotlib.cbook import get_sample_data
from sklearn.datasets import load_digits, load_sample_image

from engine.datasets import (
    CROPS,
    LARGEST,
    PHOTOGRAPHS,
    RECORDINGS,
    crop,
    digits,
    english,
    photograph,
    recording,
    small_photograph,
)


def test_digits_are_scikit_learns() -> None:
    theirs = load_digits()
    images, labels = digits()
    assert images.shape == (1797, 8, 8, 1)
    assert images.dtype == np.float32
    np.testing.assert_array_equal(images[..., 0] * 16, theirs.images)
    np.testing.assert_array_equal(labels, theirs.target)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_photographs_are_scikit_learns(name: str) -> None:
    np.testing.assert_array_equal(np.round(photograph(name) * 255), load_sample_image(f"{name}.jpg"))
    assert photograph(name).dtype == np.float64


@pytest.mark.parametrize("size", [24, 32, 48, 64])
@pytest.mark.parametrize("name", CROPS)
def test_crops(name: str, size: int) -> None:
    source, (left, top, right, bottom) = CROPS[name]
    assert right - left == bottom - top >= 64
    grey, colour = crop(name, size), crop(name, size, grey=False)
    assert grey.shape == (size, size, 1)
    assert colour.shape == (size, size, 3)
    for picture in (grey, colour):
        assert picture.dtype == np.float64
        assert 0 <= picture.min() < 0.25
        assert 0.65 < picture.max() <= 1
        assert picture.std() > 0.1
    # luminance, up to rounding to 8 bits and what the filter makes of it
    luminance = colour @ [0.299, 0.587, 0.114]
    assert np.abs(luminance - grey[..., 0]).mean() < 0.005
    # upright, and the part of the photograph that its box says: rows of blocks have the photograph's mean
    whole = photograph(source)[top:bottom, left:right]
    for half in (slice(None, size // 2), slice(size // 2, None)):
        part = slice(0, (bottom - top) // 2) if half.start is None else slice((bottom - top) // 2, None)
        np.testing.assert_allclose(colour[half].mean(axis=(0, 1)), whole[part].mean(axis=(0, 1)), atol=0.02)
        np.testing.assert_allclose(colour[:, half].mean(axis=(0, 1)), whole[:, part].mean(axis=(0, 1)), atol=0.02)


def test_arrays_are_shared_and_cannot_be_changed() -> None:
    assert digits() is digits()
    assert crop("roof", 32) is crop("roof", 32)
    assert photograph("china") is photograph("china")
    for array in (*digits(), photograph("china"), crop("roof"), crop("roof", grey=False)):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_impossible_arguments() -> None:
    with pytest.raises(ValueError, match=r"a crop must be one of temple, .* not 'moon'"):
        crop("moon")
    with pytest.raises(ValueError, match="a photograph must be one of china, flower, not 'moon'"):
        photograph("moon")
    with pytest.raises(ValueError, match="size must be at least 1, not 0"):
        crop("roof", 0)
    with pytest.raises(ValueError, match=f"size must be at most {LARGEST} pixels, not {LARGEST + 1}"):
        crop("roof", LARGEST + 1)


def test_the_packages_of_the_data_are_not_imported() -> None:
    code = (
        "import sys; from engine.datasets import digits, recording; digits(); recording('EEG')\n"
        "assert not {'sklearn', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_small_photograph_is_the_whole_of_it(name: str) -> None:
    small, whole = small_photograph(name, 48), photograph(name) @ [0.299, 0.587, 0.114]
    assert small.shape == (48, 72, 1)
    assert small.dtype == np.float64
    assert 0 <= small.min() < small.max() <= 1
    for part in (np.s_[:24, :36], np.s_[:24, 36:], np.s_[24:, :36], np.s_[24:, 36:]):
        rows, columns = (
            slice(s.start and middle, s.stop and middle) for s, middle in zip(part, (213, 320), strict=True)
        )
        assert small[part].mean() == pytest.approx(whole[rows, columns].mean(), abs=0.02)


def test_recordings_are_matplotlibs() -> None:
    with get_sample_data("membrane.dat") as file:
        np.testing.assert_array_equal(recording("membrane potential"), np.frombuffer(file.read(), np.float32))
    with get_sample_data("eeg.dat") as file:
        np.testing.assert_array_equal(recording("EEG"), np.frombuffer(file.read(), float).reshape(800, 4)[:, 0])
    with get_sample_data("goog.npz") as file:
        np.testing.assert_array_equal(recording("share price"), file["price_data"]["adj_close"])
    for name in RECORDINGS:
        assert recording(name).dtype == np.float64
        assert np.isfinite(recording(name)).all()
        with pytest.raises(ValueError, match="read-only"):
            recording(name)[0] = 0


def test_english_is_the_handbooks_word_for_word() -> None:
    words = english("comparisons")
    assert words.split() == topics["comparisons"].split()
    assert "  " not in words
    assert "\n" not in words


@pytest.mark.parametrize(
    ("ask", "rule"),
    [
        (lambda: recording("seismograph"), r"a recording must be one of membrane potential, .* not 'seismograph'"),
        (lambda: english("cooking"), "there is no chapter 'cooking'"),
        (lambda: small_photograph("moon"), "a photograph must be one of china, flower, not 'moon'"),
        (lambda: small_photograph("china", LARGEST + 1), "height must be at most 256 pixels, not 257"),
        (lambda: small_photograph("china", 0), "height must be at least 1, not 0"),
    ],
)
def test_what_is_not_there(ask: Callable[[], object], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        ask()
