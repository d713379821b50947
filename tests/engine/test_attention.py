"""Attention, positions and the Transformer's block against PyTorch, and what masks promise."""

import re
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

from engine.arrays import leaves, rebuild
from engine.gradient_check import Verdict, directional_check
from engine.layers import MultiHeadAttention, PositionalEncoding, ReLU
from engine.transformer import NORMS, PRE, transformer_block

STEPS, CHANNELS, HEADS, HIDDEN = 5, 6, 3, 7


def setting(seed: int, layer: Any) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray]:
    """Parameters, x, dy, and a mask under which every example has its first step."""
    rng = np.random.default_rng(seed)
    params, _ = layer.init(rng, (STEPS, CHANNELS), np.float64)
    params = rebuild(params, lambda _, a: a + 0.3 * rng.standard_normal(a.shape))
    mask = np.arange(STEPS) < rng.integers(1, STEPS + 1, 4)[:, None]
    return params, rng.standard_normal((4, STEPS, CHANNELS)), rng.standard_normal((4, STEPS, CHANNELS)), mask


def load(theirs: torch.nn.MultiheadAttention, params: Any) -> None:
    """Ours into theirs; its keys get a bias of zero."""
    names = ("query", "key", "value")
    zero = np.zeros(CHANNELS)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.tensor(np.concatenate([params[f"{n}_kernel"].T for n in names])))
        theirs.in_proj_bias.copy_(torch.tensor(np.concatenate([params.get(f"{n}_bias", zero) for n in names])))
        theirs.out_proj.weight.copy_(torch.tensor(params["output_kernel"].T))
        theirs.out_proj.bias.copy_(torch.tensor(params.get("output_bias", zero)))


def grads_of(theirs: torch.nn.MultiheadAttention) -> dict[str, np.ndarray]:
    kernels, biases = (np.split(w.grad.numpy(), 3) for w in (theirs.in_proj_weight, theirs.in_proj_bias))
    grads = {"output_kernel": theirs.out_proj.weight.grad.numpy().T, "output_bias": theirs.out_proj.bias.grad.numpy()}
    for name, kernel, bias in zip(("query", "key", "value"), kernels, biases, strict=True):
        grads |= {f"{name}_kernel": kernel.T, f"{name}_bias": bias}
    return grads


