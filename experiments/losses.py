"""The number L that the gradients of a lesson's lens are gradients of: a sum over the cells of y.

½ Σ y²    Σ y    one cell of y    Σ r·y, r random, as if a layer after this one had sent r
"""

from __future__ import annotations

import numpy as np

from engine.arrays import Array, Shape

LOSSES = HALF_SQUARES, PLAIN_SUM, ONE_CELL, RANDOM_GRADIENT = "½ Σ y²", "Σ y", "one cell of y", "random ∂L/∂y"
LOSS = (
    "the number L that the gradients are gradients of. ½ Σ y²: half the sum of all y squared; its gradient by a y is "
    "that y itself, so ∂L/∂y is a copy of y. Σ y, one cell of y: each y that counts has the gradient 1. "
    "Random: as if a layer after this one had sent it"
)
NAMES = {
    HALF_SQUARES: "L = ½ Σ y²",
    PLAIN_SUM: "L = Σ y",
    ONE_CELL: "L = one cell of y",
    RANDOM_GRADIENT: "L = Σ r·y, r random",
}
NOTES = {
    HALF_SQUARES: None,  # a step makes it: ∂L/∂y = y
    PLAIN_SUM: "L is the plain sum of y: every cell counts once.",
    ONE_CELL: "L is one cell of y, the middle one: its gradient is 1, all others are 0.",
    RANDOM_GRADIENT: "Drawn from the seed, as if a layer after this one had sent it back.",
}


def loss_weights(loss: str, shape: Shape, rng: np.random.Generator, cell: tuple[int, ...]) -> Array | None:
    """r of a loss L = Σ r·y, shaped like y; None for L = ½ Σ y². `cell` is the one that counts, where one does."""
    if loss == HALF_SQUARES:
        return None
    if loss == PLAIN_SUM:
        return np.ones(shape)
    if loss == ONE_CELL:
        r = np.zeros(shape)
        r[cell] = 1
        return r
    return np.round(rng.uniform(-1, 1, shape), 2)


def cell_losses(y: Array, r: Array | None) -> Array:
    """What each cell of y adds to L."""
    return y * y / 2 if r is None else r * y


def loss_and_gradient(y: Array, r: Array | None) -> tuple[float, Array]:
    """L and ∂L/∂y."""
    return float(np.sum(cell_losses(y, r))), y if r is None else r
