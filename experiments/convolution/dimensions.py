"""CV2: one layer finds a phrase in a text, a form in a recording, an edge in a photograph, a movement in a clip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.convolution.axes import (
    CLIP,
    DEPTH,
    LEFTWARDS,
    PHOTOGRAPH,
    RECORDING,
    RIGHTWARDS,
    STEPS,
    TEXT,
    DimensionsSpec,
    Run,
    one_hot,
    over_clip,
    over_photograph,
    over_recording,
    over_text,
    written_otherwise,
)
from experiments.numbers import decimal, ends, significant, whole
from experiments.scene import Scale
from experiments.shown import Lines, Maps, Passage, Picture, Shown, Table, Text

LISTED, BESIDE = 8, 12  # places of the text that are shown, and characters before and after them
STILL, TURNING = "at rest", "turning"
ALONG = {TEXT: "characters", RECORDING: "time", PHOTOGRAPH: "rows, columns", CLIP: "time, rows, columns"}
GREY = Scale(1, "brightness")


class Phrase(NamedTuple):
    run: Run
    answers: Array  # (characters,)  how many match, if the phrase begins here
    found: Array  # (n,)  where all match
    strongest: Array  # (≤ LISTED,)  places that do not overlap
    otherwise: Mapping[str, tuple[str, int]]  # the phrase written otherwise, and the best place for the kernel on it


def find_phrase(spec: DimensionsSpec) -> Phrase:
    """How many characters match at every place of the text."""
    run, length = over_text(spec.phrase, spec.text), len(spec.phrase)
    answers = run.answers()
    otherwise = {}
    for name, words in written_otherwise(spec.phrase).items():
        alone = over_text(spec.phrase, words, before=length - 1).answers()
        otherwise[name] = words, int(alone.argmax()) - (length - 1)
    strongest = _strongest(answers, apart=length, least=min(1, answers.max()))[:LISTED]
    return Phrase(run, answers, np.flatnonzero(answers == length), strongest, otherwise)


class Pattern(NamedTuple):
    run: Run
    answers: Array  # (samples − kernel_size + 1,)
    places: Array  # (n,)  of answers at least half as large as the strongest, which comes first; none overlap
    middle: int  # from the first sample under the kernel to its middle


def find_pattern(spec: DimensionsSpec) -> Pattern:
    """Where the recording has the form of the kernel."""
    run = over_recording(spec)
    answers = run.answers()
    places = _strongest(answers, apart=spec.kernel_size, least=answers.max() / 2)
    return Pattern(run, answers, places, spec.kernel_size // 2)


class Edges(NamedTuple):
    run: Run
    answers: Array  # (rows, columns)
    corner: tuple[int, int]  # of the window with the strongest answer


def find_edges(spec: DimensionsSpec) -> Edges:
    """Where the photograph grows brighter from left to right."""
    run = over_photograph(spec)
    answers = run.answers()
    row, column = np.unravel_index(answers.argmax(), answers.shape)
    return Edges(run, answers, (int(row), int(column)))


class Movement(NamedTuple):
    """M places of the kernel in time; at each it sees DEPTH frames."""

    run: Run
    answers: Array  # (M, rows, columns)
    kinds: tuple[str, ...]  # (M,)  what the picture does in the frames that are seen
    sizes: Array  # (M,)  root mean square of the answers

    def size(self, kind: str) -> float:
        """The median where the picture does this."""
        return float(np.median(self.sizes[self.places(kind)]))

    def places(self, kind: str) -> list[int]:
        return [at for at, other in enumerate(self.kinds) if other == kind]


def find_movement(spec: DimensionsSpec, on_its_side: bool = False) -> Movement:
    """When the kernel answers, while the picture goes right, rests, and goes left; on its side: down, and up."""
    run = over_clip(spec)
    if on_its_side:
        run = run._replace(x=np.ascontiguousarray(run.x.swapaxes(1, 2)))
    answers = run.answers()
    seen = [set(STEPS[at : at + DEPTH - 1]) for at in range(len(answers))]
    names = {1: RIGHTWARDS, 0: STILL, -1: LEFTWARDS}
    kinds = tuple(names[min(ways)] if len(ways) == 1 else TURNING for ways in seen)
    return Movement(run, answers, kinds, np.sqrt(np.mean(answers**2, axis=(1, 2))))


def _strongest(answers: Array, apart: int, least: float) -> Array:
    """Places from the largest answer on, none within `apart` of one before."""
    free, places = answers >= least, []
    for at in np.argsort(-answers, kind="stable"):
        if free[at]:
            places.append(at)
            free[max(0, at - apart + 1) : at + apart] = False
    return np.array(places, int)


def show(spec: DimensionsSpec) -> Shown:
    """What the layer finds in the learner's data, and what it is made of for each of the four."""
    if spec.data == TEXT:
        shown = _text(find_phrase(spec), spec)
    elif spec.data == RECORDING:
        shown = _recording(find_pattern(spec), spec)
    elif spec.data == PHOTOGRAPH:
        shown = _photograph(find_edges(spec))
    else:
        shown = _clip(find_movement(spec), find_movement(spec, on_its_side=True), spec)
    return Shown(shown.numbers, [*shown.rows, _table(spec)], case=shown.case)