def close(ours: np.ndarray, theirs: Any) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("seed", "masked", "causal", "bias"), [*product(range(3), *[(False, True)] * 3)])
def test_attention_as_pytorch(seed: int, masked: bool, causal: bool, bias: bool) -> None:
    layer = MultiHeadAttention(HEADS, CHANNELS // HEADS, causal, bias)
    params, x, dy, mask = setting(seed, layer)
    y, trace = layer.forward(params, x, mask=mask if masked else None)
    dx, grads = layer.backward(params, trace, dy)
    theirs = torch.nn.MultiheadAttention(CHANNELS, HEADS, batch_first=True, dtype=torch.float64)
    load(theirs, params)
    given = torch.tensor(x, requires_grad=True)
    ty, shares = theirs(
        given, given, given, key_padding_mask=torch.tensor(~mask) if masked else None,
        attn_mask=torch.triu(torch.ones(STEPS, STEPS, dtype=torch.bool), 1) if causal else None,
        average_attn_weights=False,
    )  # fmt: skip
    ty.backward(torch.tensor(dy))
    close(y, ty.detach().numpy())
    close(trace.attention, shares.detach().numpy())
    close(dx, given.grad.numpy())
    expected = grads_of(theirs)
    for name, grad in grads.items():
        close(grad, expected[name])
    close(expected["key_bias"], 0)  # which is why ours has none


@pytest.mark.parametrize("norm", NORMS)
def test_a_block_as_pytorch(norm: str) -> None:
    layer = transformer_block(CHANNELS, HEADS, HIDDEN, norm=norm, activation=ReLU())
    params, x, dy, mask = setting(0, layer)
    y, trace = layer.forward(params, x, mask=mask)
    dx, _ = layer.backward(params, trace, dy)
    theirs = torch.nn.TransformerEncoderLayer(
        CHANNELS,
        HEADS,
        HIDDEN,
        0.0,
        layer_norm_eps=0.001,
        batch_first=True,
        norm_first=norm == PRE,
        dtype=torch.float64,
    )  # fmt: skip
    found = dict(leaves(params))
    places = ("0.0.0", "0.0.1", "1.0.0", "1.0.1", "1.0.3") if norm == PRE else ("1", "0.0", "3", "2.0.0", "2.0.2")
    first, attention, second, up, down = (
        {path.rsplit(".", 1)[1]: w for path, w in found.items() if path.rsplit(".", 1)[0] == place} for place in places
    )
    load(theirs.self_attn, attention)
    with torch.no_grad():
        for module, own in ((theirs.norm1, first), (theirs.norm2, second)):
            module.weight.copy_(torch.tensor(own["gamma"]))
            module.bias.copy_(torch.tensor(own["beta"]))
        for module, own in ((theirs.linear1, up), (theirs.linear2, down)):
            module.weight.copy_(torch.tensor(own["kernel"].T))
            module.bias.copy_(torch.tensor(own["bias"]))
    given = torch.tensor(x, requires_grad=True)
    ty = theirs(given, src_key_padding_mask=torch.tensor(~mask))
    ty.backward(torch.tensor(dy))
    close(y, ty.detach().numpy())
    close(dx, given.grad.numpy())


@pytest.mark.parametrize("causal", [False, True])
def test_gradients_under_masks(causal: bool) -> None:
    """Padding in front too, where with a causal mask a step may see nothing."""
    layer = MultiHeadAttention(2, 3, causal)
    params, x, _, mask = setting(1, layer)
    for padded in (mask, mask[:, ::-1]):
        checks = directional_check(layer, params, x, np.random.default_rng(0), mask=padded)
        assert {c.verdict for c in checks} == {Verdict.AGREES}, checks


def test_who_may_see_nothing_hears_nothing() -> None:
    layer = MultiHeadAttention(2, 3)
    params, x, _, _ = setting(2, layer)
    y, trace = layer.forward(params, x, mask=np.zeros(x.shape[:2], np.bool_))
    assert not trace.attention.any()
    close(y, np.broadcast_to(params["output_bias"], y.shape))


@pytest.mark.parametrize("norm", NORMS)
def test_what_is_masked_does_not_matter(norm: str) -> None:
    """Neither padding, nor, with a causal mask, what comes later."""
    layer = transformer_block(CHANNELS, HEADS, HIDDEN, norm=norm)
    params, x, _, mask = setting(3, layer)
    other = np.where(mask[..., None], x, 7.0)
    y, again = (layer.forward(params, given, mask=mask)[0] for given in (x, other))
    np.testing.assert_array_equal(y[mask], again[mask])
    assert np.abs(layer.forward(params, other)[0] - layer.forward(params, x)[0])[mask].max() > 1e-3
    causal = transformer_block(CHANNELS, HEADS, HIDDEN, norm=norm, use_causal_mask=True)
    later = np.where(np.arange(STEPS)[:, None] < 3, x, -5.0)
    y, again = (causal.forward(params, given)[0] for given in (x, later))
    np.testing.assert_allclose(y[:, :3], again[:, :3], rtol=1e-13)
    assert np.abs(y - again)[:, 3:].max() > 1e-3


def test_without_positions_attention_knows_no_order() -> None:
    layer, order = MultiHeadAttention(2, 3), np.array([3, 0, 4, 1, 2])
    params, x, _, _ = setting(4, layer)
    close(layer.forward(params, x[:, order])[0], layer.forward(params, x)[0][:, order])
    placed, mixed = (PositionalEncoding().forward({}, given)[0] for given in (x, x[:, order]))
    assert np.abs(layer.forward(params, mixed)[0] - layer.forward(params, placed)[0][:, order]).max() > 0.01


def test_the_encoding_is_that_of_the_paper() -> None:
    p = PositionalEncoding().encoding((4, 6))
    for t in range(4):
        for i in range(3):
            angle = t / 10_000 ** (2 * i / 6)
            close(p[t, 2 * i : 2 * i + 2], [np.sin(angle), np.cos(angle)])


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: MultiHeadAttention(0, 2), "num_heads must be at least 1, not 0"),
        (lambda: MultiHeadAttention(1, 2, 1), "use_causal_mask must be True or False, not 1"),
        (lambda: PositionalEncoding(1), "longest must be at least 2, not 1"),
        (lambda: transformer_block(6, 4, 8), "num_heads must divide the channels: 6 channels, 4 heads"),
        (lambda: transformer_block(6, 2, 8, norm="no"), "norm must be one of pre, post, not 'no'"),
    ],
)
def test_what_cannot_be_is_refused(make: Callable[[], object], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        make()


@pytest.mark.parametrize("shape", [(1, 3), (3, 1), (1, 1)])
def test_one_step_and_one_channel_are_enough(shape: tuple[int, int]) -> None:
    """A step that is alone hears itself alone."""
    layer, x = MultiHeadAttention(2, 3, use_causal_mask=True), np.random.default_rng(0).standard_normal((2, *shape))
    params, _ = layer.init(np.random.default_rng(1), shape, np.float64)
    _, trace = layer.forward(params, x)
    close(trace.attention[..., 0, :], np.eye(shape[0])[0] + np.zeros((2, 2, shape[0])))
    p = PositionalEncoding().forward({}, x)[0] - x
    close(p[:, 0], np.broadcast_to(np.arange(shape[1]) % 2, (2, shape[1])))  # sin 0, cos 0, …


def test_a_mask_must_fit() -> None:
    layer = MultiHeadAttention(2, 3)
    params, x, _, mask = setting(0, layer)
    for wrong in (mask[:, 1:], mask.astype(np.float64)):
        with pytest.raises(ValueError, match="mask must be bool of shape"):
            layer.forward(params, x, mask=wrong)
