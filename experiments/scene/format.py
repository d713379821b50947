"""What the lens draws: named grids of numbers, and for every number the step that made it.

A scene is data. The lens knows no layer; it knows four kinds of step, each from cells of grids to one cell:

    Sum     cell = constant + Σ coefficient · a · b · c      (up to three factors), and perhaps a function of that
    Map     cell = f(a, b, …)                                (a named function, FUNCTIONS in evaluation.py)
    Select  cell = the winner among some cells of one grid   (max pooling)
    Pick    cell = the cell of a grid that a number of another grid names   (a row of a table)

Which cells enter is said by an index: `Listed` names every term, `Window` gives a rule, so that 1.8 million terms of
a convolution cost a few numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.arrays import Array

Role = Literal["input", "weight", "activation", "gradient"]


@dataclass(frozen=True)
class Scale:
    """A fixed colour scale: it depends on settings, never on the numbers drawn.

    signed: −max … max, blue to orange; brightness: 0 … max, black to white, for pictures;
    magnitude: 0 … max, Cividis; log: signed, `decades` powers of ten below max;
    label: numbers that only name something, without colour.
    """

    max: float
    kind: Literal["signed", "brightness", "magnitude", "log", "label"] = "signed"
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
    lane: int = field(default=0, kw_only=True)  # row of the stage
    column: int = field(default=0, kw_only=True)  # column of the stage
    span: int = field(default=1, kw_only=True)  # columns of the stage that it may take
    plane: tuple[int, int] | None = None  # (row axis, column axis), -1 for none; default: the first two axes
    names: Mapping[str, tuple[str, ...]] | None = None  # axis → what its indices are called: "gate" → i, f, g, o
    digits: int | None = None  # decimals, where the numbers are round; default: three significant digits
    numeric: Array | None = None  # finite differences of the same cells
    unchecked: str | None = None  # for a gradient without them: why
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
    through: tuple[str | None, ...] | None = None  # for each factor: a function of FUNCTIONS that it is read through


@dataclass(frozen=True)
class Sum:
    target: str
    phase: str
    groups: tuple[Group, ...]
    constant: Array | None = None  # the shape of the target; with frames: (frames, *shape)
    after: str | None = None  # a function of FUNCTIONS: the cell is this of the sum


@dataclass(frozen=True)
class Map:
    """cell = function(arguments): each argument is coefficient · one cell of a grid, exactly one term a cell."""

    target: str
    phase: str
    function: str  # a name in FUNCTIONS of evaluation.py
    arguments: tuple[Group, ...]


@dataclass(frozen=True)
class Select:
    target: str
    phase: str
    group: Group  # one factor: the candidates
    winner: Array  # flat index of the chosen cell, the shape of the target; with frames: (frames, *shape)


@dataclass(frozen=True)
class Pick:
    target: str
    phase: str
    group: Group  # two factors, one term a cell: the number that names, and the cell that it names


Step = Sum | Map | Select | Pick


@dataclass(frozen=True)
class Phase:
    """A direction to read the scene in."""

    id: str
    label: str
    arrow: Literal["right", "left"]
    lane: int
    start: tuple[str, int]  # grid and cell that are selected first
    step: str | None = None  # what the player counts: "kernel position"
    along: str | None = (
        None  # the axis, by its word, that the player walks along, from its end if the arrow points left
    )


@dataclass(frozen=True)
class Spot:
    """A place of a diagram where the selected cell of a grid stands: which grid, that depends on the direction."""

    at: tuple[float, float]  # column and row of the diagram
    grids: Mapping[str, str]  # phase → grid; in another phase there is nothing at this place
    moved: Mapping[str, int] | None = None  # axis → how far from the selected index: {"time step": −1}, the one before
    first: Mapping[str, str] | None = None  # phase → the grid that stands before the first index; else nothing does


@dataclass(frozen=True)
class Mark:
    """A sign of a diagram: "×"."""

    at: tuple[float, float]
    text: str


@dataclass(frozen=True)
class Diagram:
    """How grids make each other, drawn with the numbers of one cell of each: the indices of `axes` that are selected.

    Wires are lines from place to place, forward; in a phase whose arrow points left they are read the other way.
    """

    size: tuple[float, float]  # columns and rows
    axes: tuple[str, ...]
    spots: tuple[Spot, ...]
    marks: tuple[Mark, ...]
    wires: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True)
class Units:
    """A column of units in a drawing of a network: which grid holds their numbers, that depends on the direction."""

    name: str
    grids: Mapping[str, str]  # phase → grid
    mask: str | None = None  # the grid that silences some: those with 0


@dataclass(frozen=True)
class Network:
    """Units and the lines between them, drawn above the grids: each is a cell, and pressing it goes there."""

    units: tuple[Units, ...]
    weights: tuple[str, ...]  # grids of the lines from one column to the next, (from, to)
    slopes: tuple[str, ...] = ()  # grids of their gradients: what the lines are in a phase whose arrow points left
    rate: float = 0.0  # the share of the units with a mask that is silenced, on average


@dataclass(frozen=True)
class Node:
    """A number in a drawing of a computation, and under it its gradient: the same cell of another grid."""

    at: tuple[float, float]  # column and row of the drawing
    symbol: str  # "w₁₂"
    grid: str
    cell: int
    gradient: str | None = None  # the grid of ∂L/∂ this number
    operation: str = ""  # what makes it: "×"; nothing for what is given


@dataclass(frozen=True)
class Graph:
    """A computation as a graph of single numbers, drawn above the grids; the steps of the scene are its edges.

    The player walks the nodes: forward as they stand here, backward from the last to the first.
    """

    size: tuple[float, float]  # columns and rows
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Frames:
    """A recorded run: every grid whose values have one axis more holds a frame for each step of it.

    A frame is complete in itself, as a training step is. Steps of a sequence feed each other: they are an axis of the
    grids, not frames.
    """

    count: int
    axis: str  # "training step"
    start: int = 0  # number of the first: 1 where things are counted, as in "input cell 1 of 16"


@dataclass(frozen=True)
class Scene:
    title: str
    lanes: tuple[str, ...]
    phases: tuple[Phase, ...]
    grids: tuple[Grid, ...]
    steps: tuple[Step, ...]
    loss: float | None = None  # the loss that the gradients are of: sets the floor of the gradient check
    frames: Frames | None = None
    diagram: Diagram | None = None
    network: Network | None = None
    graph: Graph | None = None

    @property
    def roles(self) -> dict[str, Role]:
        """By symbol: the colours of the words that name a grid."""
        return {grid.symbol: grid.role for grid in self.grids}
