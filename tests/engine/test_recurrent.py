"""Recurrent layers against PyTorch and Keras on random settings, and what is promised beyond the contract."""

import os
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from engine.arrays import leaves, rebuild
from engine.layers import GRU, LSTM, SimpleRNN
from engine.layers.recurrent import Recurrent, RecurrentLayer
from tests.recurrent_in_torch import forward_backward

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras

LAYERS: tuple[RecurrentLayer, ...] = (
    SimpleRNN(1),
    SimpleRNN(1, activation="relu"),
    SimpleRNN(1, activation="sigmoid"),
    SimpleRNN(1, activation="linear"),
    LSTM(1),
    GRU(1),
    GRU(1, reset_after=False),
)
every_layer = pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)


def assert_equal(found: Any, truth: Any, what: str, tolerance: float = 1e-10) -> None:
    """Two trees, to the tolerance."""
    found, truth = (dict(leaves(tuple(a) if isinstance(a, list) else a)) for a in (found, truth))
    assert found.keys() == truth.keys(), what
    for path, array in truth.items():
        np.testing.assert_allclose(found[path], array, rtol=tolerance, atol=tolerance, err_msg=f"{path} of {what}")


def random_params(layer: RecurrentLayer, channels: int, rng: np.random.Generator) -> Any:
    shapes = layer.parameter_shapes((1, channels))
    return {name: rng.standard_normal(shape) / np.sqrt(shape[0]) for name, shape in shapes.items()}


def yes(rng: np.random.Generator, probability: float = 0.5) -> bool:
    return bool(rng.random() < probability)


def random_layer(kind: RecurrentLayer, rng: np.random.Generator) -> RecurrentLayer:
    flags = {name: yes(rng) for name in ("use_bias", "return_sequences", "return_state", "go_backwards")}
    rates = {name: 0.4 * yes(rng, 0.3) for name in ("dropout", "recurrent_dropout")}
    kept = {"reset_after": kind.reset_after} if isinstance(kind, GRU) else {}
    kept |= {"activation": kind.activation} if isinstance(kind, SimpleRNN) else {}
    if not isinstance(kind, SimpleRNN) and yes(rng, 0.3):
        kept["clamp"] = {gate: float(rng.random()) for gate in kind.gates if yes(rng, 0.4)}
    return type(kind)(int(rng.integers(1, 10)), **flags, **rates, **kept)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("kind", LAYERS)
def test_random_settings(kind: RecurrentLayer, seed: int) -> None:
    """Output, states, and the gradients of everything, at every step and gate: as autograd has them."""
    rng = np.random.default_rng(seed)
    layer = random_layer(kind, rng)
    batch, time, channels = (int(n) for n in rng.integers(1, [5, 9, 7]))
    sequence = rng.standard_normal((batch, time, channels))
    initial = [rng.standard_normal((batch, layer.units)) if yes(rng) else None for _ in layer.states]
    x = Recurrent(sequence, *initial) if yes(rng, 0.7) else sequence
    mask = rng.random((batch, time)) < 0.7 if yes(rng) else None
    params = random_params(layer, channels, rng)
    y, trace = layer.forward(params, x, mask=mask, training=True, rng=np.random.default_rng(seed))
    dy = rebuild(y, lambda _, a: rng.standard_normal(a.shape))
    if layer.return_state:  # what is None counts as zero, but something has to be left
        dy = dy._replace(**{name: None for name in layer.states if yes(rng, 0.3)})
    dx, grads = layer.backward(params, trace, dy)
    by_steps = layer.backward_steps(params, trace, dy)

    given = trace.given
    truth = forward_backward(layer, params, x, mask, given.drop_x, given.drop_h, dy)
    assert_equal(y, truth.y, f"y of {layer}")
    assert_equal(dx, truth.dx, f"dx of {layer}")
    assert_equal(grads, truth.grads, f"gradients of {layer}")
    assert_equal(tuple(getattr(by_steps, f"d{s}") for s in layer.states), truth.dstates, f"states' gradients, {layer}")
    da = by_steps.da.reshape(batch, time, len(layer.gates), layer.units)
    entering = {name: da[:, :, index] for index, name in enumerate(layer.gates)}
    assert_equal(entering, truth.dentering, f"gates' gradients of {layer}")


NATIVE = {SimpleRNN: torch.nn.RNN, LSTM: torch.nn.LSTM, GRU: torch.nn.GRU}
PYTORCHS_ORDER = {"h": "h", "ifgo": "ifgo", "zrn": "rzn"}


def in_pytorchs_order(gates: str, weight: Any) -> Any:
    """Columns of gates as PyTorch has them, or back: the change is its own inverse."""
    parts = dict(zip(gates, np.split(weight, len(gates), axis=-1), strict=True))
    return np.concatenate([parts[gate] for gate in PYTORCHS_ORDER[gates]], axis=-1)


def native_weights(layer: RecurrentLayer, params: Any) -> list[Any]:
    """Our weights as those of PyTorch's module."""
    kernel, recurrent, bias = (in_pytorchs_order(layer.gates, params[name]) for name in params)
    return [kernel.T, recurrent.T, *(bias if bias.ndim == 2 else (bias, np.zeros_like(bias)))]


