"""Transposed convolution over one, two or three spatial axes: every input cell paints its kernel into the output.

    y[b, i, f] = bias[f] + Σ_o Σ_c  kernel[t, f, c] · x[b, o, c]      over all o, t with o·stride + t·dilation − a = i

o runs over the input cells and t over the taps of the kernel, each with one index a spatial axis. It is the gradient
of a convolution by its input: what `Convolution` computes backward is forward here, by the same kernels, and the other
way round. As matrices, the one is the other transposed; it does not undo it.

Along an axis of L cells, with a kernel of span = dilation·(k − 1) + 1:

    painted        (L − 1)·stride + span      cells: a are cut off before, b after; output_padding are added behind
    output size    (L − 1)·stride + span − a − b + output_padding

    "valid"   a = b = 0; output_padding is max(stride − span, 0) unless it is given
    "same"    output size L·stride, or (L − 1)·stride + (span mod 2) + output_padding, if that is given
    (a, b)    cut off before and after; output_padding is 0 unless it is given

Cells of the output padding, behind the last, hold what was painted there, or nothing. "valid" and "same" are Keras's;
a number or equal pairs are PyTorch's `padding`. With groups, an input channel paints the filters of its own group only.

Backward, with dy = ∂L/∂y, is a convolution of dy:

    dx[b, o, c]       = Σ_t Σ_f  kernel[t, f, c] · dy[b, o·stride + t·dilation − a, f]
    dkernel[t, f, c]  = Σ_b Σ_o  dy[b, o·stride + t·dilation − a, f] · x[b, o, c]
    dbias[f]          = Σ_b Σ_i  dy[b, i, f]

Shapes: x (B, *S, C), y (B, *O, filters), kernel (*kernel_size, filters / groups, C), as in Keras, bias (filters,).

Zeiler et al. 2010, "Deconvolutional networks", doi:10.1109/CVPR.2010.5539957
Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning", https://arxiv.org/abs/1603.07285
"""

from dataclasses import dataclass
from math import prod
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_flag, check_gradient, check_integer
from engine.initializers import initializer
from engine.kernels.convolution import convolve, convolve_dw, convolve_dx
from engine.kernels.workers import run
from engine.layers.convolution import examples, taps
from engine.layers.layer import Layer, Params, State
from engine.layers.planes import triple
from engine.layers.window import Padding, Pads, Size, Windows, check_axes, check_padding, check_size, place_windows


class ConvolutionTransposeTrace(NamedTuple):
    x: Array  # (B, *S, C)
    windows: Windows  # of the convolution from y back to x


