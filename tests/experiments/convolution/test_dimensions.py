"""CV2: each detector answers most where its pattern is, in text, recordings, photographs and clips."""

import dataclasses
import random
import re

import numpy as np
import pytest

from engine.datasets import PHOTOGRAPHS, RECORDINGS, recording, small_photograph
from engine.layers import Conv1D, Conv2D, Conv3D
from experiments.convolution.axes import (
    CLIP,
    DATA,
    LEFTWARDS,
    PHOTOGRAPH,
    RECORDING,
    RIGHTWARDS,
    DimensionsSpec,
    Run,
    over_text,
    written_otherwise,
)
from experiments.convolution.dimensions import (
    STILL,
    TURNING,
    find_edges,
    find_movement,
    find_pattern,
    find_phrase,
    show,
)
from experiments.convolution.presets import PRESETS
from experiments.shown import Lines, Maps, Text
from ui.prose import read

BY_THE_WAY = "By the way, she said by  the way: that is, by the way."
SENTENCES = (
    DimensionsSpec(),
    DimensionsSpec(phrase="in other words"),
    DimensionsSpec(phrase="by the way", sentence=BY_THE_WAY),
    DimensionsSpec(phrase="na", sentence="banana bandana na"),
    DimensionsSpec(phrase="aa", sentence="aaaa"),  # occurrences that overlap
    DimensionsSpec(phrase="straße", sentence="In der Straße 7"),
    DimensionsSpec(phrase=" the ", sentence="the end"),
    DimensionsSpec(phrase="for example", sentence="x"),  # longer than the text
)


def occurrences(phrase: str, words: str) -> list[int]:
    """Where str.find finds the phrase, overlapping or not."""
    found, at = [], words.find(phrase)
    while at >= 0:
        found.append(at)
        at = words.find(phrase, at + 1)
    return found


@pytest.mark.parametrize("spec", SENTENCES, ids=lambda spec: spec.phrase)
def test_all_characters_match_where_the_phrase_stands_and_nowhere_else(spec: DimensionsSpec) -> None:
    """CV2, text: the largest answer is the length of the phrase, exactly at the places that str.find gives."""
    result = find_phrase(spec)
    assert result.found.tolist() == occurrences(spec.phrase, spec.text)
    assert len(result.answers) == len(spec.text)
    for at, answer in enumerate(result.answers):
        assert answer == sum(a == b for a, b in zip(spec.phrase, spec.text[at:], strict=False))


def test_the_handbook_holds_the_phrase_and_near_misses() -> None:
    """CV2, at the page's setting: a capital letter costs one match, and stands out all the same."""
    spec = DimensionsSpec()
    result = find_phrase(spec)
    assert len(result.found) >= 2
    for at in occurrences("For example", spec.text):
        assert result.answers[at] == len(spec.phrase) - 1
    assert np.median(result.answers) <= 1


def test_the_phrase_written_otherwise_is_another_pattern() -> None:
    """CV2's limit: case, a longer gap, another order. A bias and a ReLU would leave the phrase alone."""
    result = find_phrase(DimensionsSpec(phrase="by the way", sentence=BY_THE_WAY))
    assert result.answers[0] == 9  # By the way
    assert result.answers[BY_THE_WAY.index("y  the way")] == 8  # a longer gap
    assert len(result.found) == 1
    assert (np.maximum(result.answers - 9, 0) > 0).nonzero()[0].tolist() == result.found.tolist()


@pytest.mark.parametrize(
    "phrase", ["for example", "by the way", "na", "aa", " a b", "ab ", "the the", "straße", "12", "a  b"]
)
def test_what_is_written_otherwise_never_holds_the_phrase(phrase: str) -> None:
    variants = written_otherwise(phrase)
    assert variants
    for words in variants.values():
        assert phrase not in words
        assert over_text(phrase, words, before=len(phrase) - 1).answers().max() < len(phrase)


@pytest.mark.parametrize("spec", SENTENCES, ids=lambda spec: spec.phrase)
def test_what_is_marked_is_what_matches(spec: DimensionsSpec) -> None:
    """The words that are shown: as many marks as the label says, on characters of the phrase."""
    listed, otherwise = (row for row in show(spec).rows if isinstance(row, Text))
    for passage in (*listed.passages, *otherwise.passages):
        assert len(passage.text) == len(passage.marks)
        assert passage.label.endswith(f": {passage.marks.count(2)} of {len(spec.phrase)}")
        assert all(
            character in spec.phrase for character, mark in zip(passage.text, passage.marks, strict=True) if mark == 2
        )
    result = find_phrase(spec)
    assert [passage.marks.count(2) for passage in listed.passages] == result.answers[result.strongest].tolist()
    apart = np.abs(np.subtract.outer(result.strongest, result.strongest))
    assert np.all((apart >= len(spec.phrase)) | np.eye(len(apart), dtype=bool))


