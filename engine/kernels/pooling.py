"""The maximum of each window, and which cell won. The mean needs no kernel: NumPy says it as fast."""

from engine.arrays import Array
from engine.kernels.compiler import kernel

Triple = tuple[int, int, int]
Steps = tuple[Triple, Triple, Triple]  # strides, dilation, pads before


@kernel
def max_pool(x: Array, y: Array, winners: Array, size: Triple, steps: Steps, lo: int, hi: int) -> None:
    """y[b, c, o] = max_t x[b, c, o·stride + t·dilation − before], and the winner's flat index in its plane D × H × W.

    x (B, C, D, H, W); y, winners (B, C, OD, OH, OW). An item is one plane (b, c). Only taps on the plane are read, so
    padding never wins and nothing outside is read; every window must hold a cell. The first of equals wins. A NaN
    beats everything, as no comparison can say that it is smaller.
    """
    strides, dilation, before = steps
    channels, depth, height, width = x.shape[1:]
    span_d, span_h, span_w = (
        dilation[0] * (size[0] - 1) + 1,
        dilation[1] * (size[1] - 1) + 1,
        dilation[2] * (size[2] - 1) + 1,
    )
    for item in range(lo, hi):
        b, c = divmod(item, channels)
        for o0 in range(y.shape[2]):
            first_d = o0 * strides[0] - before[0]
            end_d = min(first_d + span_d, depth)
            while first_d < 0:
                first_d += dilation[0]
            for o1 in range(y.shape[3]):
                first_h = o1 * strides[1] - before[1]
                end_h = min(first_h + span_h, height)
                while first_h < 0:
                    first_h += dilation[1]
                for o2 in range(y.shape[4]):
                    first_w = o2 * strides[2] - before[2]
                    end_w = min(first_w + span_w, width)
                    while first_w < 0:
                        first_w += dilation[2]
                    best = x[b, c, first_d, first_h, first_w]
                    winner = (first_d * height + first_h) * width + first_w
                    i0 = first_d
                    while i0 < end_d:
                        i1 = first_h
                        while i1 < end_h:
                            i2 = first_w
                            while i2 < end_w:
                                value = x[b, c, i0, i1, i2]
                                if value > best or (value != value and best == best):
                                    best = value
                                    winner = (i0 * height + i1) * width + i2
                                i2 += dilation[2]
                            i1 += dilation[1]
                        i0 += dilation[0]
                    y[b, c, o0, o1, o2] = best
                    winners[b, c, o0, o1, o2] = winner
