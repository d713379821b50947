"""Attention against PyTorch, its masks, the encoding of places, and blocks made of them."""

import numpy as np
import pytest
import torch

from engine.gradient_check import Verdict, directional_check, numerical_gradient
from engine.layers import LayerNormalization, MultiHeadAttention, ReLU
from engine.network import Sequential
from engine.skips import Residual
from engine.transformer import PositionalEncoding, sinusoidal, transformer_block

close = np.testing.assert_allclose
HEADS, SIZE, CHANNELS = 3, 4, 12


def setting(seed: int, **more: bool) -> tuple[MultiHeadAttention, dict[str, np.ndarray], np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    layer = MultiHeadAttention(HEADS, SIZE, **more)
    x = rng.standard_normal((2, 5, CHANNELS))
    params, _ = layer.init(rng, x.shape[1:], np.float64)
    params = {name: w + 0.3 * rng.standard_normal(w.shape) for name, w in params.items()}
    return layer, params, x, rng.standard_normal(x.shape)


def in_torch(params: dict[str, np.ndarray], rng: np.random.Generator) -> torch.nn.MultiheadAttention:
    """With any bias of the keys: it changes nothing."""
    layer = torch.nn.MultiheadAttention(CHANNELS, HEADS, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        layer.in_proj_weight.copy_(
            torch.tensor(np.concatenate([params[f"{n}_kernel"].T for n in ("query", "key", "value")]))
        )
        layer.in_proj_bias.copy_(
            torch.tensor(np.concatenate([params["query_bias"], rng.standard_normal(CHANNELS), params["value_bias"]]))
        )
        layer.out_proj.weight.copy_(torch.tensor(params["output_kernel"].T))
        layer.out_proj.bias.copy_(torch.tensor(params["output_bias"]))
    return layer


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_that_of_pytorch(seed: int, masked: bool, causal: bool) -> None:
    layer, params, x, dy = setting(seed, causal=causal)
    mask = np.array([[True] * 5, [True, True, True, False, False]]) if masked else None
    y, trace = layer.forward(params, x, mask=mask)
    dx, grads = layer.backward(params, trace, dy)
    theirs, given = in_torch(params, np.random.default_rng(9)), torch.tensor(x, requires_grad=True)
    ty, weights = theirs(
        given, given, given, average_attn_weights=False,
        key_padding_mask=None if mask is None else torch.tensor(~mask),
        attn_mask=torch.tensor(~np.tri(5, dtype=bool)) if causal else None,
    )  # fmt: skip
    ty.backward(torch.tensor(dy))
    close(y, ty.detach().numpy(), rtol=1e-10, atol=1e-11)
    close(trace.attention, weights.detach().numpy(), rtol=1e-10, atol=1e-12)
    close(dx, given.grad.numpy(), rtol=1e-9, atol=1e-10)
    kernels = theirs.in_proj_weight.grad.numpy().reshape(3, CHANNELS, CHANNELS)
    biases = theirs.in_proj_bias.grad.numpy().reshape(3, CHANNELS)
    for name, kernel, bias in zip(("query", "key", "value"), kernels, biases, strict=True):
        close(grads[f"{name}_kernel"], kernel.T, rtol=1e-9, atol=1e-10)
        if name == "key":
            close(bias, 0, atol=1e-12)
        else:
            close(grads[f"{name}_bias"], bias, rtol=1e-9, atol=1e-10)
    close(grads["output_kernel"], theirs.out_proj.weight.grad.numpy().T, rtol=1e-9, atol=1e-10)
    close(grads["output_bias"], theirs.out_proj.bias.grad.numpy(), rtol=1e-9, atol=1e-10)


def test_every_place_takes_a_share_of_all_and_of_none_that_is_masked_or_to_come() -> None:
    layer, params, x, _ = setting(0, causal=True)
    mask = np.array([[True, False, True, True, True]] * 2)
    attention = layer.forward(params, x, mask=mask)[1].attention
    close(attention.sum(axis=3), 1, rtol=1e-12)
    assert (attention[..., 1] == 0).all()
    assert (attention[:, :, ~np.tri(5, dtype=bool)] == 0).all()


def test_a_place_that_may_attend_to_none_takes_nothing() -> None:
    """Where PyTorch gives NaN."""
    layer, params, x, dy = setting(1)
    mask = np.array([[True] * 5, [False] * 5])
    y, trace = layer.forward(params, x, mask=mask)
    close(y[1], np.broadcast_to(params["output_bias"], y[1].shape), rtol=1e-12)
    dx, _ = layer.backward(params, trace, dy)
    assert (dx[1] == 0).all()
    assert np.isfinite(dx).all()


@pytest.mark.parametrize("causal", [False, True])
def test_the_gradient_under_a_mask_is_that_of_differences(causal: bool) -> None:
    layer, params, x, dy = setting(2, causal=causal)
    x, dy = x[:, :3], dy[:, :3]
    mask = np.array([[True, True, False], [False, True, True]])
    _, trace = layer.forward(params, x, mask=mask)
    dx, _ = layer.backward(params, trace, dy)
    close(dx, numerical_gradient(lambda at: float((layer.forward(params, at, mask=mask)[0] * dy).sum()), x), atol=1e-6)


def test_a_wrong_mask_is_refused() -> None:
    layer, params, x, _ = setting(0)
    for mask in (np.ones((2, 4), bool), np.ones((2, 5))):
        with pytest.raises(ValueError, match="mask must be bool of shape"):
            layer.forward(params, x, mask=mask)


def test_places_are_encoded_by_the_formula_and_turn_by_a_fixed_angle() -> None:
    table = sinusoidal(50, 6)
    for t, i in ((0, 0), (7, 1), (49, 2)):
        angle = t / 10_000 ** (2 * i / 6)
        close(table[t, [2 * i, 2 * i + 1]], [np.sin(angle), np.cos(angle)], rtol=1e-12)
    products = table @ table.T  # of two places it depends on how far apart they are
    for distance in range(5):
        close(np.diagonal(products, distance), products[0, distance], rtol=1e-10)
    assert sinusoidal(3, 5).shape == (3, 5)


def test_without_an_encoding_attention_knows_no_order() -> None:
    layer, params, x, _ = setting(3)
    order = [3, 0, 4, 1, 2]
    close(layer.forward(params, x[:, order])[0], layer.forward(params, x)[0][:, order], rtol=1e-10)
    placed = PositionalEncoding()
    one, other = (layer.forward(params, placed.forward({}, a)[0])[0] for a in (x, x[:, order]))
    assert np.abs(other - one[:, order]).max() > 0.1


@pytest.mark.parametrize("pre_norm", [True, False])
def test_blocks_are_made_as_the_formula_says_and_pass_the_check(pre_norm: bool) -> None:
    rng = np.random.default_rng(0)
    attention = MultiHeadAttention(2, 4)
    block = transformer_block(attention, 8, 16, pre_norm=pre_norm)
    x = rng.standard_normal((2, 4, 8))
    params, _ = block.init(rng, x.shape[1:], np.float64)
    norm = LayerNormalization()
    if pre_norm:
        (first, of_attention), (second, *dense) = params[0][0], params[1][0]
        h = x + attention.forward(of_attention, norm.forward(first, x)[0])[0]
        inner = norm.forward(second, h)[0]
    else:
        h = norm.forward(params[1], x + attention.forward(params[0][0], x)[0])[0]
        dense, inner = params[2][0], h
    net: Sequential = (block.layers[1] if pre_norm else block.layers[2]).body
    for layer, own in zip(net.layers[-3:], dense, strict=True):
        inner = layer.forward(own, inner)[0]
    expected = h + inner if pre_norm else norm.forward(params[3], h + inner)[0]
    close(block.forward(params, x)[0], expected, rtol=1e-12)
    assert {each.verdict for each in directional_check(block, params, x, rng)} == {Verdict.AGREES}


def test_a_block_takes_another_activation_and_hands_a_mask_on() -> None:
    block = transformer_block(MultiHeadAttention(1, 2), 2, 4, activation=ReLU())
    assert isinstance(block.layers[1], Residual)
    params, _ = block.init(np.random.default_rng(0), (3, 2), np.float64)
    mask, x = np.array([[True, False, True]]), np.random.default_rng(1).standard_normal((1, 3, 2))
    y, trace = block.forward(params, x, mask=mask)
    assert trace.mask is mask
    other = x.copy()
    other[:, 1] += 1  # what is masked reaches no other place
    close(block.forward(params, other, mask=mask)[0][:, [0, 2]], y[:, [0, 2]], rtol=1e-12)
