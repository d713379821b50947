"""Everything that a learner can set on the LSTM page."""

from __future__ import annotations

from dataclasses import dataclass

from engine.layers.lstm import LSTM
from experiments.recurrent.clamps import FREE, clamp, clamps
from experiments.recurrent.spec import ONES, ZEROS, RecurrentSpec
from experiments.spec import choice, number

ALL_FREE = {"clamp_i": FREE, "clamp_f": FREE, "clamp_g": FREE, "clamp_o": FREE}
PRESETS = {
    ("Keep", "f = 1 and i = 0: nothing is forgotten, nothing written. From a state of ones."): ALL_FREE
    | {"clamp_f": "1", "clamp_i": "0", "initial_state": ONES},
    ("Lose", "f = 0: everything is forgotten at every step. From a state of ones."): ALL_FREE
    | {"clamp_f": "0", "initial_state": ONES},
    ("Hide", "o = 0: the cell goes on, and nothing of it is shown. From a state of ones."): ALL_FREE
    | {"clamp_o": "0", "initial_state": ONES},
    ("Free", "No gate is held, and the state begins at zero."): ALL_FREE | {"initial_state": ZEROS},
}


@dataclass(frozen=True)
class LSTMSpec(RecurrentSpec):
    unit_forget_bias: bool = choice(True, (True, False), "start the forget gate's bias at forget_bias, not at 0")
    forget_bias: float = number(
        1.0, -4.0, 6.0, 0.25, "where the forget gate's bias starts: the more, the longer it keeps"
    )
    clamp_i: str = clamp("holds the input gate: 0 writes nothing, 1 writes all")
    clamp_f: str = clamp("holds the forget gate: 0 forgets everything, 1 keeps everything")
    clamp_g: str = clamp("holds the candidate: what is written, times i", low="-1")
    clamp_o: str = clamp("holds the output gate: 0 hides the cell, 1 shows it")

    gates = "ifgo"

    @property
    def has_forget_bias(self) -> bool:
        """Whether it can be set."""
        return self.use_bias and self.unit_forget_bias

    @property
    def layer(self) -> LSTM:
        return LSTM(
            **self.hyperparameters,
            unit_forget_bias=self.unit_forget_bias,
            forget_bias=self.forget_bias,
            clamp=clamps(self),
        )
