"""Functions of one number, for use inside of kernels, each in the precision of what it is given.

A kernel compiles them into itself, and its cache on disk does not follow this file: after a change here, `make clean`.
"""

from math import log
from typing import Any

import numpy as np
from numba.extending import overload
from numba.np.numpy_support import as_dtype

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


def flushed(x: Any) -> Any:
    """x, and 0 where x is denormal: below 10⁻³⁸, in float64 10⁻³⁰⁸, where the processor is many times slower.

    What vanishes would get stuck there: times 0.9, the smallest number above 0 is rounded up to itself.
    """


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


@overload(flushed)
def _flushed(x: Any) -> Any:
    real = as_dtype(x).type
    zero, least = real(0), np.finfo(real).tiny

    def implementation(x: Any) -> Any:
        return zero if abs(x) < least else x

    return implementation
