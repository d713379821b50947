"""LSTM: a cell that keeps, and three gates that decide what is written, kept and shown.

    i = σ(x_t W_i + h_{t−1} R_i + b_i)        input gate: what is written
    f = σ(x_t W_f + h_{t−1} R_f + b_f)        forget gate: what is kept
    g = tanh(x_t W_g + h_{t−1} R_g + b_g)     candidate: what could be written
    o = σ(x_t W_o + h_{t−1} R_o + b_o)        output gate: what is shown

    c_t = f ∘ c_{t−1} + i ∘ g        h_t = o ∘ tanh c_t        y = h_T, or h_1 … h_T

Backward, from the last step to the first, with a_i the sum that enters gate i:

    dh_t = ∂L/∂y_t + da_{t+1} Rᵀ        dc_t = dh_t ∘ o ∘ (1 − tanh² c_t) + dc_{t+1} ∘ f_{t+1}
    da_i = dc ∘ g ∘ i(1 − i)        da_f = dc ∘ c_{t−1} ∘ f(1 − f)        da_g = dc ∘ i ∘ (1 − g²)
    da_o = dh ∘ tanh c ∘ o(1 − o)
    dW = Σ_t x_tᵀ da_t        dR = Σ_t h_{t−1}ᵀ da_t        db = Σ_t da_t        dx_t = da_t Wᵀ

From cell to cell a gradient is multiplied by f alone: where f is 1, it does not vanish. A gate may be *clamped*: it has
the given value whatever enters it, and no gradient passes through it. Masks, dropout and states:
`engine/layers/recurrent.py`.

Shapes: x (B, T, C), h, c, y (B, T, units), W = kernel (C, 4·units), R = recurrent_kernel (units, 4·units), b = bias
(4·units,), all with the columns i, f, g, o, as in Keras.

Hochreiter and Schmidhuber 1997, "Long short-term memory", doi:10.1162/neco.1997.9.8.1735
Gers, Schmidhuber and Cummins 2000, "Learning to forget", doi:10.1162/089976600300015015
Jozefowicz, Zaremba and Sutskever 2015 (forget bias 1), https://proceedings.mlr.press/v37/jozefowicz15.html
Tallec and Ollivier 2018 (chrono initialisation), https://arxiv.org/abs/1804.11188
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_flag
from engine.kernels.recurrent import lstm, lstm_backward
from engine.layers.layer import Params, State
from engine.layers.recurrent import (
    Chrono,
    Clamp,
    Given,
    Recurrent,
    RecurrentLayer,
    check_clamp,
    check_gate_bias,
    clamped,
    contiguous,
    over_examples,
    over_steps,
    slopes,
)


class LSTMTrace(NamedTuple):
    given: Given
    gates: Array  # (B, T, 4, units)  i, f, g, o
    state: Array  # (B, T + 1, 3, units)  h, c, tanh c

    @property
    def h(self) -> Array:
        """(B, T + 1, units): h_0 … h_T."""
        return self.state[:, :, 0]

    @property
    def c(self) -> Array:
        """(B, T + 1, units): c_0 … c_T."""
        return self.state[:, :, 1]

    @property
    def mask(self) -> Array | None:
        """(B, T), for the layers that come after."""
        return self.given.mask_of_y


class LSTMSteps(NamedTuple):
    """The gradient at every step and gate, in the order of the steps."""

    dh: Array  # (B, T + 1, units)  by h_0 … h_T
    dc: Array  # (B, T + 1, units)  by c_0 … c_T
    da: Array  # (B, T, 4, units)  by what enters i, f, g, o


@dataclass(frozen=True)
class LSTM(RecurrentLayer):
    """(B, T, C) → (B, units), or (B, T, units) with `return_sequences`.

    `forget_bias` is where the forget gate's bias starts, if `unit_forget_bias`: 1 as in Keras, another number, or
    `Chrono(longest)`, which also starts the input gate's at its negative. `clamp` holds gates at a value: `{"f": 1}`.
    """

    unit_forget_bias: bool = True
    forget_bias: float | Chrono = 1.0
    clamp: Clamp = ()

    gates = "ifgo"
    states = ("h", "c")
    trace = LSTMTrace

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "unit_forget_bias", check_flag("unit_forget_bias", self.unit_forget_bias))
        object.__setattr__(self, "forget_bias", check_gate_bias("forget_bias", self.forget_bias))
        object.__setattr__(self, "clamp", check_clamp(self.clamp, self.gates))
        if self.forget_bias != 1 and not (self.unit_forget_bias and self.use_bias):
            raise ValueError(f"forget_bias={self.forget_bias} needs unit_forget_bias and use_bias")

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        params, state = super().init(rng, input_shape, dtype)
        if self.use_bias and self.unit_forget_bias:
            i, f, _, _ = params["bias"].reshape(4, self.units)
            if isinstance(self.forget_bias, Chrono):
                # b_f = log U(1, longest − 1)    b_i = −b_f
                f[:] = self.forget_bias(rng, self.units)
                i[:] = -f
            else:
                f[:] = self.forget_bias
        return params, state

    def forward(
        self,
        params: Params,
        x: Array | Recurrent,
        *,
        mask: Array | None = None,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Any, LSTMTrace]:
        given = self.given(params, x, mask, training, rng)
        # a = x W + b
        gates = given.x @ params["kernel"]
        if self.use_bias:
            gates += params["bias"]
        # i, f, g, o from a + h R    c = f ∘ c + i ∘ g    h = o ∘ tanh c
        state, recurrent = self.first_state(given, rows=3), contiguous(params["recurrent_kernel"])
        shared = recurrent, clamped(self.clamp, self.gates, state.dtype)
        over_examples(lstm, (gates, state), (given.mask, given.drop_h), shared)
        return self.output(state), LSTMTrace(given, gates.reshape(*gates.shape[:2], 4, self.units), state)

    def backward_steps(self, params: Params, trace: LSTMTrace, dy: Any) -> LSTMSteps:
        """The gradient at every step and gate: what `backward` sums."""
        dstate = self.outer_gradient(params, trace, dy)
        given, gates, state = trace
        # i, f, o = σ(a)    g = tanh a
        da = slopes(gates, self.gates, self.clamp)
        flat = (*gates.shape[:2], 4 * self.units)
        read = gates.reshape(flat), state, given.mask, given.drop_h
        shared = (contiguous(params["recurrent_kernel"].T),)
        over_examples(lstm_backward, (da.reshape(flat), dstate), read, shared)
        return LSTMSteps(dstate[:, :, 0], dstate[:, :, 1], da)

    def backward(self, params: Params, trace: LSTMTrace, dy: Any) -> tuple[Any, Params]:
        dh, dc, dgates = self.backward_steps(params, trace, dy)
        given, da = trace.given, dgates.reshape(*dgates.shape[:2], 4 * self.units)
        # a = x W + (h ∘ drop) R + b
        grads = {
            "kernel": over_steps(given.x, da),
            "recurrent_kernel": over_steps(trace.h[:, :-1] * given.drop_h[:, None], da),
        }
        if self.use_bias:
            grads["bias"] = da.sum(axis=(0, 1))
        return self.input_gradient(params, given, da, (dh, dc)), grads
