"""The learner's layer as a script for PyTorch and for Keras that gives the microscope's own numbers.

Tests run both for many settings and compare every output and gradient.
"""

from __future__ import annotations

import textwrap

from engine.arrays import Array
from engine.datasets import CROPS
from experiments.convolution.spec import DIGIT, OWN, PHOTOGRAPH_SIZE, ConvolutionSpec
from experiments.losses import HALF_SQUARES, ONE_CELL, PLAIN_SUM


def pytorch(spec: ConvolutionSpec) -> str:
    """A script; afterwards y, x.grad, conv.weight.grad and conv.bias.grad hold the numbers of the page."""
    (top, bottom), (left, right) = spec.layer.windows(spec.input_shape).pads
    symmetric = top == bottom and left == right
    padding = f", padding=({top}, {left})" if symmetric else ""
    x = "x" if symmetric else f"nn.functional.pad(x, ({left}, {right}, {top}, {bottom}))"
    bias = "\n    conv.bias.copy_(torch.tensor(bias))" if spec.use_bias else ""
    return f"""import numpy as np
import torch
from torch import nn

{_data(spec)}
conv = nn.Conv2d({spec.channels}, {spec.filters}, {spec.kernel_size}, stride={spec.strides}{padding}, \
dilation={spec.dilation_rate}, groups={spec.groups}, bias={spec.use_bias}, dtype=torch.float64)
with torch.no_grad():
    conv.weight.copy_(torch.tensor(kernel).permute(3, 2, 0, 1))  # filters first{bias}

x = torch.tensor(picture).permute(2, 0, 1)[None].requires_grad_()  # channels first, a batch of one
y = conv({x})
{_loss(spec, "y", channels_first=True)}
loss.backward()

print("y", y.detach()[0].permute(1, 2, 0).numpy()[:3, :3, 0])
print("∂L/∂x", x.grad[0].permute(1, 2, 0).numpy()[:3, :3, 0])
print("∂L/∂w", conv.weight.grad.permute(2, 3, 1, 0).numpy()[:, :, 0, 0])
"""


def keras(spec: ConvolutionSpec) -> str:
    """A script; afterwards y and gradients (of x, kernel and bias) hold the numbers of the page."""
    both = spec.strides > 1 and spec.dilation_rate > 1  # Keras takes one or the other: do the strides by slicing
    explicit = both or spec.padding.isdigit()
    padding = "valid" if explicit else spec.padding
    pads, dtype = spec.layer.windows(spec.input_shape).pads, keras_dtype(spec)
    x = f'keras.layers.ZeroPadding2D({pads}, dtype="{dtype}")(x)' if explicit else "x"
    strides, every = (1, f"[:, ::{spec.strides}, ::{spec.strides}]") if both else (spec.strides, "")
    weights = "[kernel, bias]" if spec.use_bias else "[kernel]"
    batch = "a batch of one"
    if dtype == "float32":  # on fewer than 16 examples PyTorch takes a path that cannot differentiate this layout
        x, every, batch = (
            f"{x}.repeat(16, 1, 1, 1)",
            "[:1]" + every,
            "one picture, sixteen times: fewer cannot be differentiated",
        )
    return f"""import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch

{_data(spec)}
conv = keras.layers.Conv2D({spec.filters}, {spec.kernel_size}, strides={strides}, padding="{padding}", \
dilation_rate={spec.dilation_rate}, groups={spec.groups}, use_bias={spec.use_bias}, dtype="{dtype}")
conv.build((None, None, None, {spec.channels}))
conv.set_weights({weights})

x = torch.tensor(picture[None], dtype=torch.{dtype}, requires_grad=True)  # {batch}
y = conv({x}){every}
{_loss(spec, "y", channels_first=False)}
gradients = torch.autograd.grad(loss, [x, *(v.value for v in conv.trainable_variables)])

print("y", y.detach().numpy()[0, :3, :3, 0])
print("∂L/∂x", gradients[0].numpy()[0, :3, :3, 0])
print("∂L/∂w", gradients[1].numpy()[:, :, 0, 0])
"""


def keras_dtype(spec: ConvolutionSpec) -> str:
    """float64, but where PyTorch cannot differentiate Keras's layout of the weights in it ("must be contiguous")."""
    return "float32" if spec.filters == 1 and spec.channels > 1 and spec.dilation_rate == 1 else "float64"


def _data(spec: ConvolutionSpec) -> str:
    """The picture from scikit-learn, and the weights as they are."""
    w, b = spec.weights()
    if spec.picture == DIGIT:
        picture = textwrap.dedent(f"""\
            from sklearn.datasets import load_digits

            picture = load_digits().images[{spec.example}][..., None] / 16""")
    elif spec.picture == OWN:
        picture = textwrap.dedent(f"""\
            import base64
            import io

            from PIL import Image

            jpeg = (
            {textwrap.indent(_pieces(spec.own), 16 * " ").lstrip()}
            )
            image = Image.open(io.BytesIO(base64.urlsafe_b64decode(jpeg)))
            image = image.convert("{"L" if spec.channels == 1 else "RGB"}")
            picture = np.asarray(image).reshape({spec.input_shape}) / 255""")
    else:
        crop = CROPS[spec.picture]
        grey = '.convert("L")' if spec.channels == 1 else ""
        picture = textwrap.dedent(f"""\
            from PIL import Image
            from sklearn.datasets import load_sample_image

            image = Image.fromarray(load_sample_image("{crop.photograph}.jpg")).crop({crop.box}){grey}
            image = image.resize(({PHOTOGRAPH_SIZE}, {PHOTOGRAPH_SIZE}), Image.Resampling.LANCZOS)
            picture = np.asarray(image).reshape({spec.input_shape}) / 255""")
    bias = f"bias = {_literal(b)}\n" if b is not None else ""
    return f"{picture}\nkernel = {_literal(w)}\n{bias}"


def _pieces(text: str) -> str:
    """A long text as literals that Python puts together, a line each."""
    return "\n".join(f'"{text[k : k + 100]}"' for k in range(0, len(text), 100))


def _literal(array: Array) -> str:
    numbers = ", ".join(repr(value) for value in array.ravel().tolist())
    if len(numbers) <= 80:
        return f"np.array([{numbers}]).reshape({array.shape})"
    return (
        "np.array([\n"
        + textwrap.fill(numbers, 100, initial_indent="    ", subsequent_indent="    ")
        + f"\n]).reshape({array.shape})"
    )


def _loss(spec: ConvolutionSpec, y: str, channels_first: bool) -> str:
    rows, columns, filters = spec.layer.output_shape(spec.input_shape)
    if spec.loss == HALF_SQUARES:
        return f"loss = ({y} ** 2).sum() / 2"
    if spec.loss == PLAIN_SUM:
        return f"loss = {y}.sum()"
    if spec.loss == ONE_CELL:
        row, column = rows // 2, columns // 2
        return f"loss = {y}[0, 0, {row}, {column}]" if channels_first else f"loss = {y}[0, {row}, {column}, 0]"
    draw = f"dy = np.round(np.random.default_rng({spec.seed}).uniform(-1, 1, {(rows, columns, filters)}), 2)\n"
    order = ".permute(2, 0, 1)" if channels_first else ""
    return f"{draw}loss = ({y} * torch.tensor(dy){order}).sum()"
