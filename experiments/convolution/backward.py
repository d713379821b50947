"""CV8: the gradient of a convolution is a convolution. Both gradients, from forward passes of the same engine.

∂L/∂x   ∂L/∂y, spread out by the strides, convolved in full with the kernel turned by 180°, inputs ↔ outputs
∂L/∂w   x convolved with ∂L/∂y as the kernel; strides become dilation, dilation becomes strides
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import Conv2D
from experiments.convolution.microscope import Microscope, microscope
from experiments.convolution.scales import scales
from experiments.convolution.spec import ConvolutionSpec
from experiments.numbers import ends, significant
from experiments.scene import Scale
from experiments.shown import Maps, Picture, Shown

TURNED, SAME = 1, 2  # the lesson's answers
CASES = {1: "Turning changes nothing", -1: "Turning changes the sign", 0: "Turning changes more"}  # by symmetry


class InputGradient(NamedTuple):
    """∂L/∂x by convolution, with the kernel in one position."""

    kernel: Array  # (k, k, F / groups, C)
    dx: Array  # (H, W, C)
    difference: float  # the largest from the backward pass


class BackwardAsForward(NamedTuple):
    """Both gradients as convolutions, beside what the backward pass gives."""

    m: Microscope
    spread: Array  # (…, …, F) ∂L/∂y with zeros between and around: what the kernel slides over
    turned: InputGradient  # the kernel turned by 180°
    unturned: InputGradient  # the kernel as it is
    dw: Array  # (k, k, C / groups, F) by convolution
    dw_difference: float
    symmetry: int  # 1: the kernels look the same after half a turn; −1: the same with the other sign; 0: neither


def backward_as_forward(spec: ConvolutionSpec) -> BackwardAsForward:
    """Both gradients by forward passes; ∂L/∂x also the wrong way, with the kernel not turned."""
    m = microscope(spec)
    spread, dw = _spread(m), kernel_gradient(m, spec.groups)
    reached = m.dy.any(axis=(0, 1))  # (F,) a filter without a gradient has no part in ∂L/∂x
    return BackwardAsForward(
        m=m,
        spread=spread,
        turned=_input_gradient(spread, m.w[::-1, ::-1], m, spec.groups),
        unturned=_input_gradient(spread, m.w, m, spec.groups),
        dw=dw,
        dw_difference=_largest(dw - m.dw),
        symmetry=_symmetry(m.w[..., reached]),
    )


def prediction(result: BackwardAsForward) -> set[int]:
    """Which of the lesson's answers are right here: turning a symmetric kernel changes nothing."""
    return {TURNED, SAME} if result.symmetry == 1 else {TURNED}


def show(spec: ConvolutionSpec) -> Shown:
    """Each gradient as what goes in, the kernel, what comes out, the layer's own, and the difference."""
    result = backward_as_forward(spec)
    return Shown(
        numbers={
            "turned": significant(result.turned.difference),
            "unturned": significant(result.unturned.difference),
            "weights": significant(result.dw_difference),
        },
        rows=[
            _to_x(spec, result, result.turned, "turned"),
            _to_x(spec, result, result.unturned, "as it is"),
            _to_w(spec, result),
        ],
        right=prediction(result),
        case=CASES[result.symmetry],
    )


def _to_x(spec: ConvolutionSpec, result: BackwardAsForward, gradient: InputGradient, position: str) -> Maps:
    """∂L/∂y ∗ w, first filter and channel, beside ∂L/∂x of the backward pass."""
    scale, filters = scales(spec), spec.filters // spec.groups
    channel, dx = _of("channel", spec.channels), gradient.dx[:, :, 0]
    pictures = [
        Picture(f"∂L/∂y{_of('filter', spec.filters)}, spread out", result.spread[:, :, 0], scale["dy"], "gradient"),
        Picture(f"∗ w, {position}", gradient.kernel[:, :, 0, 0], scale["w"], "weight"),
        Picture(
            f"= result{channel}" + (f"\n(sum of {filters} filters)" if filters > 1 else ""), dx, scale["dx"], "gradient"
        ),
        Picture(f"∂L/∂x{channel}\nof the backward pass", result.m.dx[:, :, 0], scale["dx"], "gradient"),
        _difference(dx - result.m.dx[:, :, 0], scale["dx"], gradient.difference),
    ]
    alt = f"∂L/∂y, spread out, convolved with the kernel {position} gives {ends(dx)}"
    return Maps(pictures, f"{alt}; at most {significant(gradient.difference)} from ∂L/∂x of the backward pass")


