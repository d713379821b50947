"""Convolution and its two gradients, channels last.

    y [b, o, f]     = bias[f] + Σ_t Σ_c  w[t, c, f] · x[b, o·stride + t·dilation, c]
    dx[b, i, c]     = Σ_t Σ_f            w[t, c, f] · dy[b, o, f]     over all o with  o·stride + t·dilation = i
    dw[t, c, f]     = Σ_b Σ_o            x[b, o·stride + t·dilation, c] · dy[b, o, f]

i, o and t run over three spatial axes (a picture has one plane). With groups, filter f sees the channels of its own
group only, and c counts inside the group. Shapes:

    x, dx   (B, I0, I1, I2, C)   padded, so that no tap needs a bounds test
    w, dw   (T0, T1, T2, C / groups, F)
    y, dy   (B, O0, O1, O2, F)

The innermost loop runs along the filters, in dx along the channels: contiguous, and its sums do not depend on where a
window stands or who else is in the batch. Kernels work on the items lo … hi − 1 and write nothing outside of them.
"""

import numpy as np

from engine.arrays import Array
from engine.kernels.compiler import kernel

Triple = tuple[int, int, int]


@kernel
def convolve(x: Array, w: Array, bias: Array, y: Array, strides: Triple, dilation: Triple, lo: int, hi: int) -> None:
    """Fill y. An item is one row of outputs (b, o0, o1)."""
    channels, filters = w.shape[3:]
    groups = x.shape[4] // channels
    filters_a_group = filters // groups
    for item in range(lo, hi):
        rest, o1 = divmod(item, y.shape[2])
        b, o0 = divmod(rest, y.shape[1])
        for o2 in range(y.shape[3]):
            out = y[b, o0, o1, o2]
            out[:] = bias
            for t0 in range(w.shape[0]):
                i0 = o0 * strides[0] + t0 * dilation[0]
                for t1 in range(w.shape[1]):
                    i1 = o1 * strides[1] + t1 * dilation[1]
                    for t2 in range(w.shape[2]):
                        seen = x[b, i0, i1, o2 * strides[2] + t2 * dilation[2]]
                        for c in range(seen.size):
                            value = seen[c]
                            if groups == 1:
                                row = w[t0, t1, t2, c]
                                for f in range(row.size):
                                    out[f] += value * row[f]
                            else:
                                first = c // channels * filters_a_group
                                for f in range(first, first + filters_a_group):
                                    out[f] += value * w[t0, t1, t2, c % channels, f]


@kernel
def convolve_dx(dy: Array, w: Array, dx: Array, strides: Triple, dilation: Triple, lo: int, hi: int) -> None:
    """Fill dx. An item is one row of inputs (b, i0, i1). Here w is (T0, T1, T2, F, C / groups)."""
    filters, channels = w.shape[3:]
    filters_a_group = filters // (dx.shape[4] // channels)
    for item in range(lo, hi):
        rest, i1 = divmod(item, dx.shape[2])
        b, i0 = divmod(rest, dx.shape[1])
        dx[b, i0, i1] = 0
        for t0 in range(w.shape[0]):
            o0, off0 = divmod(i0 - t0 * dilation[0], strides[0])
            for t1 in range(w.shape[1]):
                o1, off1 = divmod(i1 - t1 * dilation[1], strides[1])
                if off0 or off1 or o0 < 0 or o1 < 0 or o0 >= dy.shape[1] or o1 >= dy.shape[2]:
                    continue  # no output stands so that this tap reads this row
                for t2 in range(w.shape[2]):
                    for o2 in range(dy.shape[3]):
                        target = dx[b, i0, i1, o2 * strides[2] + t2 * dilation[2]]
                        for f in range(filters):
                            value, first = dy[b, o0, o1, o2, f], f // filters_a_group * channels
                            row = w[t0, t1, t2, f]
                            for c in range(row.size):
                                target[first + c] += value * row[c]


@kernel
def convolve_dw(x: Array, dy: Array, dw: Array, strides: Triple, dilation: Triple, lo: int, hi: int) -> None:
    """Fill dw. An item is one tap (t0, t1, t2). Each example is added up by itself first: long sums lose less."""
    channels, filters = dw.shape[3:]
    groups = x.shape[4] // channels
    filters_a_group = filters // groups
    one = np.zeros((channels, filters), dw.dtype)
    for item in range(lo, hi):
        rest, t2 = divmod(item, dw.shape[2])
        t0, t1 = divmod(rest, dw.shape[1])
        dw[t0, t1, t2] = 0
        for b in range(dy.shape[0]):
            one[:] = 0
            for o0 in range(dy.shape[1]):
                i0 = o0 * strides[0] + t0 * dilation[0]
                for o1 in range(dy.shape[2]):
                    i1 = o1 * strides[1] + t1 * dilation[1]
                    for o2 in range(dy.shape[3]):
                        seen, given = x[b, i0, i1, o2 * strides[2] + t2 * dilation[2]], dy[b, o0, o1, o2]
                        for c in range(seen.size):
                            value = seen[c]
                            if groups == 1:
                                row = one[c]
                                for f in range(row.size):
                                    row[f] += value * given[f]
                            else:
                                first = c // channels * filters_a_group
                                for f in range(first, first + filters_a_group):
                                    one[c % channels, f] += value * given[f]
            dw[t0, t1, t2] += one
