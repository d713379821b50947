"""Tasks that need a memory. Examples are drawn from a generator, without end: nothing can be learned by heart.

    adding     of T numbers two are marked, one in either half; what is asked at the end is their sum
    recall     a symbol, then T − 1 steps without one; what is asked at the end is the symbol
    held       at every step: the number that stood at the last token
    counting   aⁿ bⁿ: at every step, which symbol comes next?

Shapes: x (B, T, C) in float32.

Hochreiter and Schmidhuber 1997 (adding), "Long short-term memory", doi:10.1162/neco.1997.9.8.1735
Gers and Schmidhuber 2001 (counting), "LSTM recurrent networks learn simple context-free and context-sensitive
languages", doi:10.1109/72.963769
"""

from __future__ import annotations

import numpy as np

from engine.arrays import Array
from engine.checks import check_integer
from engine.losses import sequence_cross_entropy
from engine.training import Examples

SYMBOLS = 4  # of recall
NOISE = 0.1  # standard deviation of what recall reads in between
TOKENS = 0.1  # share of the steps that have one
START, A, B, END = range(4)  # of counting; END is never read
BETWEEN = QUIET, OTHERS = "silence", "other symbols"


def adding(rng: np.random.Generator, steps: int, batch: int = 32) -> Examples:
    """x: a number from 0 to 1, and whether it is marked. target: (B, 1)."""
    check_integer("steps", steps, least=2)
    x, rows = np.zeros((batch, steps, 2), np.float32), np.arange(batch)
    x[:, :, 0] = rng.random((batch, steps))
    for low, high in ((0, steps // 2), (steps // 2, steps)):
        x[rows, rng.integers(low, high, batch), 1] = 1
    return Examples(x, (x[:, :, 0] * x[:, :, 1]).sum(axis=1, keepdims=True))


def recall(rng: np.random.Generator, steps: int, between: str = QUIET, batch: int = 32) -> Examples:
    """x: a symbol one-hot, then a little noise, or others that are never asked for. target: (B,) the symbol."""
    check_integer("steps", steps, least=2)
    symbols, rows = rng.integers(0, SYMBOLS, batch), np.arange(batch)
    if between == OTHERS:
        x = np.eye(2 * SYMBOLS, dtype=np.float32)[rng.integers(SYMBOLS, 2 * SYMBOLS, (batch, steps))]
    else:
        x = (NOISE * rng.standard_normal((batch, steps, SYMBOLS))).astype(np.float32)
    x[:, 0] = 0
    x[rows, 0, symbols] = 1
    return Examples(x, symbols)


def held(rng: np.random.Generator, steps: int, batch: int = 32) -> Examples:
    """x: a number from −1 to 1, and whether the token stands there, as at the first step. target: (B, T, 1)."""
    check_integer("steps", steps)
    x = np.zeros((batch, steps, 2), np.float32)
    x[:, :, 0] = rng.uniform(-1, 1, (batch, steps))
    token = rng.random((batch, steps)) < TOKENS
    token[:, 0] = True
    x[:, :, 1] = token
    last = np.maximum.accumulate(np.where(token, np.arange(steps), 0), axis=1)
    return Examples(x, np.take_along_axis(x[:, :, 0], last, axis=1)[:, :, None])


def counting(rng: np.random.Generator, longest: int, batch: int = 32) -> Examples:
    """n from 1 to `longest` for every example."""
    return strings(rng.integers(1, check_integer("longest", longest) + 1, batch))


def strings(counts: Array) -> Examples:
    """START aⁿ bⁿ, one-hot, for every n. target: (B, T) what comes next. Where a string has ended, no step is there."""
    n, t = counts[:, None], np.arange(2 * counts.max() + 1)
    there = t <= 2 * n
    symbol = np.where(t == 0, START, np.where(t <= n, A, B))
    following = np.where(t < n, A, np.where(t < 2 * n, B, END))
    return Examples(np.eye(END, dtype=np.float32)[symbol] * there[:, :, None].astype(np.float32), following, there)


def settled(following: Array, there: Array) -> Array:
    """(B, T): where what comes next follows from what was read, which is from the first b on."""
    n = (following == B).sum(axis=1, keepdims=True)
    return there & (np.arange(following.shape[1]) > n)


def settled_cross_entropy(logits: Array, following: Array, there: Array) -> tuple[float, Array]:
    """Cross-entropy of counting where there is something to know: how many a will come, nobody can."""
    return sequence_cross_entropy(logits, following, settled(following, there))
