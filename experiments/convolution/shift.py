"""CV5: a pattern is found wherever it stands. Move the input, and the output moves along; pooled, it stands still."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import GlobalMaxPooling2D
from experiments.convolution.scales import scales
from experiments.convolution.spec import DIGIT, ConvolutionSpec
from experiments.numbers import decimal, ends, whole
from experiments.scene import Scale
from experiments.shown import Maps, Picture, Shown

TRAVEL = 16  # columns that the picture can be moved by


class Shift(NamedTuple):
    """The picture on a canvas, at each place from left to right. N places, first filter."""

    shifts: Array  # (N,) columns to the right
    strides: int  # columns from one place of the kernel to the next
    moved: Array  # (N, H, W) the input, mean over the channels
    outputs: Array  # (N, OH, OW) conv(moved x)
    expected: Array  # (N, OH, OW) conv(x), moved by as many whole places as the picture; 0 where left out
    difference: Array  # (N, OH, OW) outputs − expected, 0 where left out
    left_out: Array  # (N, OH, OW) not to be compared: from outside, or fed by padding
    whole: Array  # (N,) the picture has moved by whole places of the kernel: only then the claim says something
    agreeing: Array  # (N,) cells that agree exactly
    compared: Array  # (N,) cells that can be compared
    pooled: Array  # (N, filters) the largest output of each filter, where no padding is read


def shift(spec: ConvolutionSpec) -> Shift:
    """Moves the picture over its canvas and runs the layer at every place."""
    layer, x = spec.layer, _small(spec)
    top, left = (span - 1 for span in layer.windows(spec.input_shape).span)  # no window is cut by the canvas
    shifts = range(TRAVEL + 1)
    margins = [((top, top), (left + by, left + TRAVEL - by), (0, 0)) for by in shifts]
    # around a digit is paper; a photograph's border goes on: an even canvas would frame it with edges not its own
    canvas = np.stack([np.pad(x, by, "constant" if spec.picture == DIGIT else "edge") for by in margins])
    y, _ = layer.forward(spec.weights().params, canvas)
    windows = layer.windows(canvas.shape[1:])
    # (outputs,) each: the kernel stands on the canvas alone
    inside, stride = [np.all(windows.taps_inside(axis), axis=1) for axis in (0, 1)], windows.strides[1]
    pooled, _ = GlobalMaxPooling2D().forward({}, np.ascontiguousarray(y[:, inside[0]][:, :, inside[1]]))
    outputs = y[..., 0]
    expected, left_out = np.zeros_like(outputs), np.ones(outputs.shape, bool)
    for by in shifts:
        cells = by // stride
        expected[by, :, cells:] = outputs[0, :, : outputs.shape[2] - cells]
        left_out[by, :, cells:] = ~(inside[1][cells:] & inside[1][: len(inside[1]) - cells])
    expected[left_out] = 0
    return Shift(
        shifts=np.array(shifts),
        strides=stride,
        moved=canvas.mean(axis=-1),
        outputs=outputs,
        expected=expected,
        difference=np.where(left_out, 0, outputs - expected),
        left_out=left_out,
        whole=np.array(shifts) % stride == 0,
        agreeing=np.sum((outputs == expected) & ~left_out, axis=(1, 2)),
        compared=np.sum(~left_out, axis=(1, 2)),
        pooled=pooled,
    )


def show(spec: ConvolutionSpec) -> Shown:
    """The picture, its output and what the output should be, a frame for every place."""
    result, reach = shift(spec), scales(spec)["y"]
    pictures = [
        Picture("x, moved", result.moved, Scale(1, "brightness"), "input"),
        Picture("y of the moved x", result.outputs, reach, "activation"),
        Picture(
            "y, moved as far" if result.strides == 1 else "y, moved by whole places",
            result.expected,
            reach,
            "activation",
            result.left_out,
        ),
        Picture("difference", result.difference, reach, "activation", result.left_out),
    ]
    largest = result.pooled[:, 0]
    agreeing, compared = (whole(counts[result.whole].sum()) for counts in (result.agreeing, result.compared))
    alt = (
        f"The picture at {len(result.shifts)} places, its output, the output of the unmoved picture moved as far, and "
        f"their difference: {agreeing} of {compared} cells agree; the largest output is {ends(largest, 3)}"
    )
    return Shown(
        numbers={
            "agreeing": agreeing,
            "compared": compared,
            "places": whole(result.whole.sum()),
            "pooled": ends(largest, 3),
        },
        # opens where the kernel has gone on by one place: unmoved, there is nothing to see
        rows=[Maps(pictures, alt, frames=_captions(result), start=result.strides)],
        case="Still" if np.ptp(largest) == 0 else "Not still",
    )


def _captions(result: Shift) -> list[str]:
    """What each place of the picture shows, in words."""
    return [
        f"moved by {by}{'' if fits else ', between two places of the kernel'}: "
        f"{whole(agreeing)} of {whole(compared)} cells agree; largest output {decimal(pooled, 3)}"
        for by, fits, agreeing, compared, pooled in zip(
            result.shifts, result.whole, result.agreeing, result.compared, result.pooled[:, 0], strict=True
        )
    ]


def _small(spec: ConvolutionSpec) -> Array:
    """The learner's picture, a photograph at half its size: it must stay light enough to send at every place."""
    x = spec.input()
    if spec.picture == DIGIT:
        return x
    height, width, channels = x.shape
    return x.reshape(height // 2, 2, width // 2, 2, channels).mean(axis=(1, 3))
