"""Many dimensions on a flat map, and maps that do not turn from one to the next.

    principal axes   X = U S Vᵀ, X centred;   the map is X V₂, the two directions of largest variance
    alignment        R = A Bᵀ,  with  Mᵀ M₀ = A D Bᵀ:   of all rotations and reflections the one with least ‖M R − M₀‖

Pearson 1901, "On lines and planes of closest fit to systems of points in space", doi:10.1080/14786440109462720
Schönemann 1966, "A generalized solution of the orthogonal Procrustes problem", doi:10.1007/BF02289451
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array


class Flat(NamedTuple):
    points: Array  # (N, 2)
    share: float  # of the variance, that the two directions hold


def principal(vectors: Array) -> Flat:
    """The map of vectors (N, D), D at least 2."""
    centred = vectors - vectors.mean(axis=0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    total = float((s * s).sum())
    return Flat(u[:, :2] * s[:2], float((s[:2] ** 2).sum()) / total if total else 1.0)


def aligned(points: Array, before: Array) -> Array:
    """The points, turned and mirrored as a whole so that they lie as close as can be to where they were before."""
    a, _, bt = np.linalg.svd(points.T @ before)
    return points @ (a @ bt)


def film(frames: list[Array]) -> Array:
    """(frames, N, 2): the map of each frame's vectors, aligned to the one before it."""
    flat = [principal(vectors).points for vectors in frames]
    for index in range(1, len(flat)):
        flat[index] = aligned(flat[index], flat[index - 1])
    return np.stack(flat)
