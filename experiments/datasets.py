"""Data sets whose classes are learned on several pages: real digits, real tables, and a table of the learner's own."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from engine import packed, tables
from engine.arrays import Array
from engine.datasets import digits, tumours, wines

DIGITS, TUMOURS, WINES, OWN = "handwritten digits", "tumours", "wines", "your own table"
DATA = (DIGITS, TUMOURS, WINES, OWN)
WANTED = (
    f"CSV, {tables.FEWEST} to {tables.MOST:,} rows: numbers, and in the last column which of "
    f"2 to {tables.CLASSES} classes it is. Of rows alike in all numbers the first counts. An address has room "
    f"for some {packed.LONGEST * 3 // 4:,} numbers, for more where many are alike"
)


class All(NamedTuple):
    """Everything there is of a data set."""

    x: Array
    labels: Array

    @property
    def classes(self) -> int:
        return int(self.labels.max()) + 1


@cache
def _shipped(name: str) -> All:
    if name == DIGITS:
        return All(*digits())
    if name == TUMOURS:
        return All(tumours().x, tumours().malignant.astype(np.int64))
    if name == WINES:
        return All(*wines())
    raise ValueError(f"data must be one of {', '.join(DATA)}, not {name!r}")


def everything(name: str, table: str = "") -> All:
    """One of DATA; of your own table, as it is packed in `table`."""
    return All(*tables.read(table)) if name == OWN else _shipped(name)


def check_data(data: str, table: str) -> None:
    """ValueError if the table cannot be read, or there is none where it is wanted."""
    if table:
        tables.read(table)
    elif data == OWN:
        raise ValueError("there is no table of your own yet")


def standardised(x: Array, learned: Array) -> Array:
    """Every column less its mean, by its standard deviation: both of the rows that are learned from."""
    mean, size = x[learned].mean(axis=0), x[learned].std(axis=0)
    return (x - mean) / np.where(size > 0, size, 1)