@pytest.mark.parametrize("series", RECORDINGS)
@pytest.mark.parametrize("detector", ["spike", "rise", "wave"])
def test_the_places_of_a_form_agree_with_numpy(series: str, detector: str) -> None:
    """CV2, recordings: against np.correlate, and the places against a plain loop."""
    spec = DimensionsSpec(data=RECORDING, series=series, detector=detector)
    result, x = find_pattern(spec), recording(series)
    expected = np.correlate(x, result.run.kernel[:, 0, 0], "valid")
    np.testing.assert_allclose(result.answers, expected, atol=1e-12 * np.abs(x).max() * spec.kernel_size)
    places: list[int] = []
    for at in sorted(range(len(expected)), key=lambda at: -result.answers[at]):
        if 2 * result.answers[at] >= result.answers.max() and all(
            abs(at - other) >= spec.kernel_size for other in places
        ):
            places.append(at)
    assert result.places.tolist() == places
    assert result.places[0] == expected.argmax()


def test_the_spikes_of_a_nerve_cell_are_found() -> None:
    """CV2, at the page's setting, against spikes defined otherwise: where the potential is highest around."""
    spec = DimensionsSpec(data=RECORDING)
    x, result = recording(spec.series), find_pattern(spec)
    around = np.lib.stride_tricks.sliding_window_view(x, 41)
    high = [at + 20 for at, seen in enumerate(around) if seen[20] > -0.2 and seen[20] == seen.max()]
    spikes = [
        at for at, before in zip(high, [-50, *high], strict=False) if at - before > 20
    ]  # equal tops are one spike
    near = np.abs(np.subtract.outer(result.places + result.middle, spikes)) <= 5
    assert np.all(near.any(axis=1))  # nothing else is taken for a spike
    assert near.any(axis=0).mean() > 0.9  # measured: 55 of 57


@pytest.mark.parametrize("detector", ["spike", "rise", "wave"])
def test_a_level_gives_no_answer_and_twice_the_height_gives_twice_the_answer(detector: str) -> None:
    """CV2's words on recordings."""
    run = find_pattern(DimensionsSpec(data=RECORDING, detector=detector)).run
    assert abs(run.kernel.sum()) < 1e-12
    np.testing.assert_allclose(run._replace(x=run.x + 1).answers(), run.answers(), atol=1e-12)
    np.testing.assert_allclose(run._replace(x=2 * run.x).answers(), 2 * run.answers(), atol=1e-12)


@pytest.mark.parametrize("preset", ["edge", "Laplacian", "Gabor"])
def test_the_kernel_of_one_axis_does_what_that_of_two_does_on_equal_rows(preset: str) -> None:
    kernel, row = PRESETS[preset].make(11, 0.0), recording("EEG")[:60]
    plane = Run(Conv2D(1, 11, use_bias=False), kernel[..., None, None], np.tile(row, (11, 1))[..., None])
    line = Run(Conv1D(1, 11, use_bias=False), kernel.sum(axis=0)[:, None, None], row[:, None])
    np.testing.assert_allclose(plane.answers()[0], line.answers(), atol=1e-12)


@pytest.mark.parametrize("photograph", PHOTOGRAPHS)
def test_edges_are_strongest_where_the_photograph_grows_brighter(photograph: str) -> None:
    """CV2, photographs: columns to the right of the strongest place are brighter than those to the left."""
    result, x = find_edges(DimensionsSpec(data=PHOTOGRAPH, photograph=photograph)), small_photograph(photograph, 48)
    row, column = result.corner
    patch = x[row : row + 3, column : column + 3, 0]
    assert result.answers.max() == pytest.approx([1, 2, 1] @ (patch[:, 2] - patch[:, 0]))
    rises = np.sort((x[:, 2:, 0] - x[:, :-2, 0]).ravel())
    assert np.mean(patch[:, 2] - patch[:, 0]) > rises[int(0.95 * len(rises))]


@pytest.mark.parametrize("photograph", PHOTOGRAPHS)
@pytest.mark.parametrize("movement", [RIGHTWARDS, LEFTWARDS])
def test_a_movement_is_answered_in_its_direction_only(photograph: str, movement: str) -> None:
    """CV2, clips: the energy of the answers is far larger than in the other direction, and nothing rests in it."""
    result = find_movement(DimensionsSpec(data=CLIP, photograph=photograph, movement=movement))
    against = LEFTWARDS if movement == RIGHTWARDS else RIGHTWARDS
    assert {movement, against, STILL, TURNING} == set(result.kinds)
    assert result.size(movement) ** 2 >= 12 * result.size(against) ** 2  # measured: 23.7 and 24.6
    assert min(result.sizes[result.places(movement)]) > max(result.sizes[result.places(against)])
    assert result.sizes[result.places(STILL)].max() < 1e-15


def test_the_clip_moves_as_it_says() -> None:
    """Its frames are the photograph's own pixels, and it is known by them which way they go."""
    result = find_movement(DimensionsSpec(data=CLIP))
    x, wide = result.run.x, small_photograph("china", 48)
    for at, kind in enumerate(result.kinds):
        one, other = x[at], x[at + 1]
        step = {RIGHTWARDS: 1, LEFTWARDS: -1, STILL: 0}.get(kind)
        if step is not None:
            np.testing.assert_array_equal(other[:, 1:-1], np.roll(one, step, axis=1)[:, 1:-1])
        assert any(np.array_equal(one, wide[:, left : left + 48]) for left in range(wide.shape[1] - 47))


