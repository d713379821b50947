"""Multi-head attention of a sequence to itself: every step asks all steps, and takes from each as much as it fits.

    q = x W_q + b_q        k = x W_k        v = x W_v + b_v        each cut into heads of key_dim numbers
    s_ij = q_i · k_j / √key_dim        α_ij = exp s_ij / Σ_l exp s_il        o_i = Σ_j α_ij v_j
    y = (o of all heads, side by side) W_o + b_o

The sums run over the steps that i may see: those that the mask (B, T) has, padding left out, and with
`use_causal_mask` none that come after i. Of all others α is 0; a step that may see none has o = 0. Keys have no bias:
it would add the same to all scores of a query, and the softmax takes that away. Backward, a head each:

    do = dy W_oᵀ        dv_j = Σ_i α_ij do_i        dα_ij = do_i · v_j        ds_ij = α_ij (dα_ij − Σ_l α_il dα_il)
    dq_i = Σ_j ds_ij k_j / √key_dim        dk_j = Σ_i ds_ij q_i / √key_dim        dx = dq W_qᵀ + dk W_kᵀ + dv W_vᵀ

and a kernel's gradient is, as in a Dense, what went in, transposed, times the gradient of what came out.

Shapes: x, y (B, T, C); W_q, W_k, W_v (C, heads · key_dim), W_o (heads · key_dim, C); q, k, v, o
(B, heads, T, key_dim); s, α (B, heads, T, T), the row is who asks.

Vaswani et al. 2017, "Attention is all you need", https://arxiv.org/abs/1706.03762
"""

from dataclasses import dataclass
from math import prod, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_flag, check_gradient, check_integer, check_mask
from engine.initializers import Chosen, initializer
from engine.layers.layer import Layer, Params, State


class AttentionTrace(NamedTuple):
    x: Array  # (B, T, C)
    q: Array  # (B, heads, T, key_dim)
    k: Array  # (B, heads, T, key_dim)
    v: Array  # (B, heads, T, key_dim)
    attention: Array  # (B, heads, T, T)  α: a row sums to 1, or is 0 where nothing may be seen
    heard: Array  # (B, T, heads · key_dim)  o, all heads side by side


