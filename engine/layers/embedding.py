"""Embedding: a table with a row for each word; a word's number picks its row.

    y_k = W[x_k]                              dW[v] = Σ dy_k  over all k with x_k = v

A word that does not occur gets the gradient 0, and one that occurs twice the sum of both. The same as a matrix product:
let onehot(x)_k be a row of zeros with a 1 in column x_k. Then

    y = onehot(x) W                           dW = onehot(x)ᵀ dy

but V − 1 of V products in each sum are with 0, and none is computed here. Between word 3 and word 4 there is nothing,
so x has no derivative: dx is None.

With `sparse_gradient` dW is `Rows`: the rows of the words that occur, and no others.

Shapes: x (B, …) whole numbers 0 … V − 1, y (B, …, C), W = embeddings (V, C), V = input_dim, C = output_dim.

Bengio, Ducharme, Vincent and Jauvin 2003, "A neural probabilistic language model",
https://www.jmlr.org/papers/v3/bengio03a.html
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_flag, check_gradient, check_integer
from engine.initializers import initializer
from engine.kernels.embedding import add_rows
from engine.kernels.workers import run
from engine.layers.layer import Layer, Params, State
from engine.rows import Rows


class EmbeddingTrace(NamedTuple):
    x: Array  # (B, …)  whole numbers
    mask: Array | None  # (B, …)  False where there is no word; None without `mask_zero`


@dataclass(frozen=True)
class Embedding(Layer):
    """(B, …) → (B, …, output_dim). With `mask_zero`, index 0 says that there is no word: later layers pass it over."""

    input_dim: int
    output_dim: int
    embeddings_initializer: str = "uniform"
    mask_zero: bool = False
    sparse_gradient: bool = False

    uses = frozenset({"mask"})

    def __post_init__(self) -> None:
        for name in ("input_dim", "output_dim"):
            object.__setattr__(self, name, check_integer(name, getattr(self, name)))
        for name in ("mask_zero", "sparse_gradient"):
            object.__setattr__(self, name, check_flag(name, getattr(self, name)))
        initializer(self.embeddings_initializer)

    def output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape, self.output_dim)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return {"embeddings": (self.input_dim, self.output_dim)}

    def operation_count(self, input_shape: Shape) -> int:
        """Nothing is computed: numbers are copied."""
        return 0

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        shape = self.parameter_shapes(input_shape)["embeddings"]
        return {"embeddings": initializer(self.embeddings_initializer)(rng, shape, dtype)}, {}

    def check(self, params: Params, x: Array) -> None:
        self.check_parameters(params, x.shape)
        if not np.issubdtype(x.dtype, np.integer):
            raise ValueError(f"Embedding takes whole numbers, the words' places in the table: x is {x.dtype}")
        if x.ndim < 1:
            raise ValueError(f"Embedding takes a batch: x of shape {x.shape} has no axis for it")
        if x.size and not 0 <= x.min() <= x.max() < self.input_dim:
            wrong = x.min() if x.min() < 0 else x.max()
            raise ValueError(f"x must be 0 … {self.input_dim - 1}, as input_dim is {self.input_dim}, not {wrong}")

    def forward(self, params: Params, x: Array, *, mask: Array | None = None) -> tuple[Array, EmbeddingTrace]:
        self.check(params, x)
        # y = W[x]
        return params["embeddings"][x], EmbeddingTrace(x, x != 0 if self.mask_zero else mask)

    def backward(self, params: Params, trace: EmbeddingTrace, dy: Array) -> tuple[None, dict[str, Array | Rows]]:
        x = trace.x
        self.check(params, x)
        w = params["embeddings"]
        check_gradient(dy, (*x.shape, self.output_dim), w.dtype, of="embeddings")
        # y = W[x]
        words = x.reshape(-1).astype(np.int64)
        if not self.sparse_gradient:
            return None, {"embeddings": _sums(words, dy, self.input_dim)}
        used, place = np.unique(words, return_inverse=True)
        return None, {"embeddings": Rows(used, _sums(place, dy, len(used)), w.shape)}


def _sums(rows: Array, dy: Array, count: int) -> Array:
    """(count, C): row r is the sum of all dy_k with rows_k = r."""
    dw = np.zeros((count, dy.shape[-1]), dy.dtype)
    given = np.require(dy.reshape(rows.size, dy.shape[-1]), requirements=["C", "W"])
    run(add_rows, given, rows, dw, items=dw.shape[1], operations=given.size)
    return dw
