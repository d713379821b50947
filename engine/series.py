"""A series of the learner's own: numbers from a file or pasted, checked, and small enough for an address.

A line is a row, its cells are parted by semicolons, tabs, commas or blanks; of several the last is taken. A heading is
left out, and so is what parts cells where it ends every line. A single line is a row of numbers. 0,13 is 0.13 where the
comma parts no cells, and 1,234.50 is 1234.5. Numbers are kept to one part in 65,535 of their range.
"""

import csv
import re
from functools import lru_cache
from itertools import pairwise

import numpy as np

from engine.arrays import Array, read_only
from engine.packed import number, opened, pack, unclosed, unpack

SHORTEST, LONGEST = 200, 1000  # numbers
LARGEST = 1e12  # of a number
FINEST = 65535
HEAD = 16  # bytes: the smallest and the largest
LEARNS = 0.6  # the part that is learned from: it must not stand still
STILL = 1e-5  # of the range: how little the changes may differ
DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+\.\d+|[-+]?\d{1,3}(,\d{3}){2,}")


def shrink(data: bytes) -> str:
    """The numbers of a file, or of what was pasted, as text."""
    values = np.array(_numbers(opened(data, "this is no text: a CSV file, or numbers below each other, can be read")))
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
    return read_only(values)


def _numbers(text: str) -> list[float]:
    lines = [line.strip(" \xa0") for line in text.splitlines() if line.strip()]  # a tab at the end parts cells
    if not lines:
        raise ValueError("there is nothing in it")
    if len(lines) == 1:
        line, parts = lines[0].strip(" ,;"), lines[0].split()
        if ";" in line or not all(DECIMAL_COMMA.fullmatch(part) for part in parts):
            parts = re.split(r"[\s;]+" if ";" in line else r"[\s,]+", line)
        return [_number(cell, place) for place, cell in enumerate(parts, 1)]
    lines = unclosed(lines)
    alone = _stand_alone(lines)
    cells = [line if alone else _last(line) for line in lines]
    try:
        _number(cells[0], 1)
    except ValueError:
        cells = cells[1:]  # a heading
        return [_number(cell, line) for line, cell in enumerate(cells, 2)]
    return [_number(cell, line) for line, cell in enumerate(cells, 1)]


def _stand_alone(lines: list[str]) -> bool:
    """Whether lines like 0,13 hold one number each, and not two. A first number that counts the lines is one of two."""
    numbers = [line for line in lines if DECIMAL_COMMA.fullmatch(line) or THOUSANDS.fullmatch(line)]
    if len(numbers) < len(lines) - 1:  # one may be a heading
        return False
    first = [int(line.split(",")[0]) for line in numbers]
    return any(after - before != 1 for before, after in pairwise(first))


def _last(line: str) -> str:
    """The last cell."""
    for mark in (";", "\t"):
        if mark in line:
            return next(csv.reader([line], delimiter=mark))[-1]
    blank = line.split()
    if len(blank) > 1 and DECIMAL_COMMA.fullmatch(blank[-1]) and not any(part.endswith(",") for part in blank):
        return blank[-1]
    return (next(csv.reader([line]))[-1].split() or [""])[-1]


def _number(cell: str, place: int) -> float:
    plain = cell.strip().strip('"').replace("−", "-")
    if THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    elif DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    try:
        return number(plain)
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
