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
from experiments.numbers import ends, scientific
from experiments.scene import Scale
from experiments.shown import Maps, Picture, Shown

TURNED, SAME = 1, 2  # the lesson's answers


class BackwardAsForward(NamedTuple):
    x: Array  # (H, W, C)
    dy: Array  # (OH, OW, F)
    spread: Array  # (…, …, F) ∂L/∂y with zeros between and around: what the turned kernel slides over
    turned: Array  # (k, k, F / groups, C) the kernel turned by 180°
    share: Array  # (H, W, C / groups) what the first filter adds to ∂L/∂x; with one filter, all of it
    dx: Array  # (H, W, C) by convolution
    dw: Array  # (k, k, C / groups, F) by convolution
    dx_difference: float  # largest |difference| from the layer's own backward pass
    dw_difference: float
    symmetric: bool  # the kernel looks the same after half a turn


def backward_as_forward(spec: ConvolutionSpec) -> BackwardAsForward:
    """Both gradients as convolutions, beside what `backward` gives."""
    m = microscope(spec)
    spread, turned, dx = input_gradient(m, spec.groups)
    first = m._replace(x=m.x[..., : m.w.shape[2]], w=m.w[..., :1], dy=m.dy[..., :1])
    share = input_gradient(first, groups=1)[2]
    dw = kernel_gradient(m, spec.groups)
    return BackwardAsForward(
        x=m.x,
        dy=m.dy,
        spread=spread,
        turned=turned,
        share=share,
        dx=dx,
        dw=dw,
        dx_difference=float(np.abs(dx - m.dx).max()),
        dw_difference=float(np.abs(dw - m.dw).max()),
        symmetric=np.allclose(m.w, m.w[::-1, ::-1], atol=1e-12),
    )


def prediction(result: BackwardAsForward) -> set[int]:
    """Which of the lesson's answers are right here: turning a symmetric kernel changes nothing."""
    return {TURNED, SAME} if result.symmetric else {TURNED}


def show(spec: ConvolutionSpec) -> Shown:
    """Each gradient as what goes in, the kernel, and what comes out; first filter, first channel."""
    result, scale = backward_as_forward(spec), scales(spec)
    of_filter = "" if spec.filters == 1 else ", filter 0"
    channel = "" if spec.channels == 1 else ", channel 0"
    share, dw = result.share[:, :, 0], result.dw[:, :, 0, 0]
    to_x = [
        Picture(f"∂L/∂y{of_filter}, spread out", result.spread[:, :, 0], scale["dy"], "gradient"),
        Picture("∗ w, turned", result.turned[:, :, 0, 0], scale["w"], "weight"),
        Picture(f"= ∂L/∂x{channel}" + (of_filter and ", its share"), share, scale["dx"], "gradient"),
    ]
    to_w = [
        Picture(f"x{channel}", result.x[:, :, 0], Scale(1, "brightness"), "input"),
        Picture(f"∗ ∂L/∂y{of_filter}", result.dy[:, :, 0], scale["dy"], "gradient"),
        Picture("= ∂L/∂w", dw, scale["dw"], "gradient"),
    ]
    dx_difference, dw_difference = scientific(result.dx_difference), scientific(result.dw_difference)
    from_x = f"∂L/∂y, spread out, convolved with the turned kernel gives ∂L/∂x, here {ends(share)}"
    from_w = f"x convolved with ∂L/∂y gives ∂L/∂w, here {ends(dw)}"
    return Shown(
        numbers={"dx_difference": dx_difference, "dw_difference": dw_difference},
        rows=[
            Maps(to_x, f"{from_x}; at most {dx_difference} from the backward pass"),
            Maps(to_w, f"{from_w}; at most {dw_difference} from the backward pass"),
        ],
        right=prediction(result),
    )


def input_gradient(m: Microscope, groups: int) -> tuple[Array, Array, Array]:
    """(∂L/∂y spread out, the turned kernel, ∂L/∂x)."""
    kh, kw, channels, filters = m.w.shape
    spread = _spread(m.dy, m)
    # inputs become outputs, group by group: (k, k, C/G, G, F/G) → (k, k, F/G, G, C/G)
    by_group = m.w[::-1, ::-1].reshape(kh, kw, channels, groups, filters // groups)
    turned = by_group.transpose(0, 1, 4, 3, 2).reshape(kh, kw, filters // groups, groups * channels)
    layer = Conv2D(groups * channels, (kh, kw), dilation_rate=m.windows.dilation, groups=groups, use_bias=False)
    dx, _ = layer.forward({"kernel": np.ascontiguousarray(turned)}, spread[None])
    return spread, turned, dx[0]


def _spread(dy: Array, m: Microscope) -> Array:
    """∂L/∂y with strides − 1 zeros between its cells, and so many around it that a full convolution gives H × W."""
    OH, OW, filters = dy.shape
    (H, W), (s0, s1), (span_h, span_w) = m.windows.input_size, m.windows.strides, m.windows.span
    (top, _), (left, _) = m.windows.pads
    spread = np.zeros((H + span_h - 1, W + span_w - 1, filters))
    first_row, first_column = span_h - 1 - top, span_w - 1 - left  # where dy[0, 0] goes; outside, it touches no input
    rows, columns = first_row + s0 * np.arange(OH), first_column + s1 * np.arange(OW)
    keep_rows = (rows >= 0) & (rows < spread.shape[0])
    keep_columns = (columns >= 0) & (columns < spread.shape[1])
    spread[np.ix_(rows[keep_rows], columns[keep_columns])] = dy[np.ix_(keep_rows, keep_columns)]
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
