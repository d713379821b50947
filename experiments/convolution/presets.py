"""Kernels worth trying, at any size: each is a closed formula, built from binomial rows.

    smooth    binomial row of length k:      1 2 1       1 4 6 4 1
    slope     smooth (k − 1) ∗ [−1, 1]:     −1 0 1      −1 −2 0 2 1      first derivative
    bend      smooth (k − 2) ∗ [1, −2, 1]:   1 −2 1      1 0 −2 0 1      second derivative

At size 3 the edge kernel is Sobel's. Those with an angle turn with it: cos θ · across + sin θ · down.
Sobel and Feldman 1968; Gabor 1946, doi:10.1049/ji-3-2.1946.0074
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from engine.arrays import Array


class Preset(NamedTuple):
    make: Callable[[int, float], Array]  # (kernel_size, angle in radians) → (k, k)
    least_size: int = 1
    turns: bool = False  # depends on the angle
    peak: float = 4.0  # the largest output on a picture of 0 … 1: the sum of its positive weights, at angle 0
    gain: float = 0.0  # the output on an even picture of 1: the sum of its weights


def _smooth(size: int) -> Array:
    row = np.ones(1)
    for _ in range(size - 1):
        row = np.convolve(row, [1.0, 1.0])
    return row


def _delta(size: int) -> Array:
    """1 in the middle, 0 elsewhere: leaves a picture as it is."""
    row = np.zeros(size)
    row[(size - 1) // 2] = 1
    return row


def identity(size: int, angle: float = 0.0) -> Array:
    return np.outer(_delta(size), _delta(size))


def edge(size: int, angle: float = 0.0) -> Array:
    """First derivative along the angle: 0° answers to vertical edges. Positive weights sum to 4, as in Sobel's."""
    slope = np.convolve(_smooth(size - 1), [-1.0, 1.0])
    across = np.outer(_smooth(size), slope)
    across *= 4 / across[across > 0].sum()
    kernel = np.cos(angle) * across + np.sin(angle) * across.T
    return np.where(np.abs(kernel) < 1e-12, 0.0, kernel)  # cos 90° is 6e-17 in floating point; the weight is 0


def laplacian(size: int, angle: float = 0.0) -> Array:
    """Second derivative, both ways: answers to spots and thin lines, not to slopes."""
    bend = np.convolve(_smooth(size - 2), [1.0, -2.0, 1.0])
    kernel = np.outer(_delta(size), bend) + np.outer(bend, _delta(size))
    return kernel * (4 / kernel[kernel > 0].sum())


def blur(size: int, angle: float = 0.0) -> Array:
    return np.outer(_smooth(size), _smooth(size)) / _smooth(size).sum() ** 2


def sharpen(size: int, angle: float = 0.0) -> Array:
    return identity(size) - laplacian(size)


def emboss(size: int, angle: float = 0.0) -> Array:
    return identity(size) + edge(size, angle) / 2


def corner(size: int, angle: float = 0.0) -> Array:
    """Derivative across and down at once: answers where two edges meet."""
    slope = np.convolve(_smooth(size - 1), [-1.0, 1.0])
    kernel = np.outer(slope, slope)
    return kernel * (2 / kernel[kernel > 0].sum())


def gabor(size: int, angle: float = 0.0) -> Array:
    """A wave under a Gaussian, made to ignore brightness: answers to stripes about two thirds of a kernel apart."""
    at = np.arange(size) - (size - 1) / 2
    down, across = np.meshgrid(at, at, indexing="ij")
    along = np.cos(angle) * across + np.sin(angle) * down
    gaussian = np.exp(-(across**2 + down**2) / (2 * (size / 4) ** 2))
    wave = np.cos(2 * np.pi * along / (2 * size / 3))
    kernel = gaussian * (wave - (gaussian * wave).sum() / gaussian.sum())
    return kernel * (2 / kernel[kernel > 0].sum())


PRESETS: Mapping[str, Preset] = {
    "edge": Preset(edge, least_size=2, turns=True),
    "Laplacian": Preset(laplacian, least_size=3),
    "corner": Preset(corner, least_size=2, peak=2),
    "Gabor": Preset(gabor, least_size=3, turns=True, peak=2),
    "blur": Preset(blur, peak=1, gain=1),
    "sharpen": Preset(sharpen, least_size=3, peak=5, gain=1),
    "emboss": Preset(emboss, least_size=3, turns=True, peak=3, gain=1),
    "identity": Preset(identity, peak=1, gain=1),
}
RANDOM = "random"  # Glorot's initialisation, from the seed: what a network starts with


def kernel_bank(name: str, size: int, channels: int, filters: int, angle: float) -> Array:
    """A kernel for every filter, (size, size, channels, filters).

    The first filter is the preset itself. The others turn it evenly through half a circle, or, where it does not turn,
    are the next presets that this size allows. Every channel gets an equal share, so that a grey picture given as
    three equal channels has the answer of the one.
    """
    preset = PRESETS[name]
    if preset.turns:
        planes = [preset.make(size, angle + np.pi * f / filters) for f in range(filters)]
    else:
        fit = [other for other in PRESETS if PRESETS[other].least_size <= size]
        first = fit.index(name)
        planes = [PRESETS[fit[(first + f) % len(fit)]].make(size, angle) for f in range(filters)]
    bank = np.stack(planes, axis=-1)[:, :, None, :] / channels + 0.0  # (size, size, 1, filters); −0 becomes 0
    return np.repeat(bank, channels, axis=2)
