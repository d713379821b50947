"""Sample scenes, built from plain NumPy: what the tests of the scene format and of the lens look at."""

import dataclasses
import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.arrays import Array
from experiments.rules import indices, read, rule
from experiments.scene import (
    Diagram,
    Edit,
    Frames,
    Grid,
    Group,
    Listed,
    Map,
    Mark,
    Phase,
    Pick,
    Read,
    Scale,
    Scene,
    Select,
    Spot,
    Sum,
    Window,
    evaluate,
)

FORWARD = Phase("forward", "Forward", "right", 0, ("y", 0), "kernel position")
LANES = ("Forward: values, left to right", "Backward: gradients of the loss, right to left")


def listed(*terms: list[tuple[int, ...]]) -> Listed:
    """A list of cells for every cell of the target."""
    flat = [cells for cell in terms for cells in cell]
    start = np.cumsum([0, *(len(cell) for cell in terms)])
    factors = len(flat[0]) if flat else 1
    columns = np.array(flat, np.uint32).reshape(-1, factors).T
    return Listed(start.astype(np.uint32), tuple(np.ascontiguousarray(column) for column in columns))


def same(size: int) -> Listed:
    """Cell c of the target reads cell c."""
    return listed(*([(c,)] for c in range(size)))


def picture(size: int, channels: int) -> Array:
    """A cut of a photograph, 0 … 1, (size, size, channels)."""
    from PIL import Image

    found = importlib.util.find_spec("sklearn")
    assert found
    assert found.origin
    image = Image.open(Path(found.origin).parent / "datasets" / "images" / "china.jpg").crop((150, 60, 470, 380))
    small = np.asarray(image.convert("RGB").resize((size, size)), np.float64) / 255
    return np.round(small if channels == 3 else small.mean(axis=2, keepdims=True), 2)


def digit() -> Array:
    """The third 8×8 digit, a two, (8, 8, 1), 0 … 1."""
    from sklearn.datasets import load_digits

    return load_digits().images[2][..., None] / 16