def _table(spec: DimensionsSpec) -> Table:
    """The same layer for all data: how many axes it has, and its sizes."""
    runs = {
        TEXT: over_text(spec.phrase, spec.text),
        RECORDING: over_recording(spec),
        PHOTOGRAPH: over_photograph(spec),
        CLIP: over_clip(spec),
    }
    layers = [type(run.layer).__name__ for run in runs.values()]
    return Table(
        {
            "data": list(runs),
            "layer": layers,
            "slides along": [ALONG[data] for data in runs],
            "shape of x": [_shape(run.x) for run in runs.values()],
            "shape of the kernel": [_shape(run.kernel) for run in runs.values()],
        },
        alt="; ".join(f"{data}: {layer}, along {ALONG[data]}" for data, layer in zip(runs, layers, strict=True)),
    )


def _text(result: Phrase, spec: DimensionsSpec) -> Shown:
    answers, length, found = result.answers, len(spec.phrase), len(result.found)
    elsewhere = whole(answers[answers < length].max())
    distinct = list(dict.fromkeys(spec.phrase))
    kernel = Picture(
        f"kernel: a row each for {' '.join(distinct).replace('   ', ' ␣ ')}",
        one_hot(spec.phrase, distinct).T,
        Scale(1),
        "weight",
    )
    listed = [_passage(f"place {whole(at)}", spec.text, int(at), spec.phrase) for at in result.strongest]
    otherwise = [_passage(name, words, at, spec.phrase) for name, (words, at) in result.otherwise.items()]
    return Shown(
        numbers={
            "found": whole(found),
            "length": whole(length),
            "elsewhere": elsewhere,
            "ordinary": whole(np.median(answers)),
        },
        rows=[
            Maps([kernel], f"{length} characters of the phrase, {len(distinct)} of them different, as ones"),
            Lines(
                at=np.arange(len(answers)),
                lines={"answer": answers},
                x="place in the text",
                y="characters that match",
                marks=result.found,
                alt=f"{whole(len(answers))} places: {found} answer {length}, the others at most {elsewhere}",
            ),
            Text(listed, f"The {len(listed)} strongest places: {_answers(listed)}"),
            Text(otherwise, f"The phrase written otherwise: {_answers(otherwise)}"),
        ],
        case="Text that has the phrase" if found else "Text without the phrase",
    )


def _passage(name: str, words: str, at: int, phrase: str) -> Passage:
    """The words around a place of the kernel: what it covers, and what of that matches."""
    start, stop = max(0, at - BESIDE), min(len(words), at + len(phrase) + BESIDE)
    covered = range(at, at + len(phrase))
    marks = [(1 + (words[i] == phrase[i - at])) if i in covered else 0 for i in range(start, stop)]
    return Passage(f"{name}: {marks.count(2)} of {len(phrase)}", words[start:stop], marks)


def _answers(passages: list[Passage]) -> str:
    return "; ".join(passage.label for passage in passages)


