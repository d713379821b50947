"""The learner's norm as a script for PyTorch and for Keras that gives the lens's own numbers. Tests run both."""

from __future__ import annotations

from engine.arrays import Array
from experiments.normalization.spec import (
    BATCH,
    CHANNELS,
    EXAMPLES,
    GROUP,
    GROUPS,
    INSTANCE,
    LAYER,
    PLACES,
    RMS,
    NormSpec,
)


def pytorch(spec: NormSpec) -> str:
    """A script; afterwards y, loss and gradients hold the numbers of the page."""
    epsilon, last = repr(spec.epsilon), spec.norm in (LAYER, RMS)
    made = {
        BATCH: f"nn.BatchNorm1d({CHANNELS}, eps={epsilon}, dtype=torch.float64)",
        LAYER: f"nn.LayerNorm({CHANNELS}, eps={epsilon}, dtype=torch.float64)",
        RMS: f"nn.RMSNorm({CHANNELS}, eps={epsilon}, dtype=torch.float64)",
        INSTANCE: f"nn.GroupNorm({CHANNELS}, {CHANNELS}, eps={epsilon}, dtype=torch.float64)  # a channel a group",
        GROUP: f"nn.GroupNorm({GROUPS}, {CHANNELS}, eps={epsilon}, dtype=torch.float64)",
    }
    beta = f"    layer.bias.fill_({spec.beta!r})\n" if spec.centres else ""
    kept = "" if not spec.keeps_statistics else (
        "    layer.running_mean.copy_(torch.tensor(moving_mean))\n"
        "    layer.running_var.copy_(torch.tensor(moving_variance))\n"
        "layer.eval()\n"
    )  # fmt: skip
    y = "layer(x)" if last else "layer(x.transpose(1, 2)).transpose(1, 2)  # PyTorch has the channels before the places"
    return f"""import numpy as np
import torch
from torch import nn

{_data(spec)}
layer = {made[spec.norm]}
with torch.no_grad():
    layer.weight.fill_({spec.gamma!r})
{beta}{kept}
x = torch.tensor(x, requires_grad=True)
y = {y}
loss = ((y - torch.tensor(t)) ** 2).sum() / 2
loss.backward()
gradients = [x.grad, layer.weight.grad{", layer.bias.grad" if spec.centres else ""}]

print("y", y.detach().numpy())
print("loss", loss.item())
print("∂L/∂x", gradients[0].numpy())
print("∂L/∂γ", gradients[1].numpy())
"""


def keras(spec: NormSpec) -> str:
    """A script; afterwards y, loss and gradients hold the numbers of the page."""
    epsilon = repr(spec.epsilon)
    made = {
        BATCH: f"BatchNormalization(epsilon={epsilon})",
        LAYER: f"LayerNormalization(epsilon={epsilon})",
        RMS: f"RMSNormalization(epsilon={epsilon})",
        INSTANCE: f"GroupNormalization(groups=-1, epsilon={epsilon})  # a channel a group",
        GROUP: f"GroupNormalization(groups={GROUPS}, epsilon={epsilon})",
    }
    weights = [f"np.full({CHANNELS}, {spec.gamma!r})"]
    weights += [f"np.full({CHANNELS}, {spec.beta!r})"] if spec.centres else []
    weights += ["moving_mean", "moving_variance"] if spec.norm == BATCH else []
    training = f", training={not spec.keeps_statistics}" if spec.norm == BATCH else ""
    return f"""import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch

keras.config.set_floatx("float64")

{_data(spec)}
layer = keras.layers.{made[spec.norm]}
layer.build((None, {PLACES}, {CHANNELS}))
layer.set_weights([{", ".join(weights)}])

x = torch.tensor(x, requires_grad=True)
y = layer(x{training})
loss = ((y - torch.tensor(t)) ** 2).sum() / 2
gradients = torch.autograd.grad(loss, [x, *(v.value for v in layer.trainable_variables)])

print("y", y.detach().numpy())
print("loss", loss.item())
print("∂L/∂x", gradients[0].numpy())
print("∂L/∂γ", gradients[1].numpy())
"""


def _data(spec: NormSpec) -> str:
    arrays: dict[str, Array] = {"x": spec.input(), "t": spec.target()}
    lines = [
        f"{name} = np.array([{', '.join(map(repr, a.ravel().tolist()))}]).reshape({EXAMPLES}, {PLACES}, {CHANNELS})"
        for name, a in arrays.items()
    ]
    if spec.norm == BATCH:
        lines += [f"{name} = np.array([{', '.join(map(repr, a.tolist()))}])" for name, a in spec.state().items()]
    return "\n".join(lines) + "\n"
