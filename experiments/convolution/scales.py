"""The fixed colour scales of the lesson: typical sizes for these settings; they do not look at the numbers drawn."""

from __future__ import annotations

from math import prod

import numpy as np

from experiments.convolution.presets import PRESETS, RANDOM
from experiments.convolution.spec import DIGIT, ConvolutionSpec
from experiments.losses import HALF_SQUARES, ONE_CELL, PLAIN_SUM, RANDOM_GRADIENT
from experiments.scene import Scale

GLOROT_PEAK, GLOROT_GAIN = 2.0, 0.2  # what the weights of a random kernel typically sum to: the positive ones, all
# ∂L/∂w is, for each weight, a sum over the positions of x · ∂L/∂y. Its mean has two parts, measured on the photographs:
EVEN = 0.4  # a kernel that keeps brightness gives y ≈ gain · x, and the mean of x² is 0.17 to 0.35
UNEVEN = 0.05  # a kernel that sums to zero gives both signs, which cancel: 0.01 to 0.04 of a typical ∂L/∂y is left


def scales(spec: ConvolutionSpec) -> dict[str, Scale]:
    """The scale of each grid, by its name; sizes are rounded to 1, 2 or 5."""
    w, peak, gain = _kernel_sizes(spec)
    count = prod(spec.layer.output_shape(spec.input_shape)[:2])  # positions of the kernel
    contrast = 2 if spec.picture == DIGIT else 1  # ink on paper is twice as sharp as a photograph
    y = max(1.0, peak / 2 * contrast)
    dy = y if spec.loss == HALF_SQUARES else 1.0
    dx = max(1.0, peak / 2 * dy * contrast)
    dw = count * (EVEN * gain + UNEVEN * dy * contrast)
    if spec.loss == PLAIN_SUM:
        dw = count / 2  # the mean of x is about a half
    elif spec.loss == ONE_CELL:
        dx, dw = w, 1.0  # the kernel itself, and one patch of x
    elif spec.loss == RANDOM_GRADIENT:
        dx, dw = peak / 2, np.sqrt(count) / 2  # a sum of random signs grows with the root of their number
    return {name: Scale(_round_125(size)) for name, size in {"w": w, "y": y, "dy": dy, "dx": dx, "dw": dw}.items()}


def _kernel_sizes(spec: ConvolutionSpec) -> tuple[float, float, float]:
    """(largest weight, sum of the positive weights, sum of all weights)."""
    if spec.kernel == RANDOM:
        return 1.0, GLOROT_PEAK, GLOROT_GAIN
    preset = PRESETS[spec.kernel]
    largest = float(np.abs(preset.make(spec.kernel_size, 0.0)).max())
    return largest * spec.groups / spec.channels, preset.peak, preset.gain


def _round_125(size: float) -> float:
    """The nearest of …, 0.5, 1, 2, 5, 10, … on a log scale."""
    steps = [m * 10.0**e for e in range(-3, 6) for m in (1, 2, 5)]
    return min(steps, key=lambda step: abs(np.log(step / size)))
