"""The learner's layer as a script for PyTorch and for Keras that gives the lens's own numbers. Tests run both."""

from __future__ import annotations

import textwrap

from engine.datasets import CROPS
from engine.layers.pooling import Pooling
from experiments.convolution.presets import kernel_bank
from experiments.losses import HALF_SQUARES, ONE_CELL, PLAIN_SUM
from experiments.pooling.spec import DIGIT, GLOBAL_MAX, MAX, OWN, PICTURE, SIDE, PoolingSpec


def pytorch(spec: PoolingSpec) -> str:
    """A script; afterwards y and x.grad hold the numbers of the page."""
    return f"""import numpy as np
import torch
import torch.nn.functional as F

{_data(spec)}
x = torch.tensor(picture)[None, None].requires_grad_()  # batch and channel first
{_by_torch(spec)}
{_loss(spec, "y")}
loss.backward()

print("y", y.detach().numpy())
print("∂L/∂x", x.grad[0, 0].numpy())
"""


def keras(spec: PoolingSpec) -> str:
    """A script; afterwards y and gradient hold the numbers of the page."""
    return f"""import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch
import torch.nn.functional as F

{_data(spec)}
x = torch.tensor(picture)[None, ..., None].requires_grad_()  # a batch of one, one channel
{_by_keras(spec)}
{_loss(spec, "y")}
(gradient,) = torch.autograd.grad(loss, x)

print("y", y.detach().numpy())
print("∂L/∂x", gradient[0, ..., 0].numpy())
"""


def _by_torch(spec: PoolingSpec, given: str = "x", made: str = "y") -> str:
    """Of a picture that is `given` channels first, what is `made`."""
    layer = spec.layer
    if not isinstance(layer, Pooling):
        return f"{made} = F.adaptive_{'max' if spec.kind == GLOBAL_MAX else 'avg'}_pool2d({given}, 1)"
    (top, bottom), (left, right) = layer.windows(spec.input_shape).pads
    pads, k, s, d = (left, right, top, bottom), spec.pool_size, spec.strides, spec.dilation_rate
    if spec.kind == MAX:
        x = given if not any(pads) else f"F.pad({given}, {pads}, value=-torch.inf)"
        return f"{made} = F.max_pool2d({x}, {k}, {s}, dilation={d})"
    both = f"({given}, torch.ones_like({given}))"
    return f"""window = torch.ones((1, 1, {k}, {k}), dtype={given}.dtype)
total, cells = (F.conv2d(F.pad(a, {pads}), window, stride={s}, dilation={d}) for a in {both})
{made} = total / cells  # padding does not count; without any it is F.avg_pool2d({given}, {k}, {s})"""


def _by_keras(spec: PoolingSpec) -> str:
    layer = spec.layer
    if not isinstance(layer, Pooling):
        if spec.kind == GLOBAL_MAX:  # GlobalMaxPooling2D would share the gradient among equals
            return (
                'y = keras.layers.MaxPooling2D(x.shape[1], dtype="float64")(x)  # global, and the first of equals wins'
            )
        return 'y = keras.layers.AveragePooling2D(x.shape[1], dtype="float64")(x)  # global, but in float64'
    if spec.dilation_rate > 1:
        return f"""# no pooling of Keras knows dilation: PyTorch's, channels first
first = x.movedim(-1, 1)
{_by_torch(spec, "first", "pooled")}
y = pooled.movedim(1, -1)"""
    rows, columns = layer.windows(spec.input_shape).pads
    pads = f"(({0}, {0}), {rows}, {columns}, ({0}, {0}))"
    kind = "Max" if spec.kind == MAX else "Average"
    head = f'pool = keras.layers.{kind}Pooling2D({spec.pool_size}, {spec.strides}, dtype="float64")\n'
    if not any(rows + columns):
        return f"{head}y = pool(x)"
    if spec.kind == MAX:
        return f"{head}y = pool(keras.ops.pad(x, {pads}, constant_values=-np.inf))"
    return f"{head}y = pool(keras.ops.pad(x, {pads})) / pool(keras.ops.pad(torch.ones_like(x), {pads}))"


def _loss(spec: PoolingSpec, y: str) -> str:
    shape = spec.layer.output_shape(spec.input_shape)
    if spec.loss == HALF_SQUARES:
        return f"loss = ({y} ** 2).sum() / 2"
    if spec.loss == PLAIN_SUM:
        return f"loss = {y}.sum()"
    if spec.loss == ONE_CELL:
        rows, columns = (1, 1) if spec.is_global else shape[:2]
        return f"loss = {y}.reshape({rows}, {columns})[{rows // 2}, {columns // 2}]"
    draw = f"dy = np.round(np.random.default_rng({spec.seed}).uniform(-1, 1, {shape}), 2)\n"
    return f"{draw}loss = ({y}.ravel() * torch.tensor(dy).ravel()).sum()"


def _data(spec: PoolingSpec) -> str:
    """The picture from scikit-learn or from the address, and its edges."""
    if spec.picture == DIGIT:
        lines = f"""\
            from sklearn.datasets import load_digits

            picture = load_digits().images[{spec.example}] / 16"""
    elif spec.picture == OWN:
        pieces = "\n".join(f'                "{spec.own[k : k + 100]}"' for k in range(0, len(spec.own), 100))
        lines = f"""\
            import base64
            import io

            from PIL import Image

            jpeg = (
{pieces}
            )
            image = Image.open(io.BytesIO(base64.urlsafe_b64decode(jpeg))).convert("L")
            picture = (np.asarray(image) / 255).reshape({SIDE}, 2, {SIDE}, 2).mean(axis=(1, 3))"""
    else:
        crop = CROPS[spec.picture]
        lines = f"""\
            from PIL import Image
            from sklearn.datasets import load_sample_image

            image = Image.fromarray(load_sample_image("{crop.photograph}.jpg")).crop({crop.box}).convert("L")
            picture = np.asarray(image.resize(({SIDE}, {SIDE}), Image.Resampling.LANCZOS)) / 255"""
    lines = textwrap.dedent(lines)
    if spec.map == PICTURE:
        return lines + "\n"
    kernel = kernel_bank("edge", 3, 1, 1, 0.0)[..., 0, 0].tolist()
    return f"""{lines}
kernel = torch.tensor({kernel}, dtype=torch.float64)
edges = F.conv2d(torch.tensor(picture)[None, None], kernel[None, None], padding=1).relu()
picture = edges[0, 0].numpy().round(6)
"""