def _to_w(spec: ConvolutionSpec, result: BackwardAsForward) -> Maps:
    """x ∗ ∂L/∂y, first filter and channel, beside ∂L/∂w of the backward pass."""
    scale, dw, own = scales(spec), result.dw[:, :, 0, 0], result.m.dw[:, :, 0, 0]
    pictures = [
        Picture(f"x{_of('channel', spec.channels)}", result.m.x[:, :, 0], Scale(1, "brightness"), "input"),
        Picture(f"∗ ∂L/∂y{_of('filter', spec.filters)}", result.m.dy[:, :, 0], scale["dy"], "gradient"),
        Picture("= result", dw, scale["dw"], "gradient"),
        Picture("∂L/∂w\nof the backward pass", own, scale["dw"], "gradient"),
        _difference(dw - own, scale["dw"], result.dw_difference),
    ]
    alt = f"x convolved with ∂L/∂y gives {ends(dw)}"
    return Maps(pictures, f"{alt}; at most {significant(result.dw_difference)} from ∂L/∂w of the backward pass")


def _of(axis: str, size: int) -> str:
    """Which one is drawn, where there are several."""
    return "" if size == 1 else f", {axis} 0"


def _difference(values: Array, scale: Scale, largest: float) -> Picture:
    """What is drawn is one plane; the largest of all planes stands in the label."""
    return Picture(f"difference\nat most {significant(largest)}", values, scale, "gradient")


def _symmetry(kernel: Array) -> int:
    return next((sign for sign in (1, -1) if np.allclose(kernel, sign * kernel[::-1, ::-1], atol=1e-12)), 0)


def _largest(difference: Array) -> float:
    return float(np.abs(difference).max())


def _input_gradient(spread: Array, kernel: Array, m: Microscope, groups: int) -> InputGradient:
    """A convolution of ∂L/∂y in full, from the filters back to the channels."""
    k, _, channels, filters = kernel.shape
    # inputs become outputs, group by group: (k, k, C/G, G, F/G) → (k, k, F/G, G, C/G)
    by_group = kernel.reshape(k, k, channels, groups, filters // groups).transpose(0, 1, 4, 3, 2)
    to_channels = np.ascontiguousarray(by_group.reshape(k, k, filters // groups, groups * channels))
    layer = Conv2D(groups * channels, k, dilation_rate=m.windows.dilation, groups=groups, use_bias=False)
    dx, _ = layer.forward({"kernel": to_channels}, spread[None])
    return InputGradient(to_channels, dx[0], _largest(dx[0] - m.dx))


def _spread(m: Microscope) -> Array:
    """∂L/∂y with strides − 1 zeros between its cells, and so many around it that a full convolution gives H × W."""
    OH, OW, filters = m.dy.shape
    (H, W), (s0, s1), (span_h, span_w) = m.windows.input_size, m.windows.strides, m.windows.span
    (top, _), (left, _) = m.windows.pads
    spread = np.zeros((H + span_h - 1, W + span_w - 1, filters))
    first_row, first_column = span_h - 1 - top, span_w - 1 - left  # where dy[0, 0] goes; outside, it touches no input
    rows, columns = first_row + s0 * np.arange(OH), first_column + s1 * np.arange(OW)
    keep_rows = (rows >= 0) & (rows < spread.shape[0])
    keep_columns = (columns >= 0) & (columns < spread.shape[1])
    spread[np.ix_(rows[keep_rows], columns[keep_columns])] = m.dy[np.ix_(keep_rows, keep_columns)]
    return spread


def kernel_gradient(m: Microscope, groups: int) -> Array:
    """∂L/∂w: every channel of x as an example of its own, every filter's ∂L/∂y as a kernel."""
    kh, kw, channels, filters = m.w.shape
    oh, ow, _ = m.dy.shape
    windows = m.windows
    layer = Conv2D(filters, (oh, ow), windows.dilation, windows.pads, dilation_rate=windows.strides, use_bias=False)
    by_channel = np.ascontiguousarray(m.x.transpose(2, 0, 1)[..., None])  # (C, H, W, 1)
    all_pairs, _ = layer.forward({"kernel": m.dy.reshape(oh, ow, 1, filters)}, by_channel)
    dw = np.empty_like(m.w)
    for filter_ in range(filters):
        group = filter_ // (filters // groups)
        for channel in range(channels):
            dw[:, :, channel, filter_] = all_pairs[group * channels + channel, :kh, :kw, filter_]
    return dw
