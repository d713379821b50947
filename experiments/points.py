"""Points of the plane in two classes, made by rules: BP4 and its playground learn the same ones as DN1.

    circles   class 1 on a ring of radius 0.6, class 0 around it on one of 1.4
    XOR       class 1 where exactly one of x₁ and x₂ is below 0; the corners of the four fields are apart
    moons     two half circles that reach into each other
    spirals   two arms that wind around each other one and a half times, as many points everywhere on the way out
    blobs     a heap above and to the right of the other

Noise is added to both coordinates, so that points may come to lie among the other class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from engine.arrays import Array

REACH = 2.0  # of the plane: both axes from −2 to 2
CIRCLES, XOR, MOONS, SPIRALS, BLOBS = "circles", "XOR", "moons", "spirals", "blobs"


def _circles(rng: np.random.Generator, t: Array) -> Array:
    radius = np.where(t == 1, 0.6, 1.4)
    angle = rng.uniform(0, 2 * np.pi, len(t))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _xor(rng: np.random.Generator, t: Array) -> Array:
    x = rng.uniform(0.15, 1.6, (len(t), 2))
    across = rng.choice([-1.0, 1.0], len(t))
    return x * np.stack([across, np.where(t == 1, -across, across)], axis=1)


def _moons(rng: np.random.Generator, t: Array) -> Array:
    angle = rng.uniform(0, np.pi, len(t))
    upper = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], axis=1)
    return np.where(t[:, None] == 1, -upper, upper)


def _spirals(rng: np.random.Generator, t: Array) -> Array:
    way = np.sqrt(rng.uniform(0.02, 1, len(t)))
    angle = 3 * np.pi * way + np.pi * t
    return np.asarray(1.6 * way[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1))


def _blobs(rng: np.random.Generator, t: Array) -> Array:
    return np.where(t[:, None] == 1, 0.8, -0.8) + 0.3 * rng.standard_normal((len(t), 2))


DATA: Mapping[str, Callable[[np.random.Generator, Array], Array]] = MappingProxyType(
    {CIRCLES: _circles, XOR: _xor, MOONS: _moons, SPIRALS: _spirals, BLOBS: _blobs}
)


def points(kind: str, count: int, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """x (count, 2) and the classes (count,), 0 and 1 in turn; noise is a standard deviation."""
    t = np.arange(count) % 2
    return DATA[kind](rng, t) + noise * rng.standard_normal((count, 2)), t
