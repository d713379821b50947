"""The checker must agree with what is right, and must not agree with anything else."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.gradient_check import (
    Verdict,
    agrees,
    directional_check,
    numerical_gradient,
    sparse_numerical_gradient,
    verdicts,
)
from engine.layers import AveragePooling2D, Conv1D, Conv2D, Conv3D, Layer, MaxPooling2D
from tests.cases import generic

RULE = (  # analytic, numeric, loss, verdict; the browser's twin is held to it too
    (1.0, 1.0 + 0.9e-7, 0.0, Verdict.AGREES),
    (1.0, 1.0 + 1.2e-7, 0.0, Verdict.DISAGREES),
    (1e-6, 1e-6 + 0.9e-9, 0.0, Verdict.AGREES),
    (1e-6, 1e-6 + 1.2e-9, 0.0, Verdict.DISAGREES),
    (1e-6, 1e-6 + 1.2e-9, 2.0, Verdict.AGREES),  # a larger loss leaves more rounding
    (1e-6, 1e-6 + 1.2e-9, -2.0, Verdict.AGREES),
    (5e-10, -5e-10, 0.0, Verdict.TOO_SMALL),
    (0.0, 0.0, 0.0, Verdict.TOO_SMALL),
    (5e-9, 5e-9, 10.0, Verdict.TOO_SMALL),
    (5e-9, 5e-9, 1.0, Verdict.AGREES),
    (0.0, 1e-3, 0.0, Verdict.DISAGREES),  # a forgotten gradient is not a small one
    (1.0, -1.0, 0.0, Verdict.DISAGREES),
    (np.nan, 1.0, 0.0, Verdict.DISAGREES),
    (1.0, np.nan, 0.0, Verdict.DISAGREES),
    (np.nan, np.nan, 0.0, Verdict.DISAGREES),
    (np.inf, np.inf, 0.0, Verdict.DISAGREES),
)


@pytest.mark.parametrize(("analytic", "numeric", "loss", "verdict"), RULE)
def test_the_rule(analytic: float, numeric: float, loss: float, verdict: Verdict) -> None:
    assert Verdict(int(verdicts(analytic, numeric, loss))) is verdict
    if verdict is not Verdict.TOO_SMALL:
        assert bool(agrees(analytic, numeric, loss)) is (verdict is Verdict.AGREES)


def test_cell_by_cell() -> None:
    found = verdicts(np.array([[1.0, 1.0], [0.0, np.nan]]), np.array([[1.0, 2.0], [0.0, 1.0]]), 0.0)
    assert found.tolist() == [[Verdict.AGREES, Verdict.DISAGREES], [Verdict.TOO_SMALL, Verdict.DISAGREES]]
    with pytest.raises(ValueError, match="one shape"):
        agrees(np.zeros(3), np.zeros((3, 1)), 0.0)


def test_numerical_gradient() -> None:
    x = np.array([[0.3, -2.0], [5.0, 0.0]])
    x.flags.writeable = False
    found = numerical_gradient(lambda x: float(np.sum(np.sin(x))), x)
    assert agrees(np.cos(x), found, float(np.sin(x).sum())).all()
    # the step grows with x: a fixed one would drown in the rounding of 10¹²
    assert numerical_gradient(lambda x: float(x[0] ** 2), np.array([1e6]))[0] == pytest.approx(2e6, rel=1e-9)
    with pytest.raises(ValueError, match="float64"):
        numerical_gradient(lambda x: 0.0, np.zeros(2, np.float32))


class Planted(Conv2D):
    """A convolution whose backward is wrong in one way."""

    wrong: Callable[..., tuple[np.ndarray, Any]]

    def backward(self, params: Any, trace: Any, dy: np.ndarray) -> tuple[np.ndarray, Any]:
        right = Conv2D(self.filters, self.kernel_size, self.strides, self.padding)
        return type(self).wrong(right, params, trace, dy)


def flipped_sign(layer: Layer, params: Any, trace: Any, dy: np.ndarray) -> tuple[np.ndarray, Any]:
    dx, grads = layer.backward(params, trace, dy)
    return -dx, grads


def dropped_term(layer: Layer, params: Any, trace: Any, dy: np.ndarray) -> tuple[np.ndarray, Any]:
    kernel = params["kernel"].copy()
    kernel[-1, -1, 0, 0] = 0
    return layer.backward(params | {"kernel": kernel}, trace, dy)


def transposed_kernel(layer: Layer, params: Any, trace: Any, dy: np.ndarray) -> tuple[np.ndarray, Any]:
    return layer.backward(params | {"kernel": params["kernel"].transpose(1, 0, 2, 3)}, trace, dy)


def flipped_kernel(layer: Layer, params: Any, trace: Any, dy: np.ndarray) -> tuple[np.ndarray, Any]:
    return layer.backward(params | {"kernel": params["kernel"][::-1, ::-1]}, trace, dy)


def missing_stride(layer: Conv2D, params: Any, trace: Any, dy: np.ndarray) -> tuple[np.ndarray, Any]:
    dense = Conv2D(layer.filters, layer.kernel_size)
    y, dense_trace = dense.forward(params, trace.x)
    crowded = np.zeros_like(y)
    crowded[:, : dy.shape[1], : dy.shape[2]] = dy
    return dense.backward(params, dense_trace, crowded)


def swapped_filters(layer: Conv2D, params: Any, trace: Any, dy: np.ndarray) -> tuple[np.ndarray, Any]:
    return layer.backward(params, trace, dy[..., ::-1])


def mean_over_batch(layer: Conv2D, params: Any, trace: Any, dy: np.ndarray) -> tuple[np.ndarray, Any]:
    dx, grads = layer.backward(params, trace, dy)
    return dx, {name: grad / len(dy) for name, grad in grads.items()}


def forgotten_bias(layer: Conv2D, params: Any, trace: Any, dy: np.ndarray) -> tuple[np.ndarray, Any]:
    dx, grads = layer.backward(params, trace, dy)
    return dx, {"kernel": grads["kernel"]}


MISTAKES = {
    flipped_sign: {"x"},
    dropped_term: {"x"},
    transposed_kernel: {"x"},
    flipped_kernel: {"x"},
    missing_stride: {"x", "kernel"},
    swapped_filters: {"x", "kernel", "bias"},
    mean_over_batch: {"kernel", "bias"},
    forgotten_bias: {"bias"},
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_planted_mistakes_are_caught(mistake: Callable) -> None:
    layer = type("Planted", (Planted,), {"wrong": staticmethod(mistake)})(2, 3, 2)
    params, _ = layer.init(np.random.default_rng(0), (9, 9, 2), np.float64)
    x = generic(np.random.default_rng(1), (2, 9, 9, 2))
    checks = directional_check(layer, params, x, np.random.default_rng(2))
    assert {c.name for c in checks if c.verdict is Verdict.DISAGREES} == MISTAKES[mistake]
    if "x" not in MISTAKES[mistake]:
        return
    # the differences of a whole picture find it too, and so does the plain way
    y, trace = layer.forward(params, x)
    dy = np.random.default_rng(3).standard_normal(y.shape)
    dx, _ = layer.backward(params, trace, dy)
    for numeric in (sparse(layer, params, x, dy), plain(layer, params, x, dy)):
        assert (verdicts(dx, numeric, float(np.sum(y * dy))) == Verdict.DISAGREES).any()


def sparse(layer: Any, params: Any, x: np.ndarray, dy: np.ndarray) -> np.ndarray:
    return sparse_numerical_gradient(lambda x: layer.forward(params, x)[0], x, dy, layer.windows(x.shape[1:]))


def plain(layer: Layer, params: Any, x: np.ndarray, dy: np.ndarray) -> np.ndarray:
    return numerical_gradient(lambda x: float(np.sum(dy * layer.forward(params, x)[0])), x)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Conv2D(1, 3), (7, 8, 1)),
        (Conv2D(2, (3, 2), padding="same"), (5, 6, 2)),
        (Conv2D(2, 3, 2, "same"), (6, 7, 1)),
        (Conv2D(2, 2, 3), (8, 8, 2)),  # gaps between the windows
        (Conv2D(4, (2, 3), (2, 1), ((1, 2), (0, 3)), (3, 2), groups=2), (7, 6, 2)),
        (Conv2D(1, 3, padding=4), (2, 2, 1)),  # the window is larger than the picture
        (Conv1D(2, 3, 2, "causal", 2), (9, 2)),
        (Conv3D(1, 2, padding=1), (2, 3, 3, 1)),
        (MaxPooling2D(3, 2, "same"), (6, 5, 2)),
        (AveragePooling2D(2, 1, 1), (4, 4, 2)),
    ],
    ids=str,
)
def test_sparse_equals_plain(layer: Any, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    params, _ = layer.init(rng, shape, np.float64)
    x = generic(rng, (2, *shape))
    x.flags.writeable = False
    y, trace = layer.forward(params, x)
    dy = rng.standard_normal(y.shape)
    dx, _ = layer.backward(params, trace, dy)
    fast = sparse(layer, params, x, dy)
    np.testing.assert_allclose(fast, plain(layer, params, x, dy), atol=1e-8)
    assert not (verdicts(dx, fast, float(np.sum(y * dy))) == Verdict.DISAGREES).any()


def test_sparse_calls_the_function_once() -> None:
    layer = Conv2D(1, 3)
    params, _ = layer.init(np.random.default_rng(0), (20, 20, 1), np.float64)
    copies = []

    def f(x: np.ndarray) -> np.ndarray:
        copies.append(len(x))
        return layer.forward(params, x)[0]

    sparse_numerical_gradient(f, np.zeros((1, 20, 20, 1)), np.ones((1, 18, 18, 1)), layer.windows((20, 20, 1)))
    assert copies == [2 * 9]


@pytest.mark.parametrize("size", [1.0, 1e6])
def test_the_sparse_step_grows_with_x(size: float) -> None:
    """A fixed step would drown in the rounding of x²."""
    x = size * generic(np.random.default_rng(0), (1, 4, 4, 1))
    windows = Conv2D(1, 1).windows((4, 4, 1))
    found = sparse_numerical_gradient(np.square, x, np.ones_like(x), windows)
    np.testing.assert_allclose(found, 2 * x, rtol=1e-8)


def test_float32_is_refused() -> None:
    layer = Conv2D(1, 3)
    params, _ = layer.init(np.random.default_rng(0), (5, 5, 1))
    with pytest.raises(ValueError, match="checked in float64, and x is float32"):
        directional_check(layer, params, np.zeros((1, 5, 5, 1), np.float32), np.random.default_rng(0))


def test_keywords_reach_forward_as_copies() -> None:
    """A generator gives every call the same numbers, or the noise would be measured instead of the slope."""

    class Noise(Conv2D):
        def forward(self, params: Any, x: np.ndarray, *, rng: np.random.Generator) -> Any:
            y, trace = super().forward(params, x)
            return y + 100 * rng.standard_normal(y.shape), trace

    layer = Noise(1, 3)
    params, _ = layer.init(np.random.default_rng(0), (5, 5, 1), np.float64)
    x, noise = generic(np.random.default_rng(1), (1, 5, 5, 1)), np.random.default_rng(5)
    before = noise.bit_generator.state
    checks = directional_check(layer, params, x, np.random.default_rng(0), rng=noise)
    assert {c.verdict for c in checks} == {Verdict.AGREES}
    assert noise.bit_generator.state == before
