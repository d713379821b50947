"""The learner's layer as a script for PyTorch and for Keras that gives the lens's own numbers.

Tests run both for many settings and compare every output and gradient.
"""

from __future__ import annotations

import textwrap

from engine.arrays import Array
from experiments.losses import HALF_SQUARES, ONE_CELL, PLAIN_SUM
from experiments.transposed_convolution.spec import TransposedSpec


def pytorch(spec: TransposedSpec) -> str:
    """A script; afterwards y, x.grad, conv.weight.grad and conv.bias.grad hold the numbers of the page."""
    before, after, extra = _crops(spec)
    rows = spec.layer.output_shape(spec.input_shape)[0]
    alike = before == after
    # PyTorch cuts off both sides alike, and takes an output padding below the strides
    settings = f"padding={before}, output_padding={extra}" if alike else f"output_padding={extra}"
    cut = "" if alike else f"[:, :, {before}:{before + rows}, {before}:{before + rows}]"
    bias = "\n    conv.bias.copy_(torch.tensor(bias))" if spec.use_bias else ""
    return f"""import numpy as np
import torch
from torch import nn

{_data(spec)}
conv = nn.ConvTranspose2d({spec.channels}, {spec.filters}, {spec.kernel_size}, stride={spec.strides}, {settings},
    dilation={spec.dilation_rate}, groups={spec.groups}, bias={spec.use_bias}, dtype=torch.float64)
with torch.no_grad():
    conv.weight.copy_(torch.tensor(kernel).permute(3, 2, 0, 1))  # channels of the input first{bias}

x = torch.tensor(cells).permute(2, 0, 1)[None].requires_grad_()  # channels first, a batch of one
y = conv(x){cut}
{_loss(spec, channels_first=True)}
loss.backward()

print("y", y.detach()[0].permute(1, 2, 0).numpy()[:, :, 0])
print("∂L/∂x", x.grad[0].permute(1, 2, 0).numpy()[:, :, 0])
print("∂L/∂w", conv.weight.grad.permute(2, 3, 1, 0).numpy()[:, :, 0, 0])
"""


def keras(spec: TransposedSpec) -> str:
    """A script; afterwards y and gradients (of x, then of the weights) hold the numbers of the page."""
    before, after, extra = _crops(spec)
    g, channels, filters = spec.groups, spec.channels // spec.groups, spec.filters // spec.groups
    both = spec.strides > 1 and spec.dilation_rate > 1
    if spec.padding.isdigit():
        settings = f'padding="valid", output_padding={max(extra - after, 0)}'
        cut = f"keras.layers.Cropping2D((({before}, {max(after - extra, 0)}),) * 2)"
        cut = f'{cut[:-1]}, dtype="float64")'
    else:
        given = "" if spec.output_padding == "default" else f", output_padding={spec.output_padding}"
        settings, cut = f'padding="{spec.padding}"{given}', ""
    size, dilation = spec.kernel_size, spec.dilation_rate
    spread = ""
    if both:  # Keras takes one or the other: write the zeros between the taps into the kernel
        size, dilation = (spec.kernel_size - 1) * dilation + 1, 1
        spread = f"""
taps = kernel  # Keras takes strides or dilation, not both: write the zeros between the taps out
kernel = np.zeros(({size}, {size}, *taps.shape[2:]))
kernel[::{spec.dilation_rate}, ::{spec.dilation_rate}] = taps"""
    at = f"[::{spec.dilation_rate}, ::{spec.dilation_rate}]" if both else ""
    weights = f"[kernel[..., {channels} * g : {channels} * (g + 1)]"
    weights += f", bias[{filters} * g : {filters} * (g + 1)]]" if spec.use_bias else "]"
    painted = (
        f"keras.ops.concatenate([convs[g](x[..., {channels} * g : {channels} * (g + 1)]) for g in range({g})], -1)"
    )
    return f"""import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch

{_data(spec)}{spread}
convs = []  # Keras has no groups here: a layer for each
for g in range({g}):
    conv = keras.layers.Conv2DTranspose({filters}, {size}, strides={spec.strides}, {settings},
        dilation_rate={dilation}, use_bias={spec.use_bias}, dtype="float64")
    conv.build((None, None, None, {channels}))
    conv.set_weights({weights})
    convs.append(conv)

x = torch.tensor(cells[None], requires_grad=True)  # a batch of one
y = {painted}
{f"y = {cut}(y)" if cut else ""}
{_loss(spec, channels_first=False)}
gradients = torch.autograd.grad(loss, [x, *(v.value for conv in convs for v in conv.trainable_variables)])
kernel_gradient = np.concatenate([g.numpy() for g in gradients if g.ndim == 4][1:], -1){at}

print("y", y.detach().numpy()[0, :, :, 0])
print("∂L/∂x", gradients[0].numpy()[0, :, :, 0])
print("∂L/∂w", kernel_gradient[:, :, 0, 0])
"""


def _crops(spec: TransposedSpec) -> tuple[int, int, int]:
    """(cut off before, cut off behind, added behind) along each axis."""
    windows = spec.layer.windows(spec.input_shape)
    (before, after), span = windows.pads[0], windows.span[0]
    painted = (spec.side - 1) * spec.strides + span
    return before, after, windows.input_size[0] - painted + before + after


def _data(spec: TransposedSpec) -> str:
    """The input and the weights as they are."""
    w, b = spec.weights()
    bias = f"bias = {_literal(b)}\n" if b is not None else ""
    return f"cells = {_literal(spec.input())}\nkernel = {_literal(w)}\n{bias}"


def _literal(array: Array) -> str:
    numbers = ", ".join(repr(value) for value in array.ravel().tolist())
    if len(numbers) <= 80:
        return f"np.array([{numbers}]).reshape({array.shape})"
    written = textwrap.fill(numbers, 100, initial_indent="    ", subsequent_indent="    ")
    return f"np.array([\n{written}\n]).reshape({array.shape})"


def _loss(spec: TransposedSpec, channels_first: bool) -> str:
    rows, columns, filters = spec.layer.output_shape(spec.input_shape)
    if spec.loss == HALF_SQUARES:
        return "loss = (y ** 2).sum() / 2"
    if spec.loss == PLAIN_SUM:
        return "loss = y.sum()"
    if spec.loss == ONE_CELL:
        row, column = rows // 2, columns // 2
        return f"loss = y[0, 0, {row}, {column}]" if channels_first else f"loss = y[0, {row}, {column}, 0]"
    shape, seed = (rows, columns, filters), (spec.seed, 2)
    draw = f"dy = np.round(np.random.default_rng({seed}).uniform(-1, 1, {shape}), 2)\n"
    return f"{draw}loss = (y * torch.tensor(dy){'.permute(2, 0, 1)' if channels_first else ''}).sum()"
