"""Convolutions in which channels do not meet, and the 1 × 1 convolution after which they have.

    DepthwiseConv2D   y[b, o, c·m + q] = bias + Σ_t  w[t, c, q] · x[b, o·s + t·d − a, c]        m = depth_multiplier
    SeparableConv2D   a depthwise one without bias, then a convolution 1 × 1

Depthwise, each channel has m kernels of its own, and their outputs stand side by side: a convolution of as many groups
as channels, and computed as that. A separable one has K·C·m + C·m·F weights, where a convolution has K·C·F.

Shapes: x (B, H, W, C), y (B, *O, C·m) or (B, *O, F), depthwise_kernel = w (*kernel_size, C, m), pointwise_kernel
(1, 1, C·m, F), bias (C·m,) or (F,). What comes out is Keras's too.

Sifre 2014, "Rigid-motion scattering for image classification", chapter 6
Chollet 2017, "Xception: deep learning with depthwise separable convolutions", https://arxiv.org/abs/1610.02357
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_flag, check_integer
from engine.initializers import Chosen, initializer
from engine.layers.convolution import Conv2D, ConvolutionTrace
from engine.layers.layer import Layer, Params, State
from engine.layers.window import Padding, Size, check_axes, check_padding, check_size

AXES = Conv2D.axes


@dataclass(frozen=True)
class DepthwiseConv2D(Layer):
    """(B, H, W, C) → (B, *O, C · depth_multiplier)."""

    kernel_size: Size
    strides: Size = 1
    padding: Padding = "valid"
    depth_multiplier: int = 1
    dilation_rate: Size = 1
    use_bias: bool = True
    depthwise_initializer: Chosen = "glorot_uniform"

    def __post_init__(self) -> None:
        checked = {
            "kernel_size": check_size("kernel_size", self.kernel_size, 2),
            "strides": check_size("strides", self.strides, 2),
            "padding": check_padding(self.padding, 2),
            "depth_multiplier": check_integer("depth_multiplier", self.depth_multiplier),
            "dilation_rate": check_size("dilation_rate", self.dilation_rate, 2),
            "use_bias": check_flag("use_bias", self.use_bias),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        initializer(self.depthwise_initializer)

    def grouped(self, input_shape: Shape) -> Conv2D:
        """The same as a convolution of as many groups as channels."""
        check_axes(self, AXES, input_shape)
        channels = input_shape[-1]
        settings = self.kernel_size, self.strides, self.padding, self.dilation_rate
        return Conv2D(channels * self.depth_multiplier, *settings, groups=channels, use_bias=self.use_bias)

    def output_shape(self, input_shape: Shape) -> Shape:
        return self.grouped(input_shape).output_shape(input_shape)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """A group's kernel (*K, 1, C·m) is called (*K, C, m)."""
        shapes = self.grouped(input_shape).parameter_shapes(input_shape)
        kernel = (*shapes["kernel"][:2], input_shape[-1], self.depth_multiplier)
        return {"depthwise_kernel": kernel, "bias": shapes["bias"]} if self.use_bias else {"depthwise_kernel": kernel}

    def operation_count(self, input_shape: Shape) -> int:
        return self.grouped(input_shape).operation_count(input_shape)

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        shapes = self.parameter_shapes(input_shape)
        self.output_shape(input_shape)
        params = {"depthwise_kernel": initializer(self.depthwise_initializer)(rng, shapes["depthwise_kernel"], dtype)}
        if self.use_bias:
            params["bias"] = np.zeros(shapes["bias"], dtype)
        return params, {}

    def forward(self, params: Params, x: Array) -> tuple[Array, ConvolutionTrace]:
        self.check(params, x)
        # y[c·m + q] = bias + Σ_t w[t, c, q] · x[c]: groups of one channel
        return self.grouped(x.shape[1:]).forward(_as_grouped(params), x)

    def backward(self, params: Params, trace: ConvolutionTrace, dy: Array) -> tuple[Array, Params]:
        self.check(params, trace.x)
        # y[c·m + q] = bias + Σ_t w[t, c, q] · x[c]
        dx, grads = self.grouped(trace.x.shape[1:]).backward(_as_grouped(params), trace, dy)
        kernel = grads.pop("kernel").reshape(params["depthwise_kernel"].shape)
        return dx, {"depthwise_kernel": kernel, **grads}


