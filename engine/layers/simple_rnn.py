"""SimpleRNN: the state feeds itself.

    a_t = x_t W + h_{t−1} R + b        h_t = φ(a_t)        y = h_T, or h_1 … h_T

φ is tanh, ReLU, σ or nothing ("linear"). Backward, from the last step to the first:

    da_t = dh_t ∘ φ′(a_t)        dh_{t−1} = ∂L/∂y_{t−1} + da_t Rᵀ        dx_t = da_t Wᵀ
    dW = Σ_t x_tᵀ da_t        dR = Σ_t h_{t−1}ᵀ da_t        db = Σ_t da_t

So a gradient passes Rᵀ once a step: over many it shrinks or grows like powers of R's spectral radius, exactly so where
φ is linear and R orthogonal. Masks, dropout and states: `engine/layers/recurrent.py`.

Shapes: x (B, T, C), h, y (B, T, units), W = kernel (C, units), R = recurrent_kernel (units, units), b = bias (units,).

Elman 1990, "Finding structure in time", doi:10.1207/s15516709cog1402_1
Bengio, Simard and Frasconi 1994, "Learning long-term dependencies with gradient descent is difficult",
doi:10.1109/72.279181
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.checks import check_choice
from engine.kernels.recurrent import LINEAR, RELU, SIGMOID, TANH, simple_rnn, simple_rnn_backward
from engine.layers.layer import Params
from engine.layers.recurrent import Given, Recurrent, RecurrentLayer, contiguous, over_examples, over_steps

ACTIVATIONS = {"tanh": TANH, "relu": RELU, "sigmoid": SIGMOID, "linear": LINEAR}


class SimpleRNNTrace(NamedTuple):
    given: Given
    a: Array  # (B, T, units)  what enters φ
    state: Array  # (B, T + 1, 1, units)

    @property
    def h(self) -> Array:
        """(B, T + 1, units): h_0 … h_T."""
        return self.state[:, :, 0]

    @property
    def mask(self) -> Array | None:
        """(B, T), for the layers that come after."""
        return self.given.mask_of_y


class SimpleRNNSteps(NamedTuple):
    """The gradient at every step, in the order of the steps."""

    dh: Array  # (B, T + 1, units)  by h_0 … h_T
    da: Array  # (B, T, units)


@dataclass(frozen=True)
class SimpleRNN(RecurrentLayer):
    """(B, T, C) → (B, units), or (B, T, units) with `return_sequences`. The activation is tanh, relu, sigmoid or
    linear."""

    activation: str = "tanh"

    gates = "h"
    trace = SimpleRNNTrace

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("activation", self.activation, tuple(ACTIVATIONS))

    def forward(
        self,
        params: Params,
        x: Array | Recurrent,
        *,
        mask: Array | None = None,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Any, SimpleRNNTrace]:
        given = self.given(params, x, mask, training, rng)
        # a = x W + b
        a = given.x @ params["kernel"]
        if self.use_bias:
            a += params["bias"]
        # a ← a + h R    h = φ(a)
        state, recurrent = self.first_state(given, rows=1), contiguous(params["recurrent_kernel"])
        shared = recurrent, ACTIVATIONS[self.activation]
        over_examples(simple_rnn, (a, state), (given.mask, given.drop_h), shared)
        return self.output(state), SimpleRNNTrace(given, a, state)

    def backward_steps(self, params: Params, trace: SimpleRNNTrace, dy: Any) -> SimpleRNNSteps:
        """The gradient at every step: what `backward` sums."""
        dstate = self.outer_gradient(params, trace, dy)
        # h = φ(a)
        da = self.slope(trace.h[:, 1:])
        shared = (contiguous(params["recurrent_kernel"].T),)
        over_examples(simple_rnn_backward, (da, dstate), (trace.given.mask, trace.given.drop_h), shared)
        return SimpleRNNSteps(dstate[:, :, 0], da)

    def slope(self, h: Array) -> Array:
        """φ′(a), from h = φ(a)."""
        if self.activation == "tanh":
            return 1 - h * h
        if self.activation == "sigmoid":
            return h * (1 - h)
        slope = np.ones_like(h)
        return np.where(h <= 0, 0, slope) if self.activation == "relu" else slope

    def backward(self, params: Params, trace: SimpleRNNTrace, dy: Any) -> tuple[Any, Params]:
        dh, da = self.backward_steps(params, trace, dy)
        given = trace.given
        # a = x W + (h ∘ drop) R + b
        grads = {
            "kernel": over_steps(given.x, da),
            "recurrent_kernel": over_steps(trace.h[:, :-1] * given.drop_h[:, None], da),
        }
        if self.use_bias:
            grads["bias"] = da.sum(axis=(0, 1))
        return self.input_gradient(params, given, da, (dh,)), grads
