"""Channels last outside, planes inside.

Outside, an array is (B, *S, C) with one to three spatial axes S, as in Keras. The kernel of pooling reads
(B, C, D, H, W), one plane an example and channel, with D = 1 (and H = 1) where there are fewer axes: one loop nest
serves all three ranks. Planes are contiguous and writeable, because Numba compiles every other kind of array apart.
"""

import numpy as np

from engine.arrays import Array, Shape


def triple(size: Shape) -> tuple[int, int, int]:
    """Sizes of one to three axes, with 1 for those in front that are missing."""
    depth, height, width = (1,) * (3 - len(size)) + size
    return depth, height, width


def to_planes(x: Array) -> Array:
    """(B, *S, C) → (B, C, D, H, W)."""
    planes = np.moveaxis(x, -1, 1)
    return np.require(planes.reshape(*planes.shape[:2], *triple(planes.shape[2:])), requirements=["C", "W"])


def from_planes(planes: Array, rank: int) -> Array:
    """(B, C, D, H, W) → (B, *S, C): undoes `to_planes`."""
    x = planes.reshape(*planes.shape[:2], *planes.shape[5 - rank :])
    return np.ascontiguousarray(np.moveaxis(x, 1, -1))
