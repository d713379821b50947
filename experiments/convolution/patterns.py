"""CV1: a kernel slides over the picture and looks for a local pattern. Which places answer most, and why do they?

With w̄ the mean weight and x̄ the mean of a patch, the answer of a place splits exactly into three parts:

    Σ w·x + b  =  Σ(w − w̄)·x  +  (Σ w)·x̄  +  b        pattern + even brightness + bias
    Σ(w − w̄)·x =  |w − w̄| · |x − x̄| · fit              fit: cosine of the angle between kernel and patch
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers.window import Windows
from experiments.convolution.scales import scales
from experiments.convolution.spec import ConvolutionSpec
from experiments.numbers import ends, significant
from experiments.scene import Scale
from experiments.shown import Maps, Picture, Shown

BRIGHTNESS, PATTERN, NEITHER = 0, 1, 2  # the lesson's answers
BRIGHTEST = 0.9  # brighter than so many of all places counts as the brightest
FITS = 0.5  # a fit from here on counts as the kernel's pattern: an angle of at most 60°
LEADS = 0.5  # if the pattern makes at least so much of the lead over an ordinary place
ALIKE = 1e-9  # less is rounding


class Patterns(NamedTuple):
    """What the first filter answers to. Patches hold the taps only; n ≤ count places that do not overlap."""

    picture: Array  # (H, W), mean over the channels that the filter sees
    kernel: Array  # (k, k), mean over the channels
    strongest: Array  # (n, k, k), the patches there, largest answer first
    answers: Array  # (n,), what the filter says there
    corners: Array  # (n, 4), row, column, height and width of the window on the picture
    fits: Array  # (n,), cosine between kernel and patch, both without their mean
    brighter: Array  # (n,), share of the other places that are less bright, pixels counted by the size of their weight
    lead: float  # how much of what they answer more than an ordinary place is pattern, 0 … 1
    typical_fit: float  # median of |cosine| over all places
    best_fit: float  # the best fit anywhere
    best_answer: float  # what the filter says there
    best_corner: tuple[int, int]
    gain: float  # the sum of the weights: the answer to an even patch of 1, without the bias
    contrast: float  # |w − w̄|, of the kernel
    even: bool  # all places answer the same

    @property
    def brightness(self) -> float:
        return float(np.median(self.brighter))

    @property
    def fit(self) -> float:
        return float(np.median(self.fits))


def patterns(spec: ConvolutionSpec, count: int = 6) -> Patterns:
    """The places where the first filter answers most strongly: those that stand out half as far as the strongest."""
    layer, x = spec.layer, spec.input()
    weights = spec.weights()
    y, _ = layer.forward(weights.params, x[None])
    windows, kernel = layer.windows(x.shape), weights.kernel[..., 0]
    places, seen = _places(windows, x[:, :, : kernel.shape[2]])
    answer, patches = y[0, :, :, 0][np.ix_(*places)], seen.reshape(*seen.shape[:2], -1)
    flat, size = kernel.ravel(), np.abs(kernel).ravel()
    fit, pattern = _cosine(patches, flat), patches @ (flat - flat.mean())
    at = _peaks(answer, fit, count, apart=-(-max(windows.span) // min(windows.strides)))
    ahead = float(np.median(answer[at]) - np.median(answer))
    best = np.unravel_index(np.argmax(fit), fit.shape)
    corners = np.stack(np.meshgrid(*(windows.positions(i)[places[i], 0] for i in (0, 1)), indexing="ij"), axis=-1)
    return Patterns(
        picture=x[:, :, : kernel.shape[2]].mean(axis=2),
        kernel=kernel.mean(axis=2),
        strongest=seen.mean(axis=-1)[at],
        answers=answer[at],
        corners=np.array([(*corner, *windows.span) for corner in corners[at]]),
        fits=fit[at],
        brighter=_ranks(patches @ (size if size.any() else np.ones_like(size)), at),
        lead=float(np.clip((np.median(pattern[at]) - np.median(pattern)) / ahead, 0, 1)) if ahead > ALIKE else 0.0,
        typical_fit=float(np.median(np.abs(fit))),
        best_fit=float(fit[best]),
        best_answer=float(answer[best]),
        best_corner=(int(corners[best][0]), int(corners[best][1])),
        gain=float(kernel.sum()) if abs(kernel.sum()) > ALIKE else 0.0,
        contrast=float(np.linalg.norm(flat - flat.mean())),
        even=bool(np.ptp(answer) <= ALIKE * np.abs(answer).max()),
    )


def prediction(result: Patterns) -> set[int]:
    """Which of the lesson's answers are right here: judged at the strongest places, by their median."""
    bright = result.brightness >= BRIGHTEST
    fitting = round(result.fit, 3) >= FITS and result.lead >= LEADS
    right = {answer for answer, holds in ((BRIGHTNESS, bright), (PATTERN, fitting)) if holds}
    return {NEITHER} if result.even or not right else right


