"""Everything that a learner can set on the SimpleRNN page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.layers.layer import Params
from engine.layers.simple_rnn import SimpleRNN
from experiments.recurrent.spec import RecurrentSpec
from experiments.spec import choice, number

INITIALIZERS = ("orthogonal", "glorot_uniform", "identity")


@dataclass(frozen=True)
class SimpleRNNSpec(RecurrentSpec):
    activation: str = choice("tanh", ("tanh", "relu", "linear"), "the function φ that makes h of the sum")
    recurrent_initializer: str = choice("orthogonal", INITIALIZERS, "how the recurrent kernel R begins")
    spectral_radius: float = number(
        1.0, 0.0, 2.0, 0.05, "the size of R's largest eigenvalue: R is scaled to it after it is drawn"
    )

    gates = "h"

    @property
    def layer(self) -> SimpleRNN:
        return SimpleRNN(
            **self.hyperparameters, activation=self.activation, recurrent_initializer=self.recurrent_initializer
        )

    def params(self) -> Params:
        """R is drawn, then scaled to its spectral radius."""
        params = super().params()
        params["recurrent_kernel"] *= self.spectral_radius / radius(params["recurrent_kernel"])
        return params


def radius(matrix: np.ndarray) -> float:
    """The size of the largest eigenvalue."""
    return float(np.abs(np.linalg.eigvals(matrix)).max())
