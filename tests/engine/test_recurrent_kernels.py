"""Every recurrent kernel against its naive twin: one scalar at a time, as the equations have it.

All buffers lie between guard bands: NaN around what is read, a marker around what is written.
"""

from math import exp
from typing import Any

import numpy as np
import pytest
from numba import njit

from engine.kernels import functions, recurrent
from engine.kernels.compiler import SETTINGS
from tests.engine.test_kernels import GUARD, MARK, guarded, untouched

precisions = pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 5e-5)])
settings = pytest.mark.parametrize("seed", range(12))


def each(function: Any) -> Any:
    """A kernel's function of one number, for all numbers of an array."""

    @njit(**SETTINGS)
    def of_all(x: np.ndarray) -> np.ndarray:
        y = np.empty_like(x)
        for i in range(x.size):
            y[i] = function(x[i])
        return y

    return of_all


sigmoids, tanhs, flushes = each(functions.sigmoid), each(functions.tanh), each(functions.flushed)


def points(dtype: type) -> np.ndarray:
    """Numbers of both signs and of every size."""
    rng = np.random.default_rng(0)
    return np.concatenate([rng.uniform(-30, 30, 20_001), 10 ** rng.uniform(-30, 1, 5_001), [0.0]]).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_and_tanh_to_a_few_last_bits(dtype: type) -> None:
    """Relative to the result, so also where it is tiny; the truth is computed with more digits."""
    x = points(dtype)
    wide = x.astype(np.longdouble)
    for ours, truth in ((sigmoids(x), 1 / (1 + np.exp(-wide))), (tanhs(x), np.tanh(wide))):
        assert ours.dtype == dtype
        np.testing.assert_allclose(ours, truth.astype(dtype), rtol=4 * np.finfo(dtype).eps, atol=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_ends_of_sigmoid_and_tanh(dtype: type) -> None:
    x = np.array([-np.inf, -1e30, -1000, 0, 1000, 1e30, np.inf, np.nan], dtype)
    np.testing.assert_array_equal(sigmoids(x), np.array([0, 0, 0, 0.5, 1, 1, 1, np.nan], dtype))
    np.testing.assert_array_equal(tanhs(x), np.array([-1, -1, -1, 0, 1, 1, 1, np.nan], dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_only_denormal_numbers_are_flushed(dtype: type) -> None:
    tiny = np.finfo(dtype).tiny
    kept = np.array([tiny, -tiny, 1, -1e30, np.inf, -np.inf, np.nan, 0], dtype)
    np.testing.assert_array_equal(flushes(kept), kept)
    below = np.array([np.nextafter(tiny, dtype(0)), -tiny / 2, np.nextafter(dtype(0), dtype(1))], dtype)
    assert (below != 0).all()
    assert (flushes(below) == 0).all()


def sigma(a: float) -> float:
    return 1 / (1 + exp(-a))


class Setting:
    """Random arrays for kernels with G gates and S rows of state, in float64 for the twin."""

    def __init__(self, seed: int, gates: int, columns: int, rows: int, dtype: type) -> None:
        rng = np.random.default_rng(seed)
        # every remainder of four, of examples and of units
        self.batch, self.time, self.units = int(rng.integers(1, 10)), int(rng.integers(1, 6)), int(rng.integers(1, 10))
        b, t, u = self.batch, self.time, self.units

        def draw(*shape: int) -> np.ndarray:
            return rng.standard_normal(shape).astype(dtype)

        self.gates = draw(b, t, gates * u)
        self.state = draw(b, t + 1, rows, u)
        self.dstate = draw(b, t + 1, min(rows, 2), u)
        self.mask = rng.random((b, t)) < 0.8
        self.drop = (rng.random((b, u)) < 0.7).astype(dtype) * dtype(1.25)
        self.recurrent = draw(u, columns * u)
        clamp = rng.random(columns)
        self.clamp = np.where(rng.random(columns) < 0.3, clamp, np.nan).astype(dtype)


def call(kernel: Any, written: list[np.ndarray], read: list[np.ndarray], *rest: Any) -> list[np.ndarray]:
    """What the kernel leaves in `written`; it must not write beside it, nor read beside what it is given."""
    inside, buffers = zip(*(guarded(array, MARK) for array in written), strict=True)
    around = [guarded(array)[0] if array.dtype.kind == "f" else array for array in read]
    kernel(*inside, *around, *rest)
    assert all(untouched(buffer) for buffer in buffers)
    return list(inside)


def product(x: Any, w: np.ndarray, column: int) -> float:
    return sum(float(x[v]) * float(w[v, column]) for v in range(len(x)))


def held(value: float, clamp: float) -> float:
    return value if np.isnan(clamp) else float(clamp)


ACTIVATIONS = {
    recurrent.TANH: np.tanh,
    recurrent.SIGMOID: sigma,
    recurrent.RELU: lambda a: max(a, 0.0),
    recurrent.LINEAR: lambda a: a,
}


@settings
@precisions
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_simple_rnn(seed: int, dtype: type, tolerance: float, activation: int) -> None:
    at = Setting(seed, 1, 1, 1, dtype)
    a, h = at.gates.astype(float), at.state.astype(float)
    for b, t in np.ndindex(at.batch, at.time):
        for u in range(at.units):
            if at.mask[b, t]:
                a[b, t, u] += product(h[b, t, 0] * at.drop[b], at.recurrent, u)
                h[b, t + 1, 0, u] = ACTIVATIONS[activation](a[b, t, u])
            else:
                a[b, t, u], h[b, t + 1, 0, u] = 0, h[b, t, 0, u]
    found = call(recurrent.simple_rnn, [at.gates, at.state], [at.mask, at.drop, at.recurrent], activation)
    for ours, truth in zip(found, (a, h), strict=True):
        np.testing.assert_allclose(ours, truth, rtol=tolerance, atol=tolerance * max(1, np.abs(truth).max()))


@settings
@precisions
def test_simple_rnn_backward(seed: int, dtype: type, tolerance: float) -> None:
    at = Setting(seed, 1, 1, 1, dtype)
    da, dh = at.gates.astype(float), at.dstate.astype(float)
    for b in range(at.batch):
        for t in reversed(range(at.time)):
            for u in range(at.units):
                da[b, t, u] *= dh[b, t + 1, 0, u] if at.mask[b, t] else 0
            for v in range(at.units):
                through = product(da[b, t], at.recurrent, v) * at.drop[b, v]
                dh[b, t, 0, v] += through if at.mask[b, t] else dh[b, t + 1, 0, v]
    found = call(recurrent.simple_rnn_backward, [at.gates, at.dstate], [at.mask, at.drop, at.recurrent])
    for ours, truth in zip(found, (da, dh), strict=True):
        np.testing.assert_allclose(ours, truth, rtol=tolerance, atol=tolerance * max(1, np.abs(truth).max()))


@settings
@precisions
def test_lstm(seed: int, dtype: type, tolerance: float) -> None:
    at = Setting(seed, 4, 4, 3, dtype)
    y, s, n = at.gates.astype(float), at.state.astype(float), at.units
    for b, t in np.ndindex(at.batch, at.time):
        if not at.mask[b, t]:
            y[b, t], s[b, t + 1] = 0, s[b, t]
            continue
        given = s[b, t, 0] * at.drop[b]
        for u in range(n):
            a = [y[b, t, k * n + u] + product(given, at.recurrent, k * n + u) for k in range(4)]
            free = [sigma(a[0]), sigma(a[1]), np.tanh(a[2]), sigma(a[3])]
            i, f, g, o = (held(value, clamp) for value, clamp in zip(free, at.clamp, strict=True))
            c = f * s[b, t, 1, u] + i * g
            for k, value in enumerate((i, f, g, o)):
                y[b, t, k * n + u] = value
            s[b, t + 1, :, u] = o * np.tanh(c), c, np.tanh(c)
    found = call(recurrent.lstm, [at.gates, at.state], [at.mask, at.drop, at.recurrent, at.clamp])
    for ours, truth in zip(found, (y, s), strict=True):
        np.testing.assert_allclose(ours, truth, rtol=tolerance, atol=tolerance * max(1, np.abs(truth).max()))


@settings
@precisions
def test_lstm_backward(seed: int, dtype: type, tolerance: float) -> None:
    """What the gates and states are does not matter: every product is that of the equations."""
    at, values = Setting(seed, 4, 4, 3, dtype), Setting(seed, 4, 4, 3, dtype)
    values.gates = np.random.default_rng(seed + 100).random(at.gates.shape).astype(dtype)
    turned = np.ascontiguousarray(at.recurrent.T)
    da, d, n = at.gates.astype(float), at.dstate.astype(float), at.units
    for b in range(at.batch):
        for t in reversed(range(at.time)):
            if not at.mask[b, t]:
                da[b, t] = 0
                d[b, t] += d[b, t + 1]
                continue
            for u in range(n):
                i, f, g, o = (float(values.gates[b, t, k * n + u]) for k in range(4))
                squashed, before = float(at.state[b, t + 1, 2, u]), float(at.state[b, t, 1, u])
                dh = d[b, t + 1, 0, u]
                d[b, t + 1, 1, u] += dh * o * (1 - squashed**2)
                dc = d[b, t + 1, 1, u]
                for k, factor in enumerate((dc * g, dc * before, dc * i, dh * squashed)):
                    da[b, t, k * n + u] *= factor
                d[b, t, 1, u] += dc * f
            for v in range(n):
                d[b, t, 0, v] += product(da[b, t], turned, v) * at.drop[b, v]
    found = call(recurrent.lstm_backward, [at.gates, at.dstate], [values.gates, at.state, at.mask, at.drop, turned])
    for ours, truth in zip(found, (da, d), strict=True):
        np.testing.assert_allclose(ours, truth, rtol=tolerance, atol=tolerance * max(1, np.abs(truth).max()))


@settings
@precisions
@pytest.mark.parametrize("reset_after", [False, True])
def test_gru(seed: int, dtype: type, tolerance: float, reset_after: bool) -> None:
    at = Setting(seed, 4, 3, 1, dtype)
    y, s, n = at.gates.astype(float), at.state.astype(float), at.units
    for b, t in np.ndindex(at.batch, at.time):
        if not at.mask[b, t]:
            y[b, t], s[b, t + 1] = 0, s[b, t]
            continue
        given, entering = s[b, t, 0] * at.drop[b], y[b, t].copy()
        for u in range(n):
            for k in range(2):
                value = sigma(entering[k * n + u] + product(given, at.recurrent, k * n + u))
                y[b, t, k * n + u] = held(value, at.clamp[k])
        r = y[b, t, n : 2 * n]
        for u in range(n):
            column = 2 * n + u
            if reset_after:
                m = entering[3 * n + u] + product(given, at.recurrent, column)
                a = entering[column] + r[u] * m
            else:
                m = r[u] * given[u]
                a = entering[column] + product(r * given, at.recurrent, column)
            y[b, t, 3 * n + u], y[b, t, column] = m, held(np.tanh(a), at.clamp[2])
            z = y[b, t, u]
            s[b, t + 1, 0, u] = z * s[b, t, 0, u] + (1 - z) * y[b, t, column]
    found = call(recurrent.gru, [at.gates, at.state], [at.mask, at.drop, at.recurrent, at.clamp], reset_after)
    for ours, truth in zip(found, (y, s), strict=True):
        np.testing.assert_allclose(ours, truth, rtol=tolerance, atol=tolerance * max(1, np.abs(truth).max()))


@settings
@precisions
@pytest.mark.parametrize("reset_after", [False, True])
def test_gru_backward(seed: int, dtype: type, tolerance: float, reset_after: bool) -> None:
    at = Setting(seed, 4, 3, 1, dtype)
    values = np.random.default_rng(seed + 100).random(at.gates.shape).astype(dtype)
    turned = np.ascontiguousarray(at.recurrent.T)
    da, d, n = at.gates.astype(float), at.dstate.astype(float), at.units
    for b in range(at.batch):
        for t in reversed(range(at.time)):
            if not at.mask[b, t]:
                da[b, t] = 0
                d[b, t] += d[b, t + 1]
                continue
            z, r, c, m = values[b, t].astype(float).reshape(4, n)
            dz, dr, dn, dm = da[b, t].reshape(4, n)  # views
            dh, before, to = d[b, t + 1, 0], at.state[b, t, 0].astype(float), at.drop[b].astype(float)
            for u in range(n):
                dz[u] *= dh[u] * (before[u] - c[u])
                dn[u] *= dh[u] * (1 - z[u])
                d[b, t, 0, u] += dh[u] * z[u]
            for u in range(n):
                dm[u] = dn[u] * r[u] if reset_after else product(dn, turned[2 * n :], u)
                dr[u] *= dn[u] * m[u] if reset_after else dm[u] * before[u] * to[u]
            for v in range(n):
                through = product(dm, turned[2 * n :], v) if reset_after else dm[v] * r[v]
                d[b, t, 0, v] += (through + product(da[b, t, : 2 * n], turned, v)) * to[v]
    found = call(
        recurrent.gru_backward,
        [at.gates, at.dstate],
        [values, at.state, at.mask, at.drop, turned],
        reset_after,
    )
    for ours, truth in zip(found, (da, d), strict=True):
        np.testing.assert_allclose(ours, truth, rtol=tolerance, atol=tolerance * max(1, np.abs(truth).max()))


def test_a_part_of_the_batch_is_all_that_is_written() -> None:
    """The workers share the arrays: each has its examples, and the bits do not depend on how many it has."""
    at = Setting(3, 4, 4, 3, np.float64)
    whole = call(recurrent.lstm, [at.gates, at.state], [at.mask, at.drop, at.recurrent, at.clamp])
    for lo in range(at.batch):
        gates, state = at.gates.copy(), at.state.copy()
        some = (array[lo : lo + 1] for array in (gates, state, at.mask, at.drop))
        recurrent.lstm(*some, at.recurrent, at.clamp)
        for ours, theirs, before in zip((gates, state), whole, (at.gates, at.state), strict=True):
            assert (ours[lo] == theirs[lo]).all()
            others = np.arange(at.batch) != lo
            assert (ours[others] == before[others]).all()


def test_the_guards_are_there() -> None:
    inside, buffer = guarded(np.zeros(3), MARK)
    assert untouched(buffer)
    assert inside.size + 2 * GUARD == buffer.size
    buffer[GUARD - 1] = 0
    assert not untouched(buffer)