class SeparableTrace(NamedTuple):
    depthwise: ConvolutionTrace
    pointwise: ConvolutionTrace  # its x is what the depthwise convolution gave


@dataclass(frozen=True)
class SeparableConv2D(Layer):
    """(B, H, W, C) → (B, *O, filters)."""

    filters: int
    kernel_size: Size
    strides: Size = 1
    padding: Padding = "valid"
    dilation_rate: Size = 1
    depth_multiplier: int = 1
    use_bias: bool = True
    depthwise_initializer: Chosen = "glorot_uniform"
    pointwise_initializer: Chosen = "glorot_uniform"

    def __post_init__(self) -> None:
        pointwise, depthwise = self.pointwise, self.depthwise  # they check what is theirs
        object.__setattr__(self, "filters", pointwise.filters)
        object.__setattr__(self, "use_bias", pointwise.use_bias)
        for name in ("kernel_size", "strides", "padding", "dilation_rate", "depth_multiplier"):
            object.__setattr__(self, name, getattr(depthwise, name))

    @property
    def depthwise(self) -> DepthwiseConv2D:
        return DepthwiseConv2D(
            self.kernel_size,
            self.strides,
            self.padding,
            self.depth_multiplier,
            self.dilation_rate,
            False,
            self.depthwise_initializer,
        )

    @property
    def pointwise(self) -> Conv2D:
        return Conv2D(self.filters, 1, use_bias=self.use_bias, kernel_initializer=self.pointwise_initializer)

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, AXES, input_shape)
        return self.pointwise.output_shape(self.depthwise.output_shape(input_shape))

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        between = self.depthwise.output_shape(input_shape)
        shapes = self.pointwise.parameter_shapes(between)
        return self.depthwise.parameter_shapes(input_shape) | _pointwise_names(shapes)

    def operation_count(self, input_shape: Shape) -> int:
        between = self.depthwise.output_shape(input_shape)
        return self.depthwise.operation_count(input_shape) + self.pointwise.operation_count(between)

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        self.output_shape(input_shape)
        first, _ = self.depthwise.init(rng, input_shape, dtype)
        second, _ = self.pointwise.init(rng, self.depthwise.output_shape(input_shape), dtype)
        return first | _pointwise_names(second), {}

    def forward(self, params: Params, x: Array) -> tuple[Array, SeparableTrace]:
        self.check(params, x)
        # z = depthwise(x), without bias
        between, depthwise = self.depthwise.forward(_depthwise(params), x)
        # y[f] = bias + Σ_k z[k] · w[k, f], at each place by itself
        y, pointwise = self.pointwise.forward(_pointwise(params), between)
        return y, SeparableTrace(depthwise, pointwise)

    def backward(self, params: Params, trace: SeparableTrace, dy: Array) -> tuple[Array, Params]:
        self.check(params, trace.depthwise.x)
        # y[f] = bias + Σ_k z[k] · w[k, f]
        dbetween, grads = self.pointwise.backward(_pointwise(params), trace.pointwise, dy)
        # z = depthwise(x)
        dx, dgrads = self.depthwise.backward(_depthwise(params), trace.depthwise, dbetween)
        return dx, dgrads | _pointwise_names(grads)


def _as_grouped(params: Params) -> Params:
    kernel = params["depthwise_kernel"]
    renamed = {name: a for name, a in params.items() if name != "depthwise_kernel"}
    return {"kernel": kernel.reshape(*kernel.shape[:2], 1, -1), **renamed}


def _depthwise(params: Params) -> Params:
    return {"depthwise_kernel": params["depthwise_kernel"]}


def _pointwise(params: Params) -> Params:
    return {"kernel" if name == "pointwise_kernel" else name: params[name] for name in params if name[0] != "d"}


def _pointwise_names(by_name: dict) -> dict:
    return {"pointwise_kernel" if name == "kernel" else name: a for name, a in by_name.items()}
