"""Draws what an experiment shows, row by row: small maps, a sheet of pictures, a table, lines, bars,
points on a map, a plane to walk through, gradients in unrolled networks, or words.

`ui` knows no experiments. What it draws has these shapes; those of experiments/shown.py fit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any, Protocol, TypeAlias, runtime_checkable
from zlib import crc32

import streamlit as st
from numpy.typing import NDArray

from ui.chart import bar_chart, line_chart, point_chart
from ui.codes import codes
from ui.maps import Picture, Scale, maps
from ui.sheet import sheet
from ui.tracks import plane_chart, track_chart
from ui.unrolled import unrolled


class Told(Protocol):
    """What says in words what it shows now."""

    @property
    def alt(self) -> str: ...


class Axes(Protocol):
    """The names of both axes."""

    @property
    def x(self) -> str: ...
    @property
    def y(self) -> str: ...


@runtime_checkable
class Maps(Told, Protocol):
    @property
    def pictures(self) -> Sequence[Picture]: ...
    @property
    def frames(self) -> Sequence[str] | None: ...
    @property
    def start(self) -> int: ...


@runtime_checkable
class Sheet(Told, Protocol):
    @property
    def lines(self) -> Sequence[str]: ...
    @property
    def columns(self) -> Sequence[str]: ...
    @property
    def places(self) -> Sequence[Sequence[Sequence[NDArray[Any]]]]: ...
    @property
    def scale(self) -> Scale: ...
    @property
    def role(self) -> str: ...


@runtime_checkable
class Table(Told, Protocol):
    @property
    def columns(self) -> Mapping[str, Sequence[Any]]: ...


class Film(Protocol):
    """A chart that may have frames."""

    @property
    def frames(self) -> Sequence[str] | None: ...
    @property
    def start(self) -> int: ...
    @property
    def follow(self) -> bool: ...


@runtime_checkable
class Lines(Film, Axes, Told, Protocol):
    @property
    def at(self) -> Sequence[float] | NDArray[Any]: ...
    @property
    def lines(self) -> Mapping[str, Sequence[float] | NDArray[Any]]: ...
    @property
    def log(self) -> bool: ...
    @property
    def across(self) -> bool: ...
    @property
    def span(self) -> tuple[float, float] | None: ...
    @property
    def marks(self) -> Sequence[int] | NDArray[Any]: ...
    @property
    def bands(self) -> Mapping[str, tuple[Sequence[float] | NDArray[Any], Sequence[float] | NDArray[Any]]]: ...
    @property
    def looks(self) -> Mapping[str, tuple[int, float]]: ...
    @property
    def cursor(self) -> bool: ...


@runtime_checkable
class Bars(Film, Axes, Told, Protocol):
    @property
    def groups(self) -> Sequence[str]: ...
    @property
    def player(self) -> bool: ...
    @property
    def bars(self) -> Mapping[str, NDArray[Any]]: ...


@runtime_checkable
class Points(Film, Told, Protocol):
    @property
    def names(self) -> Sequence[str]: ...
    @property
    def at(self) -> NDArray[Any]: ...
    @property
    def groups(self) -> Mapping[str, Sequence[int]]: ...
    @property
    def links(self) -> Sequence[tuple[int, int]]: ...
    @property
    def hushed(self) -> Collection[str]: ...
    @property
    def title(self) -> str: ...
    @property
    def role(self) -> str: ...


@runtime_checkable
class Walks(Told, Protocol):
    @property
    def picture(self) -> bytes: ...


@runtime_checkable
class Tracks(Film, Axes, Told, Protocol):
    @property
    def axis(self) -> NDArray[Any]: ...
    @property
    def heights(self) -> NDArray[Any]: ...
    @property
    def tracks(self) -> Mapping[str, NDArray[Any]]: ...
    @property
    def reached(self) -> Sequence[int]: ...


@runtime_checkable
class Plane(Film, Axes, Told, Protocol):
    @property
    def axis(self) -> NDArray[Any]: ...
    @property
    def shares(self) -> NDArray[Any]: ...
    @property
    def points(self) -> Mapping[str, NDArray[Any]]: ...


@runtime_checkable
class Codes(Told, Protocol):
    @property
    def label(self) -> str: ...
    @property
    def link(self) -> str: ...
    @property
    def names(self) -> Sequence[str]: ...
    @property
    def at(self) -> NDArray[Any]: ...
    @property
    def axes(self) -> tuple[NDArray[Any], NDArray[Any]]: ...
    @property
    def table(self) -> NDArray[Any]: ...
    @property
    def scale(self) -> Scale: ...
    @property
    def role(self) -> str: ...


class Passage(Protocol):
    @property
    def label(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def marks(self) -> Sequence[int]: ...  # for each character: 0 beside, 1 looked at, 2 found


@runtime_checkable
class Text(Told, Protocol):
    @property
    def passages(self) -> Sequence[Passage]: ...


class Cell(Protocol):
    @property
    def label(self) -> str: ...
    @property
    def details(self) -> Sequence[str]: ...
    @property
    def kind(self) -> int: ...  # 0 stands back, 1 and 2 each have a ground of their own
    @property
    def level(self) -> int | None: ...
    @property
    def marked(self) -> bool: ...


@runtime_checkable
class Board(Told, Protocol):
    @property
    def corner(self) -> str: ...
    @property
    def lines(self) -> Sequence[str]: ...
    @property
    def columns(self) -> Sequence[str]: ...
    @property
    def cells(self) -> Sequence[Sequence[Cell | None]]: ...
    @property
    def measure(self) -> str: ...
    @property
    def levels(self) -> Sequence[str]: ...
    @property
    def mark(self) -> str: ...


One: TypeAlias = Maps | Sheet | Table | Lines | Bars | Points | Walks | Tracks | Plane | Codes | Text | Board


@runtime_checkable
class Beside(Protocol):
    @property
    def rows(self) -> Sequence[One]: ...


Row: TypeAlias = One | Beside


class Shown(Protocol):
    @property
    def numbers(self) -> Mapping[str, str]: ...
    @property
    def rows(self) -> Sequence[Row]: ...
    @property
    def right(self) -> Collection[int] | None: ...
    @property
    def case(self) -> str | None: ...


def draw(rows: Sequence[Row], key: str, settings: Any = None, together: str | None = None) -> None:
    """The rows below each other; the key of each is its place. With other settings, a chart's frames begin anew.

    Charts with frames move with the other charts of `together`, maps with the other maps; where it is not said, with
    those of these rows.
    """
    together = together or key
    for number, row in enumerate(rows, 1):
        if isinstance(row, Beside):
            for place, (column, each) in enumerate(zip(st.columns(len(row.rows)), row.rows, strict=True), 1):
                with column:
                    draw([each], f"{key}.{number}.{place}", settings, together)
        elif isinstance(row, Board):
            board(row)
        elif isinstance(row, Maps):
            maps(
                row.pictures, key=f"{key}.{number}", alt=row.alt,
                frames=row.frames, start=row.start, linked=together,
            )  # fmt: skip
        elif isinstance(row, Sheet):
            sheet(
                row.lines, row.columns, row.places,
                scale=row.scale, role=row.role, key=f"{key}.{number}", alt=row.alt,
            )  # fmt: skip
        elif isinstance(row, Codes):
            codes(
                row.names, row.at, row.axes, row.table,
                scale=row.scale, role=row.role, label=row.label, link=row.link, key=f"{key}.{number}", alt=row.alt,
            )  # fmt: skip
        elif isinstance(row, Lines):
            line_chart(
                row.at, row.lines, x=row.x, y=row.y, log=row.log, across=row.across, span=row.span, marks=row.marks,
                bands=row.bands, looks=row.looks, cursor=row.at if row.cursor else None,
                key=f"{key}.{number}", alt=row.alt, **_frames(row, together, settings),
            )  # fmt: skip
        elif isinstance(row, Bars):
            bar_chart(
                row.groups, row.bars, x=row.x, y=row.y, player=row.player,
                key=f"{key}.{number}", alt=row.alt, **_frames(row, together, settings),
            )  # fmt: skip
        elif isinstance(row, Plane):
            plane_chart(
                row.axis, row.shares, row.points, x=row.x, y=row.y,
                key=f"{key}.{number}", alt=row.alt, **_frames(row, together, settings),
            )  # fmt: skip
        elif isinstance(row, Tracks):
            track_chart(
                row.axis, row.heights, row.tracks, row.reached, x=row.x, y=row.y,
                key=f"{key}.{number}", alt=row.alt, **_frames(row, together, settings),
            )  # fmt: skip
        elif isinstance(row, Points):
            point_chart(
                row.names, row.at, row.groups, links=row.links, hushed=row.hushed, title=row.title, role=row.role,
                key=f"{key}.{number}", alt=row.alt, **_frames(row, together, settings),
            )  # fmt: skip
        elif isinstance(row, Walks):
            unrolled(row.picture, row.alt, key=f"{key}.{number}")
        elif isinstance(row, Text):
            words(row.passages, alt=row.alt)
        else:
            table(row.columns, alt=row.alt)


def _frames(row: Film, together: str, settings: Any) -> dict[str, Any]:
    """What a chart is told of its frames; nothing where there are none. Those of one experiment move together."""
    if row.frames is None:
        return {}
    run = f"{crc32(repr(settings).encode()):x}"  # short, also where the settings hold a text of the learner's own
    return {"frames": row.frames, "start": row.start, "follow": row.follow, "run": run, "linked": together}


def words(passages: Sequence[Passage], *, alt: str) -> None:
    """A line each: its label, and its characters, of which some are looked at and some of these found."""
    tags = '<span class="beside">', '<span class="covered">', "<mark>"
    lines = []
    for passage in passages:
        runs = groupby(zip(passage.marks, passage.text, strict=True), key=lambda pair: pair[0])
        # escaped: the words may be the learner's own, or come with a link
        spans = [(mark, escape("".join(character for _, character in run))) for mark, run in runs]
        marked = "".join(f"{tags[mark]}{span}{'</mark>' if mark == 2 else '</span>'}" for mark, span in spans)
        lines.append(f'<li><span class="label">{escape(passage.label)}</span> <code>{marked}</code></li>')
    st.html(f'<ul class="words" aria-label="{escape(alt)}">{"".join(lines)}</ul>')


def board(row: Board) -> None:
    """A table whose cells hold words. Who reads it aloud hears the headings with each cell; arrow keys scroll it."""
    heads = "".join(f'<th scope="col">{escape(column)}</th>' for column in row.columns)
    lines = "".join(
        f'<tr><th scope="row">{escape(line)}</th>{"".join(map(_cell, cells))}</tr>'
        for line, cells in zip(row.lines, row.cells, strict=True)
    )
    st.html(
        f'<div class="board" tabindex="0"><table aria-label="{escape(row.alt)}">'
        f'<thead><tr><th scope="col">{escape(row.corner)}</th>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
        f"{_levels(row)}"
    )


def _levels(row: Board) -> str:
    """What the grounds of a board mean, below it."""
    if not row.levels:
        return ""
    grounds = "".join(f'<span class="level-{k}">{escape(words)}</span>' for k, words in enumerate(row.levels))
    mark = f'<span class="marked">{escape(row.mark)}</span>' if row.mark else ""
    return f'<p class="levels">{escape(row.measure)} {grounds}{mark}</p>'


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return '<td class="waits">to come</td>'
    details = "".join(f"<small>{escape(words)}</small>" for words in cell.details)
    ground = f"kind-{cell.kind}" if cell.level is None else f"level-{cell.level}"
    return f'<td class="{ground}{" marked" if cell.marked else ""}"><b>{escape(cell.label)}</b>{details}</td>'


def table(columns: Mapping[str, Sequence[Any]], *, alt: str) -> None:
    """Column → cells; whole numbers with separators."""
    numbers = {
        name: st.column_config.NumberColumn(format="localized")
        for name, cells in columns.items()
        if isinstance(cells[0], int)
    }
    st.dataframe(columns, column_config=numbers, alt=alt)
