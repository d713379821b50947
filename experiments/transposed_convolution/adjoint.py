"""TC2: the transposed convolution is the adjoint of a convolution, not its inverse.

    ⟨C x, y⟩ = ⟨x, Cᵀ y⟩ for all x and y, where C is the matrix of the convolution and Cᵀ that of the transposed one

Both matrices are what the layers make of unit vectors; neither is taken from the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import Conv1D, Conv1DTranspose
from experiments.numbers import decimal, scientific, whole
from experiments.scene import Scale
from experiments.shown import Lines, Maps, Picture, Shown
from experiments.spec import Spec, choice, number

CASES = {True: "Stamps apart", False: "Stamps overlap"}


@dataclass(frozen=True)
class AdjointSpec(Spec):
    length: int = choice(8, (6, 8, 10, 12), "numbers in x")
    kernel_size: int = choice(3, (2, 3, 4), "numbers in the kernel, drawn at random")
    strides: int = choice(2, (1, 2, 3, 4), "cells from one position of the kernel to the next")
    seed: int = number(0, 0, 99, 1, "start of what is random: the kernel, x and y", surprise=False)

    @property
    def used(self) -> tuple[str, ...]:
        return "length", "kernel_size", "strides"


class Adjoint(NamedTuple):
    """A convolution C and the transposed convolution T with the same kernel, on one pair x, y."""

    c: Array  # (outputs, length)  column j: C of the unit vector j
    t: Array  # (length, outputs)  column j: T of the unit vector j
    x: Array  # (length,)
    y: Array  # (outputs,)
    cx: Array  # (outputs,)
    ty: Array  # (length,)
    tcx: Array  # (length,)
    cty: Array  # (outputs,)

    @property
    def difference(self) -> float:
        """|⟨C x, y⟩ − ⟨x, T y⟩|"""
        return float(abs(self.cx @ self.y - self.x @ self.ty))

    @property
    def lost(self) -> float:
        """How far T C x is from x, at the best scale, as a share of x."""
        return _off(self.x, self.tcx)

    @property
    def lost_the_other_way(self) -> float:
        """How far C T y is from y, at the best scale, as a share of y."""
        return _off(self.y, self.cty)


def adjoint(spec: AdjointSpec) -> Adjoint:
    """The matrices of both layers, and one x and y taken through them."""
    rng = np.random.default_rng(spec.seed)
    k, s, length = spec.kernel_size, spec.strides, spec.length
    convolution = Conv1D(1, k, s, use_bias=False)
    # what the last stride left over is given back, so that T y is as long as x
    transposed = Conv1DTranspose(1, k, s, output_padding=(length - k) % s, use_bias=False)
    params = {"kernel": rng.standard_normal((k, 1, 1))}  # (taps, in, out) for C and (taps, out, in) for T: the same

    def c(rows: Array) -> Array:
        return convolution.forward(params, rows[..., None])[0][..., 0]

    def t(rows: Array) -> Array:
        return transposed.forward(params, rows[..., None])[0][..., 0]

    (outputs, _) = convolution.output_shape((length, 1))
    x, y = rng.standard_normal((1, length)), rng.standard_normal((1, outputs))
    pairs = (x, y, c(x), t(y), t(c(x)), c(t(y)))
    return Adjoint(c(np.eye(length)).T, t(np.eye(outputs)).T, *(rows[0] for rows in pairs))


def show(spec: AdjointSpec) -> Shown:
    """Both matrices, and x beside what comes back."""
    result = adjoint(spec)
    scale = result.x @ result.tcx / (result.tcx @ result.tcx)
    outputs, length = result.c.shape
    numbers = {
        "length": whole(length),
        "outputs": whole(outputs),
        "left": decimal(float(result.cx @ result.y), 4),
        "right": decimal(float(result.x @ result.ty), 4),
        "difference": scientific(result.difference),
        "matrices": scientific(float(np.abs(result.c.T - result.t).max())),
        "lost": decimal(100 * result.lost, 0),
        "other": decimal(100 * result.lost_the_other_way, 0),
    }
    reach = Scale(2)
    matrices = Maps(
        [
            Picture("C, the convolution: y = C x", result.c, reach, "weight"),
            Picture("T, the transposed convolution", result.t, reach, "weight"),
        ],
        alt=f"C has {outputs} rows and {length} columns; T is C with rows and columns exchanged",
    )
    back = Lines(
        np.arange(length),
        {"x": result.x, "T C x, at its best scale": scale * result.tcx},
        x="cell of x",
        y="value",
        alt=f"x and what comes back: {numbers['lost']} % of x is missing or wrong",
    )
    return Shown(numbers, [matrices, back], case=CASES[spec.strides >= spec.kernel_size or outputs == 1])


def _off(wanted: Array, found: Array) -> float:
    scale = wanted @ found / (found @ found)
    return float(np.linalg.norm(wanted - scale * found) / np.linalg.norm(wanted))
