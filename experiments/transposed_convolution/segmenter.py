"""TC5: transposed convolutions bring an answer for every pixel back to the original size, and skip links its place.

    z = network(x),  one number a pixel;   stroke where z > 0;   IoU = |found ∩ true| / |found ∪ true|, over all pixels

A digit lies somewhere on 16 × 16 pixels, among pixels of clutter, drawn one by one. These are as bright as its own, so
that no threshold tells them apart. A network goes down to 4 × 4 and back, with skip links or without; a third one never
leaves the full size. Width, learning rate, steps, layers and how many pixels are clutter were chosen on digits that are
neither learned from nor reported. The threshold is chosen on these, too.

Ronneberger, Fischer and Brox 2015, "U-Net", https://arxiv.org/abs/1505.04597
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import Conv2D, Conv2DTranspose, MaxPooling2D, ReLU
from engine.layers.layer import Layer
from engine.losses import binary_cross_entropy
from engine.network import Sequential
from engine.optimizers import Adam
from engine.skips import Concatenate
from engine.training import Training, steps
from experiments.numbers import counted, decimal, spread, whole
from experiments.scene import Scale
from experiments.several import parts
from experiments.shown import Lines, Part, Row, Sheet, Shown, Table
from experiments.transposed_convolution.autoencoder import split

SEEDS = range(5)
STEPS = 200
EVERY = 25  # steps from one look at the held-out pictures to the next
WIDTH, LEARNING_RATE, BATCH = 6, 0.02, 8
SIDE, DIGIT = 16, 8  # pixels a side
CLUTTER = 0.2  # share of the pixels that are clutter
FAINT, STROKE = 0.25, 0.5  # fainter pixels of a digit are not drawn; from this brightness on it is a stroke
LEARNED, CHOSEN_BY, TESTED = 1000, 300, 200  # pictures
SHOWN = 8  # held-out pictures in the table: the first
WITH, WITHOUT, FULL = "with skip links", "without skip links", "all at full size"


class Pictures(NamedTuple):
    x: Array  # (N, 16, 16, 1)  brightness
    strokes: Array  # (N, 16, 16, 1)  1 where there is a stroke of the digit, else 0


class Segmented(NamedTuple):
    """IoU on the tested pictures, by network."""

    at: tuple[int, ...]  # steps at which it was looked
    curves: dict[str, Array]  # (seeds, looks): those that are trained, or the first one so far
    seeds: int  # that are trained
    found: dict[str, Array]  # (SHOWN, 16, 16)  1 where the first seed's network says stroke
    threshold: float  # brightness
    by_threshold: float  # its IoU

    @property
    def whole(self) -> bool:
        return self.seeds > 0

    def final(self, name: str) -> Array:
        """(seeds,)"""
        return self.curves[name][:, -1]


def on_clutter(digits: Array, count: int, clutter: float, rng: np.random.Generator) -> Pictures:
    """The first so many of the digits, again from the first if need be, each somewhere among clutter."""
    bright = digits[digits >= FAINT]
    x = np.where(rng.random((count, SIDE, SIDE, 1)) < clutter, rng.choice(bright, (count, SIDE, SIDE, 1)), 0)
    strokes = np.zeros_like(x)
    corners = rng.integers(0, SIDE - DIGIT + 1, (count, 2))
    for picture, truth, digit, (row, column) in zip(
        x, strokes, np.resize(digits, (count, 8, 8, 1)), corners, strict=True
    ):
        place = np.s_[row : row + DIGIT, column : column + DIGIT]
        picture[place] = np.where(digit >= FAINT, digit, picture[place])
        truth[place] = digit >= STROKE
    return Pictures(x.astype(np.float32), strokes.astype(np.float32))


def pictures(clutter: float = CLUTTER) -> tuple[Pictures, Pictures, Pictures]:
    """Learned from, chosen by, tested: of digits that no other part has. The same for all seeds."""
    data = split()
    return (
        on_clutter(data.learned, LEARNED, clutter, np.random.default_rng((0, 51))),
        on_clutter(data.chosen_by, CHOSEN_BY, clutter, np.random.default_rng((0, 52))),
        on_clutter(data.tested, TESTED, clutter, np.random.default_rng((0, 53))),
    )


def iou(found: Array, wanted: Array) -> float:
    """Over all pixels of all pictures; where nothing is found that is there, 0."""
    found, wanted = found > 0, wanted > 0
    return float((found & wanted).sum() / (found | wanted).sum())


def best_threshold(by: Pictures) -> float:
    """The brightness from which on a pixel is best called a stroke; brightness comes in 17 grades."""
    grades = np.arange(17) / 16
    return float(max(grades, key=lambda grade: iou(by.x >= grade, by.strokes)))


def segmenter(linked: bool) -> Sequential:
    """16 × 16 → 8 × 8 → 4 × 4 → 8 × 8 → 16 × 16. A link hands on what was there before the way down."""
    deep = _around((*_seen(4 * WIDTH), Conv2DTranspose(2 * WIDTH, 2, 2), ReLU()), linked)
    middle = _around((*_seen(2 * WIDTH), deep, Conv2DTranspose(WIDTH, 2, 2), ReLU()), linked)
    return Sequential((*_seen(WIDTH), middle, Conv2D(1, 3, padding="same")))


def _around(layers: tuple[Layer, ...], linked: bool) -> Layer:
    """Down by half and through the layers, with what came before beside it: a ReLU's output passes a ReLU unchanged."""
    way = Sequential((MaxPooling2D(2), *layers))
    return Concatenate((ReLU(), way)) if linked else way


def _seen(filters: int) -> tuple[Layer, Layer]:
    return Conv2D(filters, 3, padding="same"), ReLU()


