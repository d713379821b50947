"""Recurrent layers, a whole sequence at a call: forward over the steps, and backward through time.

A step depends on the one before, so it is a loop; within a step an example is by itself. What does not depend on the
step before is done for all steps at once by the layer, with NumPy: x W + b before, the weights' gradients after.

    gates, da       (B, T, G·U)       forward: x W + b comes in, the gates' values go out
                                      backward: the gates' slopes come in, gradients by what enters the gates go out
    state, dstate   (B, T + 1, S, U)  state[:, t] is what step t finds, state[:, t + 1] what it leaves
                                      dstate: ∂L/∂y of each step comes in, and gets added what comes from later steps
    mask            (B, T)            where it is False a step leaves the state as it was: gates and da are 0
    drop            (B, U)            factors of the state where it enters the product with R, and nowhere else
    recurrent       (U, G·U)          R, turned in backward: (G·U, U)
    clamp           (G,)              a value for each gate that is to have it whatever enters; NaN for the others

Arrays are contiguous and writeable. One with a batch axis may be a part of the batch: nothing passes between examples.
"""

from math import log
from typing import Any

import numpy as np
from numba.extending import overload, register_jitable
from numba.np.numpy_support import as_dtype

from engine.arrays import Array
from engine.kernels.compiler import kernel

# ---------------------------------------------------------------------------------------------- inside of all kernels


LOG2_TAIL = 1.4286068203094172e-06  # log 2 less its first 15 bits, by which n is multiplied exactly


def small_exp(a: Any) -> Any:
    """(s, p) with e⁻ᵃ = s + s p for a ≥ 0: s is a power of two, and p = eʳ − 1 of the rest r, |r| ≤ ½ log 2.

    Kept apart, they also give e⁻ᵃ − 1 = (s − 1) + s p without cancellation. There is nothing but arithmetic, so loops
    over it vectorise; the library's exp does not.
    """


def sigmoid(x: Any) -> Any:
    """1 / (1 + e⁻ˣ), with e⁻|ˣ| alone: nothing overflows."""


def tanh(x: Any) -> Any:
    """(1 − e⁻²|ˣ|) / (1 + e⁻²|ˣ|), with the sign of x."""


@overload(small_exp)
def _small_exp(a: Any) -> Any:
    real = as_dtype(a).type  # every constant in the precision of a: a single float64 would make all of it float64
    integer, bits, bias, most = (np.int32, 23, 127, 87.0) if real is np.float32 else (np.int64, 52, 1023, 708.0)
    shift, log2e, log2_head, log2_tail = map(real, (1.5 * 2.0**bits, 1 / log(2), 0.693145751953125, LOG2_TAIL))

    def implementation(a: Any) -> Any:
        clipped = real(most) if a > real(most) else a  # a NaN stays one
        # −a = n log 2 + r;  adding the shift rounds to the nearest integer, which stands in the last bits
        shifted = shift - clipped * log2e
        n = shifted - shift
        r = (-clipped - n * log2_head) - n * log2_tail
        # p = r + r²/2! + r³/3! + …
        p = real(1 / 6227020800)
        p = p * r + real(1 / 479001600)
        p = p * r + real(1 / 39916800)
        p = p * r + real(1 / 3628800)
        p = p * r + real(1 / 362880)
        p = p * r + real(1 / 40320)
        p = p * r + real(1 / 5040)
        p = p * r + real(1 / 720)
        p = p * r + real(1 / 120)
        p = p * r + real(1 / 24)
        p = p * r + real(1 / 6)
        p = p * r + real(1 / 2)
        p = p * r * r + r
        # s = 2ⁿ, written as the bits of its exponent
        exponent = integer(integer(real(shifted).view(integer) + integer(bias)) << integer(bits))
        return real(0) if a > real(most) else exponent.view(real), p

    return implementation


@overload(sigmoid)
def _sigmoid(x: Any) -> Any:
    one = as_dtype(x).type(1)

    def implementation(x: Any) -> Any:
        s, p = small_exp(abs(x))
        e = s + s * p
        return (e if x < 0 else one) / (one + e)

    return implementation


@overload(tanh)
def _tanh(x: Any) -> Any:
    real = as_dtype(x).type
    one, two = real(1), real(2)

    def implementation(x: Any) -> Any:
        s, p = small_exp(two * abs(x))
        m = (s - one) + s * p
        y = (real(0) - m) / (two + m)  # not −m, which of 0 is −0
        return -y if x < 0 else y

    return implementation


