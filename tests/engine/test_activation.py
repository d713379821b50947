"""Activations against PyTorch, their defaults against Keras, and what they do at kinks and far out."""

import os
import re
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from scipy.stats import norm

from engine.layers import (
    ELU,
    GELU,
    SELU,
    HardSigmoid,
    LeakyReLU,
    LogSoftmax,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
)
from engine.layers.activation import Activation
from engine.layers.layer import Layer

Function = Callable[[torch.Tensor], torch.Tensor]
IN_TORCH: tuple[tuple[Layer, Function], ...] = (
    (ReLU(), F.relu),
    (LeakyReLU(), lambda x: F.leaky_relu(x, 0.3)),
    (LeakyReLU(-0.2), lambda x: F.leaky_relu(x, -0.2)),
    (ELU(), F.elu),
    (ELU(0.3), lambda x: F.elu(x, 0.3)),
    (SELU(), F.selu),
    (GELU(), F.gelu),
    (GELU(approximate=True), lambda x: F.gelu(x, approximate="tanh")),
    (SiLU(), F.silu),
    (Softplus(), lambda x: F.softplus(x, threshold=1e9)),  # from 20 on it would be a line
    (Softsign(), F.softsign),
    (Sigmoid(), torch.sigmoid),
    (HardSigmoid(), lambda x: F.relu6(x + 3) / 6),  # F.hardsigmoid's gradient has a sixth of float32 only
    (Tanh(), torch.tanh),
    (Softmax(), lambda x: torch.softmax(x, -1)),
    (LogSoftmax(), lambda x: torch.log_softmax(x, -1)),
)
IN_KERAS = {
    LeakyReLU: ("layers", "LeakyReLU"),
    ELU: ("layers", "ELU"),
    Softmax: ("layers", "Softmax"),
    SELU: ("activations", "selu"),
    GELU: ("activations", "gelu"),
    SiLU: ("activations", "silu"),
    Softplus: ("activations", "softplus"),
    Softsign: ("activations", "softsign"),
    Sigmoid: ("activations", "sigmoid"),
    HardSigmoid: ("activations", "hard_sigmoid"),
    Tanh: ("activations", "tanh"),
    LogSoftmax: ("activations", "log_softmax"),
}
FUNCTIONS = tuple(dict.fromkeys(layer for layer, _ in IN_TORCH if isinstance(layer, Activation)))


