"""Pooling against PyTorch on random settings, and what is promised beyond the contract."""

import re
from typing import NamedTuple

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from engine.layers import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    Layer,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)

POOLINGS = {
    "Max": (MaxPooling1D, MaxPooling2D, MaxPooling3D),
    "Average": (AveragePooling1D, AveragePooling2D, AveragePooling3D),
}
GLOBALS = {
    "Max": (GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D),
    "Average": (GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D),
}
RANKS = (1, 2, 3)


def random_setting(seed: int, rank: int) -> tuple[dict, np.ndarray]:
    rng = np.random.default_rng((seed, rank))
    size, strides, dilation = (rng.integers(1, high, rank) for high in (5, 5, 4))
    pad = int(rng.integers(0, size.min() // 2 + 1))  # PyTorch allows no more than half a window
    extent = np.maximum(dilation * (size - 1) + 1 - 2 * pad, np.maximum(dilation, size)) + rng.integers(0, 5, rank)
    x = rng.permutation(int(2 * extent.prod() * 3)).reshape(2, *extent, 3) / 8.0
    sizes = {"pool_size": size, "strides": strides, "padding": pad, "dilation_rate": dilation}
    return {name: v if name == "padding" else tuple(map(int, v)) for name, v in sizes.items()}, x


def passed(layer: Layer, x: np.ndarray, seed: int) -> tuple[np.ndarray, NamedTuple, np.ndarray, np.ndarray]:
    """y, trace, dy, dx"""
    y, trace = layer.forward({}, x)
    dy = np.random.default_rng(seed).standard_normal(y.shape)
    return y, trace, dy, layer.backward({}, trace, dy)[0]


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("seed", range(30))
def test_max_equals_torch(seed: int, rank: int) -> None:
    arguments, x = random_setting(seed, rank)
    y, trace, dy, dx = passed(POOLINGS["Max"][rank - 1](**arguments), x, seed)
    tx = torch.tensor(x, requires_grad=True)
    max_pool = getattr(F, f"max_pool{rank}d")
    ty, winners = max_pool(tx.movedim(-1, 1), *arguments.values(), return_indices=True)
    ty.movedim(1, -1).backward(torch.tensor(dy))
    np.testing.assert_array_equal(y, ty.detach().movedim(1, -1).numpy())
    np.testing.assert_array_equal(trace.winners, winners.movedim(1, -1).numpy())
    np.testing.assert_allclose(dx, tx.grad.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("seed", range(30))
def test_average_equals_torch(seed: int, rank: int) -> None:
    """PyTorch's average knows no dilation: with one, the sum is a convolution with ones, and so is the count."""
    arguments, x = random_setting(seed, rank)
    if seed % 2:
        arguments["dilation_rate"] = (1,) * rank
    size, strides, pad, dilation = arguments.values()
    y, _, dy, dx = passed(POOLINGS["Average"][rank - 1](**arguments), x, seed)
    tx = torch.tensor(x, requires_grad=True)
    first = tx.movedim(-1, 1)
    if max(dilation) > 1:
        convolve, ones = getattr(F, f"conv{rank}d"), torch.ones((1, 1, *size), dtype=torch.float64)
        planes = first.reshape(-1, 1, *first.shape[2:])
        total, cells = (convolve(a, ones, None, strides, pad, dilation) for a in (planes, torch.ones_like(planes)))
        ty = (total / cells).reshape(*first.shape[:2], *total.shape[2:])
    elif rank == 1:  # the one that cannot leave the padding out
        ty = F.avg_pool1d(first, size, strides, pad) / F.avg_pool1d(torch.ones_like(first), size, strides, pad)
    else:
        ty = getattr(F, f"avg_pool{rank}d")(first, size, strides, pad, count_include_pad=False)
    ty.movedim(1, -1).backward(torch.tensor(dy))
    np.testing.assert_allclose(y, ty.detach().movedim(1, -1).numpy(), rtol=1e-12)
    np.testing.assert_allclose(dx, tx.grad.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("kind", GLOBALS)
def test_global_equals_torch(kind: str, rank: int) -> None:
    x = np.random.default_rng(rank).standard_normal((2, *(5, 3, 4)[:rank], 3))
    y, _, dy, dx = passed(GLOBALS[kind][rank - 1](), x, rank)
    tx = torch.tensor(x, requires_grad=True)
    pool = getattr(F, f"adaptive_{'max' if kind == 'Max' else 'avg'}_pool{rank}d")
    ty = pool(tx.movedim(-1, 1), 1).flatten(1)
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
        ({"padding": 2}, "padding must be smaller than a window of (2, 2) cells"),
        ({"dilation_rate": 0}, "dilation_rate must be at least 1, not 0"),
        ({"padding": "causal"}, "padding must be one of valid, same"),
    ],
)
@pytest.mark.parametrize("layer", [MaxPooling2D, AveragePooling2D])
def test_impossible_hyperparameters(layer: type, arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        layer(**arguments)


@pytest.mark.parametrize("layer", [MaxPooling2D(2, 1, 1, 2), AveragePooling2D(2, 1, 1, 2)])
def test_a_window_without_a_cell_is_refused(layer: Layer) -> None:
    """Dilated, its taps may all fall on padding."""
    with pytest.raises(ValueError, match=re.escape("every window must hold a cell of the input (1, 4)")):
        layer.output_shape((1, 4, 1))
