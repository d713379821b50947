"""What the lens draws: named grids of numbers, and for every number the step that made it.

A scene is data. The lens knows no layer; it knows three kinds of step, each from cells of grids to one cell:

    Sum     cell = constant + Σ coefficient · a · b · c      (up to three factors)
    Map     cell = f(a, b, …)                                (a named function, see FUNCTIONS)
    Select  cell = the winner among some cells of one grid   (max pooling)

Which cells enter is said by an index: `Listed` names every term, `Window` gives a rule, so that 1.8 million terms of
a convolution cost a few numbers. `terms()` turns either into a list, `evaluate()` recomputes a step's cells from the
grids; tests hold both against the engine, and the browser's twin (assets/lens/steps.js) against the same bytes.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Role = Literal["input", "weight", "activation", "gradient"]


@dataclass(frozen=True)
class Scale:
    """A fixed colour scale: it depends on settings, never on the numbers drawn.

    signed: −max … max, blue to orange; brightness: 0 … max, black to white, for pictures;
    magnitude: 0 … max, Cividis; log: signed, `decades` powers of ten below max.
    """

    max: float
    kind: Literal["signed", "brightness", "magnitude", "log"] = "signed"
    decades: int = 6


@dataclass(frozen=True)
class Edit:
    """The learner may change the cells of this grid, by slider or by typing, within these bounds."""

    min: float
    max: float
    step: float


@dataclass(frozen=True)
class Grid:
    """A named tensor on the stage: two of its axes are drawn as rows and columns, the others become small maps."""

    id: str
    symbol: str  # "x", "∂L/∂w"
    name: str  # "input"
    role: Role
    axes: tuple[str, ...]  # a word an axis; equal words are linked between grids
    values: Array  # the shape of the axes; with frames: (frames, *shape)
    scale: Scale
    lane: int = 0  # row of the stage
    column: int = 0  # column of the stage
    plane: tuple[int, int] | None = None  # (row axis or -1, column axis); default: the first two axes
    digits: int | None = None  # decimals, where the numbers are round; default: three significant digits
    numeric: Array | None = None  # finite differences of the same cells
    edit: Edit | None = None
    note: str | None = None  # for a grid that no step makes: where its numbers come from


@dataclass(frozen=True)
class Listed:
    """Every term named: the terms of cell c are start[c] … start[c + 1] − 1, cells[f][k] is factor f's flat index."""

    start: Array  # (cells of the target + 1,) uint32
    cells: tuple[Array, ...]  # a factor each: (terms,) uint32


@dataclass(frozen=True)
class Read:
    """Where a factor is read: along its axis d, at (target[d] · t + loop[d] · k + offset[d]) / divisor[d].

    t is the target's index and k the loop's. Where a coordinate is no whole number or lies outside the factor,
    the term does not exist (padding, strides).
    """

    shape: tuple[int, ...]  # of the factor; may split an axis of its grid (channels → groups × channels a group)
    target: tuple[tuple[int, ...], ...]  # an integer row an axis of the factor
    loop: tuple[tuple[int, ...], ...]
    offset: tuple[int, ...]
    divisor: tuple[int, ...]


@dataclass(frozen=True)
class Window:
    """A rule instead of a list: for each target index t and each loop index k, one term."""

    target: tuple[int, ...]  # shape of the target; may split an axis of its grid
    loop: tuple[int, ...]  # extents of the loop
    reads: tuple[Read, ...]  # a factor each


@dataclass(frozen=True)
class Group:
    """Products of one kind: coefficient · Π factors, summed over the terms that the index gives."""

    factors: tuple[str, ...]  # ids of one to three grids
    index: Listed | Window
    coefficient: float = 1.0


@dataclass(frozen=True)
class Sum:
    target: str
    phase: str
    groups: tuple[Group, ...]
    constant: Array | None = None  # the shape of the target; with frames: (frames, *shape)


@dataclass(frozen=True)
class Map:
    """cell = function(arguments): each argument is coefficient · one cell of a grid, exactly one term a cell."""

    target: str
    phase: str
    function: str  # a name in FUNCTIONS
    arguments: tuple[Group, ...]


@dataclass(frozen=True)
class Select:
    target: str
    phase: str
    group: Group  # one factor: the candidates
    winner: Array  # flat index of the chosen cell, the shape of the target; with frames: (frames, *shape)


Step = Sum | Map | Select


@dataclass(frozen=True)
class Phase:
    """A direction to read the scene in."""

    id: str
    label: str
    arrow: Literal["right", "left"]
    lane: int
    start: tuple[str, int]  # grid and cell that are selected first
    step: str | None = None  # what the player counts: "kernel position"


@dataclass(frozen=True)
class Frames:
    """A recorded run: every grid whose values have one axis more holds a frame for each step of it.

    A frame is complete in itself, as a training step is. Steps of a sequence feed each other: they are an axis of the
    grids, not frames.
    """

    count: int
    axis: str  # "training step"


@dataclass(frozen=True)
class Scene:
    title: str
    lanes: tuple[str, ...]
    phases: tuple[Phase, ...]
    grids: tuple[Grid, ...]
    steps: tuple[Step, ...]
    loss: float | None = None  # the loss that the gradients are of: sets the floor of the gradient check
    frames: Frames | None = None


