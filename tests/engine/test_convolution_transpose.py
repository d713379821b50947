"""Transposed convolution against PyTorch on random settings, and what is promised beyond the contract."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from engine.layers import Conv1DTranspose, Conv2D, Conv2DTranspose, Conv3DTranspose

LAYERS = {1: Conv1DTranspose, 2: Conv2DTranspose, 3: Conv3DTranspose}
PAINT = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


@pytest.mark.parametrize("seed", range(80))
def test_random_settings(seed: int) -> None:
    """y, dx, dkernel and dbias to 1e-10. PyTorch cuts off both sides alike: the other crops are done by slicing."""
    rng = np.random.default_rng(seed)
    rank = seed % 3 + 1
    groups = int(rng.integers(1, 4))
    channels, filters = groups * int(rng.integers(1, 4)), groups * int(rng.integers(1, 4))
    size, strides, dilation = (tuple(rng.integers(1, 5, rank)) for _ in range(3))  # NumPy's integers will do
    extra = tuple(int(rng.integers(0, s)) for s in strides)
    shape = (*(int(n) for n in rng.integers(1, 5, rank)), channels)
    full = [(n - 1) * s + d * (k - 1) + 1 for n, s, k, d in zip(shape, strides, size, dilation, strict=False)]
    crops = tuple((int(rng.integers(0, (n + 1) // 2)), int(rng.integers(0, (n + 1) // 2))) for n in full)
    layer = LAYERS[rank](filters, size, strides, crops, extra, dilation, groups)

    x = rng.standard_normal((2, *shape))
    params = {name: rng.standard_normal(s) for name, s in layer.parameter_shapes(shape).items()}
    y, trace = layer.forward(params, x)
    dy = rng.standard_normal(y.shape)
    dx, grads = layer.backward(params, trace, dy)

    tx, tk, tb = (torch.tensor(a, requires_grad=True) for a in (x, params["kernel"], params["bias"]))
    arguments = {"stride": layer.strides, "dilation": layer.dilation_rate, "groups": groups}
    painted = PAINT[rank](tx.movedim(-1, 1), tk.movedim((-1, -2), (0, 1)).contiguous(), None, **arguments).movedim(
        1, -1
    )
    more = [side for e in (0, *reversed(extra)) for side in (0, e)]
    cut = tuple(slice(a, n + e - b) for n, e, (a, b) in zip(full, extra, crops, strict=True))
    ty = F.pad(painted, more)[:, *cut] + tb
    ty.backward(torch.tensor(dy))
    found = {"y": y, "dx": dx, "dkernel": grads["kernel"], "dbias": grads["bias"]}
    truth = {"y": ty.detach(), "dx": tx.grad, "dkernel": tk.grad, "dbias": tb.grad}
    for name, ours in found.items():
        np.testing.assert_allclose(ours, truth[name].numpy(), rtol=1e-10, atol=1e-10, err_msg=f"{name} of {layer}")


@pytest.mark.parametrize("strides", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_same_gives_back_the_size_that_a_strided_same_convolution_took(size: int, strides: int) -> None:
    """Output L·strides, and the adjoint of the same convolution on it: ⟨conv y, x⟩ = ⟨y, convᵀ x⟩."""
    rng = np.random.default_rng(0)
    transposed = Conv2DTranspose(2, size, strides, "same", use_bias=False)
    convolution = Conv2D(3, size, strides, "same", use_bias=False)
    assert transposed.output_shape((4, 3, 3)) == (4 * strides, 3 * strides, 2)
    kernel = {"kernel": rng.standard_normal((size, size, 2, 3))}  # (…, out, in) here, (…, in, out) there: the same
    x, y = rng.standard_normal((1, 4, 3, 3)), rng.standard_normal((1, 4 * strides, 3 * strides, 2))
    painted, seen = transposed.forward(kernel, x)[0], convolution.forward(kernel, y)[0]
    np.testing.assert_allclose(np.sum(seen * x), np.sum(y * painted), rtol=1e-10)


def test_it_is_the_backward_pass_of_a_convolution() -> None:
    rng = np.random.default_rng(0)
    convolution = Conv2D(6, 3, 2, 1, groups=2, use_bias=False)
    params, _ = convolution.init(rng, (9, 7, 4), np.float64)
    y, trace = convolution.forward(params, rng.standard_normal((2, 9, 7, 4)))
    dy = rng.standard_normal(y.shape)
    painted, _ = Conv2DTranspose(4, 3, 2, 1, groups=2, use_bias=False).forward(params, dy)
    np.testing.assert_array_equal(painted, convolution.backward(params, trace, dy)[0])


def test_hyperparameters_are_stored_as_tuples() -> None:
    layer = Conv2DTranspose(np.int64(8), 3, [1, 2], 1, [0, 1], np.int32(2))  # type: ignore[arg-type]
    assert layer == Conv2DTranspose(8, (3, 3), (1, 2), ((1, 1), (1, 1)), (0, 1), (2, 2))
    assert (layer.groups, layer.use_bias, layer.kernel_initializer) == (1, True, "glorot_uniform")
    assert Conv2DTranspose(1, 2).output_padding is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"filters": 0}, "filters must be at least 1, not 0"),
        ({"kernel_size": 0}, "kernel_size must be at least 1, not 0"),
        ({"strides": (2, 2, 2)}, "strides must be one integer or 2, one a spatial axis, not (2, 2, 2)"),
        ({"padding": "causal"}, "padding must be one of valid, same, a number or pairs, not 'causal'"),
        ({"output_padding": 1}, "output_padding must be smaller than strides (1, 1), not (1, 1)"),
        ({"output_padding": -1}, "output_padding must be at least 0, not -1"),
        ({"strides": 2, "output_padding": (0, 2)}, "output_padding must be smaller than strides (2, 2), not (0, 2)"),
        ({"groups": 4}, "groups must divide filters (6), 4 does not"),
        ({"use_bias": 1}, "use_bias must be True or False, not 1"),
        ({"kernel_initializer": "xavier"}, "an initializer must be one of zeros, ones, uniform"),
    ],
)
def test_impossible_hyperparameters(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Conv2DTranspose(**{"filters": 6, "kernel_size": 3, **arguments})


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((6, 7), "Conv2DTranspose takes examples of shape (height, width, channels), not (6, 7)"),
        ((1, 4, 2), "cuts off all cells that (1, 4) cells paint: (-1, 2) would be left"),
        ((6, 7, 3), "groups must divide the channels of x (3), 2 does not"),
    ],
)
def test_impossible_inputs(shape: tuple[int, ...], message: str) -> None:
    layer = Conv2DTranspose(2, 3, padding=2, groups=2)
    for ask in (layer.output_shape, layer.parameter_count, layer.operation_count, layer.windows):
        with pytest.raises(ValueError, match=re.escape(message)):
            ask(shape)


def test_the_trace_of_another_layer_is_refused() -> None:
    x = np.zeros((1, 4, 4, 3))
    ours, other = Conv2DTranspose(4, 3), Conv2DTranspose(4, 5)
    _, trace = ours.forward(ours.init(np.random.default_rng(0), (4, 4, 3), np.float64)[0], x)
    params, _ = other.init(np.random.default_rng(0), (4, 4, 3), np.float64)
    with pytest.raises(ValueError, match="the trace must be what forward of this very layer has left"):
        other.backward(params, trace, np.ones((1, 8, 8, 4)))
