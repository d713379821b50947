"""The lens's scene: its grids, and for every number the step that made it.

look-up        y[t, c] = W[x_t, c]                       a number names a row
backward       ∂L/∂W[v, c] = Σ ∂L/∂y[t, c] over all t with x_t = v
one-hot        y′[t, c] = Σ_v onehot[t, v] W[v, c]       the same numbers
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.arrays import Array
from experiments.edits import LIMIT
from experiments.embedding.lookup import Differences, Lookup, differences, lookup
from experiments.embedding.scales import scales
from experiments.embedding.spec import EmbeddingSpec
from experiments.losses import HALF_SQUARES, NAMES, NOTES
from experiments.rules import indices, read, rule, same
from experiments.scene import Edit, Grid, Group, Listed, Phase, Pick, Role, Scale, Scene, Step, Sum

PLACE, WORD, DIMENSION = "place", "word", "dimension"
SENTENCE = "The words of the sentence, each as the number of its row in W."
MASK = "1 where there is a word. Later layers pass the other places over, so nothing comes back from them."
ONE_HOT = "A 1 in the column of the word that stands at this place, and 0 in all others."


def scene(spec: EmbeddingSpec) -> Scene:
    """The learner's table under the lens, its gradients once more by differences beside it."""
    run = lookup(spec)
    return scene_of(spec, run, differences(spec, run))


def scene_of(spec: EmbeddingSpec, run: Lookup, numeric: Differences) -> Scene:
    """The grids of a look-up, and where each number comes from."""
    first = int(np.argmax(np.bincount(run.x, run.mask, spec.input_dim)))  # the word that occurs most often
    columns, last = spec.output_dim, len(spec.words) - 1
    return Scene(
        title="Embedding, look-up and backward",
        lanes=(
            "Look-up: a number names a row",
            f"Backward: gradients of {NAMES[spec.loss]}{', words alone' if spec.mask_zero else ''}, right to left",
            "One-hot × W: the same numbers, by a product",
        ),
        phases=(
            Phase("forward", "Look-up", "right", 0, ("x", last), along=PLACE),
            Phase("backward", "Backward", "left", 1, ("dw", int(np.searchsorted(run.rows, first)) * columns)),
            Phase("product", "One-hot × W", "right", 2, ("p", last * columns), along=PLACE),
        ),
        grids=_grids(spec, run, numeric),
        steps=_steps(spec, run),
        loss=run.loss,
    )


def _grids(spec: EmbeddingSpec, run: Lookup, numeric: Differences) -> tuple[Grid, ...]:
    words = spec.vocabulary
    names = {WORD: words, PLACE: tuple(words[row] for row in run.x)}
    scale = scales(spec)
    size = scale["w"]

    def grid(
        id_: str, symbol: str, name: str, role: Role, axes: tuple[str, ...], values: Array, scale: Scale, **more: Any
    ) -> Grid:
        return Grid(id_, symbol, name, role, axes, values, scale, names=more.pop("names", names), **more)

    table, vectors, edit = (WORD, DIMENSION), (PLACE, DIMENSION), Edit(-LIMIT, LIMIT, size.max / 20)
    grids = [
        grid("x", "x", "words", "input", (PLACE, "number"), run.x[:, None].astype(float),
             Scale(spec.input_dim, "label"), column=0, digits=0, note=SENTENCE),
        grid("w", "W", "table", "weight", table, run.w, size, column=1, edit=edit),
        grid("y", "y", "vectors", "activation", vectors, run.y, size, column=2),
        grid("dw", "∂L/∂W", "gradient", "gradient", table, run.dw, scale["dw"], lane=1, column=1,
             numeric=numeric.dw, names=names | {WORD: tuple(words[row] for row in run.rows)}),
        grid("dy", "∂L/∂y", "gradient", "gradient", vectors, run.dy, scale["dy"], lane=1, column=2, numeric=numeric.dy,
             note=NOTES[spec.loss]),
        grid("o", "onehot", "one-hot rows", "input", (PLACE, WORD), run.onehot, Scale(1), lane=2, column=0, span=2,
             digits=0, note=ONE_HOT),
        grid("p", "y′", "onehot × W", "activation", vectors, run.product, size, lane=2, column=2),
    ]  # fmt: skip
    if run.mask is not None:
        grids.insert(
            1,
            grid(
                "m", "mask", "is it a word?", "input", (PLACE, "flag"), run.mask[:, None], Scale(1), digits=0, note=MASK
            ),
        )
    return tuple(grids)


def _steps(spec: EmbeddingSpec, run: Lookup) -> tuple[Step, ...]:
    (T, C), V = run.y.shape, spec.input_dim
    t, v, c = indices("t v c")
    cells = {t: T, c: C}
    taken = [[(place, row * C + column)] for place, row in enumerate(run.x) for column in range(C)]
    used = [
        [(place * C + column,) for place in np.flatnonzero(run.x == row)] for row in run.rows for column in range(C)
    ]
    steps: list[Step] = [
        Pick("y", "forward", Group(("x", "w"), _listed(taken, 2))),
        Sum("dw", "backward", (Group(("dy",), _listed(used, 1)),)),
        Sum("p", "product", (Group(("o", "w"), rule(cells, {v: V}, read((T, V), t, v), read((V, C), v, c))),)),
    ]
    if spec.loss == HALF_SQUARES:
        masked = Group(("y", "m"), rule(cells, {}, read((T, C), t, c), read((T,), t)))
        steps.append(Sum("dy", "backward", (same("y", run.y.shape) if run.mask is None else masked,)))
    return tuple(steps)


def _listed(terms: Sequence[Sequence[tuple[int, ...]]], factors: int) -> Listed:
    """The cells that each cell of a target reads, a factor each."""
    start = np.cumsum([0, *map(len, terms)]).astype(np.uint32)
    flat = np.array([cells for cell in terms for cells in cell], np.uint32).reshape(-1, factors)
    return Listed(start, tuple(np.ascontiguousarray(column) for column in flat.T))
