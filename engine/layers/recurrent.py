"""What SimpleRNN, LSTM and GRU share: all but what happens within a step.

A recurrent layer reads a sequence step by step, and hands a state from each step to the next:

    h_t = step(x_t, h_{t−1})        t = 1 … T        h₀ = 0, or the state that is given

Its output is the last state, h_T, or with `return_sequences` all of them. Backward goes through time: a state acts
through its own output and through all later steps,

    ∂L/∂h_{t−1} = ∂L/∂y_{t−1} + ∂h_t/∂h_{t−1} ∂L/∂h_t

and a weight, which is the same in every step, has the sum over all steps as its gradient.

Where the mask (B, T) is False a step is passed over: the state, hence the output, stays as it was. That is how
sequences of unequal length share a batch. `go_backwards` takes the steps from last to first, and its output is in that
order, as in Keras.

Dropout is variational: one mask for all steps of a sequence. `dropout` acts on x, `recurrent_dropout` on the state
where it enters the product with the recurrent weights, not where it is carried on.

Shapes: x (B, T, C), y (B, units) or (B, T, units), h, c (B, units).

Elman 1990, "Finding structure in time", doi:10.1207/s15516709cog1402_1
Werbos 1990, "Backpropagation through time: what it does and how to do it", doi:10.1109/5.58337
Gal and Ghahramani 2016 (variational dropout), https://arxiv.org/abs/1512.05287
Tallec and Ollivier 2018 (chrono initialisation), https://arxiv.org/abs/1804.11188
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_dtype, check_flag, check_gradient, check_integer, check_mask, check_number
from engine.initializers import Scaled, initializer
from engine.kernels.workers import run
from engine.layers.dropout import drop_factors
from engine.layers.layer import Layer, Params, State

Clamp: TypeAlias = Mapping[str, float] | tuple[tuple[str, float], ...]  # gate → value; kept as pairs

CANDIDATES = "gn"  # tanh, between −1 and 1; every other gate is a σ, between 0 and 1


class Recurrent(NamedTuple):
    """A sequence and the state beside it: x with an initial state, or y with the final one. None means zero."""

    sequence: Array | None  # x (B, T, C);  y (B, units) or (B, T, units)
    h: Array | None = None  # (B, units)
    c: Array | None = None  # (B, units)  of an LSTM


class Given(NamedTuple):
    """What the steps find, in the order in which they are taken."""

    x: Array  # (B, T, C)  with dropout
    mask: Array  # (B, T)  False: the step is passed over
    drop_x: Array  # (B, C)  factors of x; 1 without dropout
    drop_h: Array  # (B, units)  factors of h
    source: Array | Recurrent  # x as it was given
    mask_of_y: Array | None  # (B, T)  for the layers that come after; None without a mask, or where y has no steps


@dataclass(frozen=True)
class Chrono:
    """Biases for gates that are to keep a state for 1 … `longest` steps: log U(1, longest − 1), a unit each its own."""

    longest: int

    def __post_init__(self) -> None:
        check_integer("longest", self.longest, least=3)

    def __call__(self, rng: np.random.Generator, units: int) -> Array:
        # σ(log n) = 1 − 1 / (n + 1):  such a gate forgets within about n steps
        return np.log(rng.uniform(1, self.longest - 1, units))


@dataclass(frozen=True)
class RecurrentLayer(Layer):
    """Hyperparameters under their Keras names. `return_state` makes y a `Recurrent`; x may be one at any time."""

    units: int
    use_bias: bool = True
    kernel_initializer: str | Scaled = "glorot_uniform"
    recurrent_initializer: str | Scaled = "orthogonal"
    bias_initializer: str | Scaled = "zeros"
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False

    uses = frozenset({"mask", "training", "rng"})
    gates: ClassVar[str]  # a letter for each, in the order of the kernel's columns
    states: ClassVar[tuple[str, ...]] = ("h",)
    trace: ClassVar[Any]  # its type

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", check_integer("units", self.units))
        for name in ("use_bias", "return_sequences", "return_state", "go_backwards"):
            object.__setattr__(self, name, check_flag(name, getattr(self, name)))
        for name in ("dropout", "recurrent_dropout"):
            object.__setattr__(self, name, check_number(name, getattr(self, name), least=0, below=1))
        for chosen in (self.kernel_initializer, self.recurrent_initializer, self.bias_initializer):
            initializer(chosen)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Of the sequence, where y has a state beside it."""
        if len(input_shape) != 2 or min(input_shape) < 1:
            raise ValueError(f"{type(self).__name__} takes examples of shape (steps, channels), not {input_shape}")
        return (input_shape[0], self.units) if self.return_sequences else (self.units,)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        columns = len(self.gates) * self.units
        shapes: dict[str, Shape] = {
            "kernel": (input_shape[-1], columns),
            "recurrent_kernel": (self.units, columns),
            "bias": (columns,),
        }
        return shapes if self.use_bias else {name: shapes[name] for name in ("kernel", "recurrent_kernel")}

    def operation_count(self, input_shape: Shape) -> int:
        """Both matrix products of every step, and the products of gates and states."""
        self.output_shape(input_shape)
        steps, channels = input_shape
        products = 0 if len(self.gates) == 1 else 3  # an LSTM's and a GRU's: three numbers a unit
        return steps * self.units * (len(self.gates) * (channels + self.units) + products)

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[Params, State]:
        self.output_shape(input_shape)
        choice = {
            "kernel": self.kernel_initializer,
            "recurrent_kernel": self.recurrent_initializer,
            "bias": self.bias_initializer,
        }
        shapes = self.parameter_shapes(input_shape)
        return {name: initializer(choice[name])(rng, shape, dtype) for name, shape in shapes.items()}, {}

    # ------------------------------------------------------------------------------------------- before the steps

    def given(
        self,
        params: Params,
        x: Array | Recurrent,
        mask: Array | None,
        training: bool,
        rng: np.random.Generator | None,
    ) -> Given:
        """x and mask, checked, with dropout, in the order of the steps."""
        sequence = self._check_given(params, x)
        batch, steps, channels = sequence.shape
        check_mask(mask, (batch, steps))
        order = slice(None, None, -1 if self.go_backwards else 1)
        keep = np.ones((batch, steps), np.bool_) if mask is None else np.array(mask[:, order])
        drop_x = drop_factors(self.dropout, (batch, channels), training, rng, sequence.dtype)
        drop_h = drop_factors(self.recurrent_dropout, (batch, self.units), training, rng, sequence.dtype)
        # x ∘ drop;  what a step that is passed over would have read is 0, even if it is no number
        dropped = np.where(keep[:, :, None], sequence[:, order] * drop_x[:, None], 0)
        return Given(dropped, keep, drop_x, drop_h, x, keep if mask is not None and self.return_sequences else None)

    def _check_given(self, params: Params, x: Array | Recurrent) -> Array:
        """The sequence, if it and the states beside it are what the layer takes."""
        given = x if isinstance(x, Recurrent) else Recurrent(x)
        if given.sequence is None:
            raise ValueError(f"{type(self).__name__} needs a sequence, not None")
        self.check(params, given.sequence)
        for name in ("h", "c"):
            state = getattr(given, name)
            if state is None:
                continue
            shape = (len(given.sequence), self.units)
            if name not in self.states:
                raise ValueError(f"{type(self).__name__} has the state {', '.join(self.states)}, and no {name}")
            if state.shape != shape:
                raise ValueError(f"{name} must have the shape {shape}, not {state.shape}")
            check_dtype(name, state, given.sequence.dtype)
        return given.sequence

    def first_state(self, given: Given, rows: int) -> Array:
        """(B, T + 1, rows, units): the initial state in front, room for the others."""
        batch, steps, _ = given.x.shape
        state = np.zeros((batch, steps + 1, rows, self.units), given.x.dtype)
        if isinstance(given.source, Recurrent):
            for row, name in enumerate(self.states):
                if (initial := getattr(given.source, name)) is not None:
                    state[:, 0, row] = initial
        return state

    # -------------------------------------------------------------------------------------------- after the steps

    def output(self, state: Array) -> Array | Recurrent:
        """y, from the states (B, T + 1, N, units)."""
        y = np.array(state[:, 1:, 0] if self.return_sequences else state[:, -1, 0])
        last = [np.array(state[:, -1, row]) for row in range(len(self.states))]
        return Recurrent(y, *last) if self.return_state else y

    def outer_gradient(self, params: Params, trace: Any, dy: Any) -> Array:
        """(B, T + 1, N, units): what dy says of each state, before any later step has its say."""
        if not isinstance(trace, self.trace) or trace.state.shape[-1] != self.units:
            raise ValueError("the trace must be what forward of this very layer has left")
        given = trace.given
        self._check_given(params, given.source)
        batch, steps, _ = given.x.shape
        if isinstance(dy, Recurrent) != self.return_state:
            raise ValueError(f"with return_state={self.return_state}, dy must be shaped like y")
        outer = dy if isinstance(dy, Recurrent) else Recurrent(dy)
        dstate = np.zeros((batch, steps + 1, len(self.states), self.units), given.x.dtype)
        if outer.sequence is not None:
            check_gradient(outer.sequence, (batch, *self.output_shape((steps, given.x.shape[-1]))), given.x.dtype)
            # y = h_1 … h_T, or h_T
            dstate[:, 1 if self.return_sequences else -1 :, 0] += (
                outer.sequence if self.return_sequences else outer.sequence[:, None]
            )
        for row, name in enumerate(self.states):
            if (dlast := getattr(outer, name)) is not None:
                check_gradient(dlast, (batch, self.units), given.x.dtype)
                dstate[:, -1, row] += dlast
        return dstate

    def input_gradient(self, params: Params, given: Given, da: Array, states: Sequence[Array]) -> Array | Recurrent:
        """dx, shaped like the x that was given, from da (B, T, G·U) and the gradients of the states, dh and dc."""
        # a = (x ∘ drop) W + …
        dx = (da @ params["kernel"].T) * given.drop_x[:, None]
        dx = np.ascontiguousarray(dx[:, ::-1]) if self.go_backwards else dx
        if not isinstance(given.source, Recurrent):
            return dx
        initial = {
            name: np.array(dstate[:, 0])
            for name, dstate in zip(self.states, states, strict=True)
            if getattr(given.source, name) is not None
        }
        return Recurrent(dx, **initial)


