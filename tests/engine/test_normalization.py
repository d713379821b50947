"""The norms against PyTorch and Keras on random settings, and what is promised of a state."""

import os
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from engine.layers import (
    BatchNormalization,
    Dense,
    GroupNormalization,
    InstanceNormalization,
    Layer,
    LayerNormalization,
    ReLU,
    RMSNormalization,
)
from engine.network import Sequential

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras

close = np.testing.assert_allclose


def setting(seed: int, places: bool = True) -> tuple[np.random.Generator, np.ndarray, np.ndarray, float]:
    """x and dy with none to three axes between batch and channels, which are a multiple of 4; and ε."""
    rng = np.random.default_rng(seed)
    least = 1 if places else 0
    shape = (int(rng.integers(2, 6)), *rng.integers(2, 5, rng.integers(least, 4)), 4 * int(rng.integers(1, 4)))
    x = rng.normal(rng.normal(), rng.uniform(0.1, 3), shape)
    return rng, x, rng.standard_normal(shape), float(10 ** rng.uniform(-6, -1))


def weights(layer: Layer, rng: np.random.Generator, x: np.ndarray) -> dict[str, np.ndarray]:
    params, _ = layer.init(rng, x.shape[1:], np.float64)
    return {name: w + rng.standard_normal(w.shape) for name, w in params.items()}


def compare(layer: Layer, params: Any, x: np.ndarray, dy: np.ndarray, function: Any, **keywords: Any) -> Any:
    """Outputs and gradients; `function` is PyTorch's, channels first."""
    y, trace = layer.forward(params, x, **keywords)
    dx, grads = layer.backward(params, trace, dy)
    given = torch.tensor(x, requires_grad=True)
    of = {name: torch.tensor(w, requires_grad=True) for name, w in params.items()}
    ty = function(given, of.get("gamma"), of.get("beta"))
    ty.backward(torch.tensor(dy))
    close(y, ty.detach().numpy(), rtol=1e-9, atol=1e-10)
    close(dx, given.grad.numpy(), rtol=1e-8, atol=1e-9)
    assert set(grads) == set(of)
    for name, grad in grads.items():
        close(grad, of[name].grad.numpy(), rtol=1e-8, atol=1e-9)
    return trace


def first(function: Any) -> Any:
    """PyTorch's function with the channels first, as one with the channels last."""
    return lambda x, *more: function(x.movedim(-1, 1), *more).movedim(1, -1)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("training", [True, False])
def test_batch_normalization_as_pytorch(seed: int, training: bool) -> None:
    rng, x, dy, epsilon = setting(seed, places=False)
    momentum, n = float(rng.uniform(0, 1)), x.size // x.shape[-1]
    layer = BatchNormalization(momentum, epsilon, center=seed % 3 > 0, scale=seed % 2 > 0)
    params = weights(layer, rng, x)
    state = {"moving_mean": rng.standard_normal(x.shape[-1]), "moving_variance": rng.uniform(0.1, 3, x.shape[-1])}
    mean, variance = (torch.tensor(value) for value in state.values())
    trace = compare(
        layer, params, x, dy,
        first(lambda x, g, b: F.batch_norm(x, mean, variance, g, b, training, 1 - momentum, epsilon)),
        state=state, training=training,
    )  # fmt: skip
    close(trace.state["moving_mean"], mean.numpy(), rtol=1e-10, atol=1e-12)
    if not training:
        np.testing.assert_array_equal(trace.state["moving_variance"], variance.numpy())
        return
    # PyTorch's running variance divides by n − 1, Keras's and ours by n
    theirs = (variance.numpy() - momentum * state["moving_variance"]) * (n - 1) / n
    close(trace.state["moving_variance"], momentum * state["moving_variance"] + theirs, rtol=1e-10)


@pytest.mark.parametrize("seed", range(20))
def test_norms_within_an_example_as_pytorch(seed: int) -> None:
    rng, x, dy, epsilon = setting(seed)
    sides: tuple[tuple[Layer, Any], ...] = (
        (LayerNormalization(epsilon), lambda x, g, b: F.layer_norm(x, x.shape[-1:], g, b, epsilon)),
        (LayerNormalization(epsilon, scale=False), lambda x, g, b: F.layer_norm(x, x.shape[-1:], g, b, epsilon)),
        (RMSNormalization(epsilon), lambda x, g, _: F.rms_norm(x, x.shape[-1:], g, epsilon)),
        (GroupNormalization(4, epsilon), first(lambda x, g, b: F.group_norm(x, 4, g, b, epsilon))),
        (GroupNormalization(1, epsilon, center=False), first(lambda x, g, b: F.group_norm(x, 1, g, b, epsilon))),
        (InstanceNormalization(epsilon), first(lambda x, g, b: F.instance_norm(x, weight=g, bias=b, eps=epsilon))),
    )
    for layer, function in sides:
        compare(layer, weights(layer, rng, x), x, dy, function)


