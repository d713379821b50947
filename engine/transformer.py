"""A Transformer made of layers: where a place is, and blocks of attention and of dense layers with skips around them.

    sinusoidal[t, 2i] = sin(t / 10000^(2i / C))        sinusoidal[t, 2i + 1] = cos(t / 10000^(2i / C))

    pre-norm     h = x + attention(norm(x))        y = h + dense(activation(dense(norm(h))))
    post-norm    h = norm(x + attention(x))        y = norm(h + dense(activation(dense(h))))

In a pre-norm block the way around everything is never normalized, so a gradient comes through it whole, however many
blocks there are; in a post-norm block it passes every norm.

Vaswani et al. 2017 (post-norm), https://arxiv.org/abs/1706.03762
Xiong et al. 2020 (pre-norm), "On layer normalization in the Transformer architecture", https://arxiv.org/abs/2002.04745
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_gradient, check_integer
from engine.layers.attention import MultiHeadAttention
from engine.layers.dense import Dense
from engine.layers.layer import Layer, Params
from engine.layers.layer_normalization import LayerNormalization
from engine.layers.smooth import GELU
from engine.network import Sequential
from engine.skips import Residual

WAVE = 10_000  # the longest wave is so many times 2π steps


def sinusoidal(steps: int, channels: int, dtype: npt.DTypeLike = np.float64) -> Array:
    """(steps, channels): sines of falling frequency in the even channels, cosines in the odd ones."""
    steps, channels = check_integer("steps", steps), check_integer("channels", channels)
    at = np.arange(channels)
    angles = np.arange(steps)[:, None] / WAVE ** (2 * (at // 2) / channels)
    return np.where(at % 2 == 0, np.sin(angles), np.cos(angles)).astype(dtype)


class PositionalEncodingTrace(NamedTuple):
    x: Array  # (B, T, C)


@dataclass(frozen=True)
class PositionalEncoding(Layer):
    """(B, T, C) → (B, T, C): y = x + sinusoidal, so that attention can tell places apart. dx = dy."""

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 2 or min(input_shape) < 1:
            raise ValueError(f"PositionalEncoding takes examples of shape (steps, channels), not {input_shape}")
        return input_shape

    def operation_count(self, input_shape: Shape) -> int:
        """A sum a number."""
        return input_shape[0] * input_shape[1]

    def forward(self, params: Params, x: Array) -> tuple[Array, PositionalEncodingTrace]:
        self.check(params, x)
        # y = x + sinusoidal
        return x + sinusoidal(x.shape[1], x.shape[2], x.dtype), PositionalEncodingTrace(x)

    def backward(self, params: Params, trace: PositionalEncodingTrace, dy: Array) -> tuple[Array, Params]:
        check_gradient(dy, trace.x.shape, trace.x.dtype)
        # y = x + sinusoidal
        return dy.copy(), {}


def transformer_block(
    attention: MultiHeadAttention, channels: int, width: int, *, pre_norm: bool = True, activation: Layer | None = None
) -> Sequential:
    """(B, T, channels) → (B, T, channels); the dense layers in it have `width` units in between."""
    dense = [Dense(width), activation or GELU(), Dense(channels)]
    if pre_norm:
        return Sequential(
            [
                Residual(Sequential([LayerNormalization(), attention])),
                Residual(Sequential([LayerNormalization(), *dense])),
            ]
        )
    return Sequential([Residual(attention), LayerNormalization(), Residual(Sequential(dense)), LayerNormalization()])
