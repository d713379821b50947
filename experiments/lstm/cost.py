"""LS5: four times the parameters of a SimpleRNN, and slower. Counted, and measured."""

from __future__ import annotations

from experiments.lstm.spec import LSTMSpec
from experiments.numbers import decimal, whole
from experiments.recurrent import cost
from experiments.recurrent.cost import FULL, KERAS_GRU, RNN, Cost, costs
from experiments.shown import Shown


def compare(spec: LSTMSpec) -> dict[str, Cost]:
    """The three kinds of layers at the learner's size."""
    return costs(spec.units, spec.input_shape[1], spec.use_bias)


def show(spec: LSTMSpec) -> Shown:
    """Counts and times as a table."""
    found = compare(spec)
    simple, lstm, gru = found[RNN], found[FULL], found[KERAS_GRU]
    return Shown(
        numbers=cost.told()
        | {
            "parameters": whole(lstm.parameters),
            "simple": whole(simple.parameters),
            "operations_ratio": decimal(lstm.operations / simple.operations),
            "time_ratio": decimal(lstm.seconds / simple.seconds, 1),
            "gru_time_ratio": decimal(lstm.seconds / gru.seconds, 1),
        },
        rows=[cost.table(found)],
    )