def over_examples(
    kernel: Callable[..., None], written: Sequence[Array], read: Sequence[Array], shared: Sequence[Any]
) -> None:
    """`kernel(*written, *read, *shared)`, with the examples dealt to the workers: they know nothing of each other.

    What is written is the caller's own, contiguous. Its first array has a row for every step, and the first of what is
    shared are the recurrent weights: so much work it is.
    """
    # a read-only array would be another type to the compiler, and compiled for once more
    parts = [*written, *(np.require(array, requirements=["C", "W"]) for array in read)]
    batch, steps = parts[0].shape[:2]

    def some(lo: int, hi: int) -> None:
        kernel(*(part[lo:hi] for part in parts), *shared)

    run(some, items=batch, operations=batch * steps * shared[0].size)


def over_steps(h: Array, da: Array) -> Array:
    """Σ_b Σ_t hᵀ da, a weight's gradient: h (B, T, C), da (B, T, F) → (C, F)."""
    return h.reshape(-1, h.shape[-1]).T @ da.reshape(-1, da.shape[-1])


def contiguous(weights: Array) -> Array:
    """A copy as the kernels want it."""
    return np.array(weights, order="C")


def slopes(gates: Array, letters: str, clamp: Clamp) -> Array:
    """The derivatives of the gates by what enters them, from their values (B, T, G, U).

    σ′ = σ(1 − σ), and of the candidates g and n  tanh′ = 1 − tanh²;  a clamped gate does not listen.
    """
    result = gates * (1 - gates)
    for index, letter in enumerate(letters):
        if letter in CANDIDATES:
            result[:, :, index] = 1 - gates[:, :, index] * gates[:, :, index]
        if letter in dict(clamp):
            result[:, :, index] = 0
    return result


def check_clamp(clamp: Clamp, letters: str) -> tuple[tuple[str, float], ...]:
    """Gates and their values as pairs, in the order of the gates."""
    values = dict(clamp)
    for gate, value in values.items():
        if gate not in tuple(letters):
            raise ValueError(f"clamp must name one of the gates {', '.join(letters)}, not {gate!r}")
        least = -1 if gate in CANDIDATES else 0
        if not least <= check_number(f"clamp of {gate}", value) <= 1:
            raise ValueError(f"clamp of {gate} must lie between {least} and 1, not {value}")
    return tuple((gate, float(values[gate])) for gate in letters if gate in values)


def check_gate_bias(name: str, value: float | Chrono) -> float | Chrono:
    return value if isinstance(value, Chrono) else check_number(name, value)


def clamped(clamp: Clamp, letters: str, dtype: npt.DTypeLike) -> Array:
    """(G,): each gate's value as the kernels want it, NaN where it is free."""
    return np.array([dict(clamp).get(gate, np.nan) for gate in letters], dtype)
