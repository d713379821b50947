"""Everything that a learner can set on the GRU page."""

from __future__ import annotations

from dataclasses import dataclass

from engine.layers.gru import GRU
from experiments.recurrent.clamps import FREE, clamp, clamps
from experiments.recurrent.spec import ONES, ZEROS, RecurrentSpec
from experiments.spec import choice, number

ALL_FREE = {"clamp_z": FREE, "clamp_r": FREE, "clamp_n": FREE}
PRESETS = {
    ("Keep", "z = 1: the state stays what it was. From a state of ones."): ALL_FREE
    | {"clamp_z": "1", "initial_state": ONES},
    ("Renew", "z = 0: the state is the candidate. From a state of ones."): ALL_FREE
    | {"clamp_z": "0", "initial_state": ONES},
    ("Ignore", "r = 0: the candidate sees nothing of the past. From a state of ones."): ALL_FREE
    | {"clamp_r": "0", "initial_state": ONES},
    ("Free", "No gate is held, and the state begins at zero."): ALL_FREE | {"initial_state": ZEROS},
}


@dataclass(frozen=True)
class GRUSpec(RecurrentSpec):
    reset_after: bool = choice(True, (True, False), "r acts after the product with R (Keras's default), or before it")
    update_bias: float = number(
        0.0, -4.0, 6.0, 0.25, "where the update gate's bias starts: the more, the longer it keeps"
    )
    clamp_z: str = clamp("holds the update gate: 0 renews everything, 1 keeps everything")
    clamp_r: str = clamp("holds the reset gate: 0 hides the past from the candidate, 1 shows it")
    clamp_n: str = clamp("holds the candidate", low="-1")

    gates = "zrn"

    @property
    def layer(self) -> GRU:
        return GRU(
            **self.hyperparameters,
            reset_after=self.reset_after,
            update_bias=self.update_bias,
            clamp=clamps(self),
        )
