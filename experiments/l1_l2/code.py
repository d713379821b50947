"""The learner's loss as a script for PyTorch and for Keras that gives the page's own numbers at its minimum.

Tests run both for many settings and compare losses and gradients.
"""

from __future__ import annotations

import textwrap

from experiments.l1_l2.spec import SurfaceSpec
from experiments.l1_l2.surface import minimum


def pytorch(spec: SurfaceSpec) -> str:
    """A script; afterwards data, penalty, data_gradient and penalty_gradient hold the numbers of the page."""
    l1, l2 = spec.by.l1, spec.by.l2
    return f"""import numpy as np
import torch

{_data(spec)}
x, target = torch.tensor(x), torch.tensor(target)
w = torch.tensor(w, requires_grad=True)

data = ((x @ w - target) ** 2).mean()
penalty = {l1!r} * w.abs().sum() + {l2!r} * (w**2).sum()
(data_gradient,) = torch.autograd.grad(data, w)
(penalty_gradient,) = torch.autograd.grad(penalty, w)

print("data", data.item(), "penalty", penalty.item())
print("pull of the data", -data_gradient.numpy())
print("pull of the penalty", -penalty_gradient.numpy())  # of |w| at 0: 0, where any number from -l1 to l1 would do
"""


def keras(spec: SurfaceSpec) -> str:
    """A script; afterwards data, penalty, data_gradient and penalty_gradient hold the numbers of the page."""
    l1, l2 = spec.by.l1, spec.by.l2
    penalty = "dense.losses[0]" if l1 or l2 else "0 * kernel.sum()  # Keras gives no loss for factors of 0"
    return f"""import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch

{_data(spec)}
keras.config.set_floatx("float64")
regularizer = keras.regularizers.L1L2(l1={l1!r}, l2={l2!r})
dense = keras.layers.Dense(1, use_bias=False, kernel_regularizer=regularizer, dtype="float64")
dense.build(x.shape)
dense.set_weights([w[:, None]])

y = dense(torch.tensor(x))
kernel = dense.trainable_variables[0].value
data = keras.ops.mean((y[:, 0] - torch.tensor(target)) ** 2)
penalty = {penalty}
(data_gradient,) = torch.autograd.grad(data, [kernel])
(penalty_gradient,) = torch.autograd.grad(penalty, [kernel])
data_gradient, penalty_gradient = data_gradient[:, 0], penalty_gradient[:, 0]

print("data", data.item(), "penalty", penalty.item())
print("pull of the data", -data_gradient.numpy())
print("pull of the penalty", -penalty_gradient.numpy())
"""


def _data(spec: SurfaceSpec) -> str:
    """The learner's examples, and the weights where their loss is smallest."""
    x, target = spec.data()
    return f"""x = np.array([
{_numbers(x.ravel().tolist())}
]).reshape({x.shape})
target = np.array([
{_numbers(target.tolist())}
])
w = np.array({minimum(spec).tolist()})  # the minimum
"""


def _numbers(values: list[float]) -> str:
    return textwrap.fill(", ".join(map(repr, values)), 100, initial_indent="    ", subsequent_indent="    ")
