"""Where the nodes of a drawing stand: joined ones near each other, all apart. It means nothing; it is only to be seen.

Fruchterman and Reingold 1991, "Graph drawing by force-directed placement", doi:10.1002/spe.4380211102
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from engine.arrays import Array, read_only
from experiments.graph_convolution.edges import Drawn

STEPS, FEW = 150, 40  # of small graphs, and of large ones
LARGE = 120  # nodes
NEAREST = 0.01  # nodes that lie nearer are pushed as if they did not


@lru_cache(maxsize=64)
def layout(drawn: Drawn) -> Array:
    """(N, 2), within 0 … 1."""
    n = len(drawn.names)
    angle = 2 * np.pi * np.arange(n) / n
    at = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 0.5
    first, second = drawn.places
    near, steps = 1 / np.sqrt(n), FEW if n > LARGE else STEPS
    for step in range(steps):
        # pushed apart by near² / d: Σ_j p_ij (x_i − x_j) = x_i Σ_j p_ij − Σ_j p_ij x_j, with p = near² / d²
        square = (at**2).sum(axis=1)
        push = at @ (-2 * at.T)
        push += square
        push += square[:, None]
        np.divide(near**2, np.maximum(push, NEAREST**2, out=push), out=push)
        force = at * push.sum(axis=1, keepdims=True) - push @ at
        # pulled together along edges by d² / near
        apart = at[first] - at[second]
        pull = apart * np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), NEAREST) / near
        np.subtract.at(force, first, pull)
        np.add.at(force, second, pull)
        # and a little to the middle
        force -= 0.3 * at * near
        length = np.maximum(np.linalg.norm(force, axis=1, keepdims=True), 1e-9)
        at = at + force / length * np.minimum(length, 0.1 * (1 - step / steps))
    low, high = at.min(axis=0), at.max(axis=0)
    return read_only(np.where(high > low, (at - low) / np.where(high > low, high - low, 1), 0.5))
