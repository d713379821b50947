"""Convolution and its two gradients, on planes.

    y [b, f, o]     = bias[f] + Σ_c Σ_t  w[f, c, t] · x[b, c, o·stride + t·dilation]
    dx[b, c, i]     = Σ_f Σ_t            w[f, c, t] · dy[b, f, o]     over all o with  o·stride + t·dilation = i
    dw[f, c, t]     = Σ_b Σ_o            x[b, c, o·stride + t·dilation] · dy[b, f, o]

Three spatial axes D H W (a picture has D = 1), o and t run over all three. Shapes, and what stands for each index:

    x, dx   (B, C, D, H, s, W / s)   padded; its columns are dealt into s = column stride piles, column i lies at
                                     [i % s, i // s], so the columns that one tap reads lie side by side
    w, dw   (F, C / groups, KD, KH, KW)
    y, dy   (B, F, OD, OH, OW)

The innermost loop runs along a row of outputs: contiguous and vectorised for any stride, any number of channels and
filters. A padded x needs no bounds test. Kernels work on the items lo … hi − 1 and write nothing outside of them.
"""

import numpy as np

from engine.arrays import Array
from engine.kernels.compiler import kernel

Triple = tuple[int, int, int]


@kernel
def convolve(x: Array, w: Array, bias: Array, y: Array, strides: Triple, dilation: Triple, lo: int, hi: int) -> None:
    """Fill y. An item is one output plane (b, f)."""
    filters, channels, depth, height, width = w.shape
    filters_a_group = filters // (x.shape[1] // channels)
    for item in range(lo, hi):
        b, f = divmod(item, filters)
        first = f // filters_a_group * channels
        y[b, f] = bias[f]
        for c in range(channels):
            for i in range(depth):
                for j in range(height):
                    for k in range(width):
                        pile, start = k * dilation[2] % strides[2], k * dilation[2] // strides[2]
                        weight = w[f, c, i, j, k]
                        for p in range(y.shape[2]):
                            d = p * strides[0] + i * dilation[0]
                            for q in range(y.shape[3]):
                                h = q * strides[1] + j * dilation[1]
                                row, source = y[b, f, p, q], x[b, first + c, d, h, pile, start:]
                                for r in range(row.size):
                                    row[r] += weight * source[r]


@kernel
def convolve_dx(dy: Array, w: Array, dx: Array, strides: Triple, dilation: Triple, lo: int, hi: int) -> None:
    """Fill dx: every output paints its gradient, times the kernel, back. An item is one input plane (b, c)."""
    filters, channels, depth, height, width = w.shape
    filters_a_group = filters // (dx.shape[1] // channels)
    for item in range(lo, hi):
        b, plane = divmod(item, dx.shape[1])
        group, c = divmod(plane, channels)
        dx[b, plane] = 0
        for f in range(group * filters_a_group, (group + 1) * filters_a_group):
            for i in range(depth):
                for j in range(height):
                    for k in range(width):
                        pile, start = k * dilation[2] % strides[2], k * dilation[2] // strides[2]
                        weight = w[f, c, i, j, k]
                        for p in range(dy.shape[2]):
                            d = p * strides[0] + i * dilation[0]
                            for q in range(dy.shape[3]):
                                h = q * strides[1] + j * dilation[1]
                                row, target = dy[b, f, p, q], dx[b, plane, d, h, pile, start:]
                                for r in range(row.size):
                                    target[r] += weight * row[r]


@kernel
def convolve_dw(x: Array, dy: Array, dw: Array, strides: Triple, dilation: Triple, lo: int, hi: int) -> None:
    """Fill dw. An item is one weight (f, c, t), so that no two workers add to the same sum."""
    filters, channels, depth, height, width = dw.shape
    filters_a_group = filters // (x.shape[1] // channels)
    for item in range(lo, hi):
        rest, k = divmod(item, width)
        rest, j = divmod(rest, height)
        rest, i = divmod(rest, depth)
        f, c = divmod(rest, channels)
        plane = f // filters_a_group * channels + c
        pile, start = k * dilation[2] % strides[2], k * dilation[2] // strides[2]
        # One sum a column, added up at the end: the order of every sum stays as written, and the loop vectorises.
        columns = np.zeros(dy.shape[4], dw.dtype)
        for b in range(dy.shape[0]):
            for p in range(dy.shape[2]):
                d = p * strides[0] + i * dilation[0]
                for q in range(dy.shape[3]):
                    h = q * strides[1] + j * dilation[1]
                    row, source = dy[b, f, p, q], x[b, plane, d, h, pile, start:]
                    for r in range(row.size):
                        columns[r] += source[r] * row[r]
        dw[f, c, i, j, k] = columns.sum()
