"""How a number is written, everywhere in the lessons' words: thousands 1,234, decimals −0.30, powers 2×10⁻¹⁵."""

from __future__ import annotations

import numpy as np

from engine.arrays import Array

BYTES = 4  # of a float32, as layers are trained
MINUS = "−"  # of print: as wide as a digit, and read aloud as minus


def whole(value: float) -> str:
    """4877380 → "4,877,380"."""
    return decimal(value, 0)


def decimal(value: float, digits: int = 2) -> str:
    """−0.3 → "−0.30"; what rounds to zero has no sign."""
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text.replace("-", MINUS)


def significant(value: float) -> str:
    """Three significant digits: 2.3815 → "2.38", 0.03456 → "0.0346"; below 0.001 "2×10⁻⁴", from 1,000 on whole."""
    size = abs(value)
    if size == 0:
        return "0"
    if size < 0.001:
        return scientific(value)
    exponent = int(f"{size:.2e}".split("e")[1])  # of the rounded number: 9.996 is written 10.0
    return decimal(value, max(0, 2 - exponent))


def scientific(value: float) -> str:
    """2.2e-15 → "2×10⁻¹⁵"."""
    if value == 0:
        return "0"
    digits, exponent = f"{value:.0e}".split("e")
    return f"{digits.replace('-', MINUS)}×10{str(int(exponent)).translate(_SUPERSCRIPT)}"


def counted(number: int, word: str) -> str:
    """1, "seed" → "1 seed"; 5 → "5 seeds"."""
    return f"{whole(number)} {word}{'' if number == 1 else 's'}"


def key(value: float) -> str:
    """0.01 → "0_01": as a part of a {name} in a lesson's text."""
    return f"{value:g}".replace(".", "_")


def ends(values: Array, digits: int = 2) -> str:
    """The smallest to the largest: "0.81 to 0.97", or "0.81" where both are written alike."""
    return " to ".join(dict.fromkeys(decimal(float(end), digits) for end in (values.min(), values.max())))


def spread(values: Array, digits: int = 2) -> str:
    """The median, and the smallest to the largest: "0.94 (0.88 to 1.00)"; "1.00" where all are written alike."""
    median, range_ = decimal(float(np.median(values)), digits), ends(values, digits)
    return median if range_ == median else f"{median} ({range_})"


_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
