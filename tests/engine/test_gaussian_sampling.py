"""Gaussian sampling and its divergence from N(0, 1), against PyTorch's distributions and by differences."""

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from engine.gradient_check import agrees, numerical_gradient
from engine.layers import GaussianSampling
from engine.losses import kl_to_standard_normal

X = np.random.default_rng(0).standard_normal((5, 2, 6))


@pytest.mark.parametrize("seed", range(5))
def test_a_draw_and_its_gradient_are_those_of_pytorch(seed: int) -> None:
    """PyTorch's Normal, whose own draw is put in the place of ours."""
    layer = GaussianSampling()
    y, trace = layer.forward({}, X, training=True, rng=np.random.default_rng(seed))
    dy = np.random.default_rng(seed + 100).standard_normal(y.shape)
    x = torch.tensor(X, requires_grad=True)
    mean, log_variance = x.chunk(2, -1)
    drawn = mean + Normal(mean, torch.exp(log_variance / 2)).scale * torch.tensor(trace.noise)
    drawn.backward(torch.tensor(dy))
    np.testing.assert_allclose(y, drawn.detach().numpy(), rtol=1e-12)
    dx, grads = layer.backward({}, trace, dy)
    np.testing.assert_allclose(dx, x.grad.numpy(), rtol=1e-12, atol=1e-15)
    assert grads == {}


def test_the_gradient_of_a_draw_by_differences() -> None:
    """The same generator gives the same ε: y is then a function of x alone."""
    layer, dy = GaussianSampling(), np.random.default_rng(1).standard_normal((5, 2, 3))

    def loss(x: np.ndarray) -> float:
        return float((layer.forward({}, x, training=True, rng=np.random.default_rng(7))[0] * dy).sum())

    _, trace = layer.forward({}, X, training=True, rng=np.random.default_rng(7))
    dx, _ = layer.backward({}, trace, dy)
    assert agrees(dx, numerical_gradient(loss, X), loss(X)).all()
    assert not agrees(-dx, numerical_gradient(loss, X), loss(X)).all()


def test_draws_have_their_mean_and_spread() -> None:
    x = np.concatenate([np.full((100_000, 1), 3.0), np.full((100_000, 1), np.log(4.0))], axis=1)
    y, _ = GaussianSampling().forward({}, x, training=True, rng=np.random.default_rng(0))
    assert abs(y.mean() - 3) < 5 * 2 / np.sqrt(1e5)
    assert abs(y.std() / 2 - 1) < 5 / np.sqrt(2e5)


def test_at_inference_the_mean_is_taken() -> None:
    y, trace = GaussianSampling().forward({}, X)
    np.testing.assert_array_equal(y, X[..., :3])
    dx, _ = GaussianSampling().backward({}, trace, np.ones_like(y))
    assert (dx[..., :3] == 1).all()
    assert (dx[..., 3:] == 0).all()


def test_the_divergence_is_that_of_pytorch() -> None:
    x = torch.tensor(X, requires_grad=True)
    mean, log_variance = x.chunk(2, -1)
    expected = kl_divergence(Normal(mean, torch.exp(log_variance / 2)), Normal(0.0, 1.0)).sum() / len(X)
    expected.backward()
    loss, dx = kl_to_standard_normal(X)
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    np.testing.assert_allclose(dx, x.grad.numpy(), rtol=1e-12, atol=1e-15)


def test_it_is_0_at_the_standard_normal_only() -> None:
    assert kl_to_standard_normal(np.zeros((3, 4)))[0] == 0
    assert all(kl_to_standard_normal(np.eye(4)[k : k + 1] * sign)[0] > 0 for k in range(4) for sign in (-1, 1))
    y, dx = kl_to_standard_normal(X.astype(np.float32))
    assert isinstance(y, float)
    assert dx.dtype == np.float32


def test_errors() -> None:
    with pytest.raises(ValueError, match="sampling in training needs rng, a generator"):
        GaussianSampling().forward({}, X, training=True)
    for shape in ((4,), (2, 3), (0, 4)):
        with pytest.raises(ValueError, match=r"x must be \(B, \*S, 2C\), means and log variances, not"):
            kl_to_standard_normal(np.zeros(shape))
