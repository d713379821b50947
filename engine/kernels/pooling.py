"""The maximum of each window, and which cell won. The mean needs no kernel: NumPy says it as fast."""

from engine.arrays import Array
from engine.kernels.compiler import kernel

Triple = tuple[int, int, int]


@kernel
def max_pool(
    x: Array, y: Array, winners: Array, size: Triple, strides: Triple, before: Triple, lo: int, hi: int
) -> None:
    """y[b, c, o] = max_t x[b, c, o·stride + t − before], and the winner's flat index in its plane D × H × W.

    x (B, C, D, H, W); y, winners (B, C, OD, OH, OW). An item is one plane (b, c). Windows are clipped to the plane, so
    padding never wins and nothing outside is read; every window must touch the plane. The first of equals wins. A NaN
    beats everything, as no comparison can say that it is smaller.
    """
    channels, depth, height, width = x.shape[1:]
    for item in range(lo, hi):
        b, c = divmod(item, channels)
        for o0 in range(y.shape[2]):
            start = o0 * strides[0] - before[0]
            first_d, end_d = max(start, 0), min(start + size[0], depth)
            for o1 in range(y.shape[3]):
                start = o1 * strides[1] - before[1]
                first_h, end_h = max(start, 0), min(start + size[1], height)
                for o2 in range(y.shape[4]):
                    start = o2 * strides[2] - before[2]
                    first_w, end_w = max(start, 0), min(start + size[2], width)
                    best = x[b, c, first_d, first_h, first_w]
                    winner = (first_d * height + first_h) * width + first_w
                    for i0 in range(first_d, end_d):
                        for i1 in range(first_h, end_h):
                            for i2 in range(first_w, end_w):
                                value = x[b, c, i0, i1, i2]
                                if value > best or (value != value and best == best):
                                    best = value
                                    winner = (i0 * height + i1) * width + i2
                    y[b, c, o0, o1, o2] = best
                    winners[b, c, o0, o1, o2] = winner
