"""Convolution over one, two or three spatial axes.

    y[b, o, f] = bias[f] + Σ_t Σ_c  kernel[t, c, f] · x[b, o·stride + t·dilation − pad, c]

o runs over the output cells and t over the taps of the kernel, each with one index a spatial axis. Outside of x stands
zero. It is a cross-correlation: the kernel is not flipped, as in every deep-learning library.

With groups, the channels and the filters are split into as many equal parts, and a filter sees its own part only:
C → C / groups. As many groups as channels is a depthwise convolution.

Backward is a convolution too. With dy = ∂L/∂y:

    dx[b, i, c]       = Σ_f Σ_t  kernel[t, c, f] · dy[b, o, f]      over all o, t with o·stride + t·dilation − pad = i
    dkernel[t, c, f]  = Σ_b Σ_o  x[b, o·stride + t·dilation − pad, c] · dy[b, o, f]
    dbias[f]          = Σ_b Σ_o  dy[b, o, f]

Shapes: x (B, *S, C), y (B, *O, filters), kernel (*kernel_size, C / groups, filters), bias (filters,).

LeCun et al. 1989, "Backpropagation applied to handwritten zip code recognition", doi:10.1162/neco.1989.1.4.541
"""

from dataclasses import dataclass
from math import prod
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_flag, check_gradient, check_integer
from engine.initializers import Chosen, initializer
from engine.kernels.convolution import convolve, convolve_dw, convolve_dx
from engine.kernels.workers import run
from engine.layers.layer import Layer, Params, State
from engine.layers.planes import triple
from engine.layers.window import Padding, Size, Windows, check_axes, check_padding, check_size, place_windows


class ConvolutionTrace(NamedTuple):
    x: Array  # (B, *S, C)
    windows: Windows
    padded: Array  # (B, I0, I1, I2, C)  x, padded, as the kernels read it


