"""A table of the learner's own: numbers, and last in each row its class. Checked, and small enough for an address.

A line is a row, its cells are parted by semicolons, tabs or commas. A heading is left out. 0,13 is 0.13 where the
comma parts no cells. What stands in the last column, numbers or words, names the class. Every column is kept in 255
steps from its smallest number to its largest.
"""

import csv
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, read_only
from engine.packed import number, opened, pack, unclosed, unpack

FEWEST, MOST = 100, 1000  # rows
COLUMNS = 60  # of numbers, at most
CLASSES = 10  # at most
OF_A_CLASS = 5  # rows, at least
FINEST = 254  # steps of a column
HEAD = 4  # bytes: rows (two), columns, classes


class Table(NamedTuple):
    x: Array  # (N, F)  float64, every column from 0 to 1
    labels: Array  # (N,)  0, 1 …

    @property
    def classes(self) -> int:
        return int(self.labels.max()) + 1


def shrink(data: bytes) -> str:
    """The rows of a file, or of what was pasted, as text. Of rows that are alike in all numbers the first counts."""
    x, names = _rows(opened(data, "this is no text in UTF-8: a CSV file that is saved so can be read"))
    _check(len(x), x.shape[1], _classes(names))
    low, high = x.min(axis=0), x.max(axis=0)
    steps = np.round((x - low) / np.where(high > low, high - low, 1) * FINEST).astype(np.uint8)
    first = np.sort(np.unique(steps, axis=0, return_index=True)[1])
    if len(first) < FEWEST:
        raise ValueError(
            f"only {len(first)} of its {len(x)} rows differ in their numbers, and {FEWEST} must: rows alike would be "
            "learned from and tested with"
        )
    steps, names = steps[first], [names[row] for row in first]
    classes = _classes(names)
    labels = np.array([classes.index(name) for name in names], np.uint8)
    head = np.array([len(names)], "<u2").tobytes() + bytes([steps.shape[1], len(classes)])
    # column by column: neighbours are alike, and take less room
    packed = pack(head + labels.tobytes() + steps.T.tobytes())
    read(packed)
    return packed


@lru_cache(maxsize=64)
def read(text: str) -> Table:
    """Read-only, of what `shrink` has written."""
    data = unpack(text, HEAD + MOST * (COLUMNS + 1))
    if len(data) < HEAD:
        raise ValueError("this is no table")
    rows, (columns, count) = int.from_bytes(data[:2], "little"), data[2:HEAD]
    if len(data) != HEAD + rows * (columns + 1):
        raise ValueError("this is no table")
    cells = np.frombuffer(data[HEAD:], np.uint8)
    labels = cells[:rows].astype(np.int64)
    if set(labels.tolist()) != set(range(count)) or cells[rows:].max(initial=0) > FINEST:
        raise ValueError("this is no table")
    _check(rows, columns, list(range(count)))
    _enough(Counter(map(str, labels.tolist())))
    x = cells[rows:].reshape(columns, rows).T / FINEST
    return Table(read_only(x), read_only(labels))


def _rows(text: str) -> tuple[Array, list[str]]:
    """Numbers (N, F), and what each row is."""
    lines = {place: line for place, line in enumerate(text.splitlines(), 1) if line.strip(" ,;\t")}
    if not lines:
        raise ValueError("there is nothing in it")
    mark = next((mark for mark in ("\t", ";", ",") if mark in next(iter(lines.values()))), None)
    if mark is None:
        place, first = next(iter(lines.items()))
        raise ValueError(
            f"line {place}, {first.strip()[:40]!r}, is one cell: cells must be parted by semicolons, tabs or commas"
        )
    reader = csv.reader(unclosed(list(lines.values())), delimiter=mark, strict=True)
    places = list(lines)
    try:
        rows = [(places[reader.line_num - 1], [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise ValueError(
            f"line {places[reader.line_num - 1]} cannot be read ({error}): is a quote left open?"
        ) from error
    if any(not _is_number(cell, mark) for cell in rows[0][1][:-1]):
        rows = rows[1:]  # a heading
    if not rows:
        raise ValueError("there is nothing below its heading")
    columns = len(rows[0][1])
    if columns < 2:
        raise ValueError("a row needs a number and, last, its class")
    for line, row in rows:
        if len(row) != columns:
            has = f"{len(row)} cell{'' if len(row) == 1 else 's'}"
            raise ValueError(
                f"line {line}, {', '.join(row)[:40]!r}, has {has}: every row must have {columns}, as the first"
            )
        if not row[-1]:
            raise ValueError(f"line {line} does not say its class")
    numbers = [[_number(cell, mark, line) for cell in row[:-1]] for line, row in rows]
    return np.array(numbers), [row[-1] for _, row in rows]


def _classes(names: list[str]) -> list[str]:
    """In the order of their names."""
    counts = Counter(names)
    if not 2 <= len(counts) <= CLASSES:
        raise ValueError(f"the last column must name 2 to {CLASSES} classes, not {len(counts)}")
    _enough(counts)
    return sorted(counts)


def _enough(counts: Mapping[str, int]) -> None:
    rare, count = min(counts.items(), key=lambda pair: pair[1])
    if count < OF_A_CLASS:
        raise ValueError(f"each class of a table needs at least {OF_A_CLASS} rows, and {rare[:40]!r} has {count}")


def _check(rows: int, columns: int, classes: list[str] | list[int]) -> None:
    if not FEWEST <= rows <= MOST:
        raise ValueError(f"a table has {FEWEST} to {MOST:,} rows here, not {rows:,}")
    if not 1 <= columns <= COLUMNS:
        raise ValueError(f"a table has 1 to {COLUMNS} columns of numbers here, not {columns}")
    if not 2 <= len(classes) <= CLASSES:
        raise ValueError(f"a table has 2 to {CLASSES} classes here, not {len(classes)}")


def _is_number(cell: str, mark: str) -> bool:
    try:
        _number(cell, mark, 1)
    except ValueError:
        return False
    return True


def _number(cell: str, mark: str, line: int) -> float:
    plain = cell.replace("−", "-")
    try:
        value = number(plain if mark == "," else plain.replace(",", "."))
    except ValueError:
        raise ValueError(f"{cell[:40]!r}, in line {line}, is no number") from None
    if not np.isfinite(value) or abs(value) > 1e12:
        raise ValueError(f"{cell[:40]!r}, in line {line}, is too large or missing")
    return value
