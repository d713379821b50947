"""Activations without a kink, and the one of the sigmoids that is made of lines.

    σ(x) = 1 / (1 + e⁻ˣ)        Φ(x): the share of a normal distribution below x        φ(x) = e^(−x²/2) / √2π

    Sigmoid      y = σ(x)                          f′ = y (1 − y)
    HardSigmoid  y = x/6 + ½, kept within 0 … 1    f′ = 1/6 where −3 < x < 3, else 0
    Tanh         y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)       f′ = 1 − y²
    Softsign     y = x / (1 + |x|)                 f′ = 1 / (1 + |x|)²
    Softplus     y = log(1 + eˣ)                   f′ = σ(x)
    SiLU         y = x σ(x)                        f′ = σ(x) (1 + x (1 − σ(x)))
    GELU         y = x Φ(x)                        f′ = Φ(x) + x φ(x)
      approximate: Φ(x) ≈ σ(2u) = (1 + tanh u) / 2,  u = √(2/π) (x + 0.044715 x³)
                                                   f′ = σ(2u) + 2 x σ(2u) σ(−2u) u′

No e^… is ever of a positive number, so that none overflows. Sigmoid and Tanh saturate in rounding too: in float32
σ(17) is 1 and tanh(10) is 1, and f′ exactly 0. PyTorch's Softplus becomes a line from 20 on; here it stays what it is.

Shapes: x, y (B, *S).

Hendrycks and Gimpel 2016 (GELU, SiLU), https://arxiv.org/abs/1606.08415
Dugas et al. 2001 (Softplus), "Incorporating second-order functional knowledge for better option pricing"
Glorot and Bengio 2010 (Softsign against Tanh and Sigmoid), https://proceedings.mlr.press/v9/glorot10a.html
"""

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from scipy.special import ndtr

from engine.arrays import Array
from engine.checks import check_flag
from engine.layers.activation import Activation

CUBIC = 0.044715  # of GELU's approximation
FAR = 20.0  # where Φ and its approximation have become 0 and 1


@dataclass(frozen=True)
class Sigmoid(Activation):
    """(B, *S) → (B, *S), between 0 and 1."""

    def function(self, x: Array) -> Array:
        return sigmoid(x)

    def slope(self, x: Array) -> Array:
        y = sigmoid(x)
        return y * (1 - y)


@dataclass(frozen=True)
class HardSigmoid(Activation):
    """(B, *S) → (B, *S), from 0 to 1, as Keras 3 has it."""

    def function(self, x: Array) -> Array:
        return np.clip(x + 3, 0, 6) / 6

    def slope(self, x: Array) -> Array:
        return np.where(np.abs(x) >= 3, x.dtype.type(0), x.dtype.type(1 / 6))


@dataclass(frozen=True)
class Tanh(Activation):
    """(B, *S) → (B, *S), between −1 and 1."""

    def function(self, x: Array) -> Array:
        return np.tanh(x)

    def slope(self, x: Array) -> Array:
        y = np.tanh(x)
        return 1 - y * y


@dataclass(frozen=True)
class Softsign(Activation):
    """(B, *S) → (B, *S), between −1 and 1, which it nears far slower than Tanh."""

    def function(self, x: Array) -> Array:
        with np.errstate(invalid="ignore"):  # ∞ / ∞
            return x / (1 + np.abs(x))

    def slope(self, x: Array) -> Array:
        share = 1 / (1 + np.abs(x))
        return share * share


@dataclass(frozen=True)
class Softplus(Activation):
    """(B, *S) → (B, *S), above 0."""

    def function(self, x: Array) -> Array:
        # log(1 + eˣ) = max(x, 0) + log(1 + e^(−|x|))
        return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))

    def slope(self, x: Array) -> Array:
        return sigmoid(x)


@dataclass(frozen=True)
class SiLU(Activation):
    """(B, *S) → (B, *S); also called swish."""

    def function(self, x: Array) -> Array:
        with np.errstate(invalid="ignore"):  # −∞ · 0
            return x * sigmoid(x)

    def slope(self, x: Array) -> Array:
        share = sigmoid(x)
        with np.errstate(invalid="ignore"):
            return share * (1 + x * (1 - share))


@dataclass(frozen=True)
class GELU(Activation):
    """(B, *S) → (B, *S)."""

    approximate: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "approximate", check_flag("approximate", self.approximate))

    def share(self, x: Array) -> Array:
        """Φ(x), or what stands for it: the share of x that passes."""
        return sigmoid(2 * _bent(x)) if self.approximate else np.asarray(ndtr(x), x.dtype)

    def function(self, x: Array) -> Array:
        with np.errstate(invalid="ignore"):  # −∞ · 0
            return x * self.share(x)

    def slope(self, x: Array) -> Array:
        share, near = self.share(x), np.clip(x, -FAR, FAR)
        if self.approximate:
            # u′ = √(2/π) (1 + 3 · 0.044715 x²)
            bend = sqrt(2 / pi) * (1 + 3 * CUBIC * near * near)
            return share + 2 * near * share * sigmoid(-2 * _bent(near)) * bend
        # Φ + x φ
        return share + near * np.exp(-near * near / 2) / sqrt(2 * pi)


def sigmoid(x: Array) -> Array:
    """1 / (1 + e⁻ˣ), and below 0 the same as eˣ / (1 + eˣ)."""
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, x.dtype.type(1)) / (1 + e)


def _bent(x: Array) -> Array:
    """u = √(2/π) (x + 0.044715 x³); further out, what it is at 20: σ(2u) has long become 0 or 1."""
    near = np.clip(x, -FAR, FAR)
    return sqrt(2 / pi) * (near + CUBIC * near * near * near)
