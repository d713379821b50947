"""What a learner can set on each of the pages of recurrent layers."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from engine.arrays import Array, Shape
from engine.layers.layer import Params
from engine.layers.recurrent import RecurrentLayer
from experiments import edits
from experiments.losses import LOSS, LOSSES, PLAIN_SUM
from experiments.recurrent.sequences import (
    EEG,
    GIVEN,
    LONGEST,
    SEQUENCES,
    SHORTEST,
    WORD,
    alphabet,
    check_word,
    eeg,
    one_hot,
    pulse,
)
from experiments.spec import Spec, choice, number, text

STATES = ZEROS, ONES, RANDOM = "zeros", "ones", "random"
DROPPED = (0.0, 0.25, 0.5)
EDITED = {"W": "the kernel", "R": "the recurrent kernel", "b": "the bias", "x": "the input"}
WEIGHTS, STATE, DROPOUT, GRADIENT = range(4)  # streams of random numbers, so that one does not move another


class Given(NamedTuple):
    """What a run begins with, in the order of the array."""

    params: Params
    x: Array  # (T, C)
    initial: tuple[Array, ...]  # (U,) each: h, and c of an LSTM


@dataclass(frozen=True)
class RecurrentSpec(Spec):
    sequence: str = choice(WORD, SEQUENCES, "what is read, a letter or a number a step")
    word: str = text(f"your own word, {SHORTEST} to {LONGEST} letters; empty: “{GIVEN}”")
    steps: int = number(6, SHORTEST, LONGEST, 1, "time steps of a pulse and of the recording")
    units: int = choice(3, (1, 2, 3, 4, 6), "numbers in the state")
    return_sequences: bool = choice(False, (False, True), "y is every state, not the last one alone")
    use_bias: bool = choice(True, (True, False), "add learned numbers to every sum")
    go_backwards: bool = choice(False, (False, True), "read the last step first")
    dropout: float = choice(0.0, DROPPED, "share of the inputs that are silenced, the same at every step")
    recurrent_dropout: float = choice(
        0.0, DROPPED, "share of the state that is silenced where it enters a product, the same at every step"
    )
    initial_state: str = choice(ZEROS, STATES, "the state before the first step")
    loss: str = choice(PLAIN_SUM, LOSSES, LOSS)
    seed: int = number(0, 0, 99, 1, "start of what is random: weights, dropout, state, gradient", surprise=False)
    edits: str = text("the numbers that you changed", ("sequence", "word", "steps", "units", "use_bias", "seed"))

    gates: ClassVar[str]  # a letter for each, as in the layer

    def __post_init__(self) -> None:
        if self.word:
            check_word(self.word)
        self.layer.output_shape(self.input_shape)
        if self.edits:
            self.given()

    @property
    @abstractmethod
    def layer(self) -> RecurrentLayer:
        """The layer that these settings make."""

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """Those that all of these layers have."""
        names = ("units", "use_bias", "dropout", "recurrent_dropout", "return_sequences", "go_backwards")
        return {name: getattr(self, name) for name in names}

    @property
    def text(self) -> str:
        """The word that is read."""
        return self.word or GIVEN

    @property
    def letters(self) -> tuple[str, ...] | None:
        """What the channels of x are called, if it is a word."""
        return alphabet(self.text) if self.sequence == WORD else None

    @property
    def input_shape(self) -> Shape:
        """(T, C)"""
        return (len(self.text), len(alphabet(self.text))) if self.sequence == WORD else (self.steps, 1)

    @property
    def trains(self) -> bool:
        """Dropout acts in training only."""
        return self.dropout > 0 or self.recurrent_dropout > 0

    def rng(self, stream: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, stream])

    def params(self) -> Params:
        """The layer's own first weights."""
        return self.layer.init(self.rng(WEIGHTS), self.input_shape, np.float64)[0]

    def given(self) -> Given:
        """Weights and input with the learner's own edits, and the state before the first step."""
        params = self.params()
        x = (
            one_hot(self.text)
            if self.sequence == WORD
            else eeg(self.steps)
            if self.sequence == EEG
            else pulse(self.steps)
        )
        bias = params.get("bias", np.zeros(0))
        edits.apply(self.edits, {"W": params["kernel"], "R": params["recurrent_kernel"], "b": bias, "x": x}, EDITED)
        return Given(params, x, self.initial())

    def initial(self) -> tuple[Array, ...]:
        """Empty where the state begins at zero."""
        if self.initial_state == ZEROS:
            return ()
        rng, shape = self.rng(STATE), (len(self.layer.states), self.units)
        drawn = np.ones(shape) if self.initial_state == ONES else np.round(rng.uniform(-1, 1, shape), 2)
        return tuple(drawn)

    def with_edit(self, name: str, cell: int, value: float) -> str:
        """The edits with one more or one replaced."""
        return edits.changed(self.edits, "".join(EDITED), name, cell, value)