@dataclass(frozen=True)
class ConvolutionTranspose(Layer):
    """What Conv1DTranspose, Conv2DTranspose and Conv3DTranspose share: all but the number of spatial axes.

    `kernel_size`, `strides`, `output_padding` and `dilation_rate` are one integer or one a spatial axis. `padding` is
    "valid", "same", a number of cells that are cut off on every side, or pairs (before, after), one a spatial axis.
    """

    filters: int
    kernel_size: Size
    strides: Size = 1
    padding: Padding = "valid"
    output_padding: Size | None = None
    dilation_rate: Size = 1
    groups: int = 1
    use_bias: bool = True
    kernel_initializer: str = "glorot_uniform"

    axes: ClassVar[tuple[str, ...]]

    def __post_init__(self) -> None:
        rank = len(self.axes)
        strides = check_size("strides", self.strides, rank)
        checked = {
            "filters": check_integer("filters", self.filters),
            "kernel_size": check_size("kernel_size", self.kernel_size, rank),
            "strides": strides,
            "padding": check_padding(self.padding, rank, ("valid", "same")),
            "output_padding": _check_output_padding(self.output_padding, strides),
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
        """Where the kernel stands on the output: the windows of the convolution that leads from y back to x."""
        check_axes(self, self.axes, input_shape)
        if input_shape[-1] % self.groups:
            raise ValueError(f"groups must divide the channels of x ({input_shape[-1]}), {self.groups} does not")
        rank, size = len(self.axes), input_shape[:-1]
        taps_, strides, dilation = (
            check_size("", v, rank) for v in (self.kernel_size, self.strides, self.dilation_rate)
        )
        spans = tuple(d * (k - 1) + 1 for k, d in zip(taps_, dilation, strict=True))
        crops, added = self._crops(spans, strides)
        # (L − 1)·s + span − a − b + output_padding
        output_size = tuple(
            (n - 1) * s + span - sum(crop) + extra
            for n, s, span, crop, extra in zip(size, strides, spans, crops, added, strict=True)
        )
        if min(output_size) < 1:
            raise ValueError(f"padding {crops} cuts off all cells that {size} cells paint: {output_size} would be left")
        return place_windows(output_size, taps_, strides, crops, dilation)

    def _crops(self, spans: Shape, strides: Shape) -> tuple[Pads, Shape]:
        """What is cut off before and after, and what is added behind, an entry an axis."""
        given: tuple[int | None, ...] = (None,) * len(spans)
        if self.output_padding is not None:
            given = check_size("output_padding", self.output_padding, len(spans), least=0)
        if self.padding == "same":
            both = tuple(_same(span, s, extra) for span, s, extra in zip(spans, strides, given, strict=True))
            return tuple((a, max(b, 0)) for a, b in both), tuple(max(-b, 0) for _, b in both)
        if self.padding == "valid":
            default = tuple(max(s - span, 0) for span, s in zip(spans, strides, strict=True))
            pads: Pads = ((0, 0),) * len(spans)
        else:
            assert isinstance(self.padding, tuple)
            default, pads = (0,) * len(spans), self.padding
        return pads, tuple(d if extra is None else extra for extra, d in zip(given, default, strict=True))

    def output_shape(self, input_shape: Shape) -> Shape:
        return (*self.windows(input_shape).input_size, self.filters)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        kernel = (*self.windows(input_shape).size, self.filters // self.groups, input_shape[-1])
        return {"kernel": kernel, "bias": (self.filters,)} if self.use_bias else {"kernel": kernel}

    def operation_count(self, input_shape: Shape) -> int:
        """Every input cell paints every tap; what is cut off counts, the bias does not."""
        windows = self.windows(input_shape)
        return prod(input_shape) * prod(windows.size) * (self.filters // self.groups)

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        shapes = self.parameter_shapes(input_shape)
        params = {"kernel": initializer(self.kernel_initializer)(rng, shapes["kernel"], dtype)}
        if self.use_bias:
            params["bias"] = np.zeros(shapes["bias"], dtype)
        return params, {}

    def forward(self, params: Params, x: Array) -> tuple[Array, ConvolutionTransposeTrace]:
        self.check(params, x)
        windows = self.windows(x.shape[1:])
        given, w = examples(x), taps(params["kernel"].swapaxes(-1, -2))
        painted = np.empty((len(x), *triple(windows.padded_size), self.filters), x.dtype)
        steps = triple(windows.strides), triple(windows.dilation)
        # Σ kernel · x
        operations = given.size * w[..., 0, :].size
        run(convolve_dx, given, w, painted, *steps, items=prod(painted.shape[:3]), operations=operations)
        y = painted.reshape(len(x), *windows.padded_size, self.filters)[:, *windows.inside()]
        # y = bias + …
        y = y + params["bias"] if self.use_bias else np.ascontiguousarray(y)
        return y, ConvolutionTransposeTrace(x, windows)

    def backward(self, params: Params, trace: ConvolutionTransposeTrace, dy: Array) -> tuple[Array, Params]:
        x, windows = trace
        self.check(params, x)
        if windows != self.windows(x.shape[1:]):
            raise ValueError("the trace must be what forward of this very layer has left")
        check_gradient(dy, (len(x), *windows.input_size, self.filters), x.dtype)
        # y is inside of what was painted: what was cut off gets no gradient
        padded, w = examples(np.pad(dy, ((0, 0), *windows.pads, (0, 0)))), taps(params["kernel"])
        dx, dw = np.empty((len(x), *triple(x.shape[1:-1]), x.shape[-1]), x.dtype), np.empty_like(w)
        steps = triple(windows.strides), triple(windows.dilation)
        operations = dx.size * w[..., 0].size
        # Σ kernel · x,  by x and by kernel
        nothing = np.zeros(x.shape[-1], x.dtype)
        run(convolve, padded, w, nothing, dx, *steps, items=prod(dx.shape[:3]), operations=operations)
        run(convolve_dw, padded, examples(x), dw, *steps, items=prod(dw.shape[:3]), operations=operations)
        grads = {"kernel": dw.reshape(params["kernel"].shape)}
        if self.use_bias:
            # y = bias + …,  the same bias in every cell of every example
            grads["bias"] = dy.sum(axis=tuple(range(dy.ndim - 1)))
        return dx.reshape(x.shape), grads


@dataclass(frozen=True)
class Conv1DTranspose(ConvolutionTranspose):
    """Over a sequence: x (B, T, C)."""

    axes = ("steps",)


@dataclass(frozen=True)
class Conv2DTranspose(ConvolutionTranspose):
    """Over a picture: x (B, H, W, C)."""

    axes = ("height", "width")


@dataclass(frozen=True)
class Conv3DTranspose(ConvolutionTranspose):
    """Over a volume or a clip: x (B, D, H, W, C)."""

    axes = ("depth", "height", "width")


def _check_output_padding(value: Size | None, strides: Shape) -> Shape | None:
    if value is None:
        return None
    extra = check_size("output_padding", value, len(strides), least=0)
    if any(e >= s for e, s in zip(extra, strides, strict=True)):
        raise ValueError(f"output_padding must be smaller than strides {strides}, not {extra}")
    return extra


def _same(span: int, stride: int, extra: int | None) -> tuple[int, int]:
    """Keras's crops (before, after); below 0, so many cells are added."""
    # zeros that a plain convolution of the spread-out x would need: both sides together, then before
    total = stride + span - 2 if extra is None else span + span % 2 - 2 + extra
    before = min(total - total // 2, span - 1)
    return span - 1 - before, span - 1 - (total - before)
