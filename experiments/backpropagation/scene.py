"""The lens on the graph: every node a cell, every operation a step, forward and backward."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from experiments.backpropagation.graph import FINAL, Run, run
from experiments.backpropagation.spec import CROSS_ENTROPY, INPUTS, RELU, SIGMOID, UNITS, GraphSpec
from experiments.edits import LIMIT
from experiments.scene import Edit, Graph, Grid, Group, Listed, Map, Node, Phase, Role, Scale, Scene, Step, Sum

IN, UNIT = "input", "unit"
CALLED = {IN: ("1", "2"), UNIT: ("1", "2")}
GIVEN = "Drawn from the seed; change it, and all that follows from it follows."
KINK = "a ReLU is at its kink, or nearly: there differences say nothing"
START = {FINAL: "It is 1 by definition: L changes exactly as much as L does. Here the way back begins."}
SIZE = Scale(2.0)


def scene(spec: GraphSpec) -> Scene:
    found = run(spec)
    return Scene(
        title="A small network as a graph of single operations",
        lanes=("Forward: the same numbers, left to right", "Backward: gradients of L, right to left"),
        phases=(
            Phase("forward", "Forward", "right", 0, ("p", 0), step="node"),
            Phase("backward", "Backward", "left", 1, (f"d{FINAL}", 0), step="node"),
        ),
        grids=(*_values(spec, found), *_gradients(spec, found)),
        steps=(*_forward(spec), *_backward(spec)),
        loss=float(found.values[FINAL]),
        graph=Graph((9.3, 8.2), _nodes(spec)),
    )


def _shapes(spec: GraphSpec) -> dict[str, tuple[str, str, Role, tuple[str, ...], int]]:
    """name → symbol, what it is, role, axes, column of the stage."""
    shapes: dict[str, tuple[str, str, Role, tuple[str, ...], int]] = {
        "x": ("x", "input", "input", (IN,), 0),
        "w": ("w", "first weights", "weight", (IN, UNIT), 1),
        "p": ("p", "products x w", "activation", (IN, UNIT), 2),
        "b": ("b", "first biases", "weight", (UNIT,), 3),
        "z": ("z", "sums", "activation", (UNIT,), 4),
        "h": ("h", f"{spec.activation} of z", "activation", (UNIT,), 5),
        "v": ("v", "second weights", "weight", (UNIT,), 6),
        "q": ("q", "products h v", "activation", (UNIT,), 7),
        "c": ("c", "second bias", "weight", (), 6),
        "s": ("s", "output", "activation", (), 8),
    }
    if spec.loss == CROSS_ENTROPY:
        shapes["y"] = ("y", "probability σ(s)", "activation", (), 8)
        shapes["r"] = ("r", "ln(1 + eˢ)", "activation", (), 9)
        shapes["m"] = ("m", "product t s", "activation", (), 9)
    else:
        shapes["e"] = ("e", "error s − t", "activation", (), 9)
    return shapes | {"t": ("t", "target", "input", (), 9), FINAL: ("L", "loss", "activation", (), 10)}


def _values(spec: GraphSpec, found: Run) -> list[Grid]:
    grids = []
    for id_, (symbol, name, role, axes, column) in _shapes(spec).items():
        low, high = (0.0, 1.0) if id_ == "t" else (-LIMIT, LIMIT)
        edit = Edit(low, high, 0.01) if id_ in "xwbvct" else None
        note = None if edit is None else GIVEN
        grids.append(_grid(id_, symbol, name, role, axes, found.values[id_], column, 0, edit=edit, note=note))
    return grids


def _gradients(spec: GraphSpec, found: Run) -> list[Grid]:
    grids = []
    for id_, (symbol, _, _, axes, column) in _shapes(spec).items():
        if f"d{id_}" not in found.values:
            continue
        check = {"unchecked": KINK} if found.numeric is None else {"numeric": found.numeric[f"d{id_}"]}
        gradient = found.values[f"d{id_}"]
        more = {**check, "note": START.get(id_)}
        grids.append(_grid(f"d{id_}", f"∂L/∂{symbol}", "gradient", "gradient", axes, gradient, column, 1, **more))
    return grids


def _grid(
    id_: str,
    symbol: str,
    name: str,
    role: Role,
    axes: tuple[str, ...],
    values: Array,
    column: int,
    lane: int,
    **more: object,
) -> Grid:
    plane = (0, -1) if len(axes) == 1 else None
    names = {axis: CALLED[axis] for axis in axes} or None
    return Grid(id_, symbol, name, role, axes, values, SIZE, plane=plane, names=names, column=column, lane=lane, **more)  # type: ignore[arg-type]


def _listed(*cells: Sequence[tuple[int, ...]]) -> Listed:
    """The terms of each cell of a target, one list a cell; a tuple names a cell of each factor."""
    start = np.cumsum([0, *(len(terms) for terms in cells)]).astype(np.uint32)
    flat = np.array([term for terms in cells for term in terms], np.uint32)
    return Listed(start, tuple(np.ascontiguousarray(column) for column in flat.T))


Terms = Sequence[Sequence[tuple[int, ...]]]  # a list a cell of the target; a tuple names a cell of each factor
PAIRS = [(i, j) for i in range(INPUTS) for j in range(UNITS)]  # cells of w and p, in order
ONE, EACH = [[(0,)]], [[(j,)] for j in range(UNITS)]


def _forward(spec: GraphSpec) -> list[Step]:
    def of(name: str, *cells: Sequence[tuple[int, ...]], by: float = 1.0) -> Group:
        return Group(tuple(name), _listed(*cells), by)

    steps: list[Step] = [
        Sum("p", "forward", (of("xw", *([(i, cell)] for cell, (i, _) in enumerate(PAIRS))),)),
        Sum("z", "forward", (of("p", *([(j,), (UNITS + j,)] for j in range(UNITS))), of("b", *EACH))),
        Map("h", "forward", spec.activation, (of("z", *EACH),)),
        Sum("q", "forward", (of("hv", *([(j, j)] for j in range(UNITS))),)),
        Sum("s", "forward", (of("q", [(j,) for j in range(UNITS)]), of("c", *ONE))),
    ]
    if spec.loss == CROSS_ENTROPY:
        return [
            *steps,
            Map("y", "forward", "sigmoid", (of("s", *ONE),)),
            Map("r", "forward", "softplus", (of("s", *ONE),)),
            Sum("m", "forward", (of("ts", [(0, 0)]),)),
            Sum(FINAL, "forward", (of("r", *ONE), of("m", *ONE, by=-1.0))),
        ]
    return [
        *steps,
        Sum("e", "forward", (of("s", *ONE), of("t", *ONE, by=-1.0))),
        Sum(FINAL, "forward", (of("ee", [(0, 0)], by=0.5),)),
    ]


def _backward(spec: GraphSpec) -> list[Step]:
    def back(target: str, *groups: Group) -> Step:
        return Sum(target, "backward", groups)

    def of(*factors: str, cells: Terms, by: float = 1.0, through: str | None = None) -> Group:
        read = (None, through) if through else None
        return Group(factors, _listed(*cells), by, read)

    both = [[(0, 0)]]
    steps: list[Step] = [Sum(f"d{FINAL}", "backward", (), constant=np.ones(()))]
    if spec.loss == CROSS_ENTROPY:
        steps += [
            back("dr", of("dL", cells=ONE)),
            back("dm", of("dL", cells=ONE, by=-1.0)),
            back("ds", of("dr", "y", cells=both), of("dm", "t", cells=both)),
        ]
    else:
        steps += [back("de", of("dL", "e", cells=both)), back("ds", of("de", cells=ONE))]
    units = [[(j, j)] for j in range(UNITS)]
    source, slope = {RELU: ("z", "step"), SIGMOID: ("h", "times one minus")}.get(
        spec.activation, ("h", "one minus square")
    )
    return [
        *steps,
        back("dq", of("ds", cells=[[(0,)]] * UNITS)),
        back("dc", of("ds", cells=ONE)),
        back("dv", of("dq", "h", cells=units)),
        back("dh", of("dq", "v", cells=units)),
        back("dz", of("dh", source, cells=units, through=slope)),
        back("db", of("dz", cells=EACH)),
        back("dp", of("dz", cells=[[(j,)] for _, j in PAIRS])),
        back("dw", of("dp", "x", cells=[[(cell, i)] for cell, (i, _) in enumerate(PAIRS)])),
        back(
            "dx",
            of("dp", "w", cells=[[(cell, cell) for cell, (k, _) in enumerate(PAIRS) if k == i] for i in range(INPUTS)]),
        ),
    ]


def _nodes(spec: GraphSpec) -> tuple[Node, ...]:
    """As they are computed: what is given first."""
    phi = {RELU: "max", SIGMOID: "σ"}.get(spec.activation, "tanh")
    tail = (
        [("s", 0, "s", (6.7, 4.1), "+"), ("y", 0, "y", (7.7, 1.3), "σ"), ("r", 0, "r", (7.7, 3.1), "ln"),
         ("t", 0, "t", (7.7, 6.9), ""), ("m", 0, "m", (7.7, 5.1), "×"), (FINAL, 0, "L", (8.8, 4.1), "−")]
        if spec.loss == CROSS_ENTROPY
        else [("s", 0, "s", (6.7, 4.1), "+"), ("t", 0, "t", (7.75, 5.9), ""), ("e", 0, "e", (7.75, 4.1), "−"),
              (FINAL, 0, "L", (8.8, 4.1), "½e²")]
    )  # fmt: skip
    nodes = [
        ("x", 0, "x₁", (0.5, 2.5), ""), ("x", 1, "x₂", (0.5, 5.7), ""),
        *(("w", cell, f"w{_low(i)}{_low(j)}", (1.6, _height(i, j)), "") for cell, (i, j) in enumerate(PAIRS)),
        *(("b", j, f"b{_low(j)}", (3.7, (0.6, 7.6)[j]), "") for j in range(UNITS)),
        *(("p", cell, f"p{_low(i)}{_low(j)}", (2.65, _height(i, j)), "×") for cell, (i, j) in enumerate(PAIRS)),
        *(("z", j, f"z{_low(j)}", (3.7, (2.2, 6.0)[j]), "+") for j in range(UNITS)),
        *(("h", j, f"h{_low(j)}", (4.7, (2.2, 6.0)[j]), phi) for j in range(UNITS)),
        *(("v", j, f"v{_low(j)}", (5.7, (0.8, 7.4)[j]), "") for j in range(UNITS)),
        *(("q", j, f"q{_low(j)}", (5.7, (2.6, 5.6)[j]), "×") for j in range(UNITS)),
        ("c", 0, "c", (6.7, 2.2), ""),
        *tail,
    ]  # fmt: skip
    without = ("t", "y")  # nothing goes back through them
    return tuple(Node(at, symbol, id_, cell, None if id_ in without else f"d{id_}", operation)
                 for id_, cell, symbol, at, operation in nodes)  # fmt: skip


def _low(index: int) -> str:
    return "₁₂"[index]


def _height(i: int, j: int) -> float:
    return ((1.2, 5.0), (3.1, 7.0))[i][j]