@dataclass(frozen=True)
class MultiHeadAttention(Layer):
    """(B, T, C) → (B, T, C)."""

    num_heads: int
    key_dim: int
    use_causal_mask: bool = False
    use_bias: bool = True
    kernel_initializer: Chosen = "glorot_uniform"

    uses = frozenset({"mask"})

    def __post_init__(self) -> None:
        for name in ("num_heads", "key_dim"):
            object.__setattr__(self, name, check_integer(name, getattr(self, name)))
        for name in ("use_causal_mask", "use_bias"):
            object.__setattr__(self, name, check_flag(name, getattr(self, name)))
        initializer(self.kernel_initializer)

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 2 or min(input_shape) < 1:
            raise ValueError(f"MultiHeadAttention takes examples of shape (steps, channels), not {input_shape}")
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        channels, width = input_shape[-1], self.num_heads * self.key_dim
        kernels = {f"{name}_kernel": (channels, width) for name in ("query", "key", "value")}
        shapes: dict[str, Shape] = {**kernels, "output_kernel": (width, channels)}
        biases = {"query_bias": (width,), "value_bias": (width,), "output_bias": (channels,)}
        return {**shapes, **biases} if self.use_bias else shapes

    def operation_count(self, input_shape: Shape) -> int:
        """Four products with a kernel, and of every pair of steps the score and what is taken; masks save nothing."""
        steps, channels = self.output_shape(input_shape)
        width = self.num_heads * self.key_dim
        return 4 * steps * channels * width + 2 * steps * steps * width

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        self.output_shape(input_shape)
        draw = initializer(self.kernel_initializer)
        shapes = self.parameter_shapes(input_shape)
        return {
            name: np.zeros(shape, dtype) if name.endswith("bias") else draw(rng, shape, dtype)
            for name, shape in shapes.items()
        }, {}

    def forward(self, params: Params, x: Array, *, mask: Array | None = None) -> tuple[Array, AttentionTrace]:
        self.check(params, x)
        seen = self._seen(x.shape, mask)
        # q = x W_q + b_q,  k = x W_k,  v = x W_v + b_v
        q, k, v = (self._split(self._product(params, name, x)) for name in ("query", "key", "value"))
        # s_ij = q_i · k_j / √key_dim
        s = q @ k.swapaxes(-1, -2) / x.dtype.type(sqrt(self.key_dim))
        # α = exp s / Σ exp s
        alpha = _shares(s if seen is None else np.where(seen, s, -np.inf))
        # o_i = Σ_j α_ij v_j
        o = self._joined(alpha @ v)
        # y = o W_o + b_o
        return self._product(params, "output", o), AttentionTrace(x, q, k, v, alpha, o)

    def backward(self, params: Params, trace: AttentionTrace, dy: Array) -> tuple[Array, Params]:
        x, q, k, v, alpha, o = trace
        self.check(params, x)
        check_gradient(dy, x.shape, x.dtype)
        # y = o W_o + b_o
        grads = self._grads("output", o, dy)
        do = self._split(dy @ params["output_kernel"].T)
        # o_i = Σ_j α_ij v_j
        dalpha, dv = do @ v.swapaxes(-1, -2), alpha.swapaxes(-1, -2) @ do
        # α = exp s / Σ exp s
        ds = alpha * (dalpha - (alpha * dalpha).sum(axis=-1, keepdims=True))
        # s_ij = q_i · k_j / √key_dim
        ds = ds / x.dtype.type(sqrt(self.key_dim))
        dq, dk = ds @ k, ds.swapaxes(-1, -2) @ q
        # q = x W_q + b_q,  k = x W_k,  v = x W_v + b_v
        dx = np.zeros(x.shape, x.dtype)
        for name, gradient in (("query", dq), ("key", dk), ("value", dv)):
            joined = self._joined(gradient)
            grads |= self._grads(name, x, joined)
            dx += joined @ params[f"{name}_kernel"].T
        return dx, {name: grads[name] for name in self.parameter_shapes(x.shape[1:])}

    def _seen(self, shape: Shape, mask: Array | None) -> Array | None:
        """(B or 1, 1, T or 1, T): whether the step of the row may see that of the column. None: everything."""
        batch, steps, _ = shape
        check_mask(mask, (batch, steps))
        there = None if mask is None else mask[:, None, None, :]
        if not self.use_causal_mask:
            return there
        before = np.tril(np.ones((steps, steps), np.bool_))[None, None]
        return before if there is None else there & before

    def _split(self, a: Array) -> Array:
        """(B, T, heads · key_dim) → (B, heads, T, key_dim)"""
        return a.reshape(*a.shape[:2], self.num_heads, self.key_dim).swapaxes(1, 2)

    def _joined(self, a: Array) -> Array:
        """(B, heads, T, key_dim) → (B, T, heads · key_dim)"""
        return a.swapaxes(1, 2).reshape(a.shape[0], a.shape[2], self.num_heads * self.key_dim)

    def _product(self, params: Params, name: str, a: Array) -> Array:
        kernel, bias = params[f"{name}_kernel"], params.get(f"{name}_bias")
        product = (a.reshape(-1, a.shape[-1]) @ kernel).reshape(*a.shape[:-1], kernel.shape[1])
        return product if bias is None else product + bias

    def _grads(self, name: str, a: Array, da: Array) -> Params:
        """Of a kernel, and of its bias where it has one."""
        rows = da.reshape(-1, da.shape[-1])
        grads = {f"{name}_kernel": a.reshape(-1, a.shape[-1]).T @ rows}
        if self.use_bias and name != "key":
            grads[f"{name}_bias"] = rows.sum(axis=0)
        return grads


class EncodingTrace(NamedTuple):
    x: Array  # (B, T, C)


@dataclass(frozen=True)
class PositionalEncoding(Layer):
    """(B, T, C) → (B, T, C): x + p, where p tells by sines which step it is; nothing is learned.

        p_{t, 2i} = sin(t / longest^{2i / C})        p_{t, 2i+1} = cos(t / longest^{2i / C})        dx = dy

    t counts from 0. Attention knows no order by itself; wavelengths from 2π to 2π · longest give it one.
    """

    longest: int = 10_000

    def __post_init__(self) -> None:
        object.__setattr__(self, "longest", check_integer("longest", self.longest, least=2))

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 2 or min(input_shape) < 1:
            raise ValueError(f"PositionalEncoding takes examples of shape (steps, channels), not {input_shape}")
        return input_shape

    def operation_count(self, input_shape: Shape) -> int:
        """A sum a number."""
        return prod(input_shape)

    def encoding(self, input_shape: Shape) -> Array:
        """p, (T, C)."""
        steps, channels = self.output_shape(input_shape)
        t, c = np.arange(steps)[:, None], np.arange(channels)
        angle = t / self.longest ** (2 * (c // 2) / channels)
        return np.where(c % 2 == 0, np.sin(angle), np.cos(angle))

    def forward(self, params: Params, x: Array) -> tuple[Array, EncodingTrace]:
        self.check(params, x)
        # y = x + p
        return x + self.encoding(x.shape[1:]).astype(x.dtype), EncodingTrace(x)

    def backward(self, params: Params, trace: EncodingTrace, dy: Array) -> tuple[Array, Params]:
        check_gradient(dy, trace.x.shape, trace.x.dtype)
        # y = x + p
        return np.array(dy), {}


def _shares(s: Array) -> Array:
    """The softmax of every row; 0 where all of it is −∞. The largest is taken off first, so that no exp overflows."""
    largest = s.max(axis=-1, keepdims=True)
    e = np.exp(s - np.where(np.isneginf(largest), 0, largest).astype(s.dtype))
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total).astype(s.dtype)
