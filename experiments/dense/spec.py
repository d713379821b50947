"""Everything that a learner can set on the Dense page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from engine.arrays import Array
from engine.datasets import digits
from engine.layers import (
    ELU,
    GELU,
    SELU,
    Dense,
    HardSigmoid,
    Layer,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    Softsign,
    Tanh,
)
from engine.layers.layer import Params
from experiments import edits
from experiments.spec import Spec, choice, number, text

VECTOR, DIGIT = "a vector", "a digit"
SIDE = 3  # pixels of a digit that is averaged
NAMES = {"x": "the input", "w": "the kernel", "b": "the bias"}  # of what may be changed by hand
LINEAR, RELU, LOG_SOFTMAX = "linear", "relu", "log_softmax"
ACTIVATIONS: Mapping[str, Layer | None] = MappingProxyType(
    {
        LINEAR: None,
        RELU: ReLU(),
        "leaky_relu": LeakyReLU(),
        "elu": ELU(),
        "selu": SELU(),
        "gelu": GELU(),
        "gelu_tanh": GELU(approximate=True),
        "silu": SiLU(),
        "softplus": Softplus(),
        "softsign": Softsign(),
        "sigmoid": Sigmoid(),
        "hard_sigmoid": HardSigmoid(),
        "tanh": Tanh(),
        LOG_SOFTMAX: LogSoftmax(),
    }
)
# where there is no derivative, and what is taken for it there
KINKS: Mapping[str, tuple[tuple[float, ...], str]] = MappingProxyType(
    {
        RELU: ((0.0,), "0"),
        "leaky_relu": ((0.0,), "0.3"),
        "selu": ((0.0,), "1.76"),
        "hard_sigmoid": ((-3.0, 3.0), "0"),
    }
)
FUNCTION = (
    "the function of each output's sum, by its name in Keras; linear is none. leaky_relu has the slope 0.3 below 0, "
    "gelu_tanh is GELU as it is often computed, with tanh in place of the normal distribution; log_softmax alone "
    "looks at all sums"
)
CLEARED = ("data", "example", "inputs", "units", "use_bias", "kernel_initializer", "seed")


@dataclass(frozen=True)
class DenseSpec(Spec):
    data: str = choice(VECTOR, (VECTOR, DIGIT), f"numbers drawn from the seed, or a digit averaged to {SIDE} × {SIDE}")
    inputs: int = choice(4, (1, 2, 3, 4, 5, 6, 8), "length of the vector", cleared_by=("data",))
    example: int = number(0, 0, 1796, 1, "which of the 1,797 digits", surprise=False)
    units: int = choice(3, (1, 2, 3, 4, 6, 8), "outputs: columns of the kernel, each with a weight for every input")
    activation: str = choice(RELU, tuple(ACTIVATIONS), FUNCTION)
    use_bias: bool = choice(True, (False, True), "a number of each output's own, added to its sum")
    kernel_initializer: str = choice(
        "glorot_uniform", ("glorot_uniform", "glorot_normal", "he_normal", "orthogonal"), "how the kernel begins"
    )
    seed: int = number(0, 0, 99, 1, "start of what is random: the vector, the weights, the target", surprise=False)
    edits: str = text("the numbers that you changed", CLEARED)

    def __post_init__(self) -> None:
        self.values()

    @property
    def layer(self) -> Dense:
        return Dense(self.units, self.use_bias, self.kernel_initializer)

    @property
    def function(self) -> Layer | None:
        return ACTIVATIONS[self.activation]

    @property
    def size(self) -> int:
        """How many numbers come in."""
        return SIDE * SIDE if self.data == DIGIT else self.inputs

    def values(self) -> tuple[Array, Params, Array]:
        """x (size,), the weights, and the target (units,): drawn, written with two decimals, then changed by hand."""
        rng_x, rng_w, rng_b, rng_t = np.random.default_rng(self.seed).spawn(4)
        x = averaged(self.example) if self.data == DIGIT else rng_x.uniform(-1, 1, self.size).round(2)
        params = self.layer.init(rng_w, (self.size,), np.float64)[0]
        w, b = params["kernel"].round(2), rng_b.uniform(0, 0.5, self.units if self.use_bias else 0).round(2)
        edits.apply(self.edits, {"x": x, "w": w, "b": b}, NAMES)
        target = rng_t.uniform(0, 1, self.units).round(2)
        return x, {"kernel": w, "bias": b} if self.use_bias else {"kernel": w}, target

    def with_edit(self, name: str, cell: int, value: float) -> str:
        """The edits with one more or one replaced; what is no input and no weight changes nothing."""
        return edits.changed(self.edits, "xwb", name, cell, value)


def averaged(example: int) -> Array:
    """(SIDE²,): a digit of 8 × 8, each number the mean ink of a part of it, row by row, with two decimals."""
    image = digits().images[example, :, :, 0].astype(np.float64)
    ends, pixel = np.linspace(0, len(image), SIDE + 1), np.arange(len(image))
    # share of each pixel that lies within each part
    within = np.minimum(ends[1:, None], pixel + 1) - np.maximum(ends[:-1, None], pixel)
    share = np.clip(within, 0, None) / (ends[1] - ends[0])
    return (share @ image @ share.T).ravel().round(2)
