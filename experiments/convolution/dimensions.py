"""CV2: one layer finds a phrase in a text, a form in a recording, an edge in a photograph, a movement in a clip."""

from __future__ import annotations

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
    over_clip,
    over_photograph,
    over_recording,
    over_text,
    strongest_places,
)
from experiments.convolution.phrase import find_phrase, phrase_shown
from experiments.numbers import decimal, ends, significant, whole
from experiments.scene import Scale
from experiments.shown import Lines, Maps, Picture, Shown, Table

STILL, TURNING = "at rest", "turning"
ALONG = {TEXT: "characters", RECORDING: "time", PHOTOGRAPH: "rows, columns", CLIP: "time, rows, columns"}
GREY = Scale(1, "brightness")


class Pattern(NamedTuple):
    run: Run
    answers: Array  # (samples − kernel_size + 1,)
    places: Array  # (n,)  of answers at least half as large as the strongest, which comes first; none overlap
    middle: int  # from the first sample under the kernel to its middle


def find_pattern(spec: DimensionsSpec) -> Pattern:
    """Where the recording has the form of the kernel."""
    run = over_recording(spec)
    answers = run.answers()
    places = strongest_places(answers, apart=spec.kernel_size, least=answers.max() / 2)
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


def show(spec: DimensionsSpec) -> Shown:
    """What the layer finds in the learner's data, and what it is made of for each of the four."""
    if spec.data == TEXT:
        shown = phrase_shown(find_phrase(spec), spec)
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
            _frames(result, spec.movement, medians),
            Lines(
                at=np.arange(len(result.sizes)) + DEPTH // 2,
                lines={"size": result.sizes},
                x="frame in the middle of the kernel",
                y="root mean square of y",
                alt=f"Size of the answers over {len(result.sizes)} places in time; in the median: {medians}",
            ),
            _stripes(result.run),
        ],
        case="Clip",
    )


def _frames(result: Movement, movement: str, medians: str) -> Maps:
    """The clip and the answers, from the middle of the places with this movement on."""
    x, middle, matching = result.run.x[..., 0], DEPTH // 2, result.places(movement)
    captions = [
        f"frames {at} to {at + DEPTH - 1}, {kind}: size of the answers {significant(size)}"
        for at, (kind, size) in enumerate(zip(result.kinds, result.sizes, strict=True))
    ]
    return Maps(
        [
            Picture("x, the frame in the middle", x[middle : middle + len(captions)], GREY, "input"),
            Picture("y", result.answers, Scale(1), "activation"),
        ],
        f"A clip of {len(x)} frames and the answers; their size in the median: {medians}",
        frames=captions,
        start=matching[len(matching) // 2],
    )


def _stripes(run: Run) -> Maps:
    """What moves leaves a slanted stripe in one row of the picture, frame below frame; the kernel is such a stripe."""
    x, kernel = run.x[..., 0], run.kernel[..., 0, 0]
    row = x.shape[1] // 2
    return Maps(
        [
            Picture(f"row {row} of x, frame below frame", x[:, row], GREY, "input"),
            Picture("kernel, frame below frame", kernel[:, 1], Scale(0.2), "weight"),
        ],
        f"One row of the picture in {len(x)} frames: stripes that lean where it moves; and the slanted kernel",
    )


def _shape(array: Array) -> str:
    return f"({', '.join(whole(size) for size in array.shape)})"
