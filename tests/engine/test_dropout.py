"""Dropout in all its kinds: against PyTorch under PyTorch's own masks, and what is promised of drawing."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from engine.gradient_check import Verdict, directional_check
from engine.layers import (
    GRU,
    LSTM,
    Dense,
    DropConnect,
    Dropout,
    Flatten,
    GaussianNoise,
    Layer,
    ReLU,
    SimpleRNN,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from engine.network import Sequential
from engine.optimizers import SGD
from engine.training import Training
from tests.cases import generic

ROWS: tuple[tuple[Layer, tuple[int, ...]], ...] = (
    (Dropout(0.4), (3, 4, 2)),
    (SpatialDropout1D(0.4), (5, 6)),
    (SpatialDropout2D(0.4), (3, 4, 6)),
    (SpatialDropout3D(0.4), (2, 3, 2, 6)),
    (DropConnect(5, 0.4), (6,)),
    (DropConnect(5, 0.4, use_bias=False), (3, 6)),
    (GaussianNoise(0.7), (3, 4)),
)
every_layer = pytest.mark.parametrize(("layer", "shape"), ROWS, ids=[repr(layer) for layer, _ in ROWS])
SPATIAL: dict[type[Layer], Any] = {
    SpatialDropout1D: F.dropout1d,
    SpatialDropout2D: F.dropout2d,
    SpatialDropout3D: F.dropout3d,
}


def set_up(layer: Layer, shape: tuple[int, ...], dtype: type = np.float64, seed: int = 0) -> tuple[Any, np.ndarray]:
    rng = np.random.default_rng(seed)
    return layer.init(rng, shape, dtype)[0], generic(rng, (4, *shape), dtype)


def drawn(layer: Layer, params: Any, x: np.ndarray, seed: int = 1) -> tuple[np.ndarray, Any]:
    return layer.forward(params, x, training=True, rng=np.random.default_rng(seed))


def random_part(trace: Any) -> np.ndarray:
    return trace.noise if hasattr(trace, "noise") else trace.drop


# ----------------------------------------------------------------------------------------------------------- PyTorch


def in_torch(layer: Layer, x: np.ndarray, dy: np.ndarray, seed: int) -> tuple[np.ndarray, ...]:
    """The mask that PyTorch draws, and what it makes of x and dy under it, channels last again."""
    function = SPATIAL.get(type(layer), F.dropout)
    first = (lambda a: a.movedim(-1, 1)) if type(layer) in SPATIAL else (lambda a: a)
    last = (lambda a: a.movedim(1, -1)) if type(layer) in SPATIAL else (lambda a: a)
    torch.manual_seed(seed)
    mask = last(function(first(torch.ones(x.shape, dtype=torch.float64)).contiguous(), layer.rate, True))
    torch.manual_seed(seed)
    given = torch.tensor(x, requires_grad=True)
    y = last(function(first(given).contiguous(), layer.rate, True))
    y.backward(torch.tensor(dy))
    return tuple(a.detach().numpy() for a in (mask, y, given.grad))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("layer", "shape"), ROWS[:4], ids=[type(layer).__name__ for layer, _ in ROWS[:4]])
def test_a_mask_of_pytorch_gives_its_numbers(layer: Any, shape: tuple[int, ...], seed: int) -> None:
    _, x = set_up(layer, shape, seed=seed)
    dy = np.random.default_rng(seed).standard_normal(x.shape)
    mask, ty, tdx = in_torch(layer, x, dy, seed)
    assert len(np.unique(mask)) == 2, "the test needs both"
    shared = layer.mask_shape(x.shape)
    drop = mask[tuple(slice(None) if n > 1 or m == 1 else slice(1) for n, m in zip(shared, mask.shape, strict=True))]
    y, trace = layer.forward_with(x, drop)
    dx, grads = layer.backward({}, trace, dy)
    # nothing else than whole channels is silenced in PyTorch either, or y would differ
    np.testing.assert_allclose(y, ty, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(dx, tdx, rtol=1e-10, atol=1e-14)
    assert grads == {}


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("use_bias", [True, False])
def test_dropconnect_under_a_mask_of_pytorch(use_bias: bool, seed: int) -> None:
    layer = DropConnect(5, 0.4, use_bias)
    params, x = set_up(layer, (3, 6), seed=seed)
    dy = np.random.default_rng(seed).standard_normal((4, 3, 5))
    torch.manual_seed(seed)
    mask = F.dropout(torch.ones(6, 5, dtype=torch.float64), 0.4, True)
    torch.manual_seed(seed)
    given, kernel = torch.tensor(x, requires_grad=True), torch.tensor(params["kernel"], requires_grad=True)
    bias = torch.zeros(5, dtype=torch.float64, requires_grad=True)
    ty = given @ F.dropout(kernel, 0.4, True) + bias
    ty.backward(torch.tensor(dy))
    y, trace = layer.forward_with(params, x, mask.numpy())
    dx, grads = layer.backward(params, trace, dy)
    expected = {"kernel": kernel.grad, **({"bias": bias.grad} if use_bias else {})}
    np.testing.assert_allclose(y, ty.detach().numpy(), rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(dx, given.grad.numpy(), rtol=1e-10, atol=1e-13)
    assert grads.keys() == expected.keys()
    for name, gradient in expected.items():
        np.testing.assert_allclose(grads[name], gradient.numpy(), rtol=1e-10, atol=1e-13)
    assert (grads["kernel"][mask.numpy() == 0] == 0).all(), "a silenced weight learns nothing"


# ----------------------------------------------------------------------------------------------------------- training


@every_layer
@pytest.mark.parametrize("seed", range(3))
def test_gradients_in_training(layer: Layer, shape: tuple[int, ...], seed: int) -> None:
    params, x = set_up(layer, shape, seed=seed)
    keywords = {"training": True, "rng": np.random.default_rng(seed)}
    checks = directional_check(layer, params, x, np.random.default_rng(seed), **keywords)
    assert {c.name for c in checks} == {"x", *params}
    # the bias of a DropConnect and all others: nothing is too small, nothing differs
    assert {c.verdict for c in checks} == {Verdict.AGREES}, checks


@pytest.mark.parametrize(("layer", "shape"), ROWS[:6], ids=[repr(layer) for layer, _ in ROWS[:6]])
def test_the_check_catches_a_backward_that_forgets_the_mask(layer: Any, shape: tuple[int, ...]) -> None:
    class Forgetful:
        forward = staticmethod(layer.forward)

        @staticmethod
        def backward(params: Any, trace: Any, dy: np.ndarray) -> Any:
            return layer.backward(params, trace._replace(drop=np.ones_like(trace.drop)), dy)

    params, x = set_up(layer, shape)
    keywords = {"training": True, "rng": np.random.default_rng(0)}
    checks = directional_check(Forgetful(), params, x, np.random.default_rng(0), **keywords)  # type: ignore[arg-type]
    assert {c.name for c in checks if c.verdict is Verdict.DISAGREES} == {"x", *params} - {"bias"}


@every_layer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_at_inference_nothing_is_drawn_and_nothing_happens(layer: Layer, shape: tuple[int, ...], dtype: type) -> None:
    params, x = set_up(layer, shape, dtype)
    plain = Dense(5, layer.use_bias).forward(params, x)[0] if isinstance(layer, DropConnect) else x
    rng = np.random.default_rng(0)
    for keywords in ({}, {"training": False}, {"rng": rng}):
        y, _ = layer.forward(params, x, **keywords)
        np.testing.assert_array_equal(y, plain)
        assert y.dtype == dtype
    assert rng.bit_generator.state == np.random.default_rng(0).bit_generator.state
    assert not np.array_equal(drawn(layer, params, x)[0], plain)


@every_layer
def test_the_mask_follows_from_the_generator_whatever_the_threads_and_the_precision(
    layer: Layer, shape: tuple[int, ...]
) -> None:
    params, x = set_up(layer, shape)
    expected, trace = drawn(layer, params, x)
    with ThreadPoolExecutor(8) as pool:
        for y, _ in pool.map(lambda _: drawn(layer, params, x), range(64)):
            np.testing.assert_array_equal(y, expected)
    assert not np.array_equal(drawn(layer, params, x, seed=2)[0], expected)
    params32, x32 = set_up(layer, shape, np.float32)
    y32, trace32 = drawn(layer, params32, x32)
    assert {y32.dtype, random_part(trace32).dtype} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(random_part(trace32), random_part(trace).astype(np.float32))


@every_layer
def test_a_generator_gives_another_mask_next_time(layer: Layer, shape: tuple[int, ...]) -> None:
    params, x = set_up(layer, shape)
    rng = np.random.default_rng(0)
    first, second = (random_part(layer.forward(params, x, training=True, rng=rng)[1]) for _ in range(2))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
@pytest.mark.parametrize("seed", range(3))
def test_the_share_that_is_dropped_and_the_mean_that_is_kept(rate: float, seed: int) -> None:
    x = np.ones((100, 100, 10))
    layers = (Dropout(rate), SpatialDropout1D(rate))
    for layer, draws in zip(layers, (100_000, 1_000), strict=True):
        y, trace = drawn(layer, {}, x, seed)
        assert trace.drop.size == draws
        assert set(np.unique(y)) == {0.0, 1 / (1 - rate)}
        # five standard deviations of a binomial share
        assert abs((y == 0).mean() - rate) < 5 * np.sqrt(rate * (1 - rate) / draws)
        assert abs(y.mean() - 1) < 5 * np.sqrt(rate / (1 - rate) / draws)
    dropped = DropConnect(100, rate)
    _, trace = drawn(dropped, dropped.init(np.random.default_rng(0), (100,), np.float64)[0], np.ones((1, 100)), seed)
    assert abs((trace.drop == 0).mean() - rate) < 5 * np.sqrt(rate * (1 - rate) / 10_000)


def test_noise_has_its_spread_and_no_mean() -> None:
    for seed in range(3):
        y, trace = drawn(GaussianNoise(0.3), {}, np.full((100, 1000), 7.0), seed)
        noise = y - 7
        np.testing.assert_allclose(noise, trace.noise, atol=1e-14)  # n itself, which a page draws
        assert abs(noise.mean()) < 5 * 0.3 / np.sqrt(1e5)
        assert abs(noise.std() / 0.3 - 1) < 5 / np.sqrt(2e5)


def test_nothing_is_written_to() -> None:
    for layer, shape in ROWS:
        params, x = set_up(layer, shape)
        for array in (x, *params.values()):
            array.flags.writeable = False
        y, trace = drawn(layer, params, x)
        for array in (part for part in trace if isinstance(part, np.ndarray)):
            array.flags.writeable = False
        dy = np.ones_like(y)
        dy.flags.writeable = False
        (first, _), (again, _) = (layer.backward(params, trace, dy) for _ in range(2))
        np.testing.assert_array_equal(first, again)
        assert not np.shares_memory(first, dy)


# ------------------------------------------------------------------------------------------------------------ networks

NETWORK = Sequential((Flatten(), Dense(8), ReLU(), Dropout(0.5), DropConnect(8, 0.5), Dropout(0.5), Dense(3)))


def masks(trace: Any) -> list[np.ndarray]:
    return [child.drop for child in trace.children if hasattr(child, "drop")]


def test_a_network_shows_its_masks_and_the_same_generator_gives_them_again() -> None:
    x = generic(np.random.default_rng(0), (6, 4))
    params, _ = NETWORK.init(np.random.default_rng(0), (4,), np.float64)
    traces = [NETWORK.forward(params, x, training=True, rng=np.random.default_rng(s))[1] for s in (5, 5, 6)]
    first, again, other = map(masks, traces)
    assert [m.shape for m in first] == [(6, 8), (8, 8), (6, 8)]
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(first, other, strict=True))
    assert not np.array_equal(first[0], first[2]), "layers draw from generators of their own"
    # what is silenced forward is silenced backward
    gradients, _ = NETWORK.gradients(params, traces[0], np.ones((6, 3)))
    assert (gradients[3][first[0] == 0] == 0).all()
    assert (gradients[3][first[0] != 0] != 0).any()


def test_every_step_of_a_training_draws_anew_and_says_what() -> None:
    rng = np.random.default_rng(0)
    it = Training(NETWORK, SGD(0.1), rng.standard_normal((12, 4)), rng.integers(0, 3, 12), 12)
    first = it.step(it.start())
    again, second = it.step(it.start()), it.step(first.after)

    def silenced(step: Any) -> np.ndarray:
        return (step.activations[4] == 0) & (step.activations[3] != 0)

    assert silenced(first).any()
    np.testing.assert_array_equal(silenced(first), silenced(again))
    assert not np.array_equal(silenced(first), silenced(second))


def test_recurrent_layers_draw_as_dropout_does() -> None:
    """One mask for all steps, and the same numbers of the generator as a `Dropout` on (B, C)."""
    x = np.ones((5, 7, 3))
    for layer in (SimpleRNN(4, dropout=0.4), LSTM(4, dropout=0.4), GRU(4, dropout=0.4)):
        params, _ = layer.init(np.random.default_rng(0), (7, 3), np.float64)
        _, trace = layer.forward(params, x, training=True, rng=np.random.default_rng(3))
        _, expected = drawn(Dropout(0.4), {}, x[:, 0], 3)
        np.testing.assert_array_equal(trace.given.drop_x, expected.drop)


# ----------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("make", [Dropout, SpatialDropout2D, lambda rate: DropConnect(3, rate)])
@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (1, "rate must be below 1, not 1"),
        (-0.1, "rate must be at least 0, not -0.1"),
        ("half", "rate must be a number, not 'half'"),
        (float("nan"), "rate must be finite, not nan"),
    ],
)
def test_impossible_rates(make: Any, rate: Any, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        make(rate)


def test_impossible_settings_and_masks() -> None:
    x = np.ones((2, 3, 4))
    for call, words in (
        (lambda: GaussianNoise(-1), "stddev must be at least 0, not -1"),
        (lambda: DropConnect(0, 0.5), "units must be at least 1, not 0"),
        (lambda: DropConnect(3, 0.5, kernel_initializer="none"), "none"),
        (lambda: Dropout(0.5).forward({}, x, training=True), "dropout in training needs rng, a generator"),
        (lambda: GaussianNoise(0.5).forward({}, x, training=True), "noise in training needs rng, a generator"),
        (lambda: Dropout(0.5).forward_with(x, x[0]), "drop must have the shape (2, 3, 4), not (3, 4)"),
        (lambda: SpatialDropout1D(0.5).forward_with(x, x), "drop must have the shape (2, 1, 4), not (2, 3, 4)"),
        (lambda: Dropout(0.5).forward_with(x, x.astype(np.float32)), "drop is float32, but x is float64"),
        (
            lambda: SpatialDropout2D(0.5).forward({}, x),
            "SpatialDropout2D takes examples of shape (H, W, C), not (3, 4)",
        ),
        (lambda: SpatialDropout1D(0.5).output_shape((3,)), "SpatialDropout1D takes examples of shape (T, C), not (3,)"),
    ):
        with pytest.raises(ValueError, match=re.escape(words)):
            call()
    for layer in (Dropout(0), GaussianNoise(0)):
        layer.forward({}, x, training=True)  # draws nothing, so it needs no generator
