"""Recurrent layers, a whole sequence at a call: forward over the steps, and backward through time.

A step depends on the one before, so it is a loop; within a step an example is by itself. What does not depend on the
step before is done for all steps at once by the layer, with NumPy: x W + b before, the weights' gradients after.

    gates, da       (B, T, G·U)       forward: x W + b comes in, the gates' values go out
                                      backward: the gates' slopes come in, gradients by what enters the gates go out
    state, dstate   (B, T + 1, N, U)  state[:, t] is what step t finds, state[:, t + 1] what it leaves
                                      dstate: ∂L/∂y of each step comes in, and gets added what comes from later steps
    mask            (B, T)            where it is False a step leaves the state as it was: gates and da are 0
    drop            (B, U)            factors of the state where it enters the product with R, and nowhere else
    recurrent       (U, G·U)          R, turned in backward: (G·U, U)
    clamp           (G,)              a value for each gate that is to have it whatever enters; NaN for the others

Arrays are contiguous and writeable. One with a batch axis may be a part of the batch: nothing passes between examples.
"""

from typing import Any

import numpy as np
from numba.extending import register_jitable

from engine.arrays import Array
from engine.kernels.compiler import kernel
from engine.kernels.functions import flushed, sigmoid, tanh

# ---------------------------------------------------------------------------------------------- inside of all kernels


@register_jitable
def add_products(y: Array, x: Array, w: Array, first: int) -> None:
    """y += x w[:, first : first + F], y (B, F), x (B, C): four rows of y and four of w at a time, what is left singly.

    A number is the same however many rows there are: the terms of its sum are added in one order.
    """
    rows = len(x) // 4 * 4
    for b in range(0, rows, 4):
        _add_to_four(y[b], y[b + 1], y[b + 2], y[b + 3], x[b], x[b + 1], x[b + 2], x[b + 3], w, first)
    for b in range(rows, len(x)):
        _add_to_one(y[b], x[b], w, first)


@register_jitable
def _add_to_four(
    y0: Array, y1: Array, y2: Array, y3: Array, x0: Array, x1: Array, x2: Array, x3: Array, w: Array, first: int
) -> None:
    fours = x0.size // 4 * 4
    for c in range(0, fours, 4):
        v0, v1, v2, v3 = w[c, first:], w[c + 1, first:], w[c + 2, first:], w[c + 3, first:]
        p0, p1, p2, p3 = x0[c], x0[c + 1], x0[c + 2], x0[c + 3]
        q0, q1, q2, q3 = x1[c], x1[c + 1], x1[c + 2], x1[c + 3]
        r0, r1, r2, r3 = x2[c], x2[c + 1], x2[c + 2], x2[c + 3]
        s0, s1, s2, s3 = x3[c], x3[c + 1], x3[c + 2], x3[c + 3]
        for f in range(y0.size):
            y0[f] += (p0 * v0[f] + p1 * v1[f]) + (p2 * v2[f] + p3 * v3[f])
            y1[f] += (q0 * v0[f] + q1 * v1[f]) + (q2 * v2[f] + q3 * v3[f])
            y2[f] += (r0 * v0[f] + r1 * v1[f]) + (r2 * v2[f] + r3 * v3[f])
            y3[f] += (s0 * v0[f] + s1 * v1[f]) + (s2 * v2[f] + s3 * v3[f])
    for c in range(fours, x0.size):
        v0, p0, q0, r0, s0 = w[c, first:], x0[c], x1[c], x2[c], x3[c]
        for f in range(y0.size):
            y0[f] += p0 * v0[f]
            y1[f] += q0 * v0[f]
            y2[f] += r0 * v0[f]
            y3[f] += s0 * v0[f]


@register_jitable
def _add_to_one(y: Array, x: Array, w: Array, first: int) -> None:
    fours = x.size // 4 * 4
    for c in range(0, fours, 4):
        v0, v1, v2, v3 = w[c, first:], w[c + 1, first:], w[c + 2, first:], w[c + 3, first:]
        p0, p1, p2, p3 = x[c], x[c + 1], x[c + 2], x[c + 3]
        for f in range(y.size):
            y[f] += (p0 * v0[f] + p1 * v1[f]) + (p2 * v2[f] + p3 * v3[f])
    for c in range(fours, x.size):
        v0, p0 = w[c, first:], x[c]
        for f in range(y.size):
            y[f] += p0 * v0[f]


@register_jitable
def add_to_state(dbefore: Array, dgiven: Array, drop: Array) -> None:
    """The state went into a product with R, as h ∘ drop."""
    for u in range(dbefore.size):
        dbefore[u] = flushed(dbefore[u] + dgiven[u] * drop[u])


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
    given, sums = np.empty_like(drop), np.empty_like(drop)
    for t in range(a.shape[1]):
        # a = x W + b + (h ∘ drop) R
        for b in range(len(a)):
            given[b] = state[b, t, 0] * drop[b]
            sums[b] = a[b, t]
        add_products(sums, given, recurrent, 0)
        for b in range(len(a)):
            entering, before, h = a[b, t], state[b, t, 0], state[b, t + 1, 0]
            if not mask[b, t]:
                entering[:] = 0
                h[:] = before
                continue
            entering[:] = sums[b]
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
            for u in range(h.size):
                h[u] = flushed(h[u])


