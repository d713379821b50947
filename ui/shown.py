"""Draws what an experiment shows, row by row: small maps, a table, or lines.

`ui` knows no experiments. What it draws has these shapes; those of experiments/shown.py fit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import streamlit as st

from ui.chart import line_chart
from ui.maps import Picture, maps


@runtime_checkable
class Maps(Protocol):
    @property
    def pictures(self) -> Sequence[Picture]: ...
    @property
    def alt(self) -> str: ...
    @property
    def frames(self) -> Sequence[str] | None: ...
    @property
    def start(self) -> int: ...


@runtime_checkable
class Table(Protocol):
    @property
    def columns(self) -> Mapping[str, Sequence[Any]]: ...
    @property
    def alt(self) -> str: ...


@runtime_checkable
class Lines(Protocol):
    @property
    def at(self) -> Sequence[float]: ...
    @property
    def lines(self) -> Mapping[str, Sequence[float]]: ...
    @property
    def x(self) -> str: ...
    @property
    def y(self) -> str: ...
    @property
    def alt(self) -> str: ...
    @property
    def log(self) -> bool: ...


class Shown(Protocol):
    @property
    def numbers(self) -> Mapping[str, str]: ...
    @property
    def rows(self) -> Sequence[Maps | Table | Lines]: ...
    @property
    def right(self) -> Collection[int] | None: ...
    @property
    def case(self) -> str | None: ...


def draw(rows: Sequence[Maps | Table | Lines], key: str) -> None:
    """The rows below each other; the key of each is its place."""
    for number, row in enumerate(rows, 1):
        if isinstance(row, Maps):
            maps(row.pictures, key=f"{key}.{number}", alt=row.alt, frames=row.frames, start=row.start)
        elif isinstance(row, Lines):
            line_chart(row.at, row.lines, x=row.x, y=row.y, log=row.log, key=f"{key}.{number}", alt=row.alt)
        else:
            table(row.columns, alt=row.alt)


def table(columns: Mapping[str, Sequence[Any]], *, alt: str) -> None:
    """Column → cells; whole numbers with separators."""
    numbers = {
        name: st.column_config.NumberColumn(format="localized")
        for name, cells in columns.items()
        if isinstance(cells[0], int)
    }
    st.dataframe(columns, column_config=numbers, alt=alt)
