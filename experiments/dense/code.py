"""The learner's layer as a script for PyTorch and for Keras that gives the lens's own numbers.

Tests run both for many settings and compare outputs and gradients.
"""

from __future__ import annotations

from engine.arrays import Array
from experiments.dense.spec import LINEAR, DenseSpec

# where it is not the function of this name
PYTORCH = {
    LINEAR: "layer(x)",
    "relu": "torch.relu(layer(x))",
    "sigmoid": "torch.sigmoid(layer(x))",
    "tanh": "torch.tanh(layer(x))",
    "log_softmax": "torch.log_softmax(layer(x), -1)",
    "leaky_relu": "nn.functional.leaky_relu(layer(x), 0.3)",
    "gelu_tanh": 'nn.functional.gelu(layer(x), approximate="tanh")',
    "hard_sigmoid": "nn.functional.hardsigmoid(layer(x))",
}
KERAS = {
    LINEAR: "None",
    "leaky_relu": "lambda a: keras.activations.leaky_relu(a, 0.3)",
    "gelu_tanh": "lambda a: keras.activations.gelu(a, approximate=True)",
}


def pytorch(spec: DenseSpec) -> str:
    """A script; afterwards y, loss and gradients hold the numbers of the page."""
    n, u, bias = spec.size, spec.units, spec.use_bias
    y = PYTORCH.get(spec.activation, f"nn.functional.{spec.activation}(layer(x))")
    copy_bias = "    layer.bias.copy_(torch.tensor(b))\n" if bias else ""
    return f"""import numpy as np
import torch
from torch import nn

{_data(spec)}
layer = nn.Linear({n}, {u}, bias={bias}, dtype=torch.float64)
with torch.no_grad():
    layer.weight.copy_(torch.tensor(w.T))  # PyTorch keeps W with a row for every output
{copy_bias}
x = torch.tensor(x, requires_grad=True)
y = {y}
loss = ((y - torch.tensor(t)) ** 2).sum() / 2
loss.backward()
gradients = [x.grad, layer.weight.grad.T{", layer.bias.grad" if bias else ""}]

print("y", y.detach().numpy())
print("loss", loss.item())
print("∂L/∂x", gradients[0].numpy())
print("∂L/∂W", gradients[1].numpy())
"""


def keras(spec: DenseSpec) -> str:
    """A script; afterwards y, loss and gradients hold the numbers of the page."""
    activation = KERAS.get(spec.activation, f'"{spec.activation}"')
    return f"""import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch

keras.config.set_floatx("float64")  # its matrix products are in float32 all the same: six digits agree

{_data(spec)}
layer = keras.layers.Dense({spec.units}, {activation}, use_bias={spec.use_bias})
layer.build((None, {spec.size}))
layer.set_weights([w{", b" if spec.use_bias else ""}])

x = torch.tensor(x[None], requires_grad=True)
y = layer(x)
loss = ((y - torch.tensor(t)) ** 2).sum() / 2
gradients = torch.autograd.grad(loss, [x, *(v.value for v in layer.trainable_variables)])

print("y", y.detach().numpy()[0])
print("loss", loss.item())
print("∂L/∂x", gradients[0].numpy()[0])
print("∂L/∂W", gradients[1].numpy())
"""


def _data(spec: DenseSpec) -> str:
    x, params, t = spec.values()
    arrays = {"x": x, "w": params["kernel"], "t": t}
    if spec.use_bias:
        arrays["b"] = params["bias"]
    return "\n".join(f"{name} = {_array(array)}" for name, array in arrays.items())


def _array(array: Array) -> str:
    if array.ndim == 1:
        return f"np.array({array.tolist()})"
    rows = ",\n".join(f"    {row}" for row in array.tolist())
    return f"np.array([\n{rows},\n])"
