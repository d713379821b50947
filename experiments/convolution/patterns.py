"""CV1: a kernel slides over the picture and looks for a local pattern. Which places answer most, and do they fit it?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.convolution.scales import scales
from experiments.convolution.spec import ConvolutionSpec
from experiments.numbers import decimal, ends
from experiments.scene import Scale
from experiments.shown import Maps, Picture, Shown

BRIGHTNESS, PATTERN = 0, 1  # the lesson's answers


class Patterns(NamedTuple):
    """What the first filter answers to, at the places where it reads no padding. Patches hold the taps only."""

    picture: Array  # (H, W), mean over the channels that the filter sees
    kernel: Array  # (k, k), mean over the channels
    strongest: Array  # (count, k, k), places apart from each other, largest answer first
    answers: Array  # (count,), what the filter says there
    corners: Array  # (count, 4), row, column, height and width of the window on the picture
    likeness: Array  # (count,), cosine between kernel and patch, both without their mean
    typical_likeness: float  # median of |cosine| over all places
    best_likeness: float  # the best fit anywhere
    best_answer: float  # and what the filter says there
    gain: float  # the sum of the weights: the answer to an even patch of 1, without the bias
    by_brightness: float  # correlation, over all places, of the answer with the mean of the patch
    by_pattern: float  # and with the answer of the kernel without its mean


def patterns(spec: ConvolutionSpec, count: int = 6) -> Patterns:
    """The places where the first filter answers most strongly, at least a kernel apart."""
    layer, x = spec.layer, spec.input()
    weights = spec.weights()
    y, _ = layer.forward(weights.params, x[None])
    windows, kernel = layer.windows(x.shape), weights.kernel[..., 0]
    inside = [np.all(windows.taps_inside(axis), axis=1) for axis in (0, 1)]  # (outputs,) each: no tap reads padding
    rows, columns = (windows.positions(axis)[inside[axis]] for axis in (0, 1))  # (outputs kept, taps) each
    answer = y[0, :, :, 0][np.ix_(*inside)]
    # (rows, columns, k, k, channels): what the kernel sees at every place
    seen = x[:, :, : kernel.shape[2]][rows[:, None, :, None], columns[None, :, None, :]]
    likeness = _cosine(seen.reshape(*answer.shape, -1), kernel.ravel())
    places = _peaks(answer, count, apart=-(-max(windows.span) // min(windows.strides)))
    at, best = tuple(places.T), np.unravel_index(np.argmax(likeness), likeness.shape)
    return Patterns(
        picture=x[:, :, : kernel.shape[2]].mean(axis=2),
        kernel=kernel.mean(axis=2),
        strongest=seen.mean(axis=-1)[at],
        answers=answer[at],
        corners=np.array([(rows[r, 0], columns[c, 0], *windows.span) for r, c in places]),
        likeness=likeness[at],
        typical_likeness=float(np.median(np.abs(likeness))),
        best_likeness=float(likeness[best]),
        best_answer=float(answer[best]),
        gain=float(kernel.sum()),
        by_brightness=_correlation(answer, seen.mean(axis=(2, 3, 4))),
        by_pattern=_correlation(answer, np.tensordot(seen, kernel - kernel.mean(), axes=3)),
    )


def prediction(result: Patterns) -> set[int]:
    """Which of the lesson's answers is right here: what the answer follows more closely, over all places."""
    return {PATTERN if result.by_pattern >= result.by_brightness else BRIGHTNESS}


def show(spec: ConvolutionSpec) -> Shown:
    """Where the filter answers most, the kernel, and what it sees there."""
    found, grey = patterns(spec), Scale(1, "brightness")
    where = Picture("x, strongest first", found.picture, grey, "input", marks=found.corners)
    kernel = Picture("kernel", found.kernel, scales(spec)["w"], "weight")
    seen = [
        Picture(f"{decimal(answer)}, fit {decimal(likeness)}", patch, grey, "input")
        for patch, answer, likeness in zip(found.strongest, found.answers, found.likeness, strict=True)
    ]
    alt = (
        f"The picture with the {len(seen)} places where the {spec.kernel} kernel answers most, the kernel, and each "
        f"place: answers {ends(found.answers)}, fit {ends(found.likeness)}"
    )
    return Shown(
        numbers={
            "strongest": decimal(found.answers[0]),
            "likeness": decimal(found.likeness[0]),
            "typical": decimal(found.typical_likeness),
            "best_fit": decimal(found.best_likeness),
            "best_answer": decimal(found.best_answer),
            "gain": decimal(found.gain),
            "by_brightness": decimal(found.by_brightness),
            "by_pattern": decimal(found.by_pattern),
        },
        rows=[Maps([where, kernel, *seen], alt)],
        right=prediction(found),
    )


def _cosine(patches: Array, kernel: Array) -> Array:
    """Cosine of the angle between two patterns, once their mean is taken off: 1 fits, 0 has nothing in common."""
    patches = patches - patches.mean(axis=-1, keepdims=True)
    kernel = kernel - kernel.mean()
    size = np.linalg.norm(patches, axis=-1) * np.linalg.norm(kernel)
    # an even patch, or an even kernel (blur of size 2), is no pattern: it fits nothing
    return np.divide(patches @ kernel, size, out=np.zeros(size.shape), where=size > 1e-9)


def _correlation(a: Array, b: Array) -> float:
    """Pearson's; 0 where one of the two does not vary."""
    a, b = a - a.mean(), b - b.mean()
    size = np.linalg.norm(a) * np.linalg.norm(b)
    return float(np.sum(a * b) / size) if size > 1e-9 else 0.0


def _peaks(answer: Array, count: int, apart: int) -> Array:
    """(n ≤ count, 2): the largest cells, none within `apart` of one taken before."""
    free, places = np.ones(answer.shape, bool), []
    for flat in np.argsort(-answer, axis=None, kind="stable"):
        row, column = divmod(int(flat), answer.shape[1])
        if free[row, column]:
            places.append((row, column))
            free[max(0, row - apart + 1) : row + apart, max(0, column - apart + 1) : column + apart] = False
        if len(places) == count:
            break
    return np.array(places)