@pytest.mark.parametrize("seed", range(5))
def test_as_keras(seed: int) -> None:
    rng, x, _, epsilon = setting(seed)
    for layer, theirs in (
        (LayerNormalization(epsilon), keras.layers.LayerNormalization(epsilon=epsilon, dtype="float64")),
        (RMSNormalization(epsilon), keras.layers.RMSNormalization(epsilon=epsilon, dtype="float64")),
        (GroupNormalization(2, epsilon), keras.layers.GroupNormalization(2, epsilon=epsilon, dtype="float64")),
        (InstanceNormalization(epsilon), keras.layers.GroupNormalization(-1, epsilon=epsilon, dtype="float64")),
    ):
        params = weights(layer, rng, x)
        theirs.build(x.shape)
        theirs.set_weights(list(params.values()))
        # Keras has float32 within, whatever it is asked for; a small σ makes its rounding larger
        close(layer.forward(params, x)[0], theirs(torch.tensor(x)).detach().numpy(), rtol=1e-4, atol=1e-4)


def test_the_moving_statistics_as_keras() -> None:
    rng, x, _, _ = setting(1)
    layer, theirs = BatchNormalization(), keras.layers.BatchNormalization(dtype="float64")
    params, state = layer.init(rng, x.shape[1:], np.float64)
    for _ in range(5):
        batch = x + rng.standard_normal(x.shape)
        y, trace = layer.forward(params, batch, state=state, training=True)
        close(y, theirs(torch.tensor(batch), training=True).detach().numpy(), rtol=1e-6, atol=1e-6)
        state = trace.state
    close(state["moving_mean"], theirs.moving_mean.numpy(), rtol=1e-6, atol=1e-7)
    close(state["moving_variance"], theirs.moving_variance.numpy(), rtol=1e-6)


def test_the_defaults_are_those_of_keras() -> None:
    for ours in (BatchNormalization(), LayerNormalization(), GroupNormalization(), RMSNormalization()):
        theirs = getattr(keras.layers, type(ours).__name__)().get_config()
        for name, value in vars(ours).items():
            assert theirs[name] == value, name
    # Keras has an instance norm only as a group norm
    group = vars(GroupNormalization())
    assert vars(InstanceNormalization()) == {name: value for name, value in group.items() if name != "groups"}


def test_a_network_carries_the_state_on() -> None:
    network = Sequential([Dense(3), BatchNormalization(0.5), ReLU(), BatchNormalization()])
    rng = np.random.default_rng(0)
    params, state = network.init(rng, (2,), np.float64)
    x = rng.standard_normal((8, 2))
    _, trace = network.forward(params, x, state=state, training=True)
    hidden = x @ params[0]["kernel"]
    close(trace.state[1]["moving_mean"], 0.5 * hidden.mean(0), rtol=1e-12)
    close(state[1]["moving_mean"], 0)
    _, later = network.forward(params, x, state=trace.state)
    assert later.state[1]["moving_mean"].tobytes() == trace.state[1]["moving_mean"].tobytes()
    with pytest.raises(ValueError, match="needs the state moving_mean, moving_variance"):
        network.forward(params, x)


def test_an_empty_batch_leaves_the_state_alone() -> None:
    layer = BatchNormalization()
    params, state = layer.init(np.random.default_rng(0), (2,))
    _, trace = layer.forward(params, np.zeros((0, 2), np.float32), state=state, training=True)
    assert all((trace.state[name] == state[name]).all() for name in state)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: BatchNormalization(1.1), "momentum must be at most 1, not 1.1"),
        (lambda: BatchNormalization(epsilon=0), "epsilon must be above 0, not 0"),
        (lambda: LayerNormalization(center=1), "center must be True or False, not 1"),
        (lambda: GroupNormalization(0), "groups must be at least 1, not 0"),
        (lambda: GroupNormalization(4).output_shape((3, 6)), "groups must divide the channels: 6 channels, 4 groups"),
    ],
)
def test_what_cannot_be_is_refused(make: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        make()


@pytest.mark.parametrize("name", ["moving_mean", "moving_variance"])
def test_a_state_must_fit(name: str) -> None:
    layer = BatchNormalization()
    params, state = layer.init(np.random.default_rng(0), (2,))
    for wrong in (np.zeros(3, np.float32), np.zeros(2)):
        with pytest.raises(ValueError, match=name):
            layer.forward(params, np.zeros((4, 2), np.float32), state=state | {name: wrong})