def _recording(result: Pattern, spec: DimensionsSpec) -> Shown:
    x, answers, kernel = result.run.x[:, 0], result.answers, result.run.kernel[:, 0, 0]
    middles = result.places + result.middle
    strongest, place = significant(answers.max()), whole(middles[0])
    ringed = f"{whole(len(middles))} places are ringed, the strongest at {place}"
    return Shown(
        numbers={"strongest": strongest, "place": place, "count": whole(len(middles))},
        rows=[
            Lines(
                at=np.arange(len(x)),
                lines={spec.series: x},
                x="sample",
                y=f"x, {spec.series}",
                marks=middles,
                alt=f"{spec.series}, {whole(len(x))} samples, {ends(x)}; {ringed}",
            ),
            Maps(
                [Picture("kernel", kernel[None], Scale(float(np.abs(kernel).max())), "weight")],
                f"{len(kernel)} weights, {ends(kernel)}",
            ),
            Lines(
                at=np.arange(len(answers)) + result.middle,
                lines={"answer": answers},
                x="sample in the middle of the kernel",
                y="y",
                marks=result.places,
                alt=f"Answers, {ends(answers)}; {ringed}, {strongest}",
            ),
        ],
        case="Recording",
    )


def _photograph(result: Edges) -> Shown:
    x, kernel = result.run.x[..., 0], result.run.kernel[..., 0, 0]
    strongest, place = significant(result.answers.max()), f"[{result.corner[0]}, {result.corner[1]}]"
    pictures = [
        Picture("x, strongest place", x, GREY, "input", marks=np.array([[*result.corner, *kernel.shape]])),
        Picture("kernel", kernel, Scale(2), "weight"),
        Picture("y", result.answers, Scale(2), "activation"),
    ]
    alt = f"The photograph, the kernel and its answers; the strongest is {strongest}, at {place}"
    return Shown({"strongest": strongest, "place": place}, [Maps(pictures, alt)], case="Photograph")


def _clip(result: Movement, on_its_side: Movement, spec: DimensionsSpec) -> Shown:
    against = LEFTWARDS if spec.movement == RIGHTWARDS else RIGHTWARDS
    sizes = {kind: result.size(kind) for kind in (spec.movement, STILL, against)}
    x, kernel = result.run.x[..., 0], result.run.kernel[..., 0, 0]
    middle, row = DEPTH // 2, x.shape[1] // 2
    captions = [
        f"frames {at} to {at + DEPTH - 1}, {kind}: size of the answers {significant(size)}"
        for at, (kind, size) in enumerate(zip(result.kinds, result.sizes, strict=True))
    ]
    matching = result.places(spec.movement)
    medians = ", ".join(f"{kind} {significant(size)}" for kind, size in sizes.items())
    return Shown(
        numbers={
            "movement": spec.movement,
            "against": against,
            "match": significant(sizes[spec.movement]),
            "opposite": significant(sizes[against]),
            "ratio": decimal(sizes[spec.movement] / sizes[against], 1),
            "rest": significant(sizes[STILL]),
            "down": significant(on_its_side.size(RIGHTWARDS)),
        },
        rows=[
            Maps(
                [
                    Picture("x, the frame in the middle", x[middle : middle + len(captions)], GREY, "input"),
                    Picture("y", result.answers, Scale(1), "activation"),
                ],
                f"A clip of {len(x)} frames and the answers; their size in the median: {medians}",
                frames=captions,
                start=matching[len(matching) // 2],
            ),
            Lines(
                at=np.arange(len(captions)) + middle,
                lines={"size": result.sizes},
                x="frame in the middle of the kernel",
                y="root mean square of y",
                alt=f"Size of the answers over {len(captions)} places in time; in the median: {medians}",
            ),
            Maps(
                [
                    Picture(f"row {row} of x, frame below frame", x[:, row], GREY, "input"),
                    Picture("kernel, frame below frame", kernel[:, 1], Scale(0.2), "weight"),
                ],
                f"One row of the picture in {len(x)} frames: stripes that lean where it moves; and the slanted kernel",
            ),
        ],
        case="Clip",
    )


def _shape(array: Array) -> str:
    return f"({', '.join(whole(size) for size in array.shape)})"
