"""The look-up under the lens: one sentence, forward and backward, and the same as a product with one-hot rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.gradient_check import numerical_gradient
from engine.layers import Dense
from engine.rows import Rows
from experiments import losses
from experiments.embedding.spec import EmbeddingSpec


class Lookup(NamedTuple):
    """One forward and one backward pass in float64, without the batch axis."""

    x: Array  # (T,)  the row of each word
    onehot: Array  # (T, V)
    w: Array  # (V, C)
    y: Array  # (T, C)
    product: Array  # (T, C)  onehot W, by a dense layer
    mask: Array | None  # (T,)  1 where there is a word
    loss: float
    dy: Array  # (T, C)
    rows: Array  # (R,)  of the table, that dw has: all, or those of words that occur
    dw: Array  # (R, C)
    dw_whole: Array  # (V, C)  dw, with the rows that it has not
    dw_product: Array  # (V, C)  by the dense layer


class Differences(NamedTuple):
    """The gradients once more, by central differences of L."""

    dw: Array  # (R, C)
    dy: Array  # (T, C)


def lookup(spec: EmbeddingSpec) -> Lookup:
    """Runs the layer and, beside it, a dense layer without bias on one-hot rows."""
    layer, x, w = spec.layer, spec.numbers(), spec.table()
    onehot, params = np.eye(spec.input_dim)[x], {"embeddings": w}
    y, trace = layer.forward(params, x[None])
    mask = None if trace.mask is None else trace.mask[0].astype(np.float64)
    loss, dy = _loss(spec, y[0], mask)
    gradient = layer.backward(params, trace, dy[None])[1]["embeddings"]
    rows = gradient.indices if isinstance(gradient, Rows) else np.arange(spec.input_dim)
    dw = gradient.values if isinstance(gradient, Rows) else gradient
    dense = Dense(spec.output_dim, use_bias=False)
    product, dense_trace = dense.forward({"kernel": w}, onehot[None])
    _, dense_grads = dense.backward({"kernel": w}, dense_trace, dy[None])
    whole, by_product = np.asarray(gradient), dense_grads["kernel"]
    return Lookup(x, onehot, w, y[0], product[0], mask, loss, dy, rows, dw, whole, by_product)


def differences(spec: EmbeddingSpec, run: Lookup) -> Differences:
    """L by forward passes of the layer alone."""

    def loss(w: Array) -> float:
        return _loss(spec, spec.layer.forward({"embeddings": w}, run.x[None])[0][0], run.mask)[0]

    return Differences(
        numerical_gradient(loss, run.w)[run.rows], numerical_gradient(lambda y: _loss(spec, y, run.mask)[0], run.y)
    )


def _loss(spec: EmbeddingSpec, y: Array, mask: Array | None) -> tuple[float, Array]:
    """L and ∂L/∂y. What is masked does not count, as if a later layer had passed it over."""
    r = losses.loss_weights(spec.loss, y.shape, spec.rng(), (0, 0))
    counts = np.ones(len(y)) if mask is None else mask
    return float((counts[:, None] * losses.cell_losses(y, r)).sum()), counts[:, None] * (y if r is None else r)
