"""A series of the learner's own: numbers from a file or pasted, checked, and small enough for an address.

A line is a row, its cells are parted by semicolons, tabs, commas or blanks; of several the last is taken. A heading is
left out. A single line is a row of numbers. Numbers are kept to one part in 65,535 of their range.
"""

import re
from functools import lru_cache

import numpy as np

from engine.arrays import Array
from engine.packed import pack, unpack

SHORTEST, LONGEST = 200, 1000  # numbers
LARGEST_FILE = 1_000_000  # bytes
LARGEST = 1e12  # of a number
FINEST = 65535
HEAD = 16  # bytes: the smallest and the largest
LEARNS = 0.6  # the part that is learned from: it must not stand still
STILL = 1e-5  # of the range: how little the changes may differ


def shrink(data: bytes) -> str:
    """The numbers of a file, or of what was pasted, as text."""
    if len(data) > LARGEST_FILE:
        raise ValueError(f"it must have at most {LARGEST_FILE // 10**6} megabyte, not {len(data) / 1e6:.1f}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("this is no text: a CSV file, or numbers below each other, can be read") from error
    values = np.array(_numbers(text))
    _check(values)
    low, high = float(values.min()), float(values.max())
    steps = np.round((values - low) / (high - low) * FINEST).astype("<u2")
    packed = pack(np.array([low, high], "<f8").tobytes() + steps.tobytes())
    read(packed)  # a single far outlier may have left no room for the others
    return packed


@lru_cache(maxsize=64)
def read(text: str) -> Array:
    """(N,), float64, read-only, of what `shrink` has written."""
    data = unpack(text, HEAD + 2 * LONGEST)
    if len(data) < HEAD or len(data) % 2:
        raise ValueError("this is no series")
    low, high = np.frombuffer(data[:HEAD], "<f8")
    with np.errstate(all="ignore"):
        values = low + (high - low) * (np.frombuffer(data[HEAD:], "<u2") / FINEST)
    _check(values)
    values.flags.writeable = False
    return values


def _numbers(text: str) -> list[float]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise ValueError("there is nothing in it")
    if len(lines) == 1:
        return [_number(cell, place) for place, cell in enumerate(re.split(r"[\s,;]+", lines[0].strip(" ,;")), 1)]
    cells = [_last(line) for line in lines]
    try:
        _number(cells[0], 1)
    except ValueError:
        cells = cells[1:]  # a heading
        return [_number(cell, line) for line, cell in enumerate(cells, 2)]
    return [_number(cell, line) for line, cell in enumerate(cells, 1)]


def _last(line: str) -> str:
    """The last cell. With semicolons or tabs between cells, a comma is a decimal point, as in much of Europe."""
    for mark in (";", "\t"):
        if mark in line:
            return line.split(mark)[-1].strip().replace(",", ".")
    return re.split(r"[,\s]+", line)[-1].strip()


def _number(cell: str, place: int) -> float:
    try:
        return float(cell.strip('"'))
    except ValueError:
        raise ValueError(f"{cell[:40]!r}, at place {place}, is no number") from None


def _check(values: Array) -> None:
    if not SHORTEST <= len(values) <= LONGEST:
        raise ValueError(f"a series has {SHORTEST} to {LONGEST:,} numbers here, not {len(values):,}")
    if not np.isfinite(values).all():
        place = int(np.argmin(np.isfinite(values))) + 1
        raise ValueError(f"number {place} is missing or infinite")
    if np.abs(values).max() > LARGEST:
        raise ValueError(f"a number is at most {LARGEST:.0e} in size here, not {np.abs(values).max():.0e}")
    if not np.diff(values[: int(LEARNS * len(values))]).std() > STILL * np.ptp(values):
        raise ValueError(f"its first {LEARNS:.0%} never change, or always by the same: there is nothing to learn")