def ours(layer: Layer, x: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    y, trace = layer.forward({}, x)
    return y, layer.backward({}, trace, dy)[0]


@pytest.mark.parametrize(("dtype", "exact"), [(np.float64, 1e-12), (np.float32, 2e-6)])
@pytest.mark.parametrize(("layer", "function"), IN_TORCH, ids=lambda a: str(a) if isinstance(a, Layer) else "")
def test_values_and_gradients_are_those_of_pytorch(layer: Layer, function: Function, dtype: type, exact: float) -> None:
    """At random places of every size, and at the kinks."""
    rng = np.random.default_rng(0)
    for scale in (0.1, 1, 4, 30):
        x = (scale * rng.standard_normal((6, 5))).astype(dtype)
        x[0] = 0, -3, 3, 1e-8, -1e-8
        dy = rng.standard_normal(x.shape).astype(dtype)
        y, dx = ours(layer, x, dy)
        given = torch.tensor(x, requires_grad=True)
        expected = function(given)
        expected.backward(torch.tensor(dy))
        np.testing.assert_allclose(y, expected.detach().numpy(), rtol=10 * exact, atol=exact)
        np.testing.assert_allclose(dx, given.grad.numpy(), rtol=10 * exact, atol=exact)


@pytest.mark.parametrize("seed", range(5))
def test_prelu_is_that_of_pytorch(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, alpha, dy = rng.standard_normal((4, 3, 5, 2)), rng.standard_normal(2), rng.standard_normal((4, 3, 5, 2))
    x[0, 0] = 0  # its kink
    y, trace = PReLU().forward({"alpha": alpha}, x)
    dx, grads = PReLU().backward({"alpha": alpha}, trace, dy)
    given, slope = torch.tensor(x, requires_grad=True), torch.tensor(alpha, requires_grad=True)
    expected = F.prelu(given.movedim(-1, 1), slope).movedim(1, -1)
    expected.backward(torch.tensor(dy))
    np.testing.assert_array_equal(y, expected.detach().numpy())
    np.testing.assert_allclose(dx, given.grad.numpy(), rtol=1e-13)
    np.testing.assert_allclose(grads["alpha"], slope.grad.numpy(), rtol=1e-12)
    assert (PReLU().init(rng, (5, 2))[0]["alpha"] == 0).all()


@pytest.mark.parametrize("layer", IN_KERAS, ids=lambda layer: layer.__name__)
def test_names_and_defaults_are_those_of_keras(layer: type[Layer]) -> None:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    room, name = IN_KERAS[layer]
    theirs = getattr(getattr(keras, room), name)
    theirs = theirs() if room == "layers" else theirs
    x = np.linspace(-7, 7, 99, dtype=np.float32).reshape(11, 9)
    y = keras.ops.convert_to_numpy(theirs(keras.ops.convert_to_tensor(x)))
    np.testing.assert_allclose(layer().forward({}, x)[0], y, rtol=3e-6, atol=3e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layer", [layer for layer, _ in IN_TORCH], ids=str)
def test_far_out_nothing_overflows(layer: Layer, dtype: type) -> None:
    largest = float(np.finfo(dtype).max) / 4
    x = np.array([[sign * far] for far in (89, 750, 1e4, 1e30, largest) for sign in (1, -1)], dtype)
    with np.errstate(all="raise", under="ignore"):
        y, dx = ours(layer, x, np.ones_like(x))
    assert np.isfinite(y).all()
    assert np.isfinite(dx).all()
    if isinstance(layer, GELU | SiLU | Softplus):
        np.testing.assert_array_equal(y[::2], x[::2])  # on the right they have become the identity
        np.testing.assert_array_equal(dx[::2], 1)


@pytest.mark.parametrize("layer", FUNCTIONS, ids=str)
def test_the_slope_is_what_backward_takes(layer: Activation) -> None:
    x = np.linspace(-5, 5, 21)[None]
    np.testing.assert_array_equal(ours(layer, x, np.full_like(x, 3))[1], 3 * layer.slope(x))
    np.testing.assert_array_equal(ours(layer, x, x)[0], layer.function(x))


def test_gelu_is_exact_where_little_passes() -> None:
    """Out on the left, where 1 + erf would be lost in rounding."""
    x = np.array([[-3.0, -9.0, -20.0, -37.0]])
    np.testing.assert_allclose(GELU().function(x), x * norm.cdf(x), rtol=1e-13)
    assert (GELU().function(x) < 0).all()
    both = np.linspace(-6, 6, 1001)[None]
    apart = np.abs(GELU().function(both) - GELU(approximate=True).function(both)).max()
    assert 1e-4 < apart < 5e-4  # how far the approximation is off


def test_selu_keeps_mean_and_variance() -> None:
    x = np.random.default_rng(0).standard_normal((1000, 1000))
    y = SELU().function(x)
    assert abs(y.mean()) < 0.005
    assert y.var() == pytest.approx(1, abs=0.005)


def test_softmax_sums_to_one_and_knows_its_logarithm() -> None:
    x = 50 * np.random.default_rng(0).standard_normal((4, 3, 6))
    y, _ = Softmax().forward({}, x)
    np.testing.assert_allclose(y.sum(axis=-1), 1, rtol=1e-14)
    np.testing.assert_allclose(np.exp(LogSoftmax().forward({}, x)[0]), y, rtol=1e-12)
    np.testing.assert_allclose(LogSoftmax().forward({}, np.array([[1e4, 0.0]]))[0], [[0, -1e4]])


def test_relu_at_its_kink() -> None:
    """The subgradient at 0 is 0, also at the negative zero; a NaN passes in both directions."""
    y, trace = ReLU().forward({}, np.array([[-1.0, -0.0, 0.0, 2.0, np.nan, np.inf]]))
    np.testing.assert_array_equal(y, [[0, 0, 0, 2, np.nan, np.inf]])
    dx, _ = ReLU().backward({}, trace, np.full((1, 6), 3.0))
    np.testing.assert_array_equal(dx, [[0, 0, 0, 3, 3, 3]])


def test_relu_keeps_the_lost_gradient_out() -> None:
    """Where x is negative nothing comes back, not even a NaN."""
    _, trace = ReLU().forward({}, np.array([[-1.0, 1.0]]))
    np.testing.assert_array_equal(ReLU().backward({}, trace, np.full((1, 2), np.nan))[0], [[0, np.nan]])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: LeakyReLU(np.nan), "negative_slope must be finite, not nan"),
        (lambda: ELU("1"), "alpha must be a number, not '1'"),
        (lambda: GELU(1), "approximate must be True or False, not 1"),
        (lambda: PReLU("flat"), "an initializer must be one of zeros, ones, uniform"),
    ],
)
def test_impossible_settings(make: Callable[[], Layer], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        make()