# The named functions of a Map; assets/lens/functions.js has their twins, a test compares the two.
FUNCTIONS: Mapping[str, Callable[..., Array]] = {
    "identity": lambda a: a,
    "negative": np.negative,
    "relu": lambda a: np.maximum(a, 0),
    "step": lambda a: (a > 0).astype(np.float64),  # slope of ReLU
    "tanh": np.tanh,
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "exp": np.exp,
    "log": np.log,
    "one minus square": lambda a: 1 - a * a,  # slope of tanh, from its output
    "one minus": lambda a: 1 - a,
    "difference": lambda a, b: a - b,
    "quotient": lambda a, b: a / b,
}


class Terms(NamedTuple):
    """The terms of every cell of a target, in order: term k adds to cell[k] and reads cells[f][k] of factor f."""

    cell: Array  # (terms,)
    cells: tuple[Array, ...]  # a factor each: (terms,)


def terms(index: Listed | Window) -> Terms:
    """Writes an index out as a list of terms."""
    if isinstance(index, Listed):
        return Terms(np.repeat(np.arange(len(index.start) - 1), np.diff(index.start)), index.cells)
    t = np.indices(index.target).reshape(len(index.target), math.prod(index.target), 1)  # (axes, cells, 1)
    k = np.indices(index.loop).reshape(len(index.loop), 1, math.prod(index.loop))  # (axes, 1, loop)
    exists = np.ones((t.shape[1], k.shape[2]), bool)
    flats = []
    for read in index.reads:
        flat = np.zeros(exists.shape, np.int64)
        for size, by_target, by_loop, offset, divisor in zip(
            read.shape, read.target, read.loop, read.offset, read.divisor, strict=True
        ):
            at = offset + sum(a * t[i] for i, a in enumerate(by_target)) + sum(a * k[i] for i, a in enumerate(by_loop))
            exists &= (at % divisor == 0) & (at >= 0) & (at < size * divisor)
            flat = flat * size + at // divisor
        flats.append(flat)
    return Terms(np.nonzero(exists)[0], tuple(flat[exists] for flat in flats))


def evaluate(scene: Scene, step: Step, frame: int = 0) -> Array:
    """Recomputes the cells of a step's target from the other grids, flat: what the lens shows as arithmetic."""
    size = math.prod(values(scene, step.target, frame)[0])
    if isinstance(step, Select):
        return values(scene, step.group.factors[0], frame)[1][_in_frame(step.winner, size, frame)]
    if isinstance(step, Map):
        arguments = [
            g.coefficient * values(scene, g.factors[0], frame)[1][terms(g.index).cells[0]] for g in step.arguments
        ]
        return FUNCTIONS[step.function](*arguments)
    total = np.zeros(size)
    if step.constant is not None:
        total += _in_frame(step.constant, size, frame)
    for group in step.groups:
        listed = terms(group.index)
        product = np.full(len(listed.cell), group.coefficient)
        for factor, cells in zip(group.factors, listed.cells, strict=True):
            product = product * values(scene, factor, frame)[1][cells]
        total = total + np.bincount(listed.cell, product, size)
    return total


def values(scene: Scene, grid_id: str, frame: int = 0) -> tuple[tuple[int, ...], Array]:
    """Shape and flat values of a grid in a frame."""
    grid = next(grid for grid in scene.grids if grid.id == grid_id)
    recorded = grid.values.ndim > len(grid.axes)
    array = grid.values[frame] if recorded else grid.values
    return array.shape, array.ravel()


def _in_frame(array: Array, size: int, frame: int) -> Array:
    """What belongs to a frame, flat, of an array that holds one entry a cell, or one a frame and cell."""
    return array.reshape(-1, size)[frame if array.size > size else 0]


def pack(scene: Scene) -> bytes:
    """One payload for the browser, little-endian: a JSON header, then every array on a multiple of 8 bytes.

    "LENS" | u32 version = 1 | u32 length of the header | u32 0 | header in UTF-8, padded with spaces | arrays.
    In the header an array is {"$": [dtype, offset, length, shape]}, offset from the end of the padded header.
    """
    parts: list[bytes] = []
    at = 0

    def encode(value: Any) -> Any:
        nonlocal at
        if isinstance(value, np.ndarray):
            array = np.asarray(value, value.dtype.newbyteorder("<"), order="C")
            kind = {"f": "f", "u": "u", "i": "i"}[array.dtype.kind] + str(array.dtype.itemsize)
            at_now, padding = at, -array.nbytes % 8
            parts.append(array.tobytes() + b"\0" * padding)
            at += array.nbytes + padding
            return {"$": [kind, at_now, array.size, list(array.shape)]}
        if dataclasses.is_dataclass(value):
            fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
            if isinstance(value, (*_STEPS, Listed, Window)):
                fields["kind"] = type(value).__name__.lower()
            return {name: field for name, field in fields.items() if field is not None}
        raise TypeError(f"a scene cannot hold {type(value).__name__}")

    if scene.loss is not None and not math.isfinite(scene.loss):
        scene = dataclasses.replace(scene, loss=None)  # JSON has no NaN
    header = json.dumps(scene, default=encode, ensure_ascii=False, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    return b"LENS" + np.array([1, len(header), 0], "<u4").tobytes() + header + b"".join(parts)


_STEPS: Sequence[type] = (Sum, Map, Select)