def case(result: Patterns) -> str:
    """The section of the lesson that says what is special here."""
    if result.even:
        return "All alike"
    if result.contrast <= ALIKE:
        return "No pattern"
    if result.gain < 0 and result.brightness <= 1 - BRIGHTEST:
        return "Dark"
    pairs = (result.best_fit, result.fits[0]), (result.best_answer, result.answers[0])  # alike as they are written
    return "Best fit" if any(significant(a) == significant(b) for a, b in pairs) else "Better fit"


def show(spec: ConvolutionSpec) -> Shown:
    """Where the filter answers most, the kernel, and what it sees there."""
    found, grey = patterns(spec), Scale(1, "brightness")
    where = Picture("x, strongest places", found.picture, grey, "input", marks=found.corners)
    kernel = Picture("kernel", found.kernel, scales(spec)["w"], "weight")
    seen = [
        Picture(f"{number}: {significant(answer)} at {_place(corner)}\nfit {significant(fit)}", patch, grey, "input")
        for number, (patch, answer, corner, fit) in enumerate(
            zip(found.strongest, found.answers, found.corners, found.fits, strict=True), 1
        )
    ]
    alt = (
        f"The picture with numbers at the {len(seen)} places where the {spec.kernel} kernel answers most, the kernel, "
        f"and each place: answers {ends(found.answers)}, fit {ends(found.fits)}"
    )
    return Shown(
        numbers={
            "strongest": significant(found.answers[0]),
            "place": _place(found.corners[0]),
            "fit": significant(found.fit),
            "typical": significant(found.typical_fit),
            "brighter": _percent(found.brightness),
            "lead": _percent(found.lead),
            "best_fit": significant(found.best_fit),
            "best_answer": significant(found.best_answer),
            "best_place": _place(found.best_corner),
            "gain": significant(found.gain),
        },
        rows=[Maps([where, kernel, *seen], alt)],
        right=prediction(found),
        case=case(found),
    )


def _places(windows: Windows, x: Array) -> tuple[tuple[Array, Array], Array]:
    """Which rows and columns of the output count, (outputs,) each, and what the kernel sees there: (r, c, k, k, C).

    Those that read no padding; where the kernel is larger than the picture, all, and padding is seen as zeros.
    """
    inside = [np.all(windows.taps_inside(axis), axis=1) for axis in (0, 1)]
    rows, columns = (keep if keep.any() else np.ones_like(keep) for keep in inside)
    padded = np.pad(x, (*windows.pads, (0, 0)))
    down, across = (
        windows.positions(axis)[keep] + windows.pads[axis][0] for axis, keep in ((0, rows), (1, columns))
    )  # (outputs kept, taps) each
    return (rows, columns), padded[down[:, None, :, None], across[None, :, None, :]]


def _cosine(patches: Array, kernel: Array) -> Array:
    """Cosine of the angle between two patterns, once their mean is taken off: 1 fits, 0 has nothing in common."""
    patches = patches - patches.mean(axis=-1, keepdims=True)
    kernel = kernel - kernel.mean()
    size = np.linalg.norm(patches, axis=-1) * np.linalg.norm(kernel)
    # an even patch, or an even kernel (blur of size 2), is no pattern: it fits nothing
    cosine = np.divide(patches @ kernel, size, out=np.zeros(size.shape), where=size > ALIKE)
    return np.where(np.abs(cosine) > ALIKE, cosine, 0.0)


def _ranks(values: Array, at: tuple[Array, Array]) -> Array:
    """Share of the other cells that are smaller than each of these; equal ones count half."""
    ordered = np.sort(values, axis=None)
    below, upto = (np.searchsorted(ordered, values[at], side) for side in ("left", "right"))
    return (below + upto - 1) / (2 * max(1, values.size - 1))


def _peaks(answer: Array, fit: Array, count: int, apart: int) -> tuple[Array, Array]:
    """(rows, columns) of at most `count` largest cells, none within `apart` of one taken before.

    Only cells that stand out: at least halfway from the median to the largest. Of equal ones the better fit is first.
    """
    free, places = np.ones(answer.shape, bool), []
    free &= answer >= (answer.max() + np.median(answer)) / 2
    for flat in np.lexsort((-fit.ravel(), -answer.ravel())):
        row, column = divmod(int(flat), answer.shape[1])
        if free[row, column]:
            places.append((row, column))
            free[max(0, row - apart + 1) : row + apart, max(0, column - apart + 1) : column + apart] = False
        if len(places) == count:
            break
    rows, columns = np.array(places).T
    return rows, columns


def _place(corner: Array | tuple[int, int]) -> str:
    return f"[{corner[0]}, {corner[1]}]"


def _percent(share: float) -> str:
    """0.9876 → "98 %", rounded down: what is judged by a bound never seems to reach it."""
    return f"{int(100 * share + ALIKE)}\u00a0%"
