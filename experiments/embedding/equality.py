"""EM1: a look-up is a product with one-hot rows, without the work; only rows that were used get a gradient."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import Dense, Embedding
from engine.optimizers import Adam
from engine.rows import Rows
from experiments.embedding.lookup import Lookup, lookup
from experiments.embedding.scales import scales
from experiments.embedding.spec import EmbeddingSpec
from experiments.numbers import BYTES, counted, significant, whole
from experiments.scene import Scale
from experiments.shown import Maps, Picture, Shown, Table

ALL, PLACES, DIFFERENT = 0, 1, 2  # the lesson's answers: how many rows have a gradient
VOCABULARIES = (100, 10_000, 50_000)
DIMENSIONS = 300


class Equality(NamedTuple):
    run: Lookup
    equal: int  # cells of y that are the same in both, to the last bit
    difference: float  # largest, of ∂L/∂W
    rows: int
    places: int  # words of the sentence
    different: int  # different ones among them
    with_gradient: int  # rows of ∂L/∂W that are not all 0

    @property
    def right(self) -> set[int]:
        """The answers that come true. A row of zeros has a gradient of zeros, where L is ½ Σ y²."""
        counts = {ALL: self.rows, PLACES: self.places, DIFFERENT: self.different}
        return {answer for answer, count in counts.items() if count == self.with_gradient}


class Cost(NamedTuple):
    """One sentence, looked up in a table of so many rows, and as a product."""

    rows: int
    products: int  # multiply–adds of the product
    copied: int  # numbers that the look-up copies
    whole: int  # bytes of ∂L/∂W as an array
    by_rows: int  # and by rows, with their numbers


class Drift(NamedTuple):
    """How far a word's row moves in a step in which it does not occur: the largest of its numbers."""

    whole: float
    by_rows: float


def equality(spec: EmbeddingSpec) -> Equality:
    """Look-up and product of the learner's own sentence, forward and backward."""
    run = lookup(spec)
    words = run.x if run.mask is None else run.x[run.mask > 0]
    return Equality(
        run,
        int((run.y == run.product).sum()),
        float(np.abs(run.dw_whole - run.dw_product).max()),
        spec.input_dim,
        len(words),
        len(np.unique(words)),
        int(run.dw_whole.any(axis=1).sum()),
    )


def cost(x: Array, rows: int) -> Cost:
    """Counted on the layers themselves."""
    dense, size = Dense(DIMENSIONS, use_bias=False), len(x) * DIMENSIONS
    table = Embedding(rows, DIMENSIONS)
    used = len(np.unique(x))
    return Cost(
        rows,
        dense.operation_count((len(x), rows)),
        size,
        BYTES * table.parameter_count((len(x),)),
        used * (BYTES * DIMENSIONS + np.dtype(np.int64).itemsize),
    )


def drift(spec: EmbeddingSpec, run: Lookup) -> Drift:
    """Two steps of Adam: on the sentence, and on nothing. Then no word has a gradient, but Adam remembers one."""
    moved = []
    nothing = Rows(np.array([], np.int64), np.zeros((0, spec.output_dim)), run.w.shape)
    for second in (np.zeros_like(run.w), nothing):
        adam, params = Adam(0.01), {"embeddings": run.w}
        params, slots = adam.update(params, {"embeddings": run.dw_whole}, adam.init(params))
        after, _ = adam.update(params, {"embeddings": second}, slots)
        moved.append(float(np.abs(after["embeddings"] - params["embeddings"]).max()))
    return Drift(*moved)


def show(spec: EmbeddingSpec) -> Shown:
    """Both ways side by side, forward and backward, and what each would cost with more words."""
    result = equality(spec)
    run, moved = result.run, drift(spec, result.run)
    costs = [cost(run.x, rows) for rows in VOCABULARIES]
    numbers = {
        "equal": whole(result.equal),
        "cells": whole(run.y.size),
        "difference": significant(result.difference),
        "with_gradient": counted(result.with_gradient, "row"),
        "without": whole(result.rows - result.with_gradient),
        "work": whole(costs[-1].products),
        "copied": whole(costs[-1].copied),
        "vocabulary": whole(VOCABULARIES[-1]),
        "drift": significant(moved.whole),
        "still": significant(moved.by_rows),
    }
    return Shown(numbers, [_forward(spec, result), _backward(spec, result), _costs(costs)], right=result.right)


def _forward(spec: EmbeddingSpec, result: Equality) -> Maps:
    run, size = result.run, scales(spec)["w"]
    pictures = [
        Picture("onehot", run.onehot, Scale(1), "input"),
        Picture("W", run.w, size, "weight"),
        Picture("onehot × W", run.product, size, "activation"),
        Picture("look-up", run.y, size, "activation"),
    ]
    alt = f"{result.equal} of {run.y.size} cells of the product and of the look-up are the same, to the last bit"
    return Maps(pictures, alt)


def _backward(spec: EmbeddingSpec, result: Equality) -> Maps:
    run, scale = result.run, scales(spec)
    pictures = [
        Picture("∂L/∂y", run.dy, scale["dy"], "gradient"),
        Picture("∂L/∂W by the product", run.dw_product, scale["dw"], "gradient"),
        Picture("∂L/∂W by the look-up", run.dw_whole, scale["dw"], "gradient"),
    ]
    if spec.sparse_gradient:
        pictures.append(Picture("as it is kept: by rows", run.dw, scale["dw"], "gradient"))
    alt = f"{result.with_gradient} of {result.rows} rows have a gradient, in the others every number is exactly 0"
    return Maps(pictures, alt)


def _costs(costs: list[Cost]) -> Table:
    columns = {
        "words in the table": [one.rows for one in costs],
        "multiply–adds of the product": [one.products for one in costs],
        "numbers that the look-up copies": [one.copied for one in costs],
        "bytes of ∂L/∂W, whole": [one.whole for one in costs],
        "bytes of ∂L/∂W, by rows": [one.by_rows for one in costs],
    }
    most = costs[-1]
    return Table(
        columns, f"With {whole(most.rows)} words, {whole(most.products)} multiply–adds against {most.copied} copies"
    )
