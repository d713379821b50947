"""Regularizers: what large weights cost, and three ways to have a training pay it.

    R(w) = l1 Σ |w| + l2 Σ w²                  L1: l2 = 0      L2: l1 = 0      both: the elastic net

    in the loss        L = D + R                the optimizer sees  ∂D/∂w + ∂R/∂w,   ∂R/∂w = l1 sign(w) + 2 l2 w
    proximal           w ← prox(w − rate ∂D/∂w)        the gradient leaves R out, and every step is followed by

    prox(w) = argmin over u of  ½ (u − w)² + rate R(u) = S(w, rate l1) / (1 + 2 rate l2)
    S(w, t) = sign(w) max(|w| − t, 0) = w − min(max(w, −t), t)                        soft threshold

    decoupled          w ← w − rate · weight_decay · w, beside the optimizer's step: `engine/optimizers.py`

By its gradient, L1 moves a weight towards 0, past it and back, and never onto it; the proximal step makes it exactly 0
where the data's gradient is below l1. At the kink of |w| the gradient taken is 0, as in every library.

Names, defaults and factors are those of Keras: its L2 is l2 Σ w², without a half. In a tree of parameters the weights
of layers pay, kernels and tables of embeddings; biases, and other shifts and scales, do not.

Tibshirani 1996, "Regression shrinkage and selection via the lasso", doi:10.1111/j.2517-6161.1996.tb02080.x
Hoerl and Kennard 1970, "Ridge regression", doi:10.1080/00401706.1970.10488634
Zou and Hastie 2005 (elastic net), doi:10.1111/j.1467-9868.2005.00503.x
Parikh and Boyd 2014, "Proximal algorithms", doi:10.1561/2400000003
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.arrays import Array, leaves, rebuild
from engine.checks import check_number


def soft_threshold(w: Array, t: float | Array) -> Array:
    """S(w, t): nearer to 0 by t, and exactly 0 from there on."""
    # S(w, t) = w − min(max(w, −t), t);  a NaN stays one
    return w - np.clip(w, -t, t)


@dataclass(frozen=True)
class L1L2:
    """R of one array."""

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        for name in ("l1", "l2"):
            object.__setattr__(self, name, check_number(name, getattr(self, name), least=0))

    def value(self, w: Array) -> float:
        # R = l1 Σ |w| + l2 Σ w²;  what is switched off adds 0, even if a weight is infinite
        by_l1 = self.l1 * float(np.abs(w).sum(dtype=np.float64)) if self.l1 else 0.0
        return by_l1 + (self.l2 * float(np.square(w, dtype=np.float64).sum()) if self.l2 else 0.0)

    def gradient(self, w: Array) -> Array:
        # ∂R/∂w = l1 sign(w) + 2 l2 w;  what is switched off adds 0, even if a weight is infinite
        by_l1 = self.l1 * np.sign(w) if self.l1 else np.zeros_like(w)
        return by_l1 + 2 * self.l2 * w if self.l2 else by_l1

    def proximal(self, w: Array, rate: float) -> Array:
        """Where a step along the data's gradient has led, brought back by R at that learning rate."""
        # prox(w) = S(w, rate l1) / (1 + 2 rate l2)
        return soft_threshold(w, rate * self.l1) / (1 + 2 * rate * self.l2)


@dataclass(frozen=True)
class L1(L1L2):
    """R = l1 Σ |w|: many weights end at exactly 0."""

    l1: float = 0.01
    l2: float = field(default=0.0, init=False)


@dataclass(frozen=True)
class L2(L1L2):
    """R = l2 Σ w²: all weights end smaller, hardly any at 0."""

    l1: float = field(default=0.0, init=False)
    l2: float = 0.01


# ----------------------------------------------------------------------------------------------- trees of parameters


def is_weight(path: str) -> bool:
    """Whether what stands there in a tree is a layer's weights: `0.kernel`, `2.recurrent_kernel`, `0.embeddings`."""
    return path.endswith(("kernel", "embeddings"))


def penalty(by: L1L2, params: Any) -> float:
    """R of all weights together."""
    return sum(by.value(w) for path, w in leaves(params) if is_weight(path))


def penalty_gradients(by: L1L2, params: Any) -> Any:
    """∂R/∂w, a tree like the parameters: 0 for what does not pay."""
    return rebuild(params, lambda path, w: by.gradient(w) if is_weight(path) else np.zeros_like(w))


def shrunk(by: L1L2, params: Any, rate: float) -> Any:
    """The parameters after a step along the data's gradient, with all weights brought back."""
    return rebuild(params, lambda path, w: by.proximal(w, rate) if is_weight(path) else w)


def added(grads: Any, penalties: Any) -> Any:
    """∂D/∂w + ∂R/∂w. A gradient by rows becomes whole where its weights pay: they do so in every row."""
    by_path = dict(leaves(penalties))
    return rebuild(grads, lambda path, g: np.asarray(g) + by_path[path] if is_weight(path) else g)
