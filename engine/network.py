"""Sequential: layers one after the other, itself a layer.

    a₀ = x,   a_k = layer_k(a_{k−1}),   y = a_n          backward:  da_n = dy,   da_{k−1} = backward_k(da_k)

Parameters, states, gradients and traces are tuples, one entry a child. A mask goes to all layers that use one, as it
was given, until the trace of a layer has a `mask`, which the layers after it see, or a layer keeps no steps.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.containers import EVERYTHING, dealt, drawn, mask_after, passed
from engine.layers.layer import Layer


class SequentialTrace(NamedTuple):
    activations: tuple[Array, ...]  # a₀ = x, a₁ … a_n = y
    children: tuple[Any, ...]  # each layer's own trace
    state: tuple[Any, ...]  # each layer's new state; {} where it has none
    mask: Array | None = None  # (B, T)  for what comes after: as it was given, or as the last layer with one left it


@dataclass(frozen=True)
class Sequential(Layer):
    """Layers one after the other: `Sequential([Conv2D(8, 3), ReLU(), Flatten(), Dense(10)])`."""

    layers: Sequence[Layer]

    uses = EVERYTHING

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers:
            raise ValueError("Sequential needs at least one layer")
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise ValueError(f"Sequential takes layers, not {layer!r}")

    def shapes(self, input_shape: Shape) -> tuple[Shape, ...]:
        """Shape of every activation of one example: a₀ … a_n."""
        shapes = [input_shape]
        for index, layer in enumerate(self.layers):
            with _naming(index, layer):
                shapes.append(layer.output_shape(shapes[-1]))
        return tuple(shapes)

    def output_shape(self, input_shape: Shape) -> Shape:
        return self.shapes(input_shape)[-1]

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Names are `child.name`, as `engine.arrays.leaves` gives them: `0.kernel`."""
        return {
            f"{index}.{name}": shape
            for index, (layer, before) in enumerate(zip(self.layers, self.shapes(input_shape), strict=False))
            for name, shape in layer.parameter_shapes(before).items()
        }

    def operation_count(self, input_shape: Shape) -> int:
        shapes = self.shapes(input_shape)
        return sum(layer.operation_count(before) for layer, before in zip(self.layers, shapes, strict=False))

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        return drawn(self.layers, self.shapes(input_shape)[:-1], rng, dtype)

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
    ) -> tuple[Array, SequentialTrace]:
        states, rngs = dealt(self.layers, params, state, rng, "layer")
        activations, traces = [x], []
        for index, layer in enumerate(self.layers):
            offered = {"state": states[index], "training": training, "rng": rngs[index], "mask": mask, "graph": graph}
            # a_k = layer_k(a_{k−1})
            with _naming(index, layer):
                y, trace = passed(layer, params[index], activations[-1], **offered)
            activations.append(y)
            traces.append(trace)
            mask = mask_after(layer, trace, mask)
        new_state = tuple(getattr(trace, "state", {}) for trace in traces)
        return activations[-1], SequentialTrace(tuple(activations), tuple(traces), new_state, mask)

    def backward(self, params: tuple[Any, ...], trace: SequentialTrace, dy: Array) -> tuple[Array, tuple[Any, ...]]:
        dactivations, grads = self.gradients(params, trace, dy)
        return dactivations[0], grads

    def gradients(
        self, params: tuple[Any, ...], trace: SequentialTrace, dy: Array
    ) -> tuple[tuple[Array, ...], tuple[Any, ...]]:
        """Backward, with the gradient of every activation kept: (da₀ … da_n), and grads."""
        dactivations, grads = [dy], []
        for index in reversed(range(len(self.layers))):
            # a_k = layer_k(a_{k−1})
            with _naming(index, self.layers[index]):
                da, grad = self.layers[index].backward(params[index], trace.children[index], dactivations[-1])
            dactivations.append(da)
            grads.append(grad)
        return tuple(reversed(dactivations)), tuple(reversed(grads))


@contextmanager
def _naming(index: int, layer: Layer) -> Iterator[None]:
    """Say in which child an error arose."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"layer {index} ({type(layer).__name__}): {error}") from error