@register_jitable
def add_product(y: Array, x: Array, w: Array, first: int) -> None:
    """y += x w[:, first : first + F] for one row, y (F,), x (C,). Four rows of w at a time: y is touched less often."""
    fours = x.size // 4 * 4
    for c in range(0, fours, 4):
        x0, x1, x2, x3 = x[c], x[c + 1], x[c + 2], x[c + 3]
        w0, w1, w2, w3 = w[c, first:], w[c + 1, first:], w[c + 2, first:], w[c + 3, first:]
        for f in range(y.size):
            y[f] += (x0 * w0[f] + x1 * w1[f]) + (x2 * w2[f] + x3 * w3[f])
    for c in range(fours, x.size):
        x0, w0 = x[c], w[c, first:]
        for f in range(y.size):
            y[f] += x0 * w0[f]


@register_jitable
def hold(gate: Array, value: Any) -> None:
    """Clamp a gate, if the value is not NaN."""
    if value == value:
        gate[:] = value


# --------------------------------------------------------------------------------------------------------- simple RNN

LINEAR, RELU, SIGMOID, TANH = range(4)


@kernel
def simple_rnn(a: Array, state: Array, mask: Array, drop: Array, recurrent: Array, activation: int) -> None:
    """`a` stands for the gates: what enters the activation goes out. state: h."""
    given = np.empty(drop.shape[1], drop.dtype)
    for t in range(a.shape[1]):
        for b in range(a.shape[0]):
            entering, before, h = a[b, t], state[b, t, 0], state[b, t + 1, 0]
            if not mask[b, t]:
                entering[:] = 0
                h[:] = before
                continue
            # a = x W + b + (h ∘ drop) R
            given[:] = before * drop[b]
            add_product(entering, given, recurrent, 0)
            # h = φ(a)
            if activation == TANH:
                for u in range(h.size):
                    h[u] = tanh(entering[u])
            elif activation == SIGMOID:
                for u in range(h.size):
                    h[u] = sigmoid(entering[u])
            elif activation == RELU:
                for u in range(h.size):
                    h[u] = 0 if entering[u] <= 0 else entering[u]
            else:
                h[:] = entering


@kernel
def simple_rnn_backward(da: Array, dstate: Array, mask: Array, drop: Array, recurrent: Array) -> None:
    dgiven = np.empty(drop.shape[1], drop.dtype)
    for t in range(da.shape[1] - 1, -1, -1):
        for b in range(da.shape[0]):
            d, dh, dbefore = da[b, t], dstate[b, t + 1, 0], dstate[b, t, 0]
            if not mask[b, t]:
                d[:] = 0
                dbefore += dh
                continue
            # h = φ(a)
            d *= dh
            # a = … (h ∘ drop) R
            dgiven[:] = 0
            add_product(dgiven, d, recurrent, 0)
            dbefore += dgiven * drop[b]


# --------------------------------------------------------------------------------------------------------------- LSTM


@kernel
def lstm(gates: Array, state: Array, mask: Array, drop: Array, recurrent: Array, clamp: Array) -> None:
    """Gates i, f, g, o. state: h, c, tanh c."""
    units = drop.shape[1]
    given = np.empty(units, drop.dtype)
    for t in range(gates.shape[1]):
        for b in range(gates.shape[0]):
            a, before, after = gates[b, t], state[b, t], state[b, t + 1]
            if not mask[b, t]:
                a[:] = 0
                after[:] = before
                continue
            # a = x W + b + (h ∘ drop) R
            given[:] = before[0] * drop[b]
            add_product(a, given, recurrent, 0)
            # i, f, o = σ(a)    g = tanh a
            i, f, g, o = a[:units], a[units : 2 * units], a[2 * units : 3 * units], a[3 * units :]
            for u in range(units):
                g[u] = tanh(g[u])
            for gate in (a[: 2 * units], o):
                for u in range(gate.size):
                    gate[u] = sigmoid(gate[u])
            for k in range(4):
                hold(a[k * units : (k + 1) * units], clamp[k])
            # c = f ∘ c + i ∘ g    h = o ∘ tanh c
            h, c, squashed, c_before = after[0], after[1], after[2], before[1]
            for u in range(units):
                c[u] = f[u] * c_before[u] + i[u] * g[u]
            for u in range(units):
                squashed[u] = tanh(c[u])
            for u in range(units):
                h[u] = o[u] * squashed[u]


