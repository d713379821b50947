"""Clipping: gradients that are too large are made smaller, before an optimizer takes its step.

    by value         each number      g ← min(max(g, −value), value)
    by norm          each array       g ← g · min(1, norm / ‖g‖)
    by global norm   all together     g ← g · min(1, norm / √Σ‖g‖²)

By norm the direction stays, by value it does not. A gradient that explodes is met with every few hundred steps in a
recurrent network; without clipping that one step undoes all the others. A gradient of NaN or infinite length has no
direction: it becomes NaN, and is to be seen.

Pascanu, Mikolov and Bengio 2013, "On the difficulty of training recurrent neural networks",
https://proceedings.mlr.press/v28/pascanu13.html
"""

from typing import Any

import numpy as np

from engine.arrays import Array, leaves, rebuild


def global_norm(grads: Any) -> float:
    """√Σ‖g‖² over all arrays of a tree."""
    return float(np.linalg.norm([_norm(g) for _, g in leaves(grads)]))


def clip_by_value(grads: Any, value: float) -> Any:
    return rebuild(grads, lambda _, g: np.clip(g, -value, value))


def clip_by_norm(grads: Any, norm: float) -> Any:
    return rebuild(grads, lambda _, g: g * clip_factor(norm, _norm(g)))


def clip_by_global_norm(grads: Any, norm: float) -> Any:
    factor = clip_factor(norm, global_norm(grads))
    return rebuild(grads, lambda _, g: g * factor)


def _norm(g: Array) -> float:
    """In float64: of float32, the squares of what explodes would be infinite."""
    return float(np.linalg.norm(np.asarray(g, np.float64)))


def clip_factor(norm: float, of: float) -> float:
    """min(1, norm / of), and NaN for what is not finite."""
    return norm / max(norm, of) if np.isfinite(of) else np.nan
