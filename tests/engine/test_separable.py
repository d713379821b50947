"""Depthwise and separable convolutions against PyTorch at random settings, and against Keras."""

import os

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from engine.layers import DepthwiseConv2D, SeparableConv2D


@pytest.mark.parametrize("separable", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_random_settings(seed: int, separable: bool) -> None:
    rng = np.random.default_rng(seed)
    channels, many = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    size, strides, dilation = (tuple(map(int, rng.integers(1, 4, 2))) for _ in range(3))
    pads = tuple((int(a), int(b)) for a, b in rng.integers(0, 3, (2, 2)))
    if separable:
        layer = SeparableConv2D(3, size, strides, pads, dilation, many)
    else:
        layer = DepthwiseConv2D(size, strides, pads, many, dilation)
    shape = (9, 10, channels)
    x = rng.standard_normal((2, *shape))
    params = {name: rng.standard_normal(s) for name, s in layer.parameter_shapes(shape).items()}
    y, trace = layer.forward(params, x)
    dy = rng.standard_normal(y.shape)
    dx, grads = layer.backward(params, trace, dy)

    given, w = torch.tensor(x, requires_grad=True), {n: torch.tensor(a, requires_grad=True) for n, a in params.items()}
    padded = F.pad(given.movedim(-1, 1), [side for pair in reversed(pads) for side in pair])
    kernel = w["depthwise_kernel"].movedim((2, 3), (0, 1)).flatten(0, 1)[:, None]
    expected = F.conv2d(
        padded, kernel, None if separable else w["bias"], stride=strides, dilation=dilation, groups=channels
    ).movedim(1, -1)
    if separable:
        expected = expected @ w["pointwise_kernel"][0, 0] + w["bias"]
    expected.backward(torch.tensor(dy))
    np.testing.assert_allclose(y, expected.detach().numpy(), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(dx, given.grad.numpy(), rtol=1e-10, atol=1e-10)
    for name, grad in grads.items():
        np.testing.assert_allclose(grad, w[name].grad.numpy(), rtol=1e-10, atol=1e-10, err_msg=name)


@pytest.mark.parametrize("name", ["DepthwiseConv2D", "SeparableConv2D"])
def test_parameters_and_outputs_are_those_of_keras(name: str) -> None:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    settings = {"kernel_size": 3, "strides": 2, "padding": "same", "depth_multiplier": 2}
    if name == "SeparableConv2D":
        settings["filters"] = 5
    ours = {"DepthwiseConv2D": DepthwiseConv2D, "SeparableConv2D": SeparableConv2D}[name](**settings)
    theirs = getattr(keras.layers, name)(**settings)
    x = np.random.default_rng(0).standard_normal((2, 7, 8, 3)).astype(np.float32)
    theirs.build(x.shape)
    params, _ = ours.init(np.random.default_rng(1), x.shape[1:])
    shapes = [tuple(weight.shape) for weight in theirs.weights]
    assert shapes == [tuple(a.shape) for a in params.values()]
    theirs.set_weights(list(params.values()))
    y = keras.ops.convert_to_numpy(theirs(keras.ops.convert_to_tensor(x)))
    np.testing.assert_allclose(ours.forward(params, x)[0], y, rtol=1e-4, atol=1e-5)


def test_a_separable_one_costs_less() -> None:
    """3 × 3, 64 to 128 channels: 576 + 8192 weights instead of 73,728."""
    assert SeparableConv2D(128, 3, use_bias=False).parameter_count((8, 8, 64)) == 9 * 64 + 64 * 128
