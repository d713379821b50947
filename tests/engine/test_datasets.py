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
    DAYS,
    LARGEST,
    PEOPLE,
    PHOTOGRAPHS,
    RECORDINGS,
    attendance,
    bills,
    court,
    crop,
    digits,
    english,
    parcels,
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


def test_the_corpus_says_of_everybody_what_the_rule_says() -> None:
    words, sentences = court()
    written = [" ".join(words[number] for number in sentence) for sentence in sentences]
    assert len(words) == len(set(words)) == 26
    assert len(sentences) == len(set(sentences)) == 9 * len(PEOPLE) == 72
    assert {number for sentence in sentences for number in sentence} == set(range(26))
    assert "the old king lives in the palace" in written
    assert "she is a young girl" in written
    for name, (royal, male, young) in PEOPLE.items():
        said = " ".join(sentence for sentence in written if name in sentence.split()).split()
        assert ("crown" in said, "hat" in said) == (royal, not royal)
        assert ("beard" in said, "dress" in said) == (male, not male)
        assert ("young" in said, "old" in said) == (young, not young)
    assert not any(len({*sentence} & {words.index(name) for name in PEOPLE}) > 1 for sentence in sentences)


def test_no_two_people_are_alike() -> None:
    assert len(set(PEOPLE.values())) == len(PEOPLE) == 8


def test_bills_are_the_data_set_tips() -> None:
    import plotly.express as px

    theirs, ours = px.data.tips(), bills()
    assert [{"Thu": "Thur"}.get(ours.days[day], ours.days[day]) for day in ours.day] == theirs["day"].tolist()
    np.testing.assert_array_equal(ours.dinner, theirs["time"] == "Dinner")
    np.testing.assert_array_equal(ours.guests, theirs["size"])
    np.testing.assert_array_equal(ours.smokers, theirs["smoker"] == "Yes")


def test_what_is_shared_is_read_only() -> None:
    _, *columns = bills()
    for array in (*columns, attendance().came, digits().images, recording("EEG")):
        assert not array.flags.writeable


def test_attendance_is_networkx_s() -> None:
    import networkx

    women, meetings, came = attendance()
    graph = networkx.davis_southern_women_graph()
    assert {(women[w], meetings[m]) for w, m in came} == {tuple(edge) for edge in graph.edges}
    assert (len(women), len(meetings), len(came)) == (18, 14, 89)


def test_parcels_come_a_day_early_or_late_at_most() -> None:
    ordered, arrived = parcels(0, 20_000)
    off = (arrived - ordered + 3) % 7 - 3
    shares = [float((off == days).mean()) for days in (-1, 0, 1)]
    np.testing.assert_allclose(shares, [0.25, 0.5, 0.25], atol=0.02)
    assert sum(shares) == 1
    assert len(DAYS) == 7
    assert not np.array_equal(parcels(1, 20_000).ordered, ordered)
