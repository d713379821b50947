"""Convolution against PyTorch on random settings, and what is promised beyond the contract."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from engine.layers import Conv1D, Conv2D, Conv3D
from engine.layers.convolution import Convolution

LAYERS = {1: Conv1D, 2: Conv2D, 3: Conv3D}


def assert_equals_torch(layer: Convolution, shape: tuple[int, ...], pads: tuple, seed: int) -> None:
    """y, dx, dkernel and dbias to 1e-10, the padding given to PyTorch by hand."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((2, *shape))
    params = {name: rng.standard_normal(s) for name, s in layer.parameter_shapes(shape).items()}
    y, trace = layer.forward(params, x)
    dy = rng.standard_normal(y.shape)
    dx, grads = layer.backward(params, trace, dy)

    rank = len(shape) - 1
    tx, tk, tb = (torch.tensor(a, requires_grad=True) for a in (x, params["kernel"], params["bias"]))
    padded = F.pad(tx.movedim(-1, 1), [side for pair in reversed(pads) for side in pair])
    convolve = (F.conv1d, F.conv2d, F.conv3d)[rank - 1]
    arguments = {"stride": layer.strides, "dilation": layer.dilation_rate, "groups": layer.groups}
    ty = convolve(padded, tk.movedim((-1, -2), (0, 1)).contiguous(), tb, **arguments).movedim(1, -1)
    ty.backward(torch.tensor(dy))
    found = {"y": y, "dx": dx, "dkernel": grads["kernel"], "dbias": grads["bias"]}
    truth = {"y": ty.detach(), "dx": tx.grad, "dkernel": tk.grad, "dbias": tb.grad}
    for name, ours in found.items():
        np.testing.assert_allclose(ours, truth[name].numpy(), rtol=1e-10, atol=1e-10, err_msg=f"{name} of {layer}")


