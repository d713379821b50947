"""The first step of the learner's network as a script for PyTorch and for Keras that gives the lens's own numbers.

Both libraries draw masks of their own; the scripts draw those of the page, and then show the layer itself. Tests run
both for many settings and compare outputs and gradients.
"""

from __future__ import annotations

import textwrap

from engine.arrays import Array
from experiments.dropout.network import FIRST, INPUTS, OUTPUTS, SECOND, example, weights
from experiments.dropout.spec import DropoutSpec


def pytorch(spec: DropoutSpec) -> str:
    """A script; afterwards y, loss and the layers' gradients hold the numbers of the page's first step."""
    training = spec.training
    return f"""import numpy as np
import torch
from torch import nn

{_data(spec)}
layers = [nn.Linear({INPUTS}, {FIRST}, bias=False, dtype=torch.float64),
          nn.Linear({FIRST}, {SECOND}, bias=False, dtype=torch.float64),
          nn.Linear({SECOND}, {OUTPUTS}, bias=False, dtype=torch.float64)]
with torch.no_grad():
    for layer, w in zip(layers, (w1, w2, w3)):
        layer.weight.copy_(torch.tensor(w.T))

{_mask(spec)}
d1 = torch.tanh(layers[0](torch.tensor(x))) * torch.tensor(mask(0, {FIRST}))
d2 = torch.tanh(layers[1](d1)) * torch.tensor(mask(1, {SECOND}))
y = layers[2](d2)
loss = ((y - torch.tensor(t)) ** 2).sum() / 2
loss.backward()
gradients = [layer.weight.grad.T for layer in layers]

print("y", y.detach().numpy())
print("loss", loss.item())
print("∂L/∂W₁", gradients[0].numpy())

# the layer itself, with masks of its own: nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Dropout({spec.rate}), …)
dropout = nn.Dropout({spec.rate}).{"train" if training else "eval"}()
print("ten ones", dropout(torch.ones(10)).numpy())
"""


def keras(spec: DropoutSpec) -> str:
    """A script; afterwards y, loss and the layers' gradients hold the numbers of the page's first step."""
    return f"""import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch

keras.config.set_floatx("float64")  # its matrix products are in float32 all the same: six digits agree

{_data(spec)}
layers = [keras.layers.Dense(units, activation, use_bias=False)
          for units, activation in (({FIRST}, "tanh"), ({SECOND}, "tanh"), ({OUTPUTS}, None))]
for layer, w in zip(layers, (w1, w2, w3)):
    layer.build((None, len(w)))
    layer.set_weights([w])

{_mask(spec)}
d1 = layers[0](torch.tensor(x[None])) * torch.tensor(mask(0, {FIRST}))
d2 = layers[1](d1) * torch.tensor(mask(1, {SECOND}))
y = layers[2](d2)
loss = ((y - torch.tensor(t)) ** 2).sum() / 2
gradients = torch.autograd.grad(loss, [layer.trainable_variables[0].value for layer in layers])

print("y", y.detach().numpy()[0])
print("loss", loss.item())
print("∂L/∂W₁", gradients[0].numpy())

# the layer itself, with masks of its own: Sequential([Dense(8, "tanh"), Dropout({spec.rate}), …])
dropout = keras.layers.Dropout({spec.rate})
print("ten ones", dropout(np.ones((1, 10)), training={spec.training}).numpy())
"""


def _data(spec: DropoutSpec) -> str:
    x, t = example(spec)
    arrays = {"x": x, "t": t, **weights(spec)}
    return "\n".join(f"{name} = {_array(array)}" for name, array in arrays.items())


def _mask(spec: DropoutSpec) -> str:
    """The page's masks of its first step."""
    if not spec.training:
        return (
            "def mask(layer, units):\n    return np.ones(units)  # at inference nothing is dropped, nothing is scaled\n"
        )
    return f"""rate, generators = {spec.rate}, np.random.default_rng(({spec.seed}, 2, 0)).spawn(2)

def mask(layer, units):
    return (generators[layer].random((1, units))[0] >= rate) / (1 - rate)
"""


def _array(array: Array) -> str:
    numbers = ", ".join(repr(value) for value in array.ravel().tolist())
    if array.ndim == 1:
        return f"np.array([{numbers}])"
    lines = textwrap.fill(numbers, 100, initial_indent="    ", subsequent_indent="    ")
    return f"np.array([\n{lines}\n]).reshape({array.shape})"
