"""MultiHeadAttention over a sequence that attends to itself: each place takes a weighted mean of what all places say.

    q = x W_q + b_q        k = x W_k        v = x W_v + b_v        split into heads of D numbers
    s[i, j] = q_i · k_j / √D        a = softmax_j s        z_i = Σ_j a[i, j] v_j        y = concat(z) W_o + b_o

Where the mask (B, T) is False, nobody attends to place j: s[i, j] = −∞. With `causal`, nor to any j > i. A place that
may attend to none takes nothing, z = 0, and no gradient passes. A bias of k would add the same number to all scores of
a row, which softmax does not see: there is none. Backward:

    dz = dy W_oᵀ        dv_j = Σ_i a[i, j] dz_i        da[i, j] = dz_i · v_j
    ds = a (da − Σ_j a da)        dq_i = Σ_j ds[i, j] k_j / √D        dk_j = Σ_i ds[i, j] q_i / √D
    dx = dq W_qᵀ + dk W_kᵀ + dv W_vᵀ        dW_q = xᵀ dq, and so on

Shapes: x, y (B, T, C); W_q = query_kernel (C, H·D), W_k and W_v alike; W_o = output_kernel (H·D, C);
q, k, v, z (B, H, T, D); a (B, H, T, T): from i, along the first T, to j. All but k have a bias where `use_bias`.

Vaswani et al. 2017, "Attention is all you need", https://arxiv.org/abs/1706.03762
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_flag, check_gradient, check_integer
from engine.initializers import Chosen, initializer
from engine.layers.layer import Layer, Params, State

PRODUCTS = "query", "key", "value", "output"
BIASED = "query", "value", "output"


class MultiHeadAttentionTrace(NamedTuple):
    x: Array  # (B, T, C)
    query: Array  # (B, H, T, D)
    key: Array  # (B, H, T, D)
    value: Array  # (B, H, T, D)
    attention: Array  # (B, H, T, T)  a row a place: how much it takes of each
    heads: Array  # (B, T, H·D)  concat(z)
    mask: Array | None  # (B, T)  as it was given


@dataclass(frozen=True)
class MultiHeadAttention(Layer):
    """(B, T, C) → (B, T, C): `num_heads` heads of `key_dim` numbers each."""

    num_heads: int
    key_dim: int
    causal: bool = False
    use_bias: bool = True
    kernel_initializer: Chosen = "glorot_uniform"

    uses = frozenset({"mask"})

    def __post_init__(self) -> None:
        for name in ("num_heads", "key_dim"):
            object.__setattr__(self, name, check_integer(name, getattr(self, name)))
        for name in ("causal", "use_bias"):
            object.__setattr__(self, name, check_flag(name, getattr(self, name)))
        initializer(self.kernel_initializer)

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 2 or min(input_shape) < 1:
            raise ValueError(f"MultiHeadAttention takes examples of shape (steps, channels), not {input_shape}")
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        channels, width = input_shape[-1], self.num_heads * self.key_dim
        shapes: dict[str, Shape] = {f"{name}_kernel": (channels, width) for name in PRODUCTS[:3]}
        shapes["output_kernel"] = (width, channels)
        if self.use_bias:
            shapes |= {"query_bias": (width,), "value_bias": (width,), "output_bias": (channels,)}
        return shapes

    def operation_count(self, input_shape: Shape) -> int:
        """Four products with weights; the scores and the weighted means."""
        steps, channels = input_shape
        width = self.num_heads * self.key_dim
        return 4 * steps * channels * width + 2 * steps * steps * width

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        self.output_shape(input_shape)
        draw = initializer(self.kernel_initializer)
        shapes = self.parameter_shapes(input_shape)
        return {
            name: draw(rng, shape, dtype) if name.endswith("kernel") else np.zeros(shape, dtype)
            for name, shape in shapes.items()
        }, {}

    def forward(self, params: Params, x: Array, *, mask: Array | None = None) -> tuple[Array, MultiHeadAttentionTrace]:
        self.check(params, x)
        if mask is not None and (mask.shape != x.shape[:2] or mask.dtype != np.bool_):
            raise ValueError(f"mask must be bool of shape {x.shape[:2]}, a flag a step, not {mask.dtype} {mask.shape}")
        # q = x W_q + b_q,  k = x W_k,  v = x W_v + b_v
        q, k, v = (self._split(self._product(params, name, x)) for name in PRODUCTS[:3])
        # s = q k / √D
        scores = q @ k.swapaxes(2, 3) / x.dtype.type(np.sqrt(self.key_dim))
        # a = softmax s
        attention = _softmax(np.where(self._seen(x.shape[1], mask), scores, -np.inf))
        # z = a v
        heads = self._joined(attention @ v)
        # y = concat(z) W_o + b_o
        y = self._product(params, "output", heads)
        return y, MultiHeadAttentionTrace(x, q, k, v, attention, heads, mask)

    def backward(self, params: Params, trace: MultiHeadAttentionTrace, dy: Array) -> tuple[Array, Params]:
        x, q, k, v, a, heads, _ = trace
        self.check(params, x)
        check_gradient(dy, x.shape, x.dtype)
        grads: Params = {}
        # y = concat(z) W_o + b_o
        dz = self._split(self._back(params, "output", heads, dy, grads))
        # z = a v
        da, dv = dz @ v.swapaxes(2, 3), a.swapaxes(2, 3) @ dz
        # a = softmax s,  s = q k / √D
        ds = a * (da - (a * da).sum(axis=3, keepdims=True)) / x.dtype.type(np.sqrt(self.key_dim))
        dq, dk = ds @ k, ds.swapaxes(2, 3) @ q
        # q = x W_q + b_q,  k = x W_k,  v = x W_v + b_v
        parts = [
            self._back(params, name, x, self._joined(d), grads) for name, d in zip(PRODUCTS, (dq, dk, dv), strict=False)
        ]
        return parts[0] + parts[1] + parts[2], grads

    def _seen(self, steps: int, mask: Array | None) -> Array:
        """(B or 1, 1, T or 1, T): True where i may attend to j."""
        seen = np.tri(steps, dtype=np.bool_) if self.causal else np.ones((1, steps), np.bool_)
        return seen[None, None] if mask is None else seen[None, None] & mask[:, None, None, :]

    def _split(self, a: Array) -> Array:
        """(B, T, H·D) → (B, H, T, D)."""
        return np.ascontiguousarray(a.reshape(*a.shape[:2], self.num_heads, self.key_dim).swapaxes(1, 2))

    def _joined(self, a: Array) -> Array:
        """(B, H, T, D) → (B, T, H·D)."""
        return a.swapaxes(1, 2).reshape(len(a), a.shape[2], self.num_heads * self.key_dim)

    def _product(self, params: Params, name: str, a: Array) -> Array:
        y = a @ params[f"{name}_kernel"]
        return y + params[f"{name}_bias"] if self.use_bias and name in BIASED else y

    def _back(self, params: Params, name: str, a: Array, dy: Array, grads: Params) -> Array:
        """Writes the gradients of a product's weights into grads; gives that of what was multiplied."""
        rows, drows = a.reshape(-1, a.shape[-1]), dy.reshape(-1, dy.shape[-1])
        grads[f"{name}_kernel"] = rows.T @ drows
        if self.use_bias and name in BIASED:
            grads[f"{name}_bias"] = drows.sum(axis=0)
        return dy @ params[f"{name}_kernel"].T


def _softmax(scores: Array) -> Array:
    """Along the last axis; 0 in a row where all are −∞."""
    highest = scores.max(axis=-1, keepdims=True)
    e = np.exp(scores - np.where(np.isneginf(highest), 0, highest))
    total = e.sum(axis=-1, keepdims=True)
    return np.asarray(e / np.where(total == 0, 1, total))
