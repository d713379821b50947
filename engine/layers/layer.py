"""What every layer promises.

    layer = Conv2D(filters=8, kernel_size=3)                   # hyperparameters, checked; nothing else is stored
    params, state = layer.init(rng, input_shape)
    y, trace  = layer.forward(params, x)
    dx, grads = layer.backward(params, trace, dy)

`params` and `grads` are dictionaries with the same names and shapes; a gradient may be `Rows`, which stand for
an array. `state` is what forward updates without a gradient (running statistics); most layers have none, an empty
dictionary. `trace` is a named tuple: what forward leaves for backward, and what a page draws. It holds x itself, not a
copy: do not write to x in between. Neither forward nor backward writes to anything it was given, and backward may run
twice.

Arrays are float32 or float64, all the same; x has the batch axis in front and the channels last. Where x is whole
numbers it has no derivative, and dx is None. A loss divides by the size of the batch, a layer never does.
"""

from abc import ABC, abstractmethod
from math import prod
from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_dtype, check_float

Params: TypeAlias = dict[str, Array]
State: TypeAlias = dict[str, Array]


class Layer(ABC):
    """The contract. A layer is a frozen dataclass of hyperparameters that fills in the abstract methods."""

    # Which of state, training, rng, mask and graph forward takes, as keywords. A container passes on these, no others.
    uses: ClassVar[frozenset[str]] = frozenset()

    # Whether y's first axis after the batch still counts what x's did. If not, a mask of steps ends here.
    keeps_steps: ClassVar[bool] = True

    @abstractmethod
    def output_shape(self, input_shape: Shape) -> Shape:
        """Shape of one example's output. Shapes never have the batch axis. ValueError if the layer cannot take it."""

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Name → shape of every parameter."""
        return {}

    def parameter_count(self, input_shape: Shape) -> int:
        """How many numbers the layer learns."""
        return sum(prod(shape) for shape in self.parameter_shapes(input_shape).values())

    @abstractmethod
    def operation_count(self, input_shape: Shape) -> int:
        """Multiply–adds of the forward pass of one example. Where nothing is multiplied: additions or comparisons."""

    def init(self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32) -> tuple[Any, Any]:
        """Fresh parameters and state. The same generator state gives the same numbers, in both precisions."""
        self.output_shape(input_shape)
        return {}, {}

    @abstractmethod
    def forward(self, params: Any, x: Array, *args: Any, **keywords: Any) -> tuple[Array, Any]:
        """(y, trace). A layer's own signature names the keywords that it `uses`, and takes no others."""

    @abstractmethod
    def backward(self, params: Any, trace: Any, dy: Array) -> tuple[Any, Any]:
        """(dx, grads) of the loss, given dy = ∂L/∂y. dx has the shape of x, dy that of y."""

    def check(self, params: Params, x: Array) -> None:
        """Raise ValueError unless x is a batch that this layer takes, and the parameters fit it."""
        name = type(self).__name__
        check_float("x", x)
        if x.ndim < 2:
            raise ValueError(f"{name} takes a batch: x of shape {x.shape} has no axis for it")
        self.output_shape(x.shape[1:])
        self.check_parameters(params, x.shape)
        for key in self.parameter_shapes(x.shape[1:]):
            check_dtype(key, params[key], x.dtype)

    def check_parameters(self, params: Params, shape: Shape) -> None:
        """Raise ValueError unless the parameters fit an x of that shape."""
        name = type(self).__name__
        for key, needed in self.parameter_shapes(shape[1:]).items():
            if key not in params:
                raise ValueError(f"{name} needs the parameter {key!r}, got {sorted(params)}")
            if params[key].shape != needed:
                raise ValueError(
                    f"{name} needs {key} of shape {needed} for x of shape {shape}, not {params[key].shape}"
                )
