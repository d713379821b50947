"""Activations as the lens tells them: f for the way forward, f′ for the way back. Formulas and papers: engine/layers.

Written once more, for numbers that are looked at: tests hold them to the engine's layers, and to their twins in
assets/lens/activations.js.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import pi, sqrt
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from engine.arrays import Array

SLOPE = 0.3  # of the leaky ReLU below 0
ALPHA, LAMBDA = 1.6732632423543772, 1.0507009873554805  # of SELU
CUBIC = 0.044715  # of GELU's approximation


class Activation(NamedTuple):
    f: Callable[[Array], Array]
    slope: Callable[[Array], Array]


def _sigmoid(a: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-a)))


def _twice_u(a: Array) -> Array:
    # 2 u,  u = √(2/π) (a + 0.044715 a³)
    return np.asarray(2 * sqrt(2 / pi) * (a + CUBIC * a**3))


def _gelu_tanh_slope(a: Array) -> Array:
    share = _sigmoid(_twice_u(a))
    return share + a * share * (1 - share) * 2 * sqrt(2 / pi) * (1 + 3 * CUBIC * a**2)


ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        "leaky_relu": Activation(lambda a: np.where(a <= 0, SLOPE * a, a), lambda a: np.where(a <= 0, SLOPE, 1.0)),
        "elu": Activation(lambda a: np.where(a <= 0, np.expm1(a), a), lambda a: np.where(a <= 0, np.exp(a), 1.0)),
        "selu": Activation(
            lambda a: LAMBDA * np.where(a <= 0, ALPHA * np.expm1(a), a),
            lambda a: LAMBDA * np.where(a <= 0, ALPHA * np.exp(a), 1.0),
        ),
        "gelu": Activation(lambda a: a * ndtr(a), lambda a: ndtr(a) + a * np.exp(-a * a / 2) / sqrt(2 * pi)),
        "gelu_tanh": Activation(lambda a: a * _sigmoid(_twice_u(a)), _gelu_tanh_slope),
        "silu": Activation(lambda a: a * _sigmoid(a), lambda a: _sigmoid(a) * (1 + a * (1 - _sigmoid(a)))),
        "softplus": Activation(lambda a: np.logaddexp(0, a), _sigmoid),
        "softsign": Activation(lambda a: a / (1 + np.abs(a)), lambda a: 1 / (1 + np.abs(a)) ** 2),
        "hard_sigmoid": Activation(lambda a: np.clip(a + 3, 0, 6) / 6, lambda a: np.where(np.abs(a) >= 3, 0.0, 1 / 6)),
    }
)


def through(name: str) -> Callable[[Array, Array], Array]:
    """Back through it: what arrives times the slope at what went in."""
    return lambda dy, a: dy * ACTIVATIONS[name].slope(a)
