"""The learner's tensor as a script for PyTorch and for Keras that gives the lens's own numbers. Tests run both."""

from __future__ import annotations

from experiments.flatten.spec import FlattenSpec


def pytorch(spec: FlattenSpec) -> str:
    """A script; afterwards y and x.grad hold the numbers of the page."""
    return f"""import numpy as np
import torch
from torch import nn

{_data(spec)}
x = torch.tensor(tensor, requires_grad=True)
y = nn.Flatten()(x.permute{spec.axes}[None])[0]  # {spec.order}; nn.Flatten alone is row-major
loss = (y ** 2).sum() / 2
loss.backward()

print("y", y.detach().numpy())
print("∂L/∂x", x.grad.numpy())
"""


def keras(spec: FlattenSpec) -> str:
    """A script; afterwards y and gradient hold the numbers of the page."""
    return f"""import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch

{_data(spec)}
x = torch.tensor(tensor, requires_grad=True)
turned = keras.ops.transpose(x, {spec.axes})[None]  # {spec.order}; keras.layers.Flatten alone is row-major
y = keras.layers.Flatten(data_format="channels_last", dtype="float64")(turned)[0]
loss = (y ** 2).sum() / 2
(gradient,) = torch.autograd.grad(loss, x)

print("y", y.detach().numpy())
print("∂L/∂x", gradient.numpy())
"""


def _data(spec: FlattenSpec) -> str:
    numbers = ", ".join(repr(value) for value in spec.input().ravel().tolist())
    return f"tensor = np.array([{numbers}]).reshape({spec.shape})\n"