@kernel
def simple_rnn_backward(da: Array, dstate: Array, mask: Array, drop: Array, recurrent: Array) -> None:
    dgiven, d = np.empty_like(drop), np.empty_like(drop)
    for t in range(da.shape[1] - 1, -1, -1):
        for b in range(len(da)):
            by_a, dh = da[b, t], dstate[b, t + 1, 0]
            if not mask[b, t]:
                by_a[:] = 0
                d[b] = 0
                continue
            # h = φ(a)
            for u in range(dh.size):
                by_a[u] = flushed(by_a[u] * dh[u])
            d[b] = by_a
        # a = … (h ∘ drop) R
        dgiven[:] = 0
        add_products(dgiven, d, recurrent, 0)
        for b in range(len(da)):
            add_to_state(dstate[b, t, 0], dgiven[b], drop[b])
            if not mask[b, t]:
                dstate[b, t] += dstate[b, t + 1]


# --------------------------------------------------------------------------------------------------------------- LSTM


@kernel
def lstm(gates: Array, state: Array, mask: Array, drop: Array, recurrent: Array, clamp: Array) -> None:
    """Gates i, f, g, o. state: h, c, tanh c."""
    units = drop.shape[1]
    given, sums = np.empty_like(drop), np.empty((len(drop), 4 * units), drop.dtype)
    for t in range(gates.shape[1]):
        # a = x W + b + (h ∘ drop) R
        for b in range(len(gates)):
            given[b] = state[b, t, 0] * drop[b]
            sums[b] = gates[b, t]
        add_products(sums, given, recurrent, 0)
        for b in range(len(gates)):
            a, y, before, after = sums[b], gates[b, t], state[b, t], state[b, t + 1]
            if not mask[b, t]:
                y[:] = 0
                after[:] = before
                continue
            # i, f, o = σ(a)    g = tanh a
            for u in range(2 * units):
                y[u] = sigmoid(a[u])
            for u in range(2 * units, 3 * units):
                y[u] = tanh(a[u])
            for u in range(3 * units, 4 * units):
                y[u] = sigmoid(a[u])
            i, f, g, o = y[:units], y[units : 2 * units], y[2 * units : 3 * units], y[3 * units :]
            hold(i, clamp[0])
            hold(f, clamp[1])
            hold(g, clamp[2])
            hold(o, clamp[3])
            # c = f ∘ c + i ∘ g    h = o ∘ tanh c
            h, c, squashed, c_before = after[0], after[1], after[2], before[1]
            for u in range(units):
                c[u] = flushed(f[u] * c_before[u] + i[u] * g[u])
            for u in range(units):
                squashed[u] = tanh(c[u])
            for u in range(units):
                h[u] = flushed(o[u] * squashed[u])


@kernel
def lstm_backward(
    da: Array, dstate: Array, gates: Array, state: Array, mask: Array, drop: Array, recurrent: Array
) -> None:
    """dstate: dh, dc."""
    units, one = drop.shape[1], drop.dtype.type(1)
    dgiven, sums = np.empty_like(drop), np.empty((len(drop), 4 * units), drop.dtype)
    for t in range(da.shape[1] - 1, -1, -1):
        for b in range(len(da)):
            d, dh, dc, dc_before = da[b, t], dstate[b, t + 1, 0], dstate[b, t + 1, 1], dstate[b, t, 1]
            if not mask[b, t]:
                d[:] = 0
                sums[b] = 0
                continue
            a, squashed, c_before = gates[b, t], state[b, t + 1, 2], state[b, t, 1]
            i, f, g, o = a[:units], a[units : 2 * units], a[2 * units : 3 * units], a[3 * units :]
            di, df, dg, do = d[:units], d[units : 2 * units], d[2 * units : 3 * units], d[3 * units :]
            for u in range(units):
                # h = o ∘ tanh c
                do[u] *= dh[u] * squashed[u]
                dc[u] += dh[u] * o[u] * (one - squashed[u] * squashed[u])
                # c = f ∘ c + i ∘ g
                di[u] *= dc[u] * g[u]
                df[u] *= dc[u] * c_before[u]
                dg[u] *= dc[u] * i[u]
                dc_before[u] = flushed(dc_before[u] + dc[u] * f[u])
            for u in range(4 * units):
                d[u] = flushed(d[u])
            sums[b] = d
        # a = … (h ∘ drop) R
        dgiven[:] = 0
        add_products(dgiven, sums, recurrent, 0)
        for b in range(len(da)):
            add_to_state(dstate[b, t, 0], dgiven[b], drop[b])
            if not mask[b, t]:
                dstate[b, t] += dstate[b, t + 1]


# ---------------------------------------------------------------------------------------------------------------- GRU


