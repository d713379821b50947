"""Bidirectional: one recurrent layer reads from the front, another from the back.

    f = layer(x)        b = layer(x, from last step to first), turned round again        y = merge(f, b)

    concat  y = [f, b]        sum  y = f + b        ave  y = (f + b) / 2        mul  y = f ∘ b

With `return_sequences`, y is 0 at the steps where the mask is False, as in Keras.

Both layers have weights of their own. So at each step y knows the whole sequence; what it cannot be used for is to
predict what comes next. Backward, each layer gets its part of dy, and dx is the sum of both: x went into both.

Shapes: x (B, T, C), y (B, units) or (B, T, units); twice as many units with "concat".

Schuster and Paliwal 1997, "Bidirectional recurrent neural networks", doi:10.1109/78.650093
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_choice, check_gradient
from engine.layers.layer import Layer, Params
from engine.layers.recurrent import RecurrentLayer

MERGE_MODES = ("concat", "sum", "ave", "mul")


class BidirectionalTrace(NamedTuple):
    forward: Any  # the traces of both layers
    backward: Any
    outputs: tuple[Array, Array]  # f, b  (B, units) or (B, T, units)  in the order of x
    mask: Array | None  # (B, T), for the layers that come after


@dataclass(frozen=True)
class Bidirectional(Layer):
    """(B, T, C) → (B, …, 2·units), or (B, …, units). Parameters: those of the layer, "forward" and "backward"."""

    layer: RecurrentLayer
    merge_mode: str = "concat"

    uses = RecurrentLayer.uses

    def __post_init__(self) -> None:
        if not isinstance(self.layer, RecurrentLayer):
            raise ValueError(f"layer must be SimpleRNN, LSTM or GRU, not {self.layer!r}")
        for name in ("return_state", "go_backwards"):
            if getattr(self.layer, name):
                raise ValueError(f"layer must not have {name}: Bidirectional reads both ways, and gives no states")
        check_choice("merge_mode", self.merge_mode, MERGE_MODES)

    @property
    def layers(self) -> dict[str, RecurrentLayer]:
        return {"forward": self.layer, "backward": replace(self.layer, go_backwards=True)}

    def output_shape(self, input_shape: Shape) -> Shape:
        *steps, units = self.layer.output_shape(input_shape)
        return (*steps, 2 * units if self.merge_mode == "concat" else units)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Names are `forward.kernel`, as `engine.arrays.leaves` gives them."""
        shapes = self.layer.parameter_shapes(input_shape)
        return {f"{way}.{name}": shape for way in self.layers for name, shape in shapes.items()}

    def operation_count(self, input_shape: Shape) -> int:
        return 2 * self.layer.operation_count(input_shape)

    def init(
        self, rng: np.random.Generator, input_shape: Shape, dtype: npt.DTypeLike = np.float32
    ) -> tuple[dict[str, Params], Any]:
        return {way: layer.init(rng, input_shape, dtype)[0] for way, layer in self.layers.items()}, {}

    def forward(
        self,
        params: dict[str, Params],
        x: Array,
        *,
        mask: Array | None = None,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, BidirectionalTrace]:
        if not isinstance(x, np.ndarray):
            raise ValueError(f"Bidirectional takes a sequence without states, not {type(x).__name__}")
        ways = self.layers
        if set(params) != set(ways):
            raise ValueError(f"Bidirectional needs parameters for {', '.join(ways)}, got {', '.join(params)}")
        rngs = (None, None) if rng is None else rng.spawn(2)
        (f, forward), (b, backward) = (
            layer.forward(params[way], x, mask=mask, training=training, rng=own)
            for (way, layer), own in zip(ways.items(), rngs, strict=True)
        )
        mask = mask if self.layer.return_sequences else None
        f, b = self._shown(f, mask), self._shown(self._turned(b), mask)
        return self._merge(f, b), BidirectionalTrace(forward, backward, (f, b), mask)

    def backward(
        self, params: dict[str, Params], trace: BidirectionalTrace, dy: Array
    ) -> tuple[Array, dict[str, Params]]:
        f, b = trace.outputs
        check_gradient(dy, (*f.shape[:-1], f.shape[-1] * (2 if self.merge_mode == "concat" else 1)), f.dtype)
        # y = merge(f, b), 0 where the mask is False
        df, db = self._split(f, b, self._shown(dy, trace.mask))
        # f = layer(x)    b = layer(x, from last step to first), turned round again
        ways = self.layers
        dx, grads = ways["forward"].backward(params["forward"], trace.forward, df)
        dx_of_b, grads_of_b = ways["backward"].backward(params["backward"], trace.backward, self._turned(db))
        return dx + dx_of_b, {"forward": grads, "backward": grads_of_b}

    def _turned(self, y: Array) -> Array:
        """(B, T, units) with the steps in the other order; the last step alone (B, units) has none."""
        return np.ascontiguousarray(y[:, ::-1]) if self.layer.return_sequences else y

    def _shown(self, y: Array, mask: Array | None) -> Array:
        """y, and 0 at the steps that are passed over."""
        return y if mask is None else np.where(mask[:, :, None], y, 0)

    def _merge(self, f: Array, b: Array) -> Array:
        if self.merge_mode == "concat":
            return np.concatenate([f, b], axis=-1)
        return f * b if self.merge_mode == "mul" else (f + b) / (2 if self.merge_mode == "ave" else 1)

    def _split(self, f: Array, b: Array, dy: Array) -> tuple[Array, Array]:
        """(df, db) from dy."""
        if self.merge_mode == "concat":
            return dy[..., : f.shape[-1]], dy[..., f.shape[-1] :]
        if self.merge_mode == "mul":
            return dy * b, dy * f
        share = dy / (2 if self.merge_mode == "ave" else 1)
        return share, share