def convolution(
    x: Array, filters: int = 1, kernel: int = 3, stride: int = 1, padding: str = "valid", dilation: int = 1,
    groups: int = 1, seed: int = 7, check: bool = True, dtype: type = np.float64, sobel: bool = False,
) -> Scene:  # fmt: skip
    """y = x ∗ w + b and its gradients for a given ∂L/∂y, all by Window."""
    H, W, C = x.shape
    rng = np.random.default_rng(seed)
    cg, fg = C // groups, filters // groups
    w = np.round(rng.normal(0, 1 / np.sqrt(kernel * kernel * cg), (kernel, kernel, cg, filters)), 2)
    if sobel:
        w[...] = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])[:, :, None, None]
    b = np.round(rng.normal(0, 0.2, filters), 1) + 0.0
    span = dilation * (kernel - 1) + 1
    out = [-(-n // stride) if padding == "same" else (n - span) // stride + 1 for n in (H, W)]
    pad = [
        max(0, (o - 1) * stride + span - n) // 2 if padding == "same" else 0 for o, n in zip(out, (H, W), strict=True)
    ]
    dy = np.round(rng.normal(0, 0.4, (*out, filters)), 2)

    # t = (row, column, group, filter of the group), k = (kernel row, kernel column, channel of the group)
    t_y, k_y = (*out, groups, fg), (kernel, kernel, cg)
    x_read = Read(
        (H, W, groups, cg),
        ((stride, 0, 0, 0), (0, stride, 0, 0), (0, 0, 1, 0), (0, 0, 0, 0)),
        ((dilation, 0, 0), (0, dilation, 0), (0, 0, 0), (0, 0, 1)),
        (-pad[0], -pad[1], 0, 0), (1, 1, 1, 1),
    )  # fmt: skip
    w_read = Read(
        (kernel, kernel, cg, groups, fg),
        ((0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)),
        ((1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0), (0, 0, 0)),
        (0,) * 5, (1,) * 5,
    )  # fmt: skip
    bias = Window((*out, filters), (), (Read((filters,), ((0, 0, 1),), ((),), (0,), (1,)),))
    forward = Window(t_y, k_y, (x_read, w_read))
    # ∂L/∂x at (row, column, group, channel), loop over kernel and filters: row = stride·i + dilation·u − pad
    to_x = Window(
        (H, W, groups, cg), (kernel, kernel, fg),
        (
            Read((kernel, kernel, cg, groups, fg),
                 ((0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 0), (0, 0, 0, 0)),
                 ((1, 0, 0), (0, 1, 0), (0, 0, 0), (0, 0, 0), (0, 0, 1)), (0,) * 5, (1,) * 5),
            Read((*out, groups, fg), ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 0)),
                 ((-dilation, 0, 0), (0, -dilation, 0), (0, 0, 0), (0, 0, 1)),
                 (pad[0], pad[1], 0, 0), (stride, stride, 1, 1)),
        ),
    )  # fmt: skip
    # ∂L/∂w at (kernel row, kernel column, channel, group, filter), loop over the places of y
    to_w = Window(
        (kernel, kernel, cg, groups, fg), (out[0], out[1]),
        (
            Read((H, W, groups, cg), ((dilation, 0, 0, 0, 0), (0, dilation, 0, 0, 0), (0, 0, 0, 1, 0), (0, 0, 1, 0, 0)),
                 ((stride, 0), (0, stride), (0, 0), (0, 0)), (-pad[0], -pad[1], 0, 0), (1,) * 4),
            Read((*out, groups, fg), ((0, 0, 0, 0, 0), (0, 0, 0, 0, 0), (0, 0, 0, 1, 0), (0, 0, 0, 0, 1)),
                 ((1, 0), (0, 1), (0, 0), (0, 0)), (0,) * 4, (1,) * 4),
        ),
    )  # fmt: skip
    to_b = Window(
        (filters,),
        (out[0], out[1]),
        (Read((*out, filters), ((0,), (0,), (1,)), ((1, 0), (0, 1), (0, 0)), (0, 0, 0), (1, 1, 1)),),
    )

    image, ker, maps = ("row", "column", "channel"), ("row", "column", "channel", "filter"), ("row", "column", "filter")
    reach = float(np.ceil(4 * np.abs(w).sum(axis=(0, 1, 2)).max()) / 4)
    digits = 0 if sobel else 2

    def draft(x: Array, w: Array, b: Array, y: Array, dx: Array, dw: Array, db: Array) -> tuple[Grid, ...]:
        numeric = (dx, dw, db) if check else (None, None, None)
        sums = Scale(20.0 if H > 12 else 4.0)
        weights, given = Scale(2.0 if sobel else 1.0), dy.astype(dtype)
        return (
            Grid(
                "x", "x", "input", "input", image, x, Scale(1.0, "brightness"), column=0, digits=2, note="A photograph."
            ),
            Grid("w", "w", "kernel", "weight", ker, w, weights, column=1, digits=digits, edit=Edit(-2, 2, 0.05)),
            Grid("b", "b", "bias", "weight", ("filter",), b, Scale(1.0), column=1, digits=1, edit=Edit(-2, 2, 0.1)),
            Grid("y", "y", "output", "activation", maps, y, Scale(reach), column=2),
            Grid("dx", "∂L/∂x", "gradient", "gradient", image, dx, Scale(2.0), lane=1, column=0, numeric=numeric[0]),
            Grid("dw", "∂L/∂w", "gradient", "gradient", ker, dw, sums, lane=1, column=1, numeric=numeric[1]),
            Grid("db", "∂L/∂b", "gradient", "gradient", ("filter",), db, sums, lane=1, column=1, numeric=numeric[2]),
            Grid("dy", "∂L/∂y", "gradient, given", "gradient", maps, given, Scale(1.0), lane=1, column=2, digits=2),
        )

    steps = (
        Sum("y", "forward", (Group(("x", "w"), forward), Group(("b",), bias))),
        Sum("dx", "backward", (Group(("w", "dy"), to_x),)),
        Sum("dw", "backward", (Group(("x", "dy"), to_w),)),
        Sum("db", "backward", (Group(("dy",), to_b),)),
    )
    middle = int(np.ravel_multi_index((out[0] // 2, out[1] // 2, 0), (*out, filters)))
    phases = (
        Phase("forward", "Forward", "right", 0, ("y", middle), "kernel position"),
        Phase("backward", "Backward", "left", 1, ("dx", int(np.ravel_multi_index((H // 2, W // 2, 0), x.shape)))),
    )
    x, w, b = (a.astype(dtype) for a in (x, w, b))
    empty = [
        np.zeros((*out, filters), dtype),
        np.zeros(x.shape, dtype),
        np.zeros(w.shape, dtype),
        np.zeros(b.shape, dtype),
    ]
    unmade = Scene("Convolution, forward and backward", LANES, phases, draft(x, w, b, *empty), steps)
    made = [evaluate(unmade, step).reshape(e.shape).astype(dtype) for step, e in zip(steps, empty, strict=True)]
    return Scene(unmade.title, LANES, phases, draft(x, w, b, *made), steps, loss=float((made[0] * dy).sum()))


def wrong() -> Scene:
    """A scene that lies: one cell of y is not the sum of its terms, one gradient is not its numerical twin."""
    scene = convolution(digit(), sobel=True)
    by_id = {grid.id: grid for grid in scene.grids}
    y, dx = by_id["y"].values.copy(), by_id["dx"].values.copy()
    y.flat[21] += 0.5
    dx.flat[36] += 1e-3
    changed = {"y": {"values": y}, "dx": {"numeric": dx}}
    grids = tuple(dataclasses.replace(grid, **changed.get(grid.id, {})) for grid in scene.grids)  # type: ignore[arg-type]
    return dataclasses.replace(scene, grids=grids)


def unchecked() -> Scene:
    """Gradients without differences, and the reason why."""
    scene = convolution(digit(), check=False)
    reason = {"unchecked": "not checked here: it would take too long"}
    grids = tuple(dataclasses.replace(grid, **(reason if grid.role == "gradient" else {})) for grid in scene.grids)
    return dataclasses.replace(scene, grids=grids)


def rnn_step(D: int = 3, H: int = 4, nan: bool = False) -> Scene:
    """a = xW + hU + b, h₁ = tanh(a), and backward: slope, ∂a, and ∂W as a product of three."""
    rng = np.random.default_rng(4)
    x, h0, W, U, b, dh = (np.round(rng.normal(0, 0.6, s), 2) for s in ((D,), (H,), (D, H), (H, H), (H,), (H,)))
    if nan:
        x[1] = np.nan
    a = x @ W + h0 @ U + b
    h = np.tanh(a)
    s = 1 - h * h
    da = dh * s
    rows = range(H)
    columns = [[(i, i * H + k) for i in range(D)] for k in rows], [[(i, i * H + k) for i in rows] for k in rows]

    def grid(
        id_: str,
        symbol: str,
        name: str,
        role: str,
        axes: tuple[str, ...],
        v: Array,
        lane: int,
        column: int,
        **more: object,
    ) -> Grid:
        return Grid(id_, symbol, name, role, axes, v, Scale(1.0), lane=lane, column=column, **more)  # type: ignore[arg-type]

    grids = (
        grid("x", "x", "input", "input", ("feature",), x, 0, 0, note="One word of the sentence."),
        grid("h0", "h₀", "state before", "activation", ("unit",), h0, 0, 0),
        grid("W", "W", "kernel", "weight", ("feature", "unit"), W, 0, 1),
        grid("U", "U", "recurrent kernel", "weight", ("from unit", "unit"), U, 0, 1),
        grid("b", "b", "bias", "weight", ("unit",), b, 0, 1),
        grid("a", "a", "before tanh", "activation", ("unit",), a, 0, 2),
        grid("h", "h₁", "state after", "activation", ("unit",), h, 0, 2),
        grid("dx", "∂L/∂x", "gradient", "gradient", ("feature",), W @ da, 1, 0),
        grid("dh0", "∂L/∂h₀", "gradient", "gradient", ("unit",), U @ da, 1, 0),
        grid("dW", "∂L/∂W", "gradient", "gradient", ("feature", "unit"), np.outer(x, da), 1, 1),
        grid("dU", "∂L/∂U", "gradient", "gradient", ("from unit", "unit"), np.outer(h0, da), 1, 1),
        grid("s", "s", "slope of tanh", "activation", ("unit",), s, 1, 2),
        grid("da", "∂L/∂a", "gradient", "gradient", ("unit",), da, 1, 2),
        grid("dh", "∂L/∂h₁", "gradient, given", "gradient", ("unit",), dh, 1, 2),
    )
    steps = (
        Sum("a", "forward", (
            Group(("x", "W"), listed(*columns[0])), Group(("h0", "U"), listed(*columns[1])), Group(("b",), same(H)),
        )),
        Map("h", "forward", "tanh", (Group(("a",), same(H)),)),
        Map("s", "backward", "one minus square", (Group(("h",), same(H)),)),
        Sum("da", "backward", (Group(("dh", "s"), listed(*([(k, k)] for k in rows))),)),
        Sum("dx", "backward", (Group(("W", "da"), listed(*([(i * H + k, k) for k in rows] for i in range(D)))),)),
        Sum("dh0", "backward", (Group(("U", "da"), listed(*([(i * H + k, k) for k in rows] for i in rows))),)),
        Sum("dW", "backward", (Group(("x", "dh", "s"), listed(*([(c // H, c % H, c % H)] for c in range(D * H)))),)),
        Sum("dU", "backward", (Group(("h0", "dh", "s"), listed(*([(c // H, c % H, c % H)] for c in range(H * H)))),)),
    )  # fmt: skip
    phases = (Phase("forward", "Forward", "right", 0, ("h", 1)), Phase("backward", "Backward", "left", 1, ("dW", 1)))
    return Scene("One step of a simple RNN", LANES, phases, grids, steps)


def max_pool() -> Scene:
    """y takes the largest of every 2×2 block of x."""
    x = np.round(np.random.default_rng(1).normal(0, 0.5, (6, 6)), 2)
    blocks = Window((3, 3), (2, 2), (Read((6, 6), ((2, 0), (0, 2)), ((1, 0), (0, 1)), (0, 0), (1, 1)),))
    cells = x.reshape(3, 2, 3, 2).transpose(0, 2, 1, 3).reshape(9, 4)
    best = cells.argmax(axis=1)
    rows, columns = np.divmod(np.arange(9), 3)
    winner = ((2 * rows + best // 2) * 6 + 2 * columns + best % 2).reshape(3, 3)
    grids = (
        Grid("x", "x", "input", "input", ("row", "column"), x, Scale(1.0), column=0),
        Grid(
            "y", "y", "output", "activation", ("row", "column"), cells.max(axis=1).reshape(3, 3), Scale(1.0), column=1
        ),
    )
    return Scene("Max pooling", LANES[:1], (FORWARD,), grids, (Select("y", "forward", Group(("x",), blocks), winner),))


def softmax(n: int = 5) -> Scene:
    """p = exp(z) / Σ exp(z): a map, a sum with one cell, a quotient."""
    z = np.array([1.2, -0.7, 0.0, 2.1, -3.0])[:n]
    e, p = np.exp(z), np.exp(z) / np.exp(z).sum()
    everywhere = listed([(c,) for c in range(n)])
    grids = (
        Grid("z", "z", "scores", "activation", ("class",), z, Scale(3.0), column=0),
        Grid("e", "e", "exponentials", "activation", ("class",), e, Scale(10.0, "magnitude"), column=1),
        Grid("s", "Σ", "their sum", "activation", (), np.array(e.sum()), Scale(20.0, "magnitude"), column=1),
        Grid("p", "p", "probabilities", "activation", ("class",), p, Scale(1.0, "log", 4), column=2),
    )
    steps = (
        Map("e", "forward", "exp", (Group(("z",), same(n)),)),
        Sum("s", "forward", (Group(("e",), everywhere),)),
        Map("p", "forward", "quotient", (Group(("e",), same(n)), Group(("s",), listed(*([(0,)] for _ in range(n)))))),
    )
    phase = Phase("forward", "Forward", "right", 0, ("p", 3))
    return Scene("Softmax", LANES[:1], (phase,), grids, steps)


def recorded(count: int = 20) -> Scene:
    """Descent on ½·‖w − t‖²: w, its gradient and the update, a frame a training step."""
    t = np.array([0.8, -0.6, 0.3, -0.1])
    w = [np.array([-1.0, 1.0, 1.0, 0.0])]
    for _ in range(count - 1):
        w.append(w[-1] - 0.2 * (w[-1] - t))
    W = np.stack(w)
    grids = (
        Grid("w", "w", "weights", "weight", ("weight",), W, Scale(1.0), column=0),
        Grid("t", "t", "target", "input", ("weight",), t, Scale(1.0), column=1),
        Grid("g", "∂L/∂w", "gradient", "gradient", ("weight",), W - t, Scale(2.0), column=2),
        Grid("n", "w′", "weights after", "weight", ("weight",), W - 0.2 * (W - t), Scale(1.0), column=3),
    )
    steps = (
        Map("g", "run", "difference", (Group(("w",), same(4)), Group(("t",), same(4)))),
        Sum("n", "run", (Group(("w",), same(4)), Group(("g",), same(4), -0.2))),
    )
    phase = Phase("run", "Update", "right", 0, ("n", 1))
    return Scene(
        "Gradient descent", ("One step of descent",), (phase,), grids, steps, frames=Frames(count, "training step")
    )


def gated(word: str = "abba", units: int = 2) -> Scene:
    """h_t = z_t h_{t−1} + (1 − z_t) v_t, z = σ(x w): a state over time, its gate, and ∂L/∂h of L = Σ h_T."""
    letters = sorted(set(word))
    T, C, U = len(word), len(letters), units
    x = np.eye(C)[[letters.index(letter) for letter in word]]
    rng = np.random.default_rng(6)
    w, v = np.round(rng.normal(0, 1, (C, U)), 2), np.round(rng.normal(0, 0.5, (T, U)), 2)
    z, h, dh = 1 / (1 + np.exp(-(x @ w))), np.zeros((T, U)), np.ones((T, U))
    for step in range(T):
        h[step] = z[step] * (h[step - 1] if step else 0) + (1 - z[step]) * v[step]
    for step in reversed(range(T - 1)):
        dh[step] = z[step + 1] * dh[step + 1]
    time = {"time step": tuple(word)}

    def over_time(
        id_: str, symbol: str, name: str, role: str, values: Array, scale: Scale, lane: int, column: int, **more: object
    ) -> Grid:
        axes, names = ("time step", "letter" if id_ == "x" else "unit"), time | {"letter": tuple(letters)}
        return Grid(
            id_, symbol, name, role, axes, values, scale, plane=(1, 0), lane=lane, column=column, names=names, **more
        )  # type: ignore[arg-type]

    grids = (
        over_time("x", "x", "input", "input", x, Scale(1), 0, 0, note="A word."),
        Grid("w", "w", "kernel", "weight", ("letter", "unit"), w, Scale(2), column=1, names={"letter": tuple(letters)}),
        over_time("v", "v", "new", "input", v, Scale(1), 0, 0, note="Given."),
        over_time("z", "z", "gate", "activation", z, Scale(1, "magnitude"), 0, 2),
        over_time("h", "h", "state", "activation", h, Scale(1), 0, 3),
        over_time("dh", "∂L/∂h", "gradient", "gradient", dh, Scale(1), 1, 3, numeric=dh),
    )
    t, u, c = indices("t u c")
    cells, here = {t: T, u: U}, read((T, U), t, u)
    before, later = read((T, U), t - 1, u), read((T, U), t + 1, u)
    seen = rule(cells, {c: C}, read((T, C), t, c), read((C, U), c, u))
    last = np.zeros((T, U))
    last[-1] = 1
    steps = (
        Sum("z", "forward", (Group(("x", "w"), seen),), after="sigmoid"),
        Sum("h", "forward", (
            Group(("z", "h"), rule(cells, {}, here, before)),
            Group(("z", "v"), rule(cells, {}, here, here), through=("one minus", None)),
        )),
        Sum("dh", "backward", (Group(("z", "dh"), rule(cells, {}, later, later)),), last),
    )  # fmt: skip
    diagram = Diagram(
        (4, 2), ("time step", "unit"),
        (
            Spot((0.5, 0.5), {"forward": "h", "backward": "dh"}, {"time step": -1}),
            Spot((2, 1.5), {"forward": "z"}),
            Spot((0.5, 1.5), {"forward": "x"}),
            Spot((3.5, 0.5), {"forward": "h", "backward": "dh"}),
        ),
        (Mark((2, 0.5), "×"),),
        (((0.5, 0.5), (2, 0.5)), ((2, 1.5), (2, 0.5)), ((2, 0.5), (3.5, 0.5))),
    )  # fmt: skip
    phases = (
        Phase("forward", "Forward", "right", 0, ("h", (T - 1) * U), along="time step"),
        Phase("backward", "Backward", "left", 1, ("dh", 0), along="time step"),
    )
    return Scene("A gated state", LANES, phases, grids, steps, loss=float(h[-1].sum()), diagram=diagram)


def looked_up(words: tuple[str, ...] = ("cat", "dog", "mouse", "elephant")) -> Scene:
    """y takes rows of a table with named rows; the same as a product, and ∂L/∂W of L = Σ y."""
    table = np.round(np.random.default_rng(5).normal(0, 0.5, (4, 3)), 2)
    sentence = (2, 0, 2)
    T, C = len(sentence), 3
    x, y = np.array(sentence, float)[:, None], table[list(sentence)]
    names = {"word": words, "place": tuple(words[v] for v in sentence)}
    dw = np.zeros_like(table)
    np.add.at(dw, list(sentence), np.ones((T, C)))
    cells = [(t, v * C + c) for t, v in enumerate(sentence) for c in range(C)]
    used = [[(t * C + c,) for t, w in enumerate(sentence) if w == v] for v in range(4) for c in range(C)]
    grids = (
        Grid("x", "x", "words", "input", ("place", "number"), x, Scale(4, "label"), digits=0, names=names),
        Grid("w", "W", "table", "weight", ("word", "dimension"), table, Scale(1), column=1, digits=2, names=names),
        Grid("y", "y", "vectors", "activation", ("place", "dimension"), y, Scale(1), column=2, digits=2, names=names),
        Grid("dw", "∂L/∂W", "gradient", "gradient", ("word", "dimension"), dw, Scale(2), lane=1, column=1,
             numeric=dw, names=names),
        Grid("dy", "∂L/∂y", "gradient", "gradient", ("place", "dimension"), np.ones((T, C)), Scale(1), lane=1,
             column=2),
    )  # fmt: skip
    steps = (
        Pick("y", "forward", Group(("x", "w"), listed(*([cell] for cell in cells)))),
        Sum("dw", "backward", (Group(("dy",), listed(*used)),)),
    )
    phases = (
        Phase("forward", "Forward", "right", 0, ("y", 0), along="place"),
        Phase("backward", "Backward", "left", 1, ("dw", 2 * C)),
    )
    return Scene("A look-up", LANES, phases, grids, steps, loss=float(y.sum()))


SCENES: dict[str, Callable[[], Scene]] = {
    "digit": lambda: convolution(digit(), sobel=True),
    "photograph": lambda: convolution(picture(48, 1), sobel=True),
    "colours": lambda: convolution(picture(48, 3), filters=4, padding="same"),
    "strided": lambda: convolution(
        np.round(np.random.default_rng(3).uniform(0, 1, (9, 8, 2)), 2), 4, 3, 2, "same", 2, 2
    ),
    "unchecked": unchecked,
    "single": lambda: convolution(digit(), dtype=np.float32),
    "rnn": rnn_step,
    "nan": lambda: rnn_step(nan=True),
    "pool": max_pool,
    "softmax": softmax,
    "recorded": recorded,
    "gated": gated,
    "look-up": looked_up,
    "right to left": lambda: looked_up(("חתול", "כלב", "עכבר", "פיל")),
    "wrong": wrong,
}