def native_grads(layer: RecurrentLayer, grads: list[Any]) -> Any:
    """The gradients of PyTorch's weights as ours."""
    kernel, recurrent, bias, second = (in_pytorchs_order(layer.gates, grad.T) for grad in grads)
    both = np.stack([bias, second]) if isinstance(layer, GRU) else bias
    return {"kernel": kernel, "recurrent_kernel": recurrent, "bias": both}


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("kind", [k for k in LAYERS if getattr(k, "activation", "tanh") in ("tanh", "relu")][:4])
def test_pytorchs_own_modules(kind: RecurrentLayer, seed: int) -> None:
    """Sequences of unequal length, packed there and masked here, from initial states, with gradients to the last."""
    rng = np.random.default_rng(seed)
    layer = replace(kind, units=int(rng.integers(1, 12)), return_sequences=True, return_state=True)
    batch, time, channels = (int(n) for n in rng.integers(1, [6, 12, 8]))
    lengths = rng.integers(1, time + 1, batch)
    lengths[rng.integers(batch)] = time
    mask = np.arange(time) < lengths[:, None]
    x = Recurrent(
        rng.standard_normal((batch, time, channels)), *(rng.standard_normal((batch, layer.units)) for _ in layer.states)
    )
    params = random_params(layer, channels, rng)
    y, trace = layer.forward(params, x, mask=mask)
    dy = rebuild(y, lambda _, a: rng.standard_normal(a.shape))
    dy = dy._replace(sequence=dy.sequence * mask[:, :, None])
    dx, grads = layer.backward(params, trace, dy)

    arguments: dict = {"nonlinearity": layer.activation} if isinstance(layer, SimpleRNN) else {}
    module = NATIVE[type(layer)](channels, layer.units, batch_first=True, dtype=torch.float64, **arguments)
    with torch.no_grad():
        for weight, value in zip(module.parameters(), native_weights(layer, params), strict=True):
            weight.copy_(torch.tensor(value))
    given = [torch.tensor(a, requires_grad=True) for _, a in leaves(x)]
    packed = pack_padded_sequence(given[0], torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    states = [state[None] for state in given[1:]]
    out, last = module(packed, tuple(states) if len(states) > 1 else states[0])
    out, _ = pad_packed_sequence(out, batch_first=True, total_length=time)
    last = [state[0] for state in (last if isinstance(last, tuple) else (last,))]
    sum((a * torch.tensor(d)).sum() for a, (_, d) in zip((out, *last), leaves(dy), strict=True)).backward()

    np.testing.assert_allclose(y.sequence[mask], out.detach().numpy()[mask], rtol=1e-10, atol=1e-10)
    assert_equal(tuple(y)[1:3], (*(s.detach().numpy() for s in last), None)[: len(y) - 1], "last states")
    assert_equal([a for _, a in leaves(dx)], [tensor.grad.numpy() for tensor in given], "dx")
    truth = native_grads(layer, [weight.grad.numpy() for weight in module.parameters()])
    assert_equal(grads, truth, f"gradients of {layer}")


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("kind", LAYERS)
def test_keras(kind: RecurrentLayer, seed: int) -> None:
    """Hyperparameters, weights, masks and states mean what they mean in Keras."""
    rng = np.random.default_rng(seed)
    flags = {name: yes(rng) for name in ("use_bias", "return_sequences", "return_state", "go_backwards")}
    layer = replace(kind, units=int(rng.integers(1, 8)), **flags)
    batch, time, channels = (int(n) for n in rng.integers(2, [5, 9, 6]))
    states = [rng.standard_normal((batch, layer.units)) for _ in layer.states] if yes(rng) else []
    sequence = rng.standard_normal((batch, time, channels))
    mask = None
    if yes(rng):
        mask = rng.random((batch, time)) < 0.7
        # before the first step, Keras's output is 0 even if a state is given; ours is that state
        mask[:, -1 if layer.go_backwards else 0] = True
    params = random_params(layer, channels, rng)
    x = Recurrent(sequence, *states) if states else sequence
    y, trace = layer.forward(params, x, mask=mask)
    dy = rebuild(y, lambda _, a: rng.standard_normal(a.shape))
    dx, grads = layer.backward(params, trace, dy)

    own = {"activation": kind.activation} if isinstance(kind, SimpleRNN) else {}
    own |= {"reset_after": kind.reset_after} if isinstance(kind, GRU) else {}
    peer = getattr(keras.layers, type(layer).__name__)(layer.units, **flags, **own, dtype="float64")
    given = [torch.tensor(a, requires_grad=True) for a in (sequence, *states)]
    peer.build(tuple(given[0].shape))
    assert {v.name: tuple(v.shape) for v in peer.trainable_variables} == layer.parameter_shapes((time, channels))
    assert peer.count_params() == layer.parameter_count((time, channels))
    peer.set_weights(list(params.values()))
    out = peer(given[0], initial_state=given[1:] or None, mask=None if mask is None else torch.tensor(mask))
    out = out if isinstance(out, list | tuple) else [out]
    sum((a * torch.tensor(d)).sum() for a, (_, d) in zip(out, leaves(dy), strict=True)).backward()

    to = 2e-5  # Keras multiplies matrices in float32, whatever the dtype of its layer
    assert_equal([a for _, a in leaves(y)], [a.detach().numpy() for a in out], f"y of {layer}", to)
    assert_equal([a for _, a in leaves(dx)], [tensor.grad.numpy() for tensor in given], f"dx of {layer}", to)
    assert_equal(list(grads.values()), [v.value.grad.numpy() for v in peer.trainable_variables], f"of {layer}", to)
