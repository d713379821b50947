"""Channels last outside, planes inside.

Outside, an array is (B, *S, C) with one to three spatial axes S, as in Keras. The kernels read (B, C, D, H, W), one
plane an example and channel, with D = 1 (and H = 1) where there are fewer axes: one loop nest serves all three ranks.
Planes are contiguous and writeable, because Numba compiles every other kind of array apart.
"""

from math import ceil

import numpy as np

from engine.arrays import Array, Shape
from engine.layers.window import Windows


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


def pad_and_deal(x: Array, windows: Windows) -> Array:
    """(B, *S, C) → (B, C, D, H, s, W / s): a new, zero-padded buffer, its columns dealt into s = stride piles."""
    stride, (*outer, width) = windows.strides[-1], windows.padded_size
    columns = ceil(width / stride)
    padded = np.zeros((len(x), x.shape[-1], *outer, columns * stride), x.dtype)
    padded[:, :, *windows.inside()] = np.moveaxis(x, -1, 1)
    # column i → pile i % s, place i // s
    piles = padded.reshape(*padded.shape[:2], *triple((*outer, 1))[:2], columns, stride)
    return np.ascontiguousarray(piles.swapaxes(-1, -2))


def undeal_and_crop(piles: Array, windows: Windows) -> Array:
    """(B, C, D, H, s, W / s) → (B, *S, C): undoes `pad_and_deal`; what reached the padding is dropped."""
    outer, columns = windows.padded_size[:-1], piles.shape[4] * piles.shape[5]
    padded = piles.swapaxes(-1, -2).reshape(*piles.shape[:2], *outer, columns)
    return np.ascontiguousarray(np.moveaxis(padded[:, :, *windows.inside()], 1, -1))