def at_full_size() -> Sequential:
    """Three convolutions, none of which makes anything smaller."""
    return Sequential((*_seen(2 * WIDTH), *_seen(2 * WIDTH), Conv2D(1, 3, padding="same")))


def networks() -> dict[str, Sequential]:
    return {WITH: segmenter(linked=True), WITHOUT: segmenter(linked=False), FULL: at_full_size()}


def segmented() -> Iterator[tuple[float, Segmented | None]]:
    """Trains all networks side by side, seed by seed: (share that is done, results when there are new ones)."""
    learned, chosen_by, tested = pictures()
    threshold = best_threshold(chosen_by)
    by_threshold = iou(tested.x >= threshold, tested.strokes)
    at = tuple(step for step in range(1, STEPS + 1) if step % EVERY == 0 or step == STEPS)
    trained: dict[str, list[list[float]]] = {name: [] for name in networks()}
    found: dict[str, Array] = {}

    def result(curves: dict[str, list[list[float]]], seeds: int) -> Segmented:
        looks = len(next(iter(curves.values()))[0]) if next(iter(curves.values())) else 0
        arrays = {name: np.array(rows).reshape(len(rows), looks) for name, rows in curves.items()}
        return Segmented(at[:looks], arrays, seeds, dict(found), threshold, by_threshold)

    yield 0, result(trained, 0)
    for number, seed in enumerate(SEEDS):
        runs = {name: _training(network, learned, seed) for name, network in networks().items()}
        curves: dict[str, list[float]] = {name: [] for name in runs}
        for taken in zip(*(steps(run, STEPS) for run in runs.values()), strict=True):
            step = taken[0].after.steps
            done = (number + step / STEPS) / len(SEEDS)
            if step not in at:
                yield done, None
                continue
            for (name, run), each in zip(runs.items(), taken, strict=True):
                z, _ = run.network.forward(each.after.params, tested.x)
                curves[name].append(iou(z, tested.strokes))
                if seed == SEEDS[0]:
                    found[name] = (z[:SHOWN, ..., 0] > 0).astype(np.float32)
            first = seed == SEEDS[0] and step < STEPS
            yield done, result({name: [curve] for name, curve in curves.items()}, 0) if first else None
        for name, curve in curves.items():
            trained[name].append(curve)
        yield (number + 1) / len(SEEDS), result(trained, number + 1)


def _training(network: Sequential, learned: Pictures, seed: int) -> Training:
    optimizer = Adam(LEARNING_RATE)
    return Training(network, optimizer, *learned, batch_size=BATCH, seed=seed, loss=binary_cross_entropy)


def show(_: None = None) -> Iterator[Part]:
    """What each network finds and how well while it learns, then all beside the trivial answers."""
    return parts(segmented(), _shown)


def _shown(result: Segmented) -> Shown:
    rows: list[Row] = [_sheet(result)]
    if result.at:
        rows.append(_lines(result))
    if not result.whole:
        return Shown({}, rows)
    sizes = {
        name: (n.parameter_count((SIDE, SIDE, 1)), n.operation_count((SIDE, SIDE, 1))) for name, n in networks().items()
    }
    median = {name: decimal(float(np.median(result.final(name)))) for name in sizes}
    numbers = {
        "seeds": counted(result.seeds, "seed"),
        "tested": whole(TESTED),
        "steps": whole(STEPS),
        "grade": decimal(result.threshold),
        "threshold": decimal(result.by_threshold),
        "with": median[WITH],
        "without": median[WITHOUT],
        "full": median[FULL],
        "with_count": whole(sizes[WITH][0]),
        "full_count": whole(sizes[FULL][0]),
        "times": decimal(sizes[FULL][1] / sizes[WITH][1], 1),
    }
    table = Table(
        {
            "who": ["all background", f"brightness from {numbers['grade']} on", *(f"network {name}" for name in sizes)],
            "IoU": ["0.00", numbers["threshold"], *(spread(result.final(name)) for name in sizes)],
            "parameters": ["0", "1", *(whole(parameters) for parameters, _ in sizes.values())],
            "multiply–adds": ["0", "0", *(whole(operations) for _, operations in sizes.values())],
        },
        f"IoU on {TESTED} held-out pictures: all background 0.00, brightness {numbers['threshold']}, "
        + ", ".join(f"network {name} {value}" for name, value in median.items()),
    )
    return Shown(numbers, [table, *rows])


def _lines(result: Segmented) -> Lines:
    lines = {name: np.median(curve, axis=0) for name, curve in result.curves.items()}
    level = np.full(len(result.at), result.by_threshold)
    said = ", ".join(f"{name} {decimal(float(line[-1]))}" for name, line in lines.items())
    who = counted(result.seeds, "seed") if result.whole else "the first seed so far"
    return Lines(
        result.at,
        {**lines, "brightness threshold": level},
        "step of training",
        f"IoU, median of {who}" if result.seeds > 1 else f"IoU, {who}",
        f"IoU after {result.at[-1]} steps: {said}, brightness threshold {decimal(result.by_threshold)}",
    )


def _sheet(result: Segmented) -> Sheet:
    tested, labels = pictures()[2], split().labels
    lines = ["held-out picture", "its strokes", "brightness threshold"]
    shown = [each[:SHOWN, ..., 0] for each in (tested.x, tested.strokes, tested.x >= result.threshold)]
    for name, found in result.found.items():
        lines.append(f"network {name}")
        shown.append(found)
    return Sheet(
        lines,
        [str(label) for label in labels[:SHOWN]],
        [[[picture.astype(np.float64)] for picture in line] for line in shown],
        Scale(1, "brightness"),
        "activation",
        f"{SHOWN} held-out pictures, the strokes in them, and what {len(lines) - 2} answers take for strokes",
    )
