"""GRU: a state that two gates renew in part.

    z = σ(x_t W_z + h_{t−1} R_z + b_z + b′_z)        update gate: what is kept
    r = σ(x_t W_r + h_{t−1} R_r + b_r + b′_r)        reset gate: what the candidate sees of the past
    n = tanh(x_t W_n + r ∘ m + b_n)                  candidate, m = h_{t−1} R_n + b′_n          with reset_after
    n = tanh(x_t W_n + m R_n + b_n)                  candidate, m = r ∘ h_{t−1}                 without; there is no b′

    h_t = z ∘ h_{t−1} + (1 − z) ∘ n        y = h_T, or h_1 … h_T

`reset_after` is Keras's default and PyTorch's form; without it is the form of the paper, apart from z, which Cho et al.
use as here. Backward, from the last step to the first, with a_z the sum that enters gate z:

    da_z = dh ∘ (h_{t−1} − n) ∘ z(1 − z)        da_n = dh ∘ (1 − z) ∘ (1 − n²)
    da_r = dm ∘ … ∘ r(1 − r):   da_n ∘ m ∘ r(1 − r),   dm = da_n ∘ r                            with reset_after
                                dm ∘ h_{t−1} ∘ r(1 − r),   dm = da_n R_nᵀ                       without
    dh_{t−1} = ∂L/∂y_{t−1} + dh_t ∘ z + da_z R_zᵀ + da_r R_rᵀ + (dm R_nᵀ  or  dm ∘ r)

and the weights' gradients are the sums over all steps. Where z is 1 a gradient passes unchanged. A gate may be
*clamped*: it has the given value whatever enters it, and no gradient passes through it. Masks, dropout and states:
`engine/layers/recurrent.py`.

Shapes: x (B, T, C), h, y (B, T, units), W = kernel (C, 3·units), R = recurrent_kernel (units, 3·units), all with the
columns z, r, n, as in Keras; bias (2, 3·units), b and b′, with reset_after, else (3·units,).

Cho et al. 2014, "Learning phrase representations using RNN encoder–decoder", https://arxiv.org/abs/1406.1078
Chung et al. 2014, "Empirical evaluation of gated recurrent neural networks", https://arxiv.org/abs/1412.3555
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_flag
from engine.kernels.recurrent import gru, gru_backward
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


class GRUTrace(NamedTuple):
    given: Given
    values: Array  # (B, T, 4, units)  z, r, n, m
    state: Array  # (B, T + 1, 1, units)

    @property
    def gates(self) -> Array:
        """(B, T, 3, units): z, r, n."""
        return self.values[:, :, :3]

    @property
    def m(self) -> Array:
        """(B, T, units): what r lets pass with reset_after, what it has let pass without."""
        return self.values[:, :, 3]

    @property
    def h(self) -> Array:
        """(B, T + 1, units): h_0 … h_T."""
        return self.state[:, :, 0]

    @property
    def mask(self) -> Array | None:
        """(B, T), for the layers that come after."""
        return self.given.mask_of_y


class GRUSteps(NamedTuple):
    """The gradient at every step and gate, in the order of the steps."""

    dh: Array  # (B, T + 1, units)  by h_0 … h_T
    da: Array  # (B, T, 3, units)  by what enters z, r, n
    dm: Array  # (B, T, units)


@dataclass(frozen=True)
class GRU(RecurrentLayer):
    """(B, T, C) → (B, units), or (B, T, units) with `return_sequences`.

    `update_bias` is where the update gate's bias starts: a number or `Chrono(longest)`. `clamp` holds gates at a value:
    `{"z": 1}`.
    """

    reset_after: bool = True
    update_bias: float | Chrono = 0.0
    clamp: Clamp = ()

    gates = "zrn"
    trace = GRUTrace

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "reset_after", check_flag("reset_after", self.reset_after))
        object.__setattr__(self, "update_bias", check_gate_bias("update_bias", self.update_bias))
        object.__setattr__(self, "clamp", check_clamp(self.clamp, self.gates))
        if self.update_bias != 0 and not self.use_bias:
            raise ValueError(f"update_bias={self.update_bias} needs use_bias")

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        shapes = super().parameter_shapes(input_shape)
        return shapes | {"bias": (2, *shapes["bias"])} if self.use_bias and self.reset_after else shapes

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        params, state = super().init(rng, input_shape, dtype)
        if self.update_bias != 0:
            z = params["bias"].reshape(-1)[: self.units]
            z[:] = self.update_bias(rng, self.units) if isinstance(self.update_bias, Chrono) else self.update_bias
        return params, state

    def forward(
        self,
        params: Params,
        x: Array | Recurrent,
        *,
        mask: Array | None = None,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Any, GRUTrace]:
        given = self.given(params, x, mask, training, rng)
        values = np.zeros((*given.x.shape[:2], 4, self.units), given.x.dtype)
        # a = x W + b    m = b′;  of z and r, b′ might as well be a part of b
        entering = (given.x @ params["kernel"]).reshape(*given.x.shape[:2], 3, self.units)
        values[:, :, :3] = entering
        if self.use_bias:
            b, *recurrent_bias = params["bias"].reshape(-1, 3, self.units)
            values[:, :, :3] += b
            if recurrent_bias:
                values[:, :, :2] += recurrent_bias[0][:2]
                values[:, :, 3] += recurrent_bias[0][2]
        # z, r, n, m from a + h R    h = z ∘ h + (1 − z) ∘ n
        state, recurrent = self.first_state(given, rows=1), contiguous(params["recurrent_kernel"])
        shared = recurrent, clamped(self.clamp, self.gates, state.dtype), self.reset_after
        flat = values.reshape(*values.shape[:2], 4 * self.units)
        over_examples(gru, (flat, state), (given.mask, given.drop_h), shared)
        return self.output(state), GRUTrace(given, values, state)

    def backward_steps(self, params: Params, trace: GRUTrace, dy: Any) -> GRUSteps:
        """The gradient at every step and gate: what `backward` sums."""
        dstate = self.outer_gradient(params, trace, dy)
        given, values, state = trace
        # z, r = σ(a)    n = tanh a
        da = slopes(values, self.gates, self.clamp)
        flat = (*values.shape[:2], 4 * self.units)
        read = values.reshape(flat), state, given.mask, given.drop_h
        shared = contiguous(params["recurrent_kernel"].T), self.reset_after
        over_examples(gru_backward, (da.reshape(flat), dstate), read, shared)
        return GRUSteps(dstate[:, :, 0], da[:, :, :3], da[:, :, 3])

    def backward(self, params: Params, trace: GRUTrace, dy: Any) -> tuple[Any, Params]:
        dh, dgates, dm = self.backward_steps(params, trace, dy)
        given, da = trace.given, dgates.reshape(*dgates.shape[:2], 3 * self.units)
        h = trace.h[:, :-1] * given.drop_h[:, None]
        if self.reset_after:
            # m = (h ∘ drop) R_n + b′
            recurrent_da = np.concatenate([da[..., : 2 * self.units], dm], axis=-1)
            recurrent_kernel = over_steps(h, recurrent_da)
        else:
            # a_z, a_r = … (h ∘ drop) R    a_n = … m R
            gradients = over_steps(h, da[..., : 2 * self.units]), over_steps(trace.m, da[..., 2 * self.units :])
            recurrent_kernel = np.concatenate(gradients, axis=1)
        # a = x W + … + b
        grads = {"kernel": over_steps(given.x, da), "recurrent_kernel": recurrent_kernel}
        if self.use_bias:
            bias = [da.sum(axis=(0, 1))]
            grads["bias"] = np.stack([*bias, recurrent_da.sum(axis=(0, 1))]) if self.reset_after else bias[0]
        return self.input_gradient(params, given, da, (dh,)), grads