@kernel
def gru(
    gates: Array, state: Array, mask: Array, drop: Array, recurrent: Array, clamp: Array, reset_after: bool
) -> None:
    """Gates z, r, n, and m: what r lets pass, or has let pass. state: h."""
    units, one = drop.shape[1], drop.dtype.type(1)
    given, passed, candidate = np.empty_like(drop), np.empty_like(drop), np.empty_like(drop)
    sums = np.empty((len(drop), 2 * units), drop.dtype)
    for t in range(gates.shape[1]):
        # z, r = σ(x W + b + (h ∘ drop) R)
        for b in range(len(gates)):
            given[b] = state[b, t, 0] * drop[b]
            sums[b] = gates[b, t, : 2 * units]
            candidate[b] = gates[b, t, 2 * units : 3 * units]
        add_products(sums, given, recurrent, 0)
        for b in range(len(gates)):
            a, y = sums[b], gates[b, t]
            for u in range(2 * units):
                y[u] = sigmoid(a[u])
            hold(y[:units], clamp[0])
            hold(y[units : 2 * units], clamp[1])
        if reset_after:
            # m = (h ∘ drop) R + b′    n = tanh(x W + b + r ∘ m)
            for b in range(len(gates)):
                passed[b] = gates[b, t, 3 * units :]
            add_products(passed, given, recurrent, 2 * units)
            for b in range(len(gates)):
                candidate[b] += gates[b, t, units : 2 * units] * passed[b]
        else:
            # m = r ∘ h ∘ drop    n = tanh(x W + b + m R)
            for b in range(len(gates)):
                passed[b] = gates[b, t, units : 2 * units] * given[b]
            add_products(candidate, passed, recurrent, 2 * units)
        for b in range(len(gates)):
            a, y, before, h = candidate[b], gates[b, t], state[b, t, 0], state[b, t + 1, 0]
            if not mask[b, t]:
                y[:] = 0
                h[:] = before
                continue
            z, n, m = y[:units], y[2 * units : 3 * units], y[3 * units :]
            m[:] = passed[b]
            for u in range(units):
                n[u] = tanh(a[u])
            hold(n, clamp[2])
            # h = z ∘ h + (1 − z) ∘ n
            for u in range(units):
                h[u] = flushed(z[u] * before[u] + (one - z[u]) * n[u])


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
    dgiven, dpassed, dcandidate = np.empty_like(drop), np.empty_like(drop), np.empty_like(drop)
    sums = np.empty((len(drop), 2 * units), drop.dtype)
    for t in range(da.shape[1] - 1, -1, -1):
        dgiven[:] = 0
        for b in range(len(da)):
            d, dh, dbefore = da[b, t], dstate[b, t + 1, 0], dstate[b, t, 0]
            if not mask[b, t]:
                d[:] = 0
                dcandidate[b] = 0
                continue
            z, n, before = gates[b, t, :units], gates[b, t, 2 * units : 3 * units], state[b, t, 0]
            dz, dn = d[:units], d[2 * units : 3 * units]
            # h = z ∘ h + (1 − z) ∘ n
            for u in range(units):
                dz[u] = flushed(dz[u] * dh[u] * (before[u] - n[u]))
                dn[u] = flushed(dn[u] * dh[u] * (one - z[u]))
                dbefore[u] += dh[u] * z[u]
            dcandidate[b] = dn
        if reset_after:
            # n = tanh(… r ∘ m)    m = (h ∘ drop) R + b′
            for b in range(len(da)):
                r, m = gates[b, t, units : 2 * units], gates[b, t, 3 * units :]
                dr, dm, dn = da[b, t, units : 2 * units], da[b, t, 3 * units :], dcandidate[b]
                for u in range(units):
                    dr[u] = flushed(dr[u] * dn[u] * m[u])
                    dm[u] = flushed(dn[u] * r[u])
                dpassed[b] = dm
            add_products(dgiven, dpassed, recurrent[2 * units :], 0)
        else:
            # n = tanh(… m R)    m = r ∘ h ∘ drop
            dpassed[:] = 0
            add_products(dpassed, dcandidate, recurrent[2 * units :], 0)
            for b in range(len(da)):
                r, before, to = gates[b, t, units : 2 * units], state[b, t, 0], drop[b]
                dr, dm, by_m, by_given = da[b, t, units : 2 * units], da[b, t, 3 * units :], dpassed[b], dgiven[b]
                for u in range(units):
                    dm[u] = flushed(by_m[u])
                    dr[u] = flushed(dr[u] * dm[u] * before[u] * to[u])
                    by_given[u] = dm[u] * r[u]
        # z, r = σ(… (h ∘ drop) R)
        for b in range(len(da)):
            sums[b] = da[b, t, : 2 * units]
        add_products(dgiven, sums, recurrent, 0)
        for b in range(len(da)):
            add_to_state(dstate[b, t, 0], dgiven[b], drop[b])
            if not mask[b, t]:
                dstate[b, t] += dstate[b, t + 1]