@pytest.mark.parametrize("seed", range(80))
def test_random_settings(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rank = seed % 3 + 1
    groups = int(rng.integers(1, 4))
    channels, filters = groups * int(rng.integers(1, 4)), groups * int(rng.integers(1, 4))
    size, strides, dilation = (tuple(rng.integers(1, 5, rank)) for _ in range(3))  # NumPy's integers will do
    pads = tuple((int(a), int(b)) for a, b in rng.integers(0, 4, (rank, 2)))
    spans = [d * (k - 1) + 1 for k, d in zip(size, dilation, strict=True)]
    extent = tuple(max(span - sum(p), 1) + int(rng.integers(0, 6)) for span, p in zip(spans, pads, strict=True))
    layer = LAYERS[rank](filters, size, strides, pads, dilation, groups)
    assert_equals_torch(layer, (*extent, channels), pads, seed)


@pytest.mark.parametrize("channels", range(1, 41))
def test_every_number_of_channels_and_filters(channels: int) -> None:
    """Vectors come in powers of two: every remainder is met, in channels, filters and columns."""
    layer = Conv2D(41 - channels, (1, 2))
    assert_equals_torch(layer, (2, channels + 1, channels), ((0, 0), (0, 0)), channels)


@pytest.mark.parametrize("strides", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("length", [5, 6, 7, 8])
def test_same_padding(length: int, size: int, strides: int) -> None:
    """As TensorFlow documents it, in other words than ours: what is left of the last stride decides."""
    left_over = length % strides
    total = max(size - (strides if left_over == 0 else left_over), 0)
    pads = (total // 2, total - total // 2)
    layer = Conv2D(2, (size, 1), (strides, 1), padding="same")
    windows = layer.windows((length, 3, 1))
    assert windows.pads == (pads, (0, 0))
    assert windows.output_size == (-(-length // strides), 3)
    assert_equals_torch(layer, (length, 3, 1), (pads, (0, 0)), seed=0)


def test_the_result_does_not_depend_on_the_place() -> None:
    """conv(shift(x)) = shift(conv(x)), to the last bit, wherever no border is touched."""
    rng = np.random.default_rng(0)
    layer = Conv2D(3, (3, 2))
    params, _ = layer.init(rng, (30, 31, 2), np.float64)
    x = rng.standard_normal((1, 30, 31, 2))
    y, _ = layer.forward(params, x)
    for down, right in ((0, 1), (1, 0), (5, 7), (11, 13)):
        shifted, _ = layer.forward(params, np.roll(x, (down, right), axis=(1, 2)))
        assert (shifted[:, down:, right:] == y[:, : y.shape[1] - down, : y.shape[2] - right]).all()


def test_backward_is_the_adjoint() -> None:
    """⟨conv x, y⟩ = ⟨x, convᵀ y⟩."""
    rng = np.random.default_rng(0)
    layer = Conv2D(4, 3, 2, "same", groups=2, use_bias=False)
    params, _ = layer.init(rng, (9, 8, 2), np.float64)
    x = rng.standard_normal((2, 9, 8, 2))
    conv_x, trace = layer.forward(params, x)
    y = rng.standard_normal(conv_x.shape)
    conv_t_y, _ = layer.backward(params, trace, y)
    np.testing.assert_allclose(np.sum(conv_x * y), np.sum(x * conv_t_y), rtol=1e-12)


def test_causal_sees_no_future() -> None:
    layer = Conv1D(1, 3, padding="causal", dilation_rate=2)
    params, _ = layer.init(np.random.default_rng(0), (12, 1), np.float64)
    x = np.random.default_rng(1).standard_normal((1, 12, 1))
    changed = x.copy()
    changed[:, 7:] += 1
    before, after = layer.forward(params, x)[0], layer.forward(params, changed)[0]
    assert (before[:, :7] == after[:, :7]).all()
    assert (before[:, 7] != after[:, 7]).all()


def test_infinity_and_nan_stay_where_they_are() -> None:
    layer = Conv2D(1, 3, use_bias=False)
    x = np.zeros((1, 7, 7, 1))
    x[0, 3, 3] = np.nan
    x[0, 0, 0] = np.inf
    y, _ = layer.forward({"kernel": np.ones((3, 3, 1, 1))}, x)
    assert np.isnan(y[0, 1:4, 1:4]).all()
    assert y[0, 0, 0] == np.inf
    assert np.isfinite(y).sum() == 25 - 9 - 1


def test_hyperparameters_are_stored_as_tuples() -> None:
    layer = Conv2D(np.int64(8), 3, [1, 2], 1, np.int32(2))  # type: ignore[arg-type]
    assert layer == Conv2D(8, (3, 3), (1, 2), ((1, 1), (1, 1)), (2, 2))
    assert type(layer.filters) is int
    assert (layer.groups, layer.use_bias, layer.kernel_initializer) == (1, True, "glorot_uniform")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"filters": 0}, "filters must be at least 1, not 0"),
        ({"filters": True}, "filters must be an integer, not True"),
        ({"filters": 2.0}, "filters must be an integer, not 2.0"),
        ({"kernel_size": 0}, "kernel_size must be at least 1, not 0"),
        ({"kernel_size": (3, 3, 3)}, "kernel_size must be one integer or 2, one a spatial axis, not (3, 3, 3)"),
        ({"kernel_size": "3"}, "kernel_size must be an integer, not '3'"),
        ({"strides": 0}, "strides must be at least 1, not 0"),
        ({"strides": (1, -1)}, "strides must be at least 1, not -1"),
        ({"dilation_rate": 0}, "dilation_rate must be at least 1, not 0"),
        ({"padding": "full"}, "padding must be one of valid, same, a number or pairs, not 'full'"),
        ({"padding": "causal"}, "padding must be one of valid, same, a number or pairs, not 'causal'"),
        ({"padding": -1}, "padding must be at least 0, not -1"),
        ({"padding": (1, 1)}, "padding must be 2 pairs (before, after), one a spatial axis, not (1, 1)"),
        ({"padding": ((1, 1), (0, -2))}, "padding must be at least 0, not -2"),
        ({"padding": True}, "padding must be an integer, not True"),
        ({"groups": 4}, "groups must divide filters (6), 4 does not"),
        ({"groups": 0}, "groups must be at least 1, not 0"),
        ({"use_bias": 1}, "use_bias must be True or False, not 1"),
        ({"kernel_initializer": "xavier"}, "an initializer must be one of zeros, ones, uniform"),
    ],
)
def test_impossible_hyperparameters(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Conv2D(**{"filters": 6, "kernel_size": 3, **arguments})


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((6, 7), "Conv2D takes examples of shape (height, width, channels), not (6, 7)"),
        ((4, 7, 2), "a window that spans (5, 5) cells does not fit into (4, 7) cells"),
        ((6, 7, 3), "groups must divide the channels of x (3), 2 does not"),
        ((6, 0, 2), "not (6, 0, 2)"),
    ],
)
def test_impossible_inputs(shape: tuple[int, ...], message: str) -> None:
    layer = Conv2D(2, 3, dilation_rate=2, groups=2)
    for ask in (layer.output_shape, layer.parameter_count, layer.operation_count, layer.windows):
        with pytest.raises(ValueError, match=re.escape(message)):
            ask(shape)


def test_the_trace_of_another_layer_is_refused() -> None:
    """Its buffer has another size: the kernels would write beside it."""
    x = np.zeros((1, 8, 8, 3))
    ours, other = Conv2D(4, 3, padding="same"), Conv2D(4, 5, padding="same")
    _, trace = ours.forward(ours.init(np.random.default_rng(0), (8, 8, 3), np.float64)[0], x)
    params, _ = other.init(np.random.default_rng(0), (8, 8, 3), np.float64)
    with pytest.raises(ValueError, match="the trace must be what forward of this very layer has left"):
        other.backward(params, trace, np.ones((1, 8, 8, 4)))
