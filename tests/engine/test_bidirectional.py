"""Both ways of a sequence, against PyTorch's own modules and Keras."""

import os
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from engine.arrays import leaves
from engine.gradient_check import Verdict, directional_check
from engine.layers import GRU, LSTM, Bidirectional, SimpleRNN
from engine.layers.bidirectional import MERGE_MODES
from engine.layers.recurrent import Recurrent, RecurrentLayer
from tests.engine.test_recurrent import NATIVE, assert_equal, native_grads, native_weights, random_params, yes

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras

LAYERS = SimpleRNN(1), LSTM(1), GRU(1), GRU(1, reset_after=False)
every_layer = pytest.mark.parametrize("kind", LAYERS)


def both_params(layer: RecurrentLayer, channels: int, rng: np.random.Generator) -> Any:
    return {way: random_params(layer, channels, rng) for way in ("forward", "backward")}


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("kind", LAYERS[:3])
def test_pytorchs_own_modules(kind: RecurrentLayer, seed: int) -> None:
    """Sequences of unequal length: the one from the back begins where each of them ends."""
    rng = np.random.default_rng(seed)
    one = replace(kind, units=int(rng.integers(1, 9)), return_sequences=yes(rng))
    layer = Bidirectional(one)
    batch, time, channels = (int(n) for n in rng.integers(1, [6, 10, 6]))
    lengths = rng.integers(1, time + 1, batch)
    mask = np.arange(time) < lengths[:, None]
    x = rng.standard_normal((batch, time, channels))
    params = both_params(one, channels, rng)
    y, trace = layer.forward(params, x, mask=mask)
    dy = rng.standard_normal(y.shape)
    dx, grads = layer.backward(params, trace, dy)

    module = NATIVE[type(one)](channels, one.units, batch_first=True, bidirectional=True, dtype=torch.float64)
    theirs = [w for way in params for w in native_weights(one, params[way])]
    with torch.no_grad():
        for weight, value in zip(module.parameters(), theirs, strict=True):
            weight.copy_(torch.tensor(value))
    given = torch.tensor(x, requires_grad=True)
    packed = pack_padded_sequence(given, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    out, last = module(packed)
    out, _ = pad_packed_sequence(out, batch_first=True, total_length=time)
    f, b = last[0] if isinstance(one, LSTM) else last
    truth = out if one.return_sequences else torch.cat([f, b], dim=-1)
    (truth * torch.tensor(dy)).sum().backward()

    assert_equal(y, truth.detach().numpy(), f"y of {layer}")
    assert_equal(dx, given.grad.numpy(), f"dx of {layer}")
    gradients = [weight.grad.numpy() for weight in module.parameters()]
    truths = {"forward": native_grads(one, gradients[:4]), "backward": native_grads(one, gradients[4:])}
    assert_equal(grads, truths, f"gradients of {layer}")


@pytest.mark.parametrize("mode", MERGE_MODES)
@pytest.mark.parametrize("seed", range(4))
@every_layer
def test_keras(kind: RecurrentLayer, seed: int, mode: str) -> None:
    rng = np.random.default_rng(seed)
    one = replace(kind, units=int(rng.integers(1, 6)), return_sequences=yes(rng), use_bias=yes(rng))
    layer = Bidirectional(one, mode)
    batch, time, channels = (int(n) for n in rng.integers(2, [5, 8, 6]))
    mask = np.ones((batch, time), bool)
    if yes(rng):
        mask[:, 1:-1] = rng.random((batch, time - 2)) < 0.7
    x = rng.standard_normal((batch, time, channels))
    params = both_params(one, channels, rng)
    y, trace = layer.forward(params, x, mask=mask)
    dy = rng.standard_normal(y.shape)
    dx, grads = layer.backward(params, trace, dy)

    own = {"reset_after": one.reset_after} if isinstance(one, GRU) else {}
    flags = {"return_sequences": one.return_sequences, "use_bias": one.use_bias}
    inside = getattr(keras.layers, type(one).__name__)(one.units, **flags, **own, dtype="float64")
    peer = keras.layers.Bidirectional(inside, merge_mode=mode, dtype="float64")
    given = torch.tensor(x, requires_grad=True)
    peer.build(x.shape)
    assert peer.count_params() == layer.parameter_count((time, channels))
    peer.set_weights([array for _, array in leaves(params)])
    out = peer(given, mask=torch.tensor(mask))
    (out * torch.tensor(dy)).sum().backward()
    to = 2e-5  # Keras multiplies matrices in float32, whatever the dtype of its layer
    assert tuple(out.shape[1:]) == layer.output_shape((time, channels))
    assert_equal(y, out.detach().numpy(), f"y of {layer}", to)
    assert_equal(dx, given.grad.numpy(), f"dx of {layer}", to)
    theirs = [v.value.grad.numpy() for v in peer.trainable_variables]
    assert_equal([a for _, a in leaves(grads)], theirs, f"of {layer}", to)


@pytest.mark.parametrize("mode", MERGE_MODES)
@every_layer
def test_gradients_by_differences(kind: RecurrentLayer, mode: str) -> None:
    """With a mask and both kinds of dropout."""
    rng = np.random.default_rng(0)
    one = replace(kind, units=3, return_sequences=True, dropout=0.3, recurrent_dropout=0.3)
    layer, params = Bidirectional(one, mode), both_params(one, 2, rng)
    x, mask = rng.standard_normal((4, 6, 2)), rng.random((4, 6)) < 0.7
    keywords = {"mask": mask, "training": True, "rng": np.random.default_rng(1)}
    checks = directional_check(layer, params, x, rng, **keywords)
    assert {c.verdict for c in checks} == {Verdict.AGREES}, checks


def test_both_ways_drop_out_apart() -> None:
    layer = Bidirectional(LSTM(50, dropout=0.5))
    params, _ = layer.init(np.random.default_rng(0), (3, 40), np.float64)
    assert (params["forward"]["kernel"] != params["backward"]["kernel"]).all()
    _, trace = layer.forward(params, np.ones((1, 3, 40)), training=True, rng=np.random.default_rng(1))
    assert (trace.forward.given.drop_x != trace.backward.given.drop_x).any()


def test_what_knows_the_whole_sequence() -> None:
    """A change of the last step moves the first output, but not the part that comes from the front."""
    layer = Bidirectional(GRU(3, return_sequences=True))
    params, _ = layer.init(np.random.default_rng(0), (5, 2), np.float64)
    x = np.random.default_rng(1).standard_normal((1, 5, 2))
    y, trace = layer.forward(params, x)
    changed, _ = layer.forward(params, np.concatenate([x[:, :4], x[:, 4:] + 1], axis=1))
    assert (y[0, 0, :3] == changed[0, 0, :3]).all()
    assert (y[0, 0, 3:] != changed[0, 0, 3:]).all()
    assert all((part == y[..., half]).all() for part, half in zip(trace.outputs, (np.s_[:3], np.s_[3:]), strict=True))


def test_states_are_not_taken() -> None:
    layer = Bidirectional(GRU(3))
    params, _ = layer.init(np.random.default_rng(0), (5, 2), np.float64)
    with pytest.raises(ValueError, match="Bidirectional takes a sequence without states, not Recurrent"):
        layer.forward(params, Recurrent(np.ones((1, 5, 2))))


def test_parameters_of_both_ways_have_names() -> None:
    layer = Bidirectional(SimpleRNN(3))
    params, _ = layer.init(np.random.default_rng(0), (5, 2))
    assert {path: a.shape for path, a in leaves(params)} == layer.parameter_shapes((5, 2))
    assert "backward.recurrent_kernel" in layer.parameter_shapes((5, 2))
    without = {"forward": params["forward"]}
    with pytest.raises(ValueError, match="Bidirectional needs parameters for forward, backward, got forward"):
        layer.forward(without, np.ones((1, 5, 2), np.float32))
