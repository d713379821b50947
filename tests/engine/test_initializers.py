import numpy as np
import pytest

from engine.initializers import INITIALIZERS, Normal, Scaled, fans, initializer

SHAPE = (5, 5, 24, 36)  # fan_in 600, fan_out 900


def draw(name: str, shape: tuple[int, ...] = SHAPE, seed: int = 0, dtype: type = np.float64) -> np.ndarray:
    return initializer(name)(np.random.default_rng(seed), shape, dtype)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((7,), (7, 7)), ((3, 4), (3, 4)), (SHAPE, (600, 900)), ((3, 3, 1, 8), (9, 72)), ((2, 5, 6), (10, 12))],
)
def test_fans(shape: tuple[int, ...], expected: tuple[int, int]) -> None:
    assert fans(shape) == expected


@pytest.mark.parametrize(
    ("name", "variance"),
    [
        ("uniform", 0.05**2 / 3),
        ("glorot_uniform", 2 / 1500),
        ("glorot_normal", 2 / 1500),
        ("he_uniform", 2 / 600),
        ("he_normal", 2 / 600),
        ("lecun_uniform", 1 / 600),
        ("lecun_normal", 1 / 600),
    ],
)
def test_variance_and_range(name: str, variance: float) -> None:
    w = draw(name)
    assert w.var() == pytest.approx(variance, rel=0.03)
    assert abs(w.mean()) < 5 * np.sqrt(variance / w.size)
    # uniform up to √3 standard deviations; normal cut off at 2 of the uncut distribution's
    limit = np.sqrt(3) if name.endswith("uniform") else 2 / 0.8796
    assert 0.98 * limit < np.abs(w).max() / np.sqrt(variance) <= limit * 1.0001


def test_zeros_and_ones() -> None:
    assert (draw("zeros") == 0).all()
    assert (draw("ones") == 1).all()


def test_identity() -> None:
    np.testing.assert_array_equal(draw("identity", (3, 3)), np.eye(3))
    np.testing.assert_array_equal(draw("identity", (2, 4)), [[1, 0, 0, 0], [0, 1, 0, 0]])
    with pytest.raises(ValueError, match=r"identity makes matrices, not arrays of shape \(3, 3, 1\)"):
        draw("identity", (3, 3, 1))


def test_uniform_has_one_range_whatever_the_shape() -> None:
    for shape in (SHAPE, (40, 50)):
        assert 0.049 < np.abs(draw("uniform", shape)).max() <= 0.05
        assert draw("uniform", shape).var() == pytest.approx(0.05**2 / 3, rel=0.06)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scaled(dtype: type) -> None:
    shape, rng = (6, 6), np.random.default_rng
    scaled = initializer(Scaled("orthogonal", 0.8))(rng(0), shape, dtype)
    assert scaled.dtype == dtype
    np.testing.assert_array_equal(scaled, (draw("orthogonal", shape) * 0.8).astype(dtype))
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(scaled)), 0.8, rtol=1e-5)
    x = rng(1).standard_normal((5, 6))
    np.testing.assert_allclose(np.linalg.norm(x @ scaled, axis=1), 0.8 * np.linalg.norm(x, axis=1), rtol=1e-5)


@pytest.mark.parametrize("shape", [(8, 5), (5, 8), (3, 3, 2, 7), (2, 2, 1, 9), (4, 4)])
def test_orthogonal(shape: tuple[int, ...]) -> None:
    w = draw("orthogonal", shape).reshape(-1, shape[-1])
    product = w.T @ w if w.shape[0] >= w.shape[1] else w @ w.T
    np.testing.assert_allclose(product, np.eye(min(w.shape)), atol=1e-14)


def test_orthogonal_prefers_no_direction() -> None:
    """Without the signs of R, the diagonal of Q would be negative every time."""
    corners = [draw("orthogonal", (3, 3), seed)[0, 0] for seed in range(200)]
    assert abs(np.mean(corners)) < 0.15


@pytest.mark.parametrize("name", INITIALIZERS)
def test_the_same_numbers_in_both_precisions(name: str) -> None:
    shape = (4, 4) if name == "identity" else (3, 3, 2, 4)
    double, single = draw(name, shape), draw(name, shape, dtype=np.float32)
    assert single.dtype == np.float32
    np.testing.assert_array_equal(single, double.astype(np.float32))
    np.testing.assert_array_equal(double, draw(name, shape))
    if name not in ("zeros", "ones", "identity"):
        assert (double != draw(name, shape, seed=1)).all()


def test_an_unknown_name() -> None:
    with pytest.raises(ValueError, match=r"must be one of zeros, ones, .*orthogonal, not 'xavier'"):
        initializer("xavier")


def test_identity_and_scaled_matrices() -> None:
    assert np.array_equal(draw("identity", (2, 3)), [[1, 0, 0], [0, 1, 0]])
    with pytest.raises(ValueError, match=r"identity makes matrices, not arrays of shape \(2, 2, 2\)"):
        draw("identity", (2, 2, 2))
    scaled = Scaled("orthogonal", 0.7)(np.random.default_rng(0), (5, 5), np.float64)
    assert np.linalg.svd(scaled, compute_uv=False) == pytest.approx([0.7] * 5)
    assert np.abs(np.linalg.eigvals(scaled)) == pytest.approx([0.7] * 5)


@pytest.mark.parametrize("stddev", [0.05, 1.0])
def test_normal_has_one_deviation_whatever_the_shape(stddev: float) -> None:
    for shape in (SHAPE, (200, 50)):
        w = Normal(stddev)(np.random.default_rng(0), shape, np.float64)
        assert w.std() == pytest.approx(stddev, rel=0.03)
        assert np.abs(w).max() > 3 * stddev, "it is not cut off"
    np.testing.assert_array_equal(draw("normal", (3, 4)), Normal()(np.random.default_rng(0), (3, 4), np.float64))
    with pytest.raises(ValueError, match="stddev must be at least 0, not -1"):
        Normal(-1)
