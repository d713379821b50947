"""Points of a learner's own, as text for an address: three letters a point.

    class · 2¹⁶ + column · 2⁸ + row, in three digits to the base of 64;   x = 4 column / 255 − 2, and so from row

Whatever stands in an address may be wrong. The browser writes the same letters (assets/playground/points.js).
"""

from __future__ import annotations

import numpy as np

from engine.arrays import Array
from experiments.points import REACH

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
DIGITS = 3  # letters of a point
MOST = 500  # points
PLACES = 255  # steps along each axis


def unpacked(text: str) -> tuple[Array, Array]:
    """Points (N, 2) and their classes (N,). ValueError with what is wrong."""
    if len(text) % DIGITS or any(letter not in LETTERS for letter in text):
        raise ValueError("own points must be three letters or digits each, as this page writes them")
    if len(text) > MOST * DIGITS:
        raise ValueError(f"own points must be at most {MOST}, not {len(text) // DIGITS:,}")
    digits = np.array([LETTERS.index(letter) for letter in text], np.int64).reshape(-1, DIGITS)
    number = digits @ np.array([64 * 64, 64, 1])
    if (number >= 2 << 16).any():
        raise ValueError("own points must be of class 0 or 1")
    places = np.stack([number >> 8 & 255, number & 255], axis=1)
    return places * (2 * REACH / PLACES) - REACH, (number >> 16).astype(np.float64)


def packed(x: Array, classes: Array) -> str:
    """The text of points (N, 2), each at the nearest of the places that there are."""
    places = np.clip(np.round((x + REACH) * PLACES / (2 * REACH)), 0, PLACES).astype(int)
    numbers = classes.astype(int) << 16 | places[:, 0] << 8 | places[:, 1]
    return "".join(LETTERS[number >> 12] + LETTERS[number >> 6 & 63] + LETTERS[number & 63] for number in numbers)
