"""Up-sampling against PyTorch on random settings, and what it refuses."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from engine.layers import UpSampling1D, UpSampling2D, UpSampling3D
from engine.layers.up_sampling import UpSampling

NEAREST = (UpSampling1D, UpSampling2D, UpSampling3D)


def check(layer: UpSampling, mode: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((2, *rng.integers(1, 6, len(layer.axes)), 3))
    y, trace = layer.forward({}, x)
    dy = rng.standard_normal(y.shape)
    dx, grads = layer.backward({}, trace, dy)
    tx = torch.tensor(np.moveaxis(x, -1, 1), requires_grad=True)
    ty = F.interpolate(tx, scale_factor=tuple(map(float, layer.sizes)), mode=mode)
    ty.backward(torch.tensor(np.moveaxis(dy, -1, 1)))
    assert tx.grad is not None
    assert grads == {}
    np.testing.assert_allclose(y, np.moveaxis(ty.detach().numpy(), 1, -1), rtol=0, atol=1e-12)
    np.testing.assert_allclose(dx, np.moveaxis(tx.grad.numpy(), 1, -1), rtol=0, atol=1e-12)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("seed", range(10))
def test_nearest_equals_torch(seed: int, rank: int) -> None:
    size = tuple(map(int, np.random.default_rng((seed, rank)).integers(1, 5, rank)))
    check(NEAREST[rank - 1](size), "nearest", seed)


@pytest.mark.parametrize("seed", range(20))
def test_bilinear_equals_torch(seed: int) -> None:
    height, width = map(int, np.random.default_rng(seed).integers(1, 6, 2))
    check(UpSampling2D((height, width), "bilinear"), "bilinear", seed)


def test_nearest_is_repetition() -> None:
    x = np.random.default_rng(0).standard_normal((1, 3, 2, 1))
    y, _ = UpSampling2D((2, 3)).forward({}, x)
    np.testing.assert_array_equal(y, x.repeat(2, axis=1).repeat(3, axis=2))


def test_unless_told_otherwise_it_doubles() -> None:
    assert UpSampling1D() == UpSampling1D(2)
    assert UpSampling2D() == UpSampling2D(2, "nearest")
    assert UpSampling3D() == UpSampling3D(2)


def test_what_it_refuses() -> None:
    with pytest.raises(ValueError, match="size must be at least 1"):
        UpSampling1D(0)
    with pytest.raises(ValueError, match="one integer or 2"):
        UpSampling2D((1, 2, 3))
    with pytest.raises(ValueError, match="interpolation must be nearest or bilinear, not 'cubic'"):
        UpSampling2D(2, "cubic")  # type: ignore[arg-type]
