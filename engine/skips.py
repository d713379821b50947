"""Ways around a layer, and side by side: containers that are layers themselves.

    Residual      y = x + body(x)                               backward:  dx = dy + body's dx
    Concatenate   y = branch₀(x), branch₁(x), … by channels     backward:  dx = Σ_k branch_k's dx of its part of dy

Of a Residual, the gradient that goes around the body arrives whole, whatever the body does to the other. Parameters,
states, gradients and traces are tuples, one entry a child: a body is the only one. A body or a branch of several layers
is a `Sequential`.

Shapes: x (B, *S, C); a body keeps the shape; branches keep one shape up to their channels, which add up.

He et al. 2016 (Residual), https://arxiv.org/abs/1512.03385
Szegedy et al. 2015 (Concatenate), "Going deeper with convolutions", https://arxiv.org/abs/1409.4842
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_gradient
from engine.containers import EVERYTHING, dealt, drawn, mask_after, passed
from engine.layers.layer import Layer


class BranchesTrace(NamedTuple):
    x: Array  # (B, *S, C)
    outputs: tuple[Array, ...]  # what each child gave
    children: tuple[Any, ...]  # each child's own trace
    state: tuple[Any, ...]  # each child's new state; {} where it has none
    mask: Array | None  # (B, T)  for what comes after; None unless all children leave the same one


@dataclass(frozen=True)
class Branches(Layer):
    """What both share: children that see the same x."""

    uses = EVERYTHING

    @property
    @abstractmethod
    def children(self) -> tuple[Layer, ...]:
        """The layers that see x."""

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Names are `child.name`, as `engine.arrays.leaves` gives them: `0.kernel`."""
        return {
            f"{index}.{name}": shape
            for index, layer in enumerate(self.children)
            for name, shape in layer.parameter_shapes(input_shape).items()
        }

    def operation_count(self, input_shape: Shape) -> int:
        return sum(layer.operation_count(input_shape) for layer in self.children)

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        self.output_shape(input_shape)
        return drawn(self.children, [input_shape] * len(self.children), rng, dtype)

    def run(
        self, params: tuple[Any, ...], x: Array, *, state: Any, rng: Any, mask: Array | None, **offered: Any
    ) -> BranchesTrace:
        """Every child's output."""
        if x.ndim < 2:
            raise ValueError(f"{type(self).__name__} takes a batch: x of shape {x.shape} has no axis for it")
        self.output_shape(x.shape[1:])
        states, rngs = dealt(self.children, params, state, rng, "child")
        outputs, traces = [], []
        for layer, own, before, drawing in zip(self.children, params, states, rngs, strict=True):
            y, trace = passed(layer, own, x, state=before, rng=drawing, mask=mask, **offered)
            outputs.append(y)
            traces.append(trace)
        new_state = tuple(getattr(trace, "state", {}) for trace in traces)
        masks = [mask_after(layer, trace, mask) for layer, trace in zip(self.children, traces, strict=True)]
        one = masks[0] if all(other is masks[0] for other in masks) else None
        return BranchesTrace(x, tuple(outputs), tuple(traces), new_state, one)


@dataclass(frozen=True)
class Residual(Branches):
    """(B, *S, C) → (B, *S, C): what the body adds to x."""

    body: Layer

    def __post_init__(self) -> None:
        if not isinstance(self.body, Layer):
            raise ValueError(f"Residual takes a layer, not {self.body!r}")

    @property
    def children(self) -> tuple[Layer, ...]:
        return (self.body,)

    def output_shape(self, input_shape: Shape) -> Shape:
        shape = self.body.output_shape(input_shape)
        if shape != input_shape:
            raise ValueError(f"the body of a Residual must keep the shape {input_shape}, not make it {shape}")
        return shape

    def operation_count(self, input_shape: Shape) -> int:
        """The sums x + body(x) count too."""
        return super().operation_count(input_shape) + int(np.prod(input_shape))

    def forward(
        self,
        params: tuple[Any, ...],
        x: Array,
        *,
        state: tuple[Any, ...] | None = None,
        training: bool = False,
        rng: np.random.Generator | None = None,
        mask: Array | None = None,
        graph: Any = None,
    ) -> tuple[Array, BranchesTrace]:
        trace = self.run(params, x, state=state, training=training, rng=rng, mask=mask, graph=graph)
        # y = x + body(x)
        return x + trace.outputs[0], trace

    def backward(self, params: tuple[Any, ...], trace: BranchesTrace, dy: Array) -> tuple[Array, tuple[Any, ...]]:
        check_gradient(dy, trace.x.shape, trace.x.dtype)
        # y = x + body(x)
        dx, grads = self.body.backward(params[0], trace.children[0], dy)
        return dy + dx, (grads,)


@dataclass(frozen=True)
class Concatenate(Branches):
    """(B, *S, C) → (B, *O, ΣF): branches side by side, `Concatenate([Conv2D(8, 1), Conv2D(8, 3, padding="same")])`."""

    branches: Sequence[Layer]

    def __post_init__(self) -> None:
        object.__setattr__(self, "branches", tuple(self.branches))
        if not self.branches:
            raise ValueError("Concatenate needs at least one branch")
        for layer in self.branches:
            if not isinstance(layer, Layer):
                raise ValueError(f"Concatenate takes layers, not {layer!r}")

    @property
    def children(self) -> tuple[Layer, ...]:
        return tuple(self.branches)

    def output_shape(self, input_shape: Shape) -> Shape:
        shapes = [layer.output_shape(input_shape) for layer in self.branches]
        if min(map(len, shapes)) < 1 or len({shape[:-1] for shape in shapes}) > 1:
            raise ValueError(f"branches must agree up to their channels, not make {', '.join(map(str, shapes))}")
        return (*shapes[0][:-1], sum(shape[-1] for shape in shapes))

    def forward(
        self,
        params: tuple[Any, ...],
        x: Array,
        *,
        state: tuple[Any, ...] | None = None,
        training: bool = False,
        rng: np.random.Generator | None = None,
        mask: Array | None = None,
        graph: Any = None,
    ) -> tuple[Array, BranchesTrace]:
        trace = self.run(params, x, state=state, training=training, rng=rng, mask=mask, graph=graph)
        # y = branch₀(x), branch₁(x), …
        return np.concatenate(trace.outputs, axis=-1), trace

    def backward(self, params: tuple[Any, ...], trace: BranchesTrace, dy: Array) -> tuple[Array, tuple[Any, ...]]:
        ends = np.cumsum([y.shape[-1] for y in trace.outputs])
        check_gradient(dy, (*trace.outputs[0].shape[:-1], int(ends[-1])), trace.x.dtype)
        # y = branch₀(x), branch₁(x), …
        parts = np.split(dy, ends[:-1], axis=-1)
        pairs = [
            layer.backward(own, child, part)
            for layer, own, child, part in zip(self.branches, params, trace.children, parts, strict=True)
        ]
        # x goes into every branch
        return np.sum([dx for dx, _ in pairs], axis=0), tuple(grads for _, grads in pairs)
