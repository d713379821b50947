"""What an experiment shows: rows to draw, and the numbers of its text. The page draws it by ui.lesson.experiment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from engine.arrays import Array
from experiments.scene import Role, Scale


@dataclass(frozen=True)
class Picture:
    label: str
    values: Array  # (rows, columns) or (frames, rows, columns)
    scale: Scale
    role: Role
    left_out: Array | None = None  # cells that are struck, as they mean nothing: the shape of values
    marks: Array | None = None  # (n, 4)  row, column, height, width of places that are framed and numbered 1…n
    sparse: bool = False  # hardly any cell is not exactly 0: each that is not is a dot, however small a cell is
    printed: bool = False  # whole numbers, written in their cells
    struck: str = "left out"  # what is said of the cells that are struck


@dataclass(frozen=True)
class Maps:
    """Small heat maps side by side. `alt`, here and below, says in numbers what is shown now."""

    pictures: Sequence[Picture]
    alt: str
    frames: Sequence[str] | None = None  # a caption a frame
    start: int = 0  # the frame that is shown first


@dataclass(frozen=True)
class Sheet:
    """Small pictures in a table, on one scale; those of a place belong together."""

    lines: Sequence[str]  # a heading each
    columns: Sequence[str]
    places: Sequence[Sequence[Sequence[Array]]]  # lines × columns × pictures, (rows, columns) each
    scale: Scale
    role: Role
    alt: str


@dataclass(frozen=True)
class Table:
    columns: Mapping[str, Sequence[str] | Sequence[int]]
    alt: str


@dataclass(frozen=True)
class Lines:
    at: Sequence[float] | Array
    lines: Mapping[
        str, Sequence[float] | Array
    ]  # name → a value for each place in `at`; with frames a row of them each
    x: str  # what the axes count, in words
    y: str
    alt: str
    log: bool = False  # both axes
    across: bool = False  # of the axes, only that of the places is logarithmic
    span: tuple[float, float] | None = None  # the heights are logarithmic, from the one to the other whatever is drawn
    marks: Sequence[int] | Array = ()  # places in `at` where the first line is ringed
    bands: Mapping[str, tuple[Array, Array]] = field(default_factory=dict)  # name → (low, high), shaded in between
    looks: Mapping[str, tuple[int, float]] = field(default_factory=dict)  # name → which dash, how wide; else in turn
    frames: Sequence[str] | None = None  # a caption a frame
    start: int = 0  # the frame that is shown first
    follow: bool = False  # it plays by itself to the newest frame, as they come
    cursor: bool = False  # each place in `at` is a frame: pointing at one shows it in the charts that move together


@dataclass(frozen=True)
class Bars:
    """Counts by group, a bar each; those of a group stand beside each other."""

    groups: Sequence[str]
    bars: Mapping[str, Array]  # name → (groups,), or (frames, groups)
    x: str  # what the axes count, in words
    y: str
    alt: str
    frames: Sequence[str] | None = None
    start: int = 0
    follow: bool = False
    player: bool = True  # else it is only led by the charts that it moves together with


@dataclass(frozen=True)
class Points:
    """A map of named points; its axes have one scale, and no meaning of their own."""

    names: Sequence[str]
    at: Array  # (points, 2), or (frames, points, 2)
    groups: Mapping[str, Sequence[int]]  # name → which points
    role: Role
    alt: str
    links: Sequence[tuple[int, int]] = ()  # points that are joined by a line
    hushed: Collection[str] = ()  # groups whose names are there only for who points at them
    title: str = ""  # before the names of the groups
    frames: Sequence[str] | None = None
    start: int = 0
    follow: bool = False


@dataclass(frozen=True)
class Walks:
    """Gradients on their way back through unrolled networks, on a fixed log scale."""

    picture: bytes  # experiments.recurrent.walk.drawn
    alt: str


@dataclass(frozen=True)
class Tracks:
    """Ways over a surface of two numbers, growing from frame to frame."""

    axis: Array  # of both
    heights: Array  # (second, first), drawn as lines of equal height
    tracks: Mapping[str, Array]  # name → (places, 2)
    reached: Sequence[int]  # the last place that each frame has come to
    x: str  # what the axes count, in words
    y: str
    alt: str
    frames: Sequence[str]
    start: int = 0  # the frame that is shown first
    follow: bool = False


@dataclass(frozen=True)
class Plane:
    """A probability over two numbers, and points of two classes that it is to tell apart."""

    axis: Array  # of both
    shares: Array  # (frames, second, first), 0 … 1
    points: Mapping[str, Array]  # name of the class → (points, 2); the first is that of 0
    x: str  # what the axes count, in words
    y: str
    alt: str
    frames: Sequence[str]
    start: int = 0  # the frame that is shown first
    follow: bool = False


@dataclass(frozen=True)
class Codes:
    """A plane of two numbers to walk through: what is painted at its places, and the codes that lie in it."""

    label: str
    names: Sequence[str]  # of the codes
    at: Array  # (codes, 2)
    axes: tuple[Array, Array]  # the places of the first and of the second number, evenly spaced
    table: Array  # (second, first, rows, columns)  what is painted there
    scale: Scale
    role: str
    alt: str
    link: str  # the parameter of the address that keeps the place of the point


@dataclass(frozen=True)
class Passage:
    label: str
    text: str
    marks: Sequence[int]  # for each character: 0 beside, 1 looked at, 2 found


@dataclass(frozen=True)
class Text:
    """Lines of words, in which characters are marked."""

    passages: Sequence[Passage]
    alt: str


@dataclass(frozen=True)
class Cell:
    """Of a board: what stands there, and what is said of it. Cells with the same `kind` look alike; 0 stands back."""

    label: str
    details: Sequence[str] = ()
    kind: int = 0  # 0 … 2
    level: int | None = None  # one of the board's levels, as its ground: instead of a kind
    marked: bool = False  # framed


@dataclass(frozen=True)
class Board:
    """A table of cells with words: which of some things is where. None has not been computed yet."""

    corner: str  # what the lines and columns are
    lines: Sequence[str]  # a heading each
    columns: Sequence[str]
    cells: Sequence[Sequence[Cell | None]]  # lines × columns
    alt: str
    measure: str = ""  # what the levels are of
    levels: Sequence[str] = ()  # at most 5, the least first: grounds that never move
    mark: str = ""  # what a frame says


One: TypeAlias = Maps | Sheet | Table | Lines | Bars | Points | Walks | Tracks | Plane | Codes | Text | Board


@dataclass(frozen=True)
class Beside:
    """Rows side by side, where there is room."""

    rows: Sequence[One]


Row: TypeAlias = One | Beside


@dataclass(frozen=True)
class Shown:
    numbers: Mapping[str, str]  # of the lesson's text: `{name}` → how it is written; none: only the rows are drawn yet
    rows: Sequence[Row]
    right: Collection[int] | None = None  # numbers of the right answers, where they depend on the settings
    case: str | None = None  # a section of the text that is told only in this case


@dataclass(frozen=True)
class Part:
    """Of a long experiment: how far it has come, and what it shows so far."""

    done: float  # 0 … 1
    shown: Shown | None
