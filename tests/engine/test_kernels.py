"""Every kernel against its naive twin: one scalar at a time, exactly as the docstring writes it.

All buffers lie between guard bands: NaN around what is read, so that a read outside poisons the result, and a marker
around what is written.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from engine.kernels import convolution, embedding, pooling, workers
from engine.layers import Conv3D

GUARD, MARK = 64, -12345.0


def guarded(array: np.ndarray, mark: float = np.nan) -> tuple[np.ndarray, np.ndarray]:
    """A copy of the array in the middle of a larger buffer, and that buffer."""
    buffer = np.full(array.size + 2 * GUARD, mark if array.dtype.kind == "f" else int(MARK), array.dtype)
    inside = buffer[GUARD : GUARD + array.size].reshape(array.shape)
    inside[:] = array
    return inside, buffer


def untouched(buffer: np.ndarray) -> bool:
    return bool((np.concatenate([buffer[:GUARD], buffer[-GUARD:]]) == MARK).all())


class Setting:
    """A random convolution, channels last."""

    def __init__(self, seed: int, dtype: type) -> None:
        rng = np.random.default_rng(seed)
        self.strides = tuple(int(v) for v in rng.integers(1, 4, 3))
        self.dilation = tuple(int(v) for v in rng.integers(1, 4, 3))
        taps, outputs = rng.integers(1, 4, 3), rng.integers(1, 5, 3)
        groups, channels, a_group = rng.integers(1, 3), rng.integers(1, 4), rng.integers(1, 4)
        # exactly as many cells as the last tap needs: one step further is outside
        size = [
            (o - 1) * s + d * (k - 1) + 1 for o, s, d, k in zip(outputs, self.strides, self.dilation, taps, strict=True)
        ]
        batch, filters = 2, groups * a_group
        self.x = rng.standard_normal((batch, *size, groups * channels)).astype(dtype)
        self.w = rng.standard_normal((*taps, channels, filters)).astype(dtype)
        self.bias = rng.standard_normal(filters).astype(dtype)
        self.dy = rng.standard_normal((batch, *outputs, filters)).astype(dtype)
        self.a_group, self.channels, self.taps, self.outputs = int(a_group), int(channels), taps, outputs

    def terms(self) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]]:
        """Every product that a convolution sums: indices into y, w and x."""
        batch, filters = self.dy.shape[0], self.dy.shape[-1]
        for b, f, c in product(range(batch), range(filters), range(self.channels)):
            for o in product(*map(range, self.outputs)):
                for t in product(*map(range, self.taps)):
                    i = tuple(oo * s + tt * d for oo, s, tt, d in zip(o, self.strides, t, self.dilation, strict=True))
                    yield (b, *o, f), (*t, c, f), (b, *i, f // self.a_group * self.channels + c)


settings = pytest.mark.parametrize("seed", range(25))
precisions = pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-13), (np.float32, 2e-5)])


@settings
@precisions
def test_convolve(seed: int, dtype: type, tolerance: float) -> None:
    at = Setting(seed, dtype)
    expected = np.zeros(at.dy.shape, dtype) + at.bias
    for y, w, x in at.terms():
        expected[y] += at.w[w] * at.x[x]
    (x, _), (w, _), (bias, _) = guarded(at.x), guarded(at.w), guarded(at.bias)
    y, buffer = guarded(np.full(at.dy.shape, MARK, dtype), MARK)
    convolution.convolve(x, w, bias, y, at.strides, at.dilation, 0, int(np.prod(y.shape[:3])))
    np.testing.assert_allclose(y, expected, rtol=tolerance, atol=tolerance)
    assert untouched(buffer)


@settings
@precisions
def test_convolve_dx(seed: int, dtype: type, tolerance: float) -> None:
    at = Setting(seed, dtype)
    expected = np.zeros_like(at.x)
    for y, w, x in at.terms():
        expected[x] += at.w[w] * at.dy[y]
    (dy, _), (w, _) = guarded(at.dy), guarded(at.w.swapaxes(-1, -2))
    dx, buffer = guarded(np.full_like(at.x, MARK), MARK)
    convolution.convolve_dx(dy, w, dx, at.strides, at.dilation, 0, int(np.prod(dx.shape[:3])))
    np.testing.assert_allclose(dx, expected, rtol=tolerance, atol=tolerance)
    assert untouched(buffer)


@settings
@precisions
def test_convolve_dw(seed: int, dtype: type, tolerance: float) -> None:
    at = Setting(seed, dtype)
    expected = np.zeros_like(at.w)
    for y, w, x in at.terms():
        expected[w] += at.x[x] * at.dy[y]
    (x, _), (dy, _) = guarded(at.x), guarded(at.dy)
    dw, buffer = guarded(np.full_like(at.w, MARK), MARK)
    convolution.convolve_dw(x, dy, dw, at.strides, at.dilation, 0, int(np.prod(dw.shape[:3])))
    np.testing.assert_allclose(dw, expected, rtol=tolerance, atol=tolerance)
    assert untouched(buffer)


@settings
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_max_pool(seed: int, dtype: type) -> None:
    rng = np.random.default_rng(seed)
    size, strides = rng.integers(1, 4, 3), rng.integers(1, 4, 3)
    dilation = rng.integers(1, 3, 3)
    span = dilation * (size - 1) + 1
    before, after = rng.integers(0, size), rng.integers(0, size)
    # a window of dilation 2 steps over a single cell
    extent = np.maximum(span - before - after, dilation) + rng.integers(0, 4, 3)
    outputs = (before + extent + after - span) // strides + 1
    # few different values, so that there are ties; here and there NaN and −∞
    values = rng.integers(0, 4, (2, 3, *extent)).astype(dtype)
    values[rng.random(values.shape) < 0.1] = np.nan
    values[rng.random(values.shape) < 0.3] = -np.inf
    expected, winners = np.empty((2, 3, *outputs), dtype), np.empty((2, 3, *outputs), np.int64)
    for b, c, *o in np.ndindex(expected.shape):
        best, winner = None, None
        for t in np.ndindex(*size):
            i = tuple(np.array(o) * strides + t * dilation - before)
            if min(i) < 0 or any(np.array(i) >= extent):
                continue
            value = values[(b, c, *i)]
            if best is None or value > best or (np.isnan(value) and not np.isnan(best)):
                best, winner = value, np.ravel_multi_index(i, extent)
        expected[b, c, *o], winners[b, c, *o] = best, winner
    (x, _), (y, y_buffer) = guarded(values, mark=1e30), guarded(np.full(expected.shape, MARK, dtype), MARK)
    found, found_buffer = guarded(np.zeros(expected.shape, np.int64))
    taps, *steps = (tuple(map(int, v)) for v in (size, strides, dilation, before))
    pooling.max_pool(x, y, found, taps, tuple(steps), 0, y.shape[0] * y.shape[1])
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(found, winners)
    assert untouched(y_buffer)
    assert untouched(found_buffer)


@pytest.mark.parametrize(("lo", "hi"), [(0, 0), (0, 3), (2, 5), (5, 6)])
def test_a_kernel_writes_its_own_items_only(lo: int, hi: int) -> None:
    at = Setting(3, np.float64)
    y, dx, dw = (np.full(a.shape, MARK) for a in (at.dy, at.x, at.w))
    winners = np.zeros(at.x.shape, np.int64)
    pooled = np.full(at.x.shape, MARK)
    turned = np.ascontiguousarray(at.w.swapaxes(-1, -2))

    def until(array: np.ndarray, axes: int) -> int:
        return min(hi, int(np.prod(array.shape[:axes])))

    convolution.convolve(at.x, at.w, at.bias, y, at.strides, at.dilation, lo, until(y, 3))
    convolution.convolve_dx(at.dy, turned, dx, at.strides, at.dilation, lo, until(dx, 3))
    convolution.convolve_dw(at.x, at.dy, dw, at.strides, at.dilation, lo, until(dw, 3))
    pooling.max_pool(at.x, pooled, winners, (1, 1, 1), ((1, 1, 1), (1, 1, 1), (0, 0, 0)), lo, until(pooled, 2))
    for array, items in ((y, 3), (dx, 3), (dw, 3), (pooled, 2)):
        written = (array.reshape(int(np.prod(array.shape[:items])), -1) != MARK).all(axis=1)
        assert list(np.flatnonzero(written)) == list(range(lo, min(hi, len(written))))


def test_multiply_adds_are_counted_as_done() -> None:
    """`operation_count` is the number of products that the twin sums, for one example."""
    for seed in range(10):
        at = Setting(seed, np.float64)
        groups = at.x.shape[-1] // at.channels
        layer = Conv3D(at.dy.shape[-1], tuple(at.taps), at.strides, "valid", at.dilation, groups)
        assert layer.operation_count(at.x.shape[1:]) == sum(1 for _ in at.terms()) // 2


def test_an_error_in_a_worker_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "WORTH_SPLITTING", 0)
    monkeypatch.setattr(workers, "WORKERS", 2)

    def broken(lo: int, hi: int) -> None:
        raise RuntimeError(f"{lo} {hi}")

    with pytest.raises(RuntimeError, match="0 2"):
        workers.run(broken, items=5, operations=1)


@pytest.mark.parametrize(
    ("count", "items", "ranges"), [(1, 5, [(0, 5)]), (2, 5, [(0, 2), (2, 5)]), (4, 2, [(0, 1), (1, 2)])]
)
def test_the_items_are_shared_out(count: int, items: int, ranges: list, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "WORKERS", count)
    seen: list[tuple[int, int]] = []
    workers.run(lambda lo, hi: seen.append((lo, hi)), items=items, operations=workers.WORTH_SPLITTING)
    assert sorted(seen) == ranges
    seen.clear()
    workers.run(lambda lo, hi: seen.append((lo, hi)), items=items, operations=workers.WORTH_SPLITTING - 1)
    assert seen == [(0, items)]


@settings
@precisions
def test_add_rows(seed: int, dtype: type, tolerance: float) -> None:
    rng = np.random.default_rng(seed)
    count, rows, columns = (int(n) for n in rng.integers(1, 7, 3))
    given, chosen = rng.standard_normal((count, columns)).astype(dtype), rng.integers(0, rows, count)
    start = rng.standard_normal((rows, columns)).astype(dtype)
    expected = start.copy()
    for k, c in product(range(count), range(columns)):
        expected[chosen[k], c] += given[k, c]
    (dy, _), (indices, _) = guarded(given), guarded(chosen)
    dw, buffer = guarded(start, MARK)
    split = columns // 2
    embedding.add_rows(dy, indices, dw, 0, split)
    np.testing.assert_array_equal(dw[:, split:], start[:, split:])
    embedding.add_rows(dy, indices, dw, split, columns)
    np.testing.assert_allclose(dw, expected, rtol=tolerance, atol=tolerance)
    assert untouched(buffer)
