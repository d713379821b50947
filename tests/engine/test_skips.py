"""Containers with skips against PyTorch, inside a Sequential, and what they hand on."""

import re
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from engine.arrays import leaves
from engine.gradient_check import Verdict, directional_check
from engine.layers import Conv2D, Dense, Dropout, Flatten, Reshape, Tanh
from engine.network import Sequential
from engine.skips import Concatenate, Residual


def conv_in_torch(x: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor, pad: int) -> torch.Tensor:
    return F.conv2d(x.movedim(-1, 1), kernel.movedim((-1, -2), (0, 1)).contiguous(), bias, padding=pad).movedim(1, -1)


@pytest.mark.parametrize("seed", range(3))
def test_skips_are_those_of_pytorch(seed: int) -> None:
    """A residual block, then two branches, then a Dense: y, dx, and the gradient of every parameter."""
    rng = np.random.default_rng(seed)
    body = Sequential([Conv2D(2, 3, padding="same"), Tanh()])
    network = Sequential([Residual(body), Concatenate([Conv2D(3, 1), Conv2D(1, 3, padding=1)]), Flatten(), Dense(2)])
    x = rng.standard_normal((3, 4, 5, 2))
    params, _ = network.init(rng, x.shape[1:], np.float64)
    y, trace = network.forward(params, x)
    dy = rng.standard_normal(y.shape)
    dx, grads = network.backward(params, trace, dy)

    given = torch.tensor(x, requires_grad=True)
    w = {path: torch.tensor(a, requires_grad=True) for path, a in leaves(params)}
    a = given + torch.tanh(conv_in_torch(given, w["0.0.0.kernel"], w["0.0.0.bias"], 1))
    one = conv_in_torch(a, w["1.0.kernel"], w["1.0.bias"], 0)
    two = conv_in_torch(a, w["1.1.kernel"], w["1.1.bias"], 1)
    expected = torch.cat([one, two], -1).flatten(1) @ w["3.kernel"] + w["3.bias"]
    expected.backward(torch.tensor(dy))
    np.testing.assert_allclose(y, expected.detach().numpy(), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(dx, given.grad.numpy(), rtol=1e-11, atol=1e-12)
    for path, grad in leaves(grads):
        np.testing.assert_allclose(grad, w[path].grad.numpy(), rtol=1e-10, atol=1e-12, err_msg=path)
    checks = directional_check(network, params, x, rng)
    assert {c.verdict for c in checks} == {Verdict.AGREES}, checks
    assert network.parameter_shapes(x.shape[1:]) == {path: a.shape for path, a in leaves(params)}
    # 20 cells: a kernel of 18 and its 2 filters and 2 tanh, 2 sums; 2 · 3 and 18 · 1; a Dense of 80 to 2
    assert network.operation_count(x.shape[1:]) == 20 * (36 + 2 + 2) + 20 * (6 + 18) + 160


def test_the_way_around_lets_the_gradient_pass() -> None:
    block, x = Residual(Dense(3)), np.random.default_rng(0).standard_normal((2, 3))
    params = ({"kernel": np.zeros((3, 3)), "bias": np.zeros(3)},)
    y, trace = block.forward(params, x)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(block.backward(params, trace, x)[0], x)


def test_keywords_are_handed_on() -> None:
    block, x = Residual(Sequential([Dropout(0.5)])), np.ones((4, 8))
    drawn = [block.forward((({},),), x, training=True, rng=np.random.default_rng(0))[0] for _ in range(2)]
    np.testing.assert_array_equal(*drawn)
    assert set(np.unique(drawn[0])) == {1.0, 3.0}
    np.testing.assert_array_equal(block.forward((({},),), x)[0], 2 * x)
    with pytest.raises(ValueError, match="rng"):
        block.forward((({},),), x, training=True)
    checks = directional_check(
        Concatenate([Dropout(0.5), Reshape((8,))]), ({}, {}), x, np.random.default_rng(1),
        training=True, rng=np.random.default_rng(2),
    )  # fmt: skip
    assert [c.verdict for c in checks] == [Verdict.AGREES]


def test_reshape() -> None:
    x = np.arange(24.0).reshape(2, 3, 4)
    for layer, shape in ((Reshape((2, 6)), (2, 6)), (Reshape((-1,)), (12,)), (Reshape([6, -1, 1]), (6, 2, 1))):
        y, trace = layer.forward({}, x)
        np.testing.assert_array_equal(y, x.reshape(2, *shape))
        np.testing.assert_array_equal(layer.backward({}, trace, y)[0], x)
        assert layer.output_shape((3, 4)) == shape


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Residual(Dense(2)).output_shape((3,)), "must keep the shape (3,), not make it (2,)"),
        (lambda: Residual("Dense"), "Residual takes a layer, not 'Dense'"),
        (lambda: Concatenate([]), "Concatenate needs at least one branch"),
        (lambda: Concatenate([Flatten(), Dense(2)]).output_shape((3, 4)), "agree up to their channels, not make (12,)"),
        (lambda: Concatenate([Dense(2)]).forward((), np.ones((1, 2))), "params must have one entry a child (1), not 0"),
        (lambda: Reshape((5,)).output_shape((3, 4)), "12 numbers, of shape (3, 4), do not fit into (5,)"),
        (lambda: Reshape((-1, 5)).output_shape((3, 4)), "12 numbers, of shape (3, 4), do not fit into (-1, 5)"),
        (lambda: Reshape((-1, -1)), "target_shape must have at most one −1, not (-1, -1)"),
        (lambda: Reshape(3), "target_shape must be a tuple of integers, not 3"),
        (lambda: Reshape((0,)), "target_shape must be at least 1, not 0"),
    ],
)
def test_impossible_skips(call: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        call()
