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
    for item in range(lo, hi):
        b, c = divmod(item, channels)
        for o0 in range(y.shape[2]):
            # the taps on the plane: all but the first `skip` and those past the end
            start = o0 * strides[0] - before[0]
            skip_d = max(-(start // dilation[0]), 0)
            first_d = start + skip_d * dilation[0]
            taps_d = min((depth - 1 - start) // dilation[0] + 1, size[0]) - skip_d
            for o1 in range(y.shape[3]):
                start = o1 * strides[1] - before[1]
                skip_h = max(-(start // dilation[1]), 0)
                first_h = start + skip_h * dilation[1]
                taps_h = min((height - 1 - start) // dilation[1] + 1, size[1]) - skip_h
                for o2 in range(y.shape[4]):
                    start = o2 * strides[2] - before[2]
                    skip_w = max(-(start // dilation[2]), 0)
                    first_w = start + skip_w * dilation[2]
                    taps_w = min((width - 1 - start) // dilation[2] + 1, size[2]) - skip_w
                    best = x[b, c, first_d, first_h, first_w]
                    winner = (first_d * height + first_h) * width + first_w
                    for t0 in range(taps_d):
                        i0 = first_d + t0 * dilation[0]
                        for t1 in range(taps_h):
                            i1 = first_h + t1 * dilation[1]
                            for t2 in range(taps_w):
                                i2 = first_w + t2 * dilation[2]
                                value = x[b, c, i0, i1, i2]
                                if value > best or (value != value and best == best):
                                    best = value
                                    winner = (i0 * height + i1) * width + i2
                    y[b, c, o0, o1, o2] = best
                    winners[b, c, o0, o1, o2] = winner