@dataclass(frozen=True)
class Convolution(Layer):
    """What Conv1D, Conv2D and Conv3D share: all but the number of spatial axes.

    `kernel_size`, `strides` and `dilation_rate` are one integer or one a spatial axis. `padding` is "valid", "same", a
    number of cells on every side, or pairs (before, after), one a spatial axis.
    """

    filters: int
    kernel_size: Size
    strides: Size = 1
    padding: Padding = "valid"
    dilation_rate: Size = 1
    groups: int = 1
    use_bias: bool = True
    kernel_initializer: Chosen = "glorot_uniform"

    axes: ClassVar[tuple[str, ...]]

    def __post_init__(self) -> None:
        rank = len(self.axes)
        checked = {
            "filters": check_integer("filters", self.filters),
            "kernel_size": check_size("kernel_size", self.kernel_size, rank),
            "strides": check_size("strides", self.strides, rank),
            "padding": check_padding(self.padding, rank),
            "dilation_rate": check_size("dilation_rate", self.dilation_rate, rank),
            "groups": check_integer("groups", self.groups),
            "use_bias": check_flag("use_bias", self.use_bias),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)  # a frozen dataclass may still settle its own fields here
        if self.filters % self.groups:
            raise ValueError(f"groups must divide filters ({self.filters}), {self.groups} does not")
        initializer(self.kernel_initializer)

    def windows(self, input_shape: Shape) -> Windows:
        """Where the kernel stands on an input: pads, spans, output size."""
        check_axes(self, self.axes, input_shape)
        if input_shape[-1] % self.groups:
            raise ValueError(f"groups must divide the channels of x ({input_shape[-1]}), {self.groups} does not")
        return place_windows(input_shape[:-1], self.kernel_size, self.strides, self.padding, self.dilation_rate)

    def output_shape(self, input_shape: Shape) -> Shape:
        return (*self.windows(input_shape).output_size, self.filters)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        kernel = (*self.windows(input_shape).size, input_shape[-1] // self.groups, self.filters)
        return {"kernel": kernel, "bias": (self.filters,)} if self.use_bias else {"kernel": kernel}

    def operation_count(self, input_shape: Shape) -> int:
        """Every output cell sums every tap of its channels; those on the padding count, the bias does not."""
        windows = self.windows(input_shape)
        return prod(windows.output_size) * self.filters * prod(windows.size) * (input_shape[-1] // self.groups)

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        shapes = self.parameter_shapes(input_shape)
        params = {"kernel": initializer(self.kernel_initializer)(rng, shapes["kernel"], dtype)}
        if self.use_bias:
            params["bias"] = np.zeros(shapes["bias"], dtype)
        return params, {}

    def forward(self, params: Params, x: Array) -> tuple[Array, ConvolutionTrace]:
        self.check(params, x)
        windows = self.windows(x.shape[1:])
        padded, w = examples(np.pad(x, ((0, 0), *windows.pads, (0, 0)))), taps(params["kernel"])
        bias = np.array(params["bias"]) if self.use_bias else np.zeros(self.filters, x.dtype)
        y = np.empty((len(x), *triple(windows.output_size), self.filters), x.dtype)
        steps = triple(windows.strides), triple(windows.dilation)
        # y = bias + Σ kernel · x
        run(convolve, padded, w, bias, y, *steps, items=prod(y.shape[:3]), operations=y.size * w[..., 0].size)
        return y.reshape(len(x), *windows.output_size, self.filters), ConvolutionTrace(x, windows, padded)

    def backward(self, params: Params, trace: ConvolutionTrace, dy: Array) -> tuple[Array, Params]:
        x, windows, padded = trace
        self.check(params, x)
        if windows != self.windows(x.shape[1:]) or padded.shape[1:4] != triple(windows.padded_size):
            raise ValueError("the trace must be what forward of this very layer has left")
        check_gradient(dy, (len(x), *windows.output_size, self.filters), x.dtype)
        steps = triple(windows.strides), triple(windows.dilation)
        given, w = examples(dy), taps(params["kernel"].swapaxes(-1, -2))
        dx, dw = np.empty_like(padded), np.empty((*w.shape[:3], w.shape[4], w.shape[3]), x.dtype)
        operations = dy.size * w[..., 0, :].size
        # y = … Σ kernel · x,  by x and by kernel
        run(convolve_dx, given, w, dx, *steps, items=prod(dx.shape[:3]), operations=operations)
        run(convolve_dw, padded, given, dw, *steps, items=prod(dw.shape[:3]), operations=operations)
        grads = {"kernel": dw.reshape(params["kernel"].shape)}
        if self.use_bias:
            # y = bias + …,  the same bias in every cell of every example
            grads["bias"] = dy.sum(axis=tuple(range(dy.ndim - 1)))
        dpadded = dx.reshape(len(x), *windows.padded_size, x.shape[-1])
        return np.ascontiguousarray(dpadded[:, *windows.inside()]), grads


@dataclass(frozen=True)
class Conv1D(Convolution):
    """Over a sequence: x (B, T, C). `padding` may also be "causal"."""

    axes = ("steps",)


@dataclass(frozen=True)
class Conv2D(Convolution):
    """Over a picture: x (B, H, W, C)."""

    axes = ("height", "width")


@dataclass(frozen=True)
class Conv3D(Convolution):
    """Over a volume or a clip: x (B, D, H, W, C)."""

    axes = ("depth", "height", "width")


def examples(x: Array) -> Array:
    """(B, *S, C) → a new (B, I0, I1, I2, C), as the kernels want it."""
    return np.array(x.reshape(len(x), *triple(x.shape[1:-1]), x.shape[-1]), order="C")


def taps(kernel: Array) -> Array:
    """(*K, C, F) → a new (T0, T1, T2, C, F)."""
    return np.array(kernel.reshape(*triple(kernel.shape[:-2]), *kernel.shape[-2:]), order="C")
