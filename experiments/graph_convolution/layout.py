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


@lru_cache(maxsize=64)
def layout(drawn: Drawn) -> Array:
    """(N, 2), within 0 … 1."""
    n = len(drawn.names)
    angle = 2 * np.pi * np.arange(n) / n
    at = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 0.5
    a = drawn.graph.adjacency
    near, steps = 1 / np.sqrt(n), FEW if n > LARGE else STEPS
    for step in range(steps):
        apart = at[:, None] - at
        distance = np.maximum(np.sqrt((apart**2).sum(axis=-1)), 0.01)
        # pushed apart by near² / d, pulled together along edges by d² / near, and a little to the middle
        force = (apart * (near**2 / distance**2 - a * distance / near)[..., None]).sum(axis=1) - 0.3 * at * near
        length = np.maximum(np.linalg.norm(force, axis=1, keepdims=True), 1e-9)
        at = at + force / length * np.minimum(length, 0.1 * (1 - step / steps))
    low, high = at.min(axis=0), at.max(axis=0)
    return read_only(np.where(high > low, (at - low) / np.where(high > low, high - low, 1), 0.5))
