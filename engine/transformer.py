"""A Transformer's block, made of layers that are there: attention between the steps, then a small network on each.

    pre-norm     a = x + attention(norm(x))        y = a + hidden(norm(a))
    post-norm    a = norm(x + attention(x))        y = norm(a + hidden(a))

hidden(a) = φ(a W + b) W′ + b′. In pre-norm x goes around both, untouched, from the first block to the last, and so does
the gradient on its way back; in post-norm every block ends with a norm, through which all of it has to pass. The first
paper has post-norm.

Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
Xiong et al. 2020 (pre-norm against post-norm), https://arxiv.org/abs/2002.04745
"""

from engine.checks import check_choice, check_integer
from engine.layers import GELU, Dense, Layer, LayerNormalization, MultiHeadAttention
from engine.network import Sequential
from engine.skips import Residual

NORMS = PRE, POST = "pre", "post"


def transformer_block(
    channels: int,
    num_heads: int,
    hidden: int,
    *,
    norm: str = PRE,
    use_causal_mask: bool = False,
    activation: Layer | None = None,
) -> Sequential:
    """(B, T, channels) → (B, T, channels). A mask of steps goes to the attention; `activation` is GELU unless given."""
    check_choice("norm", norm, NORMS)
    for name, value in (("channels", channels), ("num_heads", num_heads), ("hidden", hidden)):
        check_integer(name, value)
    if channels % num_heads:
        raise ValueError(f"num_heads must divide the channels: {channels} channels, {num_heads} heads")
    attention = MultiHeadAttention(num_heads, channels // num_heads, use_causal_mask)
    on_each = (Dense(hidden), GELU() if activation is None else activation, Dense(channels))
    if norm == PRE:
        return Sequential(
            [
                Residual(Sequential([LayerNormalization(), attention])),
                Residual(Sequential([LayerNormalization(), *on_each])),
            ]
        )
    return Sequential([Residual(attention), LayerNormalization(), Residual(Sequential(on_each)), LayerNormalization()])
