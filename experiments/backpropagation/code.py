"""The learner's graph as a script for PyTorch and for Keras that gives the lens's own numbers. Tests run both."""

from __future__ import annotations

from engine.arrays import Array
from experiments.backpropagation.spec import CROSS_ENTROPY, GraphSpec


def pytorch(spec: GraphSpec) -> str:
    """A script; afterwards loss and the gradients of its leaves hold the numbers of the page."""
    given = spec.given()
    phi = {"relu": "torch.relu", "sigmoid": "torch.sigmoid", "tanh": "torch.tanh"}[spec.activation]
    if spec.loss == CROSS_ENTROPY:
        loss = "loss = torch.nn.functional.binary_cross_entropy_with_logits(s, t)"
    else:
        loss = "loss = (s - t) ** 2 / 2"
    return f"""import torch


def leaf(values):
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


x, w, b = leaf({_text(given["x"])}), leaf({_text(given["w"])}), leaf({_text(given["b"])})
v, c = leaf({_text(given["v"])}), leaf({_text(given["c"])})
t = torch.tensor({_text(given["t"])}, dtype=torch.float64)

# forward: each line adds nodes to a graph that PyTorch keeps
p = x[:, None] * w
z = p.sum(dim=0) + b
h = {phi}(z)
q = h * v
s = q.sum() + c
{loss}

# backward: the chain rule, node by node, from the loss to the leaves
loss.backward()

print("loss", loss.item())
for name, value in {{"x": x, "w": w, "b": b, "v": v, "c": c}}.items():
    print("∂L/∂" + name, value.grad.numpy())
"""


def keras(spec: GraphSpec) -> str:
    """A script; afterwards loss and the gradients of its layers hold the numbers of the page."""
    given = spec.given()
    loss = "loss = keras.ops.softplus(s) - t * s" if spec.loss == CROSS_ENTROPY else "loss = (s - t) ** 2 / 2"
    return f"""import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np

keras.config.set_floatx("float64")
x = np.array([{_text(given["x"])}])
t = {_text(given["t"])}
hidden = keras.layers.Dense(2, activation="{spec.activation}")
output = keras.layers.Dense(1)
model = keras.Sequential([keras.Input((2,)), hidden, output])
hidden.set_weights([np.array({_text(given["w"])}), np.array({_text(given["b"])})])
output.set_weights([np.array({_text(given["v"])})[:, None], np.array([{_text(given["c"])}])])

s = model(x)[0, 0]
{loss}
# the gradients come from the library below; with TensorFlow it is tf.GradientTape, with JAX jax.grad
loss.backward()

print("loss", loss.item())
gradients = [weight.value.grad.numpy() for weight in model.trainable_weights]
for name, gradient in zip(("w", "b", "v", "c"), gradients):
    print("∂L/∂" + name, gradient)
"""


def _text(array: Array) -> str:
    return repr(array.tolist())
