"""Pooling against PyTorch on random settings, and what is promised beyond the contract."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from engine.layers import AveragePooling2D, GlobalMaxPooling2D, MaxPooling2D


def random_setting(seed: int) -> tuple[dict, np.ndarray]:
    rng = np.random.default_rng(seed)
    size, strides = rng.integers(1, 5, 2), rng.integers(1, 5, 2)
    pad = int(rng.integers(0, size.min() // 2 + 1))  # PyTorch allows no more than half a window
    extent = np.maximum(size - 2 * pad, 1) + rng.integers(0, 6, 2)
    x = rng.permutation(int(2 * extent.prod() * 3)).reshape(2, *extent, 3) / 8.0
    return {"pool_size": tuple(map(int, size)), "strides": tuple(map(int, strides)), "padding": pad}, x


@pytest.mark.parametrize("seed", range(40))
def test_max_equals_torch(seed: int) -> None:
    arguments, x = random_setting(seed)
    layer = MaxPooling2D(**arguments)
    y, trace = layer.forward({}, x)
    dy = np.random.default_rng(seed).standard_normal(y.shape)
    dx, _ = layer.backward({}, trace, dy)
    tx = torch.tensor(x, requires_grad=True)
    ty, winners = F.max_pool2d(tx.movedim(-1, 1), *arguments.values(), return_indices=True)
    ty.movedim(1, -1).backward(torch.tensor(dy))
    np.testing.assert_array_equal(y, ty.detach().movedim(1, -1).numpy())
    np.testing.assert_array_equal(trace.winners, winners.movedim(1, -1).numpy())
    np.testing.assert_allclose(dx, tx.grad.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_average_equals_torch(seed: int) -> None:
    arguments, x = random_setting(seed)
    layer = AveragePooling2D(**arguments)
    y, trace = layer.forward({}, x)
    dy = np.random.default_rng(seed).standard_normal(y.shape)
    dx, _ = layer.backward({}, trace, dy)
    tx = torch.tensor(x, requires_grad=True)
    ty = F.avg_pool2d(tx.movedim(-1, 1), *arguments.values(), count_include_pad=False).movedim(1, -1)
    ty.backward(torch.tensor(dy))
    np.testing.assert_allclose(y, ty.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(dx, tx.grad.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("layer", [MaxPooling2D(3, 2, "same"), MaxPooling2D(2, 3), GlobalMaxPooling2D()])
def test_the_winner_takes_all(layer: MaxPooling2D) -> None:
    """The winner's index finds the output in x, and no gradient is lost or made."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 7, 8, 3))
    y, trace = layer.forward({}, x)
    flat = x.reshape(2, 56, 3)
    found = np.take_along_axis(flat, trace.winners.reshape(2, -1, 3), axis=1).reshape(y.shape)
    assert (found == y).all()
    dy = rng.standard_normal(y.shape)
    dx, _ = layer.backward({}, trace, dy)
    np.testing.assert_allclose(dx.sum(axis=(1, 2)), dy.reshape(2, -1, 3).sum(axis=1), rtol=1e-12)


def test_average_keeps_the_sum_of_the_gradient() -> None:
    layer = AveragePooling2D(3, 2, "same")
    y, trace = layer.forward({}, np.random.default_rng(0).standard_normal((2, 7, 8, 3)))
    dy = np.random.default_rng(1).standard_normal(y.shape)
    dx, _ = layer.backward({}, trace, dy)
    np.testing.assert_allclose(dx.sum(axis=(1, 2)), dy.sum(axis=(1, 2)), rtol=1e-12)


def test_the_first_of_equals_wins() -> None:
    x = np.zeros((1, 4, 4, 1))
    for layer, expected in ((MaxPooling2D(), [[0, 2], [8, 10]]), (GlobalMaxPooling2D(), 0)):
        _, trace = layer.forward({}, x)
        np.testing.assert_array_equal(trace.winners[0, ..., 0], expected)


def test_padding_never_wins() -> None:
    """Not over negative numbers, and not even over −∞."""
    for value in (-5.0, -np.inf):
        y, trace = MaxPooling2D(3, 2, 1).forward({}, np.full((1, 4, 4, 1), value))
        assert (y == value).all()
        dx, _ = MaxPooling2D(3, 2, 1).backward({}, trace, np.ones_like(y))
        assert dx.sum() == y.size


def test_nan_wins() -> None:
    x = np.random.default_rng(0).standard_normal((1, 4, 4, 1))
    x[0, 1, 0] = np.nan
    y, trace = MaxPooling2D().forward({}, x)
    assert np.isnan(y[0, 0, 0])
    assert trace.winners[0, 0, 0] == 4
    assert np.isfinite(y).sum() == 3


def test_windows_stand_side_by_side_unless_told_otherwise() -> None:
    assert MaxPooling2D(3) == MaxPooling2D((3, 3), (3, 3), "valid")
    assert AveragePooling2D() == AveragePooling2D(2, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pool_size": 0}, "pool_size must be at least 1, not 0"),
        ({"strides": 0}, "strides must be at least 1, not 0"),
        ({"strides": (1, 2, 3)}, "strides must be one integer or 2"),
        ({"padding": 2}, "padding must be smaller than pool_size (2, 2)"),
        ({"padding": "causal"}, "padding must be one of valid, same"),
    ],
)
@pytest.mark.parametrize("layer", [MaxPooling2D, AveragePooling2D])
def test_impossible_hyperparameters(layer: type, arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        layer(**arguments)