@kernel
def lstm_backward(
    da: Array, dstate: Array, gates: Array, state: Array, mask: Array, drop: Array, recurrent: Array
) -> None:
    """dstate: dh, dc."""
    units, one = drop.shape[1], drop.dtype.type(1)
    dgiven = np.empty(units, drop.dtype)
    for t in range(da.shape[1] - 1, -1, -1):
        for b in range(da.shape[0]):
            d, dafter, dbefore = da[b, t], dstate[b, t + 1], dstate[b, t]
            if not mask[b, t]:
                d[:] = 0
                dbefore += dafter
                continue
            a, squashed, c_before = gates[b, t], state[b, t + 1, 2], state[b, t, 1]
            i, f, g, o = a[:units], a[units : 2 * units], a[2 * units : 3 * units], a[3 * units :]
            di, df, dg, do = d[:units], d[units : 2 * units], d[2 * units : 3 * units], d[3 * units :]
            dh, dc, dc_before = dafter[0], dafter[1], dbefore[1]
            for u in range(units):
                # h = o ∘ tanh c
                do[u] *= dh[u] * squashed[u]
                dc[u] += dh[u] * o[u] * (one - squashed[u] * squashed[u])
                # c = f ∘ c + i ∘ g
                di[u] *= dc[u] * g[u]
                df[u] *= dc[u] * c_before[u]
                dg[u] *= dc[u] * i[u]
                dc_before[u] += dc[u] * f[u]
            # a = … (h ∘ drop) R
            dgiven[:] = 0
            add_product(dgiven, d, recurrent, 0)
            dbefore[0] += dgiven * drop[b]


# ---------------------------------------------------------------------------------------------------------------- GRU


@kernel
def gru(
    gates: Array, state: Array, mask: Array, drop: Array, recurrent: Array, clamp: Array, reset_after: bool
) -> None:
    """Gates z, r, n, and m: what r lets pass, or has let pass. state: h."""
    units, one = drop.shape[1], drop.dtype.type(1)
    given = np.empty(units, drop.dtype)
    for t in range(gates.shape[1]):
        for b in range(gates.shape[0]):
            a, before, h = gates[b, t], state[b, t, 0], state[b, t + 1, 0]
            if not mask[b, t]:
                a[:] = 0
                h[:] = before
                continue
            # z, r = σ(x W + b + (h ∘ drop) R)
            z, r, n, m = a[:units], a[units : 2 * units], a[2 * units : 3 * units], a[3 * units :]
            given[:] = before * drop[b]
            both = a[: 2 * units]
            add_product(both, given, recurrent, 0)
            for u in range(both.size):
                both[u] = sigmoid(both[u])
            hold(z, clamp[0])
            hold(r, clamp[1])
            if reset_after:
                # m = (h ∘ drop) R + b′    n = tanh(x W + b + r ∘ m)
                add_product(m, given, recurrent, 2 * units)
                n += r * m
            else:
                # m = r ∘ h ∘ drop    n = tanh(x W + b + m R)
                m[:] = r * given
                add_product(n, m, recurrent, 2 * units)
            for u in range(units):
                n[u] = tanh(n[u])
            hold(n, clamp[2])
            # h = z ∘ h + (1 − z) ∘ n
            for u in range(units):
                h[u] = z[u] * before[u] + (one - z[u]) * n[u]


@kernel
def gru_backward(
    da: Array,
    dstate: Array,
    gates: Array,
    state: Array,
    mask: Array,
    drop: Array,
    recurrent: Array,
    reset_after: bool,
) -> None:
    """The last quarter of da is the gradient by m."""
    units, one = drop.shape[1], drop.dtype.type(1)
    dgiven = np.empty(units, drop.dtype)
    for t in range(da.shape[1] - 1, -1, -1):
        for b in range(da.shape[0]):
            d, dh, dbefore = da[b, t], dstate[b, t + 1, 0], dstate[b, t, 0]
            if not mask[b, t]:
                d[:] = 0
                dbefore += dh
                continue
            a, before = gates[b, t], state[b, t, 0]
            z, r, n, m = a[:units], a[units : 2 * units], a[2 * units : 3 * units], a[3 * units :]
            dz, dr, dn, dm = d[:units], d[units : 2 * units], d[2 * units : 3 * units], d[3 * units :]
            # h = z ∘ h + (1 − z) ∘ n
            for u in range(units):
                dz[u] *= dh[u] * (before[u] - n[u])
                dn[u] *= dh[u] * (one - z[u])
                dbefore[u] += dh[u] * z[u]
            dgiven[:] = 0
            if reset_after:
                # n = tanh(… r ∘ m)    m = (h ∘ drop) R + b′
                dr *= dn * m
                dm[:] = dn * r
                add_product(dgiven, dm, recurrent[2 * units :], 0)
            else:
                # n = tanh(… m R)    m = r ∘ h ∘ drop
                dm[:] = 0
                add_product(dm, dn, recurrent[2 * units :], 0)
                dr *= dm * before * drop[b]
                dgiven += dm * r
            # z, r = σ(… (h ∘ drop) R)
            add_product(dgiven, d[: 2 * units], recurrent, 0)
            dbefore += dgiven * drop[b]
