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
        for p in range(y.shape[2]):
            d0 = p * strides[0] - before[0]
            first_d, last_d = max(d0, 0), min(d0 + size[0], depth)
            for q in range(y.shape[3]):
                h0 = q * strides[1] - before[1]
                first_h, last_h = max(h0, 0), min(h0 + size[1], height)
                for r in range(y.shape[4]):
                    w0 = r * strides[2] - before[2]
                    first_w, last_w = max(w0, 0), min(w0 + size[2], width)
                    best = x[b, c, first_d, first_h, first_w]
                    winner = (first_d * height + first_h) * width + first_w
                    for d in range(first_d, last_d):
                        for h in range(first_h, last_h):
                            for w in range(first_w, last_w):
                                value = x[b, c, d, h, w]
                                if value > best or (value != value and best == best):
                                    best = value
                                    winner = (d * height + h) * width + w
                    y[b, c, p, q, r] = best
                    winners[b, c, p, q, r] = winner