def test_another_movement_is_not_told_apart() -> None:
    """CV2's limit: the picture that moves down is answered more than the one that moves the other way."""
    spec = DimensionsSpec(data=CLIP)
    assert find_movement(spec, on_its_side=True).size(RIGHTWARDS) > 2 * find_movement(spec).size(LEFTWARDS)  # 2.6


def test_the_same_kernel_of_three_axes_on_one_frame_is_that_of_two() -> None:
    """CV2: the rule is the same; a single frame is a photograph, a single row a recording."""
    result = find_edges(DimensionsSpec(data=PHOTOGRAPH))
    kernel, x = result.run.kernel, result.run.x
    frame = Run(Conv3D(1, (1, 3, 3), use_bias=False), kernel[None], x[None])
    np.testing.assert_array_equal(frame.answers()[0], result.answers)
    row = Run(Conv1D(1, 3, use_bias=False), kernel[1], x[20])
    strip = Run(Conv2D(1, (1, 3), use_bias=False), kernel[1:2], x[20:21])
    np.testing.assert_array_equal(strip.answers()[0], row.answers())


@pytest.mark.parametrize(
    ("wanted", "rule"),
    [
        ({"phrase": "a"}, "a phrase has at least 2 characters"),
        ({"phrase": "  a  "}, "a phrase has at least 2 characters"),
        ({"phrase": ""}, "phrase cannot be empty here"),
        ({"phrase": "a" * 41}, "a phrase has at most 40 characters, not 41"),
        ({"sentence": "a" * 201}, "a sentence has at most 200 characters, not 201"),
        ({"sentence": "a\u202eb"}, "cannot be printed"),
        ({"data": "smell"}, "data must be text, recording, photograph or clip"),
    ],
)
def test_what_cannot_be_is_mended_and_said(wanted: dict[str, str], rule: str) -> None:
    spec, notes = DimensionsSpec.mend(wanted)
    assert spec == DimensionsSpec()
    assert len(notes) == 1
    assert rule in notes[0]


SETTINGS = [
    *SENTENCES,
    *(DimensionsSpec(data=data) for data in DATA[1:]),
    *(DimensionsSpec().surprise(random.Random(seed)) for seed in range(8)),
]


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_what_is_shown_fits_the_text(spec: DimensionsSpec) -> None:
    shown, text = show(spec), read("convolution")["CV2"]
    assert not re.search(r"\{\w+\}", str(text["Predict"]) + text["Where it stops"].text)
    told = text.fill(shown.numbers)
    assert not re.search(r"\{\w+\}", told["Reveal"].text + told[shown.case].text)
    assert [answer.right for answer in text["Predict"].answers].count(True) == 1
    for row in shown.rows:
        assert re.search(r"\d", row.alt)
        if isinstance(row, Maps):
            frames = {len(picture.values) for picture in row.pictures if picture.values.ndim == 3}
            assert frames <= {len(row.frames or ())}
        if isinstance(row, Lines):
            assert {len(values) for values in row.lines.values()} == {len(row.at)}
            assert all(0 <= mark < len(row.at) for mark in row.marks)


def test_the_table_gives_the_layers_own_shapes() -> None:
    table = show(DimensionsSpec()).rows[-1].columns
    assert table["layer"] == ["Conv1D", "Conv1D", "Conv2D", "Conv3D"]
    assert [shape.count(",") - 1 for shape in table["shape of the kernel"]] == [1, 1, 2, 3]
    assert table["shape of x"][-1] == "(27, 48, 48, 1)"


@pytest.mark.parametrize("data", DATA)
def test_only_what_matters_is_offered(data: str) -> None:
    """A setting that is in view changes what is found; one that is not changes nothing but the table of all four."""
    spec = DimensionsSpec(data=data)
    others = {"phrase": "in other words", "sentence": BY_THE_WAY, "series": "EEG", "detector": "rise"}
    others |= {"kernel_size": 11, "photograph": "flower", "movement": LEFTWARDS}
    assert set(others) == {field.name for field in DimensionsSpec.fields()} - {"data"}
    found = show(spec).numbers
    for name, value in others.items():
        assert (show(dataclasses.replace(spec, **{name: value})).numbers != found) == (name in spec.used)


def test_the_words_of_cv2_are_the_numbers_of_its_pictures() -> None:
    clip = show(DimensionsSpec(data=CLIP))
    result = find_movement(DimensionsSpec(data=CLIP))
    assert float(clip.numbers["ratio"]) == pytest.approx(result.size(RIGHTWARDS) / result.size(LEFTWARDS), abs=0.06)
    assert float(clip.numbers["ratio"]) > 4
    assert show(DimensionsSpec()).numbers["elsewhere"] == "10"  # letters of 11, at "For example"
    found = find_pattern(DimensionsSpec(data=RECORDING))
    series, answers = (row for row in show(DimensionsSpec(data=RECORDING)).rows if isinstance(row, Lines))
    assert np.array_equal(series.marks, found.places + found.middle)
    assert np.array_equal(np.asarray(answers.at)[answers.marks], series.marks)
